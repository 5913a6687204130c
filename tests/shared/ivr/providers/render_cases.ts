import assert from "node:assert/strict";
import type { Directive } from "#shared/ivr/directive.ts";
import { type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { dropControls } from "#shared/ivr/text.ts";
import { directiveLists } from "./generated.ts";
import { promptsOf, saidWithinLimits } from "./limits.ts";
import { LINKS } from "./support.ts";

/** Renders generated directive lists on one provider; answers how often each directive came. */
export function renderGenerated(
  provider: ProviderName,
  { seed, count }: { seed: number; count: number },
): Map<Directive["kind"], number> {
  const next = directiveLists(seed);
  const covered = new Map<Directive["kind"], number>();
  for (let round = 0; round < count; round++) {
    const directives = next();
    for (const { kind } of directives) covered.set(kind, (covered.get(kind) ?? 0) + 1);
    try {
      const document = PROVIDERS[provider].render(directives, LINKS);
      const said = saidWithinLimits(provider, document);
      assert.equal(spaceless(said), spaceless(promptsOf(provider, directives)));
    } catch (cause) {
      const failing = JSON.stringify(directives);
      throw new Error(`Seed ${seed}, list ${round} on ${provider}: ${failing}`, { cause });
    }
  }
  return covered;
}

/** Where a text is cut, a space is lost; nothing else may be. */
function spaceless(texts: readonly string[]): string {
  return dropControls(texts.join("")).replace(/\s/g, "");
}
