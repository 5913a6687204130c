import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { Problem } from "#shared/http/problem.ts";
import { claimDelivery, completeDeliveries } from "#shared/webhooks/queue.ts";
import { webhookSender } from "#shared/webhooks/sender.ts";
import { operations } from "../operations.ts";
import { startedTest, testResult } from "../schemas/deliveries.ts";

/** How much of an answer is shown, in characters; its log has more. */
const SHOWN = 1_000;

const route = createRoute({
  ...operations.test,
  summary: "Send a test.ping to an endpoint now and tell what came back",
  description: "Works on a disabled endpoint too, is not tried again, and is logged.",
  request: { params: idParam },
  responses: {
    200: {
      description: "What came back, also where the delivery failed",
      content: { "application/json": { schema: testResult } },
    },
  },
});

/** Adds `POST /webhooks/:id/test`. */
export function addPingRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { send } = webhookSender();
    const { id } = c.req.valid("param");
    const result = await c.get("actor").db.rpc("start_webhook_test", { p_id: id });
    const started = unwrap(result, startedTest);
    const delivery = await claimDelivery(started.delivery_id);
    if (delivery === undefined) throw new Problem("conflict", "The endpoint was deleted meanwhile");
    const outcome = await send(delivery);
    await completeDeliveries([outcome]);
    const { status_code, error, duration_ms, response_body } = outcome;
    return c.json({
      ...started,
      delivered: error === null,
      status_code,
      error,
      duration_ms,
      response_body: response_body?.slice(0, SHOWN) ?? null,
    }, 200);
  });
}
