import { z } from "zod";
import type { Menu } from "./menu.ts";
import type { Outcome, Step } from "./outcome.ts";
import { sayPhrase } from "./replies.ts";
import type { CalloutPending, SessionState } from "./session.ts";
import { wordsOf } from "./words.ts";
import type { Say } from "./directive.ts";

/** How long a callout may take in all, in milliseconds. */
export const CALLOUT_MS = 3000;
/** When a callout is given up for lost, because its process died: its time and a second to tell of it. */
const LOST_MS = CALLOUT_MS + 1000;
/** How often a callout is made: once more where the first one was lost. */
const ATTEMPTS = 2;
/** How long the caller waits between two looks at the answer, in seconds. */
const LOOK_AGAIN_SECONDS = 1;

/** What came of a callout. A failure says no more: what the caller hears is the same for all. */
export const calloutResult = z.discriminatedUnion("kind", [
  /** A webhook named an item, told by its place in the menu: an entry may be nobody's to keep. */
  z.object({ kind: z.literal("item"), place: z.int().nonnegative() }),
  /** Retell waits for the call of this id. */
  z.object({ kind: z.literal("registered"), call_id: z.string().regex(/^[\w-]{1,128}$/) }),
  z.object({ kind: z.literal("failed") }),
]);

/** What came of a callout. */
export type CalloutResult = z.infer<typeof calloutResult>;

/** How a callout stands that a session waits for. */
export interface CalloutState {
  /** Null while nothing has come of it. */
  readonly result: CalloutResult | null;
  /** For how long the latest attempt has been under way, in milliseconds. */
  readonly waitedMs: number;
}

/** Something that is to be asked outside before the caller can go on. */
export interface Callout {
  /** The step that asked first: with the session it names the callout. */
  readonly step: number;
  /** From 1. */
  readonly attempt: number;
  readonly choice: CalloutPending["choice"];
  /** The menu in which the choice was made. */
  readonly menu: Menu;
  /** The language that the caller hears there, BCP 47. */
  readonly language: string;
}

/** Has somebody outside asked; the caller is told to wait and comes back at once. */
export function ask(
  menu: Menu,
  session: SessionState,
  asked: Omit<CalloutPending, "kind" | "attempt">,
  outcome: Outcome,
  before: readonly Say[] = [],
): Step {
  const pending: CalloutPending = { kind: "callout", attempt: 1, ...asked };
  return {
    session: { ...session, digits: "", pending },
    // The sentence is the pause.
    directives: [...before, sayPhrase(menu, session, "oneMoment"), { kind: "wait", seconds: 0 }],
    outcome,
    item: null,
    callout: calloutOf(menu, session, pending),
  };
}

/**
 * The step of a caller whose callout has no answer yet: a wait without a word, and one more attempt
 * where the first was lost. Null when there is nothing to wait for any more.
 */
export function awaitCallout(
  menu: Menu,
  session: SessionState,
  pending: CalloutPending,
  state: CalloutState | null,
): Step | null {
  if (state === null || state.result !== null) return null;
  const waiting = {
    session,
    directives: [{ kind: "wait", seconds: LOOK_AGAIN_SECONDS }],
    outcome: "waiting",
    item: null,
  } as const;
  if (state.waitedMs < LOST_MS) return waiting;
  if (pending.attempt >= ATTEMPTS) return null;
  const again = { ...pending, attempt: pending.attempt + 1 };
  return {
    ...waiting,
    session: { ...session, pending: again },
    callout: calloutOf(menu, session, again),
  };
}

function calloutOf(menu: Menu, session: SessionState, pending: CalloutPending): Callout {
  const { step, attempt, choice } = pending;
  return { step, attempt, choice, menu, language: wordsOf(menu, session.language).language };
}
