import { crypto } from "@std/crypto";
import { type Keyring, KeyringError } from "./keyring.ts";

const DERIVED_BITS = 256;

/**
 * Derives a 32-byte key for one purpose from a key of the ring (HKDF-SHA256, RFC 5869).
 *
 * A key that encrypts must not sign as well; every further use takes a key of its own from here.
 * The `kid` is named by the caller, so that what was made under an older key can still be checked.
 *
 * @param purpose names the use and is part of the result: `"ivr step token"`.
 * @throws {KeyringError} if the ring has no such key.
 *
 * @example
 * ```ts
 * const key = await deriveKey(keyring, keyring.active, "ivr step token"); // 32 bytes
 * ```
 */
export async function deriveKey(
  keyring: Keyring,
  kid: string,
  purpose: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = keyring.keys.get(kid);
  if (!key) throw new KeyringError(`Key "${kid}" is not in the keyring`);
  const material = await crypto.subtle.importKey("raw", new Uint8Array(key), "HKDF", false, [
    "deriveBits",
  ]);
  const algorithm = {
    name: "HKDF",
    hash: "SHA-256",
    // The input is already uniform random, for which RFC 5869 allows an empty salt.
    salt: new Uint8Array(),
    info: new TextEncoder().encode(`switchboard ${purpose}`),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, DERIVED_BITS));
}
