import type { Context } from "hono";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import type { Provider } from "#shared/ivr/providers/provider.ts";
import { loadConnection, recordStatus } from "#shared/ivr/store.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import {
  readProviderRequest,
  requireAccount,
  verifySignature,
  withoutQuery,
} from "./provider_request.ts";

/** Takes in a call's status. Nobody listens, so what is wrong is a problem document. */
export async function answerStatus(
  c: Context<AppEnv>,
  provider: Provider,
  connectionId: string,
): Promise<Response> {
  const request = await readProviderRequest(c, provider);
  const connection = await loadConnection(provider.name, connectionId);
  if (!connection) throw new Problem("unknown_connection");
  c.set("tenantId", connection.user_id);
  await verifySignature(provider, request, connection);
  const status = provider.parseStatus(request);
  if (status === null) return c.body(null, 204);
  const call = provider.parseCall(withoutQuery(request));
  requireAccount(connection, call);
  await recordStatus(connection.id, call, status);
  if (connection.has_endpoints) kickDispatch();
  return c.body(null, 204);
}
