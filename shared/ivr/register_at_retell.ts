import { open } from "../crypto/sealed.ts";
import { env } from "../env.ts";
import { RetellClient } from "../retell/client.ts";
import { retellBinding, type RetellColumn } from "../retell/credentials.ts";
import { requireKeyring } from "../secrets.ts";
import { CALLOUT_MS, type CalloutResult } from "./callout.ts";
import type { CalloutGrant } from "./store.ts";

/**
 * Announces the call at Retell, with the tenant's own key, so that it can be dialled there.
 *
 * @param agentId null for the agent that the tenant takes calls with.
 * @throws {Error} where the tenant has no key or agent; {@linkcode Problem}s of Retell.
 */
export async function registerAtRetell(
  agentId: string | null,
  { session_id, user_id, call_id, from, to, retell }: CalloutGrant,
  signal: AbortSignal,
): Promise<CalloutResult> {
  const [apiKey, ownAgent] = await Promise.all([
    opened(user_id, "encrypted_retell_api_key", retell?.sealed_api_key),
    agentId === null
      ? opened(user_id, "encrypted_call_agent_id", retell?.sealed_call_agent_id)
      : null,
  ]);
  const agent = agentId ?? ownAgent;
  if (apiKey === null) throw new Error("The tenant has set no API key of Retell");
  if (agent === null) throw new Error("The tenant has set no Retell agent for calls");
  const client = new RetellClient({
    baseUrl: env().retellUrl,
    apiKey,
    deadlineMs: CALLOUT_MS,
    signal,
  });
  const { callId } = await client.registerPhoneCall({
    agentId: agent,
    fromNumber: from,
    toNumber: to,
    metadata: { session_id, ...call_id !== null && { call_id } },
  });
  return { kind: "registered", call_id: callId };
}

async function opened(
  userId: string,
  column: RetellColumn,
  sealed: string | null = null,
): Promise<string | null> {
  return sealed === null
    ? null
    : await open(sealed, retellBinding(userId, column), requireKeyring());
}
