import { Problem } from "../http/problem.ts";
import { bearerToken } from "./bearer.ts";

/** What a request says who it is from. */
export type Credentials =
  | { readonly kind: "api_key"; readonly key: string }
  | { readonly kind: "user_token"; readonly token: string };

/**
 * The credentials that a request carries, not yet verified, or undefined where it has none.
 *
 * A key is sent as `Authorization: Bearer vx_…` or as `x-api-key`, which client libraries leave free
 * when they fill `Authorization` themselves; so it goes before a user's token.
 *
 * @example
 * ```ts
 * credentialsOf(new Headers({ "x-api-key": "vx_…" })); // { kind: "api_key", key: "vx_…" }
 * ```
 */
export function credentialsOf(headers: Headers): Credentials | undefined {
  const token = bearerToken(headers.get("authorization") ?? undefined);
  if (token?.startsWith("vx_")) return { kind: "api_key", key: token };
  const key = headers.get("x-api-key")?.trim();
  if (key) return { kind: "api_key", key };
  return token === undefined ? undefined : { kind: "user_token", token };
}

/**
 * The credentials of a request that must have some.
 *
 * @throws {Problem} `unauthenticated` where it has none.
 */
export function requireCredentials(headers: Headers): Credentials {
  const credentials = credentialsOf(headers);
  if (credentials !== undefined) return credentials;
  throw new Problem(
    "unauthenticated",
    "Send Authorization: Bearer with a user's access token or an API key",
    { headers: { "www-authenticate": "Bearer" } },
  );
}
