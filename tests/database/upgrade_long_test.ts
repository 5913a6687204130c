import assert from "node:assert/strict";
import { z } from "zod";
import { type Migration, readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS, ROOT } from "#local/paths.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "#operator/schema/dump.ts";
import { supabaseOrThrow } from "#operator/supabase_cli.ts";
import { allRows } from "#tests/support/all_rows.ts";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import { beginHistory, liveThrough, upgrade } from "#tests/support/history.ts";
import { assertKept } from "#tests/support/kept_rows.ts";
import { findPostgres } from "#tests/support/postgres.ts";

const postgres = await findPostgres();

const dryRun = z.object({ upToDate: z.boolean() });

/** Only the version that made the dump writes it alike. */
const onDumpVersion = { ignore: onPostgres.ignore || postgres?.version !== DUMP_VERSION };

/** Every how many states one is upgraded by the CLI itself, which takes seconds; the others by the same statements. */
const BY_CLI = 20;

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
      await test.step(`after ${file}`, async () => {
        await using database = await createDatabase(new URL(living.url).pathname.slice(1));
        const before = await allRows(database.url);
        await (n % BY_CLI === 0 ? pushed : applied)(
          database.url,
          migrations,
          migrations.slice(n + 1),
        );
        const [after, schema, broken] = await Promise.all([
          allRows(database.url),
          dumpSchema(postgres?.directory ?? "", database.url),
          brokenChains(database.url),
        ]);
        assertKept(before, after);
        assert.equal(schema, dump);
        assert.deepEqual(broken, []);
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
async function pushed(url: string) {
  const push = (...options: string[]) =>
    supabaseOrThrow(["db", "push", `--remote=${url}`, ...options], { cwd: ROOT });
  await push("--yes");
  const { upToDate } = dryRun.parse(
    JSON.parse(await push("--dry-run", "--output-format=json")),
  );
  assert.equal(upToDate, true);
}

async function brokenChains(url: string): Promise<unknown[]> {
  return await withPool(url, 1, async (pool) => {
    const { rows } = await pool.query("select * from public.verify_audit_chain()");
    return rows;
  });
}
