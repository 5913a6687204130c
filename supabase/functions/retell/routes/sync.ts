import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { openAccount } from "#shared/retell/account.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { fetchCalls } from "../fetch_calls.ts";
import { operations } from "../operations.ts";
import { syncProgress, syncRequest } from "../schemas.ts";

/** How long one request goes on fetching, in milliseconds: far below what the platform allows. */
const BUDGET_MS = 20_000;

const route = createRoute({
  ...operations.sync,
  summary: "Fetch the calls of a period from Retell",
  description:
    "Goes on for at most 20 s and tells where to go on. What failed on the way tells the same: all that was counted is stored. Of calls that ended over an hour ago no event is published.",
  request: {
    body: { required: true, content: { "application/json": { schema: syncRequest } } },
  },
  responses: {
    200: {
      description: "How far it has come",
      content: { "application/json": { schema: syncProgress } },
    },
  },
});

/** Adds `POST /retell/sync`. */
export function addSyncRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { since, until = new Date().toISOString(), cursor } = c.req.valid("json");
    const { userId } = c.get("actor");
    const { client, encryptsHealthData } = await openAccount(userId);
    const endsAt = MONOTONIC_CLOCK.now() + BUDGET_MS;
    const progress = await fetchCalls({
      client,
      userId,
      encrypts: encryptsHealthData,
      period: { since, until },
      cursor,
      isOver: () => MONOTONIC_CLOCK.now() >= endsAt,
    });
    kickDispatch();
    return c.json(progress, 200);
  });
}
