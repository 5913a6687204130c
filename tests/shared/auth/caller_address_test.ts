import assert from "node:assert/strict";
import { callerAddress } from "#shared/auth/caller_address.ts";
import { setEnvironment } from "#shared/env.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";

function addressOf(headers: Record<string, string>, environment: Record<string, string> = {}) {
  setEnvironment({ ...TEST_ENVIRONMENT, ...environment });
  return callerAddress(new Headers(headers));
}

Deno.test("the address is what the last proxy saw, whatever the caller put in front of it", () => {
  const forwarded = (value: string) => addressOf({ "x-forwarded-for": value });
  assert.equal(forwarded("198.51.100.7"), "198.51.100.7");
  assert.equal(forwarded("10.0.0.1, 127.0.0.1,198.51.100.7"), "198.51.100.7");
  assert.equal(forwarded("10.0.0.1, 2001:db8::7 "), "2001:db8::7");
});

Deno.test("what is no address is none, rather than the entry in front of it", () => {
  const nothing = [
    "",
    "unknown",
    "10.0.0.1, unknown",
    "10.0.0.1,",
    "10.0.0.0/8",
    "198.51.100.7:80",
  ];
  for (const value of nothing) {
    assert.equal(addressOf({ "x-forwarded-for": value }), undefined, value);
  }
  assert.equal(addressOf({}), undefined);
});

Deno.test("the operator names the header, and then no other counts", () => {
  const headers = { "x-forwarded-for": "10.0.0.1", "cf-connecting-ip": "198.51.100.7" };
  const named = { SWITCHBOARD_ADDRESS_HEADER: "CF-Connecting-IP" };
  assert.equal(addressOf(headers, named), "198.51.100.7");
  assert.equal(addressOf({ "x-forwarded-for": "10.0.0.1" }, named), undefined);
});
