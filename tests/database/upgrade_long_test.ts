import assert from "node:assert/strict";
import { z } from "zod";
import { type Migration, readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS, ROOT } from "#local/paths.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "#operator/schema/dump.ts";
import { supabaseOrThrow } from "#operator/supabase_cli.ts";
import { EXPECTED_SCHEMA } from "#shared/db/expected_schema.ts";
import { schemaHealth } from "#shared/db/schema_health.ts";
import { type AllRows, allRows } from "#tests/support/all_rows.ts";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import { beginHistory, liveThrough, upgrade } from "#tests/support/history.ts";
import { assertKept, REWRITTEN } from "#tests/support/kept_rows.ts";
import { findPostgres } from "#tests/support/postgres.ts";

const postgres = await findPostgres();

const dryRun = z.object({ upToDate: z.boolean() });

/** Only the version that made the dump writes it alike. */
const onDumpVersion = { ignore: onPostgres.ignore || postgres?.version !== DUMP_VERSION };

/** How many states are upgraded at a time. */
const AT_ONCE = 2;

/** What Deno asks of steps that run beside each other. */
const UNSANITIZED = { sanitizeExit: false, sanitizeOps: false, sanitizeResources: false };

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
    const rewritten = new Set<string>();
    const running = new Set<Promise<unknown>>();
    for (const [n, { file }] of migrations.entries()) {
      await liveThrough(living.url, migrations.slice(0, n + 1));
      const before = await allRows(living.url);
      if (running.size === AT_ONCE) await Promise.race(running);
      const database = await createDatabase(new URL(living.url).pathname.slice(1));
      const upgraded = async () => {
        await using state = database;
        assertFull(file, before);
        const left = migrations.slice(n + 1);
        await (isByCli(migrations, n) ? pushed(state.url) : applied(state.url, migrations, left));
        const [after, schema, broken, unhealthy] = await Promise.all([
          allRows(state.url),
          dumpSchema(postgres?.directory ?? "", state.url),
          brokenChains(state.url),
          failedChecks(state.url),
        ]);
        for (const column of assertKept(before, after, left)) rewritten.add(column);
        assert.equal(schema, dump);
        assert.deepEqual([broken, unhealthy], [[], []]);
      };
      const step = test.step({ name: `after ${file}`, fn: upgraded, ...UNSANITIZED })
        .finally(() => running.delete(step));
      running.add(step);
    }
    await Promise.all(running);
    await test.step("and what may be rewritten is", () => {
      assert.deepEqual([...rewritten].sort(), Object.keys(REWRITTEN).sort());
    });
  },
);

Deno.test("an upgrade that loses a row, or changes one without a reason, is named", () => {
  const rows = (...all: Record<string, unknown>[]) =>
    new Map([["public.agents", new Map(all.map((row) => [String(row.id), row]))]]);
  const [ada, bob] = [{ id: 1, name: "Ada" }, { id: 2, name: "Bob" }];
  assert.deepEqual(assertKept(rows(ada), rows({ ...ada, added: 1 }, bob), []), new Set());
  assert.throws(() => assertKept(rows(ada, bob), rows(ada), []), /public\.agents lost the row 2/);
  assert.throws(
    () => assertKept(rows(ada), rows({ id: 1, name: "Eve" }), []),
    /public\.agents\.name of 1 was "Ada" and is "Eve"/,
  );
  assert.throws(() => assertKept(rows(ada), rows({ id: 1 }), []), /name of 1 was "Ada"/);
  const menu = { id: 1, parent_menu_id: 1 };
  const menus = (parent_menu_id: unknown) =>
    new Map([["public.ivr_menus", new Map([["1", { ...menu, parent_menu_id }]])]]);
  const by = { version: "20261122000620", name: "", file: "", sql: "" };
  assert.deepEqual(
    assertKept(menus(1), menus(null), [by]),
    new Set(["public.ivr_menus.parent_menu_id"]),
  );
  assert.throws(() => assertKept(menus(1), menus(null), []), /parent_menu_id of 1/);
  assert.throws(() => assertKept(menus(2), menus(null), [by]), /parent_menu_id of 1/);
  assert.throws(() => assertFull("a.sql", rows(ada)), /public\.agents has no rows .* a\.sql/);
});

/**
 * Both tenants have rows in every table of a state.
 *
 * @throws {assert.AssertionError} naming the file after which a table is empty.
 */
function assertFull(file: string, all: AllRows): void {
  for (const [table, rows] of all) {
    const owners = new Set([...rows.values()].map((row) => row.user_id ?? row.subject_id));
    owners.delete(null);
    owners.delete(undefined);
    assert.ok(
      rows.size > 1 && owners.size !== 1,
      `${table} has no rows of both tenants after ${file}: add them to tests/fixtures/history`,
    );
  }
}

/**
 * Whether a state is upgraded by the CLI itself, which takes seconds; the others are by the same
 * statements. From the first on it splits nearly every file, which it does otherwise than we; clones
 * stand at the one before the newest, or where the day before the newest's ended.
 */
function isByCli(migrations: readonly Migration[], n: number): boolean {
  const isOfLastDay = (migration: Migration | undefined) =>
    migration?.version.slice(0, 8) === migrations.at(-1)?.version.slice(0, 8);
  return n === 0 || n === migrations.length - 2 ||
    (!isOfLastDay(migrations[n]) && isOfLastDay(migrations[n + 1]));
}

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

/** What the dump does not show: event triggers, partitions, and policies on the platform's tables. */
async function failedChecks(url: string): Promise<unknown[]> {
  return await withPool(url, 1, async (pool) => {
    const { rows: [row] } = await pool.query<{ health: unknown }>(
      "select public.schema_health($1::jsonb) as health",
      [JSON.stringify(EXPECTED_SCHEMA)],
    );
    return schemaHealth.parse(row?.health).checks.filter(({ status }) => status === "failed");
  });
}
