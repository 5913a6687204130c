import type { Gather, Say } from "./directive.ts";
import { digitsWanted, finishKey, longestEntry } from "./entries.ts";
import type { Menu } from "./menu.ts";
import type { Outcome, Step } from "./outcome.ts";
import { type Phrases, phrasesFor } from "./phrases.ts";
import type { EndReason, SessionState } from "./session.ts";
import { labelOf, wordsOf } from "./words.ts";

/** What is said before a menu, and whether an entry cuts it short. */
export interface Preface {
  readonly says: readonly Say[];
  readonly bargeIn: boolean;
}

const NOTHING: Preface = { says: [], bargeIn: true };

/** Offers a menu from its beginning. */
export function offer(
  menu: Menu,
  session: SessionState,
  outcome: Outcome,
  { says, bargeIn }: Preface = NOTHING,
): Step {
  const { language, prompt } = wordsOf(menu, session.language);
  const prompts = [say(prompt, language)];
  // A sensitive entry is gathered whole, because what is collected in parts lies in a row meanwhile.
  const digits = menu.sensitive ? longestEntry(menu) : Math.max(1, digitsWanted(menu, ""));
  const listen = (heard: readonly Say[]) =>
    gather(menu, session, heard, digits, menu.timeout, menu.barge_in);
  return {
    session: { ...session, digits: "", pending: null },
    // Before a prompt that no entry may cut short, nothing else can be cut short either.
    directives: bargeIn || !menu.barge_in
      ? [listen([...says, ...prompts])]
      : [...says, listen(prompts)],
    outcome,
    item: null,
  };
}

/** Listens on, without a word, for the rest of an entry. */
export function collect(menu: Menu, session: SessionState, digits: number): Step {
  const directives = [gather(menu, session, [], digits, menu.inter_digit_timeout, true)];
  return { session, directives, outcome: "collecting", item: null };
}

/** Ends the call. */
export function hangUp(
  session: SessionState,
  reason: EndReason,
  outcome: Outcome,
  before: readonly Say[] = [],
): Step {
  return {
    session: { ...session, pending: null, end_reason: reason },
    directives: [...before, { kind: "hangup" }],
    outcome,
    item: null,
  };
}

/** A sentence. */
export function say(text: string, language: string): Say {
  return { kind: "say", text, language };
}

/** A standard sentence in the language that the caller hears in this menu. */
export function sayPhrase(menu: Menu, session: SessionState, phrase: keyof Phrases): Say {
  const { language, phrases } = phrasesFor(wordsOf(menu, session.language).language);
  return say(phrases[phrase], language);
}

function gather(
  menu: Menu,
  session: SessionState,
  prompts: readonly Say[],
  digits: number,
  timeout: number,
  bargeIn: boolean,
): Gather {
  return {
    kind: "gather",
    prompts,
    bargeIn,
    digits,
    timeout,
    interDigitTimeout: menu.inter_digit_timeout,
    finishKey: finishKey(menu),
    speech: menu.speech && !menu.sensitive ? { hints: hintsOf(menu, session) } : null,
    sensitive: menu.sensitive,
  };
}

function hintsOf(menu: Menu, session: SessionState): string[] {
  const { language } = wordsOf(menu, session.language);
  return menu.items.map((item) => labelOf(item, language));
}
