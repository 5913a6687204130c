import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { refusesStrangers } from "#tests/support/auth_cases.ts";
import { environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startCountingApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp, SAVE } from "#tests/support/sample_app.ts";
import { signUserToken, USER_ID } from "#tests/support/user_token.ts";

const app = createSampleApp();

function save(headers: Record<string, string>) {
  return app.request(SAVE.path, {
    method: SAVE.method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(SAVE.json),
  });
}

Deno.test("a route for users refuses strangers", async (t) => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  await refusesStrangers(t, { app, ...SAVE });
});

Deno.test("a signed-in user reaches the handler as the actor and is the tenant in the log", async () => {
  await using api = startCountingApi();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  using log = captureLog();
  const response = await save({ authorization: `Bearer ${await signUserToken()}` });
  assert.equal((await response.json()).user_id, USER_ID);
  assert.equal(log.lines.at(-1)?.tenant_id, USER_ID);
});

Deno.test("strangers are refused before their body is looked at", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const response = await app.request(SAVE.path, { method: "POST", body: "{" });
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("www-authenticate"), "Bearer");
  await response.body?.cancel();
});

Deno.test("a route for users serves nobody while no key is set to verify tokens with", async () => {
  setEnvironment(environmentWithout("SWITCHBOARD_JWT_SECRET"));
  using _log = captureLog();
  const response = await save({ authorization: `Bearer ${await signUserToken()}` });
  assert.deepEqual([response.status, (await response.json()).code], [503, "not_configured"]);
});
