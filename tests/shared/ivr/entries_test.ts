import assert from "node:assert/strict";
import { digitsWanted, longestEntry, matchEntry } from "#shared/ivr/entries.ts";
import { menu } from "./menus.ts";

const withEntries = (...digits: string[]) =>
  menu({ items: digits.map((digit) => ({ digit, label: digit, action: "repeat" })) });

function matched(entries: string[], entered: string, complete = false): string {
  const match = matchEntry(withEntries(...entries), entered, complete);
  return match.kind === "item" ? match.item.digit : match.kind;
}

Deno.test("A pattern takes what each of its positions takes, and nothing shorter or longer", () => {
  const entries = ["[1-4]xx", "[5790]x"];
  assert.equal(matched(entries, "123"), "[1-4]xx");
  assert.equal(matched(entries, "499"), "[1-4]xx");
  assert.equal(matched(entries, "50"), "[5790]x");
  assert.equal(matched(entries, "6"), "none");
  assert.equal(matched(entries, "1*3"), "none");
  assert.equal(matched(entries, "1234"), "none");
  assert.equal(matched(entries, "12", true), "none");
});

Deno.test("An entry without wildcards comes before a pattern, and an earlier pattern before a later", () => {
  assert.equal(matched(["xx", "12"], "12"), "12");
  assert.equal(matched(["1x", "x2"], "12"), "1x");
});

Deno.test("An entry with which a longer pattern begins waits for it", () => {
  const entries = ["1", "[12]xx"];
  assert.deepEqual(matchEntry(withEntries(...entries), "1", false), { kind: "more", digits: 2 });
  assert.equal(matched(entries, "1", true), "1");
  assert.equal(matched(entries, "199"), "[12]xx");
});

Deno.test("Positions count as digits, however they are written", () => {
  const mixed = withEntries("[1-4][0-9]x", "*9", "12345");
  assert.equal(longestEntry(mixed), 5);
  assert.equal(digitsWanted(mixed, ""), 2);
  assert.equal(digitsWanted(mixed, "4"), 2);
});
