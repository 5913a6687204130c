import type { ProviderRequest } from "./provider.ts";

/**
 * The names and values of a form as they were signed, in the order sent, or null for a body that a
 * parser would take for another: what is signed is not the body but what a parser made of it.
 */
export function signedPairs(body: string): [name: string, value: string][] | null {
  // A parser would drop these from the front, so that they could be added to a signed body.
  if (body.startsWith("?") || body.startsWith("\ufeff")) return null;
  // "a=b" and "a&b" are signed alike. Providers always send the "=", so a pair without one was tampered with.
  if (body !== "" && body.split("&").some((pair) => !pair.includes("="))) return null;
  return [...new URLSearchParams(body)];
}

/** The values of each name, in the order sent. */
export function byName(pairs: Iterable<[string, string]>): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...values.get(name) ?? [], value]);
  return values;
}

/** The parameters of a form post; of a repeated one, the last value. */
export function parametersOf(request: ProviderRequest): Partial<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(request.body));
}
