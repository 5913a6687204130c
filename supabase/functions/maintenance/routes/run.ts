import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { jobQueue } from "#shared/jobs/queue.ts";
import { runJobs } from "#shared/jobs/run.ts";
import { JOB_KINDS } from "../job_kinds.ts";
import { operations } from "../operations.ts";
import { ran } from "../schemas.ts";

const route = createRoute({
  ...operations.run,
  summary: "Go on with the jobs that are due",
  description: "Until none is due or the time is up. Several at once are safe.",
  responses: {
    200: { description: "What was done", content: { "application/json": { schema: ran } } },
  },
});

/** Adds `POST /maintenance`. */
export function addRunRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const result = await runJobs({ queue: jobQueue, kinds: JOB_KINDS, clock: MONOTONIC_CLOCK });
    c.set("logFields", { ...result });
    return c.json(result, 200);
  });
}
