import type {
  CallDocument,
  DialVerb,
  EnqueueVerb,
  GatherVerb,
  Prompt,
  RecordVerb,
  Target,
} from "./verbs.ts";

/** How a call came to its end without a failure. */
export type EndedBy = "menu" | "caller" | "end_of_document" | "rejected";

/** What a transfer came to, in Twilio's words. */
export type DialStatus = "completed" | "busy" | "no-answer" | "failed";

/** A verb whose result is decided outside the document. */
export type OpenVerb = GatherVerb | DialVerb | EnqueueVerb | RecordVerb;

/** What an open verb came to. */
export type Outcome =
  | { of: "gather"; digits: string; finishedOnKey: string }
  | { of: "dial"; status: DialStatus; id: string; seconds: number }
  | { of: "enqueue"; result: string; id: string; seconds: number }
  | RecordOutcome
  | { of: "notify"; payload: unknown };

/** A recording: its name at the provider, its length, and the key that ended it. */
export interface RecordOutcome {
  of: "record";
  id: string;
  seconds: number;
  digits: string;
}

/** What has to happen before the document can go on, or what follows it. */
export type Cue =
  | { cue: "await"; verb: OpenVerb }
  | { cue: "fetch"; target: Target; before?: Outcome }
  | { cue: "end"; by: EndedBy; reason?: "rejected" | "busy" };

/** A stretch of a document that plays by itself, and the cue at its end. */
export interface Passage {
  heard: Prompt[];
  cue: Cue;
  /** Where the document goes on if the cue leads nowhere else. */
  next: number;
}

/**
 * Walks a document from one verb to the first that needs the caller, another line or another document.
 *
 * A document that runs out ends the call, as do `<Hangup>`, `<Reject>` and a prompt that repeats for ever
 * (a caller can only hang up on it).
 */
export function walk(document: CallDocument, from = 0): Passage {
  const heard: Prompt[] = [];
  for (let at = from; at < document.verbs.length; at += 1) {
    const verb = document.verbs[at];
    if (verb === undefined) break;
    const next = at + 1;
    switch (verb.verb) {
      case "say":
      case "play":
        heard.push(verb);
        if (verb.loop === 0) return { heard, cue: { cue: "end", by: "caller" }, next };
        break;
      case "tones":
      case "pause":
        heard.push(verb);
        break;
      case "redirect": {
        const { target, payload } = verb;
        const notified = payload === undefined
          ? {}
          : { before: { of: "notify" as const, payload } };
        return { heard, cue: { cue: "fetch", target, ...notified }, next };
      }
      case "hangup":
        return { heard, cue: { cue: "end", by: "menu" }, next };
      case "reject":
        return { heard, cue: { cue: "end", by: "rejected", reason: verb.reason }, next };
      case "gather":
      case "dial":
      case "enqueue":
      case "record":
        return { heard, cue: { cue: "await", verb }, next };
    }
  }
  return { heard, cue: { cue: "end", by: "end_of_document" }, next: document.verbs.length };
}

/**
 * Says which document follows an open verb, or undefined where the call falls through to the next verb.
 *
 * A gather without keys and a recording without sound fetch nothing; a transfer or queue without an action
 * lets the document go on.
 */
export function follow(verb: OpenVerb, outcome: Outcome): Target | undefined {
  if (verb.verb === "gather" && outcome.of === "gather") {
    return outcome.digits !== "" || verb.submitEmpty ? verb.action : undefined;
  }
  if (verb.verb === "record" && outcome.of === "record") {
    return outcome.seconds > 0 ? verb.action : undefined;
  }
  if (verb.verb === "dial" && outcome.of === "dial") {
    return verb.unansweredOnly && outcome.status === "completed" ? undefined : verb.action;
  }
  return verb.verb === "enqueue" ? verb.action : undefined;
}

/** Keys entered so far, and whether the gather is over. */
export interface Collected {
  digits: string;
  finishedOnKey: string;
  done: boolean;
}

/** A gather before the first key. */
export const NOTHING_COLLECTED: Collected = { digits: "", finishedOnKey: "", done: false };

/** Adds a key to a gather, or with undefined the silence that ends it. */
export function collect(gather: GatherVerb, so: Collected, key: string | undefined): Collected {
  if (so.done) return so;
  if (key === undefined) return { ...so, done: true };
  if (!gather.keypad) return so;
  if (key === gather.finishOnKey) return { ...so, finishedOnKey: key, done: true };
  const digits = so.digits + key;
  return { digits, finishedOnKey: "", done: digits.length === gather.numDigits };
}

// About 150 words a minute, the usual pace of synthetic speech.
const CHARACTERS_PER_SECOND = 14;

/** Estimates how long a prompt lasts, in seconds; a recording of unknown length counts as 3 s. */
export function lengthOf(prompt: Prompt): number {
  switch (prompt.verb) {
    case "say":
      return Math.ceil(prompt.text.length / CHARACTERS_PER_SECOND) * Math.max(1, prompt.loop);
    case "play":
      return 3 * Math.max(1, prompt.loop);
    case "tones":
      return prompt.digits.length * 0.5;
    case "pause":
      return prompt.seconds;
  }
}
