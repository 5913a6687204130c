import { z } from "zod";
import { log } from "#shared/log.ts";
import { type Clock, WALL_CLOCK } from "../cron/runner.ts";
import type { Database } from "../database/database.ts";

/** How long a request may lie in the queue before it is seen. pg_net looks as often. */
const POLL_MS = 500;

const queued = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  timeout_milliseconds: z.number(),
});
type Queued = z.output<typeof queued>;

/**
 * Sends the requests that SQL asks for with `net.http_post`, where no pg_net does: each once, after
 * its transaction. What fails is logged and not tried again, as pg_net has it.
 */
export class RequestSender {
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #loop: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database, private readonly clock: Clock = WALL_CLOCK) {}

  /** Begins to watch the queue. */
  start(): void {
    this.#loop = this.#watch();
  }

  /** Stops. Requests under way are cut off: who receives them sees to it that nothing is lost by that. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#sending);
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        for (const request of await this.#take()) {
          const sending = this.#send(request).finally(() => this.#sending.delete(sending));
          this.#sending.add(sending);
        }
      } catch (cause) {
        if (!this.#stop.signal.aborted) log.error("requests of the database not read", { cause });
      }
      await this.clock.sleep(POLL_MS, this.#stop.signal);
    }
  }

  async #take(): Promise<Queued[]> {
    const rows = await this.database.query(
      `delete from net.http_request_queue
        returning url, headers, convert_from(body, 'UTF8') as body, timeout_milliseconds`,
    );
    return z.array(queued).parse(rows);
  }

  async #send({ url, headers, body, timeout_milliseconds }: Queued): Promise<void> {
    const signal = AbortSignal.any([
      this.#stop.signal,
      AbortSignal.timeout(timeout_milliseconds),
    ]);
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal });
      await response.body?.cancel();
      if (!response.ok) log.warn("request of the database refused", { status: response.status });
    } catch (cause) {
      if (!this.#stop.signal.aborted) log.warn("request of the database failed", { cause });
    }
  }
}
