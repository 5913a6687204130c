import { z } from "zod";
import { hotCall } from "../db/hot.ts";
import { Problem } from "../http/problem.ts";
import { callerAddress } from "./caller_address.ts";

/**
 * A limit on requests of a user and of an address, by its name in `private.request_limits`: those of
 * signed-in users, questions about keys, calls that make us call somebody else, and what can be asked
 * of an account as a whole.
 */
export type RequestLimit = "requests" | "verify" | "tests" | "account";

/** What is limited: a user's request, and where it comes from. */
export interface LimitedRequest {
  readonly userId: string;
  readonly headers: Headers;
}

/**
 * Counts a request for its user and its address, in one round trip. What cannot be counted is not
 * served.
 *
 * @param replyHeaders what a refusal says beside `Retry-After`: the state of a key's own limits.
 * @throws {Problem} `rate_limited` for one too many; `database_unavailable` and its kin.
 *
 * @example
 * ```ts
 * await limitRequests("tests", { userId: actor.userId, headers: c.req.raw.headers });
 * ```
 */
export async function limitRequests(
  limit: RequestLimit,
  { userId, headers }: LimitedRequest,
  replyHeaders: Readonly<Record<string, string>> = {},
): Promise<void> {
  const retryAfter = await hotCall("limit_requests", {
    p_name: limit,
    p_user_id: userId,
    p_address: callerAddress(headers) ?? null,
  }, z.int().nullable());
  if (retryAfter !== null) throw tooManyRequests(retryAfter, replyHeaders);
}

/**
 * The problem that one request too many is to its caller.
 *
 * @param retryAfter in how many seconds there may be another one.
 * @param headers of the reply, beside `Retry-After`.
 */
export function tooManyRequests(
  retryAfter: number,
  headers: Readonly<Record<string, string>> = {},
): Problem {
  return new Problem("rate_limited", "Too many requests of this user or from this address", {
    headers: { ...headers, "retry-after": String(retryAfter) },
  });
}
