import { log } from "../log.ts";
import type { Clock } from "../clock.ts";
import type { Completion, Outcome } from "./queue.ts";

/** How many outcomes are handed over in one call. */
const MAX_BATCH = 250;
/** How long an outcome waits for others while nothing is being handed over, in milliseconds. */
const GATHER_MS = 10;
/** How long it waits at most. */
const MAX_WAIT_MS = 250;
/** How long after a failure it is tried again; each time twice as long. */
const FIRST_PAUSE_MS = 250;

/** What an {@linkcode Outbox} works with. */
export interface OutboxOptions {
  readonly complete: (outcomes: readonly Outcome[]) => Promise<Completion>;
  readonly clock: Clock;
  /** What fails once it is aborted is left to its lease. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch: what was leased has been given back, or was lost. */
  readonly onSettled: (result: { readonly stale: number }) => void;
}

interface Waiting {
  readonly outcome: Outcome;
  /** When its lease ends, by the clock. */
  readonly leaseEnds: number;
}

/**
 * Hands outcomes over in batches: at once where there is time, with what has gathered while another
 * batch is under way, and never later than 250 ms after the answer. One call at a time unless it is
 * slow, so that claims find a connection free. A batch that fails is tried again
 * for as long as its leases hold; after that its deliveries are another worker's, who repeats them.
 */
export class Outbox {
  #gathered: Waiting[] = [];
  readonly #underway = new Set<Promise<void>>();
  #timer: AbortController | undefined;

  constructor(private readonly options: OutboxOptions) {}

  /** Whether everything was handed over. */
  get isEmpty(): boolean {
    return this.#gathered.length === 0 && this.#underway.size === 0;
  }

  /** Takes an outcome in. */
  add(outcome: Outcome, leaseEnds: number): void {
    this.#gathered.push({ outcome, leaseEnds });
    const isBatch = this.#gathered.length >= MAX_BATCH && this.#underway.size === 0;
    if (isBatch) this.#flush();
    else if (this.#timer === undefined) this.#startTimer();
  }

  /** Hands over what is left, and waits for all that is under way. */
  async drain(): Promise<void> {
    while (!this.isEmpty) {
      this.#flush();
      await Promise.all(this.#underway);
    }
  }

  #startTimer(): void {
    const timer = new AbortController();
    this.#timer = timer;
    const wait = this.#underway.size === 0 ? GATHER_MS : MAX_WAIT_MS;
    void this.options.clock.sleep(wait, timer.signal).then(() => {
      if (!timer.signal.aborted) this.#flush();
    });
  }

  #flush(): void {
    this.#timer?.abort(null);
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = [];
    for (let at = 0; at < gathered.length; at += MAX_BATCH) {
      this.#begin(gathered.slice(at, at + MAX_BATCH));
    }
  }

  #begin(batch: readonly Waiting[]): void {
    const handing = this.#handOver(batch).then((stale) => {
      this.#underway.delete(handing);
      if (this.#underway.size === 0) this.#flush();
      this.options.onSettled({ stale });
    });
    this.#underway.add(handing);
  }

  /** Returns how many of the batch were another's by then. */
  async #handOver(batch: readonly Waiting[]): Promise<number> {
    const { complete, clock, signal = new AbortController().signal } = this.options;
    let held = batch;
    for (let pause = FIRST_PAUSE_MS;; pause *= 2) {
      try {
        const { stale } = await complete(held.map(({ outcome }) => outcome));
        return stale + batch.length - held.length;
      } catch (cause) {
        log.error("outcomes of deliveries cannot be handed over", {
          deliveries: held.length,
          cause,
        });
      }
      if (signal.aborted) return batch.length;
      held = held.filter(({ leaseEnds }) => leaseEnds > clock.now() + pause);
      if (held.length === 0) return batch.length;
      await clock.sleep(pause, signal);
    }
  }
}
