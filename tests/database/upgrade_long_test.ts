import assert from "node:assert/strict";
import { z } from "zod";
import { type Migration, readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS, ROOT } from "#local/paths.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "#operator/schema/dump.ts";
import { supabaseOrThrow } from "#operator/supabase_cli.ts";
import { type AllRows, allRows } from "#tests/support/all_rows.ts";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import { beginHistory, liveThrough, upgrade } from "#tests/support/history.ts";
import { findPostgres } from "#tests/support/postgres.ts";

const postgres = await findPostgres();

const dryRun = z.object({ upToDate: z.boolean() });

/** Only the version that made the dump writes it alike. */
const onDumpVersion = { ignore: onPostgres.ignore || postgres?.version !== DUMP_VERSION };

/** What migrations change in rows that are there, beside the columns that they add. */
const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  // Users became subjects in the trail, and changes of the schema entries of it; the chains are verified.
  "public.audit_logs": ["actor", "resource_id", "hash"],
  "private.audit_heads": ["entries", "hash"],
  // A menu is no longer its own parent.
  "public.ivr_menus": ["parent_menu_id", "updated_at"],
};

/** How many states are upgraded by the CLI itself, which takes seconds for each; the others by the same statements. */
const BY_CLI = 4;

Deno.test(
  "every earlier state with rows in its tables is brought to the newest, and loses none of them",
  onDumpVersion,
  async (test) => {
    const [migrations, dump] = await Promise.all([
      readMigrations(MIGRATIONS),
      Deno.readTextFile(SCHEMA_DUMP),
    ]);
    await using living = await createDatabase("template0");
    await beginHistory(living.url);
    for (const [n, { file }] of migrations.entries()) {
      await liveThrough(living.url, migrations.slice(0, n + 1));
      const left = migrations.slice(n + 1);
      await test.step(`after ${file}`, async () => {
        await using database = await createDatabase(new URL(living.url).pathname.slice(1));
        const before = await allRows(database.url);
        const byCli = n % Math.ceil(migrations.length / BY_CLI) === 0;
        await (byCli ? pushed : applied)(database.url, migrations, left);
        assertKept(before, await allRows(database.url));
        assert.equal(await dumpSchema(postgres?.directory ?? "", database.url), dump);
        assert.deepEqual(await brokenChains(database.url), []);
      });
    }
    await test.step("and every table of the newest has rows of both tenants", async () => {
      for (const [table, rows] of await allRows(living.url)) {
        const owners = new Set([...rows.values()].map((row) => row.user_id ?? row.subject_id));
        const isOwned = [...rows.values()].some((row) => row.user_id ?? row.subject_id);
        assert.ok(
          rows.size > 0 && (!isOwned || owners.size > 1),
          `${table}: add rows to tests/fixtures/history, in a file of the migration that makes it`,
        );
      }
    });
  },
);

/** Goes on with the statements that the CLI applies; a second time there is nothing to do. */
async function applied(url: string, migrations: readonly Migration[], left: readonly Migration[]) {
  assert.deepEqual(await upgrade(url, migrations), left.map(({ version }) => version));
  assert.deepEqual(await upgrade(url, migrations), []);
}

/** The same by the CLI. */
async function pushed(url: string, _: readonly Migration[], left: readonly Migration[]) {
  const push = (...options: string[]) =>
    supabaseOrThrow(["db", "push", `--remote=${url}`, ...options], { cwd: ROOT });
  const isUpToDate = async () =>
    dryRun.parse(JSON.parse(await push("--dry-run", "--output-format=json"))).upToDate;
  assert.equal(await isUpToDate(), left.length === 0);
  await push("--yes");
  assert.equal(await isUpToDate(), true);
}

/** Every row is there, with the values that it had. */
function assertKept(before: AllRows, after: AllRows): void {
  for (const [table, rows] of before) {
    for (const [key, row] of rows) {
      const now = after.get(table)?.get(key);
      assert.ok(now, `${table} lost the row ${key}`);
      for (const [column, value] of Object.entries(row)) {
        if (REWRITTEN[table]?.includes(column)) continue;
        assert.deepEqual(now[column], value, `${table}.${column} of ${key}`);
      }
    }
  }
}

async function brokenChains(url: string): Promise<unknown[]> {
  return await withPool(url, 1, async (pool) => {
    const { rows } = await pool.query("select * from public.verify_audit_chain()");
    return rows;
  });
}
