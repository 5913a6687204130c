import { Problem } from "#shared/http/problem.ts";
import type { Input } from "./input.ts";
import { type MenuVersion, menuVersion } from "./menu.ts";
import type { Provider, ProviderCall } from "./providers/provider.ts";
import { currentMenuId, newSession, type SessionState } from "./session.ts";
import { type Step, step } from "./step.ts";
import type { StepTokens } from "./step_token.ts";
import { commitTurn, type LoadedTurn, startSession } from "./store.ts";

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
  const taken = step(version.menus, newSession(version.menus.root), input, 0);
  return await startSession(loaded.connection.id, call, version.id, record(turn, taken, input));
}

async function advance(
  turn: Turn,
  session: NonNullable<LoadedTurn["session"]>,
  version: { menus: MenuVersion },
  input: Input,
) {
  if (session.ended || session.step !== turn.step) return null;
  const state: SessionState = { ...session, end_reason: null };
  const taken = step(version.menus, state, input, turn.step);
  return await commitTurn(
    session.id,
    turn.step,
    currentMenuId(session),
    record(turn, taken, input),
  );
}

function record(turn: Turn, { session, directives, outcome }: Step, input: Input) {
  const { provider, call, loaded, tokens } = turn;
  const token = tokens.mint(
    { connectionId: loaded.connection.id, callId: call.callId },
    turn.step + 1,
  );
  const reply = provider.render(directives, {
    turn: `${turn.turnUrl}?token=${token}`,
    recording: turn.recordingUrl,
    callId: call.callId,
  });
  const { menu_stack, no_input_count, invalid_count, digits, end_reason } = session;
  return {
    state: { menu_stack, no_input_count, invalid_count, digits, end_reason },
    input,
    outcome,
    reply,
  };
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
