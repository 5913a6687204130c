import type { UserClaims } from "./user_token.ts";

/** What GoTrue writes when it renews a token, which proves nothing anew. */
const RENEWAL = "token_refresh";

/**
 * When the user of a token last proved who they are, in seconds since 1970, or undefined where nothing
 * says it.
 *
 * @param amr each way and time of signing in, which stay when a token is renewed.
 * @param sessionBegan stands for them where the issuer writes none. The time of issue cannot: a renewed
 * token has a new one.
 *
 * @example
 * ```ts
 * signedInAt([{ method: "password", timestamp: 1_700_000_000 }], 1_700_009_000); // 1_700_000_000
 * ```
 */
export function signedInAt(
  amr: UserClaims["amr"],
  sessionBegan: number | undefined,
): number | undefined {
  if (amr === undefined) return sessionBegan;
  const times = amr.filter(({ method }) => method !== RENEWAL).map(({ timestamp }) => timestamp);
  return times.length === 0 ? undefined : Math.max(...times);
}
