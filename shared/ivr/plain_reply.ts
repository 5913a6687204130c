import { z } from "zod";
import type { Directive, Gather, Leg, Say } from "./directive.ts";
import type { Menu } from "./menu.ts";
import { labelOf } from "./words.ts";

const sentence = z.object({
  text: z.string(),
  /** BCP 47. */
  language: z.string(),
  /** Whether an entry may cut it short. */
  barge_in: z.boolean(),
});

const leg = {
  /** The number shown to whoever is called; null leaves that to whoever connects. */
  caller_id: z.string().nullable(),
  /** Null for as long as usual. */
  ring_seconds: z.int().nullable(),
  /** The longest that it may last; null for no limit. */
  limit_seconds: z.int().nullable(),
};

const next = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("listen"),
    /** How many digits end the wait. */
    digits: z.int(),
    /** Wait for the first digit, in milliseconds. */
    timeout: z.int(),
    /** Wait for each further digit, in milliseconds. */
    inter_digit_timeout: z.int(),
    /** Ends the entry early; null where no key does. */
    finish_key: z.literal("#").nullable(),
    /** Whether a label may be said instead. */
    speech: z.boolean(),
    /** Whether what is entered is kept nowhere. */
    sensitive: z.boolean(),
    /** None in a sensitive menu. */
    entries: z.array(z.object({ digit: z.string(), label: z.string() })),
  }),
  z.object({ kind: z.literal("dial"), number: z.string(), ...leg }),
  z.object({
    kind: z.literal("dial_sip"),
    uri: z.string(),
    headers: z.record(z.string(), z.string()),
    ...leg,
  }),
  z.object({ kind: z.literal("enqueue"), queue: z.string() }),
  z.object({
    kind: z.literal("record"),
    max_seconds: z.int(),
    /** Silence that ends it. */
    silence_seconds: z.int(),
    finish_key: z.literal("#").nullable(),
  }),
  z.object({ kind: z.literal("wait"), seconds: z.int() }),
  z.object({ kind: z.literal("hangup") }),
]);

/** What directives come to for an app: what is said, in its order, and what is done then. */
export const plainReply = z.object({ say: z.array(sentence), then: next });

/** What directives come to for an app. */
export type PlainReply = z.infer<typeof plainReply>;

type Sentence = PlainReply["say"][number];
type Next = PlainReply["then"];

/**
 * Renders a step's directives as JSON, for those who are no phone provider.
 *
 * @param menu the menu in which the caller stands now.
 * @param language BCP 47, in which its entries are told.
 */
export function renderPlain(
  directives: readonly Directive[],
  menu: Menu,
  language: string,
): PlainReply {
  const say = directives.flatMap(saidBy);
  const last = directives.at(-1);
  if (last === undefined || last.kind === "say") {
    throw new Error("A step says what is done when it has spoken");
  }
  return { say, then: nextOf(last, menu, language) };
}

function saidBy(directive: Directive): Sentence[] {
  switch (directive.kind) {
    case "say":
      return [sentenceOf(directive, false)];
    case "gather":
      return directive.prompts.map((prompt) => sentenceOf(prompt, directive.bargeIn));
    case "record":
      return directive.prompts.map((prompt) => sentenceOf(prompt, false));
    default:
      return [];
  }
}

function sentenceOf({ text, language }: Say, barge_in: boolean): Sentence {
  return { text, language, barge_in };
}

function nextOf(directive: Exclude<Directive, Say>, menu: Menu, language: string): Next {
  switch (directive.kind) {
    case "gather":
      return listenOf(directive, menu, language);
    case "dial":
      return { kind: "dial", number: directive.number, ...legOf(directive) };
    case "dial_sip": {
      const { uri, headers = {} } = directive;
      return { kind: "dial_sip", uri, headers, ...legOf(directive) };
    }
    case "enqueue":
      return { kind: "enqueue", queue: directive.queue };
    case "record":
      return {
        kind: "record",
        max_seconds: directive.maxSeconds,
        silence_seconds: directive.silenceSeconds,
        finish_key: directive.finishKey,
      };
    case "wait":
      return { kind: "wait", seconds: directive.seconds };
    case "hangup":
      return { kind: "hangup" };
  }
}

function listenOf(gather: Gather, menu: Menu, language: string): Next {
  return {
    kind: "listen",
    digits: gather.digits,
    timeout: gather.timeout,
    inter_digit_timeout: gather.interDigitTimeout,
    finish_key: gather.finishKey,
    speech: gather.speech !== null,
    sensitive: gather.sensitive,
    // The entries of a sensitive menu are what is to be entered, and a reply is kept.
    entries: menu.sensitive
      ? []
      : menu.items.map((item) => ({ digit: item.digit, label: labelOf(item, language) })),
  };
}

function legOf({ callerId, ringSeconds, limitSeconds }: Leg) {
  return {
    caller_id: callerId ?? null,
    ring_seconds: ringSeconds ?? null,
    limit_seconds: limitSeconds ?? null,
  };
}
