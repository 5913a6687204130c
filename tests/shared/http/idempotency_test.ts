import assert from "node:assert/strict";
import { z } from "zod";
import { idempotencyHeaders, readOnce, requestHash } from "#shared/http/idempotency.ts";
import { Problem } from "#shared/http/problem.ts";

const thing = z.object({ id: z.string() });

Deno.test("the first answer and its repeat are told apart", () => {
  const response = { id: "1" };
  assert.deepEqual(readOnce({ state: "done", response }, thing), { response, replayed: false });
  assert.deepEqual(readOnce({ state: "replayed", response }, thing), { response, replayed: true });
});

Deno.test("another request under the same key is refused, one in progress is to be asked for again", () => {
  assert.throws(() => readOnce({ state: "reused" }, thing), (error) => {
    assert(error instanceof Problem);
    assert.equal(error.errors?.[0]?.path, "header.idempotency-key");
    return error.code === "idempotency_key_reused" && error.status === 422;
  });
  assert.throws(() => readOnce({ state: "in_progress" }, thing), (error) => {
    assert(error instanceof Problem);
    assert.equal(error.headers["retry-after"], "1");
    return error.code === "request_in_progress" && error.status === 409;
  });
});

Deno.test("requests differ by what they ask for", () => {
  assert.equal(requestHash({ a: 1 }), requestHash({ a: 1 }));
  assert.notEqual(requestHash({ a: 1 }), requestHash({ a: 2 }));
});

Deno.test("a key of 1 to 255 visible characters may come along", () => {
  const accepts = (key: string) => idempotencyHeaders.safeParse({ "idempotency-key": key }).success;
  assert.deepEqual(["a", "~".repeat(255), crypto.randomUUID()].map(accepts), [true, true, true]);
  assert.deepEqual(["", "a b", "é", "a".repeat(256)].map(accepts), [false, false, false, false]);
  assert.equal(idempotencyHeaders.safeParse({}).success, true);
});
