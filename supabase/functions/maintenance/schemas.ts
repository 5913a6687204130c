import { z } from "@hono/zod-openapi";

const count = z.int().min(0);

/** What a run did. */
export const ran = z.object({
  slices: count.openapi({ description: "Parts of jobs that were taken up" }),
  done: count.openapi({ description: "Of these, what ended a job" }),
  failed: count.openapi({ description: "To be tried again later, unless the job is given up" }),
  lost: count.openapi({ description: "What another run had taken over, or somebody cancelled" }),
}).openapi("MaintenanceRun");
