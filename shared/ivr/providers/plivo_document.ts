import type { Directive, Gather, RecordCaller, Say, Wait } from "../directive.ts";
import { DEFAULT_LANGUAGE } from "../phrases.ts";
import { spokenParts } from "../text.ts";
import { type Attributes, type Element, element, xmlDocument } from "../xml.ts";
import { hintList } from "./hints.ts";
import { longest, paused, readable, recorded, ringing, seconds, within } from "./limits.ts";
import { afterwards, naming } from "./links.ts";
import { withoutPlus } from "./phone_number.ts";
import type { TurnLinks } from "./provider.ts";

/** Renders Plivo XML (https://www.plivo.com/docs/voice/xml/overview). */
export function renderPlivo(directives: readonly Directive[], links: TurnLinks): string {
  const elements = directives.flatMap((directive) => renderElements(directive, links));
  return readable(xmlDocument(element("Response", {}, ...elements)));
}

function renderElements(directive: Directive, links: TurnLinks): Element[] {
  const { turn } = links;
  switch (directive.kind) {
    case "say":
      return renderSay(directive);
    case "gather":
      return renderGather(directive, turn);
    case "record":
      return renderRecord(directive, links);
    case "dial":
      return [renderDial(directive, element("Number", {}, withoutPlus(directive.number)), turn)];
    case "dial_sip":
      return [renderDial(directive, renderUser(directive), turn)];
    case "enqueue":
      // There are no queues: callers wait in a conference that begins when an agent joins it.
      return [
        element("Conference", {
          action: afterwards(turn, "queue"),
          method: "POST",
          startConferenceOnEnter: "false",
        }, directive.queue),
      ];
    case "wait":
      return renderWait(directive, turn);
    case "hangup":
      return [element("Hangup", {})];
  }
}

function renderSay({ text, language }: Say): Element[] {
  return spokenParts(text).map((part) => element("Speak", { language }, part));
}

function renderGather(gather: Gather, turn: string): Element[] {
  const { prompts, bargeIn, timeout, interDigitTimeout, finishKey, speech, sensitive } = gather;
  const digits = within(gather.digits, 1, 20);
  const speaks = prompts.flatMap(renderSay);
  return [
    ...(bargeIn ? [] : speaks),
    element(
      "GetInput",
      {
        action: turn,
        method: "POST",
        inputType: speech ? "dtmf speech" : "dtmf",
        numDigits: digits,
        finishOnKey: finishKey ?? "none",
        // Bounds the whole entry and not only its first digit, or a slow one would be cut.
        executionTimeout: seconds(timeout + (digits - 1) * interDigitTimeout, 5, 60),
        digitEndTimeout: seconds(interDigitTimeout, 2, 10),
        ...(speech && {
          language: prompts[0]?.language ?? DEFAULT_LANGUAGE,
          hints: hintList(speech.hints),
        }),
        log: sensitive ? "false" : undefined,
      },
      ...(bargeIn ? speaks : []),
    ),
    // Without input the call falls through to here.
    renderRedirect(turn),
  ];
}

function renderRecord(
  directive: RecordCaller,
  { turn, recording, callId }: TurnLinks,
): Element[] {
  const { prompts, finishKey } = directive;
  const { most, silence } = recorded(directive);
  const action = afterwards(turn, "record");
  return [
    ...prompts.flatMap(renderSay),
    element("Record", {
      action,
      method: "POST",
      maxLength: most,
      timeout: silence,
      finishOnKey: finishKey ?? "none",
      callbackUrl: naming(recording, callId),
      callbackMethod: "POST",
    }),
    renderRedirect(action),
  ];
}

function renderDial(
  directive: Extract<Directive, { kind: "dial" | "dial_sip" }>,
  target: Element,
  action: string,
): Element {
  const { callerId } = directive;
  const attributes: Attributes = {
    action,
    method: "POST",
    timeout: ringing(directive),
    callerId: callerId === undefined ? undefined : withoutPlus(callerId),
    timeLimit: longest(directive),
  };
  return element("Dial", attributes, target);
}

function renderUser({ uri, headers = {} }: Extract<Directive, { kind: "dial_sip" }>): Element {
  const list = Object.entries(headers).map(([name, value]) =>
    `${percentEncoded(name)}=${percentEncoded(value)}`
  );
  return element("User", { sipHeaders: list.length > 0 ? list.join(",") : undefined }, uri);
}

/** Letters, digits and percent signs are all that a SIP header may hold here. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[-_.!~*'()]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function renderWait(directive: Wait, turn: string): Element[] {
  const length = paused(directive);
  return [
    ...(length === null ? [] : [element("Wait", { length })]),
    renderRedirect(afterwards(turn, "wait")),
  ];
}

function renderRedirect(url: string): Element {
  return element("Redirect", { method: "POST" }, url);
}
