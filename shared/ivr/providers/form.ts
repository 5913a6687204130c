import type { ProviderRequest } from "./provider.ts";

type Pair = [name: string, value: string];

interface Form {
  /** Null where nobody can have signed it. */
  readonly signed: readonly Pair[] | null;
  readonly parameters: Partial<Record<string, string>>;
}

/** Signature, call and input are each read from the same form, which is parsed for the first of them. */
const parsed = new WeakMap<ProviderRequest, Form>();

/**
 * The names and values of a form as they were signed, in the order sent, or null for a body that a
 * parser would take for another: what is signed is not the body but what a parser made of it.
 */
export function signedPairs(request: ProviderRequest): readonly Pair[] | null {
  return formOf(request).signed;
}

/** The values of each name, in the order sent. */
export function byName(pairs: Iterable<Pair>): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  return values;
}

/** The parameters of a form post; of a repeated one, the last value. */
export function parametersOf(request: ProviderRequest): Partial<Record<string, string>> {
  return formOf(request).parameters;
}

function formOf(request: ProviderRequest): Form {
  const known = parsed.get(request);
  if (known !== undefined) return known;
  const signed = signable(request.body);
  const pairs = signed ?? new URLSearchParams(request.body);
  const form = { signed, parameters: Object.fromEntries(pairs) };
  parsed.set(request, form);
  return form;
}

function signable(body: string): Pair[] | null {
  if (body === "") return [];
  // A parser would drop these from the front, so that they could be added to a signed body.
  if (body.startsWith("?") || body.startsWith("\ufeff")) return null;
  const parts = body.split("&");
  // "a=b" and "a&b" are signed alike. Providers always send the "=", so a pair without one was tampered with.
  if (!parts.every((part) => part.includes("="))) return null;
  try {
    return parts.map(pairOf);
  } catch {
    // What is no escape, or escapes no UTF-8, a parser takes all the same.
    return [...new URLSearchParams(body)];
  }
}

/** As `URLSearchParams` reads it, for which the body would leave the engine and come back. */
function pairOf(part: string): Pair {
  const end = part.indexOf("=");
  return [plain(part.slice(0, end)), plain(part.slice(end + 1))];
}

/** @throws {URIError} where `URLSearchParams` would put a replacement, or leave it as it is. */
function plain(text: string): string {
  return /[%+]/.test(text) ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}
