import { type Neighbour, neighboursOf, type Segment, type Slot } from "./layers.ts";

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
  const neighbours = between.map(neighboursOf);
  const top = new Map<Slot, number>();
  for (const column of columns) place(column, column.map(() => 0), top);
  for (let round = 0; round < ROUNDS; round++) {
    const order = columns.map((_, n) => n);
    for (const n of round % 2 === 0 ? order : order.reverse()) {
      const beside = round % 2 === 0 ? neighbours[n - 1] : neighbours[n];
      const column = columns[n] ?? [];
      place(column, column.map((slot) => wanted(slot, beside?.get(slot) ?? [], top)), top);
    }
  }
  const highest = [...top.values()].reduce((least, y) => Math.min(least, y), 0);
  return new Map([...top].map(([slot, y]) => [slot, Math.round(y - highest)]));
}

/** Where a slot's lines would be level, or where it is. */
function wanted(
  slot: Slot,
  beside: readonly Neighbour[],
  top: ReadonlyMap<Slot, number>,
): number {
  if (beside.length === 0) return top.get(slot) ?? 0;
  const levels = beside.map((other) => (top.get(other.slot) ?? 0) + other.y - other.ownY);
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
