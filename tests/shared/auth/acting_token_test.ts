import assert from "node:assert/strict";
import { decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { signActingToken } from "#shared/auth/acting_token.ts";
import { canActForUsers } from "#shared/auth/token_keys.ts";
import { verifyUserToken } from "#shared/auth/user_token.ts";
import { env, setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { USER_ID } from "#tests/support/user_token.ts";

const KEY_ID = "0b9f7a52-7c0e-4f0e-9a51-6f1d3b2c4d5e";
const NOW = new Date("2026-11-20T12:00:00Z");

/** A key pair as an operator makes one: the private key for us, the public one for the project. */
async function newSigner(alg: "ES256" | "RS256") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    signingKey: JSON.stringify({ ...await exportJWK(privateKey), kid: "k1" }),
    jwks: JSON.stringify({ keys: [{ ...await exportJWK(publicKey), kid: "k1", alg }] }),
  };
}

for (const alg of ["ES256", "RS256"] as const) {
  Deno.test(`a project that trusts the ${alg} key takes the token for the user's own`, async () => {
    const { signingKey, jwks } = await newSigner(alg);
    setEnvironment({
      ...TEST_ENVIRONMENT,
      SWITCHBOARD_SIGNING_KEY: signingKey,
      SUPABASE_JWKS: jwks,
    });
    const token = await signActingToken({ userId: USER_ID, keyId: KEY_ID }, env(), NOW);
    const { alg: used, kid } = decodeProtectedHeader(token);
    assert.deepEqual([used, kid], [alg, "k1"]);
    assert.equal((await verifyUserToken(token, env(), NOW)).sub, USER_ID);
  });
}

Deno.test("without a signing key the project's secret signs, and the token is the user's for a minute and names the key", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  const token = await signActingToken({ userId: USER_ID, keyId: KEY_ID }, env(), NOW);
  const secret = new TextEncoder().encode(TEST_ENVIRONMENT.SWITCHBOARD_JWT_SECRET);
  const { payload } = await jwtVerify(token, secret, { currentDate: NOW });
  const seconds = NOW.getTime() / 1000;
  assert.deepEqual(payload, {
    sub: USER_ID,
    role: "authenticated",
    switchboard_key: KEY_ID,
    aud: "authenticated",
    iat: seconds,
    exp: seconds + 60,
  });
});

Deno.test("nobody is acted for without a key to sign with, or with one that is broken", async () => {
  setEnvironment(environmentWithout("SWITCHBOARD_JWT_SECRET"));
  assert.equal(canActForUsers(env()), false);
  const notConfigured = (error: unknown) =>
    error instanceof Problem && error.code === "not_configured";
  await assert.rejects(
    async () => await signActingToken({ userId: USER_ID, keyId: KEY_ID }, env()),
    notConfigured,
  );
  setEnvironment({
    ...TEST_ENVIRONMENT,
    SWITCHBOARD_SIGNING_KEY: '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}',
  });
  await assert.rejects(
    async () => await signActingToken({ userId: USER_ID, keyId: KEY_ID }, env()),
    notConfigured,
  );
});
