import { log } from "../log.ts";
import { askEndpoint } from "./ask_endpoint.ts";
import { type Callout, CALLOUT_MS, type CalloutResult, calloutResult } from "./callout.ts";
import { registerAtRetell } from "./register_at_retell.ts";
import { type CalloutGrant, settleCallout } from "./store.ts";

/** What is to be asked outside, and what asking takes. */
export interface GrantedCallout {
  readonly callout: Callout;
  readonly grant: CalloutGrant;
}

/**
 * Asks outside what a committed turn wants to know, for {@linkcode CALLOUT_MS} at most, and keeps the
 * answer for the turns that wait for it. Whatever goes wrong outside is a failed callout.
 *
 * @throws {Problem} what the database answers; then a later turn asks once more.
 */
export async function runCallout({ callout, grant }: GrantedCallout): Promise<void> {
  const { session_id, user_id } = grant;
  let result: CalloutResult = { kind: "failed" };
  try {
    // What outsiders name ends up in an address that is dialled.
    result = calloutResult.parse(await withinTime((signal) => answerTo(callout, grant, signal)));
  } catch (cause) {
    const { action } = callout.choice;
    log.warn("a callout came to nothing", { session_id, tenant_id: user_id, action, cause });
  }
  await settleCallout(session_id, callout.step, result);
}

function answerTo(
  { choice, ...callout }: Callout,
  grant: CalloutGrant,
  signal: AbortSignal,
): Promise<CalloutResult> {
  switch (choice.action) {
    case "webhook":
      return askEndpoint(callout, grant);
    case "agent":
      return registerAtRetell(choice.target, grant, signal);
  }
}

/** One deadline over everything, the opening of secrets and the making of connections included. */
async function withinTime<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const ending = new AbortController();
  const deadline = setTimeout(() => {
    const reason = new Error(`No answer within ${CALLOUT_MS / 1000} s`);
    ending.abort(reason);
    reject(reason);
  }, CALLOUT_MS);
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    clearTimeout(deadline);
  }
}
