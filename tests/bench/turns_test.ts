import assert from "node:assert/strict";
import { inTurns } from "../../bench/support/turns.ts";

Deno.test("sides are measured in turns that begin with another one, and the first is not counted", async () => {
  const order: string[] = [];
  const side = (name: string) => () => Promise.resolve(order.push(name));
  const shown = await inTurns(2, { a: side("a"), b: side("b") });
  assert.equal(order.join(""), "abbaab");
  assert.deepEqual(shown, { a: [4, 5], b: [3, 6] });
});
