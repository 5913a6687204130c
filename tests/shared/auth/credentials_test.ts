import assert from "node:assert/strict";
import { credentialsOf } from "#shared/auth/credentials.ts";

const of = (headers: Record<string, string>) => credentialsOf(new Headers(headers));

Deno.test("a key is found in either header, a user's token in one", () => {
  assert.deepEqual(of({ authorization: "Bearer vx_a" }), { kind: "api_key", key: "vx_a" });
  assert.deepEqual(of({ "x-api-key": "vx_a" }), { kind: "api_key", key: "vx_a" });
  assert.deepEqual(of({ authorization: "Bearer e.y.J" }), { kind: "user_token", token: "e.y.J" });
  assert.equal(of({}), undefined);
});

Deno.test("a key goes before what a client library puts into Authorization", () => {
  const headers = { authorization: "Bearer sb_publishable_x", "x-api-key": "vx_a" };
  assert.deepEqual(of(headers), { kind: "api_key", key: "vx_a" });
  assert.deepEqual(of({ ...headers, authorization: "Bearer vx_b" }), {
    kind: "api_key",
    key: "vx_b",
  });
});

Deno.test("what stands in x-api-key is a key, if a wrong one, and an empty one is none", () => {
  assert.deepEqual(of({ "x-api-key": "e.y.J" }), { kind: "api_key", key: "e.y.J" });
  assert.equal(of({ "x-api-key": " " }), undefined);
});
