import assert from "node:assert/strict";
import { payloadFilter } from "#shared/webhooks/payload_filter.ts";

Deno.test("a filter is paths with values or operators", () => {
  const filters = [
    { direction: "inbound" },
    { "input.digits": { in: ["1", 2, null, true] }, share: 0.5, url: null },
    { duration_seconds: { gte: 60, lt: 3600 }, to: { prefix: "+1" } },
    { started_at: { gt: "2026-01-01" }, status: { eq: "completed" }, cost: { lte: 1.5 } },
  ];
  for (const filter of filters) assert.deepEqual(payloadFilter.parse(filter), filter);
});

Deno.test("what is no filter is refused at its path", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [[], ""],
    ["direction", ""],
    [{}, ""],
    [{ "": 1 }, ""],
    [{ "a..b": 1 }, "a..b"],
    [{ ".a": 1 }, ".a"],
    [{ a: [] }, "a"],
    [{ a: {} }, "a"],
    [{ a: { like: "x" } }, "a"],
    [{ a: { in: [] } }, "a.in"],
    [{ a: { in: [[]] } }, "a"],
    [{ a: { prefix: 1 } }, "a"],
    [{ a: { gt: true } }, "a"],
    [{ a: { eq: {} } }, "a"],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`p${n}`, n])), ""],
  ];
  for (const [filter, path] of wrong) {
    const { error } = payloadFilter.safeParse(filter);
    const paths = new Set(error?.issues.map((issue) => issue.path.join(".")));
    assert.deepEqual([...paths], [path], JSON.stringify(filter));
  }
});
