import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import type { Actor } from "#shared/auth/actor.ts";
import { unwrap } from "#shared/db/errors.ts";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { isProblemCode } from "#shared/http/codes.ts";
import { idParam } from "#shared/http/fields.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { kickJobs } from "#shared/jobs/kick.ts";
import { operations } from "../operations.ts";
import { signedLinks } from "../signed_links.ts";
import { shownExport, storedExport } from "../schemas/exports.ts";

/** How long the links to an export's files are good for, in seconds. */
const LINK_S = 3600;

const start = createRoute({
  ...operations.exportStart,
  summary: "Collect everything that there is of the caller",
  description:
    "Rows of every table, files, and the user itself. It is written in the background, within minutes; GET /account/exports/{id} has it. Secrets are left out; what was said in calls is in clear, also where it is stored encrypted.",
  request: { headers: idempotencyHeaders },
  responses: {
    202: { description: "Under way", content: { "application/json": { schema: shownExport } } },
  },
});

const get = createRoute({
  ...operations.exportGet,
  summary: "How far an export is and, once it is ready, links to its files",
  description: "Links are good for an hour; ask again for others. Files are kept for 7 days.",
  request: { params: idParam },
  responses: {
    200: { description: "The export", content: { "application/json": { schema: shownExport } } },
  },
});

/** Adds `POST /account/export` and `GET /account/exports/:id`. */
export function addExportRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(start, async (c) => {
    const { response, replayed } = await callOnce(c.get("actor").db, {
      name: "create_account_export",
      args: {},
      idempotencyKey: c.req.valid("header")["idempotency-key"],
      request: {},
    }, storedExport);
    if (!replayed) kickJobs();
    const headers = replayed ? { "idempotency-replayed": "true" } : undefined;
    return c.json({ ...response, manifest: null, files: [], links_expire_at: null }, 202, headers);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const actor = c.get("actor");
    const result = await actor.db.rpc("get_account_export", { p_id: id });
    return c.json(await withLinks(actor, unwrap(result, storedExport), new Date()), 200);
  });
}

/** An export with links to its files, if it is ready. What failed otherwise than by a code is ours alone. */
async function withLinks(
  { db, userId }: Actor,
  { manifest, files, ...stored }: z.output<typeof storedExport>,
  now: Date,
): Promise<z.output<typeof shownExport>> {
  const { error } = stored;
  const described = {
    ...stored,
    error: error === null || isProblemCode(error) ? error : "internal_error",
  };
  if (described.state !== "ready" || manifest === null) {
    return { ...described, manifest: null, files: [], links_expire_at: null };
  }
  const folder = `${userId}/${described.id}/`;
  const paths = [manifest, ...files].map(({ path }) => folder + path);
  const urls = await signedLinks(db.storage.from("exports"), paths, LINK_S);
  const linked = <File extends { path: string }>(file: File) => ({
    ...file,
    url: urls.get(folder + file.path) ?? "",
  });
  return {
    ...described,
    manifest: linked(manifest),
    files: files.map(linked),
    links_expire_at: new Date(now.getTime() + LINK_S * 1000).toISOString(),
  };
}
