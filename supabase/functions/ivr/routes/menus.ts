import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operation } from "#shared/http/operation.ts";
import { publishedVersion } from "../schemas.ts";

const publish = createRoute({
  ...operation("ivr.menus.publish", { user: "ivr:write" }, {
    problems: ["not_found", "invalid_menu"],
  }),
  method: "post",
  path: "/menus/{id}/publish",
  summary: "Freeze a menu and all that it leads to; new calls run on the new version",
  request: { params: z.object({ id: z.guid() }) },
  responses: {
    201: {
      description: "Published; calls in progress stay on their version",
      content: { "application/json": { schema: publishedVersion } },
    },
  },
});

/** The owner's routes for menus. */
export function addMenuRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(publish, async (c) => {
    const { id } = c.req.valid("param");
    const result = await c.get("actor").db.rpc("publish_ivr_menu", { p_menu_id: id });
    const [version] = unwrap(result, z.tuple([publishedVersion]));
    return c.json(version, 201);
  });
}
