import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import { callOnce } from "#shared/db/once.ts";
import { Problem } from "#shared/http/problem.ts";
import { type AppTurn, decideAppTurn } from "#shared/ivr/app_turn.ts";
import type { Input } from "#shared/ivr/input.ts";
import { newSession, storedSession } from "#shared/ivr/session.ts";
import type { TurnRecord } from "#shared/ivr/store.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { readVersion } from "./read_version.ts";

const transferRules = z.object({
  countries: z.array(z.string()).nullable(),
  prefixes: z.array(z.string()),
});

const answered = z.object({ reply: z.string() });

const loadedStart = z.union([
  answered,
  z.object({
    reply: z.null(),
    menu_version: z.object({ id: z.guid(), document: z.unknown() }).nullable(),
    transfer_rules: transferRules,
    has_endpoints: z.boolean(),
  }),
]);

const loadedTurn = z.object({
  session: storedSession.extend({ session_id: z.string(), to: z.string().nullable() }),
  reply: z.string().nullable(),
  document: z.unknown(),
  transfer_rules: transferRules,
  has_endpoints: z.boolean(),
});

const committed = z.object({ reply: z.string().nullable() });

/** A session that an app asks for. */
export interface AppStart {
  /** The menu, by id or key. */
  readonly menu: string;
  /** The app's own name for the session; its id if undefined. */
  readonly sessionId: string | undefined;
  readonly from: string | null;
  readonly to: string | null;
  readonly language: string | null;
  readonly idempotencyKey: string | undefined;
}

/**
 * Takes the first turn of a session; two round trips. Answers the JSON text to send, which is the
 * one sent before where the name, or the `Idempotency-Key`, was used already.
 *
 * @throws {Problem} `not_found`, `menu_not_published`, `conflict` where the name is another session's.
 */
export async function startAppSession(db: SupabaseClient, start: AppStart): Promise<string> {
  const { menu, from, to, language, idempotencyKey } = start;
  const id = crypto.randomUUID();
  const sessionId = start.sessionId ?? id;
  const loaded = unwrap(
    await db.rpc("load_ivr_start", { p_menu: menu, p_session_id: sessionId }),
    loadedStart,
  );
  if (loaded.reply !== null) return loaded.reply;
  if (loaded.menu_version === null) {
    throw new Problem("menu_not_published", "Publish the menu first");
  }
  const version = readVersion(loaded.menu_version.document);
  const now = new Date();
  const turn: AppTurn = {
    id,
    sessionId,
    step: 0,
    version,
    session: { ...newSession(version.root), language },
    startedAt: now,
    now,
    called: to,
    transfers: loaded.transfer_rules,
  };
  const { response } = await callOnce(db, {
    name: "start_ivr_session",
    args: {
      p_id: id,
      p_session_id: sessionId,
      p_from: from,
      p_to: to,
      p_menu_version_id: loaded.menu_version.id,
      ...turnArguments(decideAppTurn(turn, { kind: "call_started" })),
    },
    idempotencyKey,
    request: { ...start, idempotencyKey: undefined },
  }, answered);
  if (loaded.has_endpoints) kickDispatch();
  return response.reply;
}

/**
 * Takes one turn of a session; two round trips, one for a repeat. What was committed first for a
 * step is what every request for it gets, byte for byte.
 *
 * @throws {Problem} `not_found`, `session_ended`, `conflict` where the session stands at another
 * step or a phone provider drives it.
 */
export async function takeAppTurn(
  db: SupabaseClient,
  id: string,
  step: number,
  input: Input,
): Promise<string> {
  const loaded = unwrap(await db.rpc("load_ivr_app_turn", { p_id: id, p_step: step }), loadedTurn);
  if (loaded.reply !== null) return loaded.reply;
  const { session_id, to, step: current, ended, started_at, id: _, ...state } = loaded.session;
  if (ended) throw new Problem("session_ended", "The session has ended");
  if (step !== current) {
    throw new Problem("conflict", "The session stands at another step", {
      errors: [{ path: "step", message: `The session stands at step ${current}` }],
    });
  }
  const turn: AppTurn = {
    id,
    sessionId: session_id,
    step,
    version: readVersion(loaded.document),
    session: { ...state, end_reason: null },
    startedAt: started_at,
    now: new Date(),
    called: to,
    transfers: loaded.transfer_rules,
  };
  const result = await db.rpc("commit_ivr_app_turn", {
    p_id: id,
    p_step: step,
    ...turnArguments(decideAppTurn(turn, input)),
  });
  const { reply } = unwrap(result, committed);
  if (reply === null) throw new Problem("session_ended", "The session ended meanwhile");
  if (loaded.has_endpoints) kickDispatch();
  return reply;
}

function turnArguments({ state, item, otherwise, input, outcome, reply }: TurnRecord) {
  return {
    p_state: { ...state, item, ...otherwise && { otherwise } },
    p_input: input,
    p_outcome: outcome,
    p_reply: reply,
  };
}
