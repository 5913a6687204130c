/**
 * The part of `@std/crypto` that Switchboard uses, under the same names and with the same behaviour.
 *
 * `deno.json` maps `@std/crypto` to this file, because JSR cannot be fetched everywhere the project
 * builds. Where it can, that one line may name `jsr:@std/crypto` instead and nothing else changes.
 */
import { timingSafeEqual as equalBytes } from "node:crypto";

/** The platform's Web Crypto. `@std/crypto` adds further digests to it; none is used here. */
export const crypto: Crypto = globalThis.crypto;

/**
 * Compares two byte sequences in a time that depends on their length alone.
 *
 * Sequences of different lengths are unequal, and finding that out is allowed to be quick: compare
 * digests where a length is secret too.
 *
 * @example
 * ```ts
 * timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2])); // true
 * ```
 */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike,
  b: ArrayBufferView | ArrayBufferLike,
): boolean {
  const left = bytesOf(a);
  const right = bytesOf(b);
  return left.byteLength === right.byteLength && equalBytes(left, right);
}

function bytesOf(value: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}
