import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { deriveKey } from "#shared/crypto/derive.ts";
import { KeyringError, parseKeyring } from "#shared/crypto/keyring.ts";

const KEYRING = parseKeyring(JSON.stringify({
  active: "k1",
  keys: { k1: btoa("1".repeat(32)), k2: btoa("2".repeat(32)) },
}));

Deno.test("deriveKey is HKDF-SHA256 with an empty salt and the purpose as its info", async () => {
  const expected = hkdfSync("sha256", "1".repeat(32), "", "switchboard ivr step token", 32);
  assert.deepEqual(await deriveKey(KEYRING, "k1", "ivr step token"), new Uint8Array(expected));
});

Deno.test("deriveKey gives a key of its own for each key and purpose, and the same one each time", async () => {
  const derived = await Promise.all([
    deriveKey(KEYRING, "k1", "one"),
    deriveKey(KEYRING, "k1", "two"),
    deriveKey(KEYRING, "k2", "one"),
    deriveKey(KEYRING, "k1", "one"),
  ]);
  const [first, ...others] = derived.map(String);
  assert.equal(new Set([first, ...others]).size, 3);
  assert.equal(others.at(-1), first);
});

Deno.test("deriveKey refuses a key that is not in the ring", async () => {
  await assert.rejects(deriveKey(KEYRING, "k3", "one"), KeyringError);
});
