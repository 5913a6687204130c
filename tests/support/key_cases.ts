import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { REFUSALS } from "#shared/api_keys/verify.ts";
import { type Scope, SCOPES } from "#shared/auth/scopes.ts";
import type { ProblemCode } from "#shared/http/codes.ts";
import { ADDRESS, call, makeKey, type Sent, setColumns } from "./key_holder.ts";
import type { Tenant, TestStack } from "./stack.ts";

/** A route for users on a running stack, with everything that it needs beside a key. */
export interface KeyedRoute {
  readonly method: string;
  /** With every parameter filled in. */
  readonly path: string;
  readonly scope: Scope;
  /** A body that the route accepts. */
  readonly json?: unknown;
}

/** A key that no route lets pass. */
interface RefusedKey {
  readonly name: string;
  readonly key: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly reason: typeof REFUSALS[number];
}

/** The two ways of sending a key. */
const WAYS: readonly ((key: string) => Record<string, string>)[] = [
  (key) => ({ authorization: `Bearer ${key}` }),
  (key) => ({ "x-api-key": key }),
];

/** A key with another last character: of the right form, with a wrong checksum. */
export function mistyped(key: string): string {
  return key.slice(0, -1) + (key.endsWith("a") ? "b" : "a");
}

/** Keys in every state in which a key is refused whatever it is used for. */
export async function refusedKeys(stack: TestStack, owner: Tenant): Promise<RefusedKey[]> {
  const unknown = generateApiKey();
  const made = async (assignments: string, settings = {}) => {
    const { id, key } = await makeKey(stack, owner, { rate_limit: 10, ...settings });
    await setColumns(stack, id, assignments);
    return key;
  };
  const invalid = { status: 401, code: "invalid_token" } as const;
  const elsewhere = { allowed_ips: ["198.51.100.0/24", "2001:db8::/32"] };
  return [
    { name: "a malformed key", key: "vx_short", ...invalid, reason: "not_found" },
    { name: "a mistyped key", key: mistyped(unknown), ...invalid, reason: "not_found" },
    { name: "a key that was never made", key: unknown, ...invalid, reason: "not_found" },
    { name: "a revoked key", key: await made("revoked_at = now()"), ...invalid, reason: "revoked" },
    { name: "a disabled key", key: await made("enabled = false"), ...invalid, reason: "disabled" },
    {
      name: "an expired key",
      key: await made("expires_at = '2026-01-01'"),
      ...invalid,
      reason: "expired",
    },
    {
      name: "a key for other addresses",
      key: await made("enabled = true", elsewhere),
      status: 403,
      code: "forbidden",
      reason: "ip_not_allowed",
    },
    {
      name: "a key that has used up its hour",
      // In an hour to come, so that the test may begin in the last second of one.
      key: await made(
        "window_count = 10, window_start = date_trunc('hour', now()) + interval '1 h'",
      ),
      status: 429,
      code: "rate_limited",
      reason: "rate_limited",
    },
    {
      name: "a key that has used up its quota",
      key: await made("usage_count = 5", { usage_quota: 5 }),
      status: 429,
      code: "quota_exceeded",
      reason: "quota_exceeded",
    },
  ];
}

/** A key that may do everything but what the route needs. */
export async function keyWithout(
  stack: TestStack,
  owner: Tenant,
  scope: Scope,
): Promise<RefusedKey> {
  const scopes = SCOPES.filter((other) => other !== scope);
  return {
    name: "a key without the scope",
    key: (await makeKey(stack, owner, { scopes, rate_limit: 10 })).key,
    status: 403,
    code: "insufficient_scope",
    reason: "insufficient_scope",
  };
}

/**
 * Attacks a route with keys that must be refused, sent in either way. Each refusal says why, in code
 * and reason, and tells the limits of a key that is known.
 */
export async function refusesKeys(
  t: Deno.TestContext,
  stack: TestStack,
  { method, path, json }: KeyedRoute,
  keys: readonly RefusedKey[],
): Promise<void> {
  for (const { name, key, status, code, reason } of keys) {
    await t.step(name, async () => {
      for (const headersOf of WAYS) {
        const sent: Sent = { json, headers: headersOf(key) };
        const reply = await call(stack, method, path, sent);
        assert.deepEqual([reply.status, reply.body.code, reply.body.reason], [
          status,
          code,
          reason,
        ]);
        const { headers } = reply;
        assert.equal(headers.get("content-type"), "application/problem+json");
        assert.equal(headers.has("retry-after"), status === 429);
        assert.equal(
          headers.has("www-authenticate"),
          status === 401 || code === "insufficient_scope",
        );
        if (reason === "not_found") continue;
        assert.match(headers.get("ratelimit-policy") ?? "", /^"hour";q=10;w=3600/);
        const left = reason === "rate_limited" ? 0 : 10;
        assert.match(headers.get("ratelimit") ?? "", new RegExp(`^"hour";r=${left};t=\\d+`));
      }
    });
  }
}

/** Expects a route to take a key that holds its scope and no other, and to tell its limits. */
export async function takesKey(
  stack: TestStack,
  owner: Tenant,
  { method, path, scope, json }: KeyedRoute,
): Promise<void> {
  const { key } = await makeKey(stack, owner, {
    scopes: [scope],
    rate_limit: 10,
    allowed_ips: [ADDRESS],
  });
  for (const headersOf of WAYS) {
    const { status, headers, body } = await call(stack, method, path, {
      json,
      headers: headersOf(key),
    });
    assert.ok(
      ![401, 429].includes(status) && body.reason === undefined,
      `${status} ${JSON.stringify(body)}`,
    );
    assert.match(headers.get("ratelimit") ?? "", /^"hour";r=\d+;t=\d+$/);
  }
}
