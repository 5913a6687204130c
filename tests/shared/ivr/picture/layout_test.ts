import assert from "node:assert/strict";
import { type Layout, layOut, type Point, type Route } from "#shared/ivr/picture/layout.ts";
import type { Box, Link } from "#shared/ivr/picture/layers.ts";
import { randomFrom } from "#tests/support/random.ts";

const WIDTH = 320;

function boxesAndLinks(seed: number): { boxes: Box[]; links: Link[] } {
  const random = randomFrom(seed);
  const boxes = Array.from({ length: 1 + random(30) }, (_, n) => ({
    id: `b${n}`,
    height: 60 + random(300),
  }));
  const links = boxes.flatMap((box) =>
    Array.from({ length: random(5) }, () => {
      const to = boxes[random(boxes.length)] ?? box;
      return { from: box.id, to: to.id, fromY: 30 + random(box.height - 40), toY: 22 };
    })
  );
  return { boxes, links };
}

/** Points along a line. */
function pointsOf({ start, curves }: Route): Point[] {
  let from = start;
  return curves.flatMap(([a, b, to]) => {
    const origin = from;
    from = to;
    return Array.from({ length: 41 }, (_, n) => {
      const t = n / 40;
      const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
      return {
        x: p * origin.x + q * a.x + r * b.x + s * to.x,
        y: p * origin.y + q * a.y + r * b.y + s * to.y,
      };
    });
  });
}

function isInside({ x, y }: Point, corner: Point, height: number): boolean {
  return x > corner.x + 0.5 && x < corner.x + WIDTH - 0.5 && y > corner.y && y < corner.y + height;
}

Deno.test("No box lies over another, and no line leads through one or out of the picture", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { boxes, links } = boxesAndLinks(seed);
    const layout = layOut(boxes, links, WIDTH);
    assert.equal(layout.places.size, boxes.length);
    assert.equal(layout.routes.length, links.length);
    for (const [n, box] of boxes.entries()) {
      const place = placeOf(layout, box.id);
      for (const other of boxes.slice(n + 1)) {
        const beside = placeOf(layout, other.id);
        const apart = Math.abs(place.x - beside.x) >= WIDTH ||
          place.y >= beside.y + other.height || beside.y >= place.y + box.height;
        assert.ok(apart, `seed ${seed}: ${box.id} over ${other.id}`);
      }
    }
    for (const route of layout.routes) {
      for (const point of pointsOf(route)) {
        const over = boxes.find(({ id, height }) => isInside(point, placeOf(layout, id), height));
        assert.equal(over, undefined, `seed ${seed}: ${route.link.from} → ${route.link.to}`);
        assert.ok(
          point.x >= 0 && point.x <= layout.width && point.y >= 0 && point.y <= layout.height,
        );
      }
    }
  }
});

Deno.test("A line begins and ends at its boxes, whichever way it leads", () => {
  for (let seed = 0; seed < 100; seed++) {
    const { boxes, links } = boxesAndLinks(seed);
    const layout = layOut(boxes, links, WIDTH);
    for (const { link, start, curves } of layout.routes) {
      const [from, to] = [placeOf(layout, link.from), placeOf(layout, link.to)];
      const end = curves.at(-1)?.[2] ?? assert.fail();
      assert.ok([from.x, from.x + WIDTH].includes(start.x) && start.y === from.y + link.fromY);
      assert.ok([to.x, to.x + WIDTH].includes(end.x) && end.y === to.y + link.toY);
    }
  }
});

Deno.test("The same menus are drawn the same way, and a tree without a crossing", () => {
  const { boxes, links } = boxesAndLinks(7);
  assert.deepEqual(layOut(boxes, links, WIDTH), layOut(boxes, links, WIDTH));
  const tree = Array.from({ length: 13 }, (_, n) => ({ id: `t${n}`, height: 100 }));
  const branches = tree.slice(1).map(({ id }, n) => ({
    from: `t${Math.floor(n / 3)}`,
    to: id,
    fromY: 30 + 20 * (n % 3),
    toY: 22,
  }));
  const { places } = layOut(tree, branches, WIDTH);
  const leaves = tree.slice(4).map(({ id }) => places.get(id)?.y ?? 0);
  assert.deepEqual(leaves, [...leaves].sort((a, b) => a - b));
});

function placeOf({ places }: Layout, id: string): Point {
  return places.get(id) ?? assert.fail(`${id} has no place`);
}
