import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { copyRecordings } from "#shared/ivr/recordings/copy.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { callOperations } from "../operations/calls.ts";

const copied = z.object({
  copied: z.int().min(0),
  failed: z.int().min(0).openapi({ description: "Attempts that failed" }),
}).openapi("CopiedRecordings");

const copy = createRoute({
  ...callOperations.recordingsCopy,
  summary: "Copy the recordings that are due",
  description: "Until none is or the time is up. Several at once are safe.",
  responses: {
    200: { description: "What was done", content: { "application/json": { schema: copied } } },
  },
});

/** Adds `POST /ivr/recordings/copy`. */
export function addRecordingRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(copy, async (c) => {
    // Before anything is claimed: every attempt would be one in vain.
    requireKeyring();
    const result = await copyRecordings();
    c.set("logFields", { ...result });
    return c.json(result, 200);
  });
}
