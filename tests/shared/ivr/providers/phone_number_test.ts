import assert from "node:assert/strict";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { partyOf, partyWithoutPlus } from "#shared/ivr/providers/phone_number.ts";
import { post, postJson } from "./support.ts";

Deno.test("A withheld number is nobody's, whichever way a provider says so", () => {
  const said = [
    "",
    "anonymous",
    "Anonymous",
    "RESTRICTED",
    "unknown",
    "+266696687",
    "266696687",
    "sip:anonymous@anonymous.invalid",
    "anonymous@anonymous.invalid",
    undefined,
  ];
  for (const from of said) {
    const sent = { From: from ?? [] };
    const parsed = [
      PROVIDERS.twilio.parseCall(post({ CallSid: "CA1", ...sent })),
      PROVIDERS.signalwire.parseCall(post({ CallSid: "CA1", ...sent })),
      PROVIDERS.telnyx.parseCall(post({ CallSid: "v3:a", ...sent })),
      PROVIDERS.plivo.parseCall(post({ CallUUID: "a-1", ...sent })),
      PROVIDERS.vonage.parseCall(postJson({ uuid: "a-1", from: from ?? null })),
    ];
    assert.deepEqual(parsed.map((call) => call.from), [null, null, null, null, null], String(from));
  }
});

Deno.test("Numbers, SIP callers and short codes stay who they are", () => {
  const cases: [sent: string, asSent: string, withPlus: string][] = [
    ["+4930123456", "+4930123456", "+4930123456"],
    ["4930123456", "4930123456", "+4930123456"],
    ["0049301234", "0049301234", "0049301234"],
    ["12345", "12345", "12345"],
    ["sip:ada@example.com", "sip:ada@example.com", "sip:ada@example.com"],
    ["sip:private@example.com", "sip:private@example.com", "sip:private@example.com"],
    ["client:ada", "client:ada", "client:ada"],
  ];
  for (const [sent, asSent, withPlus] of cases) {
    assert.deepEqual([partyOf(sent), partyWithoutPlus(sent)], [asSent, withPlus]);
  }
});

Deno.test("A caller with Vonage's Client SDK is called by its user's name", () => {
  const { from } = PROVIDERS.vonage.parseCall(postJson({ uuid: "a-1", from_user: "Ada" }));
  assert.equal(from, "Ada");
});
