import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { live } from "../schemas.ts";

const route = createRoute({
  ...operations.live,
  summary: "Whether the functions run",
  description: "Asks nothing of the database.",
  responses: {
    200: { description: "They do", content: { "application/json": { schema: live } } },
  },
});

/** Adds `GET /health`. */
export function addLiveRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, (c) => c.json({ status: "ok" } as const, 200));
}
