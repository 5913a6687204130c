import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { EVENT_CATALOGUE } from "#shared/webhooks/event_catalogue.ts";
import { operations } from "../operations.ts";
import { eventTypes } from "../schemas/events.ts";

const route = createRoute({
  ...operations.eventTypes,
  summary: "What can happen, and what endpoints may subscribe to",
  responses: {
    200: {
      description: "The catalogue",
      content: { "application/json": { schema: eventTypes } },
    },
  },
});

const catalogue = {
  data: Object.entries(EVENT_CATALOGUE).map(([type, { description, data, example }]) => ({
    type,
    description,
    schema: { ...z.toJSONSchema(data) },
    example: { ...example },
  })),
  subscriptions: {
    exact: "call.started: that type alone",
    prefix: "call.*: every type beneath call, at any depth, call.transfer.started too",
    all: "*: every type, now and in future",
    custom:
      "custom.order.paid: types that begin with custom. are your own, with any object as data; custom.* is all of them",
  },
};

/** Adds `GET /webhooks/event-types`. */
export function addEventTypeRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, (c) => c.json(catalogue, 200));
}
