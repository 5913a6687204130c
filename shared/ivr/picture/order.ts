import type { Layers, Segment, Slot } from "./layers.ts";

/** Rounds of sorting, each to the right and back to the left. */
const ROUNDS = 6;

/**
 * Sorts each column so that few lines cross, by the mean height of what its slots are connected with
 * (Sugiyama). Of orders that cross alike the first is kept, which is that of the entries.
 */
export function orderColumns({ columns, between }: Layers): Slot[][] {
  let order = columns.map((column) => [...column]);
  let best = order;
  let fewest = crossings(order, between);
  for (let round = 0; round < ROUNDS && fewest > 0; round++) {
    order = sweep(order, between, round % 2 === 0);
    const count = crossings(order, between);
    if (count < fewest) [best, fewest] = [order, count];
  }
  return best;
}

function sweep(order: Slot[][], between: readonly Segment[][], right: boolean): Slot[][] {
  const swept = [...order];
  const indices = order.map((_, n) => n).slice(1);
  for (const n of right ? indices : indices.map((n) => n - 1).reverse()) {
    const beside = ranks(swept[right ? n - 1 : n + 1] ?? []);
    const segments = between[right ? n - 1 : n] ?? [];
    swept[n] = sortBy(swept[n] ?? [], (slot, place) => {
      const heights = segments.flatMap(({ from, to, fromY, toY }) => {
        if (from === slot) return [height(beside, to, toY)];
        return to === slot ? [height(beside, from, fromY)] : [];
      });
      return heights.length > 0 ? mean(heights) : place;
    });
  }
  return swept;
}

/** How often lines between neighbouring columns cross. */
function crossings(order: readonly Slot[][], between: readonly Segment[][]): number {
  return between.reduce((sum, segments, n) => {
    const [left, right] = [ranks(order[n] ?? []), ranks(order[n + 1] ?? [])];
    const ends = segments.map(({ from, to, fromY, toY }): readonly [number, number] =>
      left.has(from)
        ? [height(left, from, fromY), height(right, to, toY)]
        : [height(left, to, toY), height(right, from, fromY)]
    );
    return sum + ends.reduce(
      (crossed, [a, b], at) =>
        crossed + ends.slice(at + 1).filter(([c, d]) => (a - c) * (b - d) < 0).length,
      0,
    );
  }, 0);
}

function ranks(column: readonly Slot[]): Map<Slot, number> {
  return new Map(column.map((slot, n) => [slot, n]));
}

/** A place between ranks: that of the slot, and how far down in it. */
function height(rank: ReadonlyMap<Slot, number>, slot: Slot, y: number): number {
  return (rank.get(slot) ?? 0) + y / (slot.height + 1);
}

function sortBy(column: readonly Slot[], weightOf: (slot: Slot, place: number) => number): Slot[] {
  return column.map((slot, place) => ({ slot, weight: weightOf(slot, place) }))
    .sort((a, b) => a.weight - b.weight).map(({ slot }) => slot);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
