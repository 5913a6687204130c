import { crc32 } from "node:zlib";

const PREFIX = "vx_";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 32;
/** Enough digits to the base 62 for 32 bits. */
const CHECKSUM_LENGTH = 6;
const FORM = /^vx_[0-9A-Za-z]{38}$/;
/** By how many of its first characters an owner recognises a key. */
const SHOWN_LENGTH = 10;

/**
 * Makes a key: `vx_`, 32 random characters of 0-9 A-Z a-z (190 bits), and 6 that are the CRC-32 of
 * what stands before them, to the same base.
 *
 * @param randomBytes where the randomness comes from.
 *
 * @example
 * ```ts
 * generateApiKey(); // "vx_" and 38 characters
 * ```
 */
export function generateApiKey(
  randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length)),
): string {
  let body = PREFIX;
  while (body.length < PREFIX.length + RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      // Bytes past the last whole multiple of 62 would make the first characters likelier.
      if (byte < 248 && body.length < PREFIX.length + RANDOM_LENGTH) body += ALPHABET[byte % 62];
    }
  }
  return body + checksum(body);
}

/**
 * Tells whether a text is a key that {@linkcode generateApiKey} could have made. One mistyped
 * character is always noticed, any other mistake but for one chance in four thousand million.
 */
export function isApiKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text === body + checksum(body);
}

/** The beginning of a key that may be shown and kept. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}

function checksum(body: string): string {
  // Older runtimes give it with a sign.
  let rest = crc32(body) >>> 0;
  let digits = "";
  while (digits.length < CHECKSUM_LENGTH) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
