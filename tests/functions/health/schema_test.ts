import assert from "node:assert/strict";
import { newSecrets } from "#local/secrets.ts";
import { schemaHealth } from "#shared/db/schema_health.ts";
import { setEnvironment } from "#shared/env.ts";
import { OPERATOR_KEY, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { testStack } from "#tests/support/stack.ts";
import { app } from "../../../supabase/functions/health/app.ts";

Deno.test("GET /health/schema says that a fresh stack is healthy, and names what is broken", async () => {
  const secrets = newSecrets();
  await using stack = await testStack({ secrets });
  const ask = async () => {
    const response = await fetch(`${stack.url}/functions/v1/health/schema`, {
      headers: { apikey: secrets.secret_key },
    });
    assert.equal(response.status, 200);
    return schemaHealth.parse(await response.json());
  };
  const { is_healthy, overall_status, checks } = await ask();
  assert.deepEqual([is_healthy, overall_status], [true, "healthy"]);
  assert.deepEqual(checks.map(({ name }) => name), [
    "migrations",
    "tables",
    "columns",
    "indexes",
    "constraints",
    "policies",
    "triggers",
    "functions",
    "grants",
    "row_level_security",
    "usable_indexes",
    "extensions",
    "scheduled_jobs",
    "partitions",
    "queues",
  ]);
  await stack.database.exec(
    "drop index private.idx_jobs_due; select cron.unschedule('maintenance')",
  );
  const broken = await ask();
  assert.deepEqual([broken.is_healthy, broken.overall_status], [false, "unhealthy"]);
  assert.deepEqual(broken.checks.flatMap(({ problems }) => problems), [
    "private.idx_jobs_due is missing",
    "maintenance is not scheduled",
  ]);
});

Deno.test("GET /health/schema answers with a problem where there is nobody to ask", async (t) => {
  const answers = {
    database_unavailable: () => new Response("Bad gateway", { status: 502 }),
    database_behind: () =>
      Response.json({ code: "PGRST202", message: "", details: null, hint: null }, { status: 404 }),
  };
  for (const [code, answer] of Object.entries(answers)) {
    await t.step(code, async () => {
      await using api = startFakeApi(answer);
      setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
      using _log = captureLog();
      const response = await app.request("/health/schema", { headers: { apikey: OPERATOR_KEY } });
      const body = await response.json();
      assert.deepEqual([response.status, body.code], [503, code]);
    });
  }
});
