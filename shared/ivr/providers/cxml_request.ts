import { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import type { ConnectionResult, Input } from "../input.ts";
import { parametersOf } from "./form.ts";
import { afterOf } from "./links.ts";
import { digitsInput, readParameters, speechInput } from "./parameters.ts";
import { partyOf } from "./phone_number.ts";
import type { CallStatus, ProviderCall, ProviderRequest, Recording } from "./provider.ts";
import { party, recordingId, recordingUrl, wholeSeconds } from "./values.ts";

const callParameters = z.object({ AccountSid: party, From: party, To: party });

/** @param callId what the provider's call ids are made of. */
export function parseCxmlCall(request: ProviderRequest, callId = /^[\w-]{1,128}$/): ProviderCall {
  const parameters = parametersOf(request);
  const { CallSid } = parameters;
  if (!CallSid || !callId.test(CallSid)) {
    throw new Problem("missing_call_id", "CallSid must name the call");
  }
  const { AccountSid, From, To } = readParameters(callParameters, parameters);
  return { callId: CallSid, accountId: AccountSid ?? null, from: partyOf(From), to: partyOf(To) };
}

const inputParameters = z.object({
  Digits: z.string().optional(),
  SpeechResult: z.string().optional(),
  Confidence: z.string().optional(),
  DialCallStatus: z.enum(["completed", "answered", "busy", "no-answer", "failed", "canceled"])
    .optional(),
  QueueResult: z.enum([
    "bridged",
    "bridging-in-process",
    "error",
    "hangup",
    "leave",
    "redirected",
    "redirected-from-bridged",
    "queue-full",
    "system-error",
  ]).optional(),
  RecordingUrl: recordingUrl.optional(),
  RecordingSid: recordingId.optional(),
  RecordingDuration: wholeSeconds.optional(),
  CallStatus: z.string().optional(),
});

/** What a caller did, as a Gather, a Record, a Dial, an Enqueue or a Redirect reports it. */
export function parseCxmlInput(request: ProviderRequest): Input {
  const parameters = readParameters(inputParameters, parametersOf(request));
  const { Digits, SpeechResult, Confidence, DialCallStatus, QueueResult } = parameters;
  const after = afterOf(request.url);
  if (after === "record") return recorded(parameters);
  if (after === "wait") return { kind: "waited" };
  if (DialCallStatus !== undefined) {
    const result = DialCallStatus === "answered" ? "completed" : DialCallStatus;
    return { kind: "connection_ended", result };
  }
  if (QueueResult !== undefined) {
    return { kind: "connection_ended", result: QUEUE_RESULTS[QueueResult] };
  }
  if (parameters.RecordingUrl !== undefined) return recorded(parameters);
  return digitsInput(Digits) ?? speechInput(SpeechResult, Confidence) ?? { kind: "no_input" };
}

function recorded(parameters: z.infer<typeof inputParameters>): Input {
  const { RecordingUrl, RecordingSid, RecordingDuration, Digits, CallStatus } = parameters;
  return {
    kind: "recorded",
    url: RecordingUrl ?? null,
    recordingId: RecordingSid ?? null,
    durationSeconds: RecordingDuration ?? null,
    hungUp: Digits === "hangup" || CallStatus === "completed",
  };
}

const QUEUE_RESULTS = {
  "bridged": "completed",
  "bridging-in-process": "completed",
  "redirected": "completed",
  "redirected-from-bridged": "completed",
  "hangup": "completed",
  "leave": "no-answer",
  "queue-full": "busy",
  "error": "failed",
  "system-error": "failed",
} as const satisfies Record<string, ConnectionResult>;

const statusParameters = z.object({
  CallStatus: z.enum([
    "queued",
    "initiated",
    "ringing",
    "answered",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
  ]),
  SequenceNumber: z.coerce.number().int().nonnegative().max(1_000_000).optional(),
  CallDuration: wholeSeconds.optional(),
});

/** A change in the life of a call. */
export function parseCxmlStatus(request: ProviderRequest): CallStatus {
  const parameters = readParameters(statusParameters, parametersOf(request));
  const { CallStatus, SequenceNumber, CallDuration } = parameters;
  return {
    status: CallStatus === "answered" ? "in-progress" : CallStatus,
    sequence: SequenceNumber ?? null,
    durationSeconds: CallDuration ?? null,
  };
}

const recordingParameters = z.object({
  RecordingSid: recordingId,
  RecordingUrl: recordingUrl.optional(),
  RecordingStatus: z.string().optional(),
  RecordingDuration: wholeSeconds.optional(),
});

/** A recording that is ready, or came to nothing. */
export function parseCxmlRecording(request: ProviderRequest): Recording {
  const parameters = readParameters(recordingParameters, parametersOf(request));
  const { RecordingSid, RecordingUrl, RecordingStatus = "completed" } = parameters;
  return {
    recordingId: RecordingSid,
    url: RecordingStatus === "completed" ? RecordingUrl ?? null : null,
    durationSeconds: parameters.RecordingDuration ?? null,
  };
}
