import type { EndedBy, Outcome, RecordOutcome } from "./interpreter.ts";
import type { CallDocument, Target } from "./verbs.ts";

/** Parameters in the order sent; a key may come more than once. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** One call as its provider knows it. */
export interface CallLeg {
  /** The provider's name for the call, for example Twilio's `CallSid`. */
  id: string;
  /** The provider's name for its customer; undefined where any will do. */
  account: string | undefined;
  from: string;
  to: string;
  /** Parameters that replace or join those that the provider sends by itself. */
  extra: Fields;
}

/** A stage that a provider reports to the status callback. */
export type Progress = "initiated" | "ringing" | "answered" | "ended";

/** What a status callback tells. */
export interface StatusReport {
  progress: Progress;
  /** Counts a call's reports, from 0. */
  sequence: number;
  at: Date;
  /** Seconds of conversation; 0 before the end. */
  seconds: number;
  /** How the call ended, where it has. */
  endedBy: EndedBy | "failure" | undefined;
  busy: boolean;
}

/** A request ready to be sent, signature included. */
export interface SignedRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A reply, undecoded. */
export interface Reply {
  status: number;
  contentType: string;
  body: Uint8Array;
  /** What is wrong, where the stack says so beside an apology to the caller. */
  problemCode: string | undefined;
}

/** What makes one provider different from the others: its words, its signature, its documents. */
export interface Dialect {
  readonly provider: string;
  /** Makes an identifier such as the provider would. */
  newId(kind: "call" | "leg" | "queue" | "recording"): string;
  /** The parameters of a request for a document; `before` is what the last verb came to. */
  fields(leg: CallLeg, stage: "ringing" | "in-progress" | "ended", before?: Outcome): Fields;
  /** The parameters of a status callback. */
  status(leg: CallLeg, report: StatusReport): Fields;
  /** The parameters with which a recording is announced that is ready. */
  recording(leg: CallLeg, outcome: RecordOutcome): Fields;
  /** The `CallStatus` that a report carries, in the provider's words. */
  statusName(report: StatusReport): string;
  /** Builds and signs a request; `secret` is what the provider shares with its customer. */
  sign(target: Target, fields: Fields, secret: string): SignedRequest;
  /**
   * Understands a document fetched from `url`.
   *
   * @throws {CallFailure} where the provider would end the call with an error
   */
  read(reply: Reply, url: string): CallDocument;
}
