import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { subscription } from "#shared/webhooks/event_glob.ts";
import { payloadFilter } from "#shared/webhooks/payload_filter.ts";

const options = {
  per_second: z.int().min(1).max(1000).optional().openapi({
    description: "How many are sent per second; 50 unless given",
  }),
  dry_run: z.boolean().default(false).openapi({
    description: "Only count what would be sent",
  }),
};

/** What is to be sent to an endpoint again, or for the first time. */
export const newReplay = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("event"), event_id: z.guid(), ...options }),
  z.strictObject({
    kind: z.enum(["failed", "skipped", "missing", "all"]).openapi({
      description:
        "failed: none of the attempts was acknowledged; skipped: came while the endpoint was disabled; missing: never tried, though the endpoint subscribes to it now; all: whatever it subscribes to",
    }),
    since: time,
    until: time.optional().openapi({ description: "Now unless given" }),
    types: z.array(subscription).min(1).max(100).optional(),
    filter: payloadFilter.refine(isStorable, { error: UNSTORABLE }).optional(),
    ...options,
  }),
], { error: "Must be event, failed, skipped, missing or all" }).openapi("NewReplay", {
  example: { kind: "failed", since: "2026-11-20T00:00:00Z", dry_run: true },
});

/** What `replay_webhook` answers: how many events were selected. A dry run has no id. */
export const startedReplay = z.object({ replay_id: z.guid().nullable(), count: z.int() })
  .openapi("StartedReplay");

/** A replay and how far it is. */
export const replay = z.object({
  id: z.guid(),
  webhook_id: z.guid(),
  selection: z.record(z.string(), z.unknown()),
  count: z.int().openapi({ description: "How many events were selected" }),
  pending: z.int().openapi({ description: "How many of them are still to be sent" }),
  cancelled_at: z.string().nullable(),
  created_at: z.string(),
}).openapi("WebhookReplay");

/** The ids in a replay's path. */
export const replayParam = z.object({ id: z.guid(), replay_id: z.guid() });
