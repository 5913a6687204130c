/**
 * One `or(…)` of supabase-js for several of its kind that must all hold. Given one after the other,
 * the embedded stack's Data API drops them.
 *
 * @param groups each as `or(…)` takes it: `a.is.null,a.gt.1`.
 */
export function allOf(groups: readonly string[]): string {
  return `and(${groups.map((group) => `or(${group})`).join(",")})`;
}
