import { timingSafeEqual } from "@std/crypto";

/** A signature compared as text: decoding base64 forgives its spare bits, so that others would pass. */
export function sameText(given: string, expected: string): boolean {
  const encoder = new TextEncoder();
  return timingSafeEqual(encoder.encode(given), encoder.encode(expected));
}
