import type {
  Claim,
  ClaimedDelivery,
  Completion,
  Delivery,
  Outcome,
} from "#shared/webhooks/queue.ts";
import type { SimulatedClock } from "./simulated_clock.ts";

const LEASE_MS = 30_000;

interface Queued {
  readonly delivery: Delivery;
  dueAt: number;
  fence: number;
  leaseEnds: number;
}

/** What a simulated queue does that a plain one does not. */
export interface QueueOptions {
  /** How long a call takes, in milliseconds. */
  readonly latencyMs?: number;
  /** How many deliveries of an endpoint may be under way. */
  readonly maxInFlight?: number;
}

/** A delivery of an endpoint, to be put into a queue. */
export function newDelivery(webhookId = "w1"): Delivery {
  return {
    id: crypto.randomUUID(),
    fence: 0,
    webhook_id: webhookId,
    event_id: crypto.randomUUID(),
    attempt: 1,
    origin: "event",
    schedule: [5],
    endpoint: {
      user_id: "u1",
      url: "https://x.example.com/",
      secrets: [],
      headers: null,
    },
    event: { type: "test.ping", payload: "{}", sealed: null },
  };
}

/** The outcome of a delivery that was answered with 200. */
export function delivered({ id, fence }: ClaimedDelivery): Outcome {
  return {
    id,
    fence,
    verdict: "delivered",
    status_code: 200,
    error: null,
    response_body: "",
    duration_ms: 1,
    retry_in_ms: null,
  };
}

/** The queue of the database as its functions are agreed to behave, in simulated time. */
export class SimulatedQueue {
  /** How many each claim asked for, and when. */
  readonly claims: { readonly at: number; readonly limit: number; readonly taken: number }[] = [];
  /** When each delivery was handed over, by its id. */
  readonly completed = new Map<string, number>();
  /** How many outcomes came at once. */
  readonly batches: number[] = [];
  readonly #queued = new Map<string, Queued>();

  constructor(
    private readonly clock: SimulatedClock,
    private readonly options: QueueOptions = {},
  ) {}

  /** Puts deliveries in. */
  add(deliveries: readonly Delivery[], dueInMs = 0): void {
    const dueAt = this.clock.now() + dueInMs;
    for (const delivery of deliveries) {
      this.#queued.set(delivery.id, { delivery, dueAt, fence: 0, leaseEnds: -Infinity });
    }
  }

  get size(): number {
    return this.#queued.size;
  }

  claim = async (limit: number): Promise<Claim> => {
    await this.clock.sleep(this.options.latencyMs ?? 1);
    const taken: Queued[] = [];
    for (const queued of this.#free()) {
      if (taken.length === limit) break;
      if (queued.dueAt > this.clock.now() || this.#isFull(queued)) continue;
      queued.fence++;
      queued.leaseEnds = this.clock.now() + LEASE_MS;
      taken.push(queued);
    }
    this.claims.push({ at: this.clock.now(), limit, taken: taken.length });
    const left = this.#free().filter((queued) => !this.#isFull(queued));
    const dueAt = Math.min(...left.map((queued) => queued.dueAt));
    return {
      deliveries: taken.map(({ delivery, fence }) => ({ ...delivery, fence })),
      nextDueMs: left.length === 0 ? null : Math.max(dueAt - this.clock.now(), 0),
    };
  };

  complete = async (outcomes: readonly Outcome[]): Promise<Completion> => {
    this.batches.push(outcomes.length);
    await this.clock.sleep(this.options.latencyMs ?? 1);
    let completed = 0;
    for (const { id, fence, verdict, retry_in_ms: retryInMs } of outcomes) {
      const queued = this.#queued.get(id);
      if (queued?.fence !== fence || queued.leaseEnds <= this.clock.now()) continue;
      completed++;
      this.completed.set(id, this.clock.now());
      queued.leaseEnds = -Infinity;
      queued.dueAt = this.clock.now() + (retryInMs ?? 0);
      if (verdict !== "retry") this.#queued.delete(id);
    }
    return { completed, stale: outcomes.length - completed };
  };

  #free(): Queued[] {
    return [...this.#queued.values()].filter(({ leaseEnds }) => leaseEnds <= this.clock.now());
  }

  #isFull({ delivery: { webhook_id } }: Queued): boolean {
    const busy = [...this.#queued.values()].filter(({ delivery, leaseEnds }) =>
      delivery.webhook_id === webhook_id && leaseEnds > this.clock.now()
    );
    return busy.length >= (this.options.maxInFlight ?? Infinity);
  }
}
