import { adminClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import { isApiKey } from "./format.ts";
import { hashApiKey } from "./hash.ts";
import type { RequestLimit } from "../auth/request_limit.ts";
import { type Presented, type Verdict, verdict } from "./verify.ts";

/**
 * Judges a key as `verifyApiKey` does, without counting the use: for a caller that has another key
 * verified, of which the other one is counted. The request is counted for the key's owner and for
 * the address.
 *
 * @param limit the limit on such requests.
 * @throws {Problem} `database_unavailable` and its kin.
 */
export async function checkApiKey(
  key: string,
  { scope, ip }: Omit<Presented, "userId">,
  limit: RequestLimit,
): Promise<Verdict> {
  if (!isApiKey(key)) return { valid: false, code: "not_found" };
  const database = adminClient("a caller with a key is no user until the key is judged");
  const result = await database.rpc("check_api_key", {
    p_key_hash: hashApiKey(key),
    p_scope: scope ?? null,
    p_ip: ip ?? null,
    p_limit: limit,
  });
  return unwrap(result, verdict);
}
