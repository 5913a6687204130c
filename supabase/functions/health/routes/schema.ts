import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { EXPECTED_SCHEMA } from "#shared/db/expected_schema.ts";
import { checkSchema, schemaHealth } from "#shared/db/schema_health.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";

const route = createRoute({
  ...operations.schema,
  summary: "What is wrong with the schema",
  description:
    "Compares the database with what this deployment's migrations make: migrations, tables, columns, indexes, grants and the like, row level security, unfinished indexes, extensions, scheduled jobs, partitions, queues. `degraded` is healthy with warnings.",
  responses: {
    200: {
      description: "The checks, whatever they came to",
      content: { "application/json": { schema: schemaHealth } },
    },
  },
});

/** Adds `GET /health/schema`. */
export function addSchemaRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => c.json(await checkSchema(EXPECTED_SCHEMA), 200));
}
