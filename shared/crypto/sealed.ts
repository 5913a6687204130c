import { compactDecrypt, CompactEncrypt, decodeProtectedHeader } from "jose";
import { z } from "zod";
import type { Keyring } from "./keyring.ts";

/** The one place a sealed value may stand: whose it is, and the table, column and row that hold it. */
export interface Binding {
  readonly user: string;
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** Why a sealed value was refused. */
export type SealedErrorCode = "malformed" | "unknown_key" | "tampered" | "wrong_binding";

/** A sealed value that must not be used; switch on its `code`. */
export class SealedError extends Error {
  override name = "SealedError";

  constructor(readonly code: SealedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

const sealedHeader = z.object({
  alg: z.literal("dir"),
  enc: z.literal("A256GCM"),
  kid: z.string(),
  binding: z.strictObject({
    user: z.string(),
    table: z.string(),
    column: z.string(),
    row: z.string(),
  }),
});

/**
 * Encrypts a secret for one row of one tenant, with the keyring's active key.
 *
 * The result is a compact JWE (RFC 7516) with `dir` and `A256GCM`. Its protected header carries the
 * key id, so that keys can be rotated, and the binding, so that a ciphertext copied into another
 * row or another tenant's account does not open there.
 *
 * @example
 * ```ts
 * const binding = { user: userId, table: "credentials", column: "secret", row: id };
 * const jwe = await seal("auth token", binding, keyring);
 * await open(jwe, binding, keyring); // "auth token"
 * ```
 */
export async function seal(plaintext: string, binding: Binding, keyring: Keyring): Promise<string> {
  const key = keyring.keys.get(keyring.active);
  if (!key) throw new SealedError("unknown_key", "The active key is not in the keyring");
  const { user, table, column, row } = binding;
  return await new CompactEncrypt(new TextEncoder().encode(plaintext))
    .setProtectedHeader({
      alg: "dir",
      enc: "A256GCM",
      kid: keyring.active,
      binding: { user, table, column, row },
    })
    .encrypt(key);
}

/**
 * Decrypts what {@linkcode seal} made, if it stands where it was sealed for.
 *
 * @throws {SealedError} with the code `malformed`, `unknown_key`, `tampered` or `wrong_binding`.
 */
export async function open(jwe: string, binding: Binding, keyring: Keyring): Promise<string> {
  const opened = await openAnywhere(jwe, keyring);
  if (!sameBinding(opened.binding, binding)) {
    throw new SealedError("wrong_binding", "Sealed for another row");
  }
  return opened.plaintext;
}

/**
 * Seals what {@linkcode seal} made once more, for the same place, with the keyring's active key.
 *
 * @param place whose row it was found in, and which; what was sealed for another is refused.
 * @throws {SealedError} as {@linkcode open}.
 */
export async function reseal(
  jwe: string,
  place: Pick<Binding, "user" | "row">,
  keyring: Keyring,
): Promise<string> {
  const { plaintext, binding } = await openAnywhere(jwe, keyring);
  if (binding.user !== place.user || binding.row !== place.row) {
    throw new SealedError("wrong_binding", "Sealed for another row");
  }
  return await seal(plaintext, binding, keyring);
}

/** The text, and the place that it was sealed for, which decryption has proved. */
async function openAnywhere(
  jwe: string,
  keyring: Keyring,
): Promise<{ plaintext: string; binding: Binding }> {
  const { kid, binding } = readHeader(jwe);
  const key = keyring.keys.get(kid);
  if (!key) throw new SealedError("unknown_key", "Sealed with a key that is not in the keyring");
  return { plaintext: new TextDecoder().decode(await decrypt(jwe, key)), binding };
}

function readHeader(jwe: string): z.output<typeof sealedHeader> {
  try {
    return sealedHeader.parse(decodeProtectedHeader(jwe));
  } catch (cause) {
    throw new SealedError("malformed", "Not a sealed value", { cause });
  }
}

async function decrypt(jwe: string, key: Uint8Array): Promise<Uint8Array> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return plaintext;
  } catch (cause) {
    throw new SealedError("tampered", "Not what was sealed with this key", { cause });
  }
}

function sameBinding(a: Binding, b: Binding): boolean {
  return a.user === b.user && a.table === b.table && a.column === b.column && a.row === b.row;
}
