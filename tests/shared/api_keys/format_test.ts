import assert from "node:assert/strict";
import { apiKeyPrefix, generateApiKey, isApiKey } from "#shared/api_keys/format.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEYS = 100;

/** The alphabet, and what people and programs put in its place. */
const TYPOS = `${ALPHABET} -_.\n\u00e9\u0000`;

Deno.test("a key is vx_, 32 random characters and 6 of a checksum", () => {
  const key = generateApiKey();
  assert.match(key, /^vx_[0-9A-Za-z]{38}$/);
  assert.equal(isApiKey(key), true);
  assert.equal(apiKeyPrefix(key), key.slice(0, 10));
});

Deno.test("the checksum is the CRC-32 of what is before it, as others compute it", () => {
  // CRC-32 of "vx_" and 32 zeros by zlib: 2870837481 = 38HjyL to the base 62.
  assert.equal(generateApiKey((length) => new Uint8Array(length)), `vx_${"0".repeat(32)}38HjyL`);
});

Deno.test("every character of the alphabet is as likely as any other", () => {
  const counts = new Map<string, number>();
  for (let n = 0; n < 2000; n++) {
    for (const character of generateApiKey().slice(3, 35)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  assert.equal(counts.size, 62);
  // 64,000 draws: 1,032 each, with a standard deviation of 32.
  for (const [character, count] of counts) {
    assert.ok(Math.abs(count - 64_000 / 62) < 6 * 32, `${character}: ${count}`);
  }
});

Deno.test("bytes that would favour some characters are drawn again", () => {
  const bytes = [[255, 250, 248], [0, 61, 62], Array(60).fill(1)].values();
  const key = generateApiKey(() => new Uint8Array(bytes.next().value ?? assert.fail()));
  assert.equal(key.slice(3, 35), `0z0${"1".repeat(29)}`);
});

Deno.test("no two keys are the same", () => {
  assert.equal(new Set(Array.from({ length: 10_000 }, () => generateApiKey())).size, 10_000);
});

Deno.test("a typo in any one character is noticed", () => {
  for (let n = 0; n < KEYS; n++) {
    const key = generateApiKey();
    for (let at = 0; at < key.length; at++) {
      for (const typo of TYPOS) {
        if (typo === key[at]) continue;
        const typed = key.slice(0, at) + typo + key.slice(at + 1);
        assert.equal(isApiKey(typed), false, typed);
      }
    }
  }
});

Deno.test("two neighbours that changed places are noticed", () => {
  for (let n = 0; n < KEYS; n++) {
    const key = generateApiKey();
    for (let at = 0; at + 1 < key.length; at++) {
      if (key[at] === key[at + 1]) continue;
      const typed = key.slice(0, at) + key[at + 1] + key[at] + key.slice(at + 2);
      assert.equal(isApiKey(typed), false, typed);
    }
  }
});

Deno.test("a character too many or too few is noticed, wherever it is", () => {
  const key = generateApiKey();
  for (let at = 0; at <= key.length; at++) {
    assert.equal(isApiKey(key.slice(0, at) + key.slice(at + 1)), at === key.length);
    for (const extra of TYPOS) {
      assert.equal(isApiKey(key.slice(0, at) + extra + key.slice(at)), false);
    }
  }
});

Deno.test("what was never a key is none", () => {
  const key = generateApiKey();
  const others = ["", "vx_", "vx_x", key.toUpperCase(), ` ${key}`, `${key}\n`, "x".repeat(41)];
  for (const text of others) assert.equal(isApiKey(text), false, text);
});
