import assert from "node:assert/strict";
import { adminClient, userClient } from "#shared/db/clients.ts";
import { databaseProblem, unwrap } from "#shared/db/errors.ts";
import { setEnvironment } from "#shared/env.ts";
import { OPERATOR_KEY, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";

Deno.test("the admin client calls with the secret key", async () => {
  await using api = startFakeApi(() => Response.json([]));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  unwrap(await adminClient("a test").from("ivr_menus").select());
  const [request] = api.requests;
  assert.equal(request?.headers.get("apikey"), OPERATOR_KEY);
  assert.equal(request?.path, "/rest/v1/ivr_menus");
});

Deno.test("the admin client is made once for each environment", () => {
  setEnvironment(TEST_ENVIRONMENT);
  const first = adminClient("a test");
  assert.equal(adminClient("another test"), first);
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: "http://127.0.0.1:1" });
  assert.notEqual(adminClient("a test"), first);
});

Deno.test("each use of the admin client gives its reason to the debug log", () => {
  setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_LOG_LEVEL: "debug" });
  using log = captureLog();
  adminClient("a provider has no user");
  assert.deepEqual(log.lines.map(({ level, reason }) => [level, reason]), [
    ["debug", "a provider has no user"],
  ]);
});

Deno.test("a user's client calls with the user's token and the publishable key", async () => {
  await using api = startFakeApi(() => Response.json([]));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  unwrap(await userClient("the-token", "the-request").rpc("publish_ivr_menu"));
  const [request] = api.requests;
  assert.equal(request?.headers.get("apikey"), "sb_publishable_test");
  assert.equal(request?.headers.get("authorization"), "Bearer the-token");
  assert.equal(request?.headers.get("x-request-id"), "the-request");
});

Deno.test("a database that fails is asked once", async () => {
  await using api = startFakeApi(() => new Response("Bad gateway", { status: 503 }));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  const { error, status } = await adminClient("a test").from("ivr_menus").select();
  assert.equal(databaseProblem(error, status).code, "database_unavailable");
  assert.equal(api.requests.length, 1);
});

Deno.test("a database that nobody runs is unavailable at once", async () => {
  const api = startFakeApi(() => new Response());
  await api[Symbol.asyncDispose]();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  const { error, status } = await adminClient("a test").from("ivr_menus").select();
  assert.equal(databaseProblem(error, status).code, "database_unavailable");
});

Deno.test("a database that does not answer is unavailable after four seconds", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  const timeout = AbortSignal.timeout;
  const deadlines: number[] = [];
  AbortSignal.timeout = (milliseconds) => {
    deadlines.push(milliseconds);
    return AbortSignal.abort(new DOMException("Signal timed out", "TimeoutError"));
  };
  try {
    const { error, status } = await adminClient("a test").rpc("readiness");
    assert.equal(databaseProblem(error, status).code, "database_unavailable");
  } finally {
    AbortSignal.timeout = timeout;
  }
  assert.deepEqual(deadlines, [4_000]);
});
