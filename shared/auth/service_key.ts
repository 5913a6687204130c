import { crypto, timingSafeEqual } from "@std/crypto";
import type { Context, MiddlewareHandler } from "hono";
import { env } from "../env.ts";
import { Problem } from "../http/problem.ts";

/** Tells whether the request carries the operator's key, `apikey: <the secret key "default">`. */
export function isOperator(c: Context): Promise<boolean> {
  return carriesKey(c, env().secretKey);
}

/** Lets the operator pass and nobody else. Routes name it through `operation(name, "operator")`. */
export const requireOperator: MiddlewareHandler = async (c, next) => {
  await requireKey(c, env().secretKey);
  await next();
};

/**
 * Lets scheduled jobs pass and nobody else: not even the operator, whose key has no business in a
 * job's definition. Routes name it through `operation(name, "cron")`.
 */
export const requireCron: MiddlewareHandler = async (c, next) => {
  const { cronKey } = env();
  if (cronKey === undefined) throw new Problem("not_configured", "No key for schedules is set");
  await requireKey(c, cronKey);
  await next();
};

async function requireKey(c: Context, key: string): Promise<void> {
  if (await carriesKey(c, key)) return;
  throw new Problem("unauthenticated", "Send this route's secret key in the header apikey");
}

async function carriesKey(c: Context, key: string | undefined): Promise<boolean> {
  const presented = c.req.header("apikey");
  if (presented === undefined || key === undefined) return false;
  // Digests have one length, so that the time taken does not even tell how long the key is.
  const [left, right] = await Promise.all([digest(presented), digest(key)]);
  return timingSafeEqual(left, right);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
