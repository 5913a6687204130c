import type { MiddlewareHandler } from "hono";
import { redact } from "../redact.ts";
import type { AppEnv } from "./app_env.ts";

/**
 * Gives each request an id and answers with it. A caller's own `x-request-id` is kept if it is a
 * plain token: nothing that could break a header or a log line, and nothing that looks like a
 * secret or a telephone number, which the log would mask.
 */
export const requestId: MiddlewareHandler<AppEnv> = async (c, next) => {
  const id = acceptableId(c.req.header("x-request-id")) ?? crypto.randomUUID();
  c.set("requestId", id);
  c.header("x-request-id", id);
  await next();
};

function acceptableId(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w.=-]{1,128}$/.test(id) && redact(id) === id ? id : undefined;
}
