import assert from "node:assert/strict";
import { answerText, MAX_ANSWER_BYTES } from "#shared/webhooks/answer_text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const lengthOf = (text: string) => bytes(text).byteLength;

Deno.test("a body is text, wherever its chunks were cut", () => {
  const whole = bytes("Zoë ☎ 通話");
  for (let at = 0; at <= whole.byteLength; at++) {
    assert.equal(answerText([whole.subarray(0, at), whole.subarray(at)]), "Zoë ☎ 通話");
  }
});

Deno.test("what a row cannot keep is replaced", () => {
  assert.equal(answerText([Uint8Array.of(97, 0, 98)]), "a\uFFFDb");
  assert.equal(answerText([Uint8Array.of(97, 0xff, 98)]), "a\uFFFDb");
  assert.equal(answerText([Uint8Array.of(0xed, 0xa0, 0x80)]).isWellFormed(), true);
});

Deno.test("a text is never larger than its limit, and no character is cut in two", () => {
  for (const character of ["x", "é", "通", "😀", "\0"]) {
    const text = answerText([bytes(character.repeat(MAX_ANSWER_BYTES))]);
    assert.ok(lengthOf(text) <= MAX_ANSWER_BYTES && lengthOf(text) > MAX_ANSWER_BYTES - 4);
    assert.equal(text.isWellFormed(), true);
  }
  const noise = answerText([new Uint8Array(MAX_ANSWER_BYTES).fill(0xff)]);
  assert.ok(lengthOf(noise) <= MAX_ANSWER_BYTES);
});
