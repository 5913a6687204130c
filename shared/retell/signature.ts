import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { timingSafeEqual } from "@std/crypto";

/** How far the time of a signature may be from ours, in milliseconds. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Tells whether Retell signed a webhook with this account's key: `v=<unix ms>,d=<hex>`, where `d` is
 * HMAC-SHA256 over the body as it came, followed by the time
 * (https://docs.retellai.com/features/secure-webhook).
 *
 * @param header `x-retell-signature`, or undefined where it is missing.
 * @param now in milliseconds since 1970.
 *
 * @example
 * ```ts
 * isSignedByRetell(body, request.headers.get("x-retell-signature"), apiKey, Date.now());
 * ```
 */
export function isSignedByRetell(
  body: Uint8Array,
  header: string | null | undefined,
  apiKey: string,
  now: number,
): boolean {
  const [, time = "", digest = ""] = /^v=(\d+),d=([0-9a-f]{64})$/i.exec(header ?? "") ?? [];
  if (digest === "") return false;
  // As a number, which is what was signed: a zero in front of it is none of Retell's.
  const at = Number(time);
  if (!Number.isSafeInteger(at) || Math.abs(now - at) > TOLERANCE_MS) return false;
  const expected = createHmac("sha256", apiKey).update(body).update(String(at)).digest();
  return timingSafeEqual(expected, Buffer.from(digest, "hex"));
}
