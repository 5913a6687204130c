import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import type { MenuDocument } from "#shared/ivr/menus/document.ts";
import { graphOf } from "#shared/ivr/menus/graph.ts";
import { pictureOf } from "#shared/ivr/picture/svg.ts";
import { z } from "zod";
import { checkMenu, refusal } from "../check_menu.ts";
import { findMenu, findVersion, readDocument } from "../find_menu.ts";
import { menuOperations } from "../operations/menus.ts";
import { graphQuery, menuGraph } from "../schemas/menu_versions.ts";

const SVG = "image/svg+xml";

const picture = {
  [SVG]: { schema: z.string() },
};

const graph = createRoute({
  ...menuOperations.graph,
  summary: "A menu and all that it leads to, as nodes and edges or as a picture",
  description: "A picture where the request accepts `image/svg+xml` rather than JSON.",
  request: { params: idParam, query: graphQuery },
  responses: {
    200: {
      description: "The graph",
      content: { "application/json": { schema: menuGraph }, ...picture },
    },
  },
});

const svg = createRoute({
  ...menuOperations.picture,
  summary: "The same as a picture",
  request: { params: idParam, query: graphQuery },
  responses: { 200: { description: "The picture", content: picture } },
});

/** What is drawn, and which version it is. */
interface Drawn {
  readonly version: number | "draft";
  readonly document: MenuDocument;
}

/** Adds `GET /ivr/menus/:id/graph` and `…/graph.svg`. */
export function addMenuGraphRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(graph, async (c) => {
    const { id } = c.req.valid("param");
    const drawn = await find(c.get("actor").db, id, c.req.valid("query").version);
    const wanted = accepts(c, {
      header: "Accept",
      supports: ["application/json", SVG],
      default: "application/json",
    });
    c.header("vary", "accept", { append: true });
    if (wanted === SVG) return drawing(c, drawn);
    return c.json({ version: drawn.version, ...graphOf(drawn.document) }, 200);
  });
  app.openapi(svg, async (c) => {
    const { id } = c.req.valid("param");
    return drawing(c, await find(c.get("actor").db, id, c.req.valid("query").version));
  });
}

async function find(
  db: SupabaseClient,
  id: string,
  wanted: number | "draft" | undefined,
): Promise<Drawn> {
  const version = wanted ?? await publishedVersion(db, id);
  if (version !== "draft") {
    return { version, document: readDocument((await findVersion(db, id, version)).document) };
  }
  const check = await checkMenu(db, id);
  if (check.document === null) throw refusal(check);
  return { version, document: check.document };
}

async function publishedVersion(db: SupabaseClient, id: string): Promise<number | "draft"> {
  const { published_version_id } = await findMenu(db, id);
  if (published_version_id === null) return "draft";
  const result = await db.from("ivr_menu_versions").select("version")
    .eq("id", published_version_id).single();
  return unwrap(result, z.object({ version: z.int() })).version;
}

function drawing(c: Context, { document, version }: Drawn): Response {
  const caption = version === "draft" ? "Draft" : `Version ${version}`;
  return c.body(pictureOf(document, caption), 200, {
    "content-type": SVG,
    // Should a text of an owner ever get out of its element, nothing of it runs.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
  });
}
