import { env } from "../env.ts";
import { keepAliveFor } from "../http/background.ts";
import { callFunction } from "../http/call_function.ts";

/**
 * Has jobs that are due taken up at once, without waiting for it. What fails is left to cron. Off where
 * `SWITCHBOARD_DISPATCH_KICK` is `false`.
 */
export function kickJobs(): void {
  const { dispatchKick, cronKey, jobsPaused } = env();
  if (dispatchKick && !jobsPaused && cronKey !== undefined) {
    keepAliveFor(callFunction("maintenance"));
  }
}
