import type { z } from "@hono/zod-openapi";
import type { Problem } from "./problem.ts";
import type { problemDocument } from "./problem_schema.ts";

/** The media type of {@linkcode toDocument}. */
export const PROBLEM_TYPE = "application/problem+json";

/** A problem document as it is sent. */
export type ProblemDocument = z.output<typeof problemDocument>;

/**
 * Writes a problem as the document of one request. Of a failure of ours it says no more than the
 * code: the detail and the cause are for the log.
 */
export function toDocument(problem: Problem, requestId: string): ProblemDocument {
  return {
    type: `urn:switchboard:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    request_id: requestId,
    ...(problem.detail === undefined || problem.status >= 500 ? {} : { detail: problem.detail }),
    ...(problem.errors ? { errors: [...problem.errors] } : {}),
    ...problem.extensions,
  };
}
