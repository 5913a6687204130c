import { timingSafeEqual } from "@std/crypto";

const encoder = new TextEncoder();

/** A signature compared as text: decoding base64 forgives its spare bits, so that others would pass. */
export function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(encoder.encode(given), encoder.encode(expected));
}
