import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { verifyApiKey } from "#shared/api_keys/verify.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { presentedKey, shownVerdict } from "../schemas.ts";

const route = createRoute({
  ...operations.verify,
  summary: "Judge a key and count its use",
  description:
    "For whoever takes keys from programs. The operator may ask about every key, a user or a program about those of the same owner; any other is not found. What is counted is the key in the body, never the caller's.",
  request: {
    body: { required: true, content: { "application/json": { schema: presentedKey } } },
  },
  responses: {
    200: {
      description: "The verdict, also where it is a refusal",
      content: { "application/json": { schema: shownVerdict } },
    },
  },
});

/** Adds `POST /api-keys/verify`. */
export function addVerifyRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { key, scope, ip } = c.req.valid("json");
    // Without an actor the caller is the operator, who serves every tenant.
    const userId = c.get("actor")?.userId;
    const verdict = await verifyApiKey(key, { scope, ip, userId });
    return c.json(shownVerdict.parse(verdict), 200);
  });
}
