import { z } from "@hono/zod-openapi";

/** A version that was just published. */
export const publishedVersion = z.object({
  version_id: z.guid(),
  version: z.int().positive(),
  created_at: z.string(),
}).openapi("PublishedVersion");
