import assert from "node:assert/strict";
import { best, compare, type Shown, type Target } from "../../bench/support/comparison.ts";

const shown = (...values: number[]): Shown[] => values.map((value) => ({ value, failures: 0 }));

function passes(ours: readonly Shown[], target: Target): boolean {
  const theirs: [string, Shown[]] = ["theirs", shown(1, 1, 1, 1, 1)];
  return compare({ what: "", unit: "", ours: ["ours", ours], theirs, target }).passed;
}

Deno.test("the ratio is the median of the pairs, not the ratio of the medians", () => {
  const { ratio, spread } = compare({
    what: "",
    unit: "/s",
    ours: ["ours", shown(10, 200, 30, 40, 50)],
    theirs: ["theirs", shown(10, 100, 10, 10, 10)],
  });
  assert.equal(ratio, 3);
  assert.deepEqual(spread, [1, 5]);
});

Deno.test("a target is missed where the whole spread is below it", () => {
  assert.equal(passes(shown(1, 2, 3, 4, 5), { atLeast: 5 }), true);
  assert.equal(passes(shown(1, 2, 3, 4, 4.9), { atLeast: 5 }), false);
});

Deno.test("a target that is a most is missed where the whole spread is above it", () => {
  assert.equal(passes(shown(1, 2, 3, 4, 5), { atMost: 1 }), true);
  assert.equal(passes(shown(1.1, 2, 3, 4, 5), { atMost: 1 }), false);
});

Deno.test("nothing passes with a wrong answer, nor with a side that showed no number", () => {
  const wrong = shown(9, 9, 9, 9, 9).map((round) => ({ ...round, failures: 1 }));
  assert.equal(passes(wrong, { atLeast: 1 }), false);
  assert.equal(passes(shown(NaN, NaN, NaN, NaN, NaN), { atLeast: 1 }), false);
});

Deno.test("what no round may exceed is held against the worst one, whatever the ratio is", () => {
  const within = (most: number) =>
    compare({
      what: "",
      unit: "ms",
      ours: ["a", shown(1, 9, 2)],
      theirs: ["b", shown(9, 9, 9)],
      most,
    });
  assert.deepEqual([within(9).passed, within(8.9).passed], [true, false]);
  assert.deepEqual(within(8.9).limit, { most: 8.9, worst: 9 });
});

Deno.test("the best of several peers is the one with the highest median", () => {
  const [name] = best({ a: shown(1, 9, 1), b: shown(2, 2, 2), c: shown(1, 1, 1) });
  assert.equal(name, "b");
});
