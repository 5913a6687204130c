import assert from "node:assert/strict";
import { median, medianInterval, quantile } from "../../bench/support/numbers.ts";

Deno.test("the median of five is the third, of four the upper of the middle two", () => {
  assert.equal(median([5, 1, 4, 2, 3]), 3);
  assert.equal(median([4, 1, 2, 3]), 3);
});

Deno.test("no quantile lies outside the values", () => {
  assert.equal(quantile([1, 2, 3], 0), 1);
  assert.equal(quantile([1, 2, 3], 1), 3);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

Deno.test("the interval of the median leaves out no more than it may", () => {
  // Of 5 the ends miss the median in 2 of 32 cases; of 9 the second and the eighth do in 20 of 512.
  assert.deepEqual(medianInterval([5, 1, 4, 2, 3]), [1, 5]);
  assert.deepEqual(medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9]), [2, 8]);
});

Deno.test("of too few values the interval is all that there is", () => {
  assert.deepEqual(medianInterval([7]), [7, 7]);
  assert.deepEqual(medianInterval([2, 1, 3]), [1, 3]);
});
