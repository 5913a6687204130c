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
