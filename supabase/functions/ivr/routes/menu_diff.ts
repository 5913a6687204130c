import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { AppEnv } from "#shared/http/app_env.ts";
import { diffDocuments } from "#shared/ivr/menus/diff.ts";
import type { MenuDocument } from "#shared/ivr/menus/document.ts";
import { checkMenu, refusal } from "../check_menu.ts";
import { findVersion, readDocument } from "../find_menu.ts";
import { menuOperations } from "../operations/menus.ts";
import { diffQuery, versionDiff, versionParam } from "../schemas/menu_versions.ts";

const diff = createRoute({
  ...menuOperations.versionsDiff,
  summary: "How a version differs from another, or from the draft",
  description:
    "`old` is of the earlier of the two and `new` of the later one; a draft is later than every version. Entries are told apart by their digits.",
  request: { params: versionParam, query: diffQuery },
  responses: {
    200: {
      description: "What differs",
      content: { "application/json": { schema: versionDiff } },
    },
  },
});

type Side = number | "draft";

/** Adds `GET /ivr/menus/:id/versions/:version/diff`. */
export function addMenuDiffRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(diff, async (c) => {
    const { id, version } = c.req.valid("param");
    const { db } = c.get("actor");
    const [from, to] = inTime(version, c.req.valid("query").against ?? version - 1);
    const after = await documentOf(db, id, to);
    const before = from === 0
      ? { ...after, limits: null, menus: {} }
      : await documentOf(db, id, from);
    const { call, summary, ...menus } = diffDocuments(before, after);
    return c.json({ from: from === 0 ? null : from, to, call, menus, summary }, 200);
  });
}

/** The earlier of two, then the later one. Before the first version comes 0, which is nothing. */
function inTime(version: number, against: Side): [number, Side] {
  if (against === "draft") return [version, against];
  return [Math.min(version, against), Math.max(version, against)];
}

async function documentOf(db: SupabaseClient, id: string, side: Side): Promise<MenuDocument> {
  if (side !== "draft") return readDocument((await findVersion(db, id, side)).document);
  const check = await checkMenu(db, id);
  if (check.document === null) throw refusal(check);
  return check.document;
}
