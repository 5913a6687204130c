import assert from "node:assert/strict";
import { crypto, timingSafeEqual } from "@std/crypto";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("timingSafeEqual compares bytes and finds different lengths unequal", () => {
  assert.equal(timingSafeEqual(bytes(1, 2, 3), bytes(1, 2, 3)), true);
  assert.equal(timingSafeEqual(bytes(1, 2, 3), bytes(1, 2, 4)), false);
  assert.equal(timingSafeEqual(bytes(1, 2, 3), bytes(1, 2)), false);
  assert.equal(timingSafeEqual(bytes(), bytes()), true);
});

Deno.test("timingSafeEqual takes buffers and views, and of a view only its own part", () => {
  const whole = bytes(9, 1, 2, 9);
  const part = new DataView(whole.buffer, 1, 2);
  assert.equal(timingSafeEqual(part, bytes(1, 2)), true);
  assert.equal(timingSafeEqual(whole.buffer, whole), true);
  assert.equal(timingSafeEqual(new Uint16Array([258]), new Uint16Array([258])), true);
});

Deno.test("crypto is the platform's Web Crypto", () => {
  assert.equal(crypto, globalThis.crypto);
});
