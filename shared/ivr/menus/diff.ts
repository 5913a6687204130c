import { type DocumentItem, type DocumentMenu, type MenuDocument, nameOf } from "./document.ts";

/** A value that differs, and where: `items["1"].label`, `hours.weekly[0].from`, `limits.turns`. */
export interface Change {
  readonly path: string;
  /** Null where there was none. */
  readonly old: unknown;
  /** Null where there is none any more. */
  readonly new: unknown;
}

/** A menu, by all its names. */
export interface MenuName {
  readonly id: string;
  readonly key: string | null;
  readonly name: string;
}

/** How one graph of menus differs from an earlier one. */
export interface MenuDiff {
  /** Of the calls themselves: the first menu, and the limits of a call. */
  readonly call: Change[];
  readonly added: MenuName[];
  readonly removed: MenuName[];
  readonly changed: (MenuName & { readonly changes: Change[] })[];
  /** The same in words, a line each. */
  readonly summary: string[];
}

/**
 * Compares two graphs of menus. Entries are told apart by their digits, not their places, so that one
 * put in front changes no other; where the places of the same entries differ, `items` says so.
 */
export function diffDocuments(before: MenuDocument, after: MenuDocument): MenuDiff {
  const call = compare(callOf(before), callOf(after), "");
  const added = Object.values(after.menus).filter(({ id }) => !before.menus[id]).sort(byName);
  const removed = Object.values(before.menus).filter(({ id }) => !after.menus[id]).sort(byName);
  const changed = Object.values(after.menus).sort(byName).flatMap((menu) => {
    const earlier = before.menus[menu.id];
    const changes = earlier ? compareMenus(earlier, menu) : [];
    return changes.length > 0 ? [{ ...namesOf(menu), changes }] : [];
  });
  const titles = titlesOf(before, after);
  return {
    call,
    added: added.map(namesOf),
    removed: removed.map(namesOf),
    changed,
    summary: [
      ...call.map((change) => sentence("Calls", change, titles)),
      ...added.map((menu) => `${titles.get(menu.id)}: added`),
      ...removed.map((menu) => `${titles.get(menu.id)}: removed`),
      ...changed.flatMap(({ id, changes }) =>
        changes.map((change) => sentence(titles.get(id) ?? id, change, titles))
      ),
    ],
  };
}

function callOf(document: MenuDocument): object {
  return { root: document.root, limits: document["limits"] };
}

function namesOf({ id, key, name }: DocumentMenu): MenuName {
  return { id, key, name };
}

function byName(a: DocumentMenu, b: DocumentMenu): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

function compareMenus(before: DocumentMenu, after: DocumentMenu): Change[] {
  const { items: earlier, ...wasBeside } = before;
  const { items: later, ...isBeside } = after;
  const [old, now] = [byDigit(earlier), byDigit(later)];
  const digits = [...new Set([...old.keys(), ...now.keys()])];
  const kept = (of: ReadonlyMap<string, DocumentItem>) =>
    [...of.keys()].filter((digit) => old.has(digit) && now.has(digit));
  const moved = kept(old).join(" ") !== kept(now).join(" ");
  return [
    ...compare(wasBeside, isBeside, ""),
    ...moved ? [{ path: "items", old: [...old.keys()], new: [...now.keys()] }] : [],
    ...digits.flatMap((digit) =>
      compare(old.get(digit), now.get(digit), `items[${JSON.stringify(digit)}]`)
    ),
  ];
}

/** Entries by their digits; a draft may have the same ones twice, which are counted then. */
function byDigit(items: readonly DocumentItem[]): Map<string, DocumentItem> {
  const found = new Map<string, DocumentItem>();
  for (const item of items) {
    let name = item.digit;
    for (let n = 2; found.has(name); n++) name = `${item.digit} (${n})`;
    found.set(name, item);
  }
  return found;
}

/** Every value that differs. What is there on one side alone is one change, not one for each part. */
function compare(before: unknown, after: unknown, path: string): Change[] {
  if (isList(before) && isList(after)) {
    return Array.from(
      { length: Math.max(before.length, after.length) },
      (_, n) => compare(before[n], after[n], `${path}[${n}]`),
    ).flat();
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      compare(before[key], after[key], path === "" ? key : `${path}.${key}`)
    );
  }
  const [old, now] = [before ?? null, after ?? null];
  return Object.is(old, now) ? [] : [{ path, old, new: now }];
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What each menu is called in sentences: its key, or its name. */
function titlesOf(before: MenuDocument, after: MenuDocument): Map<string, string> {
  return new Map(
    [...Object.values(before.menus), ...Object.values(after.menus)]
      .map(({ id, key, name }) => [id, key ?? name]),
  );
}

function sentence(
  subject: string,
  { path, old, new: now }: Change,
  titles: ReadonlyMap<string, string>,
): string {
  const show = (value: unknown) =>
    JSON.stringify(
      value,
      (_, part) => typeof part === "string" ? titles.get(part) ?? part : part,
    );
  if (old === null) return `${subject}: ${path} is now ${show(now)}`;
  if (now === null) return `${subject}: ${path} is gone, was ${show(old)}`;
  return `${subject}: ${path} is now ${show(now)}, was ${show(old)}`;
}
