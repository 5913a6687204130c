import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import { hotCall } from "#shared/db/hot.ts";
import { type CalloutResult, calloutResult } from "./callout.ts";
import type { KnownTurn } from "./known_calls.ts";
import { type KnownVersion, recallVersion } from "./known_versions.ts";
import type { RecordedInput } from "./mask.ts";
import type { Outcome } from "./outcome.ts";
import type { CallStatus, ProviderCall } from "./providers/provider.ts";
import { currentMenuId, type SessionState, storedSession } from "./session.ts";

// The calls of `supabase/migrations/…_ivr_turns.sql`: one round trip each, at most two a turn.

const storedConnection = z.object({
  id: z.guid(),
  user_id: z.guid(),
  account_sid: z.string().nullable(),
  secrets: z.array(z.object({ id: z.guid(), sealed: z.string() })),
  /** Whether somebody may be told of what happens in its calls. */
  has_endpoints: z.boolean(),
  allowed_callers: z.array(z.string()),
  blocked_callers: z.array(z.string()),
});

const loadedTurn = z.object({
  connection: storedConnection,
  session: storedSession.nullable(),
  reply: z.string().nullable(),
  number_known: z.boolean(),
  /** Without the document of a version that is known here. */
  menu_version: z.object({ id: z.guid(), document: z.unknown() }).nullable(),
  language: z.string().nullable(),
  callout: z.object({ result: calloutResult.nullable(), waited_ms: z.number() }).nullable(),
  transfer_rules: z.object({
    countries: z.array(z.string()).nullable(),
    prefixes: z.array(z.string()),
  }),
  /** Digest of the connection and the rules: what {@linkcode commitKnownTurn} goes by. */
  settings: z.string(),
});

const loadedTurnOrNull = loadedTurn.nullable();

/** What asking outside takes; secrets are sealed. */
const calloutGrant = z.object({
  session_id: z.guid(),
  user_id: z.guid(),
  call_id: z.guid().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Absent where the endpoint is gone or disabled. */
  endpoint: z.object({
    id: z.guid(),
    user_id: z.guid(),
    url: z.string(),
    secrets: z.array(z.string()),
    headers: z.string().nullable(),
  }).optional(),
  /** The tenant's account at Retell. */
  retell: z.object({
    sealed_api_key: z.string().nullable(),
    sealed_call_agent_id: z.string().nullable(),
  }).nullish(),
});

const committedTurn = z.object({
  /** What to send: what was committed first for the step. */
  reply: z.string().nullable(),
  /** Given to the delivery alone whose turn was committed, where that turn asks outside. */
  callout: calloutGrant.nullable(),
  /** Told to the delivery alone whose turn was committed. */
  session: z.object({ id: z.guid(), started_at: z.coerce.date() }).nullish(),
});

const committedOrOvertaken = z.union([committedTurn, z.object({ loaded: loadedTurnOrNull })]);

/** A phone connection with its signing secrets, still sealed. */
export type StoredConnection = z.infer<typeof storedConnection>;
/** What a turn needs to know. */
export interface LoadedTurn extends Omit<z.infer<typeof loadedTurn>, "menu_version"> {
  readonly menu_version: KnownVersion | UnreadVersion | null;
}
/** A version whose document is a `menuVersion`, not yet parsed. */
type UnreadVersion = NonNullable<z.infer<typeof loadedTurn>["menu_version"]>;
/** What asking outside takes. */
export type CalloutGrant = z.infer<typeof calloutGrant>;
/** What became of a turn that was to be committed. */
export type CommittedTurn = z.infer<typeof committedTurn>;

/** A turn that was not committed, because it was decided by what no longer holds. */
export interface OvertakenTurn {
  /** What holds; null when the connection is gone or switched off. */
  readonly loaded: LoadedTurn | null;
}

/** Where a turn leaves the caller, and what the provider is told. */
export interface Decision {
  readonly state: SessionState;
  readonly outcome: Outcome;
  /** The `digit` of the item that was chosen, where that may be kept. */
  readonly item: string | null;
  /** The rendered document, byte for byte. */
  readonly reply: string;
}

/** What one turn decided, to be committed. */
export interface TurnRecord extends Decision {
  readonly input: RecordedInput;
  /** What is committed instead where the turn dials and the tenant has no transfer left this hour. */
  readonly otherwise?: Decision;
}

/** An enabled connection of a provider, or null. */
export function loadConnection(
  provider: string,
  connectionId: string,
): Promise<StoredConnection | null> {
  return hotCall("ivr_load_connection", {
    p_provider: provider,
    p_connection_id: connectionId,
  }, storedConnection.nullable());
}

/**
 * Everything that a turn needs, or null when the connection is unknown or switched off.
 *
 * @param asked the call and its step; undefined where the request names none, which leaves the
 * connection alone to be loaded.
 */
export async function loadTurn(
  provider: string,
  connectionId: string,
  asked: { readonly call: ProviderCall; readonly step: number | null } | undefined,
): Promise<LoadedTurn | null> {
  const called = asked?.call.to ?? null;
  const known = recallVersion({ connectionId, called });
  const loaded = await hotCall("ivr_load_turn", {
    p_provider: provider,
    p_connection_id: connectionId,
    p_call_id: asked?.call.callId ?? null,
    p_to: called,
    p_step: asked?.step ?? null,
    p_known_version: known?.id ?? null,
  }, loadedTurnOrNull);
  return withKnown(loaded, known);
}

/** Fills in the document that was not sent because it is known here. */
function withKnown(
  loaded: z.infer<typeof loadedTurnOrNull>,
  known: KnownVersion | undefined,
): LoadedTurn | null {
  return known !== undefined && loaded?.menu_version?.id === known.id
    ? { ...loaded, menu_version: known, language: loaded.language ?? languageOf(loaded, known) }
    : loaded;
}

/** The language of the menu in which the caller stands. */
function languageOf({ session }: Pick<LoadedTurn, "session">, { menus }: KnownVersion) {
  const id = session === null ? menus.root : currentMenuId(session);
  return menus.menus[id]?.language ?? null;
}

/** Commits the first turn of a call. The reply is an earlier delivery's, if one won. */
export function startSession(
  connectionId: string,
  call: ProviderCall,
  menuVersionId: string,
  turn: TurnRecord,
): Promise<CommittedTurn> {
  return hotCall("ivr_start_session", {
    p_connection_id: connectionId,
    p_call_id: call.callId,
    p_from: call.from,
    p_to: call.to,
    p_menu_version_id: menuVersionId,
    ...recordOf(turn),
  }, committedTurn);
}

/**
 * Advances a session by compare and swap on its step.
 *
 * The reply is this one, or the one that was committed first for the same step; null when the session
 * has ended or stands at another step.
 */
export function commitTurn(
  sessionId: string,
  step: number,
  menuId: string,
  turn: TurnRecord,
): Promise<CommittedTurn> {
  return hotCall("ivr_commit_turn", {
    p_session_id: sessionId,
    p_step: step,
    p_menu_id: menuId,
    ...recordOf(turn),
  }, committedTurn);
}

/**
 * {@linkcode commitTurn} for a turn that was decided by what this isolate knows of the call. Where the
 * owner's settings have changed meanwhile, or the session has ended or stands elsewhere, nothing is
 * committed, and what holds now comes back with the same answer.
 */
export async function commitKnownTurn(
  provider: string,
  call: ProviderCall,
  known: KnownTurn,
  turn: TurnRecord,
): Promise<CommittedTurn | OvertakenTurn> {
  const { connection, session, menu_version, settings } = known;
  const result = await hotCall("ivr_commit_known_turn", {
    p_provider: provider,
    p_connection_id: connection.id,
    p_call_id: call.callId,
    p_to: call.to,
    p_known_version: menu_version.id,
    p_settings: settings,
    p_session_id: session.id,
    p_step: session.step,
    p_menu_id: currentMenuId(session),
    ...recordOf(turn),
  }, committedOrOvertaken);
  return "loaded" in result ? { loaded: withKnown(result.loaded, menu_version) } : result;
}

/** What every function that commits a turn is told of it. */
function recordOf({ state, item, otherwise, input, outcome, reply }: TurnRecord) {
  return {
    p_state: { ...state, item, otherwise },
    p_input: input,
    p_outcome: outcome,
    p_reply: reply,
  };
}

/** What the callout takes that an app's session waits for; null where it waits for none any more. */
export async function loadCalloutGrant(sessionId: string): Promise<CalloutGrant | null> {
  // Loaded where it is used: most turns ask nobody.
  const { adminClient } = await import("#shared/db/clients.ts");
  const database = adminClient("what asking takes holds secrets, which no user may read");
  const result = await database.rpc("ivr_callout_grant", { p_session_id: sessionId });
  return unwrap(result, calloutGrant.nullable());
}

/** Keeps what came of a callout. The first answer stands. */
export async function settleCallout(
  sessionId: string,
  step: number,
  result: CalloutResult,
): Promise<void> {
  await hotCall("ivr_settle_callout", {
    p_session_id: sessionId,
    p_step: step,
    p_result: result,
  }, z.boolean());
}

/** Takes in a call's status. Repeats and late arrivals change nothing. */
export async function recordStatus(
  connectionId: string,
  call: ProviderCall,
  status: CallStatus,
): Promise<void> {
  await hotCall("ivr_record_status", {
    p_connection_id: connectionId,
    p_call_id: call.callId,
    p_status: status.status,
    p_sequence: status.sequence,
    p_duration_seconds: status.durationSeconds,
    p_from: call.from,
    p_to: call.to,
  }, z.boolean());
}
