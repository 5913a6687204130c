/** How much of an answer is kept, in bytes. */
export const MAX_ANSWER_BYTES = 16_384;

/**
 * The text of an answer's body, as a row can keep it: bytes that are no UTF-8 and NUL, which is no
 * text to Postgres, become U+FFFD.
 *
 * @returns at most {@linkcode MAX_ANSWER_BYTES} of UTF-8.
 */
export function answerText(chunks: readonly Uint8Array[]): string {
  if (chunks.length === 0) return "";
  const decoder = new TextDecoder();
  let text = "";
  // The end is not flushed: a character that was cut in two is left out.
  for (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  text = text.replaceAll("\0", "\uFFFD");
  // No character of a text takes more than three bytes: most need not be measured.
  if (3 * text.length <= MAX_ANSWER_BYTES) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_ANSWER_BYTES));
  return text.slice(0, read);
}
