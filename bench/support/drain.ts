import { z } from "zod";

/** An order to a worker: that so many jobs be there, or that all that are there be worked off. */
export const drainOrder = z.discriminatedUnion("do", [
  z.object({ do: z.literal("fill"), jobs: z.int(), url: z.string() }),
  z.object({
    do: z.literal("drain"),
    jobs: z.int(),
    url: z.string(),
    client: z.enum(["ours", "fetch"]),
  }),
]);

/** How long it took until every job was posted and the queue knew of it, in milliseconds. */
export const drained = z.object({ elapsedMs: z.number() });

/** What each job posts: about 1 kB. */
export const PAYLOAD = { text: "x".repeat(900) };
