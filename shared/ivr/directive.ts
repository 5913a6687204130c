/** A sentence that is spoken to the caller. */
export interface Say {
  readonly kind: "say";
  /** At most 1,500 characters, the least that every provider takes. */
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
}

/** Speak, listen for digits, and come back with a turn, also when nothing was pressed. */
export interface Gather {
  readonly kind: "gather";
  /** Spoken while listening; a key press cuts them short. */
  readonly prompts: readonly Say[];
  /** How many digits end the wait, 1 to 20. */
  readonly digits: number;
  /** Wait for a digit, in milliseconds. */
  readonly timeout: number;
  /** Ends the entry early; null where `#` is itself an entry. */
  readonly finishKey: "#" | null;
}

/** Connect the caller and come back with a turn when that is over. */
export type Connect =
  | { readonly kind: "dial"; readonly number: string }
  | { readonly kind: "dial_sip"; readonly uri: string }
  | { readonly kind: "enqueue"; readonly queue: string };

/** What the caller's phone is told to do, in no provider's words. */
export type Directive = Say | Gather | Connect | { readonly kind: "hangup" };
