/**
 * Seals anew, with the active encryption key, what was sealed with older ones. Safe while calls are
 * taken; started again after an interruption, it goes on where it was.
 *
 * Usage: deno task keys:rotate, with the environment of the functions
 */
import { exitWith, LocalFailure } from "#local/failure.ts";
import { adminClient } from "#shared/db/clients.ts";
import { env } from "#shared/env.ts";
import { explained } from "./explained.ts";
import { progressBar } from "./keys/progress.ts";
import { rotate } from "./keys/rotate.ts";
import { SealedStore } from "./keys/sealed_store.ts";

/** Rotates and gives the exit code: 1 where something does not open with any key of the ring. */
async function main(): Promise<number> {
  const keyring = keyringOfEnvironment();
  const store = new SealedStore(adminClient("the operator seals everybody's secrets anew"));
  const bar = progressBar(await store.count(keyring.active));
  const { resealed, refused } = await rotate(store, keyring, bar.show);
  bar.end();
  console.log(`${resealed} values were sealed anew with ${keyring.active}`);
  for (const { value: { relation, columnName, rowId }, error } of refused) {
    console.error(`${relation}.${columnName} of ${rowId} stands as it was: ${error.message}`);
  }
  return refused.length === 0 ? 0 : 1;
}

function keyringOfEnvironment() {
  const { keyring } = env();
  if (!keyring) throw new LocalFailure("SWITCHBOARD_ENCRYPTION_KEYS is not set");
  return keyring;
}

if (import.meta.main) await exitWith(explained(main));
