import { z } from "zod";
import { eventType } from "./event_type.ts";
import { EXAMPLE, id, time } from "./fields.ts";

const URL = "https://example.com/webhooks";

/** What happens to webhook endpoints. No endpoint is sent what is about itself, but for a test. */
export const ENDPOINT_EVENTS = {
  "endpoint.failing": eventType({
    description:
      "Nothing was delivered to an endpoint for a share of the time after which it is disabled",
    data: z.looseObject({
      webhook_id: id,
      url: z.string(),
      failing_since: time,
      failure_count: z.int().min(1),
      share: z.union([z.literal(0.5), z.literal(0.9)]),
    }),
    example: {
      webhook_id: EXAMPLE.webhook,
      url: URL,
      failing_since: "2026-11-19T09:30:00.000Z",
      failure_count: 14,
      share: 0.5 as const,
    },
  }),
  "endpoint.disabled": eventType({
    description: "An endpoint gets no more deliveries; what it misses is kept and can be replayed",
    data: z.looseObject({ webhook_id: id, url: z.string(), reason: z.string() }),
    example: { webhook_id: EXAMPLE.webhook, url: URL, reason: "failing" },
  }),
  "endpoint.recovered": eventType({
    description: "An endpoint that was failing takes deliveries again",
    data: z.looseObject({ webhook_id: id, url: z.string(), failing_since: time }),
    example: {
      webhook_id: EXAMPLE.webhook,
      url: URL,
      failing_since: "2026-11-19T09:30:00.000Z",
    },
  }),
  "test.ping": eventType({
    description: "Its owner tries an endpoint out",
    data: z.looseObject({ webhook_id: id }),
    example: { webhook_id: EXAMPLE.webhook },
  }),
} as const;
