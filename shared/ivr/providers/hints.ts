/** Hints for speech as one attribute; set apart by commas, so that none may hold one. */
export function hintList(hints: readonly string[]): string | undefined {
  const list = hints.map((hint) => hint.replaceAll(",", " ").trim()).filter((hint) => hint !== "");
  return list.length > 0 ? list.join(",") : undefined;
}
