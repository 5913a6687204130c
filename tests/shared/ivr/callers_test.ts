import assert from "node:assert/strict";
import { isRefused } from "#shared/ivr/callers.ts";

Deno.test("A blocked number, beginning or withheld number is turned away", () => {
  const lists = { allowed: [], blocked: ["+15550100123", "+4930*", "anonymous"] };
  assert.equal(isRefused(lists, "+15550100123"), true);
  assert.equal(isRefused(lists, "+155501001234"), false);
  assert.equal(isRefused(lists, "+4930123"), true);
  assert.equal(isRefused(lists, "+4940123"), false);
  assert.equal(isRefused(lists, null), true);
});

Deno.test("Where some are allowed nobody else is, and a block weighs more", () => {
  const lists = { allowed: ["+49*", "sip:desk@example.com"], blocked: ["+4930*"] };
  assert.equal(isRefused(lists, "+4940123"), false);
  assert.equal(isRefused(lists, "+4930123"), true);
  assert.equal(isRefused(lists, "sip:desk@example.com"), false);
  assert.equal(isRefused(lists, null), true);
  assert.equal(isRefused({ allowed: [], blocked: [] }, null), false);
});
