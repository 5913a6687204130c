import { z } from "zod";
import { hotCall } from "../db/hot.ts";
import { log } from "../log.ts";
import type { Verdict } from "./judgement.ts";
import { STANDARD_SCHEDULE } from "./schedule.ts";

/** How long a claimed delivery is its worker's, in milliseconds. After that it is another's. */
export const LEASE_MS = 30_000;

const endpoint = z.object({
  user_id: z.string(),
  url: z.string(),
  /** Sealed; the current one first, then those that still count. */
  secrets: z.array(z.string()),
  /** Sealed JSON of custom headers. */
  headers: z.string().nullable(),
});

const event = z.object({
  type: z.string(),
  payload: z.string(),
  /** What the payload leaves out. */
  sealed: z.string().nullable(),
});

/** What it takes to give a delivery back. */
const lease = z.object({
  id: z.string(),
  /** Grows with every claim, so that who lost the lease cannot complete. */
  fence: z.number(),
  webhook_id: z.string(),
  event_id: z.string(),
  attempt: z.number(),
  origin: z.enum(["event", "replay", "resend", "test"]),
});

/** A delivery as a claim names it; a schedule that is amiss is another matter than a lease that is. */
const named = lease.extend({ schedule: z.unknown().optional() });

/** Of endpoints, events and schedules each is read by itself: one that is amiss fails no other. */
const claimed = z.object({
  deliveries: z.array(z.unknown()),
  endpoints: z.record(z.string(), z.unknown()),
  events: z.record(z.string(), z.unknown()),
  next_due_ms: z.number().nullable(),
});

const schedule = z.array(z.number());

const completion = z.object({ completed: z.number(), stale: z.number() });

type Claimed = z.output<typeof claimed>;

/** A delivery to be sent at once, with its endpoint and its event; secrets are sealed. */
export interface Delivery extends Readonly<z.output<typeof lease>> {
  readonly schedule: readonly number[];
  readonly endpoint: Readonly<z.output<typeof endpoint>>;
  readonly event: Readonly<z.output<typeof event>>;
}

/** A delivery of which more cannot be read than what it takes to give it back. */
export interface UnreadableDelivery extends Readonly<z.output<typeof lease>> {
  readonly schedule: readonly number[];
  readonly endpoint: undefined;
}

/** A delivery as it is claimed: this worker's, whether or not it can be sent. */
export type ClaimedDelivery = Delivery | UnreadableDelivery;

/** What a worker was given. */
export interface Claim {
  readonly deliveries: readonly ClaimedDelivery[];
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
export async function claimDelivery(id: string): Promise<ClaimedDelivery | undefined> {
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
  const read = new Map(
    Object.entries(endpoints).map(([id, found]) => [id, endpoint.safeParse(found)]),
  );
  const contents = {
    endpointOf: (id: string) => read.get(id) ?? endpoint.safeParse(undefined),
    eventOf: (id: string) => event.safeParse(events[id]),
  };
  return {
    deliveries: deliveries.flatMap((delivery) => toDelivery(delivery, contents) ?? []),
    nextDueMs: next_due_ms,
  };
}

function toDelivery(
  delivery: unknown,
  { endpointOf, eventOf }: {
    readonly endpointOf: (id: string) => z.ZodSafeParseResult<Delivery["endpoint"]>;
    readonly eventOf: (id: string) => z.ZodSafeParseResult<Delivery["event"]>;
  },
): ClaimedDelivery | undefined {
  const held = named.safeParse(delivery);
  if (!held.success) {
    log.error("a claimed delivery cannot even be given back", { cause: held.error });
    return undefined;
  }
  const { id, webhook_id, event_id } = held.data;
  const waits = schedule.safeParse(held.data.schedule);
  const to = endpointOf(webhook_id);
  const what = eventOf(event_id);
  if (waits.success && to.success && what.success) {
    return { ...held.data, schedule: waits.data, endpoint: to.data, event: what.data };
  }
  const cause = waits.error ?? to.error ?? what.error;
  log.error("a claimed delivery cannot be read", { delivery_id: id, webhook_id, cause });
  return { ...held.data, schedule: waits.data ?? STANDARD_SCHEDULE, endpoint: undefined };
}
