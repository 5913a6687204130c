import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { eventGlob } from "#shared/webhooks/event_glob.ts";

/** One attempt to deliver an event. */
export const logEntry = z.object({
  id: z.guid(),
  created_at: z.string(),
  webhook_id: z.guid(),
  delivery_id: z.guid(),
  event_id: z.guid().openapi({ description: "The event; its body is in GET /webhooks/events" }),
  event: z.string().openapi({ description: "The event's type" }),
  origin: z.enum(["event", "replay", "resend", "test"]),
  attempt_number: z.int(),
  status_code: z.int().nullable().openapi({ description: "Null where no answer came" }),
  response_body: z.string().nullable().openapi({ description: "At most 16 KiB" }),
  error: z.string().nullable(),
  duration_ms: z.int().nullable(),
  delivered_at: z.string().nullable().openapi({ description: "Null where the attempt failed" }),
}).openapi("WebhookLog");

/** What to select from `webhook_logs`. */
export const LOG_COLUMNS = Object.keys(logEntry.shape).join(",");

/** A page of attempts, newest first. */
export const logPage = pageSchema(logEntry, "WebhookLogPage");

/** Which attempts are wanted, and which page of them. */
export const logQuery = pageQuery.extend({
  event: eventGlob.optional().openapi({ description: "A type, or a prefix such as call.*" }),
  status: z.enum(["2xx", "3xx", "4xx", "5xx", "none"]).optional().openapi({
    description: "The class of the answer's status; none where no answer came",
  }),
  from: time.optional(),
  to: time.optional(),
});

/** What `start_webhook_test` and `resend_webhook_delivery` answer. */
export const startedTest = z.object({ delivery_id: z.guid(), event_id: z.guid() });

/** What a test came to. */
export const testResult = startedTest.extend({
  delivered: z.boolean(),
  status_code: z.int().nullable(),
  error: z.string().nullable().openapi({ description: "Why it failed; null where it did not" }),
  duration_ms: z.int(),
  response_body: z.string().nullable().openapi({ description: "The first 1,000 characters" }),
}).openapi("WebhookTest");

/** A delivery that was queued again. */
export const resent = z.object({ delivery_id: z.guid() }).openapi("ResentDelivery");
