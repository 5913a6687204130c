import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { operations } from "../operations.ts";
import { publishEvent } from "../publish_event.ts";
import { newEvent, publishedEvent } from "../schemas/events.ts";

/** What Standard Webhooks recommends to stay under, in bytes. */
const COMFORTABLE_BYTES = 20_000;

const route = createRoute({
  ...operations.eventsPublish,
  summary: "Publish an event: it is stored, and sent to every endpoint that wants it",
  description: "The body that endpoints get may have 256 KiB.",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newEvent } } },
  },
  responses: {
    202: {
      description: "Accepted: it will not be lost",
      content: { "application/json": { schema: publishedEvent } },
    },
  },
});

/** Adds `POST /webhooks/events`. */
export function addPublishRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const key = c.req.valid("header")["idempotency-key"];
    const { replayed, deliveries, bytes, ...published } = await publishEvent(
      c.get("actor"),
      wanted,
      key,
    );
    const answer = { ...published, ...warningsFor(bytes) };
    if (replayed) return c.json(answer, 202, { "idempotency-replayed": "true" });
    if (deliveries > 0) kickDispatch();
    return c.json({ ...answer, deliveries }, 202);
  });
}

function warningsFor(bytes: number): { warnings?: string[] } {
  if (bytes <= COMFORTABLE_BYTES) return {};
  return {
    warnings: [
      `The body has ${bytes} bytes; receivers are only expected to take ${COMFORTABLE_BYTES}`,
    ],
  };
}
