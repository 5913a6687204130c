import assert from "node:assert/strict";
import { eventGlob, globMatches, prefixOf, subscription } from "#shared/webhooks/event_glob.ts";

Deno.test("a subscription is a known type, a prefix of one, anything custom, or everything", () => {
  const right = [
    "call.started",
    "call.*",
    "call.transfer.*",
    "ivr.session.*",
    "custom.order.paid",
    "custom.*",
    "custom.order.*",
    "*",
  ];
  for (const glob of right) assert.ok(subscription.safeParse(glob).success, glob);
});

Deno.test("a subscription that nothing can match, or that is no glob, is refused with one message", () => {
  const unknown = ["call.rang", "call", "calls.*", "call.started.*", "custom"];
  const malformed = [
    "",
    ".",
    ".*",
    "**",
    "*.started",
    "call*",
    "call.*.x",
    "call..*",
    "a b",
    "c-*",
  ];
  for (const glob of [...unknown, ...malformed]) {
    assert.equal(subscription.safeParse(glob).error?.issues.length, 1, glob);
    assert.equal(eventGlob.safeParse(glob).success, unknown.includes(glob), glob);
  }
});

Deno.test("a prefix matches at any depth and only at a dot", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["*", "custom.a", true],
    ["call.*", "call.started", true],
    ["call.*", "call.transfer.started", true],
    ["call.*", "call", false],
    ["call.*", "calls.started", false],
    ["call.transfer.*", "call.started", false],
    ["call.started", "call.started", true],
    ["call.started", "call.started.late", false],
    ["api_key.*", "apixkey.leaked", false],
  ];
  for (const [glob, type, expected] of cases) {
    assert.equal(globMatches(glob, type), expected, `${glob} ${type}`);
  }
  assert.deepEqual([prefixOf("call.*"), prefixOf("*"), prefixOf("call")], [
    "call.",
    undefined,
    undefined,
  ]);
});
