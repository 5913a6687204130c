import assert from "node:assert/strict";
import { e164Of } from "#shared/ivr/e164.ts";

Deno.test("A number is read as people write it, with its plus", () => {
  for (
    const [written, number] of [
      ["+15550100100", "+15550100100"],
      ["+1 (555) 010-0100", "+15550100100"],
      [" +49 30 123456 ", "+4930123456"],
      ["+44 (0)20 7946 0000", "+442079460000"],
    ] as const
  ) assert.equal(e164Of(written), number);
});

Deno.test("What no telephone could dial is refused", () => {
  for (
    const written of [
      "",
      "+",
      "5550100100",
      "0049 30 123456",
      "+1555",
      "+1555010010000",
      "+999 12345678",
      "+15550100100 ext. 5",
      "+15550100100;ext=5",
      "tel:+15550100100",
      "call +15550100100",
      "+15550100100, +15550100101",
      "sip:ada@example.com",
    ]
  ) assert.equal(e164Of(written), null, written);
});
