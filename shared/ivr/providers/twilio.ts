import { createHmac } from "node:crypto";
import { timingSafeEqual } from "@std/crypto";
import { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import type { Directive, Say } from "../directive.ts";
import type { ConnectionResult, Input } from "../input.ts";
import { type Element, element, xmlDocument } from "../xml.ts";
import type { CallStatus, Provider, ProviderCall, ProviderRequest, TurnLinks } from "./provider.ts";

/** Twilio Programmable Voice: form posts signed with HMAC-SHA1, answered in TwiML. */
export const twilio: Provider = {
  name: "twilio",
  accepts: "application/x-www-form-urlencoded",
  contentType: "text/xml; charset=utf-8",
  verify: isSigned,
  parseCall,
  parseInput,
  parseStatus,
  render,
};

/**
 * Checks `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed with the auth token, over the URL followed
 * by every parameter's name and value, sorted by name, repeated values sorted and counted once.
 *
 * Twilio signs the URL with the port in some cases and without it in others, and either spelling of
 * an apostrophe, so each is tried, as its SDK does (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
 */
function isSigned(request: ProviderRequest, secrets: readonly string[]): boolean {
  const given = new TextEncoder().encode(request.headers.get("x-twilio-signature") ?? "");
  const parameters = signedParameters(request.body);
  if (parameters === null) return false;
  const encoder = new TextEncoder();
  // Compared as text: base64 of 20 bytes has spare bits, so that other texts decode to the same bytes.
  return secrets.some((secret) =>
    signedUrls(request.url).some((url) =>
      timingSafeEqual(
        given,
        encoder.encode(createHmac("sha1", secret).update(url + parameters).digest("base64")),
      )
    )
  );
}

function signedParameters(body: string): string | null {
  // A parser would drop these from the front, so that they could be added to a signed body.
  if (body.startsWith("?") || body.startsWith("\ufeff")) return null;
  // "a=b" and "a&b" are signed alike. Twilio always sends the "=", so a pair without one was tampered with.
  if (body !== "" && body.split("&").some((pair) => !pair.includes("="))) return null;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body)) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  return [...values.keys()].sort()
    .map((name) => [...values.get(name) ?? []].sort().map((value) => name + value).join(""))
    .join("");
}

function signedUrls(url: string): string[] {
  const [, scheme = "", host = "", port, rest = ""] =
    /^(https?:\/\/)(\[[^\]]*\]|[^:/?#]*)(:\d+)?([^#]*)/.exec(url) ?? [];
  const standardPort = scheme === "https://" ? ":443" : ":80";
  const origins = [scheme + host, scheme + host + (port ?? standardPort)];
  // What reaches us may have been through a URL parser, which writes %27 where Twilio signed an apostrophe.
  const tails = rest.includes("%27") ? [rest, rest.replaceAll("%27", "'")] : [rest];
  return origins.flatMap((origin) => tails.map((tail) => origin + tail));
}

/** What a database can hold: NUL would be refused there, before the signature was looked at. */
const party = z.string().max(256).regex(/^[^\0]*$/).optional();

const callParameters = z.object({ AccountSid: party, From: party, To: party });

function parseCall(request: ProviderRequest): ProviderCall {
  const parameters = parametersOf(request);
  const callId = parameters.CallSid;
  if (!callId || !/^[\w-]{1,128}$/.test(callId)) {
    throw new Problem("missing_call_id", "CallSid must name the call");
  }
  const { AccountSid, From, To } = parse(callParameters, parameters);
  return { callId, accountId: AccountSid ?? null, from: From || null, to: To || null };
}

const inputParameters = z.object({
  Digits: z.string().optional(),
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
});

function parseInput(request: ProviderRequest): Input {
  const { Digits, DialCallStatus, QueueResult } = parse(inputParameters, parametersOf(request));
  if (DialCallStatus !== undefined) {
    const result = DialCallStatus === "answered" ? "completed" : DialCallStatus;
    return { kind: "connection_ended", result };
  }
  if (QueueResult !== undefined) {
    return { kind: "connection_ended", result: QUEUE_RESULTS[QueueResult] };
  }
  if (Digits === undefined || Digits === "") return { kind: "no_input" };
  if (!/^[0-9*#A-D]{1,64}$/.test(Digits)) {
    throw new Problem("invalid_digits", "Digits are 1 to 64 of 0-9 * # A-D");
  }
  return { kind: "digits", digits: Digits };
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
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
  ]),
  SequenceNumber: z.coerce.number().int().nonnegative().max(1_000_000).optional(),
  CallDuration: z.coerce.number().int().nonnegative().max(1_000_000).optional(),
});

function parseStatus(request: ProviderRequest): CallStatus {
  const parameters = parse(statusParameters, parametersOf(request));
  return {
    status: parameters.CallStatus,
    sequence: parameters.SequenceNumber ?? null,
    durationSeconds: parameters.CallDuration ?? null,
  };
}

function parametersOf(request: ProviderRequest): Partial<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(request.body));
}

function parse<T>(schema: z.ZodType<T>, parameters: unknown): T {
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  throw new Problem("invalid_request", "Twilio sent a parameter that cannot be read", {
    errors: result.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

/** Twilio's own default for how long a dialled phone rings, in seconds. */
const RING_SECONDS = 30;

function render(directives: readonly Directive[], links: TurnLinks): string {
  const verbs = directives.flatMap((directive) => renderVerbs(directive, links));
  return xmlDocument(element("Response", {}, ...verbs));
}

function renderVerbs(directive: Directive, { turn }: TurnLinks): Element[] {
  switch (directive.kind) {
    case "say":
      return [renderSay(directive)];
    case "gather":
      return [
        element("Gather", {
          input: "dtmf",
          numDigits: directive.digits,
          timeout: Math.ceil(directive.timeout / 1000),
          finishOnKey: directive.finishKey ?? "",
          action: turn,
          method: "POST",
        }, ...directive.prompts.map(renderSay)),
        // Nothing pressed makes no action request: the call falls through to here.
        element("Redirect", { method: "POST" }, turn),
      ];
    case "dial":
      return [renderDial(element("Number", {}, directive.number), turn)];
    case "dial_sip":
      return [renderDial(element("Sip", {}, directive.uri), turn)];
    case "enqueue":
      return [element("Enqueue", { action: turn, method: "POST" }, directive.queue)];
    case "hangup":
      return [element("Hangup", {})];
  }
}

function renderDial(target: Element, action: string): Element {
  return element("Dial", { action, method: "POST", timeout: RING_SECONDS }, target);
}

function renderSay({ text, language }: Say): Element {
  return element("Say", { language }, text);
}
