import { Problem } from "#shared/http/problem.ts";
import type { Leg, RecordCaller, Wait } from "../directive.ts";

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

/** How long a dialled phone rings: half a minute where nothing else is asked for. */
export function ringing({ ringSeconds = 30 }: Leg): number {
  return within(ringSeconds, 5, 120);
}

/** The longest that a leg may last; undefined leaves it to the provider. */
export function longest({ limitSeconds }: Leg): number | undefined {
  return limitSeconds === undefined ? undefined : within(limitSeconds, 60, 7200);
}

/** How much is recorded, and the silence that ends it. */
export function recorded(directive: RecordCaller): { most: number; silence: number } {
  const { maxSeconds, silenceSeconds } = directive;
  return { most: within(maxSeconds, 3, 3600), silence: within(silenceSeconds, 3, 10) };
}

/** How long a pause is; null where it is none. */
export function paused(directive: Wait): number | null {
  return directive.seconds <= 0 ? null : within(directive.seconds, 1, 60);
}

/** The document itself. @throws {Problem} `invalid_menu` when it is larger than every provider reads. */
export function readable(document: string): string {
  // No character takes more than three bytes for each of its units.
  if (document.length * 3 <= LARGEST_DOCUMENT) return document;
  if (new TextEncoder().encode(document).byteLength <= LARGEST_DOCUMENT) return document;
  throw new Problem("invalid_menu", "What is to be said at once is longer than a document may be");
}
