import { z } from "zod";

const choice = z.looseObject({
  action: z.string().catch(""),
  target: z.string().optional().catch(undefined),
  then: z.string().optional().catch(undefined),
}).catch({ action: "" });

const item = z.looseObject({
  digit: z.string().catch(""),
  label: z.string().catch(""),
  action: z.string().catch(""),
  target: z.string().optional().catch(undefined),
  then: z.string().optional().catch(undefined),
}).catch({ digit: "", label: "", action: "" });

const retryRule = z.looseObject({ limit: z.int().catch(0), final: choice });

const menu = z.looseObject({
  id: z.guid(),
  key: z.string().nullable(),
  name: z.string(),
  prompt: z.string(),
  speech: z.boolean().default(false),
  items: z.array(item),
  hours: z.looseObject({ closed: choice }).nullable().default(null),
  no_input: retryRule,
  invalid: retryRule,
});

/**
 * A version of a menu as far as it can be drawn, compared and commented on: also what a draft would
 * be frozen to that cannot be published yet.
 */
export const menuDocument = z.looseObject({
  root: z.guid(),
  menus: z.record(z.guid(), menu),
});

/** A graph of menus, frozen or not yet fit to be. */
export type MenuDocument = z.infer<typeof menuDocument>;
/** One menu of it. */
export type DocumentMenu = z.infer<typeof menu>;
/** One entry of a menu of it. */
export type DocumentItem = z.infer<typeof item>;
/** What an entry, a spent limit or a closed door leads to. */
export type DocumentChoice = z.infer<typeof choice>;

/** What leads to a choice. */
export type Cause = "choice" | "no_input" | "invalid" | "closed";

/** A choice, and where it stands. */
export interface PlacedChoice {
  readonly cause: Cause;
  /** Within its menu, as problems name it: `items[0]`, `no_input_final`, `hours.closed`. */
  readonly path: string;
  /** The entry, where there is one. */
  readonly item: DocumentItem | null;
  readonly choice: DocumentChoice;
}

/** Every choice of a menu: entries in their order, then what follows silence, wrong entries and closing time. */
export function choicesOf(menu: DocumentMenu): PlacedChoice[] {
  const { items, no_input, invalid, hours } = menu;
  return [
    ...items.map((item, n): PlacedChoice => ({
      cause: "choice",
      path: `items[${n}]`,
      item,
      choice: item,
    })),
    { cause: "no_input", path: "no_input_final", item: null, choice: no_input.final },
    { cause: "invalid", path: "invalid_final", item: null, choice: invalid.final },
    ...hours
      ? [{ cause: "closed", path: "hours.closed", item: null, choice: hours.closed } as const]
      : [],
  ];
}

/** A menu's name in paths: its owner's key, or its id. */
export function nameOf({ key, id }: DocumentMenu): string {
  return key ?? id;
}

/** The menus of a document, the first one first, then as its entries lead to them. */
export function menusInOrder({ root, menus }: MenuDocument): DocumentMenu[] {
  const found = new Map<string, DocumentMenu>();
  const waiting = [root];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const menu = menus[id];
    if (!menu || found.has(id)) continue;
    found.set(id, menu);
    waiting.push(...submenusOf(menu));
  }
  return [...found.values(), ...Object.values(menus).filter(({ id }) => !found.has(id))];
}

/** The ids of the menus that a menu leads to, as far as they are known. */
export function submenusOf(menu: DocumentMenu): string[] {
  return choicesOf(menu).flatMap(({ choice: { action, target } }) =>
    action === "submenu" && target !== undefined ? [target] : []
  );
}
