import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { bearer, call, faults, makeKey, setColumns, usageOf } from "#tests/support/key_holder.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test("POST /api-keys/verify answers the operator for every tenant, and an owner for their own keys", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const stranger = await stack.newTenant();
  const asked = await makeKey(stack, owner, {
    scopes: ["ivr:read"],
    rate_limit: 9,
    usage_quota: 8,
  });
  const own = await makeKey(stack, owner, { scopes: ["api-keys:read"] });
  const other = await makeKey(stack, stranger, { scopes: ["api-keys:read"] });
  const ask = (headers: Record<string, string>) =>
    call(stack, "POST", "/api-keys/verify", { headers, json: { key: asked.key } });

  const operator = await ask({ apikey: stack.secrets.secret_key });
  const { reset, ...verdict } = operator.body;
  assert.deepEqual([operator.status, verdict], [200, {
    valid: true,
    code: "valid",
    key_id: asked.id,
    user_id: owner.userId,
    scopes: ["ivr:read"],
    limit: 9,
    remaining: 8,
    quota: 8,
    quota_remaining: 7,
  }]);
  assert.ok(Number(reset) > 0 && Number(reset) <= 3600);
  assert.equal((await ask(bearer(owner.jwt))).body.code, "valid");
  assert.equal((await ask(bearer(own.key))).body.code, "valid");

  const unknown = { valid: false, code: "not_found" };
  assert.deepEqual((await ask(bearer(stranger.jwt))).body, unknown);
  assert.deepEqual((await ask(bearer(other.key))).body, unknown);
  assert.equal(await usageOf(stack, asked.id), 3);
});

Deno.test("POST /api-keys/verify counts the key that is asked about and not the caller's own", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const asked = await makeKey(stack, owner);
  const caller = await makeKey(stack, owner, { rate_limit: 1 });
  for (let n = 1; n <= 3; n++) {
    const reply = await call(stack, "POST", "/api-keys/verify", {
      headers: bearer(caller.key),
      json: { key: asked.key },
    });
    assert.equal(reply.body.code, "valid");
    assert.match(reply.headers.get("ratelimit") ?? "", /^"hour";r=1;t=\d+$/);
    assert.deepEqual([await usageOf(stack, asked.id), await usageOf(stack, caller.id)], [n, 0]);
  }
});

Deno.test("POST /api-keys/verify says why a key is refused, with status 200, and counts nothing", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = { apikey: stack.secrets.secret_key };
  const { id, key } = await makeKey(stack, owner, {
    scopes: ["ivr:read"],
    allowed_ips: ["198.51.100.0/24"],
    rate_limit: 5,
  });
  const asked = { key, scope: "ivr:read", ip: "198.51.100.7" };
  const ask = async (json: object) => {
    const { status, body } = await call(stack, "POST", "/api-keys/verify", { headers, json });
    assert.equal(status, 200);
    return body.code;
  };
  assert.equal(await ask({ ...asked, scope: "ivr:write" }), "insufficient_scope");
  assert.equal(await ask({ ...asked, ip: "203.0.113.9" }), "ip_not_allowed");
  assert.equal(await ask({ key }), "ip_not_allowed");
  assert.equal(await ask({ ...asked, key: generateApiKey() }), "not_found");
  assert.equal(await ask({ ...asked, key: `${key}x` }), "not_found");
  await setColumns(stack, id, "window_count = 5, window_start = now() + interval '1 hour'");
  assert.equal(await ask(asked), "rate_limited");
  await setColumns(stack, id, "window_count = 0, usage_quota = 1, usage_count = 1");
  assert.equal(await ask(asked), "quota_exceeded");
  await setColumns(stack, id, "usage_count = 0, expires_at = '2026-01-01'");
  assert.equal(await ask(asked), "expired");
  await setColumns(stack, id, "enabled = false");
  assert.equal(await ask(asked), "disabled");
  await setColumns(stack, id, "revoked_at = now()");
  assert.equal(await ask(asked), "revoked");
  assert.equal(await usageOf(stack, id), 0);
});

Deno.test("POST /api-keys/verify names what is wrong with a question", async () => {
  await using stack = await testStack();
  const headers = { apikey: stack.secrets.secret_key };
  const key = generateApiKey();
  const wrong: readonly [object, string][] = [
    [{}, "key"],
    [{ key: "" }, "key"],
    [{ key: "x".repeat(501) }, "key"],
    [{ key, scope: "ivr" }, "scope"],
    [{ key, scope: "*" }, "scope"],
    [{ key, ip: "198.51.100.0/24" }, "ip"],
    [{ key, user_id: crypto.randomUUID() }, "user_id"],
  ];
  for (const [json, path] of wrong) {
    const reply = await call(stack, "POST", "/api-keys/verify", { headers, json });
    assert.deepEqual([reply.status, faults(reply)], [422, [path]], JSON.stringify(json));
  }
});
