import { join } from "node:path";
import { getAuthSchemaSql } from "@supabase/lite";
import { standInSql } from "#local/cron/prepare.ts";
import { sha256Hex } from "#local/database/hash.ts";
import { readMigrations } from "#local/database/migrations.ts";
import { platformSql } from "#local/database/platform.ts";
import { DATA } from "#local/paths.ts";
import { createStack } from "#local/stack.ts";

const PREFIX = "test-template-";

/** What nobody has made or used for so long is of an older clone, in milliseconds. */
const OLD_MS = 3_600_000;

let loaded: { readonly folder: string; readonly snapshot: Promise<Blob> } | undefined;

/** A migrated, empty database, made at most once per change of what it is made from. */
export function template(migrations: string): Promise<Blob> {
  if (loaded?.folder !== migrations) {
    loaded = { folder: migrations, snapshot: readOrMakeTemplate(migrations) };
  }
  return loaded.snapshot;
}

async function readOrMakeTemplate(folder: string): Promise<Blob> {
  const migrations = await readMigrations(folder);
  const parts = [
    await platformSql(),
    getAuthSchemaSql(),
    await standInSql(),
    ...migrations.map(({ file, sql }) => `${file}\n${sql}`),
  ];
  const path = join(DATA, `${PREFIX}${sha256Hex(parts.join("\n")).slice(0, 16)}.tar`);
  try {
    return new Blob([await Deno.readFile(path)]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await using stack = await createStack({ cron: false, migrations: folder });
  const snapshot = await stack.snapshot();
  await Deno.mkdir(DATA, { recursive: true });
  await removeOldTemplates();
  // Several test files may be here at once: whoever renames last leaves the same content.
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(unfinished, snapshot.stream());
  await Deno.rename(unfinished, path);
  return snapshot;
}

async function removeOldTemplates(): Promise<void> {
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
