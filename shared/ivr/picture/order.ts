import { type Layers, type Neighbour, neighboursOf, type Segment, type Slot } from "./layers.ts";

/** Rounds of sorting, each to the right and back to the left. */
const ROUNDS = 6;

/**
 * Sorts each column so that few lines cross, by the mean height of what its slots are connected with
 * (Sugiyama). Of orders that cross alike the first is kept, which is that of the entries.
 */
export function orderColumns({ columns, between }: Layers): Slot[][] {
  const neighbours = between.map(neighboursOf);
  let order = columns.map((column) => [...column]);
  let best = order;
  let fewest = crossings(order, between);
  for (let round = 0; round < ROUNDS && fewest > 0; round++) {
    order = sweep(order, neighbours, round % 2 === 0);
    const count = crossings(order, between);
    if (count < fewest) [best, fewest] = [order, count];
  }
  return best;
}

function sweep(
  order: Slot[][],
  neighbours: readonly ReadonlyMap<Slot, Neighbour[]>[],
  right: boolean,
): Slot[][] {
  const swept = [...order];
  const indices = order.map((_, n) => n).slice(1);
  for (const n of right ? indices : indices.map((n) => n - 1).reverse()) {
    const beside = ranks(swept[right ? n - 1 : n + 1] ?? []);
    const connected = neighbours[right ? n - 1 : n];
    swept[n] = sortBy(swept[n] ?? [], (slot, place) => {
      const heights = (connected?.get(slot) ?? []).map((other) =>
        height(beside, other.slot, other.y)
      );
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
    ).sort(([a, b], [c, d]) => a - c || b - d);
    return sum + inversions(ends.map(([, end]) => end)).count;
  }, 0);
}

/** How many pairs of numbers stand the wrong way round, by sorting them (merge sort). */
function inversions(values: readonly number[]): { sorted: number[]; count: number } {
  if (values.length < 2) return { sorted: [...values], count: 0 };
  const half = values.length >> 1;
  const [left, right] = [inversions(values.slice(0, half)), inversions(values.slice(half))];
  const sorted: number[] = [];
  let count = left.count + right.count;
  let [l, r] = [0, 0];
  while (l < left.sorted.length || r < right.sorted.length) {
    const [a = Infinity, b = Infinity] = [left.sorted[l], right.sorted[r]];
    if (a <= b) {
      sorted.push(a);
      l++;
    } else {
      sorted.push(b);
      r++;
      count += left.sorted.length - l;
    }
  }
  return { sorted, count };
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
