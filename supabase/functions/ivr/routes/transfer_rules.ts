import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { callOperations } from "../operations/calls.ts";
import { newTransferRules, transferRules } from "../schemas/transfer_rules.ts";

const rules = {
  200: {
    description: "The rules as they hold now",
    content: { "application/json": { schema: transferRules } },
  },
};

const get = createRoute({
  ...callOperations.transferRulesGet,
  summary: "Where callers may be transferred to, and how often",
  responses: rules,
});

const set = createRoute({
  ...callOperations.transferRulesSet,
  summary: "Say where callers may be transferred to, and how often, in place of what held",
  request: {
    body: { required: true, content: { "application/json": { schema: newTransferRules } } },
  },
  responses: rules,
});

/** The owner's routes for the guard against toll fraud. */
export function addTransferRuleRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    const [found] = unwrap(
      await c.get("actor").db.rpc("get_transfer_rules"),
      z.tuple([transferRules]),
    );
    return c.json(found, 200);
  });
  app.openapi(set, async (c) => {
    const { countries, prefixes, max_per_hour } = c.req.valid("json");
    const result = await c.get("actor").db.rpc("set_transfer_rules", {
      p_countries: countries,
      p_prefixes: prefixes,
      p_max_per_hour: max_per_hour,
    });
    const [held] = unwrap(result, z.tuple([transferRules]));
    return c.json(held, 200);
  });
}
