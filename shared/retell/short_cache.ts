/** What a {@linkcode ShortCache} is told. */
export interface ShortCacheOptions {
  /** How long a value is kept, in milliseconds. */
  readonly keptMs: number;
  /** How many values are kept; the oldest goes first. */
  readonly max: number;
  /** The time in milliseconds, from wherever. */
  readonly now: () => number;
}

/** Keeps values for a moment, and has those who ask at the same time wait for the same one. */
export class ShortCache<Value> {
  readonly #kept = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();

  constructor(private readonly options: ShortCacheOptions) {}

  /** The value of a key, loaded if it is not there. What failed is not kept. */
  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const now = this.options.now();
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > now) return known.value;
    const value = load();
    this.#kept.delete(key);
    this.#kept.set(key, { value, until: now + this.options.keptMs });
    this.#forgetOldest();
    value.catch(() => {
      if (this.#kept.get(key)?.value === value) this.#kept.delete(key);
    });
    return value;
  }

  #forgetOldest(): void {
    if (this.#kept.size <= this.options.max) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
