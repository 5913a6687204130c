import { z } from "zod";
import { menuOf } from "./choices.ts";
import type { MenuVersion } from "./menu.ts";
import type { Step } from "./outcome.ts";
import { plainReply, renderPlain } from "./plain_reply.ts";
import { wordsOf } from "./words.ts";

/** A menu by its names. */
export const plainMenu = z.object({
  id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
});

/** A step for those who are no phone provider: what came of the input, where it led, what follows. */
export const plainStep = z.object({
  /** What the turn came to. */
  outcome: z.string(),
  /** The `digit` of the item that was chosen; null for none, and in a sensitive menu. */
  item: z.string().nullable(),
  /** The menu in which the session stands now. */
  menu: plainMenu,
  /** Ids of the menus entered, the current one last. */
  menu_stack: z.array(z.guid()),
  /** The language that is heard there, BCP 47. */
  language: z.string(),
  /** What the session waits for; null while a menu is offered, and at the end. */
  pending: z.string().nullable(),
  ended: z.boolean(),
  end_reason: z.string().nullable(),
  ...plainReply.shape,
});

/** A step for those who are no phone provider. */
export type PlainStep = z.infer<typeof plainStep>;

/** Says a step in plain JSON. */
export function plainStepOf(version: MenuVersion, taken: Step): PlainStep {
  const { session, directives, outcome, item } = taken;
  const menu = menuOf(version, session);
  const { language } = wordsOf(menu, session.language);
  return {
    outcome,
    item,
    menu: { id: menu.id, key: menu.key, name: menu.name },
    menu_stack: [...session.menu_stack],
    language,
    pending: session.pending?.kind ?? null,
    ended: session.end_reason !== null,
    end_reason: session.end_reason,
    ...renderPlain(directives, menu, language),
  };
}
