import type { z } from "@hono/zod-openapi";
import { open } from "#shared/crypto/sealed.ts";
import { openBody } from "#shared/health_data/event_bodies.ts";
import { Problem } from "#shared/http/problem.ts";
import { requireKeyring } from "#shared/secrets.ts";
import type { event, storedEvent } from "./schemas/events.ts";

/**
 * An event as its owner is shown it: with the body that endpoints get.
 *
 * @throws {Problem} `not_configured` where a part is sealed that cannot be opened with the keyring.
 */
export async function openEvent(
  { sealed, ...row }: z.output<typeof storedEvent>,
  userId: string,
): Promise<z.output<typeof event>> {
  if (sealed === null) return row;
  const keyring = requireKeyring();
  try {
    const payload = await openBody(
      { ...row, sealed },
      userId,
      (jwe, binding) => open(jwe, binding, keyring),
    );
    return { ...row, payload };
  } catch (cause) {
    throw new Problem("not_configured", "A sealed event cannot be opened", { cause });
  }
}
