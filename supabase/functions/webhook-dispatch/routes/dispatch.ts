import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { dispatch } from "#shared/webhooks/dispatch.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { claimDeliveries, completeDeliveries } from "#shared/webhooks/queue.ts";
import { webhookSender } from "#shared/webhooks/sender.ts";
import { operations } from "../operations.ts";
import { dispatched } from "../schemas.ts";

const route = createRoute({
  ...operations.run,
  summary: "Send the deliveries that are due",
  description: "Until the queue is empty or the time is up. Several at once are safe.",
  responses: {
    200: {
      description: "What was done",
      content: { "application/json": { schema: dispatched } },
    },
  },
});

/** Adds `POST /webhook-dispatch`. */
export function addDispatchRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { send, closed } = webhookSender();
    const result = await dispatch({
      claim: claimDeliveries,
      complete: completeDeliveries,
      deliver: send,
      signal: closed,
      onSpent: kickDispatch,
    });
    c.set("logFields", { ...result });
    // The rest is for another request, which has the platform's computing time to itself.
    if (result.more) kickDispatch();
    return c.json(result, 200);
  });
}
