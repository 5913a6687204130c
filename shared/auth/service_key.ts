import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { sameText } from "../crypto/same_text.ts";
import { env } from "../env.ts";
import { Problem } from "../http/problem.ts";

/** Tells whether the request carries the operator's key, `apikey: <the secret key "default">`. */
export function isOperator(c: Context): boolean {
  return carriesKey(c, env().secretKey);
}

/** Lets the operator pass and nobody else. Routes name it through `operation(name, "operator")`. */
export const requireOperator: MiddlewareHandler = async (c, next) => {
  requireKey(c, env().secretKey);
  await next();
};

/**
 * Lets scheduled jobs pass and nobody else: not even the operator, whose key has no business in a
 * job's definition. Not even they, while jobs are paused. Routes name it through `operation(name, "cron")`.
 */
export const requireCron: MiddlewareHandler = async (c, next) => {
  const { cronKey, jobsPaused } = env();
  if (cronKey === undefined) throw new Problem("not_configured", "No key for schedules is set");
  requireKey(c, cronKey);
  if (jobsPaused) throw new Problem("jobs_paused", "SWITCHBOARD_JOBS_PAUSED is set");
  await next();
};

function requireKey(c: Context, key: string): void {
  if (carriesKey(c, key)) return;
  throw new Problem("unauthenticated", "Send this route's secret key in the header apikey");
}

function carriesKey(c: Context, key: string | undefined): boolean {
  const presented = c.req.header("apikey");
  if (presented === undefined || key === undefined) return false;
  // Digests have one length, so that the time taken does not even tell how long the key is.
  return sameText(digest(presented), digest(key));
}

/** Not by Web Crypto, which hands even these few bytes to another thread and waits for it. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
