import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Lets one piece of work through at a time, in the order of arrival. Work that is started from
 * inside the work in progress, and before that ends, passes at once: it is part of it.
 *
 * @example
 * ```ts
 * const turnstile = new Turnstile();
 * await Promise.all([turnstile.pass(first), turnstile.pass(second)]); // second waits for first
 * ```
 */
export class Turnstile {
  readonly #inside = new AsyncLocalStorage<{ ended: boolean }>();
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work when its turn comes. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    const around = this.#inside.getStore();
    if (around !== undefined && !around.ended) return work();
    const turn = this.#last.then(() => this.#run(work));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    const visit = { ended: false };
    try {
      return await this.#inside.run(visit, work);
    } finally {
      // What was left running behind must queue again; it no longer holds the turn.
      visit.ended = true;
    }
  }
}
