import { z } from "@hono/zod-openapi";
import { isProblemCode, type ProblemCode, PROBLEMS } from "./codes.ts";

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
