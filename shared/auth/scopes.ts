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

/** The catalogue: every right there is. The database has the same (`private.api_key_scopes`). */
export const SCOPES: readonly Scope[] = RESOURCES.flatMap((resource): Scope[] => [
  `${resource}:read`,
  `${resource}:write`,
]);

/** What callers are granted: single scopes, or all of them. */
export type GrantedScope = Scope | "*";

/** Everything that can be granted. */
export const GRANTED_SCOPES: readonly GrantedScope[] = ["*", ...SCOPES];

const GRANTABLE: ReadonlySet<string> = new Set(GRANTED_SCOPES);

/** Tells whether a string from outside is a scope of the catalogue, or that of everything. */
export function isGrantedScope(text: string): text is GrantedScope {
  return GRANTABLE.has(text);
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
