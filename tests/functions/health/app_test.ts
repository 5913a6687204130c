import assert from "node:assert/strict";
import { SCHEMA_VERSION } from "#shared/db/schema_version.ts";
import { setEnvironment } from "#shared/env.ts";
import { CRON_KEY, OPERATOR_KEY, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog, type LogLine } from "#tests/support/log_lines.ts";
import { app } from "../../../supabase/functions/health/app.ts";

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly lines: readonly LogLine[];
}

interface Asked {
  readonly path?: string;
  /** What the database answers to `readiness`; away if there is none. */
  readonly database?: () => Response;
  readonly apikey?: string;
  readonly environment?: Record<string, string>;
}

async function ask({ path, database, apikey, environment }: Asked): Promise<Answer> {
  await using api = startFakeApi(database ?? (() => new Response("Bad gateway", { status: 502 })));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url, ...environment });
  using log = captureLog();
  const response = await app.request(path ?? "/health/ready", {
    headers: apikey === undefined ? {} : { apikey },
  });
  const lines = log.lines.filter(({ event }) => event === "request");
  return { status: response.status, body: await response.json(), lines };
}

const at = (version: string | null) => () => Response.json({ schema_version: version });
const current = at(SCHEMA_VERSION);

/** The names of the checks that failed, with their codes. */
function failed({ body }: Answer): unknown[] {
  assert(Array.isArray(body.checks));
  return body.checks.filter(({ ok }) => !ok).map(({ name, code }) => [name, code]);
}

Deno.test("GET /health answers while the database is away", async () => {
  const { status, body } = await ask({ path: "/health" });
  assert.deepEqual([status, body], [200, { status: "ok" }]);
});

Deno.test("GET /health/ready answers 200 when everything is in place", async () => {
  const { status, body } = await ask({ database: current });
  assert.deepEqual([status, body], [200, { status: "ready" }]);
});

Deno.test("GET /health/ready shows its checks to the operator", async () => {
  const { status, body } = await ask({ database: current, apikey: OPERATOR_KEY });
  assert.equal(status, 200);
  assert.deepEqual(body.checks, [
    { name: "database", ok: true },
    { name: "migrations", ok: true },
    { name: "jobs", ok: true },
    { name: "webhook_client", ok: true },
    { name: "encryption_keys", ok: true },
    { name: "user_token_keys", ok: true },
    { name: "acting_key", ok: true },
    { name: "cron_key", ok: true },
  ]);
});

Deno.test("GET /health/ready tells the operator which jobs failed twice", async () => {
  const database = () =>
    Response.json({ schema_version: SCHEMA_VERSION, failing_jobs: ["maintenance", "retention"] });
  const answer = await ask({ database, apikey: OPERATOR_KEY });
  assert.equal(answer.status, 503);
  assert.deepEqual(failed(answer), [["jobs", "not_ready"]]);
  assert.match(JSON.stringify(answer.body.checks), /maintenance, retention/);
  assert.doesNotMatch(JSON.stringify((await ask({ database })).body), /retention/);
});

Deno.test("GET /health/ready tells the operator that the database is away", async () => {
  const answer = await ask({ apikey: OPERATOR_KEY });
  assert.deepEqual([answer.status, answer.body.code], [503, "not_ready"]);
  assert.deepEqual(failed(answer), [["database", "database_unavailable"]]);
});

Deno.test("GET /health/ready tells the operator that the database is behind", async (t) => {
  const missing = () =>
    Response.json({ code: "PGRST202", message: "", details: null, hint: null }, { status: 404 });
  const behind = { "an older migration": at("20200101000000"), "none": at(null), missing };
  for (const [name, database] of Object.entries(behind)) {
    await t.step(name, async () => {
      const answer = await ask({ database, apikey: OPERATOR_KEY });
      assert.deepEqual([answer.status, answer.body.code], [503, "not_ready"]);
      assert.deepEqual(failed(answer), [["migrations", "database_behind"]]);
    });
  }
});

Deno.test("GET /health/ready takes a database that is ahead: migrations come first", async () => {
  assert.equal((await ask({ database: at("29991231235959") })).status, 200);
});

Deno.test("GET /health/ready tells the operator which secrets are missing", async () => {
  const answer = await ask({
    database: current,
    apikey: OPERATOR_KEY,
    environment: {
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: OPERATOR_KEY }),
      SWITCHBOARD_JWT_SECRET: "",
      SWITCHBOARD_ENCRYPTION_KEYS: "",
    },
  });
  assert.equal(answer.status, 503);
  assert.deepEqual(failed(answer), [
    ["encryption_keys", "not_configured"],
    ["user_token_keys", "not_configured"],
    ["acting_key", "not_configured"],
    ["cron_key", "not_configured"],
  ]);
});

Deno.test("GET /health/ready is red while jobs are paused, so that it is not forgotten", async () => {
  const environment = { SWITCHBOARD_JOBS_PAUSED: "true" };
  const answer = await ask({ database: current, apikey: OPERATOR_KEY, environment });
  assert.equal(answer.status, 503);
  assert.deepEqual(failed(answer), [["schedules", "jobs_paused"]]);
});

Deno.test("GET /health/ready tells nobody else what is wrong", async (t) => {
  for (const apikey of [undefined, "", "sb_publishable_test", CRON_KEY, `${OPERATOR_KEY}x`]) {
    await t.step(apikey ?? "no key", async () => {
      const { status, body } = await ask(apikey === undefined ? {} : { apikey });
      const { request_id: _, ...shown } = body;
      assert.equal(status, 503);
      assert.deepEqual(shown, {
        type: "urn:switchboard:problem:not_ready",
        title: "Not ready",
        status: 503,
        code: "not_ready",
      });
    });
  }
});

Deno.test("GET /health/ready says in its one log line what is wrong", async () => {
  const { lines } = await ask({});
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, "error");
  assert.match(JSON.stringify(lines[0]?.cause), /database_unavailable/);
});
