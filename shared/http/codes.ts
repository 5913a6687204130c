/**
 * Every way a request can fail: the codes that callers may switch on, each with its HTTP status and
 * a title that does not change from one occurrence to the next (RFC 9457).
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: "Malformed request" },
  missing_call_id: { status: 400, title: "The provider's call id is missing" },
  unauthenticated: { status: 401, title: "Not authenticated" },
  invalid_token: { status: 401, title: "Invalid token" },
  invalid_webhook_signature: { status: 401, title: "Invalid webhook signature" },
  forbidden: { status: 403, title: "Not allowed" },
  insufficient_scope: { status: 403, title: "The credentials lack a scope" },
  reauthentication_required: { status: 403, title: "Sign in again first" },
  invalid_signature: { status: 403, title: "Invalid signature" },
  invalid_step_token: { status: 403, title: "Invalid step token" },
  protected_column: { status: 403, title: "A column that callers may not set" },
  not_found: { status: 404, title: "Not found" },
  unknown_connection: { status: 404, title: "Unknown phone connection" },
  unknown_number: { status: 404, title: "Unknown phone number" },
  unknown_session: { status: 404, title: "Unknown call" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict with the current state" },
  key_revoked: { status: 409, title: "The API key is revoked" },
  key_expired: { status: 409, title: "The API key has expired" },
  endpoint_limit: { status: 409, title: "The tenant has as many endpoints as it may have" },
  request_in_progress: { status: 409, title: "The same request is in progress" },
  menu_not_published: { status: 409, title: "The menu has no published version" },
  stale_write: { status: 409, title: "A newer write has been stored" },
  retell_not_configured: { status: 409, title: "No Retell account is configured" },
  retell_unauthorized: { status: 409, title: "Retell refuses the configured API key" },
  session_ended: { status: 409, title: "The call has ended" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "Unsupported content type" },
  validation_failed: { status: 422, title: "Invalid values" },
  invalid_digits: { status: 422, title: "Invalid digits" },
  invalid_menu: { status: 422, title: "Invalid menu" },
  retell_refused: { status: 422, title: "Retell refuses the request" },
  idempotency_key_reused: { status: 422, title: "The Idempotency-Key stands for another request" },
  rate_limited: { status: 429, title: "Too many requests" },
  quota_exceeded: { status: 429, title: "The quota is used up" },
  retell_rate_limited: { status: 429, title: "Retell limits the configured account's requests" },
  internal_error: { status: 500, title: "Internal error" },
  retell_bad_answer: { status: 502, title: "Retell answered with something unexpected" },
  retell_unavailable: { status: 503, title: "Retell is failing or cannot be reached" },
  retell_timeout: { status: 504, title: "Retell did not answer in time" },
  jobs_paused: { status: 503, title: "Scheduled jobs are paused" },
  not_configured: { status: 503, title: "Not configured" },
  scanner_keys_unavailable: { status: 503, title: "The reporter's public keys are unavailable" },
  sign_in_unavailable: { status: 503, title: "Signing in is not possible at present" },
  storage_unavailable: { status: 503, title: "Storage is unavailable" },
  not_ready: { status: 503, title: "Not ready" },
  database_unavailable: { status: 503, title: "The database is unavailable" },
  database_behind: { status: 503, title: "The database lacks migrations" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A code of {@linkcode PROBLEMS}; the union is closed. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Tells whether a string from outside, such as the `details` of an SQL error, is one of our codes. */
export function isProblemCode(value: unknown): value is ProblemCode {
  return typeof value === "string" && Object.hasOwn(PROBLEMS, value);
}
