import type { Element } from "@xmldom/xmldom";
import assert from "node:assert/strict";
import { z } from "zod";
import type { Directive, Say } from "#shared/ivr/directive.ts";
import type { ProviderName } from "#shared/ivr/providers/mod.ts";
import { elementsIn, rootOf } from "./support.ts";

/** Checks that a document is within every limit of its provider; answers what is said in it. */
export function saidWithinLimits(provider: ProviderName, document: string): string[] {
  assert.ok(new TextEncoder().encode(document).byteLength <= 60_000, "Larger than 60 kB");
  if (provider === "vonage") return saidInNcco(document);
  const root = rootOf(document);
  assert.equal(root.tagName, "Response");
  const said: string[] = [];
  const elements = elementsIn(root);
  for (const [at, element] of elements.entries()) {
    said.push(...saidIn(provider, element));
    if (["Gather", "GetInput", "Record", "Pause", "Wait"].includes(element.tagName)) {
      assert.equal(elements[at + 1]?.tagName, "Redirect", `${element.tagName} leads nowhere`);
    }
  }
  return said;
}

/** What directives say, in order; nothing after a hang-up is heard where there is no such action. */
export function promptsOf(provider: ProviderName, directives: readonly Directive[]): string[] {
  const end = directives.findIndex(({ kind }) => kind === "hangup");
  const heard = provider === "vonage" && end >= 0 ? directives.slice(0, end) : directives;
  const says = heard.flatMap((directive): readonly Say[] =>
    directive.kind === "say" ? [directive] : "prompts" in directive ? directive.prompts : []
  );
  return says.map(({ text }) => text);
}

function saidIn(provider: ProviderName, element: Element): string[] {
  const has = (name: string) => element.getAttribute(name) ?? assert.fail(`No ${name}`);
  const number = (name: string, least: number, most: number) => {
    const value = has(name);
    assert.match(value, /^\d+$/, `${element.tagName} ${name}="${value}"`);
    assert.ok(Number(value) >= least && Number(value) <= most, `${name}="${value}"`);
  };
  const posts = () => {
    assert.match(has("action"), /^https:/);
    assert.equal(has("method"), "POST");
  };
  const children = elementsIn(element);
  const only = (...names: string[]) => {
    for (const { tagName } of children) assert.ok(names.includes(tagName), tagName);
  };
  const verb = provider === "plivo" ? element.tagName : `c${element.tagName}`;
  switch (verb) {
    case "cSay":
    case "Speak": {
      only();
      const text = element.textContent ?? "";
      assert.ok(text.length <= 1500 && text.trim() !== "", `${text.length} characters`);
      has("language");
      return [text];
    }
    case "cGather":
      only("Say", "Play", "Pause");
      posts();
      number("numDigits", 1, 20);
      number("timeout", 1, 120);
      assert.match(has("finishOnKey"), /^#?$/);
      assert.match(has("input"), /^dtmf( speech)?$/);
      return children.flatMap((child) => saidIn(provider, child));
    case "GetInput":
      only("Speak", "Play");
      posts();
      number("numDigits", 1, 20);
      number("executionTimeout", 5, 60);
      number("digitEndTimeout", 2, 10);
      assert.match(has("finishOnKey"), /^(#|none)$/);
      assert.match(has("inputType"), /^dtmf( speech)?$/);
      return children.flatMap((child) => saidIn(provider, child));
    case "cRecord":
    case "Record":
      posts();
      number("maxLength", 3, 3600);
      number("timeout", 3, 10);
      assert.match(
        has(provider === "plivo" ? "callbackUrl" : "recordingStatusCallback"),
        /^https:/,
      );
      return [];
    case "cDial":
    case "Dial":
      only("Number", provider === "plivo" ? "User" : "Sip");
      assert.equal(children.length, 1);
      posts();
      number("timeout", 5, 120);
      if (element.hasAttribute("timeLimit")) number("timeLimit", 60, 7200);
      if (provider === "signalwire" && /^sip:/.test(element.textContent ?? "")) {
        assert.match(element.textContent ?? "", /;transport=/);
      }
      return [];
    case "cEnqueue":
    case "Conference":
      posts();
      assert.notEqual(element.textContent, "");
      return [];
    case "cPause":
    case "Wait":
      number("length", 1, 60);
      return [];
    case "cRedirect":
    case "Redirect":
      assert.match(element.textContent ?? "", /^https:/);
      assert.equal(has("method"), "POST");
      return [];
    case "cHangup":
    case "Hangup":
      return [];
    default:
      return assert.fail(`${provider} has no ${element.tagName}`);
  }
}

const events = {
  eventUrl: z.tuple([z.url({ protocol: /^https$/ })]),
  eventMethod: z.literal("POST"),
};

const action = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("talk"),
    text: z.string().min(1),
    language: z.string(),
    bargeIn: z.literal(true).optional(),
  }),
  z.strictObject({
    action: z.literal("input"),
    type: z.union([
      z.tuple([z.literal("dtmf")]),
      z.tuple([z.literal("dtmf"), z.literal("speech")]),
    ]),
    dtmf: z.strictObject({
      timeOut: z.int().min(1).max(10),
      maxDigits: z.int().min(1).max(20),
      submitOnHash: z.boolean(),
    }),
    speech: z.strictObject({
      language: z.string(),
      context: z.array(z.string()),
      startTimeout: z.int().min(1).max(60),
    }).optional(),
    ...events,
  }),
  z.strictObject({
    action: z.literal("record"),
    endOnSilence: z.int().min(3).max(10),
    timeOut: z.int().min(3).max(7200),
    endOnKey: z.literal("#").optional(),
    beepStart: z.literal(true),
    ...events,
  }),
  z.strictObject({
    action: z.literal("connect"),
    from: z.string().regex(/^\d+$/).optional(),
    timeout: z.int().min(5).max(120),
    limit: z.int().min(60).max(7200).optional(),
    eventType: z.literal("synchronous"),
    endpoint: z.tuple([
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("phone"), number: z.string().regex(/^\d+$/) }),
        z.strictObject({
          type: z.literal("sip"),
          uri: z.string().regex(/^sips?:/),
          headers: z.record(z.string(), z.string()).optional(),
        }),
      ]),
    ]),
    ...events,
  }),
  z.strictObject({
    action: z.literal("conversation"),
    name: z.string().min(1),
    startOnEnter: z.literal(false),
  }),
  z.strictObject({ action: z.literal("wait"), timeout: z.number().min(0.1).max(7200) }),
  z.strictObject({ action: z.literal("notify"), payload: z.object({}).loose(), ...events }),
]);

function saidInNcco(document: string): string[] {
  const actions = z.array(action).parse(JSON.parse(document));
  return actions.flatMap((one, at) => {
    const next = actions[at + 1];
    if (["record", "connect", "conversation", "wait"].includes(one.action)) {
      assert.equal(next?.action, "notify", `${one.action} leads nowhere`);
    }
    if (one.action !== "talk") return [];
    if (one.bargeIn) {
      assert.ok(
        next?.action === "input" || next?.action === "talk" && next.bargeIn,
        "Barge-in without an input",
      );
    }
    const text = withoutSsml(one.text);
    assert.ok(text.length <= 1500, `${text.length} characters`);
    return [text];
  });
}

function withoutSsml(text: string): string {
  return /^\s*<speak/.test(text) ? rootOf(text).textContent ?? "" : text;
}
