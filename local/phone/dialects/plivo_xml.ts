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

// Attributes that Plivo documents for each element.
const ATTRIBUTES: Record<string, readonly string[]> = {
  Response: [],
  Speak: ["voice", "language", "loop"],
  Play: ["loop"],
  Wait: ["length", "silence", "minSilence", "beep"],
  GetInput: [
    "action",
    "method",
    "inputType",
    "executionTimeout",
    "digitEndTimeout",
    "speechEndTimeout",
    "finishOnKey",
    "numDigits",
    "speechModel",
    "hints",
    "language",
    "interimSpeechResultsCallback",
    "interimSpeechResultsCallbackMethod",
    "log",
    "redirect",
    "profanityFilter",
  ],
  Redirect: ["method"],
  Dial: [
    "action",
    "method",
    "timeout",
    "timeLimit",
    "callerId",
    "callerName",
    "hangupOnStar",
    "redirect",
    "callbackUrl",
    "callbackMethod",
    "sipHeaders",
  ],
  Number: ["sendDigits", "sendOnPreanswer"],
  User: ["sendDigits", "sendOnPreanswer", "sipHeaders"],
  Conference: [
    "action",
    "method",
    "muted",
    "startConferenceOnEnter",
    "endConferenceOnExit",
    "waitSound",
    "maxMembers",
    "timeLimit",
    "hangupOnStar",
    "callbackUrl",
    "callbackMethod",
    "redirect",
  ],
  Record: [
    "action",
    "method",
    "fileFormat",
    "redirect",
    "timeout",
    "maxLength",
    "playBeep",
    "finishOnKey",
    "recordSession",
    "callbackUrl",
    "callbackMethod",
  ],
  Hangup: ["reason", "schedule"],
};

const NOUNS: Record<string, Destination["kind"]> = { Number: "number", User: "sip" };

/**
 * Understands Plivo XML fetched from `url`, against which relative addresses resolve.
 *
 * @throws {CallFailure} `unparsable` or `bad_address`
 */
export function parsePlivoXml(markup: string, url: string): CallDocument {
  const root = parseXml(markup);
  if (root.tagName !== "Response") {
    throw new CallFailure("unparsable", `The reply's root is <${root.tagName}>, not <Response>`);
  }
  const reader = new Reader(url, ATTRIBUTES);
  const verbs = reader.onlyChildren(root).flatMap((element) => reader.verb(element) ?? []);
  return { verbs, warnings: reader.warnings };
}

class Reader extends XmlReader {
  verb(element: Element): Verb | undefined {
    this.attributes(element);
    switch (element.tagName) {
      case "Speak":
      case "Play":
      case "Wait":
        return this.prompt(element);
      case "GetInput":
        return this.input(element);
      case "Dial":
        return this.dial(element);
      case "Conference":
        return this.conference(element);
      case "Record":
        return this.record(element);
      case "Redirect":
        return { verb: "redirect", target: this.target(element, text(element)) };
      case "Hangup":
        return { verb: "hangup" };
      default:
        this.warn(SCHEMA, `<${element.tagName}> is not an element and was skipped`);
        return undefined;
    }
  }

  prompt(element: Element): Prompt {
    if (element.tagName === "Wait") {
      return { verb: "pause", seconds: this.integer(element, "length", 1, { min: 1 }) };
    }
    const loop = this.integer(element, "loop", 1, { min: 0 });
    if (element.tagName === "Play") {
      return { verb: "play", source: this.resolve(text(element)), loop };
    }
    return {
      verb: "say",
      text: text(element),
      language: element.getAttribute("language") ?? undefined,
      voice: element.getAttribute("voice") ?? undefined,
      loop,
    };
  }

  input(element: Element): GatherVerb {
    const prompts: Prompt[] = [];
    for (const child of this.onlyChildren(element)) {
      this.attributes(child);
      if (child.tagName === "Speak" || child.tagName === "Play") prompts.push(this.prompt(child));
      else this.warn(SCHEMA, `<${child.tagName}> cannot be inside <GetInput> and was skipped`);
    }
    const type = (element.getAttribute("inputType") ?? "").split(" ");
    const finish = element.getAttribute("finishOnKey") ?? "#";
    return {
      verb: "gather",
      prompts,
      keypad: type.includes("dtmf"),
      numDigits: this.ranged(element, "numDigits", 32, 1, 32),
      finishOnKey: finish === "none" ? "" : finish,
      timeoutSeconds: this.ranged(element, "executionTimeout", 15, 5, 60),
      betweenSeconds: this.ranged(element, "digitEndTimeout", 2, 2, 10),
      action: this.target(element, element.getAttribute("action") ?? ""),
      submitEmpty: false,
    };
  }

  dial(element: Element): DialVerb {
    const destinations = this.children(element).flatMap((child) => {
      this.attributes(child);
      const kind = NOUNS[child.tagName];
      if (kind !== undefined) return [{ kind, address: text(child) }];
      this.warn(SCHEMA, `<${child.tagName}> cannot be inside <Dial> and was skipped`);
      return [];
    });
    return {
      verb: "dial",
      destinations,
      timeoutSeconds: this.integer(element, "timeout", 60, { min: 1 }),
      action: this.optionalTarget(element),
    };
  }

  /** A conference that waits for somebody else to begin it is where callers queue. */
  conference(element: Element): EnqueueVerb {
    return { verb: "enqueue", queue: text(element), action: this.optionalTarget(element) };
  }

  record(element: Element): RecordVerb {
    const finish = element.getAttribute("finishOnKey") ?? "1234567890*#";
    return {
      verb: "record",
      finishOnKey: finish === "none" ? "" : finish,
      timeoutSeconds: this.integer(element, "timeout", 15, { min: 1 }),
      maxLengthSeconds: this.integer(element, "maxLength", 60, { min: 1 }),
      action: this.target(element, element.getAttribute("action") ?? ""),
      announce: this.announceTo(element, "callbackUrl"),
    };
  }

  /** A whole number within limits; Plivo takes its default for any other. */
  ranged(element: Element, name: string, standard: number, min: number, max: number): number {
    const value = this.integer(element, name, standard, { min });
    if (value <= max) return value;
    this.warn(SCHEMA, `<${element.tagName} ${name}> cannot be more than ${max}`);
    return standard;
  }
}
