import { type DatabaseResult, isRefusal } from "./errors.ts";

/** How many statements of one function are under way at once. */
const AT_ONCE = 2;

/**
 * How long calls wait for the statement that is under way before another is begun beside it, in
 * milliseconds: the more go together the less each costs, and none is to wait for one that is held up.
 */
const PATIENCE_MS = 5;

/** How many calls go into one statement: each waits until the last of them is done. */
const MAX_CALLS = 32;

/** How a function is called, for one caller and for several. */
export interface Asking<Arguments> {
  one(args: Arguments): Promise<DatabaseResult>;
  /** Has a list as its data, with what {@linkcode one} would have for each, in the same order. */
  several(calls: readonly Arguments[]): Promise<DatabaseResult>;
}

interface Waiting<Arguments> extends PromiseWithResolvers<DatabaseResult> {
  readonly args: Arguments;
}

/**
 * Calls of one function, of which those that come while a statement is under way go together in the
 * next: of a short call most is the way to the database and back. Who comes alone goes at once.
 *
 * Where the database refuses several nothing has changed, so that each is then called alone, and
 * nobody fails for another. Any other failure is everybody's: nobody knows what has changed.
 */
export class Together<Arguments> {
  readonly #waiting: Waiting<Arguments>[] = [];
  #underWay = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: Asking<Arguments>) {}

  /** Calls the function, with the answer or the rejection that {@linkcode Asking} has. */
  call(args: Arguments): Promise<DatabaseResult> {
    const waiting = { args, ...Promise.withResolvers<DatabaseResult>() };
    this.#waiting.push(waiting);
    if (this.#underWay === 0) void this.#work();
    else this.#workSoon();
    return waiting.promise;
  }

  async #work(): Promise<void> {
    this.#underWay++;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0, MAX_CALLS);
      this.#forgetPatience();
      if (this.#waiting.length > 0) this.#workSoon();
      await this.#answer(calls);
    }
    this.#underWay--;
  }

  /** Begins another statement, unless one that is under way ends before. */
  #workSoon(): void {
    if (this.#underWay === AT_ONCE) return;
    this.#patience ??= setTimeout(() => void this.#work(), PATIENCE_MS);
  }

  #forgetPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  async #answer(calls: readonly Waiting<Arguments>[]): Promise<void> {
    try {
      const result = calls.length > 1 && await this.ask.several(calls.map(({ args }) => args));
      if (result && !isRefusal(result)) {
        calls.forEach(({ resolve }, n) => resolve(partOf(result, n)));
      } else {
        await Promise.all(
          calls.map(async ({ args, resolve }) => resolve(await this.ask.one(args))),
        );
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}

/** What is left out by an answer that is no list of all is missing, and never somebody else's. */
function partOf(result: DatabaseResult, n: number): DatabaseResult {
  const { data, error } = result;
  return error === null ? { ...result, data: Array.isArray(data) ? data[n] : undefined } : result;
}
