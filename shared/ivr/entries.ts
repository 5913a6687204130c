import type { Menu, MenuItem } from "./menu.ts";

/** Every key that an entry may name. */
const KEYS = "0123456789*#ABCD";

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
 * Of entries that match alike, one without wildcards comes first, then the earlier one.
 */
export function matchEntry(menu: Menu, entered: string, complete: boolean): Match {
  const exact = menu.items.filter(({ digit }) => lacking(digit, entered) === 0);
  const longer = digitsWanted(menu, entered);
  if (longer > 0 && !complete) return { kind: "more", digits: longer };
  const item = exact.find(({ digit }) => digit === entered) ?? exact[0];
  return item ? { kind: "item", item } : { kind: "none" };
}

/** How many digits the shortest entry that begins with `entered` still lacks; 0 when there is none. */
export function digitsWanted(menu: Menu, entered: string): number {
  const missing = menu.items
    .map(({ digit }) => lacking(digit, entered) ?? 0)
    .filter((digits) => digits > 0);
  return missing.length > 0 ? Math.min(...missing) : 0;
}

/** How many digits the longest entry has. */
export function longestEntry(menu: Menu): number {
  return Math.max(...menu.items.map(({ digit }) => positionsOf(digit).length));
}

/** The key that ends an entry early, unless the menu itself uses it. */
export function finishKey(menu: Menu): "#" | null {
  return menu.items.some(({ digit }) => digit.includes("#")) ? null : "#";
}

/** Whether some of what a longer entry matches begins with what a shorter one matches. */
export function mayBegin(shorter: string, longer: string): boolean {
  const [head, whole] = [positionsOf(shorter), positionsOf(longer)];
  return head.length < whole.length &&
    head.every((position, n) =>
      [...KEYS].some((key) => accepts(position, key) && accepts(whole[n] ?? "", key))
    );
}

/** How many digits an entry lacks that begins with `entered`; null where it does not. */
function lacking(entry: string, entered: string): number | null {
  if (!/[x[]/.test(entry)) return entry.startsWith(entered) ? entry.length - entered.length : null;
  const positions = positionsOf(entry);
  const begins = entered.length <= positions.length &&
    [...entered].every((digit, n) => accepts(positions[n] ?? "", digit));
  return begins ? positions.length - entered.length : null;
}

/** The positions of an entry: a key, `x`, or a class in brackets. */
function positionsOf(entry: string): string[] {
  return entry.match(/\[[^\]]*\]|./g) ?? [];
}

function accepts(position: string, digit: string): boolean {
  if (position === "x") return /[0-9]/.test(digit);
  if (!position.startsWith("[")) return position === digit;
  return [...position.matchAll(/([0-9])(?:-([0-9]))?/g)]
    .some(([, from = "", to = from]) => from <= digit && digit <= to);
}
