import assert from "node:assert/strict";
import { CALLER_ENTRY, callerEntry, isRefused } from "#shared/ivr/callers.ts";

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

Deno.test("A SIP caller is known again with another port, another transport and other capitals", () => {
  const lists = { allowed: [], blocked: ["sip:spam@example.com", "sips:[2001:db8::1]"] };
  for (
    const from of [
      "sip:spam@example.com",
      "sip:SPAM@Example.com:5060;transport=tcp",
      "sip:spam@example.com?X-Tag=1",
      "sips:[2001:db8::1]",
    ]
  ) assert.equal(isRefused(lists, from), true, from);
  for (const from of ["sip:spam@example.org", "sips:spam@example.com", "sip:5060"]) {
    assert.equal(isRefused(lists, from), false, from);
  }
});

Deno.test("An entry is kept as callers are compared with it", () => {
  const cases = [
    ["+49 (30) 123-4*", "+49301234*"],
    [" Anonymous ", "anonymous"],
    ["SIP:Desk@Example.com:5060;user=phone", "sip:desk@example.com"],
    ["sip:5551234", "sip:5551234"],
  ] as const;
  for (const [written, kept] of cases) {
    assert.equal(callerEntry(written), kept);
    assert.match(kept, CALLER_ENTRY);
  }
  for (const wrong of ["", "*", "+", "5550100", "+49*30", "tel:+4930"]) {
    assert.doesNotMatch(callerEntry(wrong), CALLER_ENTRY);
  }
});
