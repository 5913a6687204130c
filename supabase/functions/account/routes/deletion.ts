import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { env } from "#shared/env.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { requireRecentSignIn } from "../require_recent_sign_in.ts";
import { deletion, proof } from "../schemas/deletion.ts";

const described = { "application/json": { schema: deletion } };

const request = createRoute({
  ...operations.delete,
  summary: "Delete the caller's account with everything that there is of it",
  description:
    "For people who have just signed in: with a token of a sign-in not older than 5 minutes, or with the password. After a time of grace, in which it can be taken back, rows, files, keys and the user are erased; the audit trail keeps a pseudonym. A second time changes nothing.",
  request: {
    body: { required: false, content: { "application/json": { schema: proof } } },
  },
  responses: { 202: { description: "Will be deleted", content: described } },
});

const get = createRoute({
  ...operations.deletionGet,
  summary: "Whether and when the caller's account is deleted",
  responses: { 200: { description: "The deletion", content: described } },
});

const cancel = createRoute({
  ...operations.deletionCancel,
  summary: "Keep the account, while its erasure has not begun",
  responses: { 200: { description: "The deletion", content: described } },
});

/** Adds `DELETE /account`, and `GET` and `DELETE /account/deletion`. */
export function addDeletionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(request, async (c) => {
    const actor = c.get("actor");
    await requireRecentSignIn(c.req.raw.headers, actor, c.req.valid("json").password);
    const database = adminClient("users could leave out the signing in again that was just asked");
    const result = await database.rpc("request_account_deletion", {
      p_user_id: actor.userId,
      p_grace_days: env().deletionGraceDays,
    }).setHeader("x-request-id", c.get("requestId"));
    return c.json(unwrap(result, deletion), 202);
  });
  app.openapi(get, async (c) => {
    const result = await c.get("actor").db.rpc("get_account_deletion");
    return c.json(unwrap(result, deletion), 200);
  });
  app.openapi(cancel, async (c) => {
    const result = await c.get("actor").db.rpc("cancel_account_deletion");
    return c.json(unwrap(result, deletion), 200);
  });
}
