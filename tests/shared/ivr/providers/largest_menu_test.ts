import assert from "node:assert/strict";
import type { Directive } from "#shared/ivr/directive.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { LINKS } from "./support.ts";

Deno.test("The largest menu that can be published fits in a document of every provider, whatever its characters", () => {
  for (const character of ['"', "&", "'", "<", "é", "漢", "👋"]) {
    const text = { kind: "say", text: character.repeat(1500), language: "en-US" } as const;
    const directives: Directive[] = [{
      kind: "gather",
      // What was said wrongly, and the menu again.
      prompts: [text, text, text],
      bargeIn: true,
      digits: 20,
      timeout: 60_000,
      interDigitTimeout: 10_000,
      finishKey: "#",
      speech: { hints: Array.from({ length: 12 }, () => character.repeat(100)) },
      sensitive: false,
    }];
    for (const [name, provider] of Object.entries(PROVIDERS)) {
      const document = provider.render(directives, LINKS);
      assert.ok(new TextEncoder().encode(document).byteLength <= 60_000, `${name}: ${character}`);
    }
  }
});
