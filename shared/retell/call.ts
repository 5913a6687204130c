import { z } from "zod";

/** A text that Postgres can keep. */
export const retellText = z.string().transform((value) =>
  value.replaceAll("\0", "").toWellFormed()
);

/** The same, or null where there is none. */
const text = retellText.transform((value) => value || null)
  .nullish()
  .transform((value) => value ?? null);

/** Milliseconds since 1970, within the years that a time may have. */
const timestamp = z.number().min(0).max(4_102_444_800_000).nullish()
  .transform((value) => value ?? null);

/** An id that Retell gives: it becomes part of SIP addresses and of our rows. */
export const retellCallId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);

/**
 * A call as Retell's webhooks and `POST /v3/list-calls` tell it, as far as it is used. What is not
 * known yet is absent there and null here.
 */
export const retellCall = z.object({
  call_id: retellCallId,
  agent_id: text,
  call_status: text,
  direction: text,
  from_number: text,
  to_number: text,
  metadata: z.unknown().optional(),
  start_timestamp: timestamp,
  end_timestamp: timestamp,
  duration_ms: z.number().min(0).max(2_147_483_647_000).nullish().transform((ms) => ms ?? null),
  disconnection_reason: text,
  transcript: text,
  recording_url: text,
  call_cost: z.object({ combined_cost: z.number().min(0).max(1e9).nullish() }).nullish(),
  call_analysis: z.object({
    call_summary: text,
    user_sentiment: text,
    call_successful: z.boolean().nullish().transform((value) => value ?? null),
  }).nullish(),
});

/** A call as Retell tells it. */
export type RetellCall = z.output<typeof retellCall>;
