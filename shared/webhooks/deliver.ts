import { openBody } from "../health_data/event_bodies.ts";
import { log } from "../log.ts";
import type { WebhookClient } from "./client.ts";
import { DeliveryFault } from "./fault.ts";
import { type Answer, judge } from "./judgement.ts";
import type { ClaimedDelivery, Outcome } from "./queue.ts";
import type { SealedTexts } from "./sealed_texts.ts";
import { signedRequest } from "./signed_request.ts";

/** What a delivery is made with. */
export interface DeliveryTools {
  readonly client: Pick<WebhookClient, "send">;
  readonly sealed: SealedTexts;
  /** In milliseconds of Unix time. */
  readonly now?: () => number;
  /** A number from 0 up to 1. */
  readonly random?: () => number;
}

/**
 * Makes one attempt at a claimed delivery: signs it with every secret that still counts, sends it and
 * judges the answer. Whatever goes wrong is the outcome of this delivery, to be retried like a
 * failed one: it never rejects. What cannot be read is not sent.
 */
export async function deliver(delivery: ClaimedDelivery, tools: DeliveryTools): Promise<Outcome> {
  const { now = Date.now, random = Math.random } = tools;
  const start = performance.now();
  const answer = await attempt(delivery, tools, now()).catch((error) => failed(delivery, error));
  if (answer.fault?.code === "unguarded") {
    log.error("a delivery was cut off", { cause: answer.fault });
  }
  const { verdict, retryInMs, fault } = judge(answer, delivery, { now: now(), random });
  return {
    id: delivery.id,
    fence: delivery.fence,
    verdict,
    status_code: answer.status,
    error: fault === null ? null : String(fault),
    response_body: answer.body,
    duration_ms: Math.round(performance.now() - start),
    retry_in_ms: retryInMs,
  };
}

async function attempt(
  delivery: ClaimedDelivery,
  tools: DeliveryTools,
  now: number,
): Promise<Answer> {
  if (delivery.endpoint === undefined) {
    throw new DeliveryFault("internal_error", "The delivery cannot be read");
  }
  const { endpoint, event, event_id: id, webhook_id } = delivery;
  const body = await readBody({ ...event, id }, endpoint.user_id, tools.sealed);
  const message = { id, timestamp: Math.floor(now / 1_000), body };
  return await tools.client.send(
    await signedRequest({ ...endpoint, id: webhook_id }, message, tools.sealed),
  );
}

async function readBody(
  event: { readonly id: string; readonly payload: string; readonly sealed: string | null },
  userId: string,
  sealed: SealedTexts,
): Promise<string> {
  try {
    return await openBody(event, userId, (jwe, binding) => sealed.open(jwe, binding));
  } catch (cause) {
    throw new DeliveryFault("internal_error", "The event's body cannot be opened", { cause });
  }
}

/** The operator's to know: an endpoint's answer or absence never ends up here. */
function failed({ id, webhook_id }: ClaimedDelivery, cause: unknown): Answer {
  log.error("a delivery could not be made", { delivery_id: id, webhook_id, cause });
  const fault = cause instanceof DeliveryFault
    ? cause
    : new DeliveryFault("internal_error", "The delivery could not be made");
  return { status: null, retryAfter: undefined, instruction: undefined, body: null, fault };
}
