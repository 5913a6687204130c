// @ts-types="@types/pg"
import pg from "pg";
import postgres from "postgres";
import { migrate, type Migration } from "#local/database/migrations.ts";
import { applyPlatform } from "#local/database/platform.ts";
import { PostgresDatabase } from "#local/database/postgres_database.ts";

/** What tenants did as soon as a migration let them: one file each, of its version, never changed afterwards. */
const FOLDER = new URL("../fixtures/history/", import.meta.url);

/** Two accounts that are older than every migration. */
export const TENANTS = [
  "0a000000-0000-4000-8000-000000000000",
  "0b000000-0000-4000-8000-000000000000",
] as const;

/** Puts on an empty database what the platform has, and two users. */
export async function beginHistory(url: string): Promise<void> {
  await withDatabase(url, async (database) => {
    await applyPlatform(database);
    for (const [n, tenant] of TENANTS.entries()) {
      await database.query("insert into auth.users (id, email) values ($1, $2)", [
        tenant,
        `${n}@example.com`,
      ]);
    }
  });
}

/** Applies the last of some migrations, and does what both tenants did then. */
export async function liveThrough(url: string, migrations: readonly Migration[]): Promise<void> {
  await withDatabase(url, (database) => migrate(database, migrations));
  const rows = await rowsAfter(migrations.at(-1)?.version ?? "");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [n, tenant] of TENANTS.entries()) {
      const claims = JSON.stringify({ role: "authenticated", sub: tenant });
      await client.query(
        "select set_config('request.jwt.claims', $1, false), set_config('request.jwt.claim.sub', $2, false)",
        [claims, tenant],
      );
      await client.query(
        rows.replaceAll(/(?<!:):tenant\b/g, `'${tenant}'::uuid`)
          .replaceAll(/(?<!:):n\b/g, String(n)),
      );
    }
  } finally {
    await client.end();
  }
}

async function rowsAfter(version: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(`${version}.sql`, FOLDER));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Brings a database to the newest of some migrations, as the CLI does; answers with what that took. */
export async function upgrade(url: string, migrations: readonly Migration[]): Promise<string[]> {
  return (await withDatabase(url, (database) => migrate(database, migrations)))
    .map(({ version }) => version);
}

async function withDatabase<Result>(
  url: string,
  action: (database: PostgresDatabase) => Promise<Result>,
): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  try {
    return await action(new PostgresDatabase(sql));
  } finally {
    await sql.end();
  }
}
