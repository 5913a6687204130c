/** How far the limits of a caller are used up; null for no limit. */
export interface Limits {
  /** Uses in an hour, how many are left, and in how many seconds the next hour begins. */
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly reset: number | null;
  /** Uses in all, and how many are left. */
  readonly quota: number | null;
  readonly quota_remaining: number | null;
}

/**
 * The limits as headers (draft-ietf-httpapi-ratelimit-headers-10): a policy for the hour and one for
 * the total, which has no window. Empty where there is no limit.
 *
 * @example
 * ```ts
 * rateLimitHeaders({ limit: 1000, remaining: 997, reset: 1800, quota: null, quota_remaining: null });
 * // { "ratelimit-policy": '"hour";q=1000;w=3600', "ratelimit": '"hour";r=997;t=1800' }
 * ```
 */
export function rateLimitHeaders(limits: Limits): Record<string, string> {
  const policies: string[] = [];
  const states: string[] = [];
  if (limits.limit !== null) {
    policies.push(`"hour";q=${limits.limit};w=3600`);
    states.push(`"hour";r=${limits.remaining ?? 0};t=${limits.reset ?? 3600}`);
  }
  if (limits.quota !== null) {
    policies.push(`"total";q=${limits.quota}`);
    states.push(`"total";r=${limits.quota_remaining ?? 0}`);
  }
  if (policies.length === 0) return {};
  return { "ratelimit-policy": policies.join(", "), "ratelimit": states.join(", ") };
}
