import { z } from "@hono/zod-openapi";

/** Which page of a list is wanted; see `shared/db/keyset.ts`. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional().openapi({ description: "`next_cursor` of a page" }),
});

/**
 * A page of a list, newest first.
 *
 * @param name what it is called in the documentation.
 */
export function pageSchema<Item extends z.ZodType>(item: Item, name: string) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().openapi({ description: "Null on the last page" }),
  }).openapi(name);
}
