import type { Context } from "hono";
import { env } from "#shared/env.ts";
import { noteFailure, noteInLog } from "#shared/http/access_log.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { toProblem } from "#shared/http/error_hook.ts";
import { inBackground } from "#shared/http/background.ts";
import { Problem } from "#shared/http/problem.ts";
import { fallbackDocument } from "#shared/ivr/fallback.ts";
import type { Input } from "#shared/ivr/input.ts";
import { DEFAULT_LANGUAGE } from "#shared/ivr/phrases.ts";
import type { Provider, ProviderCall, ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { copyRecordings } from "#shared/ivr/recordings/copy.ts";
import { runCallout } from "#shared/ivr/run_callout.ts";
import { type StepTokens, stepTokens } from "#shared/ivr/step_token.ts";
import { loadTurn } from "#shared/ivr/store.ts";
import { takeTurn } from "#shared/ivr/take_turn.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { attempt, resultOf } from "./attempt.ts";
import { recallConnection, rememberConnection } from "./known_connections.ts";
import {
  publicUrl,
  readProviderRequest,
  requireAccount,
  verifySignature,
} from "./provider_request.ts";

/** A call and its step. */
export interface AskedTurn {
  readonly call: ProviderCall;
  readonly step: number | null;
}

/** A callback that is answered with a document for the caller's phone. */
export interface TurnCallback {
  readonly provider: Provider;
  readonly connectionId: string;
  /** The call, and which step of it this is; null when the request does not prove it. */
  readonly read: (request: ProviderRequest, tokens: StepTokens) => AskedTurn;
  /** What the caller did; null where the last document still goes on. */
  readonly inputOf: (request: ProviderRequest) => Input | null;
}

/**
 * Answers one turn of a call: load, verify, step, commit; two round trips to the database. What the
 * turn asks outside is asked behind its answer.
 *
 * A stranger gets a problem document. Whoever signed with the connection's secret does not: what is
 * wrong then is a spoken apology and a hang-up, with the problem's code in `x-problem-code`, so
 * that no caller is left in silence.
 */
export async function answerTurn(c: Context<AppEnv>, callback: TurnCallback): Promise<Response> {
  const { provider, connectionId } = callback;
  const request = await readProviderRequest(c, provider);
  const tokens = await stepTokens(requireKeyring());
  // Until the signature is checked nobody may learn what is wrong with the request, so it is kept.
  const asked = await attempt(() => callback.read(request, tokens));
  const loading = await attempt(() => loadTurn(provider.name, connectionId, asked.value));

  const known = loading.problem ? recallConnection(connectionId) : loading.value ?? undefined;
  if (!known) throw loading.problem ?? new Problem("unknown_connection");
  c.set("tenantId", known.connection.user_id);
  await verifySignature(provider, request, known.connection);
  rememberConnection(known);
  noteInLog(c, { call_id: asked.value?.call.callId, step: asked.value?.step });

  try {
    const { call, step } = resultOf(asked);
    if (step === null) throw new Problem("invalid_step_token", "The token is not of this call");
    const loaded = resultOf(loading);
    if (!loaded) throw new Problem("unknown_connection");
    requireAccount(loaded.connection, call);
    const input = callback.inputOf(request);
    if (input === null) return c.body(null, 204);
    const base = publicUrl(`/ivr/${provider.name}/${connectionId}`);
    const urls = { turnUrl: `${base}/turn`, recordingUrl: `${base}/recording` };
    const now = new Date();
    const turn = { provider, call, step, loaded, tokens, ...urls, now };
    const { reply, callout } = await takeTurn(turn, input);
    if (callout) inBackground("a callout", runCallout(callout));
    // The announcement of its own may never come, and some URLs are good for minutes.
    if (input.kind === "recorded" && input.url !== null && env().dispatchKick) {
      inBackground("a copy of a recording", copyRecordings());
    }
    if (loaded.connection.has_endpoints) kickDispatch();
    return c.body(reply, 200, { "content-type": provider.contentType });
  } catch (error) {
    noteFailure(c, error);
    return c.body(fallbackDocument(provider, known.language ?? DEFAULT_LANGUAGE), 200, {
      "content-type": provider.contentType,
      "x-problem-code": toProblem(error).code,
    });
  }
}
