import assert from "node:assert/strict";
import { mayTransfer } from "#shared/ivr/transfer_rules.ts";

const may = (number: string, countries: string[] | null, prefixes: string[] = []) =>
  mayTransfer(number, { countries, prefixes }, "+493012345678");

Deno.test("Only countries that the tenant allows are dialled, those of one calling code apart", () => {
  assert.equal(may("+4915112345678", ["DE"]), true);
  assert.equal(may("+12125550123", ["DE"]), false);
  assert.equal(may("+12125550123", ["US"]), true);
  // Jamaica and the Dominican Republic share +1 with the United States: the classic of toll fraud.
  assert.equal(may("+18765550100", ["US"]), false);
  assert.equal(may("+18095550100", ["US"]), false);
});

Deno.test("Where a tenant names no country, it is that of the number called", () => {
  assert.equal(may("+4915112345678", null), true);
  assert.equal(may("+12125550123", null), false);
  const rules = { countries: null, prefixes: [] };
  assert.equal(mayTransfer("+12125550123", rules, "sip:line@example.com"), false);
  assert.equal(mayTransfer("+12125550123", rules, null), false);
});

Deno.test("Premium, personal and satellite numbers need a prefix of their own", () => {
  const costly = {
    "premium, United States": "+19005551234",
    "premium, Germany": "+499001234567",
    "shared cost, Germany": "+491801234567",
    "personal, United Kingdom": "+447012345678",
    "Inmarsat": "+870773123456",
    "Iridium": "+881612345678",
    "international network": "+883510001234567",
    "international premium": "+979123456789",
  };
  for (const [what, number] of Object.entries(costly)) {
    assert.equal(may(number, ["US", "DE", "GB"]), false, what);
    assert.equal(may(number, [], [number.slice(0, 6)]), true, what);
  }
});

Deno.test("A number that is no number is not dialled", () => {
  for (const number of ["", "+", "+0", "+1", "+999999999999999", "+4"]) {
    assert.equal(may(number, ["US", "DE"]), false, number);
  }
});
