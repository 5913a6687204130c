import { createHash } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { Problem } from "./problem.ts";

/** When to come back for the answer to a request that is being carried out, in seconds. */
const RETRY_AFTER_S = 1;

/** The headers of a route that can be asked to do its work once (`Idempotency-Key`, IETF draft). */
export const idempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: "Must be 1 to 255 visible ASCII characters" })
    .optional()
    .openapi({
      description:
        "For 24 hours a repeat with the same key and body gets the same status and id, without secrets",
    }),
});

/** Tells requests apart: a digest of what was asked for, as a route's schema read it. */
export function requestHash(request: unknown): string {
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

const outcome = z.object({
  state: z.enum(["done", "replayed", "reused", "in_progress"]),
  response: z.unknown().optional(),
});

/** What became of a request that was to be carried out once. */
export interface Once<Response> {
  readonly response: Response;
  /** Whether an earlier request brought it about. */
  readonly replayed: boolean;
}

/**
 * Reads the answer of an SQL function of the form `…_once`.
 *
 * @param answer what `unwrap` gave.
 * @param response the shape of what the function answers with.
 * @throws {Problem} `idempotency_key_reused`, `request_in_progress`.
 */
export function readOnce<Schema extends z.ZodType>(
  answer: unknown,
  response: Schema,
): Once<z.output<Schema>> {
  const { state, ...rest } = outcome.parse(answer);
  switch (state) {
    case "reused":
      throw new Problem("idempotency_key_reused", undefined, {
        errors: [{ path: "header.idempotency-key", message: "Was sent with another body" }],
      });
    case "in_progress":
      throw new Problem("request_in_progress", undefined, {
        headers: { "retry-after": String(RETRY_AFTER_S) },
      });
    default:
      return { response: response.parse(rest.response), replayed: state === "replayed" };
  }
}
