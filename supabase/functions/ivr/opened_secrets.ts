import type { Keyring } from "#shared/crypto/keyring.ts";
import { open } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import type { StoredConnection } from "#shared/ivr/store.ts";
import { Recent } from "#shared/recent.ts";

/** As many as {@linkcode recallConnection} knows connections of. */
const MAX_SECRETS = 500;

const opened = new WeakMap<Keyring, Recent<string>>();

/**
 * Opens a signing secret of a connection, once for each isolate that serves it: decrypting takes
 * longer than the rest of a key press. What is kept is found by the sealed text, its row and its
 * owner alone, so the database goes on saying which secrets are accepted.
 *
 * @throws {SealedError} as `open`.
 */
export async function openSigningSecret(
  userId: string,
  { id, sealed }: StoredConnection["secrets"][number],
  keyring: Keyring,
): Promise<string> {
  let known = opened.get(keyring);
  if (known === undefined) opened.set(keyring, known = new Recent(MAX_SECRETS));
  const key = `${userId} ${id} ${sealed}`;
  const secret = known.get(key) ?? await open(sealed, signingSecretBinding(userId, id), keyring);
  known.set(key, secret);
  return secret;
}
