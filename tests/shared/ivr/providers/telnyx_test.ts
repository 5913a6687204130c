import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { TelnyxWebhook } from "telnyx/lib/webhooks";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { telnyx } from "#shared/ivr/providers/telnyx.ts";
import { acceptsLiveSecretsOnly, NOW, refusesEveryChange } from "./signatures.ts";
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

const ACCOUNT = keyPair();
const ANOTHER = keyPair();
const CALL = {
  CallSid: "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg",
  AccountSid: "0a5e3c4e-0000-4000-8000-0000000000a1",
  From: "+15550100123",
  To: "+15550100100",
};

function keyPair(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { privateKey, publicKey: Buffer.from(x, "base64url").toString("base64") };
}

function signed(parameters: Parameters, { at = NOW, key = ACCOUNT } = {}): ProviderRequest {
  const body = encode(parameters);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = sign(null, Buffer.from(`${timestamp}|${body}`), key.privateKey);
  return {
    url: "https://example.com/functions/v1/ivr/telnyx/c/turn?token=1.abc",
    headers: new Headers({
      "telnyx-signature-ed25519": signature.toString("base64"),
      "telnyx-timestamp": timestamp,
    }),
    body,
  };
}

Deno.test("What the official SDK accepts now is accepted now", async () => {
  const now = new Date();
  const forms: Parameters[] = [CALL, {}, { ...CALL, CallerId: `Zoë & "日本" 🎉`, Tag: ["b", "a"] }];
  for (const parameters of forms) {
    const request = signed(parameters, { at: now });
    await new TelnyxWebhook(ACCOUNT.publicKey)
      .verify(request.body, Object.fromEntries(request.headers));
    assert.ok(telnyx.verify(request, [ACCOUNT.publicKey], now));
  }
});

Deno.test("Any changed character of signature, time or body is refused", () => {
  refusesEveryChange({
    provider: telnyx,
    request: signed(CALL),
    secret: ACCOUNT.publicKey,
    headers: ["telnyx-signature-ed25519", "telnyx-timestamp"],
    // The URL is not signed: its step token is what binds it to the call.
    url: false,
  });
});

Deno.test("Any live public key is accepted, and nothing else", () => {
  const signing = { provider: telnyx, request: signed(CALL), headers: [], url: false };
  acceptsLiveSecretsOnly({ ...signing, secret: ACCOUNT.publicKey }, ANOTHER.publicKey);
  for (const nonsense of ["not a key", "A".repeat(44), `${ACCOUNT.publicKey}=`]) {
    assert.ok(!telnyx.verify(signed(CALL), [nonsense], NOW), nonsense);
  }
});

Deno.test("A signature is good for five minutes either way", () => {
  const at = (seconds: number) =>
    telnyx.verify(signed(CALL, { at: new Date(NOW.getTime() + seconds * 1000) }), [
      ACCOUNT.publicKey,
    ], NOW);
  assert.deepEqual([-301, -300, 0, 300, 301].map(at), [false, true, true, true, false]);
});

Deno.test("A second spelling of the same time is refused, although it was signed", () => {
  const body = encode(CALL);
  const seconds = String(NOW.getTime() / 1000);
  for (const timestamp of [seconds, `0${seconds}`, `+${seconds}`, `${seconds}.0`]) {
    const signature = sign(null, Buffer.from(`${timestamp}|${body}`), ACCOUNT.privateKey);
    const headers = new Headers({
      "telnyx-signature-ed25519": signature.toString("base64"),
      "telnyx-timestamp": timestamp,
    });
    const accepted = telnyx.verify({ ...signed(CALL), headers }, [ACCOUNT.publicKey], NOW);
    assert.equal(accepted, timestamp === seconds, timestamp);
  }
});

Deno.test("Call ids have a version before a colon", () => {
  assert.deepEqual(telnyx.parseCall(post(CALL)), {
    callId: CALL.CallSid,
    accountId: CALL.AccountSid,
    from: CALL.From,
    to: CALL.To,
  });
  for (const CallSid of ["", "a b", "x".repeat(129), "<x>"]) {
    assert.equal(codeOf(() => telnyx.parseCall(post({ ...CALL, CallSid }))), "missing_call_id");
  }
});

Deno.test("A status is read in the words that Telnyx has for it", () => {
  const status = (CallStatus: string) => telnyx.parseStatus(post({ ...CALL, CallStatus }))?.status;
  const words = ["initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed"];
  assert.deepEqual([...words, "canceled"].map(status), [...words, "canceled"]);
  assert.equal(status("answered"), "in-progress");
  assert.equal(codeOf(() => status("sleeping")), "invalid_request");
});

// Telnyx has no builder: the documents are in the form of its own examples
// (https://developers.telnyx.com/docs/voice/programmable-voice/texml-verbs).
Deno.test("Documents have the form of the vendor's examples", () => {
  const turn = LINKS.turn.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const after = (word: "record" | "wait") =>
    turnAfter(word).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const document = telnyx.render([
    gather({ prompts: [say("Press 1")], digits: 4, timeout: 2000, interDigitTimeout: 4000 }),
    gather({ prompts: [say("Say it", "de-DE")], speech: { hints: ["Verkauf", "Hilfe, bitte"] } }),
    voicemail({ finishKey: null }),
    { kind: "dial", number: "+15550100199", ringSeconds: 600, callerId: "+15550100100" },
    { kind: "dial_sip", uri: "sip:a@example.com" },
    { kind: "enqueue", queue: "support" },
    { kind: "wait", seconds: 2 },
    { kind: "hangup" },
  ], LINKS);
  assert.equal(
    canonical(document),
    canonical(`<Response>
      <Gather input="dtmf" numDigits="4" timeout="4" finishOnKey="#" action="${turn}" method="POST">
        <Say language="en-US">Press 1</Say>
      </Gather>
      <Redirect method="POST">${turn}</Redirect>
      <Gather input="dtmf speech" numDigits="1" timeout="5" finishOnKey="#" action="${turn}"
        method="POST" language="de-DE" hints="Verkauf,Hilfe  bitte" speechTimeout="2">
        <Say language="de-DE">Say it</Say>
      </Gather>
      <Redirect method="POST">${turn}</Redirect>
      <Say language="en-US">Leave a message</Say>
      <Record action="${after("record")}" method="POST" maxLength="120" timeout="5" finishOnKey=""
        recordingStatusCallback="${LINKS.recording}" recordingStatusCallbackMethod="POST"/>
      <Redirect method="POST">${after("record")}</Redirect>
      <Dial action="${turn}" method="POST" timeout="120" callerId="+15550100100">
        <Number>+15550100199</Number>
      </Dial>
      <Dial action="${turn}" method="POST" timeout="30"><Sip>sip:a@example.com</Sip></Dial>
      <Enqueue action="${turn}" method="POST">support</Enqueue>
      <Pause length="2"/>
      <Redirect method="POST">${after("wait")}</Redirect>
      <Hangup/>
    </Response>`.replace(/>\s+</g, "><")),
  );
});
