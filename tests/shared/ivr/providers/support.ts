import assert from "node:assert/strict";
import { DOMParser, type Element, onWarningStopParsing } from "@xmldom/xmldom";
import type { Gather, RecordCaller, Say } from "#shared/ivr/directive.ts";
import { Problem } from "#shared/http/problem.ts";
import type { ProviderRequest, TurnLinks } from "#shared/ivr/providers/provider.ts";

/** Where the documents of these tests lead. */
export const LINKS: TurnLinks = {
  turn: "https://example.com/functions/v1/ivr/p/c/turn?token=1.abc&x=<y>",
  recording: "https://example.com/functions/v1/ivr/p/c/recording?token=1.abc",
  callId: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
};

/** The turn's URL as a document names it that the caller comes back from. */
export function turnAfter(after: "wait" | "record" | "dial" | "queue"): string {
  return `${LINKS.turn}&after=${after}`;
}

/** A sentence. */
export function say(text: string, language = "en-US"): Say {
  return { kind: "say", text, language };
}

/** A gather of one digit that says nothing, unless told otherwise. */
export function gather(overrides: Partial<Gather> = {}): Gather {
  return {
    kind: "gather",
    prompts: [],
    bargeIn: true,
    digits: 1,
    timeout: 5000,
    interDigitTimeout: 3000,
    finishKey: "#",
    speech: null,
    sensitive: false,
    ...overrides,
  };
}

/** A voicemail of two minutes. */
export function voicemail(overrides: Partial<RecordCaller> = {}): RecordCaller {
  return {
    kind: "record",
    prompts: [say("Leave a message")],
    maxSeconds: 120,
    silenceSeconds: 5,
    finishKey: "#",
    ...overrides,
  };
}

/** Parameters of a form; a list is a parameter that comes more than once. */
export type Parameters = Record<string, string | string[]>;

/** A form body. */
export function encode(parameters: Parameters): string {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return form.toString();
}

/** A form post that nobody signed. */
export function post(parameters: Parameters, url = LINKS.turn): ProviderRequest {
  return { url, headers: new Headers(), body: encode(parameters) };
}

/** A post of JSON that nobody signed. */
export function postJson(body: unknown, url = LINKS.turn): ProviderRequest {
  return { url, headers: new Headers(), body: JSON.stringify(body) };
}

/** The code of the problem that an action meets, or "none". */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return "none";
}

/** The text with one character changed. */
export function altered(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

/** The root of a document that must parse. */
export function rootOf(xml: string): Element {
  const document = new DOMParser({ onError: onWarningStopParsing })
    .parseFromString(xml, "text/xml");
  return document.documentElement ?? assert.fail("The document has no root");
}

/** The elements in an element. */
export function elementsIn(element: Element): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === 1);
}

/** A document with attributes in order and entities written one way, for comparing. */
export function canonical(xml: string): string {
  const walk = (element: Element): unknown => [
    element.tagName,
    Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]).sort()),
    [...element.childNodes].map((node) =>
      node.nodeType === 1 ? walk(node as Element) : node.nodeValue
    ),
  ];
  return JSON.stringify(walk(rootOf(xml)), undefined, 1);
}
