import assert from "node:assert/strict";
import { hashApiKey } from "#shared/api_keys/hash.ts";

Deno.test("the hash is SHA-256 in hex (FIPS 180-2, example B.1)", () => {
  assert.equal(
    hashApiKey("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
