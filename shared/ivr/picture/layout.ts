import { heightsOf } from "./heights.ts";
import { type Box, layersOf, type Link, type Segment, type Slot } from "./layers.ts";
import { orderColumns } from "./order.ts";

/** A point, in pixels from the upper left. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line as it is drawn: where it begins, then cubic curves (two control points and an end each). */
export interface Route {
  readonly link: Link;
  readonly start: Point;
  readonly curves: (readonly [Point, Point, Point])[];
}

/** Where everything stands. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The upper left of each box. */
  readonly places: ReadonlyMap<string, Point>;
  readonly routes: Route[];
}

/** The least width of a gap between columns, and what each line in it adds, up to a most. */
const GAP = 84;
const LINE_GAP = 5;
const MOST_GAP = 220;

/**
 * Places boxes of one width in columns and draws the lines between them. Lines bend in the gaps
 * between columns and cross a column only where it has a passage for them, so that none leads through
 * a box.
 */
export function layOut(boxes: readonly Box[], links: readonly Link[], width: number): Layout {
  const layers = layersOf(boxes, links);
  const columns = orderColumns(layers);
  const top = heightsOf(columns, layers.between);
  const left: number[] = [];
  let x = 0;
  columns.forEach((_, n) => {
    left.push(x);
    const lines = (layers.between[n]?.length ?? 0) + (layers.within[n]?.length ?? 0);
    const last = n === columns.length - 1;
    const gap = Math.min(MOST_GAP, GAP + LINE_GAP * lines);
    x += width + (last && lines === 0 ? 0 : gap);
  });
  const columnOf = new Map(columns.flatMap((column, n) => column.map((slot) => [slot, n])));
  const at = (slot: Slot, y: number, side: "left" | "right"): Point => ({
    x: (left[columnOf.get(slot) ?? 0] ?? 0) + (side === "right" ? width : 0),
    y: (top.get(slot) ?? 0) + y,
  });
  const curve = (segment: Segment): [Point, Point, Point, Point] => {
    const [a, b] = [columnOf.get(segment.from) ?? 0, columnOf.get(segment.to) ?? 0];
    const start = at(segment.from, segment.fromY, a <= b ? "right" : "left");
    const end = at(segment.to, segment.toY, a < b ? "left" : "right");
    // A line back to its own column turns round in the gap.
    const middle = a === b ? start.x + GAP * 0.7 : (start.x + end.x) / 2;
    return [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end];
  };
  const routes = [...layers.lines].flatMap(([link, parts]): Route[] => {
    const drawn = parts.map(curve);
    const [first] = drawn;
    if (!first) return [];
    const curves = drawn.flatMap(([from, ...bend], n): Route["curves"] => {
      const before = drawn[n - 1]?.[3];
      return before ? [straight(before, from), bend] : [bend];
    });
    return [{ link, start: first[0], curves }];
  });
  const slots = columns.flat();
  const bottoms = slots.map((slot) => (top.get(slot) ?? 0) + slot.height);
  return {
    width: x,
    height: bottoms.reduce((most, bottom) => Math.max(most, bottom), 0),
    places: new Map(
      slots.flatMap((slot) => slot.box === null ? [] : [[slot.box, at(slot, 0, "left")]]),
    ),
    routes,
  };
}

/** The passage through a column. */
function straight(from: Point, to: Point): [Point, Point, Point] {
  return [from, to, to];
}
