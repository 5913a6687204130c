import { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import type { ConnectionResult, Input } from "../input.ts";
import { afterOf, callNamedBy } from "./links.ts";
import { digitsInput, readParameters, speechInput } from "./parameters.ts";
import { partyWithoutPlus } from "./phone_number.ts";
import type { CallStatus, ProviderCall, ProviderRequest, Recording } from "./provider.ts";
import { party, recordingId, recordingUrl, wholeSeconds } from "./values.ts";
import { vonageClaims } from "./vonage_signature.ts";

const callParameters = z.object({
  uuid: z.string().optional(),
  from: party.nullable(),
  /** A user of the Client SDK, who calls without a number. */
  from_user: party.nullable(),
  to: party.nullable(),
});

/**
 * Which call a request is about: the one that our own URL names, else the leg that the event names.
 *
 * A leg's `uuid` and not its `conversation_uuid`, which changes when the caller is put into a queue.
 * The events of a connected leg carry that leg's own, and some events carry none: their URLs name
 * the call.
 */
export function parseVonageCall(request: ProviderRequest): ProviderCall {
  const { uuid, from, from_user, to } = readParameters(callParameters, bodyOf(request));
  const callId = callNamedBy(request.url) ?? uuid;
  if (!callId || !/^[\w-]{1,128}$/.test(callId)) {
    throw new Problem("missing_call_id", "uuid must name the call");
  }
  const { application_id, api_key } = vonageClaims(request) ?? {};
  return {
    callId,
    accountId: application_id ?? api_key ?? null,
    from: partyWithoutPlus(from ?? from_user),
    to: partyWithoutPlus(to),
  };
}

const inputParameters = z.object({
  dtmf: z.object({ digits: z.string().nullish() }).nullish(),
  speech: z.object({
    results: z.array(
      z.object({ text: z.string(), confidence: z.union([z.string(), z.number()]).optional() }),
    ).nullish(),
  }).nullish(),
  status: z.string().optional(),
  payload: z.unknown().optional(),
});

/** What a caller did, as an input, a notify or the events of a connected leg report it. */
export function parseVonageInput(request: ProviderRequest): Input | null {
  const event = readParameters(inputParameters, bodyOf(request));
  const { dtmf, speech, status } = event;
  switch (afterOf(request.url)) {
    case "wait":
      return { kind: "waited" };
    case "record":
      // The recording itself is announced on its own; who hangs up makes no further turn.
      return {
        kind: "recorded",
        url: null,
        recordingId: null,
        durationSeconds: null,
        hungUp: false,
      };
    case "queue":
      return { kind: "connection_ended", result: "completed" };
    case "dial":
      // A leg that came to nothing says so; one that was answered ends in a notification.
      return event.payload === undefined
        ? legInput(status)
        : { kind: "connection_ended", result: "completed" };
    case null: {
      const [best] = speech?.results ?? [];
      return digitsInput(dtmf?.digits) ?? speechInput(best?.text, best?.confidence) ??
        { kind: "no_input" };
    }
  }
}

function legInput(status = ""): Input | null {
  const result = LEG_RESULTS.get(status);
  return result === undefined ? null : { kind: "connection_ended", result };
}

const LEG_RESULTS: ReadonlyMap<string, ConnectionResult> = new Map([
  ["completed", "completed"],
  ["disconnected", "completed"],
  ["busy", "busy"],
  ["rejected", "busy"],
  ["timeout", "no-answer"],
  ["unanswered", "no-answer"],
  ["cancelled", "canceled"],
  ["failed", "failed"],
]);

const STATUSES = {
  started: "initiated",
  ringing: "ringing",
  answered: "in-progress",
  human: "in-progress",
  machine: "in-progress",
  completed: "completed",
  disconnected: "completed",
  busy: "busy",
  rejected: "failed",
  failed: "failed",
  cancelled: "canceled",
  unanswered: "no-answer",
  timeout: "no-answer",
} as const satisfies Record<string, CallStatus["status"]>;

const statusParameters = z.object({
  status: z.enum(Object.keys(STATUSES) as [keyof typeof STATUSES, ...(keyof typeof STATUSES)[]]),
  duration: wholeSeconds.nullish(),
});

/** What is told at the event URL too: the move into a queue, a document that went on. */
const news = z.union([
  z.object({ status: z.enum(["transfer", "notify", "input", "record"]) }),
  z.object({ status: z.undefined().optional() }),
]);

/** A change in the life of a call, or null for an event that changes nothing about it. */
export function parseVonageStatus(request: ProviderRequest): CallStatus | null {
  const event = bodyOf(request);
  if (news.safeParse(event).success) return null;
  const { status, duration } = readParameters(statusParameters, event);
  return { status: STATUSES[status], sequence: null, durationSeconds: duration ?? null };
}

const recordingParameters = z.object({
  recording_uuid: recordingId,
  recording_url: recordingUrl,
  start_time: z.string().optional(),
  end_time: z.string().optional(),
});

/** A recording that is ready. */
export function parseVonageRecording(request: ProviderRequest): Recording {
  const parameters = readParameters(recordingParameters, bodyOf(request));
  const { recording_uuid, recording_url, start_time = "", end_time = "" } = parameters;
  const milliseconds = Date.parse(end_time) - Date.parse(start_time);
  return {
    recordingId: recording_uuid,
    url: recording_url,
    durationSeconds: milliseconds >= 0 ? Math.round(milliseconds / 1000) : null,
  };
}

/** The JSON of a request. @throws {Problem} `invalid_request` */
function bodyOf({ body }: ProviderRequest): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Problem("invalid_request", "The body is not JSON", { cause });
  }
}
