import type { Context } from "hono";
import { env } from "#shared/env.ts";
import { noteInLog } from "#shared/http/access_log.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { inBackground } from "#shared/http/background.ts";
import { Problem } from "#shared/http/problem.ts";
import type { Provider } from "#shared/ivr/providers/provider.ts";
import { copyRecordings } from "#shared/ivr/recordings/copy.ts";
import { announceRecording } from "#shared/ivr/recordings/queue.ts";
import { stepTokens } from "#shared/ivr/step_token.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { readGenuineRequest, requireAccount } from "./provider_request.ts";

/**
 * Takes in a recording: its row is committed before the answer, and its copy begun after it, because
 * some providers keep it at its URL for minutes. Nobody listens, so what is wrong is a problem
 * document.
 */
export async function answerRecording(
  c: Context<AppEnv>,
  provider: Provider,
  connectionId: string,
): Promise<Response> {
  const { request, connection } = await readGenuineRequest(c, provider, connectionId);
  const call = provider.parseCall(request);
  noteInLog(c, { call_id: call.callId });
  const tokens = await stepTokens(requireKeyring());
  // Some providers sign the body alone: without it, one call's recording could be said to be another's.
  if (!tokens.isForRecordings({ connectionId, callId: call.callId }, c.req.query("token") ?? "")) {
    throw new Problem("invalid_step_token", "The token is not of this call's recordings");
  }
  requireAccount(connection, call);
  const { url, ...recording } = provider.parseRecording(request);
  // Nothing was said, so that there is nothing to keep.
  if (url === null || recording.durationSeconds === 0) return c.body(null, 204);
  const { id, pending } = await announceRecording(connection.id, call.callId, {
    ...recording,
    url,
  });
  if (pending && env().dispatchKick) {
    inBackground("a copy of a recording", copyRecordings({}, id));
  }
  return c.body(null, 204);
}
