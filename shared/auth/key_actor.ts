import type { Presented, Verdict } from "../api_keys/verify.ts";
import { userClient } from "../db/clients.ts";
import { env } from "../env.ts";
import { Problem } from "../http/problem.ts";
import { rateLimitHeaders } from "../http/rate_limit_headers.ts";
import { signActingToken } from "./acting_token.ts";
import type { Actor } from "./actor.ts";
import { callerAddress } from "./caller_address.ts";
import type { CallerContext } from "./caller_context.ts";
import { keyRefusal } from "./key_refusal.ts";
import { tooManyRequests } from "./request_limit.ts";
import type { Scope } from "./scopes.ts";
import { canActForUsers } from "./token_keys.ts";

/** Judges a key: `verifyApiKey`, or `checkApiKey` where the use is not to be counted. */
export type Judge = (key: string, presented: Presented) => Promise<Verdict>;

/** Whom a key stands for, and what its caller is told of its limits. */
export interface KeyActor {
  readonly actor: Actor;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The owner of a key, as far as the key reaches. The log line names the key by its id, also where it
 * is refused.
 *
 * @throws {Problem} why the key is refused; `rate_limited` where it is the request that is one too many;
 * `not_configured` if there is no key to act for users with.
 */
export async function keyActor(
  c: CallerContext,
  key: string,
  scope: Scope,
  judge: Judge,
): Promise<KeyActor> {
  // Asked first: a use must not be counted that cannot be served.
  if (!canActForUsers(env())) {
    throw new Problem("not_configured", "No key to sign tokens with is configured");
  }
  const verdict = await judge(key, { scope, ip: callerAddress(c.req.raw.headers) });
  if (verdict.code !== "not_found") {
    c.set("tenantId", verdict.user_id);
    c.set("logFields", { key_id: verdict.key_id });
  }
  if (!verdict.valid) throw keyRefusal(verdict, scope);
  const headers = rateLimitHeaders(verdict);
  if (verdict.retry_after) throw tooManyRequests(verdict.retry_after, headers);
  const { user_id: userId, key_id: keyId, scopes } = verdict;
  const db = userClient(
    await signActingToken({ userId, keyId }, env()),
    c.get("requestId"),
  );
  return { actor: { userId, via: "api_key", scopes, db }, headers };
}
