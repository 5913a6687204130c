import { z } from "zod";
import { parseJson } from "../json.ts";
import { webhookSender } from "../webhooks/sender.ts";
import { type Callout, CALLOUT_MS, type CalloutResult } from "./callout.ts";
import type { CalloutGrant } from "./store.ts";
import { labelOf } from "./words.ts";

/** More than any decision has, in characters. */
const MAX_ANSWER = 4096;

const decision = z.object({ digit: z.string() });

/**
 * Asks the owner's endpoint which item of a menu to take: a message `ivr.choice.requested`, signed as
 * every webhook. It is no delivery: it is in no log and says nothing of the endpoint's health.
 *
 * @throws {Error} for every answer that names no item, and for none.
 */
export async function askEndpoint(
  callout: Omit<Callout, "choice">,
  grant: CalloutGrant,
): Promise<CalloutResult> {
  const { endpoint, session_id } = grant;
  if (endpoint === undefined) throw new Error("The endpoint is gone or disabled");
  const now = new Date();
  const message = {
    // The same when it is asked once more.
    id: `ivr_${session_id}_${callout.step}`,
    timestamp: Math.floor(now.getTime() / 1000),
    body: JSON.stringify(questionOf(callout, grant, now)),
  };
  const { status, body, fault } = await webhookSender().ask(endpoint, message, CALLOUT_MS);
  if (fault !== undefined) throw fault;
  if (status === null || status < 200 || status > 299) {
    throw new Error(`The endpoint answered ${status}`);
  }
  return { kind: "item", place: placeNamed(callout, body ?? "") };
}

function questionOf(
  { menu, language, step }: Omit<Callout, "choice">,
  { session_id, call_id, from, to }: CalloutGrant,
  now: Date,
) {
  return {
    type: "ivr.choice.requested",
    timestamp: now.toISOString(),
    data: {
      session_id,
      call_id,
      from,
      to,
      menu: { id: menu.id, key: menu.key, name: menu.name },
      language,
      step,
      items: menu.items
        .filter(({ action }) => action !== "webhook")
        .map((item) => ({
          digit: item.digit,
          label: labelOf(item, language),
          action: item.action,
        })),
    },
  };
}

/** The place in the menu of the item that an answer names. */
function placeNamed({ menu }: Omit<Callout, "choice">, body: string): number {
  const named = body.length <= MAX_ANSWER ? decision.safeParse(parseJson(body)).data : undefined;
  const place = menu.items.findIndex(({ digit, action }) =>
    digit === named?.digit && action !== "webhook"
  );
  // What it says instead is the endpoint's own and in no log.
  if (place < 0) throw new Error("The answer names no item of the menu");
  return place;
}
