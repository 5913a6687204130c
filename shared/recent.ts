/**
 * A map of bounded size that forgets what was set the longest ago. For what an isolate may keep, and
 * can do without.
 */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();

  /** @param most how many values are kept. */
  constructor(private readonly most: number) {}

  /** What was set under a key, if it is still kept. */
  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** Sets the value of a key, as the newest. */
  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.most && oldest !== undefined) this.#values.delete(oldest);
  }

  /** Forgets the value of a key. */
  delete(key: string): void {
    this.#values.delete(key);
  }
}
