import { z } from "zod";
import { hotCall } from "../db/hot.ts";
import type { Verdict } from "./judgement.ts";

/** How long a claimed delivery is its worker's, in milliseconds. After that it is another's. */
export const LEASE_MS = 30_000;

const endpoint = z.object({
  user_id: z.string(),
  url: z.string(),
  /** Sealed; the current one first, then those that still count. */
  secrets: z.array(z.string()),
  /** Sealed JSON of custom headers. */
  headers: z.string().nullable(),
  schedule: z.array(z.number()),
});

const event = z.object({ type: z.string(), payload: z.string() });

const claimed = z.object({
  deliveries: z.array(z.object({
    id: z.string(),
    /** Grows with every claim, so that who lost the lease cannot complete. */
    fence: z.number(),
    webhook_id: z.string(),
    event_id: z.string(),
    attempt: z.number(),
    origin: z.enum(["event", "replay", "resend", "test"]),
  })),
  endpoints: z.record(z.string(), endpoint),
  events: z.record(z.string(), event),
  next_due_ms: z.number().nullable(),
});

const completion = z.object({ completed: z.number(), stale: z.number() });

type Claimed = z.output<typeof claimed>;

/** A delivery to be sent at once, with its endpoint and its event; secrets are sealed. */
export interface Delivery extends Readonly<Claimed["deliveries"][number]> {
  readonly endpoint: Readonly<z.output<typeof endpoint>>;
  readonly event: Readonly<z.output<typeof event>>;
}

/** What a worker was given. */
export interface Claim {
  readonly deliveries: readonly Delivery[];
  /** When more is due, in milliseconds: 0 for at once, null where nothing is left. */
  readonly nextDueMs: number | null;
}

/** What became of a claimed delivery, as the database takes it. */
export interface Outcome {
  readonly id: string;
  readonly fence: number;
  readonly verdict: Verdict;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly response_body: string | null;
  readonly duration_ms: number;
  /** With the verdict `retry`. */
  readonly retry_in_ms: number | null;
}

/** How many outcomes were taken in, and how many were of deliveries that are another's by now. */
export type Completion = z.output<typeof completion>;

/**
 * Claims deliveries that are due, for {@linkcode LEASE_MS}.
 *
 * @param limit how many at most.
 * @throws {Problem} the problem of a failed call.
 */
export async function claimDeliveries(limit: number): Promise<Claim> {
  return toClaim(await hotCall("claim_webhook_deliveries", { p_limit: limit }, claimed));
}

/**
 * Claims one delivery, due or not.
 *
 * @returns undefined where it is over or another's.
 * @throws {Problem} the problem of a failed call.
 */
export async function claimDelivery(id: string): Promise<Delivery | undefined> {
  const args = { p_limit: 1, p_delivery_id: id };
  return toClaim(await hotCall("claim_webhook_deliveries", args, claimed)).deliveries[0];
}

/**
 * Hands over what became of claimed deliveries, and gives them back.
 *
 * @throws {Problem} the problem of a failed call, after which it may be made again.
 */
export function completeDeliveries(outcomes: readonly Outcome[]): Promise<Completion> {
  return hotCall("complete_webhook_deliveries", { p_outcomes: outcomes }, completion);
}

function toClaim({ deliveries, endpoints, events, next_due_ms }: Claimed): Claim {
  return {
    deliveries: deliveries.flatMap((delivery) => {
      const endpoint = endpoints[delivery.webhook_id];
      const event = events[delivery.event_id];
      // What was deleted in the meantime took its deliveries with it.
      return endpoint && event ? [{ ...delivery, endpoint, event }] : [];
    }),
    nextDueMs: next_due_ms,
  };
}
