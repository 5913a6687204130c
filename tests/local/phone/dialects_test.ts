import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { type Entry, parseScript, placeCall, Provider, scriptedCaller } from "#local/phone/mod.ts";
import type { Directive } from "#shared/ivr/directive.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type {
  Provider as Renderer,
  ProviderCall,
  Recording,
} from "#shared/ivr/providers/provider.ts";
import { newSession, type SessionState } from "#shared/ivr/session.ts";
import type { Step } from "#shared/ivr/outcome.ts";
import { step } from "#shared/ivr/step.ts";
import { circumstances, version } from "#tests/shared/ivr/menus.ts";

const URL_BASE = "http://127.0.0.1:54321";
const CONNECTION = "6f1c1d9e-3c0a-4a57-9f3e-1c2d3e4f5a6b";
const NUMBER = "+15550100100";

/** What the phone signs with, and what the stack knows of it. */
interface Secret {
  own: string;
  known: string;
}

function secretOf(provider: Provider): Secret {
  if (provider !== "telnyx") return { own: "0123456789abcdef", known: "0123456789abcdef" };
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const standard = (base64url: string) => Buffer.from(base64url, "base64url").toString("base64");
  return { own: standard(d), known: standard(x) };
}

/** What a stack does without a database: it believes signatures and steps through a menu. */
function stackOf(provider: Renderer, secret: string, steps: (turn: number) => Directive[] | null) {
  const menus = version({
    no_input: { limit: 3, prompt: null, barge_in: true, final: { action: "hangup" } },
  });
  let session: SessionState = newSession(menus.root);
  let turn = 0;
  let call: ProviderCall | undefined;
  const statuses: string[] = [];
  const kinds: string[] = [];
  const announced: Recording[] = [];

  const fetch: typeof globalThis.fetch = async (resource, init) => {
    const sent = resource instanceof Request ? resource : new Request(resource, init);
    const request = { url: sent.url, headers: sent.headers, body: await sent.text() };
    assert.match(sent.headers.get("content-type") ?? "", new RegExp(`^${provider.accepts}`));
    if (!provider.verify(request, [secret], new Date())) return new Response("", { status: 403 });
    const known = provider.parseCall(request);
    call ??= known;
    assert.deepEqual([known.callId, call.to], [call.callId, NUMBER]);
    if (new URL(sent.url).pathname.endsWith("/status")) {
      statuses.push(
        provider.parseStatus(request)?.status ?? assert.fail("The phone reports nothing"),
      );
      return new Response(null, { status: 204 });
    }
    if (new URL(sent.url).pathname.endsWith("/recording")) {
      announced.push(provider.parseRecording(request));
      return new Response(null, { status: 204 });
    }
    const input = turn === 0
      ? { kind: "call_started" } as const
      : provider.parseInput(request) ?? assert.fail("The phone posts no turn");
    kinds.push(input.kind);
    const given = steps(turn);
    const taken: Pick<Step, "session" | "directives"> = given === null
      ? step(menus, session, input, circumstances({ turn }))
      : { session, directives: given };
    session = taken.session;
    turn += 1;
    const base = `${URL_BASE}/functions/v1/ivr/${provider.name}/${CONNECTION}`;
    const document = provider.render(taken.directives, {
      turn: `${base}/turn?token=${turn}.abc`,
      recording: `${base}/recording`,
      callId: known.callId,
    });
    return new Response(document, { headers: { "content-type": provider.contentType } });
  };
  return { fetch, statuses, kinds, announced };
}

async function callOn(
  name: Provider,
  script: string,
  options: { dial?: "busy" | "completed"; steps?: (turn: number) => Directive[] | null } = {},
) {
  const secret = secretOf(name);
  const stack = stackOf(PROVIDERS[name], secret.known, options.steps ?? (() => null));
  const transcript = await placeCall({
    line: {
      url: URL_BASE,
      provider: name,
      connectionId: CONNECTION,
      authToken: secret.own,
      to: NUMBER,
    },
    caller: scriptedCaller(parseScript(script)),
    dial: options.dial ?? "completed",
    progress: true,
    fetch: stack.fetch,
  });
  assert.deepEqual(transcript.error, undefined);
  assert.deepEqual(transcript.entries.filter(({ kind }) => kind === "warned"), []);
  return { ...stack, transcript };
}

/** What the caller notices, whoever carries the call. */
function story(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "said") return [entry.text];
    if (entry.kind === "pressed") return [`pressed ${entry.keys}`];
    if (entry.kind === "transferred") {
      const [to] = entry.to;
      return [`${to?.kind} ${to?.address.replace(/^\+|;transport=udp$/g, "")} ${entry.status}`];
    }
    if (entry.kind === "queued") return [`queued ${entry.queue}`];
    return ["silent", "recorded", "paused", "ended"].includes(entry.kind) ? [entry.kind] : [];
  });
}

for (const name of Provider.options) {
  Deno.test(`a call is walked through the menus in ${name}'s dialect`, async () => {
    const { transcript, statuses } = await callOn(name, "7,-,1,*,2,4,0", { dial: "busy" });
    assert.deepEqual(story(transcript.entries), [
      "Press 1 for sales.",
      "pressed 7",
      "That is not one of the choices.",
      "Press 1 for sales.",
      "silent",
      "We did not hear your choice.",
      "Press 1 for sales.",
      "pressed 1",
      "Sales. Press star to go back.",
      "pressed *",
      "Press 1 for sales.",
      "pressed 2",
      "number 15550100199 busy",
      "The call could not be connected.",
      "Press 1 for sales.",
      "pressed 4",
      "sip sip:doctor@example.com busy",
      "The call could not be connected.",
      "Press 1 for sales.",
      "pressed 0",
      "ended",
    ]);
    assert.equal(statuses.at(-1), "completed");
    assert.ok(statuses.includes("in-progress"));
  });

  Deno.test(`whoever was connected or queued in ${name}'s dialect comes back`, async () => {
    const connected = await callOn(name, "2");
    assert.equal(story(connected.transcript.entries).at(-2), "number 15550100199 completed");
    assert.equal(connected.kinds.at(-1), "connection_ended");
    const queued = await callOn(name, "3");
    assert.equal(story(queued.transcript.entries).at(-2), "queued support-queue");
    assert.equal(queued.kinds.at(-1), "connection_ended");
  });

  Deno.test(`pauses and recordings in ${name}'s dialect come back`, async () => {
    const say = (text: string) => ({ kind: "say", text, language: "en-US" }) as const;
    const turns: Directive[][] = [
      [say("One moment"), { kind: "wait", seconds: 3 }],
      [{
        kind: "record",
        prompts: [say("Speak")],
        maxSeconds: 60,
        silenceSeconds: 3,
        finishKey: "#",
      }],
      [say("Thank you"), { kind: "hangup" }],
    ];
    const { kinds, announced, transcript } = await callOn(name, "-", {
      steps: (turn) => turns[turn] ?? assert.fail("A turn too many"),
    });
    assert.deepEqual(announced.map(({ durationSeconds }) => durationSeconds), [3]);
    assert.match(announced[0]?.url ?? "", /^https:/);
    assert.deepEqual(kinds, ["call_started", "waited", "recorded"]);
    assert.deepEqual(story(transcript.entries), [
      "One moment",
      "paused",
      "Speak",
      "recorded",
      "Thank you",
      "ended",
    ]);
  });
}
