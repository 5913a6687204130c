/** How the leg that a menu dialled, or the queue it put the caller in, came to its end. */
export type ConnectionResult = "completed" | "busy" | "no-answer" | "failed" | "canceled";

/** What a provider reports at a turn, in no provider's words. */
export type Input =
  | { readonly kind: "call_started" }
  /** Digits that were gathered: 1 or more of `0-9 * # A-D`, without the finish key. */
  | { readonly kind: "digits"; readonly digits: string }
  | {
    readonly kind: "speech";
    /** At most 500 characters. */
    readonly text: string;
    /** How sure the provider is, 0 to 1; null where it does not say. */
    readonly confidence: number | null;
  }
  /** The wait ran out, or the finish key alone was pressed. */
  | { readonly kind: "no_input" }
  /** A recording is over. What the turn does not say of it is announced on its own. */
  | {
    readonly kind: "recorded";
    readonly url: string | null;
    readonly recordingId: string | null;
    readonly durationSeconds: number | null;
    /** Whether the caller ended the recording by hanging up. */
    readonly hungUp: boolean;
  }
  /** A pause is over. */
  | { readonly kind: "waited" }
  /** Back to the menu before, by a button of an app; phones have an item for it. */
  | { readonly kind: "back" }
  /** A transfer, an agent or a queue is over and the caller is still there. */
  | { readonly kind: "connection_ended"; readonly result: ConnectionResult };
