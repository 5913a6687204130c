import { z } from "zod";

const MAX_HEADERS = 20;
const MAX_NAME = 100;
const MAX_VALUE = 4_096;

/** A field name of RFC 9110, section 5.1. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** A field value of visible ASCII, with spaces inside it alone: no line break can end the header. */
const VALUE = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * Families of headers that are ours: the signature's, by either name that verifiers read it under,
 * and those that describe the body or speak to a proxy.
 */
const RESERVED_PREFIXES = ["webhook-", "svix-", "content-", "proxy-"];

/** What frames the message or governs the connection (RFC 9110, section 7.6.1), and its host. */
const RESERVED = new Set([
  "accept-encoding",
  "connection",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Tells whether an owner may have a header of this name sent with their deliveries. `user-agent` is
 * one: ours stands where they give none.
 */
export function isAllowedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return name.length <= MAX_NAME && NAME.test(name) && !RESERVED.has(lower) &&
    !RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

/** Tells whether a text can be the value of a header and nothing beside it. */
export function isHeaderValue(value: string): boolean {
  return value.length <= MAX_VALUE && VALUE.test(value);
}

/** The custom headers of an endpoint, by name: as they are created and as they are unsealed. */
export const customHeaders = z
  .record(
    z.string().refine(isAllowedHeader, { error: "Must be a header that deliveries do not set" }),
    z.string().refine(isHeaderValue, {
      error: `Must be 1 to ${MAX_VALUE} printable ASCII characters`,
    }),
  )
  .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, {
    error: `Must be at most ${MAX_HEADERS} headers`,
  })
  .refine(hasDistinctNames, { error: "Must not name a header twice" });

/** What {@linkcode customHeaders} describes. */
export type CustomHeaders = z.output<typeof customHeaders>;

function hasDistinctNames(headers: object): boolean {
  const names = Object.keys(headers);
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}
