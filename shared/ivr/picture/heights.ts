import type { Segment, Slot } from "./layers.ts";

/** Free space below a slot. */
const SPACE = 28;

/** Rounds of moving, each to the right and back to the left. */
const ROUNDS = 6;

/**
 * The upper edge of each slot: close to what it is connected with, in the order of its column, and
 * never over another.
 */
export function heightsOf(
  columns: readonly (readonly Slot[])[],
  between: readonly (readonly Segment[])[],
): Map<Slot, number> {
  const top = new Map<Slot, number>();
  for (const column of columns) place(column, column.map(() => 0), top);
  for (let round = 0; round < ROUNDS; round++) {
    const order = columns.map((_, n) => n);
    for (const n of round % 2 === 0 ? order : order.reverse()) {
      const beside = round % 2 === 0 ? between[n - 1] : between[n];
      const column = columns[n] ?? [];
      place(column, column.map((slot) => wanted(slot, beside ?? [], top)), top);
    }
  }
  const highest = Math.min(0, ...top.values());
  return new Map([...top].map(([slot, y]) => [slot, Math.round(y - highest)]));
}

/** Where a slot's lines would be level, or where it is. */
function wanted(slot: Slot, segments: readonly Segment[], top: ReadonlyMap<Slot, number>): number {
  const levels = segments.flatMap(({ from, to, fromY, toY }) => {
    if (from === slot) return [(top.get(to) ?? 0) + toY - fromY];
    return to === slot ? [(top.get(from) ?? 0) + fromY - toY] : [];
  });
  if (levels.length === 0) return top.get(slot) ?? 0;
  return levels.reduce((sum, level) => sum + level, 0) / levels.length;
}

/** Slots that touch move as one: isotonic regression by pooling adjacent violators. */
function place(column: readonly Slot[], desired: readonly number[], top: Map<Slot, number>): void {
  const above: number[] = [];
  let height = 0;
  for (const slot of column) {
    above.push(height);
    height += slot.height + SPACE;
  }
  const groups: { sum: number; count: number }[] = [];
  column.forEach((_, n) => {
    let group = { sum: (desired[n] ?? 0) - (above[n] ?? 0), count: 1 };
    for (
      let last = groups.at(-1);
      last && last.sum / last.count > group.sum / group.count;
      last = groups.at(-1)
    ) {
      group = { sum: last.sum + group.sum, count: last.count + group.count };
      groups.pop();
    }
    groups.push(group);
  });
  const starts = groups.flatMap(({ sum, count }) => Array(count).fill(sum / count));
  column.forEach((slot, n) => top.set(slot, starts[n] + (above[n] ?? 0)));
}
