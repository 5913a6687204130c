import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { operations } from "../operations.ts";
import { resent } from "../schemas/deliveries.ts";

const route = createRoute({
  ...operations.deliveriesResend,
  summary: "Send the event of a delivery once more",
  description:
    "To the same endpoint, under the same webhook-id. One that is still to be retried is sent now; for one that is over a new delivery is made.",
  request: { params: idParam },
  responses: {
    202: { description: "Queued", content: { "application/json": { schema: resent } } },
  },
});

/** Adds `POST /webhooks/deliveries/:id/resend`. */
export function addResendRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const result = await c.get("actor").db.rpc("resend_webhook_delivery", {
      p_delivery_id: c.req.valid("param").id,
    });
    const queued = unwrap(result, resent);
    kickDispatch();
    return c.json(queued, 202);
  });
}
