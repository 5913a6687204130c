import type { Keyring } from "#shared/crypto/keyring.ts";
import type { ArchiveKey } from "./sealed_store.ts";

/** What is to be said of the keys that archives were sealed with. */
export interface StillNeeded {
  /** Keys of the ring that must stay in it, although nothing in a table needs them. */
  readonly keep: readonly ArchiveKey[];
  /** Keys that are not in the ring: what is sealed with them cannot be read. */
  readonly missing: readonly ArchiveKey[];
}

/** Which of the keys that archives need are older than the active one, and which are gone. */
export function stillNeeded(archiveKeys: readonly ArchiveKey[], keyring: Keyring): StillNeeded {
  return {
    keep: archiveKeys.filter(({ keyId }) => keyring.keys.has(keyId) && keyId !== keyring.active),
    missing: archiveKeys.filter(({ keyId }) => !keyring.keys.has(keyId)),
  };
}
