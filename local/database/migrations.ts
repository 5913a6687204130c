import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { LocalFailure } from "../failure.ts";
import type { Database } from "./database.ts";
import { exclusively } from "./exclusively.ts";

/** A file of `supabase/migrations`. */
export interface Migration {
  /** The digits before the name. */
  readonly version: string;
  readonly name: string;
  readonly file: string;
  readonly sql: string;
}

/** The migrations of a folder, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const found: Promise<Migration>[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    const [, version, name] = /^(\d{14})_(.+)\.sql$/.exec(file) ?? [];
    if (version === undefined || name === undefined) continue;
    found.push(
      Deno.readTextFile(join(folder, file)).then((sql) => ({ version, name, file, sql })),
    );
  }
  return (await Promise.all(found)).sort((a, b) => a.version.localeCompare(b.version));
}

/** The history as the Supabase CLI keeps it, so that either can go on after the other. */
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key, statements text[], name text);
  create table if not exists supabase_migrations.seed_files (
    path text not null primary key, hash text not null);`;

const historyRow = z.object({ version: z.string(), text: z.string().nullable() });

/**
 * Applies what the history does not have yet, each migration in one transaction with its row.
 *
 * @returns the migrations that were applied.
 * @throws {LocalFailure} if the history has a migration that the folder does not, one was changed
 * after it was applied, or one fails.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  await exclusively(database, (transaction) => transaction.exec(HISTORY));
  const applied = await readHistory(database, migrations);
  refuseOtherHistory(applied, migrations);
  const pending = migrations.filter(({ version }) => !applied.has(version));
  const done: Migration[] = [];
  for (const migration of pending) {
    if (await apply(database, migration)) done.push(migration);
  }
  return done;
}

/** What was applied, by version, with the statements where they are not to the letter those here. */
async function readHistory(
  database: Database,
  migrations: readonly Migration[],
): Promise<Map<string, readonly string[] | null>> {
  const digests = Object.fromEntries(
    migrations.map(({ version, sql }) => [version, createHash("sha256").update(sql).digest("hex")]),
  );
  // Long texts: to fetch them all, and as arrays, would be a fifth of what a start takes.
  const rows = await database.query(
    `select version,
        case when encode(sha256(convert_to(text, 'UTF8')), 'hex') is distinct from $1::jsonb ->> version
          then text end as text
      from supabase_migrations.schema_migrations, array_to_string(statements, E'\\n') text`,
    [JSON.stringify(digests)],
  );
  return new Map(
    rows.map((row) => historyRow.parse(row)).map(({ version, text }) => [
      version,
      text === null ? null : [text],
    ]),
  );
}

/** What differs between a history and the migrations that it should be of. */
export interface Difference {
  /** One sentence, without a full stop. */
  readonly message: string;
  /** Whether the file is another, or missing. */
  readonly kind: "changed" | "unknown";
}

/**
 * Compares what a database has applied with the migrations here.
 *
 * @param applied by version, the statements of each where the history has them.
 * @returns the first that is not here, or was changed since.
 */
export function differenceOf(
  applied: ReadonlyMap<string, readonly string[] | null>,
  migrations: readonly Migration[],
): Difference | undefined {
  const ours = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const [version, statements] of [...applied].sort()) {
    const migration = ours.get(version);
    if (migration === undefined) {
      return {
        message:
          `The data is of another version of Switchboard: it has migration ${version}, which is ` +
          "not in supabase/migrations here",
        kind: "unknown",
      };
    }
    if (statements !== null && essence(statements.join("\n")) !== essence(migration.sql)) {
      return {
        message: `supabase/migrations/${migration.file} was changed after it was applied`,
        kind: "changed",
      };
    }
  }
  return undefined;
}

function refuseOtherHistory(
  applied: ReadonlyMap<string, readonly string[] | null>,
  migrations: readonly Migration[],
): void {
  const difference = differenceOf(applied, migrations);
  if (difference === undefined) return;
  const { message, kind } = difference;
  throw new LocalFailure(
    kind === "changed" ? `${message}; put it back, or begin again with --fresh` : message,
  );
}

/** A migration's text without what the CLI leaves out where it splits statements. */
function essence(sql: string): string {
  return sql.replace(/--[^\n]*/g, "").replace(/[ \t\r\n;]+/g, "");
}

/** What `schema_health()` knows a migration's text by: its version, and the beginning of a digest. */
export function digestOf({ version, sql }: Migration): string {
  return `${version} ${createHash("sha256").update(essence(sql)).digest("hex").slice(0, 16)}`;
}

/** Whether the migration was applied here; another start may have been first. */
async function apply(
  database: Database,
  { version, name, file, sql }: Migration,
): Promise<boolean> {
  try {
    return await database.transaction(async (transaction) => {
      await transaction.query("select pg_advisory_xact_lock(hashtext('switchboard migrations'))");
      const [row] = await transaction.query(
        `insert into supabase_migrations.schema_migrations (version, name, statements)
          values ($1, $2, array[$3]) on conflict do nothing returning version`,
        [version, name, sql],
      );
      if (row === undefined) return false;
      await transaction.exec(sql);
      return true;
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LocalFailure(`Migration ${file} failed: ${why}`, { cause: error });
  }
}
