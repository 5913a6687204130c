import type { Keyring } from "../crypto/keyring.ts";
import { type Binding, open } from "../crypto/sealed.ts";

/** How many opened texts are kept; an endpoint has one to three. */
const MAX_KEPT = 1_000;

/** Opens sealed texts, and keeps those used last: an endpoint's secret is needed at every delivery. */
export class SealedTexts {
  readonly #opened = new Map<string, Promise<string>>();

  constructor(private readonly keyring: Keyring) {}

  /**
   * The text that was sealed for this place.
   *
   * @throws {SealedError} if it was not, or cannot be opened.
   */
  async open(jwe: string, binding: Binding): Promise<string> {
    // With the place, so that what was opened in one row is not open in another.
    const key = [binding.user, binding.table, binding.column, binding.row, jwe].join("\n");
    const opened = this.#opened.get(key) ?? open(jwe, binding, this.keyring);
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    this.#forgetOldest();
    try {
      return await opened;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }

  #forgetOldest(): void {
    if (this.#opened.size <= MAX_KEPT) return;
    for (const oldest of this.#opened.keys()) {
      this.#opened.delete(oldest);
      return;
    }
  }
}
