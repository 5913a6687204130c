/** What is wrong with a value that is not {@linkcode isStorable}. */
export const UNSTORABLE =
  "Must not contain NUL or half a surrogate pair, nor be nested more than 100 deep";

/** Far below where a parser of JSON runs out of stack, here or in the database. */
const MAX_DEPTH = 100;

/** What Postgres cannot keep in a `jsonb`, as JSON writes it: NUL, and half a surrogate pair. */
const UNSTORABLE_TEXT = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Tells whether Postgres can keep a value that was parsed from JSON. */
export function isStorable(value: unknown): boolean {
  return isShallow(value) && !UNSTORABLE_TEXT.test(JSON.stringify(value));
}

/** Level by level, so that depth costs no stack. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    level = level.flatMap((node) =>
      typeof node === "object" && node !== null ? Object.values(node) : []
    );
    if (level.length === 0) return true;
  }
  return false;
}
