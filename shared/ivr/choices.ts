import { ask } from "./callout.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Directive, Say } from "./directive.ts";
import { isOpen } from "./hours.ts";
import { agentOf, limitOf, retellAgent } from "./legs.ts";
import type { Choice, Menu, MenuItem, MenuVersion, TerminalChoice, Then } from "./menu.ts";
import type { Outcome, Step } from "./outcome.ts";
import { hangUp, offer, say, sayPhrase } from "./replies.ts";
import { currentMenuId, type Pending, type SessionState } from "./session.ts";
import { mayTransfer } from "./transfer_rules.ts";
import { wordsOf } from "./words.ts";

/** The call in which a choice is made. */
export interface Scene {
  readonly version: MenuVersion;
  readonly circumstances: Circumstances;
}

/** How long a voicemail may be, and the silence that ends it, in seconds. */
const VOICEMAIL_SECONDS = 120;
const VOICEMAIL_SILENCE = 5;

/** Does what an item says. */
export function choose(
  scene: Scene,
  choice: Choice,
  session: SessionState,
  outcome: Outcome,
): Step {
  switch (choice.action) {
    case "submenu":
      return visit(scene, session, [...session.menu_stack, choice.target], outcome);
    case "back":
    case "top":
    case "repeat":
      return goOn(scene, choice.action, session, outcome);
    case "webhook": {
      const menu = menuOf(scene.version, session);
      const fallback = placeOf(menu, choice.fallback);
      return ask(menu, session, {
        step: scene.circumstances.turn,
        choice: { action: "webhook", target: choice.target, fallback },
        then: "repeat",
        final: false,
      }, outcome);
    }
    case "language":
      return offer(
        menuOf(scene.version, session),
        { ...session, language: choice.target },
        outcome,
      );
    default:
      return conclude(scene, choice, session, outcome);
  }
}

/** Goes where a key or the end of a connection leads. */
export function goOn(
  scene: Scene,
  where: Exclude<Then, "hangup">,
  session: SessionState,
  outcome: Outcome,
): Step {
  switch (where) {
    case "back":
      return visit(scene, session, session.menu_stack.slice(0, -1), outcome);
    case "top":
      return visit(scene, session, [scene.version.root], outcome);
    case "repeat":
      return offer(menuOf(scene.version, session), session, outcome);
  }
}

/** Goes to the last menu of a path; the way back from the first menu leads to itself. */
export function visit(
  scene: Scene,
  session: SessionState,
  path: readonly string[],
  outcome: Outcome,
): Step {
  const entered = standIn(scene, session, path);
  const menu = menuOf(scene.version, entered);
  return menu.hours === null || isOpen(menu.hours, scene.circumstances.now)
    ? offer(menu, entered, outcome)
    : turnAway(scene, menu, menu.hours.closed, entered);
}

/** Leaves the menus: connects, records or hangs up; `final` where the menu is not to be offered again. */
export function conclude(
  scene: Scene,
  choice: TerminalChoice,
  session: SessionState,
  outcome: Outcome,
  { before = [], final = false }: { before?: readonly Say[]; final?: boolean } = {},
): Step {
  const menu = menuOf(scene.version, session);
  const send = (
    kind: "connection" | "voicemail",
    then: Then | undefined,
    directive: Directive,
  ): Step =>
    sendTo({ kind, then: then ?? "hangup", final }, session, [...before, directive], outcome);
  switch (choice.action) {
    case "transfer":
      return isAllowed(scene, choice.target)
        ? send("connection", choice.then, {
          kind: "dial",
          number: choice.target,
          ...limitOf(scene),
        })
        : afterFailure(menu, session, "not_allowed", { before, final });
    case "agent": {
      const retell = retellAgent(choice.target);
      return retell === undefined
        ? send("connection", choice.then, agentOf(scene, choice.target))
        : ask(
          menu,
          session,
          {
            step: scene.circumstances.turn,
            choice: { action: "agent", target: retell },
            then: choice.then ?? "hangup",
            final,
          },
          outcome,
          before,
        );
    }
    case "voicemail": {
      // An item's own prompt is in the menu's language alone.
      const asks = choice.prompt === undefined
        ? sayPhrase(menu, session, "voicemail")
        : say(choice.prompt, menu.language);
      const record: Directive = {
        kind: "record",
        prompts: [asks],
        maxSeconds: choice.max_seconds ?? VOICEMAIL_SECONDS,
        silenceSeconds: VOICEMAIL_SILENCE,
        finishKey: "#",
      };
      return send("voicemail", choice.then, record);
    }
    case "hangup":
      return hangUp(session, "hung_up", outcome, before);
  }
}

/** Sends the caller away, to come back when what was begun is over. */
export function sendTo(
  pending: Pending,
  session: SessionState,
  directives: readonly Directive[],
  outcome: Outcome,
): Step {
  return { session: { ...session, digits: "", pending }, directives, outcome, item: null };
}

/** What follows a connection that did not come about: the menu again, or the end. */
export function afterFailure(
  menu: Menu,
  session: SessionState,
  outcome: Outcome,
  { before = [], phrase = "notConnected", final }: {
    before?: readonly Say[];
    phrase?: "notConnected" | "unavailable";
    final: boolean;
  },
): Step {
  const says = [...before, sayPhrase(menu, session, phrase)];
  // A final choice that failed is not offered again, or a silent line would be dialled for ever.
  return final
    ? hangUp(session, "hung_up", outcome, says)
    : offer(menu, session, outcome, { says, bargeIn: true });
}

/** The menu in which a caller stands. */
export function menuOf(version: MenuVersion, session: SessionState): Menu {
  const menu = version.menus[currentMenuId(session)];
  if (!menu) throw new Error("The session stands in a menu that its version lacks");
  return menu;
}

/** Does what a closed menu says. The menu that it may lead to has no hours of its own. */
function turnAway(
  scene: Scene,
  menu: Menu,
  choice: NonNullable<Menu["hours"]>["closed"],
  session: SessionState,
): Step {
  const { closed, language } = wordsOf(menu, session.language);
  const notice = closed === null ? sayPhrase(menu, session, "closed") : say(closed, language);
  if (choice.action !== "submenu") {
    return conclude(scene, choice, session, "closed", { before: [notice], final: true });
  }
  const elsewhere = standIn(scene, session, [...session.menu_stack.slice(0, -1), choice.target]);
  const says = [notice];
  return offer(menuOf(scene.version, elsewhere), elsewhere, "closed", { says, bargeIn: true });
}

function standIn(
  { version }: Scene,
  session: SessionState,
  path: readonly string[],
): SessionState {
  const [first = session.menu_stack[0], ...rest] = path.slice(-version.limits.depth);
  return { ...session, menu_stack: [first, ...rest], no_input_count: 0, invalid_count: 0 };
}

function isAllowed({ circumstances: { transfers, called } }: Scene, number: string): boolean {
  return transfers !== null && mayTransfer(number, transfers, called);
}

/** The place of the item with a digit, unless it asks outside itself; null where there is none. */
function placeOf(menu: Menu, digit: string | undefined): number | null {
  const place = menu.items.findIndex((item) => item.digit === digit && item.action !== "webhook");
  return place < 0 ? null : place;
}

/** Says which item a step took, unless that would tell what was entered. */
export function noteItem(taken: Step, menu: Menu, item: MenuItem): Step {
  return { ...taken, item: menu.sensitive ? null : item.digit };
}
