import { env } from "../env.ts";
import { log } from "../log.ts";

/** As long as the platform lets a function take, in milliseconds; ours end by themselves before. */
const DEADLINE_MS = 150_000;

/**
 * Calls a function of this project as cron does, and resolves when it has answered. It never rejects:
 * what does not come of it is left to cron.
 *
 * @param name its folder's, such as `webhook-dispatch`.
 */
export async function callFunction(name: string): Promise<void> {
  try {
    const { supabaseUrl, cronKey = "" } = env();
    const response = await fetch(`${supabaseUrl}/functions/v1/${name}`, {
      method: "POST",
      headers: { apikey: cronKey },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await response.body?.cancel();
    if (!response.ok) log.debug("a kick was refused", { name, status: response.status });
  } catch (error) {
    log.debug("a kick failed", { name, error });
  }
}
