import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { testStack } from "#tests/support/stack.ts";

const encode = (value: object) =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

interface Mint {
  readonly claims?: Record<string, unknown>;
  readonly algorithm?: string;
  readonly secret?: string;
  readonly expires?: string | false;
}

const USER = "00000000-0000-4000-8000-000000000001";

Deno.test("a token that the platform would not accept is refused before Lite sees it", async (t) => {
  await using stack = await testStack();
  const { publishable_key, jwt_secret } = stack.secrets;

  const mint = (
    { claims = {}, algorithm = "HS256", secret = jwt_secret, expires = "5m" }: Mint,
  ) => {
    const all = { sub: USER, role: "authenticated", aud: "authenticated", ...claims };
    const token = new SignJWT(all).setProtectedHeader({ alg: algorithm }).setIssuedAt();
    if (expires !== false) token.setExpirationTime(expires);
    return token.sign(new TextEncoder().encode(secret));
  };
  const read = async (authorization: string, path = "/rest/v1/ivr_menus") => {
    const response = await stack.fetch(
      new Request(`${stack.url}${path}`, { headers: { apikey: publishable_key, authorization } }),
    );
    return { status: response.status, body: await response.json() };
  };

  const now = Math.floor(Date.now() / 1000);
  const user = { sub: USER, role: "authenticated", aud: "authenticated", exp: now + 300 };
  const unsigned = `${encode({ alg: "none", typ: "JWT" })}.${encode(user)}.`;
  const refused = {
    "without a signature": unsigned,
    "without a signature, with another segment": `${unsigned}AA`,
    "without an expiry": await mint({ expires: false }),
    "expired": await mint({ expires: "-1m" }),
    "of another secret": await mint({ secret: "x".repeat(48) }),
    "of another algorithm": await mint({ algorithm: "HS512" }),
    "for another audience": await mint({ claims: { aud: "another" } }),
    "without an audience": await mint({ claims: { aud: undefined } }),
    "of the role postgres": await mint({ claims: { role: "postgres" } }),
    "of the role supabase_auth_admin": await mint({ claims: { role: "supabase_auth_admin" } }),
    "without a role": await mint({ claims: { role: undefined } }),
    "that is no token": "abc",
    "that is two segments": "a.b",
    "that is empty": "",
  };
  for (const [what, token] of Object.entries(refused)) {
    await t.step(`a token ${what}`, async () => {
      for (const path of ["/rest/v1/ivr_menus", "/auth/v1/user", "/storage/v1/bucket"]) {
        const { status, body } = await read(`Bearer ${token}`, path);
        assert.equal(status, 401, path);
        assert.equal(body.code, what === "expired" ? "PGRST303" : "PGRST301");
      }
      assert.equal((await read(`bearer ${token}`)).status, 401);
    });
  }

  await t.step("a user's token passes", async () => {
    assert.deepEqual(await read(`Bearer ${await mint({})}`), { status: 200, body: [] });
  });
  await t.step("a service token passes", async () => {
    const token = await mint({ claims: { role: "service_role", aud: undefined } });
    assert.equal((await read(`Bearer ${token}`)).status, 200);
  });
  await t.step("the key that the client library sends in its place passes", async () => {
    assert.equal((await read(`Bearer ${publishable_key}`)).status, 401);
    assert.equal((await read(`Bearer ${publishable_key}`)).body.code, "42501");
  });
});
