/** What is wrong with a value that is not {@linkcode isStorable}. */
export const UNSTORABLE =
  "Must not contain NUL, half a surrogate pair, the name __proto__ or a number beyond 2^53 - 1, nor be nested more than 100 deep";

/** Far below where a parser of JSON runs out of stack, here or in the database. */
const MAX_DEPTH = 100;

/** What Postgres cannot keep in a `jsonb`, as JSON writes it: NUL, and half a surrogate pair. */
const UNSTORABLE_TEXT = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * Tells whether Postgres can keep a value that was parsed from JSON, and whether that is what was
 * sent: beyond 2^53 - 1 a number may have become another or infinite. A value that a schema has
 * made anew is without `__proto__`: it comes too late.
 */
export function isStorable(value: unknown): boolean {
  return isShallow(value) && !UNSTORABLE_TEXT.test(JSON.stringify(value));
}

function isChanged(node: unknown): boolean {
  if (typeof node === "number") return !(Math.abs(node) <= Number.MAX_SAFE_INTEGER);
  return typeof node === "object" && node !== null && Object.hasOwn(node, "__proto__");
}

/** Level by level, so that depth costs no stack. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (level.some(isChanged)) return false;
    level = level.flatMap((node) =>
      typeof node === "object" && node !== null ? Object.values(node) : []
    );
    if (level.length === 0) return true;
  }
  return false;
}
