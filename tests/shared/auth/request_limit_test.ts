import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { limitRequests } from "#shared/auth/request_limit.ts";
import { setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp } from "#tests/support/sample_app.ts";
import { signUserToken, USER_ID } from "#tests/support/user_token.ts";

const KEY = {
  valid: true,
  code: "valid",
  key_id: "0b9a4c1e-5d0f-4a57-9c37-3f6f0a1f2d10",
  user_id: USER_ID,
  scopes: ["*"],
  limit: 10,
  remaining: 4,
  reset: 60,
  quota: null,
  quota_remaining: null,
};

/** A Data API that has counted too many requests, or as many as may be. */
function fakeApi(retryAfter: number | null) {
  const api = startFakeApi(({ path }) =>
    Response.json(path.endsWith("/verify_api_key") ? KEY : retryAfter)
  );
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  return api;
}

const headers = new Headers({ "x-forwarded-for": "198.51.100.1, 203.0.113.7" });

Deno.test("a request is counted by its user and its address, in one round trip", async () => {
  await using api = fakeApi(null);
  await limitRequests("tests", { userId: USER_ID, headers });
  assert.deepEqual(api.requests.map(({ path, body }) => [path, JSON.parse(body)]), [
    [
      "/rest/v1/rpc/limit_requests",
      { p_name: "tests", p_user_id: USER_ID, p_address: "203.0.113.7" },
    ],
  ]);
});

Deno.test("one request too many is told when to come back", async () => {
  await using _api = fakeApi(42);
  await assert.rejects(
    () => limitRequests("tests", { userId: USER_ID, headers }),
    (error) =>
      error instanceof Problem && error.code === "rate_limited" &&
      error.headers["retry-after"] === "42",
  );
});

Deno.test("what cannot be counted is not served", async () => {
  await using api = startFakeApi(() => new Response("down", { status: 503 }));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  await assert.rejects(
    () => limitRequests("tests", { userId: USER_ID, headers }),
    (error) => error instanceof Problem && error.status === 503,
  );
});

Deno.test("a route that names a limit holds users and programs to it, whose replies tell their own too", async () => {
  using _log = captureLog();
  const app = createSampleApp();
  for (const credentials of [await signUserToken(), generateApiKey()]) {
    await using api = fakeApi(7);
    const response = await app.request("/sample/try", {
      method: "POST",
      headers: { authorization: `Bearer ${credentials}` },
    });
    assert.deepEqual([response.status, (await response.json()).code], [429, "rate_limited"]);
    assert.equal(response.headers.get("retry-after"), "7");
    assert.equal(response.headers.has("ratelimit"), credentials.startsWith("vx_"));
    assert.ok(api.requests.at(-1)?.body.includes('"p_name":"tests"'));
  }
});
