/** What a program's key may be allowed to use. */
const RESOURCES = [
  "api-keys",
  "webhooks",
  "events",
  "agents",
  "ivr",
  "call-logs",
  "retell",
  "account",
] as const;

/** One right: to read a resource or to write it. */
export type Scope = `${typeof RESOURCES[number]}:${"read" | "write"}`;

/** What callers are granted: single scopes, or all of them. */
export type GrantedScope = Scope | "*";

/** Every scope there is. `private.api_key_scopes()` lists the same to the database. */
export const SCOPES: readonly Scope[] = RESOURCES.flatMap(
  (resource): Scope[] => [`${resource}:read`, `${resource}:write`],
);

/** Everything that can be granted. */
export const GRANTED_SCOPES: readonly GrantedScope[] = ["*", ...SCOPES];

/** The scopes among some texts; what this version of the catalogue does not know grants nothing. */
export function knownScopes(texts: readonly string[]): GrantedScope[] {
  return GRANTED_SCOPES.filter((scope) => texts.includes(scope));
}

/**
 * Tells whether the granted scopes contain the wanted one.
 *
 * @example
 * ```ts
 * grants(["ivr:read"], "ivr:write"); // false
 * ```
 */
export function grants(granted: readonly GrantedScope[], wanted: Scope): boolean {
  return granted.includes("*") || granted.includes(wanted);
}
