import { env } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { parseDestination } from "#shared/webhooks/destination.ts";
import { DeliveryFault } from "#shared/webhooks/fault.ts";
import { resolveDestination } from "#shared/webhooks/resolve.ts";

/**
 * Refuses an address that nothing may be delivered to. Every delivery checks again: what a name
 * leads to can change.
 *
 * @throws {Problem} `validation_failed` naming `url`.
 */
export async function vetUrl(url: string): Promise<void> {
  try {
    const { allowLoopbackWebhooks: allowLoopback } = env();
    await resolveDestination(parseDestination(url, { allowLoopback }));
  } catch (error) {
    if (!(error instanceof DeliveryFault)) throw error;
    const errors = [{ path: "url", message: error.message }];
    throw new Problem("validation_failed", undefined, { errors, cause: error });
  }
}
