import assert from "node:assert/strict";
import twilioSdk from "twilio";
import type { Directive } from "#shared/ivr/directive.ts";
import { signalwire } from "#shared/ivr/providers/signalwire.ts";
import { telnyx } from "#shared/ivr/providers/telnyx.ts";
import { twilio } from "#shared/ivr/providers/twilio.ts";
import {
  canonical,
  codeOf,
  gather,
  LINKS,
  type Parameters,
  post,
  say,
  turnAfter,
  voicemail,
} from "./support.ts";

const PROVIDERS = [twilio, signalwire, telnyx];
const RECORDING = "https://api.example.com/Recordings/RE1";

Deno.test("Speech is taken where no key was pressed, with what the provider makes of it", () => {
  for (const provider of PROVIDERS) {
    const input = (parameters: Parameters) => provider.parseInput(post(parameters));
    const speech = { SpeechResult: " sales ", Confidence: "0.9312" };
    assert.deepEqual(input(speech), { kind: "speech", text: "sales", confidence: 0.9312 });
    assert.deepEqual(input({ ...speech, Digits: "2" }), { kind: "digits", digits: "2" });
    for (const Confidence of ["", "2", "-1", "sure"]) {
      assert.deepEqual(input({ SpeechResult: "x", Confidence }), {
        kind: "speech",
        text: "x",
        confidence: null,
      });
    }
    assert.deepEqual(input({ SpeechResult: " " }), { kind: "no_input" });
    const said = input({ SpeechResult: `a\0${"b".repeat(1000)}` });
    assert.deepEqual(said, { kind: "speech", text: `a${"b".repeat(498)}`, confidence: null });
  }
});

Deno.test("A recording comes back with all that is known of it, also when it is empty", () => {
  for (const provider of PROVIDERS) {
    const input = (parameters: Parameters, url = turnAfter("record")) =>
      provider.parseInput(post(parameters, url));
    const whole = {
      RecordingUrl: RECORDING,
      RecordingSid: "RE1",
      RecordingDuration: "7",
      Digits: "#",
      CallStatus: "in-progress",
    };
    const recorded = {
      kind: "recorded",
      url: RECORDING,
      recordingId: "RE1",
      durationSeconds: 7,
      hungUp: false,
    };
    assert.deepEqual(input(whole), recorded);
    assert.deepEqual(input(whole, LINKS.turn), recorded);
    assert.deepEqual(input({ ...whole, Digits: "hangup" }), { ...recorded, hungUp: true });
    assert.deepEqual(input({ ...whole, CallStatus: "completed" }), { ...recorded, hungUp: true });
    assert.deepEqual(input({}), {
      kind: "recorded",
      url: null,
      recordingId: null,
      durationSeconds: null,
      hungUp: false,
    });
    // A leg may have been recorded too.
    const leg = { ...whole, DialCallStatus: "completed" };
    assert.deepEqual(input(leg, LINKS.turn), { kind: "connection_ended", result: "completed" });
    for (const RecordingUrl of ["file:///etc/passwd", "x", "https://a b"]) {
      assert.equal(codeOf(() => input({ ...whole, RecordingUrl })), "invalid_request");
    }
  }
});

Deno.test("The end of a pause is told apart from silence by its URL", () => {
  for (const provider of PROVIDERS) {
    assert.deepEqual(provider.parseInput(post({}, turnAfter("wait"))), { kind: "waited" });
    assert.deepEqual(provider.parseInput(post({})), { kind: "no_input" });
    assert.deepEqual(provider.parseInput(post({}, `${LINKS.turn}&after=lunch`)), {
      kind: "no_input",
    });
  }
});

Deno.test("A recording is announced with its id, its place and its length, or as failed", () => {
  for (const provider of PROVIDERS) {
    const announced = (parameters: Parameters) => provider.parseRecording(post(parameters));
    const whole = { RecordingSid: "RE1", RecordingUrl: RECORDING, RecordingDuration: "7" };
    const recording = { recordingId: "RE1", url: RECORDING, durationSeconds: 7 };
    assert.deepEqual(announced({ ...whole, RecordingStatus: "completed" }), recording);
    assert.deepEqual(announced(whole), recording);
    for (const RecordingStatus of ["absent", "failed", "in-progress"]) {
      assert.deepEqual(announced({ ...whole, RecordingStatus }), { ...recording, url: null });
    }
    assert.equal(codeOf(() => announced({ RecordingUrl: RECORDING })), "invalid_request");
  }
});

Deno.test("Speech, recordings, pauses and legs are written as Twilio's own builder writes them", () => {
  const action = { action: LINKS.turn, method: "POST" } as const;
  const cases: [
    Directive,
    (response: InstanceType<typeof twilioSdk.twiml.VoiceResponse>) => void,
  ][] = [
    [
      gather({
        prompts: [say("Sag es", "de-DE")],
        bargeIn: false,
        digits: 2,
        timeout: 2000,
        interDigitTimeout: 3500,
        finishKey: null,
        speech: { hints: ["Verkauf", "a, b"] },
      }),
      (r) => {
        r.say({ language: "de-DE" }, "Sag es");
        r.gather({
          ...action,
          input: ["dtmf", "speech"],
          numDigits: 2,
          timeout: 4,
          finishOnKey: "",
          language: "de-DE",
          hints: "Verkauf,a  b",
          speechTimeout: "auto",
        });
        r.redirect({ method: "POST" }, LINKS.turn);
      },
    ],
    [
      voicemail({ finishKey: null, maxSeconds: 9999, silenceSeconds: 60 }),
      (r) => {
        r.say({ language: "en-US" }, "Leave a message");
        r.record({
          action: turnAfter("record"),
          method: "POST",
          maxLength: 3600,
          timeout: 10,
          finishOnKey: "",
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
    [
      { kind: "dial_sip", uri: "sip:a@example.com", headers: { Team: "a&b", Id: "1" } },
      (r) => r.dial({ ...action, timeout: 30 }).sip("sip:a@example.com?X-Team=a%26b&X-Id=1"),
    ],
    [
      { kind: "wait", seconds: 7 },
      (r) => {
        r.pause({ length: 7 });
        r.redirect({ method: "POST" }, turnAfter("wait"));
      },
    ],
  ];
  for (const [directive, build] of cases) {
    const sdk = new twilioSdk.twiml.VoiceResponse();
    build(sdk);
    const document = twilio.render([directive], LINKS);
    assert.equal(canonical(document), canonical(sdk.toString()), directive.kind);
  }
});
