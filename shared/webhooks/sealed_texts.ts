import type { Keyring } from "../crypto/keyring.ts";
import { type Binding, open } from "../crypto/sealed.ts";
import { Recent } from "../recent.ts";

/** How many opened texts are kept; an endpoint has one to three. */
const MAX_KEPT = 1_000;

/** Opens sealed texts, and keeps those opened last: an endpoint's secret is needed at every delivery. */
export class SealedTexts {
  readonly #opened = new Recent<Promise<string>>(MAX_KEPT);

  constructor(private readonly keyring: Keyring) {}

  /**
   * The text that was sealed for this place.
   *
   * @throws {SealedError} if it was not, or cannot be opened.
   */
  async open(jwe: string, binding: Binding): Promise<string> {
    // With the place, so that what was opened in one row is not open in another.
    const key = [binding.user, binding.table, binding.column, binding.row, jwe].join("\n");
    const known = this.#opened.get(key);
    if (known !== undefined) return await known;
    const opened = open(jwe, binding, this.keyring);
    this.#opened.set(key, opened);
    try {
      return await opened;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }
}
