import { env } from "../env.ts";
import { log } from "../log.ts";

/** As long as the platform lets a function take; a dispatch ends by itself before. */
const DEADLINE_MS = 150_000;

/** What keeps an isolate of the hosted runtime alive for work after its answer. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

let wanted = false;
let underway: Promise<void> | undefined;

/**
 * Asks for a dispatch without waiting for it, so that what was just published is sent at once.
 *
 * However often it is called, one request of this isolate is under way and at most one more
 * follows, because the one under way may have looked at the queue already. A kick that fails is
 * left to cron. Off where `SWITCHBOARD_DISPATCH_KICK` is `false`.
 */
export function kickDispatch(): void {
  const { dispatchKick, cronKey } = env();
  if (!dispatchKick || cronKey === undefined) return;
  wanted = true;
  if (underway !== undefined) return;
  underway = kickWhileWanted();
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(underway);
}

async function kickWhileWanted(): Promise<void> {
  while (wanted) {
    wanted = false;
    await kick();
  }
  // In the same breath as the last look, so that no wish falls in between.
  underway = undefined;
}

async function kick(): Promise<void> {
  try {
    const { supabaseUrl, cronKey = "" } = env();
    const response = await fetch(`${supabaseUrl}/functions/v1/webhook-dispatch`, {
      method: "POST",
      headers: { apikey: cronKey },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await response.body?.cancel();
    if (!response.ok) log.debug("a kick was refused", { status: response.status });
  } catch (error) {
    log.debug("a kick failed", { error });
  }
}
