import assert from "node:assert/strict";
import { divide } from "#shared/health_data/members.ts";

Deno.test("Of data what tells what was said is hidden whole, at whatever depth, and nothing else", () => {
  const data = {
    call_id: "c",
    call: { id: 1, analysis: [{ summary: "x" }] },
    order: { total: 1 },
    transcript: null,
  };
  assert.deepEqual(divide("custom.a", data), {
    open: { call_id: "c", order: { total: 1 } },
    hidden: { call: { id: 1, analysis: [{ summary: "x" }] }, transcript: null },
  });
  const nothing = { call_id: "c", total: 1, message: "a message" };
  assert.deepEqual(divide("custom.a", nothing), { open: nothing, hidden: {} });
});

Deno.test("Of types that are about what was said all is hidden but ids and the cost", () => {
  for (const type of ["call.analyzed", "conversation.updated"]) {
    const { open, hidden } = divide(type, { call_id: "c", cost: 1, message: "x", diagnosis: "y" });
    assert.deepEqual([open, hidden], [{ call_id: "c", cost: 1 }, { message: "x", diagnosis: "y" }]);
  }
});

Deno.test("Data that is nested deeply is looked through to its end", () => {
  let data: Record<string, unknown> = { summary: "x" };
  for (let depth = 0; depth < 50_000; depth++) data = { a: data };
  assert.deepEqual(Object.keys(divide("custom.a", data).hidden), ["a"]);
});
