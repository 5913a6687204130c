import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { refusesAllButCron, refusesAllButOperator } from "#tests/support/auth_cases.ts";
import { CRON_KEY, OPERATOR_KEY, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp } from "#tests/support/sample_app.ts";

const app = createSampleApp();
const SETTLE = { app, method: "PUT", path: "/sample/settle" } as const;
const TICK = { app, method: "POST", path: "/sample/tick" } as const;

Deno.test("a route of the operator refuses everyone else", async (t) => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  await refusesAllButOperator(t, SETTLE);
});

Deno.test("a route of scheduled jobs refuses everyone else", async (t) => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  await refusesAllButCron(t, TICK);
});

Deno.test("the operator and the scheduled jobs are known by their keys", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const settled = await app.request(SETTLE.path, {
    method: SETTLE.method,
    headers: { apikey: OPERATOR_KEY },
  });
  const ticked = await app.request(TICK.path, {
    method: TICK.method,
    headers: { apikey: CRON_KEY },
  });
  assert.deepEqual([settled.status, ticked.status], [204, 204]);
});

Deno.test("a route of scheduled jobs serves nobody while no key is set", async () => {
  setEnvironment({
    ...TEST_ENVIRONMENT,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: OPERATOR_KEY }),
  });
  using _log = captureLog();
  for (const apikey of ["", "undefined", OPERATOR_KEY, CRON_KEY]) {
    const response = await app.request(TICK.path, { method: TICK.method, headers: { apikey } });
    const { code } = await response.json();
    assert.deepEqual([response.status, code], [503, "not_configured"]);
  }
});

Deno.test("a route of scheduled jobs refuses them while they are paused, and tells nobody else", async () => {
  setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_JOBS_PAUSED: "true" });
  using _log = captureLog();
  const refusals = { [CRON_KEY]: "jobs_paused", [OPERATOR_KEY]: "unauthenticated" };
  for (const [apikey, refusal] of Object.entries(refusals)) {
    const response = await app.request(TICK.path, { method: TICK.method, headers: { apikey } });
    assert.equal((await response.json()).code, refusal);
  }
  const settled = await app.request(SETTLE.path, {
    method: SETTLE.method,
    headers: { apikey: OPERATOR_KEY },
  });
  assert.equal(settled.status, 204);
});
