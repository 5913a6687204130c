import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { disableLeakedKeys } from "../leaked_keys.ts";
import { operations } from "../operations.ts";
import { leakReport, leakVerdicts } from "../schemas.ts";

const route = createRoute({
  ...operations.leaked,
  summary: "Disable keys that were found in public",
  description: "In the form of GitHub's secret-scanning partner programme.",
  request: {
    body: { required: true, content: { "application/json": { schema: leakReport } } },
  },
  responses: {
    200: {
      description: "What each finding is; a key of ours is disabled",
      content: { "application/json": { schema: leakVerdicts } },
    },
  },
});

/** Adds `POST /api-keys/leaks`. */
export function addLeakRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const findings = c.req.valid("json");
    const leaked = await disableLeakedKeys(findings);
    c.set("logFields", { findings: findings.length, leaked: leaked.size });
    return c.json(
      findings.map(({ token, type }) => ({
        token_hash: hashApiKey(token),
        token_type: type,
        label: leaked.has(token) ? "true_positive" as const : "false_positive" as const,
      })),
      200,
    );
  });
}
