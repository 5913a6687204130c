import type { Menu, MenuItem } from "./menu.ts";
import { labelOf } from "./words.ts";

/**
 * The item that a caller named, or null where none or several could be meant.
 *
 * A label said word for word counts, or an entry said as its digits; otherwise the one label of which
 * the most words were said, and at least half.
 */
export function matchSpeech(menu: Menu, language: string, text: string): MenuItem | null {
  const said = wordsIn(text);
  // A label of signs alone has no words either, and nobody named it.
  if (said.length === 0) return null;
  const candidates = menu.items.map((item) => ({ item, label: wordsIn(labelOf(item, language)) }));
  const exact = candidates.filter(({ item, label }) =>
    label.join(" ") === said.join(" ") || item.digit === said.join("")
  );
  if (exact.length > 0) return exact.length === 1 ? exact[0]?.item ?? null : null;

  const scored = candidates
    .map(({ item, label }) => ({ item, shared: sharedWords(label, said), words: label.length }))
    .filter(({ shared, words }) => shared > 0 && shared * 2 >= words)
    .sort((a, b) => b.shared / b.words - a.shared / a.words || b.shared - a.shared);
  const [best, second] = scored;
  if (!best) return null;
  const tied = second && second.shared === best.shared && second.words === best.words;
  return tied ? null : best.item;
}

/** The words of a text, without case, accents and punctuation. */
function wordsIn(text: string): string[] {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function sharedWords(label: readonly string[], said: readonly string[]): number {
  return label.filter((word) => said.includes(word)).length;
}
