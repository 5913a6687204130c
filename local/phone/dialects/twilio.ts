import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import type { CallLeg, Dialect, Fields, Reply, SignedRequest, StatusReport } from "../dialect.ts";
import type { Outcome, RecordOutcome } from "../interpreter.ts";
import type { CallDocument, Target } from "../verbs.ts";
import { formRequest, merge } from "./form.ts";
import { replyText } from "./reply_text.ts";
import { parseTwiml } from "./twiml.ts";

const PREFIXES = { call: "CA", leg: "CA", queue: "QU", recording: "RE" } as const;
const READABLE = {
  provider: "Twilio",
  contentTypes: ["text/xml", "application/xml"],
  // Error 11750.
  largestKiB: 64,
};

/** Twilio's Programmable Voice: form posts signed by HMAC-SHA1, answered in TwiML. */
export const twilio: Dialect = {
  provider: "twilio",
  newId: (kind) => PREFIXES[kind] + randomBytes(16).toString("hex"),
  fields,
  status,
  recording,
  statusName,
  sign,
  read,
};

/**
 * Computes `X-Twilio-Signature`: HMAC-SHA1 over the address and, by name, every parameter and its values.
 *
 * Values of a repeated name count once each, sorted. Parameters of a GET are part of the address.
 * Format: Twilio, "Webhooks security", validating signatures.
 */
export function twilioSignature(authToken: string, url: string, fields: Fields): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  let signed = url;
  for (const name of [...values.keys()].sort()) {
    for (const value of [...values.get(name) ?? []].sort()) signed += name + value;
  }
  return createHmac("sha1", authToken).update(signed, "utf8").digest("base64");
}

function sign(target: Target, fields: Fields, secret: string): SignedRequest {
  return formRequest(target, fields, (url, posted) => ({
    accept: "*/*",
    "user-agent": "TwilioProxy/1.1",
    "i-twilio-idempotency-token": randomUUID(),
    "x-twilio-signature": twilioSignature(secret, url, posted),
  }));
}

function fields(
  leg: CallLeg,
  stage: "ringing" | "in-progress" | "ended",
  before?: Outcome,
): Fields {
  const status = stage === "ended" ? "completed" : stage;
  return merge(
    [...identity(leg), ["CallStatus", status], ...outcomeFields(leg, before)],
    leg.extra,
  );
}

function status(leg: CallLeg, report: StatusReport): Fields {
  const own: [string, string][] = [
    ["CallStatus", statusName(report)],
    ["CallbackSource", "call-progress-events"],
    ["SequenceNumber", String(report.sequence)],
    // RFC 2822, as Twilio writes it: toUTCString with a numeric zone.
    ["Timestamp", report.at.toUTCString().replace("GMT", "+0000")],
  ];
  if (report.progress === "ended") {
    own.push(
      ["CallDuration", String(report.seconds)],
      // Duration is billed minutes.
      ["Duration", String(Math.ceil(report.seconds / 60))],
    );
  }
  return merge([...identity(leg), ...own], leg.extra);
}

function recording(leg: CallLeg, outcome: RecordOutcome): Fields {
  return merge([
    ["AccountSid", accountOf(leg)],
    ["CallSid", leg.id],
    ["RecordingSid", outcome.id],
    ["RecordingUrl", recordingUrl(leg, outcome)],
    ["RecordingStatus", "completed"],
    ["RecordingDuration", String(outcome.seconds)],
    ["RecordingChannels", "1"],
    ["RecordingSource", "RecordVerb"],
  ], leg.extra);
}

function recordingUrl(leg: CallLeg, { id }: RecordOutcome): string {
  return `https://api.twilio.com/2010-04-01/Accounts/${accountOf(leg)}/Recordings/${id}`;
}

function statusName({ progress, endedBy, busy }: StatusReport): string {
  if (progress === "answered") return "in-progress";
  if (progress !== "ended") return progress;
  if (endedBy === "rejected") return busy ? "busy" : "no-answer";
  return "completed";
}

/** An account of the phone's own where none is given: always the same one for the same number. */
function accountOf({ account, to }: CallLeg): string {
  return account ?? `AC${createHash("sha256").update(to).digest("hex").slice(0, 32)}`;
}

function identity(leg: CallLeg): [string, string][] {
  return [
    ["CallSid", leg.id],
    ["AccountSid", accountOf(leg)],
    ["ApiVersion", "2010-04-01"],
    ["Direction", "inbound"],
    ["From", leg.from],
    ["To", leg.to],
    ["Caller", leg.from],
    ["Called", leg.to],
    ...place(["From", "Caller"], leg.from),
    ...place(["To", "Called"], leg.to),
  ];
}

/** Twilio sends what it knows of a number's place, and empty values where it knows nothing. */
function place(prefixes: string[], number: string): [string, string][] {
  return prefixes.flatMap((prefix): [string, string][] => [
    [`${prefix}City`, ""],
    [`${prefix}State`, ""],
    [`${prefix}Zip`, ""],
    [`${prefix}Country`, number.startsWith("+1") ? "US" : ""],
  ]);
}

function outcomeFields(leg: CallLeg, outcome: Outcome | undefined): [string, string][] {
  switch (outcome?.of) {
    case "gather":
      return [
        ["msg", "Gather End"],
        ["Digits", outcome.digits],
        ["FinishedOnKey", outcome.finishedOnKey],
      ];
    case "dial":
      return outcome.status === "completed"
        ? [
          ["DialCallStatus", outcome.status],
          ["DialCallSid", outcome.id],
          ["DialCallDuration", String(outcome.seconds)],
          ["DialBridged", "true"],
        ]
        : [
          ["DialCallStatus", outcome.status],
          ["DialCallSid", outcome.id],
          ["DialBridged", "false"],
        ];
    case "enqueue":
      return [
        ["QueueResult", outcome.result],
        ["QueueSid", outcome.id],
        ["QueueTime", String(outcome.seconds)],
      ];
    case "record":
      return [
        ["RecordingSid", outcome.id],
        ["RecordingUrl", recordingUrl(leg, outcome)],
        ["RecordingDuration", String(outcome.seconds)],
        ["Digits", outcome.digits],
      ];
    case "notify":
    case undefined:
      return [];
  }
}

function read(reply: Reply, url: string): CallDocument {
  return parseTwiml(replyText(reply, READABLE), url);
}
