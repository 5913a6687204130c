/** How the leg that a menu dialled, or the queue it put the caller in, came to its end. */
export type ConnectionResult = "completed" | "busy" | "no-answer" | "failed" | "canceled";

/** What a provider reports at a turn, in no provider's words. */
export type Input =
  | { readonly kind: "call_started" }
  /** Digits that were gathered: 1 or more of `0-9 * # A-D`, without the finish key. */
  | { readonly kind: "digits"; readonly digits: string }
  /** The wait ran out, or the finish key alone was pressed. */
  | { readonly kind: "no_input" }
  /** A transfer, an agent or a queue is over and the caller is still there. */
  | { readonly kind: "connection_ended"; readonly result: ConnectionResult };
