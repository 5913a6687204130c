/**
 * Parses JSON, or returns undefined where the text is none, for a schema to refuse.
 *
 * The parser's own message quotes its input, which may be a secret or a person's words; it goes no
 * further than here.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
