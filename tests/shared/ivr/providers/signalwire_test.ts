import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { RestClient } from "@signalwire/compatibility-api";
import twilioSdk from "twilio";
import type { Directive } from "#shared/ivr/directive.ts";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { signalwire } from "#shared/ivr/providers/signalwire.ts";
import { acceptsLiveSecretsOnly, generator, NOW, refusesEveryChange } from "./signatures.ts";
import {
  canonical,
  encode,
  gather,
  LINKS,
  type Parameters,
  post,
  say,
  turnAfter,
  voicemail,
} from "./support.ts";

const KEY = "PSK_abcdefghijklmnopqrstuvwx";
const URL_BASE = "https://example.com/functions/v1/ivr/signalwire/c/turn?token=1.abc";
const CALL = {
  CallSid: "4f1c2a3e-0000-4000-8000-0000000000c1",
  AccountSid: "b08dacad-0000-4000-8000-0000000000a1",
  From: "+15550100123",
  To: "+15550100100",
  CallStatus: "in-progress",
};

/** A request as SignalWire signs it: the SDK has a verifier only, which judges what is made here. */
function signed(
  parameters: Parameters,
  options: { url?: string; seenAs?: string; header?: string } = {},
): ProviderRequest {
  const { url = URL_BASE, seenAs = url, header = "x-signalwire-signature" } = options;
  const text = Object.keys(parameters).sort()
    .flatMap((name) => [parameters[name] ?? []].flat().map((value) => name + value)).join("");
  const signature = createHmac("sha1", KEY).update(url + text).digest("base64");
  assert.ok(RestClient.validateRequest(KEY, signature, url, parameters), "The SDK disagrees");
  return {
    url: seenAs,
    headers: new Headers({ [header]: signature }),
    body: encode(parameters),
  };
}

function isSigned(request: ProviderRequest): boolean {
  return signalwire.verify(request, [KEY], NOW);
}

Deno.test("What the official SDK accepts is accepted, under either header", () => {
  const forms: Parameters[] = [
    CALL,
    {},
    { ...CALL, CallerName: "" },
    { ...CALL, CallerName: `Zoë & "日本" 🎉` },
  ];
  for (const parameters of forms) {
    for (const header of ["x-signalwire-signature", "x-twilio-signature"]) {
      assert.ok(isSigned(signed(parameters, { header })), JSON.stringify(parameters));
    }
  }
});

Deno.test("What Twilio's SDK signs without repeated values is signed alike", () => {
  const signature = twilioSdk.getExpectedTwilioSignature(KEY, URL_BASE, CALL);
  const headers = new Headers({ "x-signalwire-signature": signature });
  assert.ok(isSigned({ url: URL_BASE, headers, body: encode(CALL) }));
});

Deno.test("Repeated values are signed as they were sent, neither sorted nor counted once", () => {
  assert.ok(isSigned(signed({ ...CALL, Tag: ["b", "a", "b"] })));
  const sorted = encode({ ...CALL, Tag: ["a", "b", "b"] });
  assert.ok(!isSigned({ ...signed({ ...CALL, Tag: ["b", "a", "b"] }), body: sorted }));
});

Deno.test("500 generated requests that the SDK accepts are accepted", () => {
  const { random, text } = generator(11);
  for (let round = 0; round < 500; round++) {
    const parameters: Parameters = {};
    for (let n = random(6); n > 0; n--) {
      parameters[`k${text()}`] = random(3) ? text() : [text(), text(), text()];
    }
    const url = `https://example.com/ivr?${encode({ q: text(), r: [text(), text()] })}`;
    const request = signed(parameters, { url: url.replaceAll("'", "%27") });
    assert.ok(isSigned(request), JSON.stringify({ url, parameters }));
  }
});

Deno.test("The URL is accepted with and without its port", () => {
  const spellings = [
    ["https://example.com/ivr/a", "https://example.com:443/ivr/a"],
    ["https://example.com:443/ivr/a?b=c", "https://example.com/ivr/a?b=c"],
    ["http://example.com:80/ivr/a", "http://example.com/ivr/a"],
    ["https://example.com/ivr/a?z=1&a=+", "https://example.com:8443/ivr/a?z=1&a=+"],
  ] as const;
  for (const [url, seenAs] of spellings) {
    assert.ok(isSigned(signed(CALL, { url, seenAs })), `${url} seen as ${seenAs}`);
  }
});

Deno.test("Any changed character of signature, body or URL is refused", () => {
  const request = signed(CALL);
  const headers = ["x-signalwire-signature"];
  refusesEveryChange({ provider: signalwire, request, secret: KEY, headers, url: true });
});

Deno.test("Any live signing key is accepted, and nothing else", () => {
  const signing = { provider: signalwire, request: signed(CALL), secret: KEY };
  acceptsLiveSecretsOnly({ ...signing, headers: [], url: true }, "PSK_another");
});

Deno.test("Requests are read as Twilio's are", () => {
  assert.deepEqual(signalwire.parseCall(post(CALL)), {
    callId: CALL.CallSid,
    accountId: CALL.AccountSid,
    from: CALL.From,
    to: CALL.To,
  });
  assert.deepEqual(signalwire.parseInput(post({ ...CALL, Digits: "12" })), {
    kind: "digits",
    digits: "12",
  });
  const status = { ...CALL, CallStatus: "completed", HangupBy: "caller", SequenceNumber: "4" };
  assert.deepEqual(signalwire.parseStatus(post(status)), {
    status: "completed",
    sequence: 4,
    durationSeconds: null,
  });
});

type Response = InstanceType<typeof RestClient.LaML.VoiceResponse>;

Deno.test("Documents are those of the SDK's own builder", () => {
  const action = { action: LINKS.turn, method: "POST" } as const;
  const cases: [Directive, (response: Response) => void][] = [
    [
      gather({ prompts: [say("Hello", "en-GB")], digits: 3, timeout: 4500 }),
      (r) => {
        const options = { input: ["dtmf"] as ["dtmf"], numDigits: 3, timeout: 5, finishOnKey: "#" };
        r.gather({ ...options, ...action }).say({ language: "en-GB" }, "Hello");
        r.redirect({ method: "POST" }, LINKS.turn);
      },
    ],
    [
      voicemail(),
      (r) => {
        r.say({ language: "en-US" }, "Leave a message");
        r.record({
          action: turnAfter("record"),
          method: "POST",
          maxLength: 120,
          timeout: 5,
          finishOnKey: "#",
          recordingStatusCallback: LINKS.recording,
          recordingStatusCallbackMethod: "POST",
        });
        r.redirect({ method: "POST" }, turnAfter("record"));
      },
    ],
    [
      { kind: "dial", number: "+15550100199", callerId: "+15550100100", limitSeconds: 600 },
      (r) =>
        r.dial({ ...action, timeout: 30, callerId: "+15550100100", timeLimit: 600 })
          .number("+15550100199"),
    ],
    // A SIP address without a transport would be dialled over TLS.
    [
      { kind: "dial_sip", uri: "sip:a@example.com" },
      (r) => r.dial({ ...action, timeout: 30 }).sip("sip:a@example.com;transport=udp"),
    ],
    [
      { kind: "dial_sip", uri: "sip:a@example.com;transport=tcp", headers: { Team: "a b" } },
      (r) => r.dial({ ...action, timeout: 30 }).sip("sip:a@example.com;transport=tcp?X-Team=a%20b"),
    ],
    [{ kind: "enqueue", queue: "support" }, (r) => r.enqueue(action, "support")],
    [
      { kind: "wait", seconds: 7 },
      (r) => {
        r.pause({ length: 7 });
        r.redirect({ method: "POST" }, turnAfter("wait"));
      },
    ],
    [{ kind: "hangup" }, (r) => r.hangup()],
  ];
  for (const [directive, build] of cases) {
    const sdk = new RestClient.LaML.VoiceResponse();
    build(sdk);
    const document = signalwire.render([directive], LINKS);
    assert.equal(canonical(document), canonical(sdk.toString()), directive.kind);
  }
});
