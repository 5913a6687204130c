import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import { callOnce } from "#shared/db/once.ts";
import { inBackground } from "#shared/http/background.ts";
import { Problem } from "#shared/http/problem.ts";
import { type AppTurn, decideAppTurn } from "#shared/ivr/app_turn.ts";
import { type Callout, calloutResult } from "#shared/ivr/callout.ts";
import type { Input } from "#shared/ivr/input.ts";
import { newSession, storedSession } from "#shared/ivr/session.ts";
import { runCallout } from "#shared/ivr/run_callout.ts";
import { loadCalloutGrant, type TurnRecord } from "#shared/ivr/store.ts";
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
  callout: z.object({ result: calloutResult.nullable(), waited_ms: z.number() }).nullable(),
  reply: z.string().nullable(),
  document: z.unknown(),
  transfer_rules: transferRules,
  has_endpoints: z.boolean(),
});

const started = z.object({ reply: z.string(), asks: z.boolean() });

const committed = z.object({
  reply: z.string().nullable(),
  /** Whether this request, and no other, is to ask outside. */
  asks: z.boolean(),
});

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
    callout: null,
  };
  const { record, callout } = decideAppTurn(turn, { kind: "call_started" });
  const { response, replayed } = await callOnce(db, {
    name: "start_ivr_session",
    args: {
      p_id: id,
      p_session_id: sessionId,
      p_from: from,
      p_to: to,
      p_menu_version_id: loaded.menu_version.id,
      ...turnArguments(record),
    },
    idempotencyKey,
    request: { ...start, idempotencyKey: undefined },
  }, started);
  if (callout && response.asks && !replayed) askOutside(id, callout);
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
    callout: loaded.callout &&
      { result: loaded.callout.result, waitedMs: loaded.callout.waited_ms },
  };
  const { record, callout } = decideAppTurn(turn, input);
  const result = await db.rpc("commit_ivr_app_turn", {
    p_id: id,
    p_step: step,
    ...turnArguments(record),
  });
  const { reply, asks } = unwrap(result, committed);
  if (reply === null) throw new Problem("session_ended", "The session ended meanwhile");
  if (callout && asks) askOutside(id, callout);
  if (loaded.has_endpoints) kickDispatch();
  return reply;
}

/** Asks outside behind the answer, as the platform: what asking takes is not for users. */
function askOutside(id: string, callout: Callout): void {
  const asking = async () => {
    const grant = await loadCalloutGrant(id);
    if (grant !== null) await runCallout({ callout, grant });
  };
  inBackground("a callout", asking());
}

function turnArguments({ state, item, otherwise, input, outcome, reply }: TurnRecord) {
  return {
    p_state: { ...state, item, ...otherwise && { otherwise } },
    p_input: input,
    p_outcome: outcome,
    p_reply: reply,
  };
}
