import assert from "node:assert/strict";
import { type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { saidWithinLimits } from "./limits.ts";
import { renderGenerated } from "./render_cases.ts";
import { codeOf, gather, LINKS, say, voicemail } from "./support.ts";

const NAMES = Object.keys(PROVIDERS) as ProviderName[];

for (const name of NAMES) {
  Deno.test(`100 generated directive lists stay within the limits of ${name}`, () => {
    renderGenerated(name, { seed: 20261121, count: 100 });
  });

  Deno.test(`A document that ${name} might not read to its end is not sent`, () => {
    const endless = Array.from({ length: 50 }, () => say("word ".repeat(300)));
    assert.equal(codeOf(() => PROVIDERS[name].render(endless, LINKS)), "invalid_menu");
  });
}

Deno.test("A document outside of the limits is found, so that the check can fail", () => {
  const documents = (name: ProviderName) =>
    PROVIDERS[name].render([
      say("Hello"),
      gather({ prompts: [say("Press 1")] }),
      voicemail(),
      { kind: "dial_sip", uri: "sip:a@example.com" },
      { kind: "wait", seconds: 1 },
    ], LINKS);
  const mutants: [ProviderName, RegExp, string][] = [
    ["twilio", /<Redirect.*?<\/Redirect>/, ""],
    ["twilio", /timeout="5"/, 'timeout="0"'],
    ["twilio", /<Say/, "<Speak"],
    ["twilio", /Hello/, "x".repeat(1501)],
    ["twilio", /(<Gather[^>]*>)/, "$1<Hangup/>"],
    ["telnyx", /numDigits="1"/, 'numDigits="21"'],
    ["signalwire", /;transport=udp/, ""],
    ["signalwire", / action="[^"]*"/, ""],
    ["plivo", /executionTimeout="5"/, 'executionTimeout="4"'],
    ["plivo", /digitEndTimeout="3"/, 'digitEndTimeout="11"'],
    ["plivo", /finishOnKey="#"/, 'finishOnKey=""'],
    ["vonage", /"timeOut":5/, '"timeOut":11'],
    ["vonage", /,"bargeIn":true\},\{"action":"input"/, ',"bargeIn":true},{"action":"x"'],
    ["vonage", /("text":"Leave a message")/, '$1,"bargeIn":true'],
    ["vonage", /"endOnSilence":5/, '"endOnSilence":2'],
    ["vonage", /,\{"action":"notify"[^}]*\}[^}]*\}/, ""],
  ];
  const survived = mutants.filter(([name, from, to]) => {
    const document = documents(name);
    const mutant = document.replace(from, to);
    if (mutant === document) return true;
    try {
      saidWithinLimits(name, mutant);
      return true;
    } catch {
      return false;
    }
  });
  assert.deepEqual(survived.map(([name, from]) => `${name} ${from}`), []);
});
