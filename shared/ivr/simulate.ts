import type { CalloutResult, CalloutState } from "./callout.ts";
import { menuOf } from "./choices.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Input } from "./input.ts";
import { maskInput, type RecordedInput } from "./mask.ts";
import type { Menu, MenuVersion } from "./menu.ts";
import { type PlainStep, plainStepOf } from "./plain_step.ts";
import { newSession, type SessionState } from "./session.ts";
import { step } from "./step.ts";

/** What a simulated caller does, and how long after the turn before. */
export interface SimulatedInput {
  readonly input: Input;
  /** Since the turn before. */
  readonly afterSeconds: number;
  /** What somebody outside answered meanwhile; null for nothing yet. */
  readonly answer: SimulatedAnswer | null;
}

/** What somebody outside answers: a webhook names an item, Retell takes the call, or neither does. */
export type SimulatedAnswer =
  | { readonly kind: "item"; readonly digit: string }
  | { readonly kind: "registered" }
  | { readonly kind: "failed" };

/** The call that is simulated: who calls what, when, and where it may be transferred to. */
export interface SimulatedCall extends Pick<Circumstances, "startedAt" | "called" | "transfers"> {
  /** The language that the caller chose already, BCP 47; null for each menu's own. */
  readonly language: string | null;
}

/** One turn of a transcript. */
export interface SimulatedTurn extends PlainStep {
  readonly step: number;
  readonly at: Date;
  /** As it would be recorded. */
  readonly input: RecordedInput;
  /** The menu in which the input was given. */
  readonly asked: PlainStep["menu"];
}

/** Everything that would be heard and done in a call, until it ends or the inputs do. */
export interface Transcript {
  readonly turns: readonly SimulatedTurn[];
  /** How many inputs came after the end. */
  readonly unused: number;
}

/**
 * Takes a caller through a version from the ring to the end, as a call would be taken.
 *
 * Pure: nothing is written, dialled or asked outside. Every transfer that the rules allow is counted
 * as one of those that the tenant has left.
 */
export function simulate(
  version: MenuVersion,
  { language, startedAt, called, transfers }: SimulatedCall,
  inputs: readonly SimulatedInput[],
): Transcript {
  const turns: SimulatedTurn[] = [];
  const ring: SimulatedInput = { input: { kind: "call_started" }, afterSeconds: 0, answer: null };
  let session: SessionState = { ...newSession(version.root), language };
  let now = startedAt;
  for (const { input, afterSeconds, answer } of [ring, ...inputs]) {
    if (session.end_reason !== null) break;
    now = new Date(now.getTime() + afterSeconds * 1000);
    const turn = turns.length;
    const menu = menuOf(version, session);
    const callout = session.pending?.kind === "callout"
      ? calloutState(menu, answer, afterSeconds)
      : null;
    const circumstances = { turn, now, startedAt, called, refused: false, transfers, callout };
    const taken = step(version, session, input, circumstances);
    turns.push({
      step: turn,
      at: now,
      input: maskInput(input, menu.sensitive),
      asked: { id: menu.id, key: menu.key, name: menu.name },
      ...plainStepOf(version, taken),
    });
    session = taken.session;
  }
  return { turns, unused: inputs.length + 1 - turns.length };
}

function calloutState(
  menu: Menu,
  answer: SimulatedAnswer | null,
  afterSeconds: number,
): CalloutState {
  return { result: answer && resultOf(menu, answer), waitedMs: afterSeconds * 1000 };
}

function resultOf(menu: Menu, answer: SimulatedAnswer): CalloutResult {
  switch (answer.kind) {
    case "item": {
      const place = menu.items.findIndex(({ digit }) => digit === answer.digit);
      return place < 0 ? { kind: "failed" } : { kind: "item", place };
    }
    case "registered":
      return { kind: "registered", call_id: "simulated" };
    case "failed":
      return { kind: "failed" };
  }
}
