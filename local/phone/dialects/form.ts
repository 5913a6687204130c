import type { Fields, SignedRequest } from "../dialect.ts";
import type { Target } from "../verbs.ts";

/**
 * Builds a request as a web form would make it: posted, or with its fields in the address.
 *
 * @param headersFor the headers that a provider adds, its signature among them, for the address that is
 * fetched, the fields that are posted and the body that they make.
 */
export function formRequest(
  target: Target,
  fields: Fields,
  headersFor: (url: string, posted: Fields, body: string) => Record<string, string>,
): SignedRequest {
  const form = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString();
  if (target.method === "GET") {
    const url = `${target.url}${target.url.includes("?") ? "&" : "?"}${form}`;
    return { method: "GET", url, headers: headersFor(url, [], ""), body: undefined };
  }
  const type = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
  const headers = { ...headersFor(target.url, fields, form), ...type };
  return { method: "POST", url: target.url, headers, body: form };
}

/** Lets the caller's own fields replace or join those that a provider sends. */
export function merge(own: [string, string][], extra: Fields): Fields {
  const replaced = new Set(extra.map(([name]) => name));
  return [...own.filter(([name]) => !replaced.has(name)), ...extra];
}
