import type { Actor } from "#shared/auth/actor.ts";
import type { GrantedScope } from "#shared/auth/scopes.ts";

/**
 * The scopes that a caller may hand on: a program those of its own key, the owner in person any,
 * which is null.
 */
export function heldScopes({ via, scopes }: Actor): readonly GrantedScope[] | null {
  return via === "api_key" ? scopes : null;
}
