import assert from "node:assert/strict";
import { matchSpeech } from "#shared/ivr/spoken_entry.ts";
import { menu } from "./menus.ts";

const HEARD = menu({
  items: [
    { digit: "1", label: "Sales", action: "repeat" },
    { digit: "2", label: "Technical support", action: "repeat" },
    { digit: "3", label: "Sales support", action: "repeat" },
    { digit: "4", label: "Café Zürich", labels: { "de-DE": "Kaffeehaus" }, action: "repeat" },
  ],
});

const said = (text: string, language = "en-US") =>
  matchSpeech(HEARD, language, text)?.digit ?? null;

Deno.test("A label counts whatever its case, accents and punctuation", () => {
  assert.equal(said("sales"), "1");
  assert.equal(said(" Technical, support. "), "2");
  assert.equal(said("cafe zurich"), "4");
});

Deno.test("The label of which most was said is meant", () => {
  assert.equal(said("I would like technical support please"), "2");
  assert.equal(said("sales support"), "3");
  assert.equal(said("the technical people"), "2");
});

Deno.test("What could mean two items, or none, means none", () => {
  assert.equal(said("support"), null);
  assert.equal(said("good morning"), null);
  assert.equal(said(""), null);
  assert.equal(said("👋"), null);
});

Deno.test("An entry may be said as its digits, and a label in the caller's language", () => {
  assert.equal(said("2"), "2");
  assert.equal(said("kaffeehaus", "de-DE"), "4");
  assert.equal(said("kaffeehaus"), null);
});

Deno.test("A label without a word in it is named by no noise", () => {
  const signs = menu({ items: [{ digit: "1", label: "—", action: "repeat" }] });
  assert.equal(matchSpeech(signs, "en-US", "…"), null);
  assert.equal(matchSpeech(signs, "en-US", "1")?.digit, "1");
});
