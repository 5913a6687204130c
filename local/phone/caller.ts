/** What a caller did while the phone listened. */
export type Press = { did: "key"; key: string } | { did: "silence" } | { did: "hangup" };

/** A moment in which the caller may press a key. */
export interface Wait {
  /** Seconds of silence after which the moment is over. */
  seconds: number;
  /** True at the start of a gather, false between two keys of one. */
  first: boolean;
}

/** Who holds the phone: a script or a person at a terminal. */
export interface Caller {
  /** Whether waiting takes real time; where false, the call keeps a clock of its own. */
  readonly realTime: boolean;
  press(wait: Wait): Promise<Press>;
  /** Keys pressed after a gather was already over: nobody hears them, and they are forgotten. */
  unheard(): string;
  /** Speaks into a recording, then ends it by a key, by silence or by hanging up. */
  speak(recording: Recording): Promise<Spoken>;
  /** Holds the line while nothing can be pressed; resolves to true if the caller hung up meanwhile. */
  hold(seconds: number): Promise<boolean>;
}

/** A recording about to start. */
export interface Recording {
  maxSeconds: number;
  /** The keys that end it; empty where none does. */
  finishOnKey: string;
}

/** What a recording came to. */
export interface Spoken {
  seconds: number;
  /** The key that ended it, `hangup`, or empty where silence did. */
  digits: string;
}

/** The keys of a telephone, the fourth column included. */
export const KEYS = /^[0-9*#A-D]$/;
