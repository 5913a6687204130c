import type { z } from "@hono/zod-openapi";
import { env } from "#shared/env.ts";
import type { config, storedConfig } from "./schemas.ts";

/** The configuration as its owner is shown it, with the URL to enter at Retell. */
export function shownConfig(
  { hook_id, ...stored }: z.output<typeof storedConfig>,
): z.output<typeof config> {
  const webhook_url = hook_id === null ? null : `${env().publicUrl}/retell/webhook/${hook_id}`;
  return { ...stored, webhook_url };
}
