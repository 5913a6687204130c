import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { standInSql } from "#local/cron/prepare.ts";
import { readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS } from "#local/paths.ts";
import { EXPECTED_SCHEMA } from "#shared/db/expected_schema.ts";
import { type SchemaHealth, schemaHealth } from "#shared/db/schema_health.ts";
import { clusterUrl, createDatabase, databaseUrl, onPostgres } from "#tests/support/databases.ts";
import { CRON_DATABASE, findPostgres, hasExtension } from "#tests/support/postgres.ts";
import { SCHEMA_FAULTS, type SchemaFault } from "#tests/support/schema_faults.ts";
import { testStack } from "#tests/support/stack.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";

const postgres = await findPostgres();
const withCron = {
  ignore: onPostgres.ignore || postgres === undefined ||
    !await hasExtension(postgres.directory, "pg_cron"),
};

const EXPECTED = JSON.stringify(EXPECTED_SCHEMA);
const ASK = "select public.schema_health($1::jsonb) as health";

/** The names and problems of the checks that are not as they should be. */
function wrong({ checks }: SchemaHealth): unknown[] {
  return checks.filter(({ status }) => status !== "ok").map(({ name, problems }) => [
    name,
    problems,
  ]);
}

function assertNamed(fault: SchemaFault, health: SchemaHealth): void {
  const { check, problem, status } = { status: "unhealthy", ...fault };
  const problems = health.checks.find(({ name }) => name === check)?.problems ?? [];
  assert.ok(problems.some((each) => problem.test(each)), `${check}: ${problems.join("; ")}`);
  assert.deepEqual([health.overall_status, health.is_healthy], [status, status === "degraded"]);
}

/** Thrown to have a transaction rolled back. */
class Undo extends Error {}

Deno.test("The migrations that are expected are those in the folder", async () => {
  const versions = (await readMigrations(MIGRATIONS)).map(({ version }) => version);
  assert.deepEqual(EXPECTED_SCHEMA.migrations, versions, "Run `deno task schema` and commit");
});

Deno.test("On the embedded database, a fresh schema is healthy and every fault is named", async (t) => {
  await using stack = await testStack();
  const [fresh] = await stack.database.query(ASK, [EXPECTED]);
  const health = schemaHealth.parse(fresh?.health);
  assert.deepEqual(wrong(health), []);
  assert.deepEqual([health.overall_status, health.is_healthy], ["healthy", true]);
  for (const fault of SCHEMA_FAULTS) {
    await t.step(fault.fault, async () => {
      const undone = stack.database.transaction(async (transaction) => {
        await transaction.exec(fault.sql);
        const [row] = await transaction.query(ASK, [EXPECTED]);
        assertNamed(fault, schemaHealth.parse(row?.health));
        throw new Undo();
      });
      await assert.rejects(undone, Undo);
    });
  }
});

Deno.test(
  "On Postgres, a fresh schema is healthy and every fault is named",
  onPostgres,
  async (t) => {
    await using database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const ask = async () =>
      schemaHealth.parse((await client.query(ASK, [EXPECTED])).rows[0]?.health);
    try {
      assert.deepEqual(wrong(await ask()), [
        ["extensions", ["pg_cron is missing: nothing is scheduled"]],
        ["scheduled_jobs", ["Nothing is scheduled: this server has no cron"]],
      ]);
      await client.query(await standInSql());
      for (const job of EXPECTED_SCHEMA.jobs ?? []) {
        await client.query("select private.schedule($1, '* * * * *', 'select 1')", [job]);
      }
      const health = await ask();
      assert.deepEqual(wrong(health), []);
      assert.deepEqual([health.overall_status, health.is_healthy], ["healthy", true]);
      for (const fault of SCHEMA_FAULTS) {
        await t.step(fault.fault, async () => {
          await client.query("begin");
          try {
            await client.query(fault.sql);
            assertNamed(fault, await ask());
          } finally {
            await client.query("rollback");
          }
        });
      }
    } finally {
      await client.end();
    }
  },
);

Deno.test("Without an expectation, what needs one is skipped and the rest is checked", async () => {
  await using stack = await testStack();
  const ask = async () => schemaHealth.parse((await stack.admin.rpc("schema_health")).data);
  assert.equal((await ask()).overall_status, "incomplete");
  await stack.database.exec("alter table public.agents disable row level security");
  const { checks, is_healthy, overall_status } = await ask();
  assert.deepEqual([is_healthy, overall_status], [false, "unhealthy"]);
  const named = (wanted: string) =>
    checks.filter(({ status }) => status === wanted).map(({ name }) => name);
  assert.deepEqual(named("failed"), ["row_level_security"]);
  assert.deepEqual(named("skipped"), [
    "migrations",
    "tables",
    "columns",
    "indexes",
    "constraints",
    "policies",
    "triggers",
    "functions",
    "grants",
  ]);
});

Deno.test("Nobody but the operator may ask for the health of the schema", onPostgres, async () => {
  await using tenants = await createTenants();
  for (const role of ["anon", "authenticated"] as const) {
    for (const name of ["public.schema_health(null)", "private.schema_objects()"]) {
      const state = await sqlState(() =>
        actAs(tenants.admin, role, tenants.owner, () => tenants.admin.query(`select ${name}`))
      );
      assert.equal(state, "42501", `${role} may call ${name}`);
    }
  }
  await tenants.admin.query("begin");
  await tenants.admin.query("set local role service_role");
  const { rows: [row] } = await tenants.admin.query(ASK, [EXPECTED]);
  await tenants.admin.query("rollback");
  assert.equal(schemaHealth.parse(row?.health).is_healthy, true);
});

Deno.test("Where pg_cron runs, its jobs are looked at", withCron, async () => {
  const client = new pg.Client({ connectionString: databaseUrl(clusterUrl(), CRON_DATABASE) });
  await client.connect();
  try {
    // What the lane's own scheduler did meanwhile, which reaches no function, is not asked about here.
    await client.query("begin isolation level repeatable read");
    await client.query("delete from cron.job_run_details");
    const ask = async () =>
      wrong(schemaHealth.parse((await client.query(ASK, [EXPECTED])).rows[0]?.health));
    assert.deepEqual(await ask(), []);
    await client.query("select cron.unschedule('maintenance')");
    assert.deepEqual(await ask(), [["scheduled_jobs", ["maintenance is not scheduled"]]]);
    await client.query("drop extension pg_cron");
    assert.deepEqual(await ask(), [
      ["extensions", ["pg_cron is missing: nothing is scheduled"]],
      ["scheduled_jobs", ["Nothing is scheduled: pg_cron is not installed"]],
    ]);
  } finally {
    await client.query("rollback");
    await client.end();
  }
});
