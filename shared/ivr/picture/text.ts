import { dropControls } from "../text.ts";

/** How wide a character is, in parts of the font's size: generous, since fonts differ. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ .,:;'|!iIljtfr()[\]-]/, 0.37],
  [/[mwMW@%]/, 0.95],
  [/[A-Z&#0-9]/, 0.7],
  [/[ -\u024f\u0370-\u05ff]/, 0.59],
];

/** What {@linkcode WIDTHS} says of the characters that were met. */
const known = new Map<string, number>();

/** The width of a text in pixels, at least as much as it takes in usual fonts. */
export function widthOf(text: string, size: number): number {
  let sum = 0;
  for (const character of text) sum += partOf(character);
  return sum * size;
}

function partOf(character: string): number {
  const part = known.get(character) ??
    // What is not of these alphabets may be as wide as it is high.
    WIDTHS.find(([kind]) => kind.test(character))?.[1] ?? 1.05;
  if (known.size < 1000) known.set(character, part);
  return part;
}

/**
 * A text in lines of a width, at most so many; what does not fit ends in an ellipsis. Words are parted
 * only where they are longer than a line.
 */
export function wrap(text: string, size: number, width: number, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of visible(text).split(" ").filter(Boolean)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer, size) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (widthOf(line, size) > width && lines.length < most) {
      const head = fitting(line, size, width);
      lines.push(head);
      line = line.slice(head.length);
    }
    if (lines.length >= most) break;
  }
  if (lines.length < most) return line === "" ? lines : [...lines, line];
  const all = visible(text).replaceAll(" ", "");
  const shown = lines.slice(0, most);
  if (shown.join("").replaceAll(" ", "").length === all.length) return shown;
  return [...shown.slice(0, -1), `${fitting(shown.at(-1) ?? "", size, width - size)}…`];
}

/** A text as XML holds it, in an element or an attribute. */
export function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Without controls, and without what would turn the direction of the text around it. */
function visible(text: string): string {
  return dropControls(text).replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .replace(/[\s\u007f-\u009f\u00ad]+/g, " ").trim();
}

function fitting(text: string, size: number, width: number): string {
  let head = "";
  let taken = 0;
  for (const character of text) {
    taken += partOf(character) * size;
    if (head !== "" && taken > width) break;
    head += character;
  }
  return head;
}
