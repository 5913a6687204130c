import { type Clock, MONOTONIC_CLOCK } from "../clock.ts";
import { log } from "../log.ts";
import { Outbox } from "./outbox.ts";
import {
  type Claim,
  type ClaimedDelivery,
  type Completion,
  LEASE_MS,
  type Outcome,
} from "./queue.ts";

/**
 * How many deliveries are under way at once, not counting those that wait for a slow receiver: so many
 * that the line is not idle while more are claimed.
 */
const SLOTS = 192;
/** After how long a receiver is slow and gives its slot to others, in milliseconds. */
const SLOW_MS = 250;
/** How many are under way at once with the slow ones. */
const MAX_UNDER_WAY = 256;
/**
 * For how long all of these may be taken before another run goes on, in milliseconds. A run holds no
 * more than its own, so that memory stays bounded; receivers that hang let go of them by their
 * deadline, so that no more than 16 runs ever follow each other before the first has ended.
 */
const MAX_FULL_MS = 1_000;
/** For how long deliveries are claimed, in milliseconds. The platform ends a function after 150 s. */
const BUDGET_MS = 50_000;
/**
 * How many are claimed in all: the platform gives a function 2 s of computing, and a delivery that
 * needs a connection of its own over TLS takes about 1 ms of them.
 */
const MAX_DELIVERIES = 1_000;
/**
 * A claim is made for so many at least, unless there was none for a while: it costs nearly the same
 * for many as for few, and what is in the other slots keeps the line busy meanwhile.
 */
const WORTHWHILE = 64;
/** For how long no more is claimed where less than that is free, in milliseconds. */
const SHORT_PAUSE_MS = 20;
/** How long until the queue is looked at again while there is nothing to do but wait. */
const MIN_POLL_MS = 50;
const MAX_POLL_MS = 250;
/** For how long a run stays where nothing is under way and more will soon be due. */
const MAX_IDLE_MS = 2_000;

/** What a run works with. */
export interface DispatchOptions {
  readonly claim: (limit: number) => Promise<Claim>;
  readonly complete: (outcomes: readonly Outcome[]) => Promise<Completion>;
  /** Never rejects. */
  readonly deliver: (delivery: ClaimedDelivery) => Promise<Outcome>;
  /**
   * Called once when the claims end while more is due, because the budget is spent or slow receivers
   * have taken every place, so that another run may begin: this one still waits for what is under
   * way, which a receiver that hangs holds up.
   */
  readonly onSpent?: () => void;
  /** Once it is aborted nothing is claimed, and what cannot be handed over is left to its lease. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly budgetMs?: number;
  readonly maxDeliveries?: number;
}

/** What a run did. */
export interface DispatchResult {
  readonly claimed: number;
  readonly delivered: number;
  /** Ended without success. */
  readonly failed: number;
  readonly retried: number;
  /** Of these, what another worker had taken over before it was handed over. */
  readonly stale: number;
  /** Whether the claims ended while more was due. */
  readonly more: boolean;
}

/**
 * Works the queue: claims what is due as slots become free, sends it, and hands over what became of
 * it, until the queue is empty, the budget is spent or slow receivers keep every place taken. What is
 * under way then is finished. Several
 * runs at once share the queue.
 *
 * A claim that fails ends the run.
 *
 * @throws what the claim threw, where it was the first: nothing was done then.
 */
export function dispatch(options: DispatchOptions): Promise<DispatchResult> {
  return new Run(options).finish();
}

class Run {
  readonly #clock: Clock;
  readonly #claimsEnd: number;
  readonly #maxDeliveries: number;
  readonly #outbox: Outbox;
  readonly #counts = { claimed: 0, delivered: 0, failed: 0, retried: 0, stale: 0 };
  /** When each delivery that is under way was begun, the first one first. */
  readonly #inFlight = new Set<{ readonly at: number }>();
  #lastClaim = -Infinity;
  #nextClaim = -Infinity;
  #idleSince: number | undefined;
  /** Since when every place is taken. */
  #fullSince = Infinity;
  #isMoreDue = false;
  #isOver = false;
  #news = Promise.withResolvers<void>();

  constructor(private readonly options: DispatchOptions) {
    this.#clock = options.clock ?? MONOTONIC_CLOCK;
    this.#claimsEnd = this.#clock.now() + (options.budgetMs ?? BUDGET_MS);
    this.#maxDeliveries = options.maxDeliveries ?? MAX_DELIVERIES;
    this.#outbox = new Outbox({
      complete: options.complete,
      clock: this.#clock,
      signal: options.signal,
      onSettled: ({ stale }) => {
        this.#counts.stale += stale;
        // What was handed over may let others of its endpoint, or of its key, go.
        this.#nextClaim = this.#clock.now();
        this.#tell();
      },
    });
  }

  async finish(): Promise<DispatchResult> {
    while (!this.#isOver && !this.#isSpent && !this.#isStopped) {
      const limit = this.#claimable();
      if (limit > 0) await this.#claim(limit);
      else await this.#wait();
    }
    const more = this.#isMoreDue && !this.#isOver && !this.#isStopped;
    if (more) this.options.onSpent?.();
    while (this.#inFlight.size > 0) await this.#news.promise;
    await this.#outbox.drain();
    return { ...this.#counts, more };
  }

  get #isSpent(): boolean {
    const now = this.#clock.now();
    return now >= this.#claimsEnd || this.#counts.claimed >= this.#maxDeliveries ||
      (this.#isMoreDue && now >= this.#fullSince + MAX_FULL_MS);
  }

  get #isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  get #isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#outbox.isEmpty;
  }

  /** How many to claim now; 0 where it is not worth a claim yet. */
  #claimable(): number {
    const now = this.#clock.now();
    const free = this.#freeSlots(now);
    if (now < this.#nextClaim) return 0;
    if (free < WORTHWHILE && now < this.#lastClaim + SHORT_PAUSE_MS) return 0;
    return Math.min(free, this.#maxDeliveries - this.#counts.claimed);
  }

  /** Slow receivers keep their connections, but nobody else from being sent to. */
  #freeSlots(now: number): number {
    const { size } = this.#inFlight;
    let slow = 0;
    for (const { at } of this.#inFlight) {
      if (now < at + SLOW_MS) break;
      slow++;
    }
    return Math.min(SLOTS - (size - slow), MAX_UNDER_WAY - size);
  }

  async #claim(limit: number): Promise<void> {
    const wasIdle = this.#isIdle;
    // The lease is counted from before the claim: it is over no earlier than we think.
    const claimedAt = this.#clock.now();
    this.#lastClaim = claimedAt;
    this.#nextClaim = Infinity;
    let claim: Claim;
    try {
      claim = await this.options.claim(limit);
    } catch (cause) {
      if (this.#counts.claimed === 0) throw cause;
      log.error("no deliveries can be claimed", { cause });
      this.#isOver = true;
      return;
    }
    const { deliveries, nextDueMs } = claim;
    this.#counts.claimed += deliveries.length;
    for (const delivery of deliveries) void this.#deliver(delivery, claimedAt + LEASE_MS);
    this.#plan({ limit, taken: deliveries.length, nextDueMs, wasIdle });
  }

  /** Decides when to look again, or that there is nothing left to wait for. */
  #plan(
    { limit, taken, nextDueMs, wasIdle }: {
      readonly limit: number;
      readonly taken: number;
      readonly nextDueMs: number | null;
      /** Whether nothing was under way when the claim was made, which could have kept others back. */
      readonly wasIdle: boolean;
    },
  ): void {
    const now = this.#clock.now();
    this.#isMoreDue = nextDueMs === 0 || taken === limit;
    // Something was handed over during the claim, which may not have seen it.
    const isOutdated = this.#nextClaim !== Infinity;
    if (isOutdated || (this.#isMoreDue && taken > 0)) {
      this.#nextClaim = now;
    } else {
      const wait = Math.min(nextDueMs ?? MAX_POLL_MS, MAX_POLL_MS);
      this.#nextClaim = now + Math.max(wait, MIN_POLL_MS);
    }
    if (taken > 0 || !wasIdle) {
      this.#idleSince = undefined;
      return;
    }
    this.#idleSince ??= now;
    this.#isOver = nextDueMs === null || now + nextDueMs >= this.#idleSince + MAX_IDLE_MS;
  }

  async #deliver(delivery: ClaimedDelivery, leaseEnds: number): Promise<void> {
    const begun = { at: this.#clock.now() };
    this.#inFlight.add(begun);
    if (this.#inFlight.size >= MAX_UNDER_WAY) this.#fullSince = begun.at;
    const outcome = await this.options.deliver(delivery);
    this.#inFlight.delete(begun);
    this.#fullSince = Infinity;
    // An endpoint may take a delivery and end itself by the same answer.
    const isDelivered = outcome.error === null;
    this.#counts[isDelivered ? "delivered" : COUNTED_AS[outcome.verdict]]++;
    this.#outbox.add(outcome, leaseEnds);
    const { size } = this.#inFlight;
    // Not each time: looking whether there is something to do takes longer than most of it.
    if (size === 0 || size === SLOTS - WORTHWHILE) this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Until something happened, or the next claim is due. */
  async #wait(): Promise<void> {
    const now = this.#clock.now();
    const next = Math.max(this.#nextClaim, now + SHORT_PAUSE_MS);
    const timer = new AbortController();
    const wait = Math.min(next, this.#claimsEnd) - now;
    await Promise.race([this.#news.promise, this.#clock.sleep(wait, timer.signal)]);
    // With a reason of its own: an error with its stack would be made otherwise, each time.
    timer.abort(null);
  }
}

/** What a verdict is in the result. */
const COUNTED_AS = {
  delivered: "delivered",
  retry: "retried",
  failed: "failed",
  gone: "failed",
  disabled: "failed",
} as const satisfies Record<Outcome["verdict"], keyof DispatchResult>;
