import type { Exchange } from "./exchange.ts";
import type { Answer } from "./judgement.ts";

/**
 * The exchanges that are under way, and one timer for the deadlines of all.
 *
 * They are kept in places that are used again. A `Set`, and a timer for each, leave tables behind that
 * keep what was in them, with all that was sent, until old objects are collected.
 */
export class Exchanges {
  readonly #places: (Exchange | undefined)[] = [];
  readonly #free: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakesAt = Infinity;

  /** Keeps an exchange until it is over, and ends it at its deadline; answers what came back. */
  async finish(exchange: Exchange): Promise<Answer> {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = exchange;
    if (exchange.endsAt < this.#wakesAt) this.#wakeAt(exchange.endsAt);
    const answer = await exchange.answer;
    this.#places[place] = undefined;
    this.#free.push(place);
    if (this.#free.length === this.#places.length) this.#wakeAt(Infinity);
    return answer;
  }

  /** Ends all of them where they are. */
  abandon(): void {
    for (const exchange of this.#places) exchange?.abandon();
  }

  #wakeAt(time: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = time;
    if (time === Infinity) return;
    this.#timer = setTimeout(() => this.#wake(), time - performance.now());
  }

  #wake(): void {
    let next = Infinity;
    for (const exchange of this.#places) {
      if (exchange === undefined) continue;
      if (exchange.endsAt <= this.#wakesAt) exchange.expire();
      else next = Math.min(next, exchange.endsAt);
    }
    this.#wakeAt(next);
  }
}
