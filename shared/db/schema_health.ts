import { z } from "@hono/zod-openapi";
import { adminClient } from "./clients.ts";
import { unwrap } from "./errors.ts";

const check = z.object({
  name: z.string().openapi({ example: "indexes" }),
  status: z.enum(["ok", "warning", "failed", "skipped"]),
  problems: z.array(z.string()).openapi({ example: ["public.idx_agents_user_id is missing"] }),
  details: z.record(z.string(), z.unknown()).openapi({ example: {} }),
}).openapi("SchemaCheck");

/** What `schema_health()` says. */
export const schemaHealth = z.object({
  is_healthy: z.boolean().openapi({ description: "Nothing failed; there may be warnings" }),
  overall_status: z.enum(["healthy", "degraded", "incomplete", "unhealthy"]),
  checked_at: z.string().openapi({ example: "2026-11-21T09:30:00Z" }),
  checks: z.array(check),
}).openapi("SchemaHealth");

/** What {@linkcode schemaHealth} describes. */
export type SchemaHealth = z.output<typeof schemaHealth>;

/**
 * Compares the database with what should be there.
 *
 * @param expected names by kind, of the form of `EXPECTED_SCHEMA`.
 * @throws {Problem} `database_behind` where the database cannot be asked yet, or as every query.
 */
export async function checkSchema(
  expected: Readonly<Record<string, readonly string[]>>,
): Promise<SchemaHealth> {
  const database = adminClient("the health of the schema is asked for by the operator");
  return unwrap(await database.rpc("schema_health", { p_expected: expected }), schemaHealth);
}
