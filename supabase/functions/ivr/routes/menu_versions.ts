import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { pageQuery } from "#shared/http/paging.ts";
import { findMenu, findVersion, VERSION_COLUMNS, versionRow } from "../find_menu.ts";
import { menuOperations } from "../operations/menus.ts";
import {
  restoredVersion,
  rolledBackMenu,
  shownVersion,
  versionPage,
  versionParam,
} from "../schemas/menu_versions.ts";

const list = createRoute({
  ...menuOperations.versionsList,
  summary: "What was published of a menu, newest first",
  request: { params: idParam, query: pageQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: versionPage } } },
  },
});

const get = createRoute({
  ...menuOperations.versionsGet,
  summary: "One version, with every menu that it holds",
  request: { params: versionParam },
  responses: {
    200: { description: "The version", content: { "application/json": { schema: shownVersion } } },
  },
});

const rollback = createRoute({
  ...menuOperations.versionsRollback,
  summary: "Publish an earlier version again, under a new number",
  description:
    "Calls in progress stay on their version. Drafts stay as they are, so that the next publication freezes them and not this. A version holds all that it needs; nothing is checked again.",
  request: { params: versionParam },
  responses: {
    201: {
      description: "Published again",
      content: { "application/json": { schema: rolledBackMenu } },
    },
  },
});

/** Adds the routes for a menu's versions: list, get, roll back. */
export function addMenuVersionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { limit, cursor } = c.req.valid("query");
    const { db } = c.get("actor");
    const { published_version_id } = await findMenu(db, id);
    let query = db.from("ivr_menu_versions").select(VERSION_COLUMNS).eq("menu_id", id);
    if (cursor !== undefined) query = query.or(afterCursor(cursor));
    const rows = unwrap(await newestFirst(query, limit), z.array(versionRow));
    const versions = rows.map((row) => ({ ...row, published: row.id === published_version_id }));
    return c.json(pageOf(versions, limit), 200);
  });
  app.openapi(get, async (c) => {
    const { id, version } = c.req.valid("param");
    const { db } = c.get("actor");
    const { published_version_id } = await findMenu(db, id);
    const row = await findVersion(db, id, version);
    return c.json({ ...row, published: row.id === published_version_id }, 200);
  });
  app.openapi(rollback, async (c) => {
    const { id, version } = c.req.valid("param");
    const result = await c.get("actor").db.rpc("rollback_ivr_menu", {
      p_menu_id: id,
      p_version: version,
    });
    const [restored] = unwrap(result, z.tuple([restoredVersion]));
    return c.json({ ...restored, drafts: "unchanged" as const }, 201);
  });
}
