import assert from "node:assert/strict";
import { fallbackDocument } from "#shared/ivr/fallback.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";

Deno.test("Every provider has a document for the day we are down, in the menu's language", () => {
  const xml = (verb: string, language: string, text: string, end: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>` +
    `<Response><${verb} language="${language}">${text}</${verb}>${end}</Response>`;
  const sentence = "Lo sentimos, no podemos continuar esta llamada. Inténtelo de nuevo más tarde.";
  const twiml = xml("Say", "es-MX", sentence, "<Hangup/>");
  const expected = {
    twilio: twiml,
    signalwire: twiml,
    telnyx: twiml,
    plivo: xml("Speak", "es-MX", sentence, "<Hangup/>"),
    vonage: `[{"action":"talk","text":"${sentence}","language":"es-MX"}]`,
  };
  const documents = Object.entries(PROVIDERS).map(([name, provider]) => [
    name,
    fallbackDocument(provider, "es-MX"),
  ]);
  assert.deepEqual(Object.fromEntries(documents), expected);
});

Deno.test("The fallback of a language without sentences is in English, and leads nowhere", () => {
  for (const provider of Object.values(PROVIDERS)) {
    const document = fallbackDocument(provider, "fi-FI");
    assert.match(document, /We are sorry/);
    assert.match(document, /en-US/);
    assert.doesNotMatch(document, /https?:/);
  }
});
