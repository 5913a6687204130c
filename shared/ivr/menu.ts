import { z } from "zod";

/** What a key press, or a spent limit, leads to. */
const terminalChoice = z.discriminatedUnion("action", [
  z.object({ action: z.literal("agent"), target: z.string().min(1) }),
  z.object({ action: z.literal("transfer"), target: z.string().regex(/^\+[1-9][0-9]{6,14}$/) }),
  z.object({ action: z.literal("hangup") }),
]);

const navigationChoice = z.discriminatedUnion("action", [
  z.object({ action: z.literal("submenu"), target: z.guid() }),
  z.object({ action: z.literal("repeat") }),
  z.object({ action: z.literal("back") }),
]);

const menuItem = z.intersection(
  z.object({ digit: z.string().regex(/^[0-9*#A-D]{1,20}$/), label: z.string().min(1) }),
  z.union([navigationChoice, terminalChoice]),
);

const retryRule = z.object({
  /** How often the menu is offered again before `final`. */
  limit: z.int().min(0).max(10),
  /** Spoken before the menu is offered again; null for the standard sentence. */
  prompt: z.string().nullable(),
  final: terminalChoice,
});

const menu = z.object({
  id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
  language: z.string(),
  prompt: z.string().min(1),
  items: z.array(menuItem).min(1).max(12),
  /** Wait for the first digit, in milliseconds. */
  timeout: z.int().positive(),
  /** Wait for each further digit, in milliseconds. */
  inter_digit_timeout: z.int().positive(),
  no_input: retryRule,
  invalid: retryRule,
});

/**
 * A published version: every menu reachable from the root, frozen, with targets resolved to ids.
 *
 * Written by `private.freeze_ivr_menu` in SQL, which lists every problem when a menu is published;
 * what does not parse here never reaches a caller.
 */
export const menuVersion = z.object({ root: z.guid(), menus: z.record(z.guid(), menu) })
  .refine(({ root, menus }) => root in menus, "The root is not among the menus")
  .refine(
    ({ menus }) =>
      Object.values(menus).every(({ items }) =>
        items.every((item) => item.action !== "submenu" || item.target in menus)
      ),
    "A submenu is not among the menus",
  );

/** A frozen graph of menus. */
export type MenuVersion = z.infer<typeof menuVersion>;
/** One menu of a version. */
export type Menu = z.infer<typeof menu>;
/** One entry of a menu: a digit string, its label and what it leads to. */
export type MenuItem = z.infer<typeof menuItem>;
/** An action with its target. */
export type Choice = z.infer<typeof navigationChoice> | z.infer<typeof terminalChoice>;
