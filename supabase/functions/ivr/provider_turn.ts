import type { Context } from "hono";
import { env } from "#shared/env.ts";
import { noteFailure, noteInLog } from "#shared/http/access_log.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { inBackground } from "#shared/http/background.ts";
import { Problem } from "#shared/http/problem.ts";
import { fallbackDocument } from "#shared/ivr/fallback.ts";
import type { Input } from "#shared/ivr/input.ts";
import { DEFAULT_LANGUAGE } from "#shared/ivr/phrases.ts";
import type { Provider, ProviderCall, ProviderRequest } from "#shared/ivr/providers/provider.ts";
import type { GrantedCallout } from "#shared/ivr/run_callout.ts";
import { type StepTokens, stepTokens } from "#shared/ivr/step_token.ts";
import { claimCall, type KnownTurn, recallCall } from "#shared/ivr/known_calls.ts";
import { type LoadedTurn, loadTurn, type OvertakenTurn } from "#shared/ivr/store.ts";
import { type TakenTurn, takeTurn } from "#shared/ivr/take_turn.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { type Attempt, attempt, resultOf } from "./attempt.ts";
import { type KnownConnection, recallConnection, rememberConnection } from "./known_connections.ts";
import {
  isGenuine,
  isOfAccount,
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

/** A callback as it was delivered: its request, what reads its token, and what it asks for. */
interface Delivery extends TurnCallback {
  readonly request: ProviderRequest;
  readonly tokens: StepTokens;
  /** Until the signature is checked nobody may learn what is wrong with the request, so it is kept. */
  readonly asked: Attempt<AskedTurn>;
}

/**
 * Answers one turn of a call: load, verify, step, commit; two round trips to the database, or one where
 * this isolate committed the turn before. What the turn asks outside is asked behind its answer.
 *
 * A stranger gets a problem document. Whoever signed with the connection's secret does not: what is
 * wrong then is a spoken apology and a hang-up, with the problem's code in `x-problem-code`, so
 * that no caller is left in silence.
 */
export async function answerTurn(c: Context<AppEnv>, callback: TurnCallback): Promise<Response> {
  const { provider, connectionId } = callback;
  const request = await readProviderRequest(c, provider);
  const tokens = await stepTokens(requireKeyring());
  const asked = await attempt(() => callback.read(request, tokens));
  const delivery = { ...callback, request, tokens, asked };
  const known = await recallGenuine(delivery);
  if (known) {
    return await answerGenuine(c, delivery, { whom: known, loading: { value: known }, known });
  }
  const loading = await attempt(() => loadTurn(provider.name, connectionId, asked.value));
  return await answerLoaded(c, delivery, loading);
}

/** What this isolate knows of the call, where the request is genuine by what it knows. */
async function recallGenuine(
  { provider, connectionId, request, asked }: Delivery,
): Promise<KnownTurn | undefined> {
  const { call, step } = asked.value ?? { step: null };
  if (call === undefined || step === null) return undefined;
  const name = { provider: provider.name, connectionId, callId: call.callId };
  const known = recallCall(name, step);
  if (!known || !isOfAccount(known.connection, call)) return undefined;
  if (!await isGenuine(provider, request, known.connection)) return undefined;
  // Of several deliveries at once, one: the others load, and are told what it was answered.
  return claimCall(name, known) ? known : undefined;
}

async function answerLoaded(
  c: Context<AppEnv>,
  delivery: Delivery,
  loading: Attempt<LoadedTurn | null>,
): Promise<Response> {
  const whom = loading.problem
    ? recallConnection(delivery.connectionId)
    : loading.value ?? undefined;
  if (!whom) throw loading.problem ?? new Problem("unknown_connection");
  c.set("tenantId", whom.connection.user_id);
  await verifySignature(delivery.provider, delivery.request, whom.connection);
  rememberConnection(whom);
  return await answerGenuine(c, delivery, { whom, loading, known: null });
}

/** A request that is genuine, and what there is to answer it by. */
interface Genuine {
  /** Whose secret it is signed with, and what language to apologise in. */
  readonly whom: KnownConnection;
  readonly loading: Attempt<LoadedTurn | null>;
  /** What was loaded, where it is not loaded but known. */
  readonly known: KnownTurn | null;
}

async function answerGenuine(
  c: Context<AppEnv>,
  delivery: Delivery,
  { whom, loading, known }: Genuine,
): Promise<Response> {
  const { provider, asked } = delivery;
  c.set("tenantId", whom.connection.user_id);
  const taken = await attempt(() => take(delivery, resultOf(loading), known));
  // The secret may be one of the things that have changed, so what holds now begins at the signature.
  if (taken.value && "loaded" in taken.value) {
    return await answerLoaded(c, delivery, { value: taken.value.loaded });
  }
  noteInLog(c, { call_id: asked.value?.call.callId, step: asked.value?.step });
  const headers = { "content-type": provider.contentType };
  if (!taken.problem) {
    return taken.value ? c.body(taken.value.reply, 200, headers) : c.body(null, 204);
  }
  noteFailure(c, taken.problem);
  return c.body(fallbackDocument(provider, whom.language ?? DEFAULT_LANGUAGE), 200, {
    ...headers,
    "x-problem-code": taken.problem.code,
  });
}

/** Takes the turn of a genuine request; null where there is nothing to answer. */
async function take(
  { provider, connectionId, request, asked, tokens, inputOf }: Delivery,
  loaded: LoadedTurn | null,
  known: KnownTurn | null,
): Promise<TakenTurn | OvertakenTurn | null> {
  const { call, step } = resultOf(asked);
  if (step === null) throw new Problem("invalid_step_token", "The token is not of this call");
  if (!loaded) throw new Problem("unknown_connection");
  requireAccount(loaded.connection, call);
  const input = inputOf(request);
  if (input === null) return null;
  const base = publicUrl(`/ivr/${provider.name}/${connectionId}`);
  const urls = { turnUrl: `${base}/turn`, recordingUrl: `${base}/recording` };
  const now = new Date();
  const taken = await takeTurn(
    { provider, call, step, loaded, known, tokens, ...urls, now },
    input,
  );
  if ("loaded" in taken) return taken;
  if (taken.callout) inBackground("a callout", runLoaded(taken.callout));
  // The announcement of its own may never come, and some URLs are good for minutes.
  if (input.kind === "recorded" && input.url !== null && env().dispatchKick) {
    inBackground("a copy of a recording", copyLoaded());
  }
  if (loaded.connection.has_endpoints) kickDispatch();
  return taken;
}

// What few calls have is loaded for those: behind an answer nobody waits for it.

async function runLoaded(callout: GrantedCallout): Promise<void> {
  const { runCallout } = await import("#shared/ivr/run_callout.ts");
  await runCallout(callout);
}

async function copyLoaded(): Promise<void> {
  const { copyRecordings } = await import("#shared/ivr/recordings/copy.ts");
  await copyRecordings();
}
