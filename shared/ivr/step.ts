import type { Directive, Gather, Say } from "./directive.ts";
import { digitsWanted, finishKey, matchEntry } from "./entries.ts";
import type { Input } from "./input.ts";
import type { Choice, Menu, MenuVersion } from "./menu.ts";
import { phrasesFor } from "./phrases.ts";
import { currentMenuId, type EndReason, type SessionState } from "./session.ts";

/** More turns than any caller takes; what is still asking then is a machine. */
export const MAX_TURNS = 200;

/** Menus that `back` remembers; entering one more forgets the oldest. */
export const MAX_DEPTH = 12;

/** What a turn came to, for the record. */
export type Outcome =
  | "entered"
  | "collecting"
  | "chosen"
  | "invalid"
  | "no_input"
  | "connected"
  | "not_connected"
  | "too_many_turns";

/** A step's answer: where the caller stands now, and what the phone is to do. */
export interface Step {
  readonly session: SessionState;
  readonly directives: readonly Directive[];
  readonly outcome: Outcome;
}

/**
 * Takes a caller one turn further: menu version, session and input in, session and directives out.
 *
 * Pure: the same arguments give the same step. Every answer either gathers, connects or hangs up,
 * so that no caller is left in silence.
 *
 * @param turn number of the turn, from 0.
 */
export function step(
  version: MenuVersion,
  session: SessionState,
  input: Input,
  turn: number,
): Step {
  const menu = menuOf(version, session);
  if (turn >= MAX_TURNS) {
    const apology = sayPhrase(menu, "apology");
    return hangUp(session, "too_many_turns", "too_many_turns", [apology]);
  }
  switch (input.kind) {
    case "call_started":
      return offer(menu, session, "entered");
    case "digits":
      return enter(version, menu, session, input.digits);
    case "no_input":
    // What no menu asks for yet is no choice.
    case "speech":
    case "recorded":
    case "waited":
      // Silence after a first digit means that the entry is complete.
      return session.digits === ""
        ? retry(menu, session, "no_input")
        : settle(version, menu, session, session.digits, true);
    case "connection_ended":
      return afterConnection(menu, session, input.result === "completed");
  }
}

function enter(version: MenuVersion, menu: Menu, session: SessionState, digits: string): Step {
  const wanted = Math.max(1, digitsWanted(menu, session.digits));
  return settle(version, menu, session, session.digits + digits, digits.length < wanted);
}

function settle(
  version: MenuVersion,
  menu: Menu,
  session: SessionState,
  entered: string,
  complete: boolean,
): Step {
  const match = matchEntry(menu, entered, complete);
  switch (match.kind) {
    case "more":
      return {
        session: { ...session, digits: entered },
        directives: [gather(menu, [], match.digits, menu.inter_digit_timeout)],
        outcome: "collecting",
      };
    case "item":
      return choose(version, match.item, { ...session, digits: "", invalid_count: 0 }, "chosen");
    case "none":
      return retry(menu, { ...session, digits: "" }, "invalid");
  }
}

/** Offers the menu again until the limit of this fault is spent, then takes its final choice. */
function retry(menu: Menu, session: SessionState, fault: "no_input" | "invalid"): Step {
  const counted = fault === "no_input"
    ? { ...session, no_input_count: session.no_input_count + 1 }
    : { ...session, invalid_count: session.invalid_count + 1 };
  if (isSpent(menu, counted)) return conclude(menu[fault].final, counted, fault);
  const own = menu[fault].prompt;
  const prompt = own === null
    ? sayPhrase(menu, fault === "no_input" ? "noInput" : "invalid")
    : say(own, menu.language);
  return offer(menu, counted, fault, [prompt]);
}

/** Whether either limit is exceeded: the final choice of this menu has been taken. */
function isSpent(menu: Menu, session: SessionState): boolean {
  return session.no_input_count > menu.no_input.limit || session.invalid_count > menu.invalid.limit;
}

function choose(
  version: MenuVersion,
  choice: Choice,
  session: SessionState,
  outcome: Outcome,
): Step {
  switch (choice.action) {
    case "submenu":
      return visit(version, session, [...session.menu_stack, choice.target], outcome);
    case "back":
      return visit(version, session, session.menu_stack.slice(0, -1), outcome);
    case "repeat":
      return offer(menuOf(version, session), session, outcome);
    default:
      return conclude(choice, session, outcome);
  }
}

/** Goes to the last menu of a path; the way back from the first menu leads to itself. */
function visit(
  version: MenuVersion,
  session: SessionState,
  path: readonly string[],
  outcome: Outcome,
): Step {
  const [first = session.menu_stack[0], ...rest] = path.slice(-MAX_DEPTH);
  const entered: SessionState = {
    ...session,
    menu_stack: [first, ...rest],
    no_input_count: 0,
    invalid_count: 0,
  };
  return offer(menuOf(version, entered), entered, outcome);
}

function conclude(
  choice: Extract<Choice, { action: "agent" | "transfer" | "hangup" }>,
  session: SessionState,
  outcome: Outcome,
): Step {
  switch (choice.action) {
    case "transfer":
      return { session, directives: [{ kind: "dial", number: choice.target }], outcome };
    case "agent":
      return {
        session,
        directives: [
          /^sips?:/.test(choice.target)
            ? { kind: "dial_sip", uri: choice.target }
            : { kind: "enqueue", queue: choice.target },
        ],
        outcome,
      };
    case "hangup":
      return hangUp(session, "hung_up", outcome);
  }
}

function afterConnection(menu: Menu, session: SessionState, connected: boolean): Step {
  if (connected) return hangUp(session, "connected", "connected");
  const notice = sayPhrase(menu, "notConnected");
  // A final choice that failed is not offered again, or a silent line would be dialled for ever.
  return isSpent(menu, session)
    ? hangUp(session, "hung_up", "not_connected", [notice])
    : offer(menu, session, "not_connected", [notice]);
}

function offer(
  menu: Menu,
  session: SessionState,
  outcome: Outcome,
  before: readonly Say[] = [],
): Step {
  const prompts = [...before, say(menu.prompt, menu.language)];
  const digits = Math.max(1, digitsWanted(menu, ""));
  return {
    session: { ...session, digits: "" },
    directives: [gather(menu, prompts, digits, menu.timeout)],
    outcome,
  };
}

function gather(menu: Menu, prompts: readonly Say[], digits: number, timeout: number): Gather {
  return {
    kind: "gather",
    prompts,
    bargeIn: true,
    digits,
    timeout,
    interDigitTimeout: menu.inter_digit_timeout,
    finishKey: finishKey(menu),
    speech: null,
    sensitive: false,
  };
}

function hangUp(
  session: SessionState,
  reason: EndReason,
  outcome: Outcome,
  before: readonly Say[] = [],
): Step {
  return {
    session: { ...session, end_reason: reason },
    directives: [...before, { kind: "hangup" }],
    outcome,
  };
}

function say(text: string, language: string): Say {
  return { kind: "say", text, language };
}

function sayPhrase(menu: Menu, phrase: keyof ReturnType<typeof phrasesFor>["phrases"]): Say {
  const { language, phrases } = phrasesFor(menu.language);
  return say(phrases[phrase], language);
}

function menuOf(version: MenuVersion, session: SessionState): Menu {
  const menu = version.menus[currentMenuId(session)];
  if (!menu) throw new Error("The session stands in a menu that its version lacks");
  return menu;
}
