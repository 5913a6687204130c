import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { dataOf, eventTypeName, isPublishable } from "#shared/webhooks/event_catalogue.ts";
import { eventGlob } from "#shared/webhooks/event_glob.ts";

/** Looked at as it was sent: a record of Zod leaves out what it cannot hold. */
const data = z.preprocess((sent, context) => {
  if (!isStorable(sent)) context.addIssue({ code: "custom", message: UNSTORABLE });
  return sent;
}, z.record(z.string(), z.unknown()));

/** What a publisher sends. `data` has the shape that the catalogue has for the type. */
export const newEvent = z.strictObject({
  type: eventTypeName.refine(isPublishable, {
    error: "Must be a type of GET /webhooks/event-types, or begin with custom.",
  }),
  data,
  agent_id: z.guid().optional().openapi({ description: "The agent that the event is about" }),
  ordering_key: z.string().min(1).max(200).refine(isStorable, { error: UNSTORABLE }).optional()
    .openapi({
      description:
        "Events with the same key reach an ordered endpoint one after the other; data.call_id unless given",
    }),
}).superRefine(({ type, data }, context) => {
  for (const issue of dataOf(type).safeParse(data).error?.issues ?? []) {
    context.addIssue({ code: "custom", message: issue.message, path: ["data", ...issue.path] });
  }
}).openapi("NewEvent", {
  example: {
    type: "custom.order.paid",
    data: { order_id: "8f3c", amount: 1999 },
    ordering_key: "8f3c",
  },
});

/** What `publish_event` answers. */
export const publication = z.object({
  id: z.guid(),
  created_at: z.string(),
  deliveries: z.int(),
  /** Of the body, as endpoints get it. */
  bytes: z.int(),
  replayed: z.boolean(),
});

/** An event that was accepted. */
export const publishedEvent = z.object({
  id: z.guid().openapi({ description: "The `webhook-id` of every delivery" }),
  created_at: z.string(),
  deliveries: z.int().optional().openapi({
    description: "To how many endpoints it goes. Left out where the answer is repeated",
  }),
  warnings: z.array(z.string()).optional().openapi({
    description: "What receivers may not like about it",
  }),
}).openapi("PublishedEvent");

/** An event as it is kept. */
export const event = z.object({
  id: z.guid(),
  created_at: z.string(),
  type: z.string(),
  agent_id: z.guid().nullable(),
  ordering_key: z.string().nullable(),
  payload: z.string().openapi({ description: "The body, byte for byte as endpoints get it" }),
}).openapi("WebhookEvent");

/** An event as it is stored. */
export const storedEvent = event.extend({ sealed: z.string().nullable() });

/** What to select from `webhook_events`. */
export const EVENT_COLUMNS = Object.keys(storedEvent.shape).join(",");

/** A page of events, newest first. */
export const eventPage = pageSchema(event, "WebhookEventPage");

/** Which events are wanted, and which page of them. */
export const eventQuery = pageQuery.extend({
  type: eventGlob.optional().openapi({ description: "A type, or a prefix such as call.*" }),
  from: time.optional(),
  to: time.optional(),
});

/** The catalogue as clients read it. */
export const eventTypes = z.object({
  data: z.array(z.object({
    type: z.string(),
    description: z.string(),
    schema: z.record(z.string(), z.unknown()).openapi({ description: "JSON Schema of `data`" }),
    example: z.record(z.string(), z.unknown()),
  })),
  subscriptions: z.object({
    exact: z.string(),
    prefix: z.string(),
    all: z.string(),
    custom: z.string(),
  }).openapi({ description: "What endpoints may subscribe to" }),
}).openapi("EventTypes");
