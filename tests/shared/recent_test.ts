import assert from "node:assert/strict";
import { Recent } from "#shared/recent.ts";

Deno.test("What was set the longest ago is forgotten first, and never more is kept than was said", () => {
  const recent = new Recent<number>(3);
  for (const n of [1, 2, 3]) recent.set(`k${n}`, n);
  recent.set("k1", 10);
  recent.set("k4", 4);
  const kept = ["k1", "k2", "k3", "k4"].map((key) => recent.get(key));
  assert.deepEqual(kept, [10, undefined, 3, 4]);
});

Deno.test("What was deleted is forgotten and makes room", () => {
  const recent = new Recent<string>(2);
  recent.set("a", "A");
  recent.set("b", "B");
  recent.delete("b");
  recent.set("c", "C");
  assert.deepEqual(["a", "b", "c"].map((key) => recent.get(key)), ["A", undefined, "C"]);
});
