import type { Element } from "@xmldom/xmldom";
import { CallFailure } from "../failure.ts";
import type {
  CallDocument,
  Destination,
  DialVerb,
  EnqueueVerb,
  GatherVerb,
  Prompt,
  RecordVerb,
  Verb,
} from "../verbs.ts";
import { parseXml } from "../xml.ts";
import { SCHEMA, text, XmlReader } from "./xml_reader.ts";

// Attributes that Twilio documents for each verb; others are a schema warning (12200), not an error.
const ATTRIBUTES: Record<string, readonly string[]> = {
  Response: [],
  Say: ["voice", "language", "loop"],
  Play: ["loop", "digits"],
  Pause: ["length"],
  Gather: [
    "input",
    "action",
    "method",
    "timeout",
    "finishOnKey",
    "numDigits",
    "actionOnEmptyResult",
    "bargeIn",
    "dtmfDetection",
    "language",
    "hints",
    "speechTimeout",
    "speechModel",
    "maxSpeechTime",
    "profanityFilter",
    "enhanced",
    "partialResultCallback",
    "partialResultCallbackMethod",
    "debug",
  ],
  Redirect: ["method"],
  Dial: [
    "action",
    "method",
    "timeout",
    "timeLimit",
    "callerId",
    "hangupOnStar",
    "answerOnBridge",
    "record",
    "trim",
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
    "recordingTrack",
    "ringTone",
    "sequential",
    "referUrl",
    "referMethod",
    "callReason",
  ],
  Enqueue: ["action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"],
  Record: [
    "action",
    "method",
    "timeout",
    "finishOnKey",
    "maxLength",
    "playBeep",
    "trim",
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
    "transcribe",
    "transcribeCallback",
  ],
  Hangup: [],
  Reject: ["reason"],
};

const NOUNS: Record<string, Destination["kind"]> = {
  Number: "number",
  Sip: "sip",
  Queue: "queue",
  Client: "client",
  Conference: "conference",
};

const LONGEST_SAY = 4096;

/**
 * Understands a TwiML document fetched from `url`, against which relative addresses resolve.
 *
 * What Twilio only warns about is a warning here too: unknown verbs are skipped, unknown attributes ignored,
 * values out of range replaced by their defaults.
 *
 * @throws {CallFailure} `unparsable` or `bad_address`
 */
export function parseTwiml(markup: string, url: string): CallDocument {
  const root = parseXml(markup);
  if (root.tagName !== "Response") {
    throw new CallFailure("unparsable", `The reply's root is <${root.tagName}>, not <Response>`);
  }
  const reader = new Reader(url, ATTRIBUTES);
  reader.attributes(root);
  const verbs = reader.onlyChildren(root).flatMap((element) => reader.verb(element) ?? []);
  return { verbs, warnings: reader.warnings };
}

class Reader extends XmlReader {
  verb(element: Element): Verb | undefined {
    switch (element.tagName) {
      case "Say":
      case "Play":
      case "Pause":
        return this.prompt(element);
      case "Gather":
        return this.gather(element);
      case "Dial":
        return this.dial(element);
      case "Enqueue":
        return this.enqueue(element);
      case "Record":
        return this.record(element);
      case "Redirect":
        this.attributes(element);
        return { verb: "redirect", target: this.target(element, text(element)) };
      case "Hangup":
        this.attributes(element);
        return { verb: "hangup" };
      case "Reject":
        this.attributes(element);
        return {
          verb: "reject",
          reason: element.getAttribute("reason") === "busy" ? "busy" : "rejected",
        };
      default:
        this.warn(SCHEMA, `<${element.tagName}> is not a verb and was skipped`);
        return undefined;
    }
  }

  prompt(element: Element): Prompt | undefined {
    this.attributes(element);
    if (element.tagName === "Pause") {
      return { verb: "pause", seconds: this.integer(element, "length", 1, { min: 1 }) };
    }
    const loop = this.integer(element, "loop", 1, { min: 0 });
    if (element.tagName === "Say") {
      const spoken = text(element);
      if (spoken === "") this.warn("13520", "<Say> has no text");
      if (spoken.length > LONGEST_SAY) {
        this.warn("13520", `<Say> has more than ${LONGEST_SAY} characters`);
      }
      return {
        verb: "say",
        text: spoken,
        language: element.getAttribute("language") ?? undefined,
        voice: element.getAttribute("voice") ?? undefined,
        loop,
      };
    }
    const digits = element.getAttribute("digits");
    if (digits !== null) return { verb: "tones", digits };
    const source = text(element);
    if (source === "") {
      this.warn("13420", "<Play> has no address");
      return undefined;
    }
    return { verb: "play", source: this.resolve(source), loop };
  }

  gather(element: Element): GatherVerb {
    this.attributes(element);
    const prompts: Prompt[] = [];
    for (const child of this.onlyChildren(element)) {
      if (!["Say", "Play", "Pause"].includes(child.tagName)) {
        this.warn(SCHEMA, `<${child.tagName}> cannot be inside <Gather> and was skipped`);
        continue;
      }
      const prompt = this.prompt(child);
      if (prompt === undefined) continue;
      if ("loop" in prompt && prompt.loop === 0) {
        this.warn(
          SCHEMA,
          "A prompt inside <Gather> repeats for ever, so its time-out never starts",
        );
        prompt.loop = 1;
      }
      prompts.push(prompt);
    }
    const input = (element.getAttribute("input") ?? "dtmf").trim().split(/\s+/);
    if (!input.includes("dtmf")) {
      this.warn("speech", "<Gather> takes speech only, which this phone cannot send");
    }
    return {
      verb: "gather",
      prompts,
      keypad: input.includes("dtmf"),
      numDigits: element.hasAttribute("numDigits")
        ? this.integer(element, "numDigits", undefined, { min: 1, code: "13314" })
        : undefined,
      finishOnKey: this.finishOnKey(element, /^[0-9#*]?$/, "#", "13310"),
      timeoutSeconds: element.getAttribute("timeout") === "auto"
        ? 5
        : this.integer(element, "timeout", 5, { min: 1, code: "13313" }),
      action: this.target(element, element.getAttribute("action") ?? ""),
      submitEmpty: element.getAttribute("actionOnEmptyResult") === "true",
    };
  }

  dial(element: Element): DialVerb {
    this.attributes(element);
    const destinations: Destination[] = [];
    const children = this.children(element);
    for (const child of children) {
      const kind = NOUNS[child.tagName];
      if (kind === undefined) {
        this.warn(SCHEMA, `<${child.tagName}> cannot be inside <Dial> and was skipped`);
      } else destinations.push({ kind, address: text(child) });
    }
    const plain = text(element);
    if (children.length === 0 && plain !== "") {
      destinations.push({ kind: "number", address: plain });
    }
    if (destinations.length === 0) this.warn("13223", "<Dial> names nobody to call");
    return {
      verb: "dial",
      destinations,
      timeoutSeconds: this.integer(element, "timeout", 30, { min: 1, code: "13212" }),
      action: this.optionalTarget(element),
    };
  }

  enqueue(element: Element): EnqueueVerb {
    this.attributes(element);
    const workflow = element.getAttribute("workflowSid");
    return {
      verb: "enqueue",
      queue: workflow ?? text(element),
      action: this.optionalTarget(element),
    };
  }

  record(element: Element): RecordVerb {
    this.attributes(element);
    return {
      verb: "record",
      finishOnKey: this.finishOnKey(element, /^[0-9#*]*$/, "1234567890*#", "13613"),
      timeoutSeconds: this.integer(element, "timeout", 5, { min: 1, code: "13612" }),
      maxLengthSeconds: this.integer(element, "maxLength", 3600, { min: 2, code: "13611" }),
      action: this.target(element, element.getAttribute("action") ?? ""),
      announce: this.announceTo(element, "recordingStatusCallback"),
    };
  }

  finishOnKey(element: Element, allowed: RegExp, standard: string, code: string): string {
    const value = element.getAttribute("finishOnKey");
    if (value === null) return standard;
    if (allowed.test(value)) return value;
    this.warn(code, `<${element.tagName}> cannot finish on ${JSON.stringify(value)}`);
    return standard;
  }
}
