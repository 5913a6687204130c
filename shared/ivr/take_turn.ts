import { Problem } from "#shared/http/problem.ts";
import { isRefused } from "./callers.ts";
import { menuOf } from "./choices.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Input } from "./input.ts";
import { maskInput } from "./mask.ts";
import { type MenuVersion, menuVersion } from "./menu.ts";
import type { Step } from "./outcome.ts";
import type { Provider, ProviderCall } from "./providers/provider.ts";
import { currentMenuId, newSession, type SessionState } from "./session.ts";
import { step } from "./step.ts";
import type { StepTokens } from "./step_token.ts";
import {
  commitTurn,
  type Decision,
  type LoadedTurn,
  startSession,
  type TurnRecord,
} from "./store.ts";

/** One turn of one call, after its request was found genuine. */
export interface Turn {
  readonly provider: Provider;
  readonly call: ProviderCall;
  /** 0 for the call coming in, else what the step token says. */
  readonly step: number;
  readonly loaded: LoadedTurn;
  readonly tokens: StepTokens;
  /** Absolute URL of the turn route, without the token. */
  readonly turnUrl: string;
  /** Absolute URL at which recordings are announced. */
  readonly recordingUrl: string;
  readonly now: Date;
}

/**
 * Steps, renders and commits one turn; answers the document to send.
 *
 * What was committed first for a step is what every delivery of it gets, byte for byte.
 *
 * @throws {Problem} `unknown_number`, `menu_not_published`, `unknown_session`, `session_ended`,
 * `invalid_menu`, or what the database answers.
 */
export async function takeTurn(turn: Turn, input: Input): Promise<string> {
  const { loaded } = turn;
  if (loaded.reply !== null) return loaded.reply;
  const version = publishedVersion(loaded);
  const reply = loaded.session === null
    ? await start(turn, version, input)
    : await advance(turn, loaded.session, version, input);
  if (reply === null) throw new Problem("session_ended", "The call stands at another step");
  return reply;
}

async function start(turn: Turn, version: { id: string; menus: MenuVersion }, input: Input) {
  const { call, loaded } = turn;
  if (turn.step !== 0) throw new Problem("unknown_session", "No call has this id");
  const decided = decide(turn, version.menus, newSession(version.menus.root), turn.now, input);
  return await startSession(loaded.connection.id, call, version.id, decided);
}

async function advance(
  turn: Turn,
  session: NonNullable<LoadedTurn["session"]>,
  version: { menus: MenuVersion },
  input: Input,
) {
  if (session.ended || session.step !== turn.step) return null;
  const state: SessionState = { ...session, end_reason: null };
  const decided = decide(turn, version.menus, state, session.started_at, input);
  return await commitTurn(session.id, turn.step, currentMenuId(session), decided);
}

function decide(
  turn: Turn,
  menus: MenuVersion,
  session: SessionState,
  startedAt: Date,
  input: Input,
): TurnRecord {
  const { call, loaded: { connection, transfer_rules } } = turn;
  const { allowed_callers: allowed, blocked_callers: blocked } = connection;
  const circumstances: Circumstances = {
    turn: turn.step,
    now: turn.now,
    startedAt,
    called: call.to,
    refused: isRefused({ allowed, blocked }, call.from),
    transfers: transfer_rules,
  };
  const taken = step(menus, session, input, circumstances);
  const dials = taken.directives.some(({ kind }) => kind === "dial");
  // Whether a transfer is left this hour is counted when the turn is committed, so both ends go along.
  const capped = dials && step(menus, session, input, { ...circumstances, transfers: null });
  return {
    ...record(turn, taken),
    input: maskInput(input, menuOf(menus, session).sensitive),
    ...capped && { otherwise: record(turn, capped) },
  };
}

function record(turn: Turn, { session, directives, outcome }: Step): Decision {
  const { provider, call, loaded, tokens } = turn;
  const of = { connectionId: loaded.connection.id, callId: call.callId };
  const reply = provider.render(directives, {
    turn: `${turn.turnUrl}?token=${tokens.mint(of, turn.step + 1)}`,
    recording: `${turn.recordingUrl}?token=${tokens.mintForRecordings(of)}`,
    callId: call.callId,
  });
  return { state: stateOf(session), outcome, reply };
}

/** What is kept of a session, without what else its row holds. */
function stateOf(session: SessionState): SessionState {
  const { menu_stack, no_input_count, invalid_count, digits, language, pending, end_reason } =
    session;
  return { menu_stack, no_input_count, invalid_count, digits, language, pending, end_reason };
}

function publishedVersion(loaded: LoadedTurn): { id: string; menus: MenuVersion } {
  if (loaded.session === null && !loaded.number_known) {
    throw new Problem("unknown_number", "No menu answers this number");
  }
  if (loaded.menu_version === null) {
    throw new Problem("menu_not_published", "The number's menu has no published version");
  }
  const { id, document } = loaded.menu_version;
  const menus = menuVersion.safeParse(document);
  if (!menus.success) throw new Problem("invalid_menu", undefined, { cause: menus.error });
  return { id, menus: menus.data };
}
