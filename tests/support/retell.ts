import { seal } from "#shared/crypto/sealed.ts";
import { retellBinding, type RetellColumn } from "#shared/retell/credentials.ts";
import { requireKeyring } from "#shared/secrets.ts";
import type { Tenant, TestStack } from "./stack.ts";

/** The API key that {@linkcode setRetell} stores. */
export const RETELL_KEY = "key_of_the_tenant";

/** Stores a tenant's account at Retell: a key, and the agent that takes calls. */
export async function setRetell(
  { database }: TestStack,
  { userId }: Tenant,
  agent: string | null = "agent_default",
): Promise<void> {
  const sealed = (column: RetellColumn, text: string) =>
    seal(text, retellBinding(userId, column), requireKeyring());
  await database.query(
    "update public.user_profiles set encrypted_retell_api_key = $2, encrypted_call_agent_id = $3 where user_id = $1",
    [
      userId,
      await sealed("encrypted_retell_api_key", RETELL_KEY),
      agent && await sealed("encrypted_call_agent_id", agent),
    ],
  );
}
