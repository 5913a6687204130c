import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { mistyped } from "#tests/support/key_cases.ts";
import { bearer, call, makeKey, type Reply, usageOf } from "#tests/support/key_holder.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

/** Sets a limit, as the operator does; a window of a day, so that no test outlives it by chance. */
async function setLimit({ database }: TestStack, name: string, set: string): Promise<void> {
  await database.query(
    `update private.request_limits set ${set}, seconds = 86400 where name = '${name}'`,
  );
}

function assertLimited({ status, body, headers }: Reply): void {
  assert.deepEqual([status, body.code], [429, "rate_limited"]);
  const seconds = Number(headers.get("retry-after"));
  assert.ok(seconds >= 1 && seconds <= 86_400, String(seconds));
}

Deno.test("a signed-in user is served as often as the limit says, programs by the limits of their keys", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const other = await stack.newTenant();
  const { key } = await makeKey(stack, owner);
  await setLimit(stack, "requests", "per_user = 2, per_address = null");
  const list = (credentials: string) =>
    call(stack, "GET", "/api-keys", { headers: bearer(credentials) });
  assert.equal((await list(owner.jwt)).status, 200);
  assert.equal((await list(owner.jwt)).status, 200);
  assertLimited(await list(owner.jwt));
  assertLimited(
    await call(stack, "POST", "/api-keys", { headers: bearer(owner.jwt), json: { name: "x" } }),
  );
  assert.equal((await list(other.jwt)).status, 200);
  for (let n = 0; n < 5; n++) assert.equal((await list(key)).status, 200);
});

Deno.test("one address is served as often as the limit says, whoever signs in there", async () => {
  await using stack = await testStack();
  const tenants = [await stack.newTenant(), await stack.newTenant()];
  await setLimit(stack, "requests", "per_user = null, per_address = 2");
  const list = (jwt: string, address: string) =>
    call(stack, "GET", "/api-keys", { headers: { ...bearer(jwt), "x-forwarded-for": address } });
  for (const { jwt } of tenants) assert.equal((await list(jwt, "2001:db8::1")).status, 200);
  for (const { jwt } of tenants) {
    assertLimited(await list(jwt, "2001:db8::2"));
    // What precedes the last entry is the caller's own invention.
    assertLimited(await list(jwt, "198.51.100.1, 2001:db8::3"));
    assert.equal((await list(jwt, "198.51.100.1")).status, 200);
  }
});

Deno.test("who guesses keys is told to wait, and keys that are right go on working from there", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { key } = await makeKey(stack, owner);
  await setLimit(stack, "wrong_keys", "per_address = 2");
  const list = (presented: string, method = "GET", path = "/api-keys") =>
    call(stack, method, path, {
      headers: bearer(presented),
      json: method === "POST" ? {} : undefined,
    });
  for (let n = 0; n < 2; n++) assert.equal((await list(generateApiKey())).status, 401);
  assertLimited(await list(generateApiKey()));
  assertLimited(await list(generateApiKey(), "POST", "/api-keys/verify"));
  assert.equal((await list(key)).status, 200);
  // A wrong checksum is known without a query, so there is nothing to count it with.
  assert.equal((await list(mistyped(key))).status, 401);
});

Deno.test("questions about keys are limited for users and their programs together, not for the operator", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const asked = await makeKey(stack, owner);
  const caller = await makeKey(stack, owner, { scopes: ["api-keys:read"], rate_limit: 9 });
  await setLimit(stack, "verify", "per_user = 2, per_address = null");
  await setLimit(stack, "wrong_keys", "per_address = 1");
  const ask = (headers: Record<string, string>, key = asked.key) =>
    call(stack, "POST", "/api-keys/verify", { headers, json: { key, ip: "203.0.113.77" } });
  assert.equal((await ask(bearer(owner.jwt))).body.code, "valid");
  assert.equal((await ask(bearer(caller.key))).body.code, "valid");
  assertLimited(await ask(bearer(owner.jwt)));
  const limited = await ask(bearer(caller.key));
  assertLimited(limited);
  assert.match(limited.headers.get("ratelimit") ?? "", /^"hour";r=9;t=\d+$/);
  assert.equal(await usageOf(stack, asked.id), 2);
  const operator = { apikey: stack.secrets.secret_key };
  for (let n = 0; n < 3; n++) {
    assert.equal((await ask(operator)).body.code, "valid");
    const unknown = await ask(operator, generateApiKey());
    assert.deepEqual([unknown.status, unknown.body], [200, { valid: false, code: "not_found" }]);
  }
});
