import { afterCallout } from "./after_callout.ts";
import type { Circumstances } from "./circumstances.ts";
import {
  afterFailure,
  choose,
  conclude,
  goOn,
  menuOf,
  noteItem,
  type Scene,
  visit,
} from "./choices.ts";
import { digitsWanted, matchEntry } from "./entries.ts";
import type { Input } from "./input.ts";
import type { Menu, MenuItem, MenuVersion } from "./menu.ts";
import type { Step } from "./outcome.ts";
import { collect, hangUp, offer, say, sayPhrase } from "./replies.ts";
import type { Pending, SessionState } from "./session.ts";
import { matchSpeech } from "./spoken_entry.ts";
import { wordsOf } from "./words.ts";

/**
 * Takes a caller one turn further: menu version, session and input in, session and directives out.
 *
 * Pure: the same arguments give the same step. Every answer either gathers, connects, records or
 * hangs up, so that no caller is left in silence.
 */
export function step(
  version: MenuVersion,
  session: SessionState,
  input: Input,
  circumstances: Circumstances,
): Step {
  const scene: Scene = { version, circumstances };
  return exhausted(scene, session) ?? take(scene, session, input);
}

/** The end of a call that has had all the turns or minutes that it may have, or null. */
function exhausted({ version, circumstances }: Scene, session: SessionState): Step | null {
  const { turn, now, startedAt } = circumstances;
  const { turns, minutes } = version.limits;
  const goodbye = () => [sayPhrase(menuOf(version, session), session, "tooLong")];
  if (turn >= turns) return hangUp(session, "too_many_turns", "too_many_turns", goodbye());
  return minutes !== null && now.getTime() - startedAt.getTime() >= minutes * 60_000
    ? hangUp(session, "too_long", "too_long", goodbye())
    : null;
}

function take(scene: Scene, session: SessionState, input: Input): Step {
  const menu = menuOf(scene.version, session);
  // An app's button is there whatever the session waits for.
  if (input.kind === "back") return goOn(scene, "back", session, "chosen");
  if (session.pending?.kind === "voicemail") {
    return afterVoicemail(scene, menu, session, session.pending, input);
  }
  // Whatever brought the caller back, the answer is what counts.
  if (session.pending?.kind === "callout") {
    return afterCallout(scene, menu, session, session.pending);
  }
  switch (input.kind) {
    case "call_started":
      return scene.circumstances.refused
        ? hangUp(session, "refused", "refused", [sayPhrase(menu, session, "refused")])
        : visit(scene, session, session.menu_stack, "entered");
    case "digits":
      return enter(scene, menu, session, input.digits);
    case "speech":
      return menu.speech && !menu.sensitive
        ? settleSpeech(scene, menu, session, input.text)
        : silence(scene, menu, session);
    case "no_input":
    // What no menu asked for is no choice.
    case "recorded":
    case "waited":
      return silence(scene, menu, session);
    case "connection_ended":
      return afterConnection(scene, menu, session, input.result === "completed");
  }
}

function enter(scene: Scene, menu: Menu, session: SessionState, digits: string): Step {
  const wanted = Math.max(1, digitsWanted(menu, session.digits));
  const complete = menu.sensitive || digits.length < wanted;
  return settle(scene, menu, session, session.digits + digits, complete);
}

/** Silence after a first digit means that the entry is complete. */
function silence(scene: Scene, menu: Menu, session: SessionState): Step {
  return session.digits === ""
    ? retry(scene, menu, session, "no_input")
    : settle(scene, menu, session, session.digits, true);
}

function settle(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  entered: string,
  complete: boolean,
): Step {
  const match = matchEntry(menu, entered, complete);
  switch (match.kind) {
    case "more":
      return collect(menu, { ...session, digits: entered }, match.digits);
    case "item":
      return takeItem(scene, menu, session, match.item);
    case "none":
      return retry(scene, menu, { ...session, digits: "" }, "invalid");
  }
}

function settleSpeech(scene: Scene, menu: Menu, session: SessionState, text: string): Step {
  const item = matchSpeech(menu, wordsOf(menu, session.language).language, text);
  return item
    ? takeItem(scene, menu, session, item)
    : retry(scene, menu, { ...session, digits: "" }, "invalid");
}

function takeItem(scene: Scene, menu: Menu, session: SessionState, item: MenuItem): Step {
  const taken = choose(scene, item, { ...session, digits: "", invalid_count: 0 }, "chosen");
  return noteItem(taken, menu, item);
}

/** Offers the menu again until the limit of this fault is spent, then takes its final choice. */
function retry(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  fault: "no_input" | "invalid",
): Step {
  const counted = fault === "no_input"
    ? { ...session, no_input_count: session.no_input_count + 1 }
    : { ...session, invalid_count: session.invalid_count + 1 };
  if (isSpent(menu, counted)) {
    return conclude(scene, menu[fault].final, counted, fault, { final: true });
  }
  const words = wordsOf(menu, session.language);
  const own = fault === "no_input" ? words.noInput : words.invalid;
  const prompt = own === null
    ? sayPhrase(menu, session, fault === "no_input" ? "noInput" : "invalid")
    : say(own, words.language);
  return offer(menu, counted, fault, { says: [prompt], bargeIn: menu[fault].barge_in });
}

/** Whether either limit is exceeded: the final choice of this menu has been taken. */
function isSpent(menu: Menu, session: SessionState): boolean {
  return session.no_input_count > menu.no_input.limit || session.invalid_count > menu.invalid.limit;
}

function afterConnection(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  connected: boolean,
): Step {
  // A call that was connected by an earlier release does not say what follows.
  const { then, final } = session.pending ?? { then: "hangup", final: isSpent(menu, session) };
  if (!connected) return afterFailure(menu, session, "not_connected", { final });
  return final || then === "hangup"
    ? hangUp(session, "connected", "connected")
    : goOn(scene, then, session, "connected");
}

/** Whatever ends a recording, the caller has said what was to be said. */
function afterVoicemail(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  { then, final }: Pending,
  input: Input,
): Step {
  if (input.kind === "recorded" && input.hungUp) return hangUp(session, "recorded", "recorded");
  return final || then === "hangup"
    ? hangUp(session, "recorded", "recorded", [sayPhrase(menu, session, "goodbye")])
    : goOn(scene, then, session, "recorded");
}
