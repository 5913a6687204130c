import assert from "node:assert/strict";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from "jose";
import type { UserKeys } from "#shared/auth/token_keys.ts";
import { verifyUserToken } from "#shared/auth/user_token.ts";
import type { ProblemCode } from "#shared/http/codes.ts";
import { Problem } from "#shared/http/problem.ts";
import {
  type ClaimOverrides,
  forgeToken,
  signUserToken,
  USER_ID,
  userClaims,
} from "#tests/support/user_token.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const NOW_S = NOW.getTime() / 1000;

const SECRET = "the project's secret, of more than 32 bytes";
const BY_SECRET: UserKeys = { jwtSecret: SECRET, jwks: undefined };
const ES256 = await generateKeyPair("ES256", { extractable: true });
const RS256 = await generateKeyPair("RS256", { extractable: true });
const BY_JWKS: UserKeys = {
  jwtSecret: undefined,
  jwks: { keys: [await publicJwk(ES256, "es"), await publicJwk(RS256, "rs")] },
};
const BY_BOTH: UserKeys = { ...BY_SECRET, ...BY_JWKS, jwtSecret: SECRET };

async function publicJwk({ publicKey }: GenerateKeyPairResult, kid: string): Promise<JWK> {
  const alg = kid === "es" ? "ES256" : "RS256";
  return { ...await exportJWK(publicKey), kid, alg, use: "sig" };
}

function sign(
  key: CryptoKey | Uint8Array,
  header: JWTHeaderParameters,
  claims: ClaimOverrides = {},
): Promise<string> {
  return new SignJWT(userClaims(claims, NOW)).setProtectedHeader(header).sign(key);
}

const bytes = (text: string) => new TextEncoder().encode(text);
const hs256 = (claims?: ClaimOverrides) => sign(bytes(SECRET), { alg: "HS256" }, claims);
const es256 = (claims?: ClaimOverrides) =>
  sign(ES256.privateKey, { alg: "ES256", kid: "es" }, claims);
const rs256 = (claims?: ClaimOverrides) =>
  sign(RS256.privateKey, { alg: "RS256", kid: "rs" }, claims);

const verify = (token: string, keys: UserKeys) => verifyUserToken(token, keys, NOW);

function problem(code: ProblemCode) {
  return (error: unknown) => error instanceof Problem && error.code === code;
}

Deno.test("a user's token is accepted by the key that signed it: HS256, ES256 and RS256", async () => {
  for (const keys of [BY_SECRET, BY_BOTH]) {
    assert.equal((await verify(await hs256(), keys)).sub, USER_ID);
  }
  for (const keys of [BY_JWKS, BY_BOTH]) {
    assert.equal((await verify(await es256(), keys)).sub, USER_ID);
    assert.equal((await verify(await rs256(), keys)).sub, USER_ID);
  }
});

Deno.test("a user's token is accepted without a key id where one key fits", async () => {
  const token = await sign(ES256.privateKey, { alg: "ES256" });
  assert.equal((await verify(token, BY_JWKS)).sub, USER_ID);
});

Deno.test("a user's id is taken in lower case, as the database writes it", async () => {
  const token = await hs256({ sub: USER_ID.toUpperCase() });
  assert.equal((await verify(token, BY_SECRET)).sub, USER_ID);
});

Deno.test("one of several audiences suffices", async () => {
  const token = await hs256({ aud: ["other", "authenticated"] });
  assert.equal((await verify(token, BY_SECRET)).sub, USER_ID);
});

Deno.test("clocks may be five seconds apart and no more", async () => {
  await verify(await hs256({ exp: NOW_S - 4 }), BY_SECRET);
  await verify(await hs256({ nbf: NOW_S + 5 }), BY_SECRET);
  await assert.rejects(verify(await hs256({ exp: NOW_S - 5 }), BY_SECRET));
  await assert.rejects(verify(await hs256({ nbf: NOW_S + 6 }), BY_SECRET));
});

Deno.test("a token that says the wrong thing is refused, whoever signed it", async (t) => {
  const wrong: Record<string, ClaimOverrides> = {
    "no exp": { exp: undefined },
    "expired": { exp: NOW_S - 60 },
    "not valid yet": { nbf: NOW_S + 60 },
    "another audience": { aud: "anon" },
    "no audience": { aud: undefined },
    "role anon": { role: "anon" },
    "role service_role": { role: "service_role" },
    "role postgres": { role: "postgres" },
    "role authenticated among others": { role: ["authenticated"] },
    "no role": { role: undefined },
    "a subject that is no UUID": { sub: "alice" },
    "a subject with a UUID in it": { sub: `x${USER_ID}` },
    "an empty subject": { sub: "" },
    "no subject": { sub: undefined },
  };
  for (const [name, claims] of Object.entries(wrong)) {
    for (const make of [hs256, es256, rs256]) {
      const token = await make(claims);
      await t.step(
        `${name}, ${make.name}`,
        () => assert.rejects(verify(token, BY_BOTH), problem("invalid_token")),
      );
    }
  }
});

Deno.test("a token is refused unless its signature is of a configured key", async (t) => {
  const strangers = await generateKeyPair("ES256");
  const [header, , signature] = (await es256()).split(".");
  const otherClaims = forgeToken({}, userClaims({ sub: crypto.randomUUID() }, NOW)).split(".")[1];
  const claims = userClaims({}, NOW);
  const forged: Record<string, string> = {
    "alg none": forgeToken({ alg: "none" }, claims),
    "alg None": forgeToken({ alg: "None", typ: "JWT" }, claims),
    "no alg": forgeToken({}, claims),
    "no signature": forgeToken({ alg: "ES256", kid: "es" }, claims),
    "another secret": await sign(bytes("x".repeat(40)), { alg: "HS256" }),
    "the right secret with another algorithm": await sign(bytes(SECRET), { alg: "HS512" }),
    "another key under a known id": await sign(strangers.privateKey, { alg: "ES256", kid: "es" }),
    "another key with its own id": await sign(strangers.privateKey, { alg: "ES256", kid: "new" }),
    "another key that the token itself brings": await sign(strangers.privateKey, {
      alg: "ES256",
      jwk: await exportJWK(strangers.publicKey),
    }),
    "the public key's text as a secret": await sign(bytes(await exportSPKI(RS256.publicKey)), {
      alg: "HS256",
    }),
    "the public key's modulus as a secret": await sign(
      bytes((await exportJWK(RS256.publicKey)).n ?? ""),
      { alg: "HS256", kid: "rs" },
    ),
    "RSA with padding that the key does not name": await sign(
      await psKey(),
      { alg: "PS256", kid: "rs" },
    ),
    "claims that were exchanged": `${header}.${otherClaims}.${signature}`,
    "a critical extension": forgeToken({ alg: "ES256", kid: "es", crit: ["x"], x: 1 }, claims),
    "three parts of nothing": "..",
    "no parts": "token",
  };
  for (const [name, token] of Object.entries(forged)) {
    for (const keys of [BY_SECRET, BY_JWKS, BY_BOTH]) {
      await t.step(name, () => assert.rejects(verify(token, keys), problem("invalid_token")));
    }
  }
});

async function psKey(): Promise<CryptoKey> {
  const jwk = await exportJWK(RS256.privateKey);
  const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
  return await crypto.subtle.importKey("jwk", { ...jwk, alg: "PS256" }, algorithm, false, ["sign"]);
}

Deno.test("a public key that names no algorithm is still used with RS256 alone", async () => {
  const { alg: _, ...unnamed } = await publicJwk(RS256, "rs");
  const keys: UserKeys = { jwtSecret: undefined, jwks: { keys: [unnamed] } };
  assert.equal((await verify(await rs256(), keys)).sub, USER_ID);
  const padded = await sign(await psKey(), { alg: "PS256", kid: "rs" });
  await assert.rejects(verify(padded, keys), problem("invalid_token"));
});

Deno.test("a key set does not open the door to tokens of a secret, nor the reverse", async () => {
  await assert.rejects(verify(await hs256(), BY_JWKS), problem("invalid_token"));
  await assert.rejects(verify(await es256(), BY_SECRET), problem("invalid_token"));
});

Deno.test("an expired token is told from an invalid one, in the detail and the header", async () => {
  const token = await signUserToken({ exp: NOW_S - 60 }, SECRET);
  await assert.rejects(verify(token, BY_SECRET), (error) => {
    assert(error instanceof Problem);
    assert.equal(error.detail, "The token has expired");
    assert.match(error.headers["www-authenticate"] ?? "", /^Bearer error="invalid_token"/);
    return true;
  });
});

Deno.test("without a key the answer is not_configured, whatever the token", async () => {
  const none: UserKeys = { jwks: undefined, jwtSecret: undefined };
  await assert.rejects(verify(await hs256(), none), problem("not_configured"));
  await assert.rejects(verify("noise", none), problem("not_configured"));
});

Deno.test("a configured key that cannot be used is our fault, not the caller's", async () => {
  const broken = { kty: "EC", crv: "P-256", kid: "es", alg: "ES256" };
  const keys: UserKeys = { jwtSecret: undefined, jwks: { keys: [broken] } };
  await assert.rejects(verify(await es256(), keys), (error) => !(error instanceof Problem));
});
