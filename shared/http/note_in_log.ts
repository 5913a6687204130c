import type { Context } from "hono";
import type { LogFields } from "../log.ts";
import type { AppEnv } from "./app_env.ts";

/** Adds fields to the request's log line: a call's id, the size of a batch. */
export function noteInLog(c: Context<AppEnv>, fields: LogFields): void {
  c.set("logFields", { ...c.get("logFields"), ...fields });
}
