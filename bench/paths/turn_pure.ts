/**
 * A key press without a database, in one process: signature, parsing, step and rendering, beside the
 * `twilio` SDK that verifies the same request and builds the same document.
 *
 * Usage: deno run -A bench/paths/turn_pure.ts [--quick] [--json]
 */
import assert from "node:assert/strict";
import twilioSdk from "twilio";
import { menuVersion } from "#shared/ivr/menu.ts";
import { twilio } from "#shared/ivr/providers/twilio.ts";
import { newSession } from "#shared/ivr/session.ts";
import { step } from "#shared/ivr/step.ts";
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { quantile } from "../support/numbers.ts";
import { inTurns } from "../support/turns.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const URL = "https://voice.example.com/functions/v1/ivr/twilio/1/turn?token=1.abc";
const NEXT = "https://voice.example.com/functions/v1/ivr/twilio/1/turn?token=2.def";
const MENU = "00000000-0000-4000-8000-000000000001";
const PARAMETERS = {
  CallSid: `CA${"0".repeat(32)}`,
  AccountSid: `AC${"0".repeat(32)}`,
  From: "+15550100123",
  To: "+15550100100",
  CallStatus: "in-progress",
  Direction: "inbound",
  Digits: "9",
};
/** So many turns are timed together: one takes less than a clock's step. */
const AT_ONCE = 100;

const RETRY = { limit: 2, prompt: null, final: { action: "hangup" } };
const menus = menuVersion.parse({
  root: MENU,
  menus: {
    [MENU]: {
      id: MENU,
      key: "main",
      name: "Main",
      language: "en-US",
      prompt: "For sales, press 1. To hear this again, press 9.",
      timeout: 5_000,
      inter_digit_timeout: 3_000,
      no_input: RETRY,
      invalid: RETRY,
      items: [
        { digit: "1", label: "Sales", action: "hangup" },
        { digit: "9", label: "Again", action: "repeat" },
      ],
    },
  },
});
const body = new URLSearchParams(PARAMETERS).toString();
const signature = twilioSdk.getExpectedTwilioSignature(TOKEN, URL, PARAMETERS);
const headers = new Headers({ "x-twilio-signature": signature });
const now = new Date();

function ours(): string {
  const request = { url: URL, headers, body };
  assert.ok(twilio.verify(request, [TOKEN], now));
  const { callId, to } = twilio.parseCall(request);
  const input = twilio.parseInput(request);
  assert.ok(input !== null);
  const { directives } = step(menus, newSession(menus.root), input, {
    turn: 1,
    now,
    startedAt: now,
    called: to,
    refused: false,
    transfers: { countries: null, prefixes: [] },
    callout: null,
  });
  return twilio.render(directives, { turn: NEXT, recording: NEXT, callId });
}

/** What is said, and with which settings, is ours: what it takes to build it is compared. */
function theirs(): string {
  const parameters = Object.fromEntries(new URLSearchParams(body));
  assert.ok(
    twilioSdk.validateRequest(TOKEN, headers.get("x-twilio-signature") ?? "", URL, parameters),
  );
  const response = new twilioSdk.twiml.VoiceResponse();
  const gather = response.gather(GATHER);
  gather.say({ language: "en-US" }, SAID);
  return response.toString();
}

const reply = ours();
const [, attributes = "", SAID = ""] = /<Gather ([^>]*)>.*?<Say[^>]*>(.*?)<\/Say>/s.exec(reply) ??
  [];
const GATHER = Object.fromEntries(
  [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map((
    [, name = "", value = ""],
  ) => [name, value.replaceAll("&amp;", "&")]),
);

await benchmark("turn_pure", async ({ pairs, seconds }) => {
  assert.ok(attributes !== "" && theirs().includes(attributes), `${theirs()} is not ${reply}`);
  const shown = await inTurns(pairs, {
    ours: () => measure(ours, seconds),
    theirs: () => measure(theirs, seconds),
  });
  return [
    compare({
      what: "turns a second without a database",
      unit: "/s",
      ours: ["Switchboard", shown.ours],
      theirs: ["twilio SDK", shown.theirs],
      target: { atLeast: 1.5 },
    }),
  ];
});

function measure(turn: () => string, seconds: number): Promise<Shown> {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  for (let at = start; at < end;) {
    for (let n = 0; n < AT_ONCE; n++) turn();
    const then = performance.now();
    times.push((then - at) / AT_ONCE);
    at = then;
  }
  return Promise.resolve({
    value: times.length * AT_ONCE / ((performance.now() - start) / 1_000),
    latencies: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
    failures: 0,
  });
}
