import { setImmediate } from "node:timers/promises";
import type { Clock } from "#shared/webhooks/clock.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** How many turns of the event loop the longest chain of promises between two waits takes. */
const TURNS = 20;

/** A clock on which no time passes but while everybody sleeps: it then goes to the next awakening. */
export class SimulatedClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now = (): number => this.#now;

  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#now + milliseconds, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
      if (signal?.aborted) wake();
    });

  /** Lets time pass until the work is done, and no longer. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const finished = work.finally(() => isDone = true);
    finished.catch(() => {});
    for (;;) {
      for (let turn = 0; turn < TURNS && !isDone; turn++) await setImmediate();
      if (isDone) return await finished;
      const [next] = [...this.#sleepers].sort((a, b) => a.until - b.until);
      if (next === undefined) throw new Error("Everybody waits and nobody sleeps");
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
  }
}
