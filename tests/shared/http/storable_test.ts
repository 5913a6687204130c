import assert from "node:assert/strict";
import { isStorable } from "#shared/http/storable.ts";

Deno.test("isStorable takes what a jsonb can hold", () => {
  for (const value of [{}, [], null, "ü 😀", { a: [1, "\\u0000", { b: "\\" }] }, nested(100)]) {
    assert.ok(isStorable(value));
  }
});

Deno.test("isStorable refuses NUL and half a surrogate pair, in values and in names", () => {
  for (const text of ["a\0b", "\ud800", "\udc00x", "\\\0"]) {
    assert.ok(!isStorable({ deep: [text] }));
    assert.ok(!isStorable({ [text]: 1 }));
  }
});

Deno.test("isStorable refuses what no stack is deep enough for, without running out of its own", () => {
  assert.ok(!isStorable(nested(101)));
  assert.ok(!isStorable(nested(100_000)));
});

function nested(depth: number): unknown {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}
