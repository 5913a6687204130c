/**
 * Prints a new encryption key, and the steps in which it takes over from the one that is in use.
 *
 * Usage: deno task keys:new, with SWITCHBOARD_ENCRYPTION_KEYS as the functions have it
 */
import { randomBytes } from "node:crypto";
import { exitWith, LocalFailure } from "#local/failure.ts";
import { type Keyring, KeyringError, parseKeyring } from "#shared/crypto/keyring.ts";

/** Prints the steps and gives the exit code. */
function main(): number {
  const current = Deno.env.get("SWITCHBOARD_ENCRYPTION_KEYS");
  const key = randomBytes(32).toString("base64");
  console.log(current ? takeover(keyringOf(current), key) : variable("k1", { k1: key }));
  return 0;
}

function takeover(ring: Keyring, key: string): string {
  const kid = nextKid(ring);
  const keys = {
    ...Object.fromEntries([...ring.keys].map(([id, bytes]) => [id, base64(bytes)])),
    [kid]: key,
  };
  return `1. Set this, so that every function can read what the new key seals:

${variable(ring.active, keys)}

2. When all of them run with it, set this, so that they seal with it:

${variable(kid, keys)}

3. With the same in your environment, seal anew what the older keys sealed:

deno task keys:rotate

4. When no call is in progress that began before step 2, take the older keys out, but for those
   that step 3 told you to keep:

${variable(kid, { [kid]: key })}`;
}

/** The first of k1, k2, … that the ring does not have. */
function nextKid(ring: Keyring): string {
  let n = ring.keys.size + 1;
  while (ring.keys.has(`k${n}`)) n++;
  return `k${n}`;
}

function keyringOf(text: string): Keyring {
  try {
    return parseKeyring(text);
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error;
    throw new LocalFailure(`SWITCHBOARD_ENCRYPTION_KEYS: ${error.message}`);
  }
}

function variable(active: string, keys: Record<string, string>): string {
  return `SWITCHBOARD_ENCRYPTION_KEYS=${JSON.stringify({ active, keys })}`;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

if (import.meta.main) await exitWith(Promise.resolve().then(main));
