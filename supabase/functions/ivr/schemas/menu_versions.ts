import { z } from "@hono/zod-openapi";
import { flag } from "#shared/http/fields.ts";
import { pageSchema } from "#shared/http/paging.ts";

const finding = z.object({
  path: z.string().openapi({ example: "menus.main.items[2].target" }),
  message: z.string(),
});

const hints = z.array(finding).openapi({
  description: "What callers may stumble over, though it does not stand in the way",
});

/** Whether to publish or only to look. */
export const publishQuery = z.object({
  dry_run: flag.optional().openapi({ description: "Checks and freezes nothing" }),
});

/** What publishing a menu would come to. */
export const menuCheck = z.object({
  publishable: z.boolean(),
  problems: z.array(finding),
  hints,
}).openapi("MenuCheck");

/** A version that was just published. */
export const publishedVersion = z.object({
  version_id: z.guid(),
  version: z.int().positive(),
  created_at: z.string(),
}).openapi("PublishedVersion");

/** The same with what was noticed. */
export const publishedMenu = publishedVersion.extend({ hints }).openapi("PublishedMenu");

/** A version that was published again. */
export const restoredVersion = publishedVersion.extend({
  restored_from: z.int().positive().openapi({ description: "The version that it repeats" }),
}).openapi("RestoredVersion");

/** The same with what became of the drafts. */
export const rolledBackMenu = restoredVersion.extend({
  drafts: z.literal("unchanged").openapi({
    description: "Drafts stay as they are; the next publication freezes them",
  }),
}).openapi("RolledBackMenu");

/** A version in a list. */
export const listedVersion = z.object({
  id: z.guid(),
  version: z.int().positive(),
  published: z.boolean().openapi({ description: "Whether new calls run on it" }),
  restored_from: z.int().positive().nullable().openapi({
    description: "The version that it repeats; null where drafts were frozen",
  }),
  created_at: z.string(),
}).openapi("ListedMenuVersion");

/** A version with all that it holds. */
export const shownVersion = listedVersion.extend({
  document: z.record(z.string(), z.unknown()).openapi({
    description: "Every menu within reach, frozen, by id",
  }),
}).openapi("MenuVersion");

/** A page of versions, newest first. */
export const versionPage = pageSchema(listedVersion, "MenuVersionPage");

const versionNumber = z.string()
  .regex(/^[1-9][0-9]{0,8}$/, { error: "Must be the number of a version" })
  .transform(Number);

const versionOrDraft = z.union([z.literal("draft"), versionNumber], {
  error: "Must be the number of a version, or draft",
});

/** A version in a path. */
export const versionParam = z.object({ id: z.guid(), version: versionNumber });

/** What a version is compared with. */
export const diffQuery = z.object({
  against: versionOrDraft.optional().openapi({
    type: "string",
    description: "Another version, or draft; the version before unless given",
    example: "draft",
  }),
});

/** What is drawn. */
export const graphQuery = z.object({
  version: versionOrDraft.optional().openapi({
    type: "string",
    description: "A version, or draft; what is published unless given, or else the draft",
    example: "draft",
  }),
});

const side = z.union([z.int().positive(), z.literal("draft")]);
const change = z.object({
  path: z.string().openapi({ example: 'items["1"].target' }),
  old: z.unknown().openapi({ description: "Null where there was nothing" }),
  new: z.unknown().openapi({ description: "Null where there is nothing any more" }),
});
const menuName = z.object({ id: z.guid(), key: z.string().nullable(), name: z.string() });

/** How a version differs from another, or from the draft. */
export const versionDiff = z.object({
  from: side.nullable().openapi({
    description: "The earlier of the two; null before the first version",
  }),
  to: side.openapi({ description: "The later one; a draft is later than every version" }),
  call: z.array(change).openapi({ description: "Where calls begin, and the limits of a call" }),
  menus: z.object({
    added: z.array(menuName),
    removed: z.array(menuName),
    changed: z.array(menuName.extend({ changes: z.array(change) })),
  }),
  summary: z.array(z.string()).openapi({ description: "The same in words" }),
}).openapi("MenuDiff");

/** Menus, where callers leave them, and the ways between. */
export const menuGraph = z.object({
  version: side,
  root: z.guid(),
  nodes: z.array(z.object({
    id: z.string(),
    kind: z.enum(["menu", "agent", "number", "voicemail", "webhook", "hangup", "missing"]),
    label: z.string(),
    menu: z.object({
      key: z.string().nullable(),
      prompt: z.string(),
      root: z.boolean(),
      hours: z.boolean(),
    }).nullable().openapi({ description: "Of menus alone" }),
  })),
  edges: z.array(z.object({
    from: z.string(),
    to: z.string(),
    cause: z.enum(["choice", "no_input", "invalid", "closed"]),
    digit: z.string().nullable(),
    label: z.string().nullable(),
    action: z.string(),
    then: z.string().nullable(),
  })),
}).openapi("MenuGraph");
