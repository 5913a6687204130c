import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { parseJson } from "#shared/json.ts";
import { openSecret, retellAccount } from "#shared/retell/account.ts";
import { eventOfWebhook } from "#shared/retell/events.ts";
import { sealCallEvent } from "#shared/retell/sealed_event.ts";
import { isSignedByRetell } from "#shared/retell/signature.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { isWanted, retellWebhook, webhookName } from "#shared/retell/webhook.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { operations } from "../operations.ts";

const route = createRoute({
  ...operations.webhook,
  summary: "What happens to calls at Retell, in whatever order it arrives",
  request: { params: z.object({ hook_id: z.guid() }) },
  responses: { 204: { description: "Taken in; repeats and late arrivals change nothing" } },
});

/** Adds `POST /retell/webhook/:hook_id`. */
export function addWebhookRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const account = await loadHook(c.req.valid("param").hook_id);
    c.set("tenantId", account.user_id);
    const body = new Uint8Array(await c.req.arrayBuffer());
    const apiKey = await openSecret(
      account.user_id,
      "encrypted_retell_api_key",
      account.sealed_api_key,
    );
    if (!isSignedByRetell(body, c.req.header("x-retell-signature"), apiKey, Date.now())) {
      throw new Problem("invalid_webhook_signature", "Not signed with the stored API key, or old");
    }
    const webhook = readWebhook(body);
    if (webhook === null || !isWanted(webhook.event, account.webhook_config)) {
      return c.body(null, 204);
    }
    c.set("logFields", { retell_event: webhook.event });
    const event = eventOfWebhook(webhook, body);
    const result = await adminOf().rpc("retell_record_event", {
      p_user_id: account.user_id,
      p_event: account.encrypts_health_data
        ? await sealCallEvent(event, account.user_id, requireKeyring())
        : event,
    });
    unwrap(result);
    if (account.has_endpoints) kickDispatch();
    return c.body(null, 204);
  });
}

const hook = retellAccount.extend({ sealed_api_key: z.string(), has_endpoints: z.boolean() });

async function loadHook(id: string): Promise<z.output<typeof hook>> {
  const result = await adminOf().rpc("retell_load_hook", { p_hook_id: id });
  const account = unwrap(result, hook.nullable());
  if (account === null) throw new Problem("not_found", "No account is told at this URL");
  return account;
}

function adminOf() {
  return adminClient("Retell is no user; its signature is checked");
}

/**
 * The webhook that a body is, or null for an event of a kind that came later than this code.
 *
 * @throws {Problem} `validation_failed`.
 */
function readWebhook(body: Uint8Array): z.output<typeof retellWebhook> | null {
  const json = parseJson(new TextDecoder().decode(body));
  const webhook = retellWebhook.safeParse(json);
  if (webhook.success) return webhook.data;
  const isUnknown = webhookName.safeParse(json).success &&
    webhook.error.issues.some(({ path }) => path[0] === "event");
  if (isUnknown) return null;
  const errors = webhook.error.issues.slice(0, 20)
    .map(({ path, message }) => ({ path: path.join(".") || "body", message }));
  throw new Problem("validation_failed", undefined, { errors, cause: webhook.error });
}
