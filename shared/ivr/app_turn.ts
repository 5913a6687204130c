import type { Callout, CalloutState } from "./callout.ts";
import { menuOf } from "./choices.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Input } from "./input.ts";
import { maskInput } from "./mask.ts";
import type { MenuVersion } from "./menu.ts";
import type { Step } from "./outcome.ts";
import { plainStepOf } from "./plain_step.ts";
import type { SessionState } from "./session.ts";
import { step } from "./step.ts";
import type { Decision, TurnRecord } from "./store.ts";
import type { TransferRules } from "./transfer_rules.ts";

/** One turn of a session that an app drives. */
export interface AppTurn {
  readonly id: string;
  /** The app's own name for the session. */
  readonly sessionId: string;
  readonly step: number;
  readonly version: MenuVersion;
  readonly session: SessionState;
  readonly startedAt: Date;
  readonly now: Date;
  /** What was dialled, as the app says; E.164 or null. */
  readonly called: string | null;
  readonly transfers: TransferRules;
  /** How the callout stands that the session waits for; null where it waits for none. */
  readonly callout: CalloutState | null;
}

/** What a turn comes to, and what it asks outside if it is committed. */
export interface DecidedAppTurn {
  readonly record: TurnRecord;
  readonly callout: Callout | null;
}

/** What a turn comes to, ready to be committed. Its reply is the JSON text that the app gets. */
export function decideAppTurn(turn: AppTurn, input: Input): DecidedAppTurn {
  const { version, session, startedAt, now, called, transfers, callout } = turn;
  const circumstances: Circumstances = {
    turn: turn.step,
    now,
    startedAt,
    called,
    refused: false,
    transfers,
    callout,
  };
  const taken = step(version, session, input, circumstances);
  const dials = taken.directives.some(({ kind }) => kind === "dial");
  // Whether a transfer is left this hour is counted when the turn is committed, so both ends go along.
  const capped = dials && step(version, session, input, { ...circumstances, transfers: null });
  const record = {
    ...decisionOf(turn, taken),
    input: maskInput(input, menuOf(version, session).sensitive),
    ...capped && { otherwise: decisionOf(turn, capped) },
  };
  return { record, callout: taken.callout ?? null };
}

function decisionOf({ id, sessionId, step, version }: AppTurn, taken: Step): Decision {
  const { session: state, outcome, item } = taken;
  const answer = { id, session_id: sessionId, step: step + 1, ...plainStepOf(version, taken) };
  return { state, outcome, item, reply: JSON.stringify(answer) };
}
