import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { crypto } from "@std/crypto";
import { seal } from "#shared/crypto/sealed.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operation } from "#shared/http/operation.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { publicUrl } from "../provider_request.ts";
import { connection, createdConnection, newConnection } from "../schemas.ts";

const create = createRoute({
  ...operation("ivr.connections.create", { user: "ivr:write" }),
  method: "post",
  path: "/connections",
  summary: "Connect an account at a phone provider",
  request: {
    body: { required: true, content: { "application/json": { schema: newConnection } } },
  },
  responses: {
    201: {
      description: "Connected; the URLs are to be entered at the provider",
      content: { "application/json": { schema: createdConnection } },
    },
  },
});

/** The owner's routes for accounts at phone providers. */
export function addConnectionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(create, async (c) => {
    const { provider, name, account_sid, auth_token } = c.req.valid("json");
    const { userId, db } = c.get("actor");
    const id = crypto.randomUUID();
    const credentialId = crypto.randomUUID();
    const sealed = await seal(
      auth_token,
      signingSecretBinding(userId, credentialId),
      requireKeyring(),
    );
    const row = unwrap(
      await db.rpc("create_phone_connection", {
        p_id: id,
        p_provider: provider,
        p_name: name,
        p_account_sid: account_sid ?? null,
        p_credential_id: credentialId,
        p_sealed: sealed,
      }),
      connection,
    );
    const base = publicUrl(`/ivr/${provider}/${id}`);
    return c.json({ ...row, urls: { voice: `${base}/voice`, status: `${base}/status` } }, 201);
  });
}
