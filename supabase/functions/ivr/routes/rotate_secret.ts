import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { sealSigningSecret } from "../connection_entries.ts";
import { connectionOperations } from "../operations/connections.ts";
import { connection, connectionRotation, connectionRow } from "../schemas/connections.ts";
import { findConnection, shownConnection } from "../shown_connection.ts";

const route = createRoute({
  ...connectionOperations.rotateSecret,
  summary:
    "Accept what is signed with a new secret, and for a while what is signed with the old one",
  description:
    "Rotate here first, then at the provider. Two secrets are accepted at most: while they are, only overlap_hours 0 is taken, which ends all but the new one.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: connectionRotation } } },
  },
  responses: {
    200: { description: "Rotated", content: { "application/json": { schema: connection } } },
  },
});

/** Adds `POST /ivr/connections/:id/rotate-secret`. */
export function addRotateSecretRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { auth_token, overlap_hours } = c.req.valid("json");
    const { userId, db } = c.get("actor");
    const { provider } = await findConnection(db, id);
    const secret = await sealSigningSecret(userId, provider, auth_token);
    const result = await db.rpc("rotate_connection_secret", {
      p_id: id,
      p_credential_id: secret.id,
      p_sealed: secret.sealed,
      p_overlap_hours: overlap_hours,
    });
    return c.json(shownConnection(unwrap(result, connectionRow)), 200);
  });
}
