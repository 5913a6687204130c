import { Problem } from "#shared/http/problem.ts";

/** What every provider reads; the least of them, SignalWire, stops at 64 kB. */
const LARGEST_DOCUMENT = 60_000;

/** Whole seconds of a time in milliseconds, never shorter than asked, within a provider's limits. */
export function seconds(milliseconds: number, least: number, most: number): number {
  return within(Math.ceil(milliseconds / 1000), least, most);
}

/** A number brought within limits. */
export function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The document itself. @throws {Problem} `invalid_menu` when it is larger than every provider reads. */
export function readable(document: string): string {
  if (new TextEncoder().encode(document).byteLength <= LARGEST_DOCUMENT) return document;
  throw new Problem("invalid_menu", "What is to be said at once is longer than a document may be");
}
