import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { operations } from "../operations.ts";
import { newReplay, replay, replayParam, startedReplay } from "../schemas/replays.ts";

const start = createRoute({
  ...operations.replaysStart,
  summary: "Send events to an endpoint again, or for the first time",
  description:
    "One event, or those of a time that failed, were skipped, are missing, or all. Never more than 50,000 at once; with dry_run they are only counted. What is on its way already is left out.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: newReplay } } },
  },
  responses: {
    202: {
      description: "Under way; replay_id is null for a dry run",
      content: { "application/json": { schema: startedReplay } },
    },
  },
});

const shown = {
  200: { description: "The replay", content: { "application/json": { schema: replay } } },
};

const get = createRoute({
  ...operations.replaysGet,
  summary: "How far a replay is",
  request: { params: replayParam },
  responses: shown,
});

const cancel = createRoute({
  ...operations.replaysCancel,
  summary: "Stop a replay: what is not under way is not sent",
  request: { params: replayParam },
  responses: shown,
});

/** Adds the routes for replays: start, get, cancel. */
export function addReplayRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(start, async (c) => {
    const { dry_run, ...selection } = c.req.valid("json");
    const result = await c.get("actor").db.rpc("replay_webhook", {
      p_id: c.req.valid("param").id,
      p_selection: selection,
      p_dry_run: dry_run,
    });
    const started = unwrap(result, startedReplay);
    if (started.replay_id !== null) kickDispatch();
    return c.json(started, 202);
  });
  app.openapi(get, async (c) => {
    const { id, replay_id } = c.req.valid("param");
    const args = { p_webhook_id: id, p_replay_id: replay_id };
    const result = await c.get("actor").db.rpc("get_webhook_replay", args);
    return c.json(unwrap(result, replay), 200);
  });
  app.openapi(cancel, async (c) => {
    const { id, replay_id } = c.req.valid("param");
    const args = { p_webhook_id: id, p_replay_id: replay_id };
    const result = await c.get("actor").db.rpc("cancel_webhook_replay", args);
    return c.json(unwrap(result, replay), 200);
  });
}
