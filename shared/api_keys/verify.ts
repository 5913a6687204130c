import { z } from "zod";
import { hotCall } from "../db/hot.ts";
import { isGrantedScope, type Scope } from "../auth/scopes.ts";
import { isApiKey } from "./format.ts";
import { hashApiKey } from "./hash.ts";

/** Why a key is refused. Where several reasons hold, the first of these is given. */
export const REFUSALS = [
  "not_found",
  "revoked",
  "disabled",
  "owner_inactive",
  "expired",
  "insufficient_scope",
  "ip_not_allowed",
  "rate_limited",
  "quota_exceeded",
] as const;

/** One of {@linkcode REFUSALS}. */
export type Refusal = typeof REFUSALS[number];

const known = {
  key_id: z.guid(),
  user_id: z.guid(),
  /** Without those that a newer version of the catalogue may have: no route here asks for them. */
  scopes: z.array(z.string()).transform((scopes) => scopes.filter(isGrantedScope)),
  /** Uses an hour, how many of them are left, and in how many seconds the hour ends; null without a limit. */
  limit: z.int().nullable(),
  remaining: z.int().nullable(),
  reset: z.int().nullable(),
  /** Uses in all, and how many of them are left; null without a quota. */
  quota: z.int().nullable(),
  quota_remaining: z.int().nullable(),
};

const limited = {
  /**
   * In how many seconds the caller may come back: it has sent too many wrong keys or, where the use of
   * a key is not counted, too many requests.
   */
  retry_after: z.int().optional(),
};

const [NOT_FOUND, ...OTHERS] = REFUSALS;

/** What {@linkcode verifyApiKey} answers, as the database says it. */
export const verdict = z.discriminatedUnion("code", [
  z.object({ valid: z.literal(true), code: z.literal("valid"), ...known, ...limited }),
  z.object({ valid: z.literal(false), code: z.enum(OTHERS), ...known }),
  z.object({ valid: z.literal(false), code: z.literal(NOT_FOUND), ...limited }),
]);

/** What became of a key that was presented. */
export type Verdict = z.output<typeof verdict>;

/** What a key is presented for. */
export interface Presented {
  /** The scope that is needed; none in particular if left out. */
  readonly scope?: Scope | undefined;
  /** Where the caller is. Left out, a key with an allow-list is refused. */
  readonly ip?: string | undefined;
  /** Judge keys of this user alone; to all others the answer is `not_found`, and nothing is counted. */
  readonly userId?: string | undefined;
}

/**
 * Judges a key and, if it is allowed, counts the use: one round trip, and none for a text that is no
 * key. Nothing is cached: what an owner changes holds for the next call.
 *
 * @throws {Problem} `database_unavailable` and its kin.
 */
export async function verifyApiKey(key: string, presented: Presented = {}): Promise<Verdict> {
  if (!isApiKey(key)) return { valid: false, code: NOT_FOUND };
  return await hotCall("verify_api_key", {
    p_key_hash: hashApiKey(key),
    p_scope: presented.scope ?? null,
    p_ip: presented.ip ?? null,
    p_user_id: presented.userId ?? null,
  }, verdict);
}
