import { cors } from "hono/cors";
import { env } from "../env.ts";

/**
 * Lets browsers of the allowed origins call. No cookies are involved: credentials travel in headers
 * that a page must set itself.
 */
export const allowOrigins = cors({
  origin: (origin) => {
    const { allowedOrigins } = env();
    if (allowedOrigins.includes("*")) return "*";
    return allowedOrigins.includes(origin) ? origin : null;
  },
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
  exposeHeaders: [
    "x-request-id",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "idempotency-replayed",
    "www-authenticate",
  ],
  maxAge: 86_400,
});
