/** A sentence that is spoken to the caller. */
export interface Say {
  readonly kind: "say";
  /** Past 1,500 characters, the most that every provider takes at once, it is spoken in parts. */
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
}

/** Speak, listen for an entry, and come back with a turn, also when nothing was entered. */
export interface Gather {
  readonly kind: "gather";
  readonly prompts: readonly Say[];
  /** Whether an entry cuts the prompts short; otherwise they are spoken before anything is heard. */
  readonly bargeIn: boolean;
  /** How many digits end the wait, 1 to 20. */
  readonly digits: number;
  /** Wait for the first digit, in milliseconds. */
  readonly timeout: number;
  /** Wait for each further digit, in milliseconds. */
  readonly interDigitTimeout: number;
  /** Ends the entry early; null where `#` is itself an entry. */
  readonly finishKey: "#" | null;
  /** What callers may say instead, in the language of the prompts; null where keys alone count. */
  readonly speech: { readonly hints: readonly string[] } | null;
  /** Whether the provider is to keep the entry out of its own logs, where it can. */
  readonly sensitive: boolean;
}

/** Record the caller and come back with a turn; the recording is announced at `links.recording`. */
export interface RecordCaller {
  readonly kind: "record";
  /** Spoken before the tone. */
  readonly prompts: readonly Say[];
  /** The most that is recorded, 3 to 3,600 seconds. */
  readonly maxSeconds: number;
  /** Silence that ends it, 3 to 10 seconds. */
  readonly silenceSeconds: number;
  /** Ends it early; null where no key does. */
  readonly finishKey: "#" | null;
}

/** What every outgoing leg may carry. */
export interface Leg {
  /** The number shown to whoever is called, E.164; the provider's choice if undefined. */
  readonly callerId?: string;
  /** How long it rings, 5 to 120 seconds; 30 if undefined. */
  readonly ringSeconds?: number;
  /** The longest that it may last, 60 to 7,200 seconds; the provider's own limit if undefined. */
  readonly limitSeconds?: number;
}

/** Connect the caller and come back with a turn when that is over. */
export type Connect =
  | Leg & { readonly kind: "dial"; readonly number: string }
  | Leg & {
    readonly kind: "dial_sip";
    readonly uri: string;
    /** Headers for whoever answers, named without the `X-` that providers put before them. */
    readonly headers?: Readonly<Record<string, string>>;
  }
  | { readonly kind: "enqueue"; readonly queue: string };

/** Stay silent for 0 to 60 seconds and come back with a turn. */
export interface Wait {
  readonly kind: "wait";
  readonly seconds: number;
}

/** What the caller's phone is told to do, in no provider's words. */
export type Directive =
  | Say
  | Gather
  | RecordCaller
  | Connect
  | Wait
  | { readonly kind: "hangup" };
