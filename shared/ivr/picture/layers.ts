/** A box that is to be placed. The first of a list is where everything begins. */
export interface Box {
  readonly id: string;
  readonly height: number;
}

/** A line from one box to another, by its height within each. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly fromY: number;
  readonly toY: number;
}

/** A place in a column: a box, or the passage of a line that goes further. */
export interface Slot {
  /** The box's id; null for a passage. */
  readonly box: string | null;
  readonly height: number;
}

/** A part of a line between two columns that lie side by side, or back to the same one. */
export interface Segment {
  readonly link: Link;
  readonly from: Slot;
  readonly to: Slot;
  readonly fromY: number;
  readonly toY: number;
}

/** Columns from left to right, and the lines in the gap on the right of each. */
export interface Layers {
  readonly columns: Slot[][];
  /** Between this column and the next, whichever way they lead. */
  readonly between: Segment[][];
  /** From this column back to itself. */
  readonly within: Segment[][];
  /** The parts of each line, from its beginning on. */
  readonly lines: Map<Link, Segment[]>;
}

/**
 * Puts boxes in columns by how many steps lead to them, so that lines onward go one column far; lines
 * back are given passages through the columns on their way.
 */
export function layersOf(boxes: readonly Box[], links: readonly Link[]): Layers {
  const depth = depthsOf(boxes, links);
  const deepest = Math.max(0, ...depth.values());
  const layers: Layers = {
    columns: Array.from({ length: deepest + 1 }, () => []),
    between: Array.from({ length: deepest + 1 }, () => []),
    within: Array.from({ length: deepest + 1 }, () => []),
    lines: new Map(),
  };
  const slots = new Map<string, Slot>();
  for (const { id, height } of boxes) {
    const slot = { box: id, height };
    slots.set(id, slot);
    layers.columns[depth.get(id) ?? 0]?.push(slot);
  }
  for (const link of links) {
    const [from, to] = [slots.get(link.from), slots.get(link.to)];
    if (from && to) {
      addLine(layers, link, { slot: from, depth: depth.get(link.from) ?? 0 }, {
        slot: to,
        depth: depth.get(link.to) ?? 0,
      });
    }
  }
  return layers;
}

/** How many steps lead to each box; what nothing leads to stands first. */
function depthsOf(boxes: readonly Box[], links: readonly Link[]): Map<string, number> {
  const onward = Map.groupBy(links, ({ from }) => from);
  const depth = new Map<string, number>();
  for (const { id } of boxes) {
    if (depth.has(id)) continue;
    depth.set(id, 0);
    const waiting = [id];
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      for (const { to } of onward.get(at) ?? []) {
        if (depth.has(to)) continue;
        depth.set(to, (depth.get(at) ?? 0) + 1);
        waiting.push(to);
      }
    }
  }
  return depth;
}

interface End {
  readonly slot: Slot;
  readonly depth: number;
}

const PASSAGE_HEIGHT = 12;

function addLine(layers: Layers, link: Link, from: End, to: End): void {
  const { columns, between, within, lines } = layers;
  const parts: Segment[] = [];
  lines.set(link, parts);
  if (from.depth === to.depth) {
    const part = { link, from: from.slot, to: to.slot, fromY: link.fromY, toY: link.toY };
    parts.push(part);
    within[from.depth]?.push(part);
    return;
  }
  const step = from.depth < to.depth ? 1 : -1;
  let [slot, y] = [from.slot, link.fromY];
  for (let at = from.depth; at !== to.depth; at += step) {
    const last = at + step === to.depth;
    const next = last ? to.slot : { box: null, height: PASSAGE_HEIGHT };
    if (!last) columns[at + step]?.push(next);
    const toY = last ? link.toY : PASSAGE_HEIGHT / 2;
    const part = { link, from: slot, to: next, fromY: y, toY };
    parts.push(part);
    between[Math.min(at, at + step)]?.push(part);
    [slot, y] = [next, toY];
  }
}

/** Where a slot's lines lead in one gap: the slot at the other end, and the heights at both. */
export interface Neighbour {
  readonly slot: Slot;
  readonly ownY: number;
  readonly y: number;
}

/** What each slot is connected with by the lines of one gap. */
export function neighboursOf(segments: readonly Segment[]): Map<Slot, Neighbour[]> {
  const ends = segments.flatMap(({ from, to, fromY, toY }) => [
    { at: from, neighbour: { slot: to, ownY: fromY, y: toY } },
    { at: to, neighbour: { slot: from, ownY: toY, y: fromY } },
  ]);
  const found = new Map<Slot, Neighbour[]>();
  for (const { at, neighbour } of ends) {
    const known = found.get(at);
    if (known) known.push(neighbour);
    else found.set(at, [neighbour]);
  }
  return found;
}
