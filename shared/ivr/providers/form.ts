import type { ProviderRequest } from "./provider.ts";

type Pair = [name: string, value: string];

interface Form {
  readonly pairs: readonly Pair[];
  readonly parameters: Partial<Record<string, string>>;
}

/** Signature, call and input are each read from the same form, which is parsed for the first of them. */
const parsed = new WeakMap<ProviderRequest, Form>();

/**
 * The names and values of a form as they were signed, in the order sent, or null for a body that a
 * parser would take for another: what is signed is not the body but what a parser made of it.
 */
export function signedPairs(request: ProviderRequest): readonly Pair[] | null {
  const { body } = request;
  // A parser would drop these from the front, so that they could be added to a signed body.
  if (body.startsWith("?") || body.startsWith("\ufeff")) return null;
  // "a=b" and "a&b" are signed alike. Providers always send the "=", so a pair without one was tampered with.
  if (body !== "" && body.split("&").some((pair) => !pair.includes("="))) return null;
  return formOf(request).pairs;
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
  const pairs: Pair[] = [];
  new URLSearchParams(request.body).forEach((value, name) => pairs.push([name, value]));
  const form = { pairs, parameters: Object.fromEntries(pairs) };
  parsed.set(request, form);
  return form;
}
