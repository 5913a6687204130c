import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operation } from "#shared/http/operation.ts";
import { live } from "../schemas.ts";

const route = createRoute({
  ...operation("health.live", "public"),
  method: "get",
  path: "/",
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
