import { env } from "../env.ts";
import { callFunction } from "../http/call_function.ts";
import { keepAliveFor } from "../http/background.ts";

/**
 * How long the next kick waits for the one before, in milliseconds. A dispatch that takes longer is
 * held up by a slow endpoint, and others need not wait for that.
 */
const PATIENCE_MS = 100;
/** How many kicks of one isolate may be under way at once. */
const MAX_UNDERWAY = 4;

const underway = new Set<Promise<void>>();
let wanted = false;
let starting: Promise<void> | undefined;

/**
 * Asks for a dispatch without waiting for it, so that what was just published is sent at once.
 *
 * However often it is called meanwhile, one more kick follows the one that was just sent, which may
 * have looked at the queue already. A kick that fails is left to cron. Off where
 * `SWITCHBOARD_DISPATCH_KICK` is `false`.
 */
export function kickDispatch(): void {
  const { dispatchKick, cronKey, jobsPaused } = env();
  if (!dispatchKick || jobsPaused || cronKey === undefined) return;
  wanted = true;
  if (starting !== undefined) return;
  starting = startWhileWanted();
  keepAliveFor(starting);
}

async function startWhileWanted(): Promise<void> {
  while (wanted) {
    if (underway.size >= MAX_UNDERWAY) await Promise.race(underway);
    wanted = false;
    await start();
  }
  // In the same breath as the last look, so that no wish falls in between.
  starting = undefined;
}

/** Sends a kick and waits for its answer, but not for long. */
async function start(): Promise<void> {
  const { promise: waited, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  const kicking = callFunction("webhook-dispatch").finally(() => underway.delete(kicking));
  underway.add(kicking);
  keepAliveFor(kicking);
  await Promise.race([kicking, waited]);
  clearTimeout(timer);
}
