import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { limitParam, newLimit, webhookLimit } from "../schemas/endpoints.ts";

const route = createRoute({
  ...operations.limitsSet,
  summary: "Set how many endpoints a tenant may have",
  description: "Fewer than it has takes none away.",
  request: {
    params: limitParam,
    body: { required: true, content: { "application/json": { schema: newLimit } } },
  },
  responses: {
    200: { description: "Set", content: { "application/json": { schema: webhookLimit } } },
  },
});

/** Adds `PUT /webhooks/limits/:user_id`. */
export function addLimitRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const database = adminClient("the operator sets the limits of other people");
    const result = await database.rpc("set_webhook_limit", {
      p_user_id: c.req.valid("param").user_id,
      p_limit: c.req.valid("json").limit,
    });
    return c.json(unwrap(result, webhookLimit), 200);
  });
}
