import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { hmac } from "#shared/crypto/hmac.ts";

Deno.test("An HMAC is that of node:crypto, whatever the length of the key and the characters of the text", () => {
  const texts = ["", "a", "x".repeat(63), "x".repeat(64), "grüße \u{1f600}", "\ud800 alone", "\0"];
  for (const hash of ["sha1", "sha256"] as const) {
    for (let length = 0; length <= 130; length++) {
      for (const key of ["k", "ü"].map((character) => character.repeat(length))) {
        for (const text of texts) {
          const expected = createHmac(hash, key).update(text).digest("base64");
          assert.equal(hmac(hash, key, text, "base64"), expected, `${hash}, ${length}, ${text}`);
          assert.equal(hmac(hash, new TextEncoder().encode(key), text, "base64"), expected);
        }
      }
    }
  }
});

Deno.test("An HMAC is that of RFC 2202 and RFC 4231, with a key longer than a block too", () => {
  const key = new Uint8Array(80).fill(0xaa);
  const text = "Test Using Larger Than Block-Size Key - Hash Key First";
  assert.equal(hmac("sha1", key, text, "hex"), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  assert.equal(
    hmac("sha256", new Uint8Array(131).fill(0xaa), text, "hex"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  );
});
