import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { verifySignature } from "@vonage/jwt";
import { SignJWT } from "jose";
import type { Directive } from "#shared/ivr/directive.ts";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { vonage } from "#shared/ivr/providers/vonage.ts";
import { acceptsLiveSecretsOnly, NOW, refusesEveryChange } from "./signatures.ts";
import { codeOf, gather, LINKS, postJson, say, turnAfter, voicemail } from "./support.ts";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const CALL = {
  from: "447700900000",
  to: "442079460000",
  uuid: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
  conversation_uuid: "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
  region_url: "https://api-eu-1.vonage.com",
};

interface Minting {
  claims?: Record<string, unknown>;
  alg?: string;
  at?: Date;
}

async function signed(body: unknown, options: Minting = {}): Promise<ProviderRequest> {
  const { claims = {}, alg = "HS256", at = NOW } = options;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const token = await new SignJWT({
    jti: "a6eb9b01-0000-4000-8000-00000000000a",
    iss: "Vonage",
    payload_hash: createHash("sha256").update(text).digest("hex"),
    api_key: "a1b2c3d4",
    application_id: "78d335fa-0000-4000-8000-0000000000a1",
    ...claims,
  }).setProtectedHeader({ alg, typ: "JWT" }).setIssuedAt(at).sign(Buffer.from(SECRET));
  if (alg === "HS256") assert.ok(verifySignature(token, SECRET), "The SDK disagrees");
  return {
    url: "https://example.com/functions/v1/ivr/vonage/c/turn?token=1.abc",
    headers: new Headers({ authorization: `Bearer ${token}` }),
    body: text,
  };
}

function isSigned(request: ProviderRequest): boolean {
  return vonage.verify(request, [SECRET], NOW);
}

Deno.test("What the official SDK accepts is accepted", async () => {
  for (const body of [CALL, {}, { ...CALL, from: "Zoë 日本 🎉" }, "", "not JSON"]) {
    assert.ok(isSigned(await signed(body)), JSON.stringify(body));
  }
});

Deno.test("Any changed character of the token or the body is refused", async () => {
  refusesEveryChange({
    provider: vonage,
    request: await signed(CALL),
    secret: SECRET,
    headers: ["authorization"],
    // The URL is not signed: its step token is what binds it to the call.
    url: false,
  });
});

Deno.test("Spare bits of the token's base64 change nothing unnoticed", async () => {
  const request = await signed(CALL);
  const token = request.headers.get("authorization") ?? "";
  for (const last of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
    const other = token.slice(0, -1) + last;
    const headers = new Headers({ authorization: other });
    assert.equal(isSigned({ ...request, headers }), other === token);
  }
});

Deno.test("Any live secret is accepted, and nothing else", async () => {
  const signing = { provider: vonage, request: await signed(CALL), headers: [], url: false };
  acceptsLiveSecretsOnly({ ...signing, secret: SECRET }, "another");
});

Deno.test("A token is good for five minutes either way, which the SDK does not ask", async () => {
  const accepted = await Promise.all(
    [-301, -300, 0, 300, 301].map(async (seconds) =>
      isSigned(await signed(CALL, { at: new Date(NOW.getTime() + seconds * 1000) }))
    ),
  );
  assert.deepEqual(accepted, [false, true, true, true, false]);
});

Deno.test("Another algorithm, another issuer and a hash of another body are refused", async () => {
  assert.ok(!isSigned(await signed(CALL, { alg: "HS384" })));
  assert.ok(!isSigned(await signed(CALL, { alg: "HS512" })));
  assert.ok(!isSigned(await signed(CALL, { claims: { iss: "vonage" } })));
  assert.ok(!isSigned(await signed(CALL, { claims: { iss: undefined } })));
  assert.ok(!isSigned(await signed(CALL, { claims: { payload_hash: "0".repeat(64) } })));
  assert.ok(!isSigned(await signed(CALL, { claims: { payload_hash: undefined } })));
});

Deno.test("A token that names another algorithm than it was signed with is refused", async () => {
  const request = await signed(CALL);
  const [, payload = ""] = (request.headers.get("authorization") ?? "").split(".");
  for (const alg of ["HS256", "HS512", "none", "RS256"]) {
    const head = Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url");
    const signature = createHmac("sha256", SECRET).update(`${head}.${payload}`).digest("base64url");
    const headers = new Headers({ authorization: `Bearer ${head}.${payload}.${signature}` });
    assert.equal(isSigned({ ...request, headers }), alg === "HS256", alg);
  }
});

Deno.test("A token that signs nothing is refused", async () => {
  const request = await signed(CALL);
  const [head = "", payload = ""] = (request.headers.get("authorization") ?? "").split(".");
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  for (
    const authorization of [
      `Bearer ${none}.${payload}.`,
      `Bearer ${none}.${payload}.AAAA`,
      `${head}.${payload}.`,
      `${head}.${payload}`,
      "Bearer",
      "",
    ]
  ) {
    assert.ok(!isSigned({ ...request, headers: new Headers({ authorization }) }), authorization);
  }
});

Deno.test("A call is named by its leg, its account by the application, its numbers with a plus", async () => {
  assert.deepEqual(vonage.parseCall(await signed(CALL)), {
    callId: CALL.uuid,
    accountId: "78d335fa-0000-4000-8000-0000000000a1",
    from: "+447700900000",
    to: "+442079460000",
  });
  const noApplication = await signed(CALL, { claims: { application_id: undefined } });
  assert.equal(vonage.parseCall(noApplication).accountId, "a1b2c3d4");
  const sip = vonage.parseCall(postJson({ ...CALL, from: "sip:zoe@example.com", to: null }));
  assert.deepEqual([sip.from, sip.to], ["sip:zoe@example.com", null]);
  for (const uuid of ["", "<x>", "x".repeat(129), undefined]) {
    assert.equal(codeOf(() => vonage.parseCall(postJson({ ...CALL, uuid }))), "missing_call_id");
  }
  for (
    const body of [[], "x", null, { ...CALL, to: "1\0" }, { ...CALL, from: "\ud800" }, { uuid: 7 }]
  ) {
    assert.equal(codeOf(() => vonage.parseCall(postJson(body))), "invalid_request");
  }
  assert.equal(
    codeOf(() => vonage.parseCall({ ...postJson({}), body: "from=1" })),
    "invalid_request",
  );
});

Deno.test("The call that our own URL names goes before the leg that an event names", () => {
  const url = `${turnAfter("dial")}&call=${CALL.uuid}`;
  const leg = { ...CALL, uuid: "ffffffff-0000-4000-8000-000000000001" };
  assert.equal(vonage.parseCall(postJson(leg, url)).callId, CALL.uuid);
  const { uuid: _, ...notified } = CALL;
  assert.equal(vonage.parseCall(postJson(notified, url)).callId, CALL.uuid);
});

Deno.test("Input is digits, speech or silence", () => {
  const input = (event: unknown) => vonage.parseInput(postJson(event));
  const dtmf = (digits: string | null) => ({ digits, timed_out: digits === null });
  assert.deepEqual(input({ ...CALL, dtmf: dtmf("12*#") }), { kind: "digits", digits: "12*#" });
  assert.deepEqual(input({ ...CALL, dtmf: dtmf(null) }), { kind: "no_input" });
  assert.deepEqual(input({ ...CALL, dtmf: dtmf("") }), { kind: "no_input" });
  const results = [{ text: "sales", confidence: "0.93" }, { text: "sails", confidence: "0.2" }];
  assert.deepEqual(
    input({
      ...CALL,
      dtmf: dtmf(null),
      speech: { timeout_reason: "end_on_silence_timeout", results },
    }),
    { kind: "speech", text: "sales", confidence: 0.93 },
  );
  assert.deepEqual(
    input({ ...CALL, speech: { timeout_reason: "start_timeout", results: [] } }),
    { kind: "no_input" },
  );
  assert.deepEqual(input({ ...CALL, speech: { error: "ERR1" } }), { kind: "no_input" });
  assert.equal(codeOf(() => input({ ...CALL, dtmf: dtmf("1x") })), "invalid_digits");
  assert.equal(codeOf(() => input({ ...CALL, dtmf: "1" })), "invalid_request");
});

Deno.test("A notification comes back from what its URL says", () => {
  const notified = (after: Parameters<typeof turnAfter>[0]) =>
    vonage.parseInput(
      postJson({ payload: { after }, status: "notify", timestamp: "2026" }, turnAfter(after)),
    );
  assert.deepEqual(notified("wait"), { kind: "waited" });
  assert.deepEqual(notified("record"), {
    kind: "recorded",
    url: null,
    recordingId: null,
    durationSeconds: null,
    hungUp: false,
  });
  const done = { kind: "connection_ended", result: "completed" };
  assert.deepEqual(notified("dial"), done);
  assert.deepEqual(notified("queue"), done);
});

Deno.test("A connected leg's way is no turn before it ends", () => {
  const event = (status: string) =>
    vonage.parseInput(postJson({ ...CALL, status }, turnAfter("dial")));
  for (const status of ["started", "ringing", "answered", "human", "machine", "toString"]) {
    assert.equal(event(status), null, status);
  }
  const ends = ["completed", "busy", "rejected", "timeout", "unanswered", "cancelled", "failed"];
  assert.deepEqual(
    ends.map(event).map((input) => input?.kind === "connection_ended" && input.result),
    ["completed", "busy", "busy", "no-answer", "no-answer", "canceled", "failed"],
  );
});

Deno.test("A status is read with its duration", () => {
  const status = (event: unknown) => vonage.parseStatus(postJson(event));
  assert.deepEqual(status({ ...CALL, status: "completed", duration: "17", price: "0.1" }), {
    status: "completed",
    sequence: null,
    durationSeconds: 17,
  });
  const words = ["started", "ringing", "answered", "busy", "cancelled", "unanswered", "rejected"];
  assert.deepEqual(words.map((word) => status({ status: word })?.status), [
    "initiated",
    "ringing",
    "in-progress",
    "busy",
    "canceled",
    "no-answer",
    "failed",
  ]);
  // The event URL hears of more than the life of a call.
  assert.equal(status({ status: "transfer" }), null);
  assert.equal(status({ type: "transfer", conversation_uuid_to: "CON-1" }), null);
  assert.equal(codeOf(() => status({ status: "sleeping" })), "invalid_request");
  assert.equal(codeOf(() => status([])), "invalid_request");
  assert.equal(codeOf(() => status({ status: "toString" })), "invalid_request");
});

Deno.test("A recording is announced with its id, its place and its length", () => {
  const event = {
    start_time: "2026-11-21T12:00:00Z",
    recording_url: "https://api.nexmo.com/v1/files/bbbbbbbb",
    size: 12222,
    recording_uuid: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    end_time: "2026-11-21T12:00:07Z",
    conversation_uuid: CALL.conversation_uuid,
  };
  assert.deepEqual(vonage.parseRecording(postJson(event)), {
    recordingId: event.recording_uuid,
    url: event.recording_url,
    durationSeconds: 7,
  });
  const timeless = { ...event, start_time: undefined };
  assert.equal(vonage.parseRecording(postJson(timeless)).durationSeconds, null);
  const elsewhere = { ...event, recording_url: "file:///etc/passwd" };
  assert.equal(codeOf(() => vonage.parseRecording(postJson(elsewhere))), "invalid_request");
});

// In the form of the vendor's examples (https://developer.vonage.com/en/voice/voice-api/ncco-reference).
Deno.test("Documents have the form of the vendor's examples", () => {
  const named = (url: string) => `${url}&call=${LINKS.callId}`;
  const notify = (after: Parameters<typeof turnAfter>[0]) => ({
    action: "notify",
    payload: { after },
    eventUrl: [named(turnAfter(after))],
    eventMethod: "POST",
  });
  const answer = { eventUrl: [named(LINKS.turn)], eventMethod: "POST" };
  const connect = {
    action: "connect",
    timeout: 30,
    eventType: "synchronous",
    eventUrl: [named(turnAfter("dial"))],
    eventMethod: "POST",
  };
  const cases: [Directive, unknown[]][] = [
    [say("a < b", "de-DE"), [{ action: "talk", text: "a < b", language: "de-DE" }]],
    [
      gather({ prompts: [say("Hello", "en-GB"), say("Press 1")], digits: 3, timeout: 4500 }),
      [
        { action: "talk", text: "Hello", language: "en-GB", bargeIn: true },
        { action: "talk", text: "Press 1", language: "en-US", bargeIn: true },
        {
          action: "input",
          type: ["dtmf"],
          dtmf: { maxDigits: 3, timeOut: 5, submitOnHash: true },
          ...answer,
        },
      ],
    ],
    [
      gather({
        prompts: [say("Sag es", "de-DE")],
        bargeIn: false,
        timeout: 60_000,
        finishKey: null,
        speech: { hints: ["Verkauf", "Hilfe"] },
      }),
      [
        { action: "talk", text: "Sag es", language: "de-DE" },
        {
          action: "input",
          type: ["dtmf", "speech"],
          dtmf: { maxDigits: 1, timeOut: 10, submitOnHash: false },
          speech: { language: "de-DE", context: ["Verkauf", "Hilfe"], startTimeout: 60 },
          ...answer,
        },
      ],
    ],
    [
      voicemail(),
      [
        { action: "talk", text: "Leave a message", language: "en-US" },
        {
          action: "record",
          endOnSilence: 5,
          timeOut: 120,
          endOnKey: "#",
          beepStart: true,
          eventUrl: [named(LINKS.recording)],
          eventMethod: "POST",
        },
        notify("record"),
      ],
    ],
    [
      { kind: "dial", number: "+447700900001", callerId: "+442079460000", limitSeconds: 600 },
      [
        {
          ...connect,
          from: "442079460000",
          limit: 600,
          endpoint: [{ type: "phone", number: "447700900001" }],
        },
        notify("dial"),
      ],
    ],
    [
      { kind: "dial_sip", uri: "sip:a@example.com", headers: { location: "New York" } },
      [
        {
          ...connect,
          endpoint: [{
            type: "sip",
            uri: "sip:a@example.com",
            headers: { location: "New York" },
          }],
        },
        notify("dial"),
      ],
    ],
    [
      { kind: "enqueue", queue: "support" },
      [{ action: "conversation", name: "support", startOnEnter: false }, notify("queue")],
    ],
    [{ kind: "wait", seconds: 7 }, [{ action: "wait", timeout: 7 }, notify("wait")]],
    [{ kind: "hangup" }, []],
  ];
  for (const [directive, expected] of cases) {
    const document: unknown = JSON.parse(vonage.render([directive], LINKS));
    assert.deepEqual(document, expected, directive.kind);
  }
});

Deno.test("Nothing is done after a hang-up, for which there is no action", () => {
  const document = vonage.render([say("Bye"), { kind: "hangup" }, say("Still there?")], LINKS);
  assert.deepEqual(JSON.parse(document), [{ action: "talk", text: "Bye", language: "en-US" }]);
});

Deno.test("A prompt that looks like SSML is read out, as it is everywhere else", () => {
  const document = vonage.render([say("<speak>a & b</speak>")], LINKS);
  assert.deepEqual(JSON.parse(document), [{
    action: "talk",
    text: "<speak>&lt;speak&gt;a &amp; b&lt;/speak&gt;</speak>",
    language: "en-US",
  }]);
});
