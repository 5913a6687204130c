import { join } from "node:path";
import { LocalFailure } from "../failure.ts";
import { takeLock } from "./lock.ts";

/** The version of Postgres that PGlite is. */
const POSTGRES_VERSION = "17";

const LOCK = "switchboard.lock";

/** A folder that one running stack keeps its data in. */
export interface DataFolder extends Disposable {
  readonly path: string;
  /** Where the embedded database is; complete, or not there at all. */
  readonly database: string;
  /** The bytes of stored objects. */
  readonly files: string;
  /** What is known of its schema. */
  readonly schemaCache: string;
  /** Says that the first start of the database went well to its end. */
  markComplete(): Promise<void>;
  readonly secrets: string;
  /** What outside clients are told of the running stack. */
  readonly details: string;
}

/** How a folder is opened. */
export interface OpenOptions {
  /** Whether to forget what a stack kept there. */
  readonly fresh: boolean;
  /** Whether files of others may be there too, as in the clone's own folder. */
  readonly shared: boolean;
}

/**
 * Opens a folder for this process alone. What a kill left of a first start is thrown away.
 *
 * @throws {LocalFailure} if it is in use, somebody else's, of another version, or not writable.
 */
export async function openDataFolder(path: string, options: OpenOptions): Promise<DataFolder> {
  if (!options.shared) await refuseForeign(path);
  const lock = await lockFolder(path);
  try {
    const folder = {
      path,
      database: join(path, "database"),
      files: join(path, "files"),
      schemaCache: join(path, "schema.json"),
      secrets: join(path, "secrets.json"),
      details: join(path, "local.json"),
    };
    const complete = join(path, "database.complete");
    // What it says of the stack before is no longer so.
    await remove(folder.details);
    if (options.fresh || !await exists(complete)) {
      // In this order: a kill in between must not leave a complete database without its keys.
      await remove(complete);
      await remove(folder.schemaCache);
      await remove(folder.database);
    }
    if (options.fresh) {
      await remove(folder.files);
      await remove(folder.secrets);
    }
    await refuseOtherVersion(folder.database);
    // The lock above is the one that counts. This one Postgres cannot start over where a kill left it empty.
    await remove(join(folder.database, "postmaster.pid"));
    return {
      ...folder,
      markComplete: () => Deno.writeTextFile(complete, ""),
      [Symbol.dispose]: () => lock[Symbol.dispose](),
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw unusable(path, error);
  }
}

/** A folder with things in it that no stack made, which `--fresh` or a start might spoil. */
async function refuseForeign(path: string): Promise<void> {
  try {
    const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
    if (names.length === 0 || names.includes(LOCK)) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw unusable(path, error);
  }
  throw new LocalFailure(
    `${path} has files in it that Switchboard did not make; give --data an empty folder`,
  );
}

async function lockFolder(path: string): Promise<Disposable> {
  let lock: Disposable | undefined;
  try {
    await Deno.mkdir(path, { recursive: true });
    lock = await takeLock(join(path, LOCK));
  } catch (error) {
    throw unusable(path, error);
  }
  if (lock === undefined) {
    throw new LocalFailure(
      `Another stack is running on ${path}; stop it, or give --data another folder`,
    );
  }
  return lock;
}

async function refuseOtherVersion(database: string): Promise<void> {
  if (!await exists(database)) return;
  const file = join(database, "PG_VERSION");
  // What every Postgres folder has. Without them PGlite ends in a trace of its own.
  for (const part of [file, join(database, "global", "pg_control")]) {
    if (await exists(part)) continue;
    throw new LocalFailure(`${database} is damaged: ${part} is missing; begin again with --fresh`);
  }
  const version = (await Deno.readTextFile(file)).trim() || "no known version";
  if (version !== POSTGRES_VERSION) {
    throw new LocalFailure(
      `${database} is of Postgres ${version}, and this stack is Postgres ${POSTGRES_VERSION}; ` +
        "begin again with --fresh, or give --data another folder",
    );
  }
  // PGlite does not say why it fails on files that it may not write.
  (await Deno.open(file, { read: true, write: true })).close();
}

function unusable(path: string, error: unknown): Error {
  if (error instanceof LocalFailure || !(error instanceof Error)) throw error;
  const reason = error.message.split(":")[0] ?? error.message;
  return new LocalFailure(`Cannot keep data in ${path}: ${reason}`, { cause: error });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
