import { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import type { ConnectionResult, Input } from "../input.ts";
import { parametersOf } from "./form.ts";
import { afterOf, callNamedBy } from "./links.ts";
import { digitsInput, readParameters, speechInput } from "./parameters.ts";
import { partyWithoutPlus } from "./phone_number.ts";
import type { CallStatus, ProviderCall, ProviderRequest, Recording } from "./provider.ts";
import { party, recordingId, recordingUrl, wholeSeconds } from "./values.ts";

const callParameters = z.object({ ParentAuthID: party, From: party, To: party });

/**
 * Which call a request is about; numbers come without their plus. An announcement of a recording
 * need not say, and its URL does.
 */
export function parsePlivoCall(request: ProviderRequest): ProviderCall {
  const parameters = parametersOf(request);
  const { CallUUID = callNamedBy(request.url) } = parameters;
  if (!CallUUID || !/^[\w-]{1,128}$/.test(CallUUID)) {
    throw new Problem("missing_call_id", "CallUUID must name the call");
  }
  const { ParentAuthID, From, To } = readParameters(callParameters, parameters);
  return {
    callId: CallUUID,
    accountId: ParentAuthID ?? null,
    from: partyWithoutPlus(From),
    to: partyWithoutPlus(To),
  };
}

const inputParameters = z.object({
  Digits: z.string().optional(),
  Speech: z.string().optional(),
  SpeechConfidenceScore: z.string().optional(),
  DialStatus: z.enum(["completed", "answer", "busy", "failed", "timeout", "no-answer", "cancel"])
    .optional(),
  RecordUrl: recordingUrl.optional(),
  RecordingID: recordingId.optional(),
  RecordingDuration: wholeSeconds.optional(),
  CallStatus: z.string().optional(),
});

/** What a caller did, as a GetInput, a Record, a Dial, a Conference or a Redirect reports it. */
export function parsePlivoInput(request: ProviderRequest): Input {
  const parameters = readParameters(inputParameters, parametersOf(request));
  const { Digits, Speech, SpeechConfidenceScore, DialStatus } = parameters;
  const after = afterOf(request.url);
  if (after === "record") return recorded(parameters);
  if (after === "wait") return { kind: "waited" };
  if (after === "queue") return { kind: "connection_ended", result: "completed" };
  if (DialStatus !== undefined) {
    return { kind: "connection_ended", result: DIAL_RESULTS[DialStatus] };
  }
  if (parameters.RecordUrl !== undefined) return recorded(parameters);
  return digitsInput(Digits) ?? speechInput(Speech, SpeechConfidenceScore) ?? { kind: "no_input" };
}

const DIAL_RESULTS = {
  "completed": "completed",
  "answer": "completed",
  "busy": "busy",
  "failed": "failed",
  "timeout": "no-answer",
  "no-answer": "no-answer",
  "cancel": "canceled",
} as const satisfies Record<string, ConnectionResult>;

function recorded(parameters: z.infer<typeof inputParameters>): Input {
  const { RecordUrl, RecordingID, RecordingDuration, Digits, CallStatus } = parameters;
  return {
    kind: "recorded",
    url: RecordUrl ?? null,
    recordingId: RecordingID ?? null,
    durationSeconds: RecordingDuration ?? null,
    hungUp: Digits === "hangup" || CallStatus === "completed",
  };
}

const statusParameters = z.object({
  CallStatus: z.enum([
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "timeout",
    "no-answer",
    "cancel",
  ]),
  Duration: wholeSeconds.optional(),
});

const STATUSES = {
  "ringing": "ringing",
  "in-progress": "in-progress",
  "completed": "completed",
  "busy": "busy",
  "failed": "failed",
  "timeout": "no-answer",
  "no-answer": "no-answer",
  "cancel": "canceled",
} as const satisfies Record<string, CallStatus["status"]>;

/** A change in the life of a call, as the hangup URL hears of it. */
export function parsePlivoStatus(request: ProviderRequest): CallStatus {
  const { CallStatus, Duration } = readParameters(statusParameters, parametersOf(request));
  return { status: STATUSES[CallStatus], sequence: null, durationSeconds: Duration ?? null };
}

const recordingParameters = z.object({
  RecordingID: recordingId,
  RecordUrl: recordingUrl.optional(),
  RecordingDuration: wholeSeconds.optional(),
});

/** A recording that is ready. */
export function parsePlivoRecording(request: ProviderRequest): Recording {
  const parameters = readParameters(recordingParameters, parametersOf(request));
  return {
    recordingId: parameters.RecordingID,
    url: parameters.RecordUrl ?? null,
    durationSeconds: parameters.RecordingDuration ?? null,
  };
}
