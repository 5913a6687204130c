import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";

/** Which time is counted: the last 30 days unless said otherwise. */
export const statsQuery = z.object({ from: time.optional(), to: time.optional() });

/** How one menu was used. */
export const menuStats = z.object({
  menu_id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
  reached: z.int().openapi({
    description:
      "How often callers came to it while it was offered, however often it was offered again while they stayed",
  }),
  sessions: z.int().openapi({ description: "In how many sessions that was" }),
  chosen: z.int().openapi({ description: "Turns that chose an item" }),
  invalid: z.int().openapi({ description: "Turns with an entry that is none" }),
  no_input: z.int().openapi({ description: "Turns in which the wait ran out" }),
  dropped: z.int().openapi({
    description: "Sessions that the caller left, or that timed out, while the menu was offered",
  }),
  items: z.array(z.object({
    digit: z.string(),
    label: z.string(),
    action: z.string(),
    target: z.string().nullable(),
    current: z.boolean().openapi({ description: "Whether the published version has it" }),
    chosen: z.int().nullable().openapi({ description: "Null in a sensitive menu" }),
    share: z.number().nullable().openapi({
      description:
        "Of all choices of the menu, 0 to 1; null where there are none, and in a sensitive menu",
    }),
  })).openapi({
    description:
      "Over all versions, by digit and what it leads to. Choices in a sensitive menu count for the menu alone",
  }),
}).openapi("IvrMenuStats");

/** How a menu and those that it leads to were used. */
export const stats = z.object({
  from: z.string(),
  to: z.string(),
  data: z.array(menuStats).openapi({ description: "The menu itself comes first" }),
}).openapi("IvrStats");
