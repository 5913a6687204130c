import assert from "node:assert/strict";
import { dropControls, LONGEST_SAY, spokenParts } from "#shared/ivr/text.ts";

Deno.test("What fits is spoken in one part, as it is written", () => {
  for (const text of ["Hello", " Hello ", "a".repeat(LONGEST_SAY), "日本 🎉"]) {
    assert.deepEqual(spokenParts(text), [text]);
  }
});

Deno.test("What is too long is cut at the last space that fits", () => {
  const words = Array.from({ length: 1000 }, (_, n) => `word${n}`);
  const parts = spokenParts(words.join(" "));
  assert.ok(parts.length > 1);
  assert.ok(parts.every((part) => part.length <= LONGEST_SAY));
  assert.deepEqual(parts.flatMap((part) => part.trim().split(" ")), words);
});

Deno.test("A word that is too long is cut, but never through a character", () => {
  const word = "x" + "🎉".repeat(2 * LONGEST_SAY);
  const parts = spokenParts(word);
  assert.equal(parts.join(""), word);
  assert.ok(parts.every((part) => part.length <= LONGEST_SAY && part.isWellFormed()));
});

Deno.test("Nothing to say is nothing said", () => {
  for (const text of ["", "  \n ", "\u0000\u0001", "\ud800"]) {
    assert.deepEqual(spokenParts(text), []);
  }
});

Deno.test("Controls and halves of characters are dropped, tabs and line ends stay", () => {
  assert.equal(dropControls("a\u0000\u000b\ufffe\ud800b\t\r\n日🎉"), "ab\t\r\n日🎉");
});
