import { z } from "@hono/zod-openapi";
import { flag } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";

/** As the database counts: by characters, not by halves of them. */
function text(most: number) {
  return z.string()
    .refine((value) => value.length > 0 && [...value].length <= most, {
      error: `Must have 1 to ${most} characters`,
      abort: true,
    })
    .refine(isStorable, { error: UNSTORABLE });
}

/** JSON that the database keeps as it is, up to a size that it checks once more. */
function json<Schema extends z.ZodType>(schema: Schema, bytes: number) {
  return schema.refine(isStorable, { error: UNSTORABLE, abort: true }).refine(
    (value) => new TextEncoder().encode(JSON.stringify(value)).byteLength <= bytes,
    { error: `Must have at most ${bytes} bytes` },
  );
}

const prompt = text(1500);
const record = z.record(z.string(), z.unknown());

const final = json(record, 4096).nullable().openapi({
  description:
    "What follows when the limit is spent: an agent, a transfer, a voicemail or a hang-up, which is the default",
  example: { action: "agent", target: "desk" },
});

/** The columns of a menu that its owner sets. What they mean together is checked when it is published. */
const settings = {
  key: z.string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, {
      error: "Must be 1 to 64 of a-z 0-9 _ -, the first one a letter or digit",
    })
    .refine((key) => !/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(key), { error: "Must not look like an id" })
    .nullable().openapi({
      description: "Your own name for the menu, which items may use as a target",
      example: "main",
    }),
  name: text(100).openapi({ example: "Main menu" }),
  language: z.string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: "Must be a language such as en-US" })
    .openapi({ description: "BCP 47; en-US unless given", example: "en-US" }),
  prompt: prompt.openapi({ example: "For sales, press 1. For support, press 2." }),
  barge_in: z.boolean().openapi({ description: "Whether an entry cuts the prompt short" }),
  items: json(z.array(record).max(12), 32_768).openapi({
    description:
      "At most 12 of {digit, label, action, target, …}; see docs/menus.md. Checked when the menu is published",
    example: [{ digit: "1", label: "Sales", action: "submenu", target: "sales" }],
  }),
  timeout: z.int().min(1000).max(60_000).openapi({
    description: "Wait for the first digit, in milliseconds; 5,000 unless given",
  }),
  inter_digit_timeout: z.int().min(1000).max(10_000).openapi({
    description: "Wait for each further digit, in milliseconds; 3,000 unless given",
  }),
  max_retries: z.int().min(0).max(10).openapi({
    description: "The default of both limits; 3 unless given",
  }),
  no_input_limit: z.int().min(0).max(10).nullable().openapi({
    description: "How often the menu is offered again after silence; null for max_retries",
  }),
  invalid_limit: z.int().min(0).max(10).nullable().openapi({
    description: "How often it is offered again after a wrong entry; null for max_retries",
  }),
  timeout_prompt: prompt.nullable().openapi({
    description: "Said after silence; null for the standard sentence",
  }),
  timeout_barge_in: z.boolean().openapi({ description: "Whether an entry cuts it short" }),
  invalid_prompt: prompt.nullable().openapi({
    description: "Said after a wrong entry; null for the standard sentence",
  }),
  invalid_barge_in: z.boolean().openapi({ description: "Whether an entry cuts it short" }),
  no_input_final: final,
  invalid_final: final,
  sensitive: z.boolean().openapi({
    description: "Whether what is entered is in no row, no event and no log",
  }),
  speech: z.boolean().openapi({ description: "Whether callers may say an item's label instead" }),
  translations: json(record, 65_536).openapi({
    description: "The menu's prompts in other languages, by BCP 47 tag",
    example: { "de-DE": { prompt: "Für den Vertrieb drücken Sie die 1." } },
  }),
  hours: json(record, 16_384).nullable().openapi({
    description: "When the menu is offered; null for always",
    example: {
      time_zone: "Europe/Berlin",
      weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }],
      holidays: ["12-25"],
      closed: { action: "voicemail" },
    },
  }),
  closed_prompt: prompt.nullable().openapi({
    description: "Said outside hours; null for the standard sentence",
  }),
  max_depth: z.int().min(1).max(12).openapi({
    description: "Of calls that start here: menus that back remembers",
  }),
  max_turns: z.int().min(10).max(500).openapi({
    description: "Of calls that start here: turns after which the call ends",
  }),
  max_minutes: z.int().min(1).max(240).openapi({
    description: "Of calls that start here: minutes after which the call ends",
  }),
  parent_menu_id: z.guid().nullable().openapi({
    description: "The menu that this one belongs under; publishing expects a choice to lead here",
  }),
};

/** What an owner sends to have a menu made. */
export const newMenu = z.strictObject({
  ...z.object(settings).partial().shape,
  name: settings.name,
  prompt: settings.prompt,
}).openapi("NewMenu");

/** What an owner sends to change a draft; what is left out stays. */
export const menuChanges = z.strictObject(settings).partial().openapi("MenuChanges");

/** A menu as its owner sees it: the draft, and which version callers hear. */
export const menu = z.object({
  id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
  language: z.string(),
  prompt: z.string(),
  barge_in: z.boolean(),
  items: z.array(z.unknown()),
  timeout: z.int(),
  inter_digit_timeout: z.int(),
  max_retries: z.int(),
  no_input_limit: z.int().nullable(),
  invalid_limit: z.int().nullable(),
  timeout_prompt: z.string().nullable(),
  timeout_barge_in: z.boolean(),
  invalid_prompt: z.string().nullable(),
  invalid_barge_in: z.boolean(),
  no_input_final: record.nullable(),
  invalid_final: record.nullable(),
  sensitive: z.boolean(),
  speech: z.boolean(),
  translations: record,
  hours: record.nullable(),
  closed_prompt: z.string().nullable(),
  max_depth: z.int(),
  max_turns: z.int(),
  max_minutes: z.int(),
  parent_menu_id: z.guid().nullable(),
  published_version_id: z.guid().nullable().openapi({
    description: "What new calls run on; null where nothing was published yet",
  }),
  created_at: z.string(),
  updated_at: z.string(),
}).openapi("Menu");

/** What to select from `ivr_menus`. */
export const MENU_COLUMNS = Object.keys(menu.shape).join(",");

/** A page of menus, newest first. */
export const menuPage = pageSchema(menu, "MenuPage");

/** Which menus are wanted, and which page of them. */
export const menuQuery = pageQuery.extend({
  parent: z.union([z.guid(), z.literal("none")], { error: "Must be a menu's id, or none" })
    .optional().openapi({ description: "Only menus right below this one, or below none" }),
  key: z.string().max(64).optional().openapi({ description: "Only the menu of this key" }),
  published: flag.optional().openapi({ description: "Only menus with a version, or without" }),
});
