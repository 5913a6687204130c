import { z } from "zod";
import { CallFailure } from "../failure.ts";
import type { CallDocument, Destination, Prompt, Target, Verb, Warning } from "../verbs.ts";

const SCHEMA = "ncco";

const eventUrl = z.tuple([z.string()]);
const eventMethod = z.enum(["GET", "POST"]).default("POST");

const talk = z.object({
  action: z.literal("talk"),
  text: z.string().min(1).max(1600),
  language: z.string().optional(),
  bargeIn: z.boolean().default(false),
  loop: z.int().min(0).default(1),
});

const input = z.object({
  action: z.literal("input"),
  type: z.array(z.enum(["dtmf", "speech"])).min(1),
  dtmf: z.object({
    timeOut: z.int().min(0).max(10).default(3),
    maxDigits: z.int().min(1).max(20).default(4),
    submitOnHash: z.boolean().default(false),
  }).prefault({}),
  eventUrl,
  eventMethod,
});

const endpoint = z.discriminatedUnion("type", [
  z.object({ type: z.literal("phone"), number: z.string().regex(/^\d+$/) }),
  z.object({ type: z.literal("sip"), uri: z.string().regex(/^sips?:/) }),
]);

const connect = z.object({
  action: z.literal("connect"),
  endpoint: z.tuple([endpoint]),
  timeout: z.int().min(1).default(60),
  eventType: z.literal("synchronous").optional(),
  eventUrl: eventUrl.optional(),
  eventMethod,
});

const record = z.object({
  action: z.literal("record"),
  endOnSilence: z.number().min(3).max(10).optional(),
  endOnKey: z.string().optional(),
  timeOut: z.int().min(3).max(7200).optional(),
  eventUrl: eventUrl.optional(),
  eventMethod,
});

const ncco = z.array(z.discriminatedUnion("action", [
  talk,
  input,
  connect,
  record,
  z.object({
    action: z.literal("conversation"),
    name: z.string().min(1),
    startOnEnter: z.boolean().optional(),
  }),
  z.object({ action: z.literal("wait"), timeout: z.number().min(0.1).max(7200).default(10) }),
  z.object({
    action: z.literal("notify"),
    payload: z.record(z.string(), z.unknown()),
    eventUrl,
    eventMethod,
  }),
]));

type Action = z.infer<typeof ncco>[number];

/**
 * Understands a call control object fetched from `url`.
 *
 * What is not of the reference's form ends the call, as it does at Vonage.
 *
 * @throws {CallFailure} `unparsable` or `bad_address`
 */
export function parseNcco(text: string, url: string): CallDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CallFailure("unparsable", "The reply is not JSON", { cause });
  }
  const parsed = ncco.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".");
    throw new CallFailure("unparsable", `The reply is no NCCO: ${where} ${issue?.message}`);
  }
  const warnings: Warning[] = [];
  const verbs: Verb[] = [];
  let heard: Prompt[] = [];
  for (const action of parsed.data) {
    if (action.action === "talk" && action.bargeIn) {
      heard.push(spoken(action));
      continue;
    }
    if (heard.length > 0 && action.action !== "input") {
      const message = `bargeIn must be followed by an input, not by ${action.action}`;
      warnings.push({ code: SCHEMA, message });
      verbs.push(...heard);
      heard = [];
    }
    verbs.push(verbOf(action, heard, url));
    heard = [];
  }
  if (heard.length > 0) {
    warnings.push({ code: SCHEMA, message: "bargeIn must be followed by an input" });
  }
  // Nothing in it hangs up: the call ends where the list does.
  return { verbs: [...verbs, ...heard, { verb: "hangup" }], warnings };
}

/** @param heard what an input is spoken over by */
function verbOf(action: Action, heard: Prompt[], url: string): Verb {
  switch (action.action) {
    case "talk":
      return spoken(action);
    case "input":
      return {
        verb: "gather",
        prompts: heard,
        keypad: action.type.includes("dtmf"),
        numDigits: action.dtmf.maxDigits,
        finishOnKey: action.dtmf.submitOnHash ? "#" : "",
        timeoutSeconds: action.dtmf.timeOut,
        action: target(action.eventUrl, action.eventMethod, url),
        // The event is sent on time-out too.
        submitEmpty: true,
      };
    case "connect":
      return {
        verb: "dial",
        destinations: action.endpoint.map(destination),
        timeoutSeconds: action.timeout,
        action: action.eventUrl && action.eventType === "synchronous"
          ? target(action.eventUrl, action.eventMethod, url)
          : undefined,
        unansweredOnly: true,
      };
    case "conversation":
      return { verb: "enqueue", queue: action.name, action: undefined };
    case "record":
      return {
        verb: "record",
        finishOnKey: action.endOnKey ?? "",
        timeoutSeconds: action.endOnSilence ?? 0,
        maxLengthSeconds: action.timeOut ?? 7200,
        action: undefined,
        announce: action.eventUrl && target(action.eventUrl, action.eventMethod, url),
      };
    case "wait":
      return { verb: "pause", seconds: action.timeout };
    case "notify":
      return {
        verb: "redirect",
        target: target(action.eventUrl, action.eventMethod, url),
        payload: action.payload,
      };
  }
}

function spoken({ text, language, loop }: z.infer<typeof talk>): Prompt {
  return { verb: "say", text, language, voice: undefined, loop };
}

function destination(to: z.infer<typeof endpoint>): Destination {
  return to.type === "phone"
    ? { kind: "number", address: to.number }
    : { kind: "sip", address: to.uri };
}

/** Addresses must be whole: Vonage resolves none. */
function target([address]: [string], method: "GET" | "POST", url: string): Target {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    const where = JSON.stringify(address);
    throw new CallFailure("bad_address", `${where} in the reply of ${url} is not an http address`);
  }
  return { url: address, method };
}
