import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { env } from "../env.ts";

const EXPOSED_HEADERS = [
  "x-request-id",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "idempotency-replayed",
  "www-authenticate",
];
const EXPOSED = EXPOSED_HEADERS.join(",");

const preflight = cors({
  origin: allowedOrigin,
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: [
    "authorization",
    "apikey",
    "x-api-key",
    "x-client-info",
    "content-type",
    "idempotency-key",
    "x-request-id",
  ],
  exposeHeaders: EXPOSED_HEADERS,
  maxAge: 86_400,
});

/**
 * Lets browsers of the allowed origins call. No cookies are involved: credentials travel in headers
 * that a page must set itself.
 *
 * Hono's own middleware answers the question before a request. To the answer of a request it would add
 * its headers by making the answer anew, which takes longer than all else that is done to it here.
 */
export const allowOrigins: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "OPTIONS") return await preflight(c, next);
  const allowed = allowedOrigin(c.req.header("origin") ?? "");
  if (allowed !== null) c.header("access-control-allow-origin", allowed);
  c.header("access-control-expose-headers", EXPOSED);
  c.header("vary", "origin", { append: true });
  await next();
};

function allowedOrigin(origin: string): string | null {
  const { allowedOrigins } = env();
  if (allowedOrigins.includes("*")) return "*";
  return allowedOrigins.includes(origin) ? origin : null;
}
