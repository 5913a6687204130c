import { z } from "zod";
import { businessHours } from "./hours.ts";

/** What follows when a connection or a recording is over; nothing but these leads back. */
const then = z.enum(["hangup", "repeat", "back", "top"]);

/** What a key press, a spent limit or a closed door leads to. */
const terminalChoice = z.discriminatedUnion("action", [
  z.object({ action: z.literal("agent"), target: z.string().min(1), then: then.optional() }),
  z.object({
    action: z.literal("transfer"),
    target: z.string().regex(/^\+[1-9][0-9]{6,14}$/),
    then: then.optional(),
  }),
  z.object({
    action: z.literal("voicemail"),
    /** Spoken before the tone; the standard sentence if undefined. */
    prompt: z.string().min(1).optional(),
    /** The most that is recorded; 120 if undefined. */
    max_seconds: z.int().min(3).max(3600).optional(),
    then: then.optional(),
  }),
  z.object({ action: z.literal("hangup") }),
]);

const navigationChoice = z.discriminatedUnion("action", [
  z.object({ action: z.literal("submenu"), target: z.guid() }),
  z.object({ action: z.literal("repeat") }),
  z.object({ action: z.literal("back") }),
  z.object({ action: z.literal("top") }),
  z.object({ action: z.literal("language"), target: z.string().min(2) }),
]);

/** Asks the owner's endpoint which item to take. */
const webhookChoice = z.object({
  action: z.literal("webhook"),
  /** Id of the endpoint. */
  target: z.guid(),
  /** Digit of the item that is taken without an answer; the menu is offered again if undefined. */
  fallback: z.string().optional(),
});

const closedChoice = z.union([
  z.object({ action: z.literal("submenu"), target: z.guid() }),
  terminalChoice,
]);

const menuItem = z.intersection(
  z.object({
    /** Keys to press, one position each: a key, `x` for any digit, or a class such as `[1-4]`. */
    digit: z.string().regex(/^([0-9*#A-Dx]|\[([0-9](-[0-9])?)+\]){1,20}$/),
    label: z.string().min(1),
    /** The label in other languages, by BCP 47 tag. */
    labels: z.record(z.string(), z.string()).optional(),
  }),
  z.union([navigationChoice, webhookChoice, terminalChoice]),
);

const retryRule = z.object({
  /** How often the menu is offered again before `final`. */
  limit: z.int().min(0).max(10),
  /** Spoken before the menu is offered again; null for the standard sentence. */
  prompt: z.string().nullable(),
  /** Whether an entry cuts the prompt short. */
  barge_in: z.boolean().default(true),
  final: terminalChoice,
});

/** A menu's sentences in another language; null for the standard sentence. */
const translation = z.object({
  prompt: z.string().min(1),
  timeout_prompt: z.string().nullable(),
  invalid_prompt: z.string().nullable(),
  closed_prompt: z.string().nullable(),
});

// What came later than the first versions has a default, so that they are heard as they always were.
const menu = z.object({
  id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
  language: z.string(),
  prompt: z.string().min(1),
  /** Whether an entry cuts the prompt short. */
  barge_in: z.boolean().default(true),
  items: z.array(menuItem).min(1).max(12),
  /** Wait for the first digit, in milliseconds. */
  timeout: z.int().positive(),
  /** Wait for each further digit, in milliseconds. */
  inter_digit_timeout: z.int().positive(),
  /** Whether what is entered is to be kept nowhere. */
  sensitive: z.boolean().default(false),
  /** Whether callers may say the label of an item instead. */
  speech: z.boolean().default(false),
  /** The same menu in other languages, by BCP 47 tag. */
  translations: z.record(z.string(), translation).default({}),
  /** When the menu is offered; null for always. */
  hours: businessHours.extend({
    /** Spoken outside hours, before the choice; null for the standard sentence. */
    prompt: z.string().nullable(),
    closed: closedChoice,
  }).nullable().default(null),
  no_input: retryRule,
  invalid: retryRule,
});

const limits = z.object({
  /** Menus that `back` remembers; entering one more forgets the oldest. */
  depth: z.int().min(1).max(12),
  /** More turns than any caller takes; what is still asking then is a machine. */
  turns: z.int().min(1).max(500),
  /** The longest that a call may last, connections included; null for as long as the provider lets it. */
  minutes: z.int().min(1).max(240).nullable(),
});

/** What bounds a call of a version that says nothing of it. */
export const DEFAULT_LIMITS: z.infer<typeof limits> = { depth: 12, turns: 200, minutes: null };

/**
 * A published version: every menu reachable from the root, frozen, with targets resolved to ids.
 *
 * Written by `private.freeze_ivr_menu` in SQL, which lists every problem when a menu is published;
 * what does not parse here never reaches a caller.
 */
export const menuVersion = z.object({
  root: z.guid(),
  limits: limits.default(DEFAULT_LIMITS),
  menus: z.record(z.guid(), menu),
})
  .refine(({ root, menus }) => root in menus, "The root is not among the menus")
  .refine(
    ({ menus }) =>
      Object.values(menus).every(({ items, hours }) =>
        [...items, ...hours ? [hours.closed] : []]
          .every((choice) => choice.action !== "submenu" || choice.target in menus)
      ),
    "A submenu is not among the menus",
  );

/** A frozen graph of menus. */
export type MenuVersion = z.infer<typeof menuVersion>;
/** One menu of a version. */
export type Menu = z.infer<typeof menu>;
/** One entry of a menu: a digit string or pattern, its label and what it leads to. */
export type MenuItem = z.infer<typeof menuItem>;
/** What follows when a connection or a recording is over. */
export type Then = z.infer<typeof then>;
/** An action that leads out of the menus. */
export type TerminalChoice = z.infer<typeof terminalChoice>;
/** An action with its target. */
export type Choice =
  | z.infer<typeof navigationChoice>
  | z.infer<typeof webhookChoice>
  | TerminalChoice;
