import { z } from "zod";
import { open } from "#shared/crypto/sealed.ts";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { env } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { RetellClient } from "./client.ts";
import { retellBinding, type RetellColumn } from "./credentials.ts";
import { webhookConfig } from "./webhook.ts";

/** A user's account at Retell as it is stored; what is not set is null. */
export const retellAccount = z.object({
  user_id: z.guid(),
  sealed_api_key: z.string().nullable(),
  sealed_call_agent_id: z.string().nullable(),
  sealed_sms_agent_id: z.string().nullable(),
  api_key_fingerprint: z.string().nullable(),
  webhook_config: webhookConfig,
  encrypts_health_data: z.boolean(),
});

/** A user's account at Retell as it is stored. */
export type RetellAccount = z.output<typeof retellAccount>;

/** An account that can be asked about. */
export interface OpenAccount {
  readonly client: RetellClient;
  readonly fingerprint: string | null;
  readonly encryptsHealthData: boolean;
}

/**
 * A user's account, its secrets sealed.
 *
 * @throws {Problem} `not_found` where the user has no profile.
 */
export async function loadAccount(userId: string): Promise<RetellAccount> {
  const database = adminClient("sealed secrets are closed to users, their own included");
  const result = await database.rpc("retell_account", { p_user_id: userId });
  const account = unwrap(result, retellAccount.nullable());
  if (account === null) throw new Problem("not_found", "There is no profile");
  return account;
}

/**
 * The plain text of a secret of an account.
 *
 * @throws {Problem} `not_configured` where it cannot be opened with the keyring.
 */
export async function openSecret(
  userId: string,
  column: RetellColumn,
  sealed: string,
): Promise<string> {
  const keyring = requireKeyring();
  try {
    return await open(sealed, retellBinding(userId, column), keyring);
  } catch (cause) {
    throw new Problem("not_configured", "The stored secret cannot be opened", { cause });
  }
}

/**
 * A client with a user's stored key.
 *
 * @throws {Problem} `retell_not_configured` where there is no key, `not_configured`.
 */
export async function openAccount(userId: string): Promise<OpenAccount> {
  const account = await loadAccount(userId);
  if (account.sealed_api_key === null) {
    throw new Problem("retell_not_configured", "Store an API key with PUT /retell/config first");
  }
  const apiKey = await openSecret(userId, "encrypted_retell_api_key", account.sealed_api_key);
  return {
    client: new RetellClient({ baseUrl: env().retellUrl, apiKey }),
    fingerprint: account.api_key_fingerprint,
    encryptsHealthData: account.encrypts_health_data,
  };
}
