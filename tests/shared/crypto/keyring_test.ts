import assert from "node:assert/strict";
import { KeyringError, parseKeyring } from "#shared/crypto/keyring.ts";

const base64 = (bytes: number) => btoa("k".repeat(bytes));
const json = (active: unknown, keys: unknown) => JSON.stringify({ active, keys });

Deno.test("parseKeyring reads every key and the active one's id", () => {
  const keyring = parseKeyring(json("k2", { k1: base64(32), k2: btoa("2".repeat(32)) }));
  assert.equal(keyring.active, "k2");
  assert.deepEqual([...keyring.keys.keys()], ["k1", "k2"]);
  assert.deepEqual(keyring.keys.get("k2"), new Uint8Array(32).fill("2".charCodeAt(0)));
});

Deno.test("parseKeyring refuses what is no keyring", async (t) => {
  const refused: Record<string, string> = {
    "no JSON": "k1:abc",
    "another shape": "[]",
    "no active key": JSON.stringify({ keys: { k1: base64(32) } }),
    "unknown members": JSON.stringify({ active: "k1", keys: { k1: base64(32) }, note: "x" }),
    "an active key that is not there": json("k2", { k1: base64(32) }),
    "an active key that every object has": json("constructor", { k1: base64(32) }),
    "an empty ring": json("k1", {}),
    "a key of 31 bytes": json("k1", { k1: base64(31) }),
    "a key of 33 bytes": json("k1", { k1: base64(33) }),
    "an empty key": json("k1", { k1: "" }),
    "a key that is not base64": json("k1", { k1: "*".repeat(44) }),
    "a second key that is too short": json("k1", { k1: base64(32), k2: base64(16) }),
    "a key id that no header should carry": json("k 1", { "k 1": base64(32) }),
  };
  for (const [name, text] of Object.entries(refused)) {
    await t.step(name, () => assert.throws(() => parseKeyring(text), KeyringError));
  }
});

Deno.test("the message of a refused keyring contains no key", () => {
  for (const secret of [base64(31), "*".repeat(44), `${base64(16)}"`]) {
    assert.throws(
      () => parseKeyring(`{"active":"k1","keys":{"k1":"${secret}"}}`),
      (error: Error) => !error.message.includes(secret.slice(0, 8)),
    );
  }
});
