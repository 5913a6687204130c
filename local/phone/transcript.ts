import type { CallFailureCode } from "./failure.ts";
import type { DialStatus, EndedBy } from "./interpreter.ts";
import type { Destination } from "./verbs.ts";

/** What happened on the line; `at` is in seconds since the call was dialled. */
export type Entry =
  & { at: number }
  & (
    | { kind: "dialled"; from: string; to: string }
    | { kind: "said"; text: string; language?: string; voice?: string; loop?: number }
    | { kind: "played"; source: string; loop?: number }
    | { kind: "tones"; digits: string }
    | { kind: "paused"; seconds: number }
    | { kind: "pressed"; keys: string }
    | { kind: "unheard"; keys: string }
    | { kind: "silent"; seconds: number }
    | { kind: "transferred"; to: Destination[]; status: DialStatus; seconds: number }
    | { kind: "queued"; queue: string; result: string; seconds: number }
    | { kind: "recorded"; seconds: number; ended_by: "key" | "silence" | "hangup" }
    | { kind: "fetched"; method: string; path: string; status: number; milliseconds: number }
    | { kind: "reported"; call_status: string; status: number }
    | { kind: "warned"; code: string; message: string }
    | { kind: "failed"; code: CallFailureCode; message: string }
    | { kind: "ended"; by: EndedBy | "failure"; turns: number; seconds: number }
  );

/** A whole call, as `deno task call --json` prints it. */
export interface Transcript {
  call_sid: string;
  /** False as soon as anything failed, the final status callback included. */
  ok: boolean;
  ended_by: EndedBy | "failure";
  /** Documents that the call went through. */
  turns: number;
  /** Length of the call in seconds, in the caller's time. */
  seconds: number;
  entries: Entry[];
  error?: { code: CallFailureCode; message: string };
}
