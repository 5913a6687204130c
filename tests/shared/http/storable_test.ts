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

Deno.test("isStorable refuses what a parser has changed, at any depth", () => {
  const changed = ["9007199254740993", "-9007199254740992", "1e400", "-1e400", "1e20"];
  for (const text of [...changed, '{"__proto__":{"a":1}}']) {
    assert.ok(!isStorable(JSON.parse(text)), text);
    assert.ok(!isStorable(JSON.parse(`{"deep":[${text}]}`)), text);
  }
  for (const text of ["9007199254740991", "-9007199254740991", "0.1", "1e-7", '"__proto__"']) {
    assert.ok(isStorable(JSON.parse(`{"deep":[${text}]}`)), text);
  }
});

Deno.test("isStorable refuses what no stack is deep enough for, without running out of its own", () => {
  assert.ok(!isStorable(nested(101)));
  assert.ok(!isStorable(nested(100_000)));
});

function nested(depth: number): unknown {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}
