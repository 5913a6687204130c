import type { ProblemCode } from "#shared/http/codes.ts";

/** How every route may fail that asks Retell. */
export const RETELL_PROBLEMS = [
  "retell_not_configured",
  "retell_unauthorized",
  "retell_rate_limited",
  "retell_refused",
  "retell_bad_answer",
  "retell_unavailable",
  "retell_timeout",
  "not_configured",
] as const satisfies readonly ProblemCode[];
