import { Buffer } from "node:buffer";
import { createHash, createHmac, randomUUID } from "node:crypto";
import type { CallLeg, Dialect, Fields, Reply, SignedRequest, StatusReport } from "../dialect.ts";
import type { Outcome, RecordOutcome } from "../interpreter.ts";
import type { CallDocument, Target } from "../verbs.ts";
import { merge } from "./form.ts";
import { parseNcco } from "./ncco.ts";
import { replyText } from "./reply_text.ts";

const READABLE = { provider: "Vonage", contentTypes: ["application/json"], largestKiB: 64 };

/**
 * Vonage Voice: JSON signed by a JWT, answered in call control objects.
 *
 * Fields are what the JSON is made of: a dot in a name leads into an object, and `true`, `false`, `null`
 * and `{…}` stand for what they are.
 */
export const vonage: Dialect = {
  provider: "vonage",
  newId: () => randomUUID(),
  fields,
  status,
  recording,
  statusName,
  sign,
  read,
};

/** Mints the bearer token of a callback. Format: Vonage, "Decoding signed webhooks". */
export function vonageToken(signatureSecret: string, body: string, at: Date): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = {
    iat: Math.floor(at.getTime() / 1000),
    jti: randomUUID(),
    iss: "Vonage",
    payload_hash: createHash("sha256").update(body).digest("hex"),
    api_key: "a1b2c3d4",
  };
  const signed = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(payload)}`;
  return `${signed}.${createHmac("sha256", signatureSecret).update(signed).digest("base64url")}`;
}

function sign(target: Target, fields: Fields, secret: string): SignedRequest {
  const body = JSON.stringify(nested(fields));
  return {
    method: "POST",
    url: target.url,
    headers: {
      accept: "*/*",
      "content-type": "application/json",
      authorization: `Bearer ${vonageToken(secret, body, new Date())}`,
    },
    body,
  };
}

type Json = { [name: string]: unknown };

function nested(fields: Fields): Json {
  const root: Json = {};
  for (const [name, value] of fields) {
    const path = name.split(".");
    const last = path.pop() ?? name;
    let object = root;
    for (const part of path) {
      const inner: Json = {};
      const known = object[part];
      object = isObject(known) ? known : (object[part] = inner, inner);
    }
    object[last] = /^(?:true|false|null|\{.*\})$/.test(value) ? JSON.parse(value) : value;
  }
  return root;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function fields(
  leg: CallLeg,
  _stage: "ringing" | "in-progress" | "ended",
  before?: Outcome,
): Fields {
  return merge(
    before?.of === "notify"
      // A notification does not name the leg.
      ? [
        conversation(leg),
        ["status", "notify"],
        ["payload", JSON.stringify(before.payload)],
      ]
      : [...identity(leg, before), ...outcomeFields(before)],
    leg.extra,
  );
}

function status(leg: CallLeg, report: StatusReport): Fields {
  const own: [string, string][] = [
    ...identity(leg),
    ["status", statusName(report)],
    ["direction", "inbound"],
    ["timestamp", report.at.toISOString()],
  ];
  if (report.progress === "ended") own.push(["duration", String(report.seconds)]);
  return merge(own, leg.extra);
}

/** Vonage names the conversation in it, and not the leg. */
function recording(leg: CallLeg, { id, seconds }: RecordOutcome): Fields {
  const end = new Date();
  return merge([
    ["recording_uuid", id],
    ["recording_url", `https://api.nexmo.com/v1/files/${id}`],
    ["start_time", new Date(end.getTime() - seconds * 1000).toISOString()],
    ["end_time", end.toISOString()],
    ["timestamp", end.toISOString()],
    conversation(leg),
  ], leg.extra);
}

function statusName({ progress, endedBy, busy }: StatusReport): string {
  if (progress === "initiated") return "started";
  if (progress !== "ended") return progress;
  if (endedBy === "rejected") return busy ? "busy" : "rejected";
  return "completed";
}

/** Numbers come without their plus; the events of a connected leg name that leg. */
function identity(leg: CallLeg, before?: Outcome): [string, string][] {
  const parties = {
    from: leg.from.replace(/^\+/, ""),
    to: leg.to.replace(/^\+/, ""),
    uuid: before?.of === "dial" ? before.id : leg.id,
  };
  return [...Object.entries(parties), conversation(leg)];
}

function conversation(leg: CallLeg): [string, string] {
  return ["conversation_uuid", `CON-${leg.id}`];
}

const LEG_STATUSES = {
  "completed": "completed",
  "busy": "busy",
  "no-answer": "unanswered",
  "failed": "failed",
};

function outcomeFields(outcome: Outcome | undefined): [string, string][] {
  if (outcome?.of === "dial") return [["status", LEG_STATUSES[outcome.status]]];
  if (outcome?.of !== "gather") return [];
  const { digits } = outcome;
  return [
    ["dtmf.digits", digits === "" ? "null" : digits],
    ["dtmf.timed_out", String(digits === "")],
  ];
}

function read(reply: Reply, url: string): CallDocument {
  return parseNcco(replyText(reply, READABLE), url);
}
