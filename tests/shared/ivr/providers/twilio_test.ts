import assert from "node:assert/strict";
import twilioSdk from "twilio";
import type { Directive } from "#shared/ivr/directive.ts";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { twilio } from "#shared/ivr/providers/twilio.ts";
import {
  altered,
  canonical,
  codeOf,
  encode,
  gather,
  LINKS,
  type Parameters,
  post,
  rootOf,
  say,
} from "./support.ts";

const TOKEN = "12345678901234567890123456789012";
const URL_BASE = "https://example.supabase.co/functions/v1/ivr/twilio/c/voice";

/** A request signed by Twilio's own SDK, for the URL as Twilio knows it. */
function signed(
  parameters: Parameters,
  options: { url?: string; seenAs?: string; token?: string } = {},
): ProviderRequest {
  const { url = URL_BASE, token = TOKEN } = options;
  const signature = twilioSdk.getExpectedTwilioSignature(token, url, parameters);
  return {
    url: options.seenAs ?? url,
    headers: new Headers({ "x-twilio-signature": signature }),
    body: encode(parameters),
  };
}

function isSigned(request: ProviderRequest, secrets: readonly string[]): boolean {
  return twilio.verify(request, secrets, new Date(0));
}

const CALL = {
  CallSid: "CA00000000000000000000000000000001",
  From: "+15550100123",
  To: "+15550100100",
};

Deno.test("A request signed by the official SDK is accepted in every form it takes", () => {
  const forms: Record<string, Parameters> = {
    "plain": CALL,
    "empty values": { ...CALL, CallerName: "", FromCity: "" },
    "non-ASCII values": { ...CALL, CallerName: "Zoë Müller-Łukasz 日本 🎉" },
    "repeated values": { ...CALL, Tag: ["b", "a", "b"] },
    "markup and spaces": { ...CALL, CallerName: `<Say>a & "b" + 'c'</Say>` },
    "no parameters": {},
    "names that sort by code unit": { b: "1", B: "2", a: "3", _: "4" },
  };
  for (const [name, parameters] of Object.entries(forms)) {
    assert.ok(isSigned(signed(parameters), [TOKEN]), name);
  }
});

Deno.test("The URL is accepted with and without the standard port, query string untouched", () => {
  const https = "https://example.com/ivr";
  for (
    const [url, seenAs] of [
      [https, https],
      ["https://example.com:443/ivr", https],
      [https, "https://example.com:443/ivr"],
      ["http://example.com:80/ivr", "http://example.com/ivr"],
      ["http://example.com/ivr", "http://example.com:80/ivr"],
      ["https://example.com:8443/ivr", "https://example.com:8443/ivr"],
      ["https://example.com/ivr", "https://example.com:8443/ivr"],
      [`${https}?a=1&a=2&b=%20x%2F&c=`, `${https}?a=1&a=2&b=%20x%2F&c=`],
      [`${https}?z=1&a=+&é=%C3%A9`, `${https}?z=1&a=+&é=%C3%A9`],
      [`${https}?name=O'Hara`, `${https}?name=O%27Hara`],
      ["http://[::1]:80/ivr", "http://[::1]/ivr"],
    ] as const
  ) {
    assert.ok(isSigned(signed(CALL, { url, seenAs }), [TOKEN]), `${url} seen as ${seenAs}`);
  }
});

Deno.test("What the SDK signs in 500 generated requests is accepted, and its verifier agrees", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const alphabet = [..."aZ09 +&=%/?#'\"<>~*é日🎉,;:@!$()[]{}|\\^`\n"];
  const text = () =>
    Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join("");
  for (let round = 0; round < 500; round++) {
    const parameters: Parameters = {};
    for (let n = random(6); n > 0; n--) {
      parameters[`k${text()}`] = random(3) ? text() : [text(), text(), text()];
    }
    const url =
      new URL(`https://example.com/ivr?${encode({ q: text(), r: [text(), text()] })}`).href;
    const request = signed(parameters, { url });
    const signature = request.headers.get("x-twilio-signature") ?? "";
    assert.ok(
      twilioSdk.validateRequest(TOKEN, signature, url, parameters),
      "The SDK disagrees with itself",
    );
    assert.ok(isSigned(request, [TOKEN]), JSON.stringify({ url, parameters }));
  }
});

Deno.test("Any single changed byte of signature, URL or parameters is refused", () => {
  const request = signed(CALL, { url: `${URL_BASE}?token=1.abc` });
  const signature = request.headers.get("x-twilio-signature") ?? "";
  for (let at = 0; at < signature.length; at++) {
    const headers = new Headers({ "x-twilio-signature": altered(signature, at) });
    assert.ok(!isSigned({ ...request, headers }, [TOKEN]), `signature byte ${at}`);
  }
  // The last character of base64 of 20 bytes carries two spare bits: three other texts decode alike.
  for (const spare of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
    const other = signature.slice(0, 26) + spare + signature.slice(27);
    if (other === signature) continue;
    assert.ok(
      !isSigned({ ...request, headers: new Headers({ "x-twilio-signature": other }) }, [
        TOKEN,
      ]),
    );
  }
  for (let at = 0; at < request.body.length; at++) {
    assert.ok(
      !isSigned({ ...request, body: altered(request.body, at) }, [TOKEN]),
      `body byte ${at}`,
    );
  }
  for (let at = URL_BASE.length - 5; at < request.url.length; at++) {
    assert.ok(
      !isSigned({ ...request, url: altered(request.url, at) }, [TOKEN]),
      `URL byte ${at}`,
    );
  }
});

Deno.test("A pair that lost its equals sign is refused, although it signs alike", () => {
  const request = signed({ a: "b" });
  assert.ok(isSigned(request, [TOKEN]));
  assert.ok(!isSigned({ ...request, body: "a&b" }, [TOKEN]));
});

Deno.test("What a parser drops from the front of a body cannot be added to it", () => {
  const request = signed(CALL);
  assert.ok(isSigned(request, [TOKEN]));
  for (const front of ["?", "\ufeff"]) {
    assert.ok(!isSigned({ ...request, body: front + request.body }, [TOKEN]));
  }
});

Deno.test("Another token, no signature and no secret are refused", () => {
  assert.ok(!isSigned(signed(CALL, { token: "another" }), [TOKEN]));
  assert.ok(!isSigned({ ...signed(CALL), headers: new Headers() }, [TOKEN]));
  assert.ok(!isSigned(signed(CALL), []));
});

Deno.test("Either of two live secrets is accepted while they are rotated", () => {
  assert.ok(isSigned(signed(CALL), ["new", TOKEN]));
});

Deno.test("The call is read with its parties, and one without an id is named", () => {
  assert.deepEqual(twilio.parseCall(post({ ...CALL, AccountSid: "AC1", From: "" })), {
    callId: CALL.CallSid,
    accountId: "AC1",
    from: null,
    to: CALL.To,
  });
  for (const CallSid of ["", "a b", "x".repeat(129), "<x>"]) {
    assert.equal(codeOf(() => twilio.parseCall(post({ ...CALL, CallSid }))), "missing_call_id");
  }
  assert.equal(codeOf(() => twilio.parseCall(post({}))), "missing_call_id");
  // The database could not even be asked about it.
  assert.equal(codeOf(() => twilio.parseCall(post({ ...CALL, To: "+1\0" }))), "invalid_request");
});

Deno.test("Input is digits, silence or the end of a connection", () => {
  const input = (parameters: Parameters) => twilio.parseInput(post(parameters));
  assert.deepEqual(input({ Digits: "12*#A" }), { kind: "digits", digits: "12*#A" });
  assert.deepEqual(input({}), { kind: "no_input" });
  assert.deepEqual(input({ Digits: "" }), { kind: "no_input" });
  assert.deepEqual(input({ DialCallStatus: "busy" }), { kind: "connection_ended", result: "busy" });
  assert.deepEqual(input({ DialCallStatus: "answered" }), {
    kind: "connection_ended",
    result: "completed",
  });
  assert.deepEqual(input({ QueueResult: "queue-full" }), {
    kind: "connection_ended",
    result: "busy",
  });
  for (const Digits of ["1x", "E", " 1", "1\n", "<", "1".repeat(65), "１"]) {
    assert.equal(codeOf(() => input({ Digits })), "invalid_digits", Digits);
  }
  assert.equal(codeOf(() => input({ DialCallStatus: "gone" })), "invalid_request");
});

Deno.test("A status is read with its sequence and duration", () => {
  const status = (parameters: Parameters) => twilio.parseStatus(post(parameters));
  assert.deepEqual(status({ CallStatus: "completed", SequenceNumber: "3", CallDuration: "17" }), {
    status: "completed",
    sequence: 3,
    durationSeconds: 17,
  });
  assert.deepEqual(status({ CallStatus: "ringing" }), {
    status: "ringing",
    sequence: null,
    durationSeconds: null,
  });
  assert.equal(codeOf(() => status({ CallStatus: "sleeping" })), "invalid_request");
  assert.equal(
    codeOf(() => status({ CallStatus: "ringing", SequenceNumber: "-1" })),
    "invalid_request",
  );
});

function render(...directives: Directive[]): string {
  return twilio.render(directives, LINKS);
}

Deno.test("A gather nests its prompts, posts to the turn and falls through to it", () => {
  const prompts = [say("Hello", "en-GB")];
  const xml = render(gather({ prompts, digits: 3, timeout: 4500 }));
  const sdk = new twilioSdk.twiml.VoiceResponse();
  const listening = sdk.gather({
    input: ["dtmf"],
    numDigits: 3,
    timeout: 5,
    finishOnKey: "#",
    action: LINKS.turn,
    method: "POST",
  });
  listening.say({ language: "en-GB" }, "Hello");
  sdk.redirect({ method: "POST" }, LINKS.turn);
  assert.equal(canonical(xml), canonical(sdk.toString()));
});

Deno.test("Connections are written as the SDK's own builder writes them", () => {
  const action = { action: LINKS.turn, method: "POST", timeout: 30 } as const;
  const { action: queueAction, method } = action;
  const cases: [
    Directive,
    (response: InstanceType<typeof twilioSdk.twiml.VoiceResponse>) => void,
  ][] = [
    [{ kind: "dial", number: "+15550100199" }, (r) => r.dial(action).number("+15550100199")],
    [
      { kind: "dial_sip", uri: "sip:a@example.com;transport=tcp" },
      (r) => r.dial(action).sip("sip:a@example.com;transport=tcp"),
    ],
    [
      { kind: "enqueue", queue: "support & sales" },
      (r) => r.enqueue({ action: queueAction, method }, "support & sales"),
    ],
    [{ kind: "hangup" }, (r) => r.hangup()],
    [
      { kind: "say", text: "a < b", language: "de-DE" },
      (r) => r.say({ language: "de-DE" }, "a < b"),
    ],
  ];
  for (const [directive, build] of cases) {
    const sdk = new twilioSdk.twiml.VoiceResponse();
    build(sdk);
    assert.equal(canonical(render(directive)), canonical(sdk.toString()), directive.kind);
  }
});

Deno.test("No text breaks out of its element, whatever it holds", () => {
  const nasty = [
    `</Say><Dial>+19005550100</Dial><Say>`,
    `<![CDATA[x]]>`,
    `]]>`,
    `&amp; &#x0; &lt;`,
    `"' onload="x`,
    "\u0000\u0001\u000b\ufffe\ud800 lone",
    "<!--",
    "日本 🎉",
  ];
  for (const text of nasty) {
    const prompts = [say(text, text)];
    const root = rootOf(render(gather({ prompts }), { kind: "enqueue", queue: text }));
    assert.deepEqual([...root.childNodes].map(({ nodeName }) => nodeName), [
      "Gather",
      "Redirect",
      "Enqueue",
    ]);
    // deno-lint-ignore no-control-regex -- what XML cannot hold
    const clean = text.replace(/[\u0000\u0001\u000b\p{Surrogate}\ufffe]/gu, "");
    assert.equal(root.lastChild?.textContent, clean);
    assert.equal(root.firstChild?.textContent, clean);
  }
});
