import { z } from "zod";
import { parseJson } from "../json.ts";

/** AES-256 keys are 32 bytes; HKDF-SHA256 takes the same as its input keying material. */
const KEY_BYTES = 32;

/** The encryption keys by id, and the id of the one that seals anything new. */
export interface Keyring {
  readonly active: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** A keyring that cannot be used. Its message names the fault and never repeats a key. */
export class KeyringError extends Error {
  override name = "KeyringError";
}

const keyringDocument = z.strictObject({
  active: z.string(),
  keys: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,32}$/), z.string()),
});

/**
 * Reads a keyring from its JSON form, `{"active": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}`.
 *
 * Keys that are no longer active stay in the ring for as long as anything is sealed with them.
 *
 * @throws {KeyringError} if the document is malformed, a key is not 32 bytes of base64, or the
 * active key is not in the ring.
 *
 * @example
 * ```ts
 * const keyring = parseKeyring(`{"active": "k1", "keys": {"k1": "${btoa("k".repeat(32))}"}}`);
 * keyring.keys.get("k1")?.byteLength; // 32
 * ```
 */
export function parseKeyring(json: string): Keyring {
  const document = keyringDocument.safeParse(parseJson(json));
  if (!document.success) {
    throw new KeyringError(
      'A keyring is JSON of the form {"active": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}',
    );
  }
  const { active, keys } = document.data;
  if (!Object.hasOwn(keys, active)) {
    throw new KeyringError(`The active key "${active}" is not among the keys`);
  }
  return {
    active,
    keys: new Map(Object.entries(keys).map(([kid, base64]) => [kid, keyBytes(kid, base64)])),
  };
}

function keyBytes(kid: string, base64: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new KeyringError(`Key "${kid}" is not base64`);
  }
  if (bytes.byteLength !== KEY_BYTES) {
    throw new KeyringError(`Key "${kid}" has ${bytes.byteLength} bytes instead of ${KEY_BYTES}`);
  }
  return bytes;
}
