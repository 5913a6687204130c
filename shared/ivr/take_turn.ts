import { Problem } from "#shared/http/problem.ts";
import { isRefused } from "./callers.ts";
import { menuOf } from "./choices.ts";
import type { Callout } from "./callout.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Input } from "./input.ts";
import { maskInput } from "./mask.ts";
import { type KnownTurn, rememberCall } from "./known_calls.ts";
import { type KnownVersion, rememberVersion } from "./known_versions.ts";
import { type MenuVersion, menuVersion } from "./menu.ts";
import type { Step } from "./outcome.ts";
import type { GrantedCallout } from "./run_callout.ts";
import type { Provider, ProviderCall } from "./providers/provider.ts";
import { currentMenuId, newSession, type SessionState } from "./session.ts";
import { step } from "./step.ts";
import type { StepTokens } from "./step_token.ts";
import {
  commitKnownTurn,
  type CommittedTurn,
  commitTurn,
  type Decision,
  type LoadedTurn,
  type OvertakenTurn,
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
  /** `loaded`, where it was not loaded for this turn but is what this isolate knows of the call. */
  readonly known: KnownTurn | null;
  readonly tokens: StepTokens;
  /** Absolute URL of the turn route, without the token. */
  readonly turnUrl: string;
  /** Absolute URL at which recordings are announced. */
  readonly recordingUrl: string;
  readonly now: Date;
}

/** What a turn came to. */
export interface TakenTurn {
  /** The document to send. */
  readonly reply: string;
  /** What this delivery, and no other, is to ask outside. */
  readonly callout: GrantedCallout | null;
}

/**
 * Steps, renders and commits one turn.
 *
 * What was committed first for a step is what every delivery of it gets, byte for byte. A turn that was
 * known and not loaded may come back overtaken, with nothing done.
 *
 * @throws {Problem} `unknown_number`, `menu_not_published`, `unknown_session`, `session_ended`,
 * `invalid_menu`, or what the database answers.
 */
export async function takeTurn(turn: Turn, input: Input): Promise<TakenTurn | OvertakenTurn> {
  const { loaded } = turn;
  if (loaded.reply !== null) return { reply: loaded.reply, callout: null };
  const version = publishedVersion(turn);
  const decided = loaded.session === null
    ? await start(turn, version, input)
    : await advance(turn, loaded.session, version, input);
  if (decided !== null && "loaded" in decided) return decided;
  if (decided === null || decided.committed.reply === null) {
    throw new Problem("session_ended", "The call stands at another step");
  }
  remember(turn, version, decided);
  const { committed: { reply, callout: grant }, callout } = decided;
  return { reply, callout: callout && grant && { callout, grant } };
}

/** A turn that went to the database, and what it asks outside if it was committed. */
interface Sent {
  readonly committed: CommittedTurn;
  readonly record: TurnRecord;
  readonly callout: Callout | null;
}

async function start(
  turn: Turn,
  version: KnownVersion,
  input: Input,
): Promise<Sent> {
  const { call, loaded } = turn;
  if (turn.step !== 0) throw new Problem("unknown_session", "No call has this id");
  const session = newSession(version.menus.root);
  const { record, callout } = decide(turn, version.menus, session, turn.now, input);
  const committed = await startSession(loaded.connection.id, call, version.id, record);
  return { committed, record, callout };
}

async function advance(
  turn: Turn,
  session: NonNullable<LoadedTurn["session"]>,
  { menus }: KnownVersion,
  input: Input,
): Promise<Sent | OvertakenTurn | null> {
  if (session.ended || session.step !== turn.step) return null;
  const state: SessionState = { ...session, end_reason: null };
  const { record, callout } = decide(turn, menus, state, session.started_at, input);
  const committed = turn.known === null
    ? await commitTurn(session.id, turn.step, currentMenuId(session), record)
    : await commitKnownTurn(turn.provider.name, turn.call, turn.known, record);
  return "loaded" in committed ? committed : { committed, record, callout };
}

/**
 * Remembers where the call stands, for the next turn. Not where that waits for something outside, nor
 * where the database has chosen between two ends.
 */
function remember(turn: Turn, version: KnownVersion, { committed, record }: Sent): void {
  const { state } = record;
  const isOffered = state.pending === null && state.end_reason === null && !record.otherwise;
  if (!committed.session || !isOffered) return;
  const { provider, call, loaded } = turn;
  const { end_reason: _, ...kept } = state;
  rememberCall(
    { provider: provider.name, connectionId: loaded.connection.id, callId: call.callId },
    {
      ...loaded,
      session: { ...kept, ...committed.session, step: turn.step + 1, ended: false },
      menu_version: version,
      reply: null,
      callout: null,
      language: state.language ?? menuOf(version.menus, state).language,
    },
  );
}

function decide(
  turn: Turn,
  menus: MenuVersion,
  session: SessionState,
  startedAt: Date,
  input: Input,
): { record: TurnRecord; callout: Callout | null } {
  const { call, loaded: { connection, transfer_rules, callout } } = turn;
  const { allowed_callers: allowed, blocked_callers: blocked } = connection;
  const circumstances: Circumstances = {
    turn: turn.step,
    now: turn.now,
    startedAt,
    called: call.to,
    refused: isRefused({ allowed, blocked }, call.from),
    transfers: transfer_rules,
    callout: callout && { result: callout.result, waitedMs: callout.waited_ms },
  };
  const taken = step(menus, session, input, circumstances);
  const dials = taken.directives.some(({ kind }) => kind === "dial");
  // Whether a transfer is left this hour is counted when the turn is committed, so both ends go along.
  const capped = dials && step(menus, session, input, { ...circumstances, transfers: null });
  const record = {
    ...decisionOf(turn, taken),
    input: maskInput(input, menuOf(menus, session).sensitive),
    ...capped && { otherwise: decisionOf(turn, capped) },
  };
  return { record, callout: taken.callout ?? null };
}

function decisionOf(turn: Turn, { session, directives, outcome, item }: Step): Decision {
  const { provider, call, loaded, tokens } = turn;
  const of = { connectionId: loaded.connection.id, callId: call.callId };
  const reply = provider.render(directives, {
    turn: `${turn.turnUrl}?token=${tokens.mint(of, turn.step + 1)}`,
    // Few documents record anything.
    get recording() {
      return `${turn.recordingUrl}?token=${tokens.mintForRecordings(of)}`;
    },
    callId: call.callId,
  });
  return { state: stateOf(session), outcome, item, reply };
}

/** What is kept of a session, without what else its row holds. */
function stateOf(session: SessionState): SessionState {
  const { menu_stack, no_input_count, invalid_count, digits, language, pending, end_reason } =
    session;
  return { menu_stack, no_input_count, invalid_count, digits, language, pending, end_reason };
}

function publishedVersion({ call, loaded }: Turn): KnownVersion {
  if (loaded.session === null && !loaded.number_known) {
    throw new Problem("unknown_number", "No menu answers this number");
  }
  if (loaded.menu_version === null) {
    throw new Problem("menu_not_published", "The number's menu has no published version");
  }
  if ("menus" in loaded.menu_version) return loaded.menu_version;
  const { id, document } = loaded.menu_version;
  const menus = menuVersion.safeParse(document);
  if (!menus.success) throw new Problem("invalid_menu", undefined, { cause: menus.error });
  const version = { id, menus: menus.data };
  rememberVersion({ connectionId: loaded.connection.id, called: call.to }, version);
  return version;
}
