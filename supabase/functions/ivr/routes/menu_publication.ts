import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { checkMenu, refusal } from "../check_menu.ts";
import { menuOperations } from "../operations/menus.ts";
import {
  menuCheck,
  publishedMenu,
  publishedVersion,
  publishQuery,
} from "../schemas/menu_versions.ts";

const publish = createRoute({
  ...menuOperations.publish,
  summary: "Freeze a menu and all that it leads to; new calls run on the new version",
  description:
    "All that stands in the way is listed at once, each with its path. `conflict` where a menu was edited in the meantime.",
  request: { params: idParam, query: publishQuery },
  responses: {
    200: {
      description: "What publishing would come to, with `dry_run`",
      content: { "application/json": { schema: menuCheck } },
    },
    201: {
      description: "Published; calls in progress stay on their version",
      content: { "application/json": { schema: publishedMenu } },
    },
  },
});

/** Adds `POST /ivr/menus/:id/publish`. */
export function addMenuPublicationRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(publish, async (c) => {
    const { id } = c.req.valid("param");
    const { db } = c.get("actor");
    const check = await checkMenu(db, id);
    const { problems, hints, digest } = check;
    if (c.req.valid("query").dry_run) {
      return c.json({ publishable: problems.length === 0, problems, hints }, 200);
    }
    if (problems.length > 0) throw refusal(check);
    const result = await db.rpc("publish_ivr_menu", { p_menu_id: id, p_digest: digest });
    const [version] = unwrap(result, z.tuple([publishedVersion]));
    return c.json({ ...version, hints }, 201);
  });
}
