import type { Context } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { Problem } from "./problem.ts";
import { PROBLEM_TYPE, toDocument } from "./problem_document.ts";

/** Answers a request with a problem document and leaves the problem to the access log. */
export function problemResponse(c: Context<AppEnv>, problem: Problem): Response {
  c.set("problem", problem);
  const document = toDocument(problem, c.get("requestId"));
  return c.body(JSON.stringify(document), problem.status, {
    ...problem.headers,
    "content-type": PROBLEM_TYPE,
    "cache-control": "no-store",
  });
}
