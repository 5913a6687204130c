import { createHmac, randomInt, randomUUID } from "node:crypto";
import type { CallLeg, Dialect, Fields, Reply, SignedRequest, StatusReport } from "../dialect.ts";
import type { Outcome, RecordOutcome } from "../interpreter.ts";
import type { CallDocument, Target } from "../verbs.ts";
import { formRequest, merge } from "./form.ts";
import { parsePlivoXml } from "./plivo_xml.ts";
import { replyText } from "./reply_text.ts";

const READABLE = {
  provider: "Plivo",
  contentTypes: ["text/xml", "application/xml"],
  largestKiB: 100,
};

/** Plivo Voice: form posts signed by HMAC-SHA256 (V3), answered in Plivo XML. */
export const plivo: Dialect = {
  provider: "plivo",
  newId: () => randomUUID(),
  fields,
  status,
  recording,
  statusName,
  sign,
  read,
};

/**
 * Computes `X-Plivo-Signature-V3` of a POST: HMAC-SHA256 over the address with its query sorted, the
 * parameters sorted, and a nonce. Format: Plivo, "Signature validation".
 */
export function plivoSignature(
  authToken: string,
  url: string,
  fields: Fields,
  nonce: string,
): string {
  const [address = "", query = ""] = url.split("?", 2);
  const asked = sorted([...new URLSearchParams(query)]).map((pair) => pair.join("=")).join("&");
  const posted = sorted(fields).map((pair) => pair.join("")).join("");
  let signed = address;
  if (asked !== "" || posted !== "") signed += `?${asked}`;
  if (asked !== "" && posted !== "") signed += ".";
  return createHmac("sha256", authToken).update(`${signed}${posted}.${nonce}`).digest("base64");
}

function sorted(fields: Fields): Fields {
  const compare = (a: string, b: string) => a === b ? 0 : a < b ? -1 : 1;
  return fields.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y));
}

function sign(target: Target, fields: Fields, secret: string): SignedRequest {
  const nonce = Array.from({ length: 20 }, () => randomInt(10)).join("");
  return formRequest(target, fields, (url, posted) => {
    const signature = plivoSignature(secret, url, posted, nonce);
    return {
      accept: "*/*",
      "x-plivo-signature-v3": signature,
      "x-plivo-signature-ma-v3": signature,
      "x-plivo-signature-v3-nonce": nonce,
    };
  });
}

function fields(
  leg: CallLeg,
  stage: "ringing" | "in-progress" | "ended",
  before?: Outcome,
): Fields {
  const own: [string, string][] = [
    ...identity(leg),
    ["CallStatus", stage === "ended" ? "completed" : stage],
    ["Event", stage === "ringing" ? "StartApp" : "Redirect"],
    ...outcomeFields(before),
  ];
  return merge(own, leg.extra);
}

function status(leg: CallLeg, report: StatusReport): Fields {
  const own: [string, string][] = [...identity(leg), ["CallStatus", statusName(report)]];
  if (report.progress === "ended") {
    own.push(
      ["Event", "Hangup"],
      ["HangupCause", "NORMAL_CLEARING"],
      ["Duration", String(report.seconds)],
      ["BillDuration", String(Math.ceil(report.seconds / 60) * 60)],
      ["EndTime", report.at.toISOString().slice(0, 19).replace("T", " ")],
    );
  }
  return merge(own, leg.extra);
}

/** Plivo's documentation names no call in it. */
function recording(leg: CallLeg, outcome: RecordOutcome): Fields {
  return merge(recorded(outcome), leg.extra);
}

function recorded({ id, seconds }: RecordOutcome): [string, string][] {
  return [
    ["RecordingID", id],
    ["RecordUrl", `https://media.plivo.com/Recording/${id}.mp3`],
    ["RecordingDuration", String(seconds)],
    ["RecordingDurationMs", String(seconds * 1000)],
  ];
}

/** Plivo has no word for a call that has only begun. */
function statusName({ progress, endedBy, busy }: StatusReport): string {
  if (progress === "answered") return "in-progress";
  if (progress !== "ended") return "ringing";
  if (endedBy === "rejected") return busy ? "busy" : "no-answer";
  return "completed";
}

/** Numbers come without their plus. */
function identity(leg: CallLeg): [string, string][] {
  return [
    ["CallUUID", leg.id],
    ["From", leg.from.replace(/^\+/, "")],
    ["To", leg.to.replace(/^\+/, "")],
    ["Direction", "inbound"],
    ...(leg.account === undefined ? [] : [["ParentAuthID", leg.account] as [string, string]]),
  ];
}

function outcomeFields(outcome: Outcome | undefined): [string, string][] {
  switch (outcome?.of) {
    case "gather":
      return [["InputType", "dtmf"], ["Digits", outcome.digits]];
    case "dial":
      return [
        ["DialStatus", outcome.status],
        ["DialRingStatus", String(outcome.status !== "failed")],
        ["DialBLegUUID", outcome.id],
      ];
    case "enqueue":
      return [["ConferenceAction", "exit"], ["ConferenceUUID", outcome.id]];
    case "record":
      return [...recorded(outcome), ["Digits", outcome.digits]];
    case "notify":
    case undefined:
      return [];
  }
}

function read(reply: Reply, url: string): CallDocument {
  return parsePlivoXml(replyText(reply, READABLE), url);
}
