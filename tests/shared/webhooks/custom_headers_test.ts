import assert from "node:assert/strict";
import { customHeaders, isAllowedHeader, isHeaderValue } from "#shared/webhooks/custom_headers.ts";

Deno.test("an owner may send headers of their own, and name the sender", () => {
  for (const name of ["Authorization", "X-Tenant", "user-agent", "cookie", "x_y", "Accept"]) {
    assert.equal(isAllowedHeader(name), true, name);
  }
});

Deno.test("no header may stand in for the signature, the body or the connection", () => {
  const refused = [
    "webhook-id",
    "Webhook-Signature",
    "WEBHOOK-TIMESTAMP",
    "webhook-anything",
    "svix-id",
    "Svix-Signature",
    "Content-Type",
    "content-length",
    "Content-Encoding",
    "Host",
    "Connection",
    "keep-alive",
    "Transfer-Encoding",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Accept-Encoding",
    "Proxy-Authorization",
  ];
  for (const name of refused) assert.equal(isAllowedHeader(name), false, name);
});

Deno.test("what is no header's name is refused", () => {
  const names = ["", " ", "x y", "x:", ":authority", "x\r\ny", "x\0", "é", "x".repeat(101), "a,b"];
  for (const name of names) assert.equal(isAllowedHeader(name), false, JSON.stringify(name));
});

Deno.test("a value cannot end its header", () => {
  for (const value of ["a", "Bearer x.y", "a  b", "~".repeat(4_096)]) {
    assert.equal(isHeaderValue(value), true, value);
  }
  const refused = ["", " a", "a ", "a\r\nb: c", "a\nb", "a\tb", "a\0", "é", "~".repeat(4_097)];
  for (const value of refused) assert.equal(isHeaderValue(value), false, JSON.stringify(value));
});

Deno.test("custom headers are at most twenty, and none is named twice in another case", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, "y"]));
  assert.equal(customHeaders.safeParse(many(20)).success, true);
  assert.equal(customHeaders.safeParse(many(21)).success, false);
  assert.equal(customHeaders.safeParse({ "X-A": "1", "x-a": "2" }).success, false);
  assert.equal(customHeaders.safeParse({ "webhook-id": "1" }).success, false);
  assert.equal(customHeaders.safeParse({ "x-a": "1\n" }).success, false);
  assert.equal(customHeaders.safeParse({ "x-a": 1 }).success, false);
});
