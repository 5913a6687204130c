import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { EnvironmentError } from "../env.ts";
import type { AppEnv } from "./app_env.ts";
import type { ProblemCode } from "./codes.ts";
import { Problem } from "./problem.ts";
import { problemResponse } from "./problem_response.ts";

/** Turns whatever was thrown into the reply. The one place where errors become statuses. */
export function errorHook(error: Error, c: Context<AppEnv>): Response {
  return problemResponse(c, toProblem(error));
}

/** What Hono itself throws before a route's schemas see the body. */
const OF_HONO: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ["invalid_request", "The body is not what its content type says"],
  415: ["unsupported_media_type", "The route does not take this content type"],
};

/** The problem that an error is to a caller; what is not known to be the caller's doing is ours. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof EnvironmentError) {
    return new Problem("not_configured", undefined, { cause: error });
  }
  const [code, detail] = (error instanceof HTTPException && OF_HONO[error.status]) ||
    ["internal_error" as const];
  const errors = code === "invalid_request" ? [{ path: "body", message: detail }] : undefined;
  return new Problem(code, detail, { ...errors && { errors }, cause: error });
}
