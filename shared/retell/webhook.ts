import { z } from "zod";
import { retellCall, retellText } from "./call.ts";

/** The events that Retell sends. */
export const RETELL_EVENTS = [
  "call_started",
  "call_ended",
  "call_analyzed",
  "transcript_updated",
  "transfer_started",
  "transfer_bridged",
  "transfer_cancelled",
  "transfer_ended",
] as const;

/** One of {@linkcode RETELL_EVENTS}. */
export type RetellEventName = typeof RETELL_EVENTS[number];

/** Which events are taken in: all, unless said otherwise. */
export const webhookConfig = z.strictObject({
  enabled: z.boolean().optional(),
  events: z.array(z.enum(RETELL_EVENTS)).max(RETELL_EVENTS.length).optional(),
});

/** A body of a webhook, as far as its event can be told. */
export const webhookName = z.looseObject({ event: z.string().max(100) });

/** Where a call is transferred to; the form depends on how the agent is set up. */
const place = z.string().max(200).pipe(retellText);
const destination = z.union([
  place,
  z.object({ number: place }).transform(({ number }) => number),
  z.unknown().transform(() => null),
]);

/** A webhook, as far as it is used (https://docs.retellai.com/features/webhook-overview). */
export const retellWebhook = z.object({
  event: z.enum(RETELL_EVENTS),
  call: retellCall.extend({ transfer_destination: destination.optional() }),
  transfer_destination: destination.optional(),
});

/** A webhook of Retell's. */
export type RetellWebhook = z.output<typeof retellWebhook>;

/** Tells whether an account takes an event in. */
export function isWanted(event: RetellEventName, config: z.output<typeof webhookConfig>): boolean {
  return config.enabled !== false && (config.events?.includes(event) ?? true);
}
