import type { MiddlewareHandler } from "hono";
import { env } from "../env.ts";
import { warnOfMissingSecrets } from "../secrets.ts";

/**
 * Answers `not_configured` for as long as the environment is unusable, rather than serve in one that
 * was misread, and says once which secrets of single routes are missing.
 */
export const requireEnvironment: MiddlewareHandler = async (_, next) => {
  warnOfMissingSecrets(env());
  await next();
};
