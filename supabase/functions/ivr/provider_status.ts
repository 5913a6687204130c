import type { Context } from "hono";
import type { AppEnv } from "#shared/http/app_env.ts";
import type { Provider } from "#shared/ivr/providers/provider.ts";
import { recordStatus } from "#shared/ivr/store.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { readGenuineRequest, requireAccount, withoutQuery } from "./provider_request.ts";

/** Takes in a call's status. Nobody listens, so what is wrong is a problem document. */
export async function answerStatus(
  c: Context<AppEnv>,
  provider: Provider,
  connectionId: string,
): Promise<Response> {
  const { request, connection } = await readGenuineRequest(c, provider, connectionId);
  const status = provider.parseStatus(request);
  if (status === null) return c.body(null, 204);
  const call = provider.parseCall(withoutQuery(request));
  requireAccount(connection, call);
  await recordStatus(connection.id, call, status);
  if (connection.has_endpoints) kickDispatch();
  return c.body(null, 204);
}
