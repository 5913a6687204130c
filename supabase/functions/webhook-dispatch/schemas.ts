import { z } from "@hono/zod-openapi";

const count = z.int().min(0);

/** What a run did. */
export const dispatched = z.object({
  claimed: count.openapi({ description: "Attempts that were made" }),
  delivered: count,
  failed: count.openapi({ description: "Ended without success" }),
  retried: count.openapi({ description: "To be tried again later" }),
  stale: count.openapi({ description: "Of these, what another run had taken over by then" }),
  more: z.boolean().openapi({
    description: "Whether the budget ended the run while more was due; another run follows",
  }),
}).openapi("Dispatched");
