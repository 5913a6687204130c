import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import plivoSdk from "plivo";
import type { Directive } from "#shared/ivr/directive.ts";
import { plivo } from "#shared/ivr/providers/plivo.ts";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { type PlivoElement, plivoResponse } from "./plivo_sdk.ts";
import { acceptsLiveSecretsOnly, generator, NOW, refusesEveryChange } from "./signatures.ts";
import {
  canonical,
  codeOf,
  encode,
  gather,
  LINKS,
  type Parameters,
  post,
  say,
  turnAfter,
  voicemail,
} from "./support.ts";

const TOKEN = "MzFhYjM4NzQ0ZmY5ZDcyZDY0MTY2NzQ4MWU3";
const NONCE = "05429567804466091622";
const URL_BASE = "https://example.com/functions/v1/ivr/plivo/c/turn?token=1.abc";
const CALL = {
  CallUUID: "ef01c6a2-0000-4000-8000-0000000000c1",
  From: "15550100123",
  To: "15550100100",
  CallStatus: "in-progress",
  Direction: "inbound",
};

interface Signing {
  url?: string;
  seenAs?: string;
  header?: string;
  before?: string;
}

/** A request as Plivo signs it: the SDK has a verifier only, which judges what is made here. */
function signed(
  parameters: Parameters,
  { url = URL_BASE, seenAs = url, header = "x-plivo-signature-v3", before = "" }: Signing = {},
): ProviderRequest {
  const signature = createHmac("sha256", TOKEN).update(signedText(parameters, url))
    .digest("base64");
  const accepted = plivoSdk.validateV3Signature("POST", url, NONCE, TOKEN, signature, parameters);
  assert.ok(accepted, `The SDK disagrees on ${url} ${JSON.stringify(parameters)}`);
  return {
    url: seenAs,
    headers: new Headers({
      [header]: before + signature,
      "x-plivo-signature-v3-nonce": NONCE,
    }),
    body: encode(parameters),
  };
}

function signedText(parameters: Parameters, url: string): string {
  const [address, query = ""] = url.split("?");
  const sortedQuery = [...new URLSearchParams(query)].map(([name, value]) => [name, value] as const)
    .sort(([a, x], [b, y]) => a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1)
    .map(([name, value]) => `${name}=${value}`).join("&");
  const text = Object.keys(parameters).sort().flatMap((name) =>
    [parameters[name] ?? []].flat().sort().map((value) => name + value)
  ).join("");
  const empty = Object.keys(parameters).length === 0;
  const mark = !empty || sortedQuery !== "" ? "?" : "";
  const dot = !empty && sortedQuery !== "" ? "." : "";
  return `${address}${mark}${sortedQuery}${dot}${text}.${NONCE}`;
}

function isSigned(request: ProviderRequest): boolean {
  return plivo.verify(request, [TOKEN], NOW);
}

Deno.test("What the official SDK accepts is accepted, with and without query and parameters", () => {
  const bare = "https://example.com/ivr/plivo/c/voice";
  const forms: Parameters[] = [
    CALL,
    {},
    { ...CALL, CallerName: "" },
    { ...CALL, CallerName: `Zoë & "日本" 🎉 a+b=c` },
    { ...CALL, Tag: ["b", "a", "b"] },
  ];
  for (const url of [bare, `${bare}?menu=main`, `${bare}?z=1&a=2&a=1&c=%C3%A9%20x`]) {
    for (const parameters of forms) {
      assert.ok(isSigned(signed(parameters, { url })), `${url} ${JSON.stringify(parameters)}`);
    }
  }
});

Deno.test("The two documented forms of the signed text are the SDK's", () => {
  const text = (parameters: Parameters, url: string) => signedText(parameters, url);
  assert.equal(
    text({ Digits: "1", CallUUID: "u1" }, "https://h/p"),
    `https://h/p?CallUUIDu1Digits1.${NONCE}`,
  );
  assert.equal(text({}, "https://h/p?menu=main"), `https://h/p?menu=main.${NONCE}`);
});

Deno.test("500 generated requests that the SDK accepts are accepted", () => {
  const { random, text } = generator(13);
  for (let round = 0; round < 500; round++) {
    const parameters: Parameters = {};
    for (let n = random(6); n > 0; n--) {
      parameters[`k${text()}`] = random(3) ? text() : [text(), text(), text()];
    }
    const url = `https://example.com/ivr/x?${encode({ q: text(), r: [text(), text()] })}`;
    assert.ok(isSigned(signed(parameters, { url })), JSON.stringify({ url, parameters }));
  }
});

Deno.test("Either header may carry the signature, alone or in a list", () => {
  for (const header of ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"]) {
    assert.ok(isSigned(signed(CALL, { header })));
    assert.ok(isSigned(signed(CALL, { header, before: "bm90IHRoaXMgb25l," })));
    assert.ok(isSigned(signed(CALL, { header, before: "bm90IHRoaXMgb25l, " })));
  }
});

Deno.test("The URL is accepted with and without its port", () => {
  const spellings = [
    ["https://example.com/ivr/a", "https://example.com:443/ivr/a"],
    ["https://example.com:443/ivr/a?b=c", "https://example.com/ivr/a?b=c"],
    ["http://example.com:80/ivr/a", "http://example.com/ivr/a"],
    ["https://example.com:8443/ivr/a", "https://example.com:8443/ivr/a"],
  ] as const;
  for (const [url, seenAs] of spellings) {
    assert.ok(isSigned(signed(CALL, { url, seenAs })), `${url} seen as ${seenAs}`);
  }
});

Deno.test("Any changed character of signature, nonce, body or URL is refused", () => {
  refusesEveryChange({
    provider: plivo,
    request: signed(CALL),
    secret: TOKEN,
    headers: ["x-plivo-signature-v3", "x-plivo-signature-v3-nonce"],
    url: true,
  });
});

Deno.test("Any live token is accepted, and nothing else", () => {
  const signing = { provider: plivo, request: signed(CALL), secret: TOKEN, headers: [], url: true };
  acceptsLiveSecretsOnly(signing, "another");
});

Deno.test("A signature without a nonce is refused", () => {
  const text = signedText(CALL, URL_BASE).slice(0, -NONCE.length);
  const signature = createHmac("sha256", TOKEN).update(text).digest("base64");
  const headers = new Headers({ "x-plivo-signature-v3": signature });
  assert.ok(!isSigned({ url: URL_BASE, headers, body: encode(CALL) }));
});

Deno.test("A pair that lost its equals sign is refused, although it signs alike", () => {
  const request = signed({ a: "b" });
  assert.ok(isSigned(request));
  assert.ok(!isSigned({ ...request, body: "a&b" }));
});

Deno.test("Numbers get their plus, SIP addresses and short codes stay", () => {
  const call = (From: string, To: string) => plivo.parseCall(post({ ...CALL, From, To }));
  assert.deepEqual(call("14155550100", "+15550100100"), {
    callId: CALL.CallUUID,
    accountId: null,
    from: "+14155550100",
    to: "+15550100100",
  });
  const { from, to } = call("sip:zoe@phone.plivo.com", "12345");
  assert.deepEqual([from, to], ["sip:zoe@phone.plivo.com", "12345"]);
  assert.equal(call("", "1").from, null);
  const { accountId } = plivo.parseCall(post({ ...CALL, ParentAuthID: "MAXXXX" }));
  assert.equal(accountId, "MAXXXX");
  assert.equal(codeOf(() => plivo.parseCall(post({ CallUUID: "<x>" }))), "missing_call_id");
  assert.equal(codeOf(() => plivo.parseCall(post({ ...CALL, To: "1\0" }))), "invalid_request");
});

Deno.test("Input is digits, speech, silence, a recording, or the end of a connection", () => {
  const input = (parameters: Parameters, url?: string) => plivo.parseInput(post(parameters, url));
  assert.deepEqual(input({ InputType: "dtmf", Digits: "12*" }), { kind: "digits", digits: "12*" });
  assert.deepEqual(
    input({ InputType: "speech", Digits: "", Speech: "sales", SpeechConfidenceScore: "0.75" }),
    { kind: "speech", text: "sales", confidence: 0.75 },
  );
  assert.deepEqual(input({ Digits: "", Speech: "" }), { kind: "no_input" });
  assert.deepEqual(input({}), { kind: "no_input" });
  assert.deepEqual(input({}, turnAfter("wait")), { kind: "waited" });
  assert.deepEqual(input({ ConferenceName: "q" }, turnAfter("queue")), {
    kind: "connection_ended",
    result: "completed",
  });
  const results = ["completed", "busy", "failed", "timeout", "no-answer", "cancel"].map((status) =>
    input({ DialStatus: status })
  );
  assert.deepEqual(
    results.map((result) => result?.kind === "connection_ended" && result.result),
    ["completed", "busy", "failed", "no-answer", "no-answer", "canceled"],
  );
  const RecordUrl = "https://media.plivo.com/r.mp3";
  const recording = { RecordUrl, RecordingID: "r1", RecordingDuration: "7", Digits: "#" };
  assert.deepEqual(input(recording, turnAfter("record")), {
    kind: "recorded",
    url: RecordUrl,
    recordingId: "r1",
    durationSeconds: 7,
    hungUp: false,
  });
  assert.deepEqual(input({ CallStatus: "completed" }, turnAfter("record")), {
    kind: "recorded",
    url: null,
    recordingId: null,
    durationSeconds: null,
    hungUp: true,
  });
  assert.equal(codeOf(() => input({ Digits: "1x" })), "invalid_digits");
  assert.equal(codeOf(() => input({ DialStatus: "gone" })), "invalid_request");
  assert.equal(codeOf(() => input({ RecordUrl: "file:///etc/passwd" })), "invalid_request");
});

Deno.test("A status is read with its duration", () => {
  const status = (parameters: Parameters) => plivo.parseStatus(post(parameters));
  assert.deepEqual(status({ CallStatus: "completed", Duration: "17", HangupCause: "x" }), {
    status: "completed",
    sequence: null,
    durationSeconds: 17,
  });
  assert.equal(status({ CallStatus: "timeout" })?.status, "no-answer");
  assert.equal(status({ CallStatus: "cancel" })?.status, "canceled");
  assert.equal(codeOf(() => status({ CallStatus: "sleeping" })), "invalid_request");
});

Deno.test("A recording is announced with its id, its place and its length", () => {
  const RecordUrl = "https://media.plivo.com/r.mp3";
  const announced = (parameters: Parameters) => plivo.parseRecording(post(parameters));
  assert.deepEqual(announced({ RecordUrl, RecordingID: "r1", RecordingDuration: "-1" }), {
    recordingId: "r1",
    url: RecordUrl,
    durationSeconds: null,
  });
  assert.equal(codeOf(() => announced({ RecordUrl })), "invalid_request");
});

Deno.test("Documents are those of the SDK's own builder", () => {
  const action = { action: LINKS.turn, method: "POST" };
  const cases: [Directive, (response: PlivoElement) => void][] = [
    [
      gather({ prompts: [say("Hello", "en-GB")], digits: 3, timeout: 4500 }),
      (r) => {
        const input = { inputType: "dtmf", numDigits: 3, finishOnKey: "#" };
        const wait = { executionTimeout: 11, digitEndTimeout: 3 };
        r.addGetInput({ ...action, ...input, ...wait }).addSpeak("Hello", { language: "en-GB" });
        r.addRedirect(LINKS.turn, { method: "POST" });
      },
    ],
    [
      gather({
        prompts: [say("Your PIN")],
        bargeIn: false,
        timeout: 1000,
        interDigitTimeout: 60_000,
        finishKey: null,
        speech: { hints: ["one, two", "three", ""] },
        sensitive: true,
      }),
      (r) => {
        r.addSpeak("Your PIN", { language: "en-US" });
        r.addGetInput({
          ...action,
          inputType: "dtmf speech",
          numDigits: 1,
          finishOnKey: "none",
          executionTimeout: 5,
          digitEndTimeout: 10,
          language: "en-US",
          hints: "one  two,three",
          log: false,
        });
        r.addRedirect(LINKS.turn, { method: "POST" });
      },
    ],
    [
      voicemail(),
      (r) => {
        r.addSpeak("Leave a message", { language: "en-US" });
        r.addRecord({
          action: turnAfter("record"),
          method: "POST",
          maxLength: 120,
          timeout: 5,
          finishOnKey: "#",
          callbackUrl: `${LINKS.recording}&call=${LINKS.callId}`,
          callbackMethod: "POST",
        });
        r.addRedirect(turnAfter("record"), { method: "POST" });
      },
    ],
    [
      { kind: "dial", number: "+15550100199", callerId: "+15550100100", limitSeconds: 600 },
      (r) =>
        r.addDial({ ...action, timeout: 30, callerId: "15550100100", timeLimit: 600 })
          .addNumber("15550100199", {}),
    ],
    [
      { kind: "dial_sip", uri: "sip:a@example.com", headers: { team: "a-b c", id: "1" } },
      (r) =>
        r.addDial({ ...action, timeout: 30 })
          .addUser("sip:a@example.com", { sipHeaders: "team=a%2Db%20c,id=1" }),
    ],
    [
      { kind: "enqueue", queue: "support & sales" },
      (r) =>
        r.addConference("support & sales", {
          action: turnAfter("queue"),
          method: "POST",
          startConferenceOnEnter: false,
        }),
    ],
    [
      { kind: "wait", seconds: 7 },
      (r) => {
        r.addWait({ length: 7 });
        r.addRedirect(turnAfter("wait"), { method: "POST" });
      },
    ],
    [{ kind: "hangup" }, (r) => r.addHangup({})],
  ];
  for (const [directive, build] of cases) {
    const sdk = plivoResponse();
    build(sdk);
    const document = plivo.render([directive], LINKS);
    assert.equal(canonical(document), canonical(sdk.toXML()), directive.kind);
  }
});
