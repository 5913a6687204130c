import { z } from "zod";
import { adminClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import { Problem } from "../http/problem.ts";
import { openAccount } from "./account.ts";

/** A configuration as its owner is shown it, in the form of the caller. */
const noted = z.unknown();

/**
 * Asks Retell with a user's stored key and notes what it says: `connected`, or `error` where it
 * refuses the key. Where Retell fails or does not answer, nothing is known of the key, and the status
 * stays.
 *
 * @returns the configuration as its owner is shown it, or null where the key was replaced meanwhile.
 * @throws {Problem} as `openAccount`, and `retell_unauthorized`, `retell_rate_limited`,
 * `retell_unavailable` and the others of `askRetell`.
 */
export async function checkAccount(userId: string): Promise<unknown> {
  const { client, fingerprint } = await openAccount(userId);
  try {
    await client.listAgents({ limit: 1 });
  } catch (error) {
    if (error instanceof Problem && error.code === "retell_unauthorized") {
      await noteStatus(userId, "error", fingerprint);
    }
    throw error;
  }
  return await noteStatus(userId, "connected", fingerprint);
}

async function noteStatus(
  userId: string,
  status: "connected" | "error",
  fingerprint: string | null,
): Promise<unknown> {
  const database = adminClient("the status is Retell's word, which no user writes");
  const result = await database.rpc("update_retell_integration_status", {
    p_user_id: userId,
    p_status: status,
    p_fingerprint: fingerprint,
  });
  return unwrap(result, noted);
}
