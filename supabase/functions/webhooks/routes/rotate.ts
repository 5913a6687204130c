import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { operations } from "../operations.ts";
import { rotatedWebhook, secretRotation, webhook } from "../schemas/endpoints.ts";
import { newSecretFor } from "../settings.ts";

const route = createRoute({
  ...operations.rotateSecret,
  summary: "Give an endpoint a new secret; it is shown this once",
  description: "Until the overlap ends, deliveries are signed with the old secrets too.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: secretRotation } } },
  },
  responses: {
    200: { description: "Rotated", content: { "application/json": { schema: rotatedWebhook } } },
  },
});

/** Adds `POST /webhooks/:id/rotate-secret`. */
export function addRotateRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { userId, db } = c.get("actor");
    const { secret, sealed } = await newSecretFor({ id, userId });
    const result = await db.rpc("rotate_webhook_secret", {
      p_id: id,
      p_secret: sealed,
      p_overlap_hours: c.req.valid("json").overlap_hours,
    });
    return c.json({ ...unwrap(result, webhook), secret }, 200);
  });
}
