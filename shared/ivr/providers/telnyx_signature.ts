import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { bytesOf } from "./base64.ts";
import { isFresh } from "./freshness.ts";
import type { ProviderRequest } from "./provider.ts";

/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410, §4). */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Checks `telnyx-signature-ed25519`: base64 of the Ed25519 signature over
 * `<telnyx-timestamp>|<body>`, at most five minutes old
 * (https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks#webhook-signing).
 *
 * The URL is not signed: what it says must be proved by the step token in it.
 *
 * @param publicKeys base64 of 32 bytes each, as the portal shows them.
 */
export function isTelnyxSigned(
  { headers, body }: ProviderRequest,
  publicKeys: readonly string[],
  now: Date,
): boolean {
  const timestamp = headers.get("telnyx-timestamp") ?? "";
  const signature = bytesOf(headers.get("telnyx-signature-ed25519") ?? "", 64);
  if (!/^[1-9]\d{0,11}$/.test(timestamp) || signature === null) return false;
  if (!isFresh(Number(timestamp), now)) return false;
  const signed = Buffer.from(`${timestamp}|${body}`);
  return publicKeys.some((publicKey) => {
    const key = bytesOf(publicKey.trim(), 32);
    return key !== null && verify(null, signed, publicKeyOf(key), signature);
  });
}

function publicKeyOf(key: Buffer) {
  return createPublicKey({
    key: Buffer.concat([ED25519_PREFIX, key]),
    format: "der",
    type: "spki",
  });
}
