import { join } from "node:path";
import { schemaFingerprint } from "#local/database/fingerprint.ts";
import { readMigrations } from "#local/database/migrations.ts";
import { DATA, MIGRATIONS } from "#local/paths.ts";
import { createStack, type Snapshot } from "#local/stack.ts";

const PREFIX = "test-template-";

/** What nobody has made for so long is of an older clone, in milliseconds. */
const OLD_MS = 3_600_000;

let snapshot: Promise<Snapshot> | undefined;

/** A migrated, empty database, made at most once per change of what it is made from. */
export function template(): Promise<Snapshot> {
  return snapshot ??= readOrMake();
}

async function readOrMake(): Promise<Snapshot> {
  const fingerprint = await schemaFingerprint(await readMigrations(MIGRATIONS));
  const path = join(DATA, `${PREFIX}${fingerprint}`);
  const known = await read(path);
  if (known !== undefined) return known;
  await using stack = await createStack({ cron: false });
  const snapshot = await stack.snapshot();
  await Deno.mkdir(DATA, { recursive: true });
  await removeOld();
  await write(`${path}.json`, new TextEncoder().encode(snapshot.schema));
  await write(`${path}.tar`, new Uint8Array(await snapshot.data.arrayBuffer()));
  return snapshot;
}

async function read(path: string): Promise<Snapshot | undefined> {
  try {
    const [data, schema] = await Promise.all([
      Deno.readFile(`${path}.tar`),
      Deno.readTextFile(`${path}.json`),
    ]);
    return { data: new Blob([data]), schema };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Several test files may be here at once: whoever renames last leaves the same content. */
async function write(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(unfinished, content);
  await Deno.rename(unfinished, path);
}

async function removeOld(): Promise<void> {
  for await (const { name } of Deno.readDir(DATA)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(DATA, name);
    try {
      const { mtime } = await Deno.stat(path);
      if (mtime !== null && Date.now() - mtime.getTime() > OLD_MS) await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
