import { z } from "@hono/zod-openapi";
import { flag } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { customHeaders } from "#shared/webhooks/custom_headers.ts";
import { subscription } from "#shared/webhooks/event_glob.ts";
import { payloadFilter } from "#shared/webhooks/payload_filter.ts";

const DAY_S = 86_400;

/** The settings of an endpoint, each as an owner may set it. */
const settings = {
  url: z.string().min(1).max(2048).openapi({
    description: "Where events are posted to: https, at a public address",
    example: "https://example.com/webhooks",
  }),
  events: z.array(subscription).min(1).max(100).openapi({
    description: "Types, prefixes such as call.*, or * for all; see GET /webhooks/event-types",
    example: ["call.*", "voicemail.received"],
  }),
  agent_id: z.guid().nullable().openapi({
    description: "Only events of this agent; null for all",
  }),
  description: z.string().max(500)
    .refine(isStorable, { error: UNSTORABLE })
    .nullable(),
  enabled: z.boolean().openapi({
    description: "What comes while an endpoint is disabled is kept and can be replayed",
  }),
  headers: customHeaders.nullable().openapi({
    description:
      "Headers of your own for every delivery. Stored encrypted; only their names are shown again",
    example: { "x-tenant": "acme" },
  }),
  filter: payloadFilter.refine(isStorable, { error: UNSTORABLE }).nullable().openapi({
    description: "What the data of an event must be like; null for anything",
    example: { direction: "inbound", duration_seconds: { gte: 60 } },
  }),
  ordered: z.boolean().openapi({
    description: "Whether events with the same ordering key are sent one after the other",
  }),
  retry_count: z.int().min(0).max(20).openapi({
    description: "How often a failed delivery is tried again; 9 unless given",
  }),
  retry_schedule: z.array(z.int().min(1).max(DAY_S)).min(1).max(20).nullable().openapi({
    description:
      "Seconds to wait before each retry, the last repeated as needed; null for the standard schedule",
  }),
  max_in_flight: z.int().min(1).max(100).openapi({
    description: "How many deliveries may be under way at once; 8 unless given",
  }),
  rate_limit: z.int().min(1).max(1000).nullable().openapi({
    description: "Deliveries per second; null for no limit",
  }),
};

/** What an owner sends to have an endpoint made. */
export const newWebhook = z.strictObject({
  ...z.object(settings).partial().shape,
  url: settings.url,
  events: settings.events,
}).openapi("NewWebhook");

/** What an owner sends to change an endpoint; what is left out stays. */
export const webhookChanges = z.strictObject(settings).partial().openapi("WebhookChanges");

/** An endpoint as its owner is shown it: without its secret and without what its headers say. */
export const webhook = z.object({
  id: z.guid(),
  agent_id: z.guid().nullable(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabled_reason: z.enum(["owner", "gone", "receiver", "failing"]).nullable().openapi({
    description:
      "Its owner, status 410, the answer `webhook-delivery: disable`, or five days of failures",
  }),
  header_names: z.array(z.string()),
  filter: z.record(z.string(), z.unknown()).nullable(),
  ordered: z.boolean(),
  retry_count: z.int(),
  retry_schedule: z.array(z.int()).nullable(),
  max_in_flight: z.int(),
  rate_limit: z.int().nullable(),
  last_triggered_at: z.string().nullable(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  last_success_at: z.string().nullable(),
  failing_since: z.string().nullable(),
  failure_count: z.int(),
  secret_rotated_at: z.string().nullable(),
  old_secrets_expire_at: z.string().nullable().openapi({
    description: "Until when the secrets before the last rotation sign too",
  }),
  created_at: z.string(),
  updated_at: z.string(),
}).openapi("Webhook");

/** What to select from `webhooks`: not everything there may be read. */
export const WEBHOOK_COLUMNS = Object.keys(webhook.shape).join(",");

const plainSecret = z.string().openapi({
  description:
    "What the endpoint verifies signatures with, this once and never again. Left out where the answer is repeated",
  example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
});

/** An endpoint that was just made. */
export const createdWebhook = webhook.extend({ secret: plainSecret.optional() })
  .openapi("CreatedWebhook");

/** How long the secrets until now go on signing beside the new one. */
export const secretRotation = z.strictObject({
  overlap_hours: z.int().min(0).max(168).default(24).openapi({
    description: "For how long both sign; 0 ends the old secrets at once",
  }),
}).openapi("SecretRotation");

/** An endpoint as a rotation leaves it, with the new secret. */
export const rotatedWebhook = webhook.extend({ secret: plainSecret }).openapi("RotatedWebhook");

/** A page of endpoints, newest first. */
export const webhookPage = pageSchema(webhook, "WebhookPage");

/** Which endpoints are wanted, and which page of them. */
export const webhookQuery = pageQuery.extend({ enabled: flag.optional() });

/** Whose limit the operator sets, and to what. */
export const limitParam = z.object({ user_id: z.guid() });

/** How many endpoints a tenant may have. */
export const newLimit = z.strictObject({ limit: z.int().min(0).max(100_000) })
  .openapi("NewWebhookLimit");

/** The same as it was set. */
export const webhookLimit = z.object({ user_id: z.guid(), limit: z.int() })
  .openapi("WebhookLimit");
