import type { Menu, MenuItem } from "./menu.ts";

/** What digits mean in a menu. */
export type Match =
  | { readonly kind: "item"; readonly item: MenuItem }
  /** An entry may still come about; `digits` more would settle the shortest of them. */
  | { readonly kind: "more"; readonly digits: number }
  | { readonly kind: "none" };

/**
 * Matches what was entered against a menu's entries.
 *
 * An entry matches as soon as no longer one begins with it. Where a longer one does, more digits
 * are waited for, and `complete` (the wait ran out or the finish key came) settles for the shorter.
 */
export function matchEntry(menu: Menu, entered: string, complete: boolean): Match {
  const exact = menu.items.find(({ digit }) => digit === entered);
  const longer = digitsWanted(menu, entered);
  if (longer > 0 && !complete) return { kind: "more", digits: longer };
  return exact ? { kind: "item", item: exact } : { kind: "none" };
}

/** How many digits the shortest entry that begins with `entered` still lacks; 0 when there is none. */
export function digitsWanted(menu: Menu, entered: string): number {
  const missing = menu.items
    .filter(({ digit }) => digit.length > entered.length && digit.startsWith(entered))
    .map(({ digit }) => digit.length - entered.length);
  return missing.length > 0 ? Math.min(...missing) : 0;
}

/** The key that ends an entry early, unless the menu itself uses it. */
export function finishKey(menu: Menu): "#" | null {
  return menu.items.some(({ digit }) => digit.includes("#")) ? null : "#";
}
