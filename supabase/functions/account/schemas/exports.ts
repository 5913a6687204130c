import { z } from "@hono/zod-openapi";

const storedFile = z.object({
  path: z.string(),
  table: z.string().optional(),
  rows: z.int().optional(),
  bucket: z.string().optional(),
  object: z.string().optional(),
  bytes: z.int(),
  sha256: z.string(),
});

const described = z.object({
  id: z.guid(),
  state: z.enum(["running", "ready", "expired", "failed", "cancelled"]),
  error: z.string().nullable().openapi({
    description: "The code that it failed with; while it is running it will be tried again",
    example: "not_configured",
  }),
  rows: z.int().openapi({ description: "Written so far" }),
  created_at: z.string(),
  ready_at: z.string().nullable(),
  expires_at: z.string().nullable().openapi({ description: "When its files are removed" }),
});

/** An export as the database describes it. */
export const storedExport = described.extend({
  manifest: storedFile.nullable(),
  files: z.array(storedFile),
});

const shownFile = storedFile.extend({
  url: z.string().openapi({ description: "A link to the file that ends at links_expire_at" }),
}).openapi("ExportFile");

/** An export as its owner is shown it. */
export const shownExport = described.extend({
  manifest: shownFile.nullable().openapi({
    description: "Counts and SHA-256 of everything, and what is left out of each table",
  }),
  files: z.array(shownFile).openapi({
    description: "Tables as JSON Lines (gzip) and copies of files, once it is ready",
  }),
  links_expire_at: z.string().nullable(),
}).openapi("AccountExport");
