import assert from "node:assert/strict";
import { menuDocument } from "#shared/ivr/menus/document.ts";
import { hintsOn } from "#shared/ivr/menus/hints.ts";

const ROOT = "5eed0000-0000-4000-8000-000000000001";
const DESK = { action: "agent", target: "desk" };

/** The paths of what is hinted at in a menu of these entries. */
function hinted(...items: object[]): string[] {
  const rule = { limit: 3, final: DESK };
  const menu = { id: ROOT, key: "main", name: "Main", prompt: "x", items };
  const document = menuDocument.parse({
    root: ROOT,
    menus: { [ROOT]: { ...menu, no_input: rule, invalid: rule } },
  });
  return hintsOn(document).map(({ path }) => path.replace("menus.main.", ""));
}

function entries(...digits: string[]): string[] {
  return hinted(...digits.map((digit) => ({ digit, label: digit, ...DESK })));
}

Deno.test("Up to five choices that lead to somebody leave nothing to hint at", () => {
  assert.deepEqual(entries("1", "2", "3", "4", "5"), []);
  assert.deepEqual(entries("1", "2", "3", "4", "5", "6"), ["items"]);
});

Deno.test("An entry that a longer one begins with is hinted at, since callers wait after it", () => {
  assert.deepEqual(entries("1", "12", "2"), ["items[0].digit"]);
  assert.deepEqual(entries("[1-4]xx", "4", "5"), ["items[1].digit"]);
  assert.deepEqual(entries("x", "*1", "#2"), []);
  assert.deepEqual(entries("12", "21"), []);
});

Deno.test("Keys that few phones have are hinted at", () => {
  assert.deepEqual(entries("A", "1"), ["items[0].digit"]);
});

Deno.test("A webhook without a fallback is hinted at, and one with is not", () => {
  const ask = { digit: "1", label: "Ask", action: "webhook", target: ROOT };
  const desk = { digit: "2", label: "Desk", ...DESK };
  assert.deepEqual(hinted(ask, desk), ["items[0].fallback"]);
  assert.deepEqual(hinted({ ...ask, fallback: "2" }, desk), []);
});
