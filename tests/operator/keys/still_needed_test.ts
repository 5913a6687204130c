import assert from "node:assert/strict";
import { stillNeeded } from "#operator/keys/still_needed.ts";

const key = new Uint8Array(32);
const keyring = { active: "k2", keys: new Map([["k1", key], ["k2", key]]) };
const archives = (keyId: string) => ({ keyId, archives: 3 });

Deno.test("Archives need older keys of the ring, and those that are gone are missing", () => {
  assert.deepEqual(stillNeeded([archives("k0"), archives("k1"), archives("k2")], keyring), {
    keep: [archives("k1")],
    missing: [archives("k0")],
  });
});

Deno.test("Without archives no key but those of the tables is needed", () => {
  assert.deepEqual(stillNeeded([], keyring), { keep: [], missing: [] });
});
