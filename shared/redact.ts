/** Longer strings are bodies, prompts or transcripts, which have no place in a log. */
const MAX_STRING = 1_000;
const MAX_ITEMS = 50;
const MAX_NODES = 500;
const MAX_DEPTH = 6;
const MAX_STACK_LINES = 8;

const HIDDEN = "[redacted]";

/** Fields that hold a secret whatever it looks like. */
const SECRET_FIELD =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?api[-_]?key|.*(?:password|secret|token|signature))$/i;

/** What gives a secret away in the middle of a text: its prefix, its shape, or what precedes it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|Digest)\s+[^\s"',]{6,}/gi, `$1 ${HIDDEN}`],
  // JWTs and JWEs, cut short or whole: a header that begins with `{"`, and what follows it.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, HIDDEN],
  [/\b(?:vx|sb_secret|sk|key)_[\w-]{6,}/g, HIDDEN],
  // Base64, whose + and / would end a word.
  [/\bwhsec_[\w+/=-]{6,}/g, HIDDEN],
  // Credentials in URLs, before the host and in the query.
  [/(\/\/)[^\s/@]+@/g, `$1${HIDDEN}@`],
  [/([?&](?:token|access_token|apikey|key|secret|signature)=)[^&\s"']+/gi, `$1${HIDDEN}`],
  // A row's values, which Postgres repeats in the details of an error.
  [/(Failing row contains \()[\s\S]*/g, `$1${HIDDEN})`],
  [/(\)=\()[^)]*/g, `$1${HIDDEN}`],
];

/**
 * Words, names of fields and ids, which are most of what is logged and none of which a pattern of
 * {@linkcode SECRETS} or {@linkcode PHONE_NUMBERS} can meet: looking for all of them takes long.
 */
const HARMLESS =
  /^(?:[a-z./:-]+|[A-Z]+|(?!(?:vx|sb_secret|sk|key|whsec)_)[a-z_]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** Telephone numbers as people and providers write them. The edges leave UUIDs and times alone. */
const PHONE_NUMBERS: readonly RegExp[] = [
  /\+\d(?:[\s().-]{0,2}\d){6,16}/g,
  /(?<![\w.-])\(?\d{3}\)?[\s.-]{1,2}\d{3}[\s.-]\d{4}(?![\w-])/g,
  /(?<![\w.-])\d{8,16}(?![\w-])/g,
];

/**
 * Returns a copy of a value that may stand in a log: without keys, tokens and signatures, with
 * telephone numbers masked, long strings clipped and errors taken apart. Bounded in depth and size,
 * and safe with cycles.
 *
 * @example
 * ```ts
 * redact({ to: "+15550100123", authorization: "Bearer …" });
 * // { to: "***23", authorization: "[redacted]" }
 * ```
 */
export function redact(value: unknown): unknown {
  return copy(value, { depth: 0, nodes: { left: MAX_NODES }, within: [] });
}

/**
 * Masks a telephone number except for its last two digits, which is enough to follow a complaint.
 *
 * @example
 * ```ts
 * maskPhoneNumber("+15550100123"); // "***23"
 * ```
 */
export function maskPhoneNumber(number: string): string {
  return `***${number.replace(/\D/g, "").slice(-2)}`;
}

interface Place {
  readonly depth: number;
  /** Shared by the whole copy. */
  readonly nodes: { left: number };
  /** The objects that this one stands in: meeting one of them again is a cycle. */
  readonly within: readonly object[];
}

function copy(value: unknown, place: Place): unknown {
  if (place.nodes.left-- <= 0) return "[…]";
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (place.depth > MAX_DEPTH) return "[…]";
  if (place.within.includes(value)) return "[circular]";
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const inside = { ...place, depth: place.depth + 1, within: [...place.within, value] };
  if (value instanceof Error) return copyError(value, inside);
  if (Array.isArray(value)) return copyItems(value, inside);
  return copyFields(Object.entries(value), inside);
}

function copyItems(items: readonly unknown[], place: Place): unknown[] {
  const copies = items.slice(0, MAX_ITEMS).map((item) => copy(item, place));
  return items.length > MAX_ITEMS ? [...copies, `[${items.length} items]`] : copies;
}

function copyFields(fields: Iterable<[string, unknown]>, place: Place): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    if (place.nodes.left <= 0) break;
    const secret = SECRET_FIELD.test(name) && value !== undefined && value !== null;
    result[redactText(name)] = secret ? HIDDEN : copy(value, place);
  }
  return result;
}

function copyError(error: Error, place: Place): Record<string, unknown> {
  const stack = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return copyFields(
    Object.entries({
      name: error.name,
      message: error.message,
      code: "code" in error ? error.code : undefined,
      at: stack?.slice(0, MAX_STACK_LINES).map((line) => line.trim()),
      cause: error.cause,
    }),
    place,
  );
}

function redactText(text: string): string {
  if (text.length <= MAX_STRING && HARMLESS.test(text)) return text;
  // Clipped first, so that the patterns run over a bounded text.
  let result = text.slice(0, MAX_STRING);
  for (const [pattern, replacement] of SECRETS) result = result.replace(pattern, replacement);
  for (const pattern of PHONE_NUMBERS) result = result.replace(pattern, maskPhoneNumber);
  return text.length > MAX_STRING ? `${result}… (${text.length} characters)` : result;
}
