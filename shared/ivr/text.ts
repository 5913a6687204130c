/** The most that every provider speaks at once: Vonage's limit, the least of the five. */
export const LONGEST_SAY = 1500;

/** Leaves out what XML 1.0 cannot hold (§2.2) and Postgres cannot store: controls and lone surrogates. */
export function dropControls(text: string): string {
  // Quicker than looking for pairs in what has no surrogates at all.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  // deno-lint-ignore no-control-regex -- the characters outside the Char production
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\p{Surrogate}\ufffe\uffff]/gu, "");
}

/**
 * What is spoken, in parts that no provider finds too long: cut at the last space, or through a word
 * that leaves no choice. Nothing where there is nothing to say.
 */
export function spokenParts(text: string): string[] {
  const parts: string[] = [];
  let rest = dropControls(text);
  while (rest.length > LONGEST_SAY) {
    const space = rest.lastIndexOf(" ", LONGEST_SAY);
    const cut = space > 0 ? space : wholeCharacters(rest, LONGEST_SAY);
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...parts, rest].filter((part) => part.trim() !== "");
}

/** The longest length up to `most` that does not cut a surrogate pair. */
function wholeCharacters(text: string, most: number): number {
  return /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
}
