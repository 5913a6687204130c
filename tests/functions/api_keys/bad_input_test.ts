import assert from "node:assert/strict";
import { GRANTED_SCOPES } from "#shared/auth/scopes.ts";
import { bearer, call, makeKey } from "#tests/support/key_holder.ts";
import { type Refused, refusesAll } from "#tests/support/refusals.ts";
import { testStack } from "#tests/support/stack.ts";

const VALID = { name: "Test", scopes: ["ivr:read"] };

/** Settings that nobody can have, with the field that is to blame. */
const SETTINGS: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ name: "" }, "name"],
  [{ name: "   " }, "name"],
  [{ name: "x".repeat(300) }, "name"],
  [{ name: "a\0b" }, "name"],
  [{ name: "a\nb" }, "name"],
  [{ name: "\ud800" }, "name"],
  [{ name: 7 }, "name"],
  [{ name: null }, "name"],
  [{ scopes: [] }, "scopes"],
  [{ scopes: "ivr:read" }, "scopes"],
  [{ scopes: ["ivr:read", "ivr:admin"] }, "scopes.1"],
  [{ scopes: [null] }, "scopes.0"],
  [{ scopes: Array(101).fill("ivr:read") }, "scopes"],
  [{ enabled: "yes" }, "enabled"],
  [{ enabled: null }, "enabled"],
  [{ expires_at: "2001-01-01T00:00:00Z" }, "expires_at"],
  [{ expires_at: "9999-01-01T00:00:00Z" }, "expires_at"],
  [{ expires_at: "2090-02-30T00:00:00Z" }, "expires_at"],
  [{ expires_at: "tomorrow" }, "expires_at"],
  [{ expires_at: "infinity" }, "expires_at"],
  [{ expires_at: 4102444800 }, "expires_at"],
  [{ rate_limit: 0 }, "rate_limit"],
  [{ rate_limit: -1 }, "rate_limit"],
  [{ rate_limit: 1.5 }, "rate_limit"],
  [{ rate_limit: 1e9 }, "rate_limit"],
  [{ rate_limit: "100" }, "rate_limit"],
  [{ usage_quota: 0 }, "usage_quota"],
  [{ usage_quota: -5 }, "usage_quota"],
  [{ usage_quota: 1e15 }, "usage_quota"],
  [{ allowed_ips: [] }, "allowed_ips"],
  [{ allowed_ips: ["localhost"] }, "allowed_ips.0"],
  [{ allowed_ips: ["203.0.113.0/33"] }, "allowed_ips.0"],
  [{ allowed_ips: ["203.0.113.9/24"] }, "allowed_ips"],
  [{ allowed_ips: Array(101).fill("203.0.113.9") }, "allowed_ips"],
  [{ metadata: [] }, "metadata"],
  [{ metadata: null }, "metadata"],
  [{ metadata: { text: "x".repeat(5000) } }, "metadata"],
  [{ metadata: { text: "a\0b" } }, "metadata"],
  [{ metadata: { "\udc00": 1 } }, "metadata"],
  [{ key_hash: "0".repeat(64) }, "key_hash"],
  [{ usage_count: 0 }, "usage_count"],
  [{ revoked_at: null }, "revoked_at"],
  [{ user_id: crypto.randomUUID() }, "user_id"],
];

Deno.test("no route takes settings that no key can have, and each refusal names the field", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeKey(stack, owner);
  await refusesAll(
    stack,
    owner,
    SETTINGS.flatMap(([settings, path]): Refused[] => [
      {
        method: "POST",
        path: "/api-keys",
        json: { ...VALID, ...settings },
        expected: [422, "validation_failed", [path]],
      },
      {
        method: "PATCH",
        path: `/api-keys/${id}`,
        json: settings,
        expected: [422, "validation_failed", [path]],
      },
    ]),
  );
});

Deno.test("a key is not made without a name and scopes, nor with two ends", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const refused = (json: unknown, ...paths: string[]): Refused => ({
    method: "POST",
    path: "/api-keys",
    json,
    expected: [422, "validation_failed", paths],
  });
  const end = "2090-01-01T00:00:00Z";
  await refusesAll(stack, owner, [
    refused({}, "name", "scopes"),
    refused([], "body"),
    refused(null, "body"),
    refused({ scopes: ["*"] }, "name"),
    refused({ ...VALID, expires_in_days: 1, expires_at: end }, "expires_in_days"),
    ...[0, -1, 1.5, 36_501, "1"].map((days) =>
      refused({ ...VALID, expires_in_days: days }, "expires_in_days")
    ),
  ]);
});

Deno.test("a scope that is not in the catalogue is answered with those that are", async () => {
  await using stack = await testStack();
  const { jwt } = await stack.newTenant();
  const { body } = await call(stack, "POST", "/api-keys", {
    headers: bearer(jwt),
    json: { name: "x", scopes: ["everything"] },
  });
  for (const scope of GRANTED_SCOPES) assert.ok(JSON.stringify(body.errors).includes(scope));
});

Deno.test("a body that is not JSON, or not sent as JSON, is refused", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeKey(stack, owner);
  const routes = [
    ["POST", "/api-keys"],
    ["PATCH", `/api-keys/${id}`],
    ["POST", `/api-keys/${id}/rotate`],
    ["POST", "/api-keys/verify"],
  ] as const;
  await refusesAll(
    stack,
    owner,
    routes.flatMap(([method, path]) =>
      ["{", "name=x", "", "\uFEFF{}x"].map((text): Refused => ({
        method,
        path,
        text,
        expected: [400, "invalid_request", ["body"]],
      }))
    ),
  );
});

Deno.test("an overlap out of its range is refused", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeKey(stack, owner);
  await refusesAll(
    stack,
    owner,
    [-1, 169, 1.5, "24", null, undefined].map((overlap_hours): Refused => ({
      method: "POST",
      path: `/api-keys/${id}/rotate`,
      json: { overlap_hours },
      expected: [422, "validation_failed", ["overlap_hours"]],
    })),
  );
});

Deno.test("an id that is no UUID, of no key, or of another's key is not found by any route", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id: foreign } = await makeKey(stack, await stack.newTenant());
  const routes: readonly (readonly [string, string, unknown?])[] = [
    ["GET", ""],
    ["PATCH", "", { name: "x" }],
    ["DELETE", ""],
    ["POST", "/rotate", { overlap_hours: 1 }],
    ["POST", "/revoke"],
    ["GET", "/usage"],
  ];
  await refusesAll(
    stack,
    owner,
    routes.flatMap(([method, action, json]): Refused[] => [
      ...["nope", "1", `${foreign}0`].map((id): Refused => ({
        method,
        path: `/api-keys/${id}${action}`,
        json,
        expected: [404, "not_found", ["path.id"]],
      })),
      ...[crypto.randomUUID(), foreign].map((id): Refused => ({
        method,
        path: `/api-keys/${id}${action}`,
        json,
        expected: [404, "not_found", []],
      })),
    ]),
  );
});

Deno.test("a key that has ended cannot be rotated", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const revoked = await makeKey(stack, owner);
  const expired = await makeKey(stack, owner);
  await stack.database.query(
    `update public.api_keys set revoked_at = now() where id = '${revoked.id}'`,
  );
  await stack.database.query(
    `update public.api_keys set expires_at = now() where id = '${expired.id}'`,
  );
  const rotate = (id: string, code: string): Refused => ({
    method: "POST",
    path: `/api-keys/${id}/rotate`,
    json: { overlap_hours: 1 },
    expected: [409, code, []],
  });
  await refusesAll(stack, owner, [
    rotate(revoked.id, "key_revoked"),
    rotate(expired.id, "key_expired"),
  ]);
});
