import type { Callout } from "./callout.ts";
import type { Directive } from "./directive.ts";
import type { SessionState } from "./session.ts";

/** What a turn came to, for the record. */
export type Outcome =
  | "entered"
  | "refused"
  | "closed"
  | "collecting"
  | "chosen"
  | "invalid"
  | "no_input"
  | "connected"
  | "not_connected"
  | "not_allowed"
  | "recorded"
  /** An answer from outside is not there yet. */
  | "waiting"
  /** An answer from outside said where to go on. */
  | "answered"
  /** No answer came from outside, or none that could be used. */
  | "unanswered"
  | "too_many_turns"
  | "too_long";

/** A step's answer: where the caller stands now, and what the phone is to do. */
export interface Step {
  readonly session: SessionState;
  readonly directives: readonly Directive[];
  readonly outcome: Outcome;
  /** The `digit` of the item that was chosen, as its menu has it; null for none, and in a sensitive menu. */
  readonly item: string | null;
  /** What is to be asked outside, once the turn is committed. */
  readonly callout?: Callout;
}
