import assert from "node:assert/strict";
import { ShortCache } from "#shared/retell/short_cache.ts";

function counting(max = 10) {
  let [now, loads] = [0, 0];
  const cache = new ShortCache<number>({ keptMs: 100, max, now: () => now });
  return {
    get: (key: string) => cache.get(key, () => Promise.resolve(++loads)),
    fail: (key: string) => cache.get(key, () => Promise.reject(new Error(`no ${++loads}`))),
    pass: (ms: number) => now += ms,
  };
}

Deno.test("A value is loaded once by all who ask in its time, and again after it", async () => {
  const { get, pass } = counting();
  assert.deepEqual(await Promise.all([get("a"), get("a"), get("b")]), [1, 1, 2]);
  pass(99);
  assert.equal(await get("a"), 1);
  pass(1);
  assert.equal(await get("a"), 3);
});

Deno.test("What failed is not kept, and the oldest gives way", async () => {
  const { get, fail } = counting(2);
  await assert.rejects(fail("a"));
  assert.equal(await get("a"), 2);
  await get("b");
  await get("c");
  assert.equal(await get("a"), 5);
});
