import type { Directive, Gather, RecordCaller, Say } from "../directive.ts";
import { DEFAULT_LANGUAGE } from "../phrases.ts";
import { spokenParts } from "../text.ts";
import { escapeXml } from "../xml.ts";
import { longest, paused, readable, recorded, ringing, seconds, within } from "./limits.ts";
import { type After, afterwards, naming } from "./links.ts";
import { withoutPlus } from "./phone_number.ts";
import type { TurnLinks } from "./provider.ts";

/** One step of a call control object (https://developer.vonage.com/en/voice/voice-api/ncco-reference). */
type Action = Readonly<Record<string, unknown>>;

/** Renders an NCCO. Nothing in it hangs up: the call ends where the list does. */
export function renderNcco(directives: readonly Directive[], links: TurnLinks): string {
  const end = directives.findIndex(({ kind }) => kind === "hangup");
  const heard = end < 0 ? directives : directives.slice(0, end);
  return readable(JSON.stringify(heard.flatMap((directive) => renderActions(directive, links))));
}

function renderActions(directive: Directive, links: TurnLinks): Action[] {
  switch (directive.kind) {
    case "say":
      return renderTalk(directive, false);
    case "gather":
      return renderInput(directive, links);
    case "record":
      return renderRecord(directive, links);
    case "dial": {
      const number = withoutPlus(directive.number);
      return renderConnect(directive, { type: "phone", number }, links);
    }
    case "dial_sip": {
      const { uri, headers } = directive;
      return renderConnect(directive, { type: "sip", uri, ...(headers && { headers }) }, links);
    }
    case "enqueue":
      // There are no queues: callers wait in a conversation that begins when an agent joins it.
      return [
        { action: "conversation", name: directive.queue, startOnEnter: false },
        comeBack(links, "queue"),
      ];
    case "wait": {
      const timeout = paused(directive);
      return [...(timeout === null ? [] : [{ action: "wait", timeout }]), comeBack(links, "wait")];
    }
    case "hangup":
      return [];
  }
}

function renderTalk({ text, language }: Say, bargeIn: boolean): Action[] {
  return spokenParts(text).map((part) => ({
    action: "talk",
    text: withoutMarkup(part),
    language,
    // Only said where it is true: an input must follow then.
    ...(bargeIn && { bargeIn }),
  }));
}

/** What begins like SSML would be read as SSML, where every other provider reads it out. */
function withoutMarkup(text: string): string {
  return /^\s*<speak/i.test(text) ? `<speak>${escapeXml(text)}</speak>` : text;
}

function renderInput(gather: Gather, { turn, callId }: TurnLinks): Action[] {
  const { prompts, bargeIn, digits, timeout, interDigitTimeout, finishKey, speech } = gather;
  return [
    ...prompts.flatMap((prompt) => renderTalk(prompt, bargeIn)),
    {
      action: "input",
      type: speech ? ["dtmf", "speech"] : ["dtmf"],
      dtmf: {
        maxDigits: within(digits, 1, 20),
        // One wait serves for the first digit and for the next: the longer, or an entry would be cut.
        timeOut: seconds(digits > 1 ? Math.max(timeout, interDigitTimeout) : timeout, 1, 10),
        submitOnHash: finishKey === "#",
      },
      ...(speech && {
        speech: {
          language: prompts[0]?.language ?? DEFAULT_LANGUAGE,
          context: speech.hints,
          startTimeout: seconds(timeout, 1, 60),
        },
      }),
      eventUrl: [naming(turn, callId)],
      eventMethod: "POST",
    },
  ];
}

function renderRecord(directive: RecordCaller, links: TurnLinks): Action[] {
  const { prompts, finishKey } = directive;
  const { most, silence } = recorded(directive);
  return [
    ...prompts.flatMap((prompt) => renderTalk(prompt, false)),
    {
      action: "record",
      // Whatever ends it also makes the list wait for it.
      endOnSilence: silence,
      timeOut: most,
      ...(finishKey && { endOnKey: finishKey }),
      beepStart: true,
      eventUrl: [naming(links.recording, links.callId)],
      eventMethod: "POST",
    },
    comeBack(links, "record"),
  ];
}

function renderConnect(
  directive: Extract<Directive, { kind: "dial" | "dial_sip" }>,
  endpoint: Action,
  links: TurnLinks,
): Action[] {
  const { callerId } = directive;
  const limit = longest(directive);
  return [
    {
      action: "connect",
      ...(callerId !== undefined && { from: withoutPlus(callerId) }),
      timeout: ringing(directive),
      ...(limit !== undefined && { limit }),
      // A leg that nobody answers is told of here, and what we answer replaces the rest of the list.
      eventType: "synchronous",
      eventUrl: [turnAfter(links, "dial")],
      eventMethod: "POST",
      endpoint: [endpoint],
    },
    comeBack(links, "dial"),
  ];
}

/** There is no redirect: a notification's answer takes the place of the list. */
function comeBack(links: TurnLinks, after: After): Action {
  return {
    action: "notify",
    payload: { after },
    eventUrl: [turnAfter(links, after)],
    eventMethod: "POST",
  };
}

/** Names the call: not every event does, and a connected leg names itself. */
function turnAfter({ turn, callId }: TurnLinks, after: After): string {
  return naming(afterwards(turn, after), callId);
}
