import { createHmac } from "node:crypto";
import { deriveKey } from "../crypto/derive.ts";
import type { Keyring } from "../crypto/keyring.ts";

/**
 * A digest of a text, 64 hexadecimal digits (HMAC-SHA256 under a key of its own): tells equal texts
 * of one tenant, and nobody without the keyring can try texts against it. Another after the active
 * key has changed.
 */
export async function textDigest(text: string, userId: string, keyring: Keyring): Promise<string> {
  const key = await deriveKey(keyring, keyring.active, "health data digest");
  return createHmac("sha256", key).update(`${userId}\n${text}`).digest("hex");
}
