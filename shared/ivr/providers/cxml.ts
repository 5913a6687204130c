import { DEFAULT_LANGUAGE } from "../phrases.ts";
import type { Directive, Gather, RecordCaller, Say, Wait } from "../directive.ts";
import { type Attributes, type Element, element, xmlDocument } from "../xml.ts";
import { spokenParts } from "../text.ts";
import { hintList } from "./hints.ts";
import { longest, paused, readable, recorded, ringing, seconds, within } from "./limits.ts";
import { afterwards } from "./links.ts";
import type { TurnLinks } from "./provider.ts";

/** Where the three providers that speak TwiML differ. */
export interface CxmlDialect {
  /** Silence that ends what is said, in seconds, or whatever the provider finds right. */
  readonly speechTimeout: "auto" | number;
  /** A SIP address as the provider wants it written. */
  readonly sipUri: (uri: string) => string;
}

/** Renders TwiML, which Twilio, SignalWire (cXML) and Telnyx (TeXML) read alike. */
export function renderCxml(
  directives: readonly Directive[],
  links: TurnLinks,
  dialect: CxmlDialect,
): string {
  const verbs = directives.flatMap((directive) => renderVerbs(directive, links, dialect));
  return readable(xmlDocument(element("Response", {}, ...verbs)));
}

function renderVerbs(directive: Directive, links: TurnLinks, dialect: CxmlDialect): Element[] {
  const { turn } = links;
  switch (directive.kind) {
    case "say":
      return renderSay(directive);
    case "gather":
      return renderGather(directive, turn, dialect);
    case "record":
      return renderRecord(directive, links);
    case "dial":
      return [renderDial(directive, element("Number", {}, directive.number), turn)];
    case "dial_sip":
      return [renderDial(directive, element("Sip", {}, sipAddress(directive, dialect)), turn)];
    case "enqueue":
      return [element("Enqueue", { action: turn, method: "POST" }, directive.queue)];
    case "wait":
      return renderWait(directive, turn);
    case "hangup":
      return [element("Hangup", {})];
  }
}

function renderSay({ text, language }: Say): Element[] {
  return spokenParts(text).map((part) => element("Say", { language }, part));
}

function renderGather(gather: Gather, turn: string, dialect: CxmlDialect): Element[] {
  const { prompts, bargeIn, digits, timeout, interDigitTimeout, finishKey, speech } = gather;
  const says = prompts.flatMap(renderSay);
  return [
    ...(bargeIn ? [] : says),
    element(
      "Gather",
      {
        input: speech ? "dtmf speech" : "dtmf",
        numDigits: within(digits, 1, 20),
        // One wait serves for the first digit and for the next: the longer, or an entry would be cut.
        timeout: seconds(digits > 1 ? Math.max(timeout, interDigitTimeout) : timeout, 1, 120),
        finishOnKey: finishKey ?? "",
        action: turn,
        method: "POST",
        ...(speech && {
          language: prompts[0]?.language ?? DEFAULT_LANGUAGE,
          hints: hintList(speech.hints),
          speechTimeout: dialect.speechTimeout,
        }),
      },
      ...(bargeIn ? says : []),
    ),
    // Nothing entered makes no action request: the call falls through to here.
    renderRedirect(turn),
  ];
}

function renderRecord(
  directive: RecordCaller,
  { turn, recording }: TurnLinks,
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
      finishOnKey: finishKey ?? "",
      recordingStatusCallback: recording,
      recordingStatusCallbackMethod: "POST",
    }),
    // A recording without sound makes no action request at Twilio.
    renderRedirect(action),
  ];
}

function renderDial(
  directive: Extract<Directive, { kind: "dial" | "dial_sip" }>,
  target: Element,
  action: string,
): Element {
  const attributes: Attributes = {
    action,
    method: "POST",
    timeout: ringing(directive),
    callerId: directive.callerId,
    timeLimit: longest(directive),
  };
  return element("Dial", attributes, target);
}

/** Headers go into the address, as in a URL. */
function sipAddress(
  { uri, headers = {} }: Extract<Directive, { kind: "dial_sip" }>,
  dialect: CxmlDialect,
): string {
  const query = Object.entries(headers)
    .map(([name, value]) => `X-${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  const address = dialect.sipUri(uri);
  return query === "" ? address : `${address}${address.includes("?") ? "&" : "?"}${query}`;
}

function renderWait(directive: Wait, turn: string): Element[] {
  const length = paused(directive);
  return [
    ...(length === null ? [] : [element("Pause", { length })]),
    renderRedirect(afterwards(turn, "wait")),
  ];
}

function renderRedirect(url: string): Element {
  return element("Redirect", { method: "POST" }, url);
}
