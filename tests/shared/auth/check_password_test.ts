import assert from "node:assert/strict";
import { checkPassword } from "#shared/auth/check_password.ts";
import { setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";

const USER = "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10";
const SIGN_IN = { userId: USER, email: "ada@example.com", phone: null, password: "secret" };

function session(id: string): Response {
  return Response.json({
    access_token: "a.b.c",
    token_type: "bearer",
    expires_in: 3600,
    refresh_token: "r",
    user: { id, aud: "authenticated", email: SIGN_IN.email },
  });
}

/** The code with which a password is refused that the auth service answers so. */
async function refusal(answer: () => Response): Promise<string | undefined> {
  await using api = startFakeApi(answer);
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  try {
    await checkPassword(SIGN_IN);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error.code;
  }
}

const failure = (status: number, error_code: string) => () =>
  Response.json({ error_code, code: status, msg: "No" }, { status });

Deno.test("a password is the user's where the auth service opens a session of the same user", async () => {
  assert.equal(await refusal(() => session(USER)), undefined);
  assert.equal(
    await refusal(() => session("00000000-0000-4000-8000-000000000000")),
    "reauthentication_required",
  );
});

Deno.test("what the auth service refuses is the caller's fault, and what it cannot do is not", async () => {
  assert.equal(
    await refusal(failure(400, "invalid_credentials")),
    "reauthentication_required",
  );
  assert.equal(await refusal(failure(403, "user_banned")), "reauthentication_required");
  assert.equal(await refusal(failure(429, "over_request_rate_limit")), "rate_limited");
  assert.equal(await refusal(failure(500, "unexpected_failure")), "sign_in_unavailable");
  assert.equal(await refusal(() => new Response("garbage")), "sign_in_unavailable");
});

Deno.test("who signs in with neither address nor number has no password to send", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  await assert.rejects(
    checkPassword({ ...SIGN_IN, email: null }),
    (error) => error instanceof Problem && error.code === "reauthentication_required",
  );
});
