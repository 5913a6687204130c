import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { isOperator } from "#shared/auth/service_key.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { checkReadiness } from "../checks.ts";
import { operations } from "../operations.ts";
import { ready } from "../schemas.ts";

const route = createRoute({
  ...operations.ready,
  summary: "Whether calls could be taken now",
  description:
    "The database answers, its migrations are current, no scheduled job failed twice in a row and every secret is set. Which of them fails is told to the operator's key only.",
  responses: {
    200: { description: "They could", content: { "application/json": { schema: ready } } },
  },
});

/** Adds `GET /health/ready`. */
export function addReadyRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const checks = await checkReadiness();
    const failed = checks.filter(({ ok }) => !ok);
    const shown = isOperator(c) ? { checks } : {};
    if (failed.length > 0) {
      throw new Problem("not_ready", undefined, { extensions: shown, cause: failed });
    }
    return c.json({ status: "ready" as const, ...shown }, 200);
  });
}
