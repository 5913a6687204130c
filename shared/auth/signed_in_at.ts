import type { UserClaims } from "./user_token.ts";

/** What GoTrue writes when it renews a token, which proves nothing anew. */
const RENEWAL = "token_refresh";

/**
 * When the user of a token last proved who they are, in seconds since 1970, or undefined where the
 * token does not say.
 *
 * The claim `amr` lists each way and time of signing in, and keeps them when a token is renewed. Only
 * where the issuer writes none does the time of issue stand for it.
 *
 * @example
 * ```ts
 * signedInAt({ amr: [{ method: "password", timestamp: 1_700_000_000 }], iat: 1_700_009_000, … });
 * // 1_700_000_000
 * ```
 */
export function signedInAt({ amr, iat }: Pick<UserClaims, "amr" | "iat">): number | undefined {
  if (amr === undefined) return iat;
  const times = amr.filter(({ method }) => method !== RENEWAL).map(({ timestamp }) => timestamp);
  return times.length === 0 ? undefined : Math.max(...times);
}
