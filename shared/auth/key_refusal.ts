import type { Refusal, Verdict } from "../api_keys/verify.ts";
import type { ProblemCode } from "../http/codes.ts";
import { Problem } from "../http/problem.ts";
import { rateLimitHeaders } from "../http/rate_limit_headers.ts";
import { tooManyRequests } from "./request_limit.ts";
import type { Scope } from "./scopes.ts";

/** A used-up total does not come back by waiting; this is when its owner may have raised it. */
const QUOTA_RETRY_S = 3600;

const REFUSALS = {
  not_found: ["invalid_token", "The API key is not known"],
  revoked: ["invalid_token", "The API key is revoked"],
  disabled: ["invalid_token", "The API key is disabled"],
  owner_inactive: ["invalid_token", "The owner of the API key is not active"],
  expired: ["invalid_token", "The API key has expired"],
  insufficient_scope: ["insufficient_scope", "The API key lacks the scope"],
  ip_not_allowed: ["forbidden", "The API key may not be used from this address"],
  rate_limited: ["rate_limited", "The API key has used up its hour"],
  quota_exceeded: ["quota_exceeded", "The API key has used up its quota"],
} as const satisfies Record<Refusal, readonly [ProblemCode, string]>;

/** The verdict on a key that is refused. */
export type Refused = Extract<Verdict, { valid: false }>;

/**
 * The problem that a refused key is to its caller, with the reason as a member of its own and the
 * state of the key's limits in the headers. After too many wrong keys it is `rate_limited`.
 */
export function keyRefusal(verdict: Refused, scope: Scope): Problem {
  if (verdict.code === "not_found" && verdict.retry_after) {
    return tooManyRequests(verdict.retry_after);
  }
  const [code, detail] = REFUSALS[verdict.code];
  return new Problem(
    code,
    code === "insufficient_scope" ? `The scope ${scope} is needed` : detail,
    {
      extensions: { reason: verdict.code },
      headers: {
        ...verdict.code === "not_found" ? {} : rateLimitHeaders(verdict),
        ...challenge(code, detail, scope),
        ...retryAfter(verdict),
      },
    },
  );
}

/** RFC 6750, section 3. */
function challenge(code: ProblemCode, detail: string, scope: Scope): Record<string, string> {
  if (code === "invalid_token") {
    return { "www-authenticate": `Bearer error="invalid_token", error_description="${detail}"` };
  }
  return code === "insufficient_scope"
    ? { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` }
    : {};
}

function retryAfter(verdict: Refused): Record<string, string> {
  if (verdict.code === "rate_limited") return { "retry-after": String(verdict.reset ?? 3600) };
  return verdict.code === "quota_exceeded" ? { "retry-after": String(QUOTA_RETRY_S) } : {};
}
