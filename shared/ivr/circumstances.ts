import type { CalloutState } from "./callout.ts";
import type { TransferRules } from "./transfer_rules.ts";

/** What a step depends on beside the menu, the session and the input. */
export interface Circumstances {
  /** Number of the turn, from 0. */
  readonly turn: number;
  readonly now: Date;
  /** When the call came in. */
  readonly startedAt: Date;
  /** The number that the caller dialled, as far as the provider says. */
  readonly called: string | null;
  /** Whether the connection turns this caller away. */
  readonly refused: boolean;
  /** Null where the tenant has no transfer left this hour. */
  readonly transfers: TransferRules | null;
  /** How the callout stands that the session waits for; null where it waits for none. */
  readonly callout: CalloutState | null;
}
