import type { Context, MiddlewareHandler } from "hono";
import { log, type LogFields } from "../log.ts";
import type { AppEnv } from "./app_env.ts";
import { errorHook, toProblem } from "./error_hook.ts";
import { operationOf } from "./operation.ts";

/**
 * Writes one line for each request when it is answered, whatever became of it. What a caller is not
 * told of a failure of ours, its cause, stands here under the same request id.
 *
 * @param functionName the function that answers.
 */
export function accessLog(functionName: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const start = performance.now();
    try {
      await next();
    } catch (thrown) {
      // Hono gives errors to the error hook and lets everything else through to here.
      c.res = errorHook(
        new Error("Something other than an error was thrown", { cause: thrown }),
        c,
      );
    }
    write(c, functionName, performance.now() - start);
  };
}

/** Adds fields to the request's log line: a call's id, the size of a batch. */
export function noteInLog(c: Context<AppEnv>, fields: LogFields): void {
  c.set("logFields", { ...c.get("logFields"), ...fields });
}

/**
 * Leaves a failure to the request's log line, for routes whose callers cannot read a problem
 * document: a caller on the phone hears an apology with status 200.
 */
export function noteFailure(c: Context<AppEnv>, error: unknown): void {
  c.set("problem", toProblem(error));
}

function write(c: Context<AppEnv>, functionName: string, durationMs: number): void {
  const { status } = c.res;
  const problem = c.get("problem");
  const operation = operationOf(c)?.name;
  const ours = Math.max(status, problem?.status ?? 0) >= 500;
  log[ours ? "error" : "info"]("request", {
    function: functionName,
    operation,
    method: c.req.method,
    // Without an operation the path is all there is to go by.
    path: operation === undefined ? c.req.path : undefined,
    status,
    code: problem?.code,
    detail: problem?.detail,
    duration_ms: Math.round(durationMs * 10) / 10,
    request_id: c.get("requestId"),
    tenant_id: c.get("tenantId"),
    ...c.get("logFields"),
    // What the caller got wrong is told by a code alone: its message may repeat what was sent.
    ...(ours ? { cause: problem?.cause ?? problem } : { reason: codeOf(problem?.cause) }),
  });
}

/** The code that libraries and databases give their errors, such as `ERR_JWT_EXPIRED` or `23505`. */
function codeOf(cause: unknown): unknown {
  return typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
}
