import { z } from "@hono/zod-openapi";

/** A name or a label: one line of at most 100 characters. */
export const shortText = z.string().trim().min(1).max(100)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), {
    error: "Must not contain control characters",
  });
