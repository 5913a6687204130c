import { LocalFailure } from "./failure.ts";

/**
 * Runs a parser of command-line arguments; what it does not understand becomes one sentence.
 *
 * @throws {LocalFailure}
 */
export function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // Node's message goes on with advice about positional arguments, of which there are none.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new LocalFailure(`${sentence}; see --help`);
  }
}
