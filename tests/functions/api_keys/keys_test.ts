import assert from "node:assert/strict";
import { z } from "zod";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import {
  ADDRESS,
  bearer,
  call,
  faults,
  makeKey,
  setColumns,
  usageOf,
} from "#tests/support/key_holder.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test("POST /api-keys shows the key once: neither the key nor its hash comes back by any route", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const key = await makeKey(stack, owner, { name: "Export", metadata: { team: "a" } });
  assert.match(key.key, /^vx_[0-9A-Za-z]{38}$/);
  assert.equal(key.key_prefix, key.key.slice(0, 10));
  const replies = [
    await call(stack, "GET", "/api-keys", { headers: bearer(key.key) }),
    await call(stack, "GET", `/api-keys/${key.id}`, { headers: bearer(key.key) }),
    await call(stack, "PATCH", `/api-keys/${key.id}`, {
      headers: bearer(key.key),
      json: { name: "Nightly export" },
    }),
    await call(stack, "POST", "/api-keys/verify", {
      headers: bearer(key.key),
      json: { key: key.key },
    }),
    await call(stack, "POST", `/api-keys/${key.id}/revoke`, { headers: bearer(owner.jwt) }),
  ];
  for (const { status, body } of replies) {
    assert.equal(status, 200);
    const text = JSON.stringify(body);
    assert.ok(!text.includes(key.key.slice(10)) && !text.includes(hashApiKey(key.key)), text);
  }
});

Deno.test("POST /api-keys takes an end as a time or as days from now", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const at = "2090-01-31T12:00:00+02:00";
  const { expires_at } = await makeKey(stack, owner, { expires_at: at });
  assert.equal(Date.parse(String(expires_at)), Date.parse(at));
  const before = Date.now();
  const days = await makeKey(stack, owner, { expires_in_days: 30 });
  const end = Date.parse(String(days.expires_at)) - 30 * 86_400_000;
  assert.ok(end >= before && end <= Date.now());
  assert.equal((await makeKey(stack, owner, { expires_at: null })).expires_at, null);
});

Deno.test("GET and PATCH /api-keys/:id show and change one key", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = bearer(owner.jwt);
  const { key: _, ...made } = await makeKey(stack, owner, { rate_limit: 10 });
  const path = `/api-keys/${made.id}`;
  assert.deepEqual((await call(stack, "GET", path, { headers })).body, made);
  const changes = {
    name: "Renamed",
    scopes: ["ivr:read"],
    enabled: false,
    expires_at: "2090-01-31T12:00:00+00:00",
    rate_limit: null,
    usage_quota: 500,
    allowed_ips: ["203.0.113.0/24", "2001:db8::/32"],
    metadata: { a: [1, null, "ü"] },
  };
  const changed = await call(stack, "PATCH", path, { headers, json: changes });
  assert.equal(changed.status, 200);
  const { updated_at: _before, ...rest } = made;
  const { updated_at, ...now } = changed.body;
  assert.deepEqual(now, { ...rest, ...changes });
  assert.deepEqual((await call(stack, "GET", path, { headers })).body, { ...now, updated_at });
});

Deno.test("DELETE /api-keys/:id deletes the key and what it used", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = bearer(owner.jwt);
  const { id, key } = await makeKey(stack, owner);
  await call(stack, "GET", "/api-keys", { headers: bearer(key) });
  assert.equal((await call(stack, "DELETE", `/api-keys/${id}`, { headers })).status, 204);
  assert.equal((await call(stack, "DELETE", `/api-keys/${id}`, { headers })).status, 404);
  assert.equal((await call(stack, "GET", "/api-keys", { headers: bearer(key) })).status, 401);
  assert.deepEqual(await stack.database.query("select * from public.api_key_usage"), []);
});

Deno.test("a key stops at once when it is disabled, expired, narrowed, moved or revoked", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id, key } = await makeKey(stack, owner);
  const use = async () => {
    const { status, body } = await call(stack, "GET", "/api-keys", { headers: bearer(key) });
    return status === 200 ? "valid" : body.reason;
  };
  const change = async (json: unknown) => {
    const headers = bearer(owner.jwt);
    const { status } = await call(stack, "PATCH", `/api-keys/${id}`, { headers, json });
    assert.equal(status, 200);
  };
  assert.equal(await use(), "valid");
  await change({ enabled: false });
  assert.equal(await use(), "disabled");
  await change({ enabled: true, scopes: ["ivr:read"] });
  assert.equal(await use(), "insufficient_scope");
  await change({ scopes: ["api-keys:read"], allowed_ips: ["198.51.100.0/24"] });
  assert.equal(await use(), "ip_not_allowed");
  await change({ allowed_ips: [`${ADDRESS}/32`] });
  assert.equal(await use(), "valid");
  await setColumns(stack, id, "expires_at = clock_timestamp()");
  assert.equal(await use(), "expired");
  await change({ expires_at: null });
  assert.equal(await use(), "valid");
  await call(stack, "POST", `/api-keys/${id}/revoke`, { headers: bearer(owner.jwt) });
  assert.equal(await use(), "revoked");
});

Deno.test("revoking is for good: nothing brings the key back, and a second time changes nothing", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = bearer(owner.jwt);
  const { id, key } = await makeKey(stack, owner);
  const first = await call(stack, "POST", `/api-keys/${id}/revoke`, { headers });
  assert.deepEqual(
    (await call(stack, "POST", `/api-keys/${id}/revoke`, { headers })).body,
    first.body,
  );
  const attempts = [
    await call(stack, "PATCH", `/api-keys/${id}`, { headers, json: { enabled: true } }),
    await call(stack, "POST", `/api-keys/${id}/rotate`, { headers, json: { overlap_hours: 1 } }),
  ];
  for (const { status, body } of attempts) {
    assert.deepEqual([status, body.code], [409, "key_revoked"]);
  }
  assert.equal((await call(stack, "GET", "/api-keys", { headers: bearer(key) })).status, 401);
});

Deno.test("POST /api-keys/:id/rotate gives a key with the same settings, and both work until the overlap ends", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = bearer(owner.jwt);
  const old = await makeKey(stack, owner, { scopes: ["api-keys:read"], rate_limit: 50 });
  const { status, body } = await call(stack, "POST", `/api-keys/${old.id}/rotate`, {
    headers,
    json: { overlap_hours: 24 },
  });
  assert.equal(status, 201);
  assert.deepEqual(
    [body.name, body.scopes, body.rate_limit, body.rotated_from],
    ["Test", ["api-keys:read"], 50, old.id],
  );
  const { previous, key } = z.object({
    key: z.string(),
    previous: z.object({ id: z.string(), expires_at: z.string() }),
  }).parse(body);
  assert.equal(previous.id, old.id);
  const hours = (Date.parse(previous.expires_at) - Date.now()) / 3_600_000;
  assert.ok(hours > 23.9 && hours <= 24);
  const use = async (presented: string) =>
    (await call(stack, "GET", "/api-keys", { headers: bearer(presented) })).status;
  assert.deepEqual([await use(old.key), await use(key)], [200, 200]);

  const again = { headers, json: { overlap_hours: 0 } };
  const next = await call(stack, "POST", `/api-keys/${String(body.id)}/rotate`, again);
  assert.deepEqual([await use(key), await use(String(next.body.key))], [401, 200]);
});

Deno.test("a program gives no scope that its key lacks, and changes no key that holds more", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const wider = await makeKey(stack, owner, { scopes: ["api-keys:write", "webhooks:write"] });
  const { id, key } = await makeKey(stack, owner, { scopes: ["api-keys:write", "ivr:read"] });
  const headers = bearer(key);
  const rows = () =>
    stack.database.query("select id, scopes, name from public.api_keys order by id");
  const before = await rows();
  const refused = [
    await call(stack, "POST", "/api-keys", { headers, json: { name: "x", scopes: ["*"] } }),
    await call(stack, "POST", "/api-keys", {
      headers,
      json: { name: "x", scopes: ["ivr:read", "ivr:write"] },
    }),
    await call(stack, "PATCH", `/api-keys/${id}`, { headers, json: { scopes: ["ivr:write"] } }),
    await call(stack, "PATCH", `/api-keys/${wider.id}`, { headers, json: { name: "mine" } }),
    await call(stack, "PATCH", `/api-keys/${wider.id}`, {
      headers,
      json: { scopes: ["ivr:read"] },
    }),
    await call(stack, "POST", `/api-keys/${wider.id}/rotate`, {
      headers,
      json: { overlap_hours: 0 },
    }),
  ];
  for (const { status, body } of refused) {
    assert.deepEqual([status, body.code], [403, "insufficient_scope"], JSON.stringify(body));
  }
  assert.deepEqual(await rows(), before);
  const narrower = { name: "x", scopes: ["ivr:read"] };
  assert.equal((await call(stack, "POST", "/api-keys", { headers, json: narrower })).status, 201);
});

Deno.test("a program widens neither itself nor another key, and stops none that reaches further", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const bounds = {
    scopes: ["api-keys:write"],
    rate_limit: 50,
    usage_quota: 500,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    allowed_ips: ["203.0.113.0/24"],
  };
  const { id, key } = await makeKey(stack, owner, bounds);
  const free = await makeKey(stack, owner, { scopes: ["api-keys:write"] });
  const headers = bearer(key);
  const attempts: readonly [string, string, object | undefined, string][] = [
    ["PATCH", `/api-keys/${id}`, { rate_limit: 51 }, "rate_limit"],
    ["PATCH", `/api-keys/${id}`, { rate_limit: null }, "rate_limit"],
    ["PATCH", `/api-keys/${id}`, { usage_quota: null }, "usage_quota"],
    ["PATCH", `/api-keys/${id}`, { expires_at: null }, "expires_at"],
    ["PATCH", `/api-keys/${id}`, { allowed_ips: null }, "allowed_ips"],
    ["PATCH", `/api-keys/${id}`, { allowed_ips: ["203.0.112.0/23"] }, "allowed_ips"],
    ["POST", "/api-keys", { ...bounds, name: "x", rate_limit: undefined }, "rate_limit"],
    ["POST", "/api-keys", {
      ...bounds,
      name: "x",
      expires_at: undefined,
      expires_in_days: 1,
    }, "expires_at"],
  ];
  for (const [method, path, json, field] of attempts) {
    const reply = await call(stack, method, path, { headers, json });
    assert.deepEqual([reply.status, reply.body.code, faults(reply)], [403, "forbidden", [field]]);
  }
  const all = ["allowed_ips", "expires_at", "rate_limit", "usage_quota"];
  for (
    const [method, path, json] of [
      ["PATCH", "", { name: "mine" }],
      ["POST", "/rotate", { overlap_hours: 0 }],
      ["POST", "/revoke", undefined],
      ["DELETE", "", undefined],
    ] as const
  ) {
    const reply = await call(stack, method, `/api-keys/${free.id}${path}`, { headers, json });
    assert.deepEqual([reply.status, faults(reply)], [403, all], `${method} ${path}`);
  }
  assert.equal((await call(stack, "GET", "/api-keys", { headers: bearer(free.key) })).status, 403);
  const json = { ...bounds, name: "x", rate_limit: 49, allowed_ips: ["203.0.113.7"] };
  const made = await call(stack, "POST", "/api-keys", { headers, json });
  assert.equal(made.status, 201);
  assert.equal(
    (await call(stack, "DELETE", `/api-keys/${String(made.body.id)}`, { headers })).status,
    204,
  );
  const rotated = await call(stack, "POST", `/api-keys/${id}/rotate`, {
    headers,
    json: { overlap_hours: 1 },
  });
  assert.deepEqual([rotated.status, rotated.body.rate_limit], [201, 50]);
});

Deno.test("replies to programs tell what is left of their limits, refusals too, and a refused use is not counted", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const settings = { scopes: ["api-keys:read"], rate_limit: 3, usage_quota: 100 };
  const { id, key } = await makeKey(stack, owner, settings);
  // In an hour to come, so that the test may begin in the last second of one.
  await setColumns(
    stack,
    id,
    "window_start = date_trunc('hour', now(), 'UTC') + interval '1 hour'",
  );
  const tell = async (method: string, path: string) => {
    const { status, headers } = await call(stack, method, path, { headers: bearer(key) });
    const [policy, left] = [headers.get("ratelimit-policy"), headers.get("ratelimit")];
    return [status, policy, left?.replace(/t=\d+/, "t=…"), headers.has("retry-after")];
  };
  const policy = '"hour";q=3;w=3600, "total";q=100';
  const left = (hour: number, total: number) => `"hour";r=${hour};t=…, "total";r=${total}`;
  assert.deepEqual(await tell("GET", "/api-keys"), [200, policy, left(2, 99), false]);
  assert.deepEqual(await tell("DELETE", `/api-keys/${id}`), [403, policy, left(2, 99), false]);
  assert.deepEqual(await tell("GET", "/api-keys?limit=0"), [422, policy, left(1, 98), false]);
  assert.deepEqual(await tell("GET", `/api-keys/${owner.userId}`), [
    404,
    policy,
    left(0, 97),
    false,
  ]);
  assert.deepEqual(await tell("GET", "/api-keys"), [429, policy, left(0, 97), true]);
  assert.deepEqual(await tell("GET", "/api-keys"), [429, policy, left(0, 97), true]);
  assert.equal(await usageOf(stack, id), 3);
});
