/** How a provider fetches the next document. */
export type Method = "GET" | "POST";

/** An absolute address and the method to fetch it with. */
export interface Target {
  url: string;
  method: Method;
}

/** What a caller hears without having to do anything. */
export type Prompt =
  | {
    verb: "say";
    text: string;
    language: string | undefined;
    voice: string | undefined;
    /** Times spoken; 0 means until the call ends. */
    loop: number;
  }
  | { verb: "play"; source: string; loop: number }
  | { verb: "tones"; digits: string }
  | { verb: "pause"; seconds: number };

/** Waits for the caller's keys. */
export interface GatherVerb {
  verb: "gather";
  prompts: Prompt[];
  /** False where only speech is asked for: then keys mean nothing. */
  keypad: boolean;
  /** Undefined: as many as the caller presses. */
  numDigits: number | undefined;
  /** Empty: no key finishes. */
  finishOnKey: string;
  /** Seconds of silence that end it, before the first key and, unless told otherwise, between keys. */
  timeoutSeconds: number;
  /** Seconds of silence between keys that end it, where the provider counts them apart. */
  betweenSeconds?: number;
  action: Target;
  /** Whether the action is fetched although nothing was entered. */
  submitEmpty: boolean;
}

/** Where a transfer goes. */
export interface Destination {
  kind: "number" | "sip" | "queue" | "client" | "conference";
  address: string;
}

/** Connects the caller to somebody. */
export interface DialVerb {
  verb: "dial";
  destinations: Destination[];
  timeoutSeconds: number;
  action: Target | undefined;
  /** Whether the action hears of calls only that did not come about. */
  unansweredOnly?: boolean;
}

/** Puts the caller into a queue. */
export interface EnqueueVerb {
  verb: "enqueue";
  queue: string;
  action: Target | undefined;
}

/** Records the caller. */
export interface RecordVerb {
  verb: "record";
  finishOnKey: string;
  /** Seconds of silence that end it. */
  timeoutSeconds: number;
  maxLengthSeconds: number;
  /** Undefined where the document goes on by itself. */
  action: Target | undefined;
  /** Where it is announced that the recording is ready. */
  announce: Target | undefined;
}

/** One instruction of a document, in no provider's dialect. */
export type Verb =
  | Prompt
  | GatherVerb
  | DialVerb
  | EnqueueVerb
  | RecordVerb
  | {
    verb: "redirect";
    target: Target;
    /** What is sent in place of the call's own parameters. */
    payload?: unknown;
  }
  | { verb: "hangup" }
  | { verb: "reject"; reason: "rejected" | "busy" };

/** Something a provider would put into its debugger without ending the call. */
export interface Warning {
  /** The provider's own code, for example Twilio's `12200`. */
  code: string;
  message: string;
}

/** A reply as the phone understood it. */
export interface CallDocument {
  verbs: Verb[];
  warnings: Warning[];
}
