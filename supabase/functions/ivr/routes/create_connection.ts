import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { crypto } from "@std/crypto";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { readAccountName, sealApiSecret, sealSigningSecret } from "../connection_entries.ts";
import { connectionOperations } from "../operations/connections.ts";
import { connection, connectionRow, newConnection } from "../schemas/connections.ts";
import { shownConnection } from "../shown_connection.ts";

const route = createRoute({
  ...connectionOperations.create,
  summary: "Connect an account at a phone provider",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newConnection } } },
  },
  responses: {
    201: {
      description: "Connected; console says what is to be entered at the provider",
      content: { "application/json": { schema: connection } },
    },
  },
});

/** Adds `POST /ivr/connections`. */
export function addCreateConnectionRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const { provider, name, account_sid, auth_token, api_secret } = wanted;
    const { userId, db } = c.get("actor");
    const account = account_sid === undefined ? null : readAccountName(provider, account_sid);
    const signing = await sealSigningSecret(userId, provider, auth_token);
    const api = api_secret === undefined ? null : await sealApiSecret(userId, provider, api_secret);
    const { response, replayed } = await callOnce(db, {
      name: "create_phone_connection",
      args: {
        p_id: crypto.randomUUID(),
        p_provider: provider,
        p_name: name,
        p_account_sid: account,
        p_credential_id: signing.id,
        p_sealed: signing.sealed,
        p_api_secret: api,
      },
      idempotencyKey: c.req.valid("header")["idempotency-key"],
      request: wanted,
    }, connectionRow);
    const headers = replayed ? { "idempotency-replayed": "true" } : {};
    return c.json(shownConnection(response), 201, headers);
  });
}
