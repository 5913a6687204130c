import { z } from "@hono/zod-openapi";
import { isProblemCode, type ProblemCode, PROBLEMS } from "./codes.ts";
import type { Problem } from "./problem.ts";

/** The media type of {@linkcode problemDocument}. */
export const PROBLEM_TYPE = "application/problem+json";

const codes: ProblemCode[] = Object.keys(PROBLEMS).filter(isProblemCode);

/** The body of every failure (RFC 9457): what OpenAPI shows and what clients may rely upon. */
export const problemDocument = z.looseObject({
  type: z.string().openapi({ example: "urn:switchboard:problem:not_found" }),
  title: z.string().openapi({ example: PROBLEMS.not_found.title }),
  status: z.int().openapi({ example: PROBLEMS.not_found.status }),
  code: z.enum(codes),
  request_id: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}).openapi("Problem");

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
