import { RestClient } from "@signalwire/compatibility-api";
import assert from "node:assert/strict";
import twilioSdk from "twilio";
import type { CalloutState } from "#shared/ivr/callout.ts";
import type { ConnectionResult } from "#shared/ivr/input.ts";
import { type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { newSession } from "#shared/ivr/session.ts";
import { step } from "#shared/ivr/step.ts";
import { circumstances, menu, version } from "../menus.ts";
import { plivoResponse } from "./plivo_sdk.ts";
import { canonical, post, postJson } from "./support.ts";

const CALL_ID = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
const BASE = "https://example.com/functions/v1/ivr/p/c";
const MENU = "Press 1 for sales.";
const SALES = "Sales. Press star to go back.";

/** What a caller does, and what the caller then hears. */
type Heard =
  | { menu: string[] }
  | { dialled: string }
  | { dialledSip: string }
  | { queued: string }
  /** Null for a pause of a second. */
  | { waits: string | null }
  | { hungUp: true };

type Done =
  | "calls"
  | "waits"
  | { presses: string }
  | { leg: ConnectionResult }
  | "leaves queue"
  | "comes back";

const ONE_MOMENT = "One moment, please.";
const AT_RETELL = "sip:call_1@sip.retellai.com;transport=tcp";

/** What is done, what is heard then, and what has come of a question outside. */
const WALK: [Done, Heard, CalloutState?][] = [
  ["calls", { menu: [MENU] }],
  ["waits", { menu: ["We did not hear your choice.", MENU] }],
  [{ presses: "7" }, { menu: ["That is not one of the choices.", MENU] }],
  [{ presses: "1" }, { menu: [SALES] }],
  [{ presses: "*" }, { menu: [MENU] }],
  [{ presses: "2" }, { dialled: "+15550100199" }],
  [{ leg: "busy" }, { menu: ["The call could not be connected.", MENU] }],
  [{ presses: "4" }, { dialledSip: "sip:doctor@example.com" }],
  [{ leg: "no-answer" }, { menu: ["The call could not be connected.", MENU] }],
  [{ presses: "5" }, { waits: ONE_MOMENT }],
  ["comes back", { waits: null }, { result: null, waitedMs: 900 }],
  ["comes back", { menu: [SALES] }, { result: { kind: "item", place: 0 }, waitedMs: 1900 }],
  [{ presses: "*" }, { menu: [MENU] }],
  [{ presses: "6" }, { waits: ONE_MOMENT }],
  ["comes back", { dialledSip: AT_RETELL }, {
    result: { kind: "registered", call_id: "call_1" },
    waitedMs: 900,
  }],
  [{ leg: "completed" }, { menu: [MENU] }],
  [{ presses: "3" }, { queued: "support-queue" }],
  ["leaves queue", { hungUp: true }],
];

const ASKING = [
  {
    digit: "5",
    label: "Order",
    action: "webhook",
    target: "00000000-0000-4000-8000-0000000000e1",
  },
  { digit: "6", label: "Ada", action: "agent", target: "retell:agent_ada", then: "repeat" },
] as const;

/** What a provider posts, and the document that its own builder writes. */
interface Side {
  request(done: Done, url: string): ProviderRequest;
  /** @param turn the URL of the next turn. */
  document(heard: Heard, turn: string): unknown;
  /** A document for comparing. */
  read(document: string): unknown;
}

type TwimlResponse = InstanceType<typeof twilioSdk.twiml.VoiceResponse>;
type CxmlResponse = InstanceType<typeof RestClient.LaML.VoiceResponse>;

/** The three that speak TwiML. Telnyx has no builder of its own and takes what Twilio's writes. */
function twimlSide(response: () => TwimlResponse | CxmlResponse, transport = ""): Side {
  const call = { CallSid: CALL_ID, From: "+15550100123", To: "+15550100100" };
  return {
    request(done, url) {
      if (done === "calls" || done === "waits" || done === "comes back") return post(call, url);
      if (done === "leaves queue") return post({ ...call, QueueResult: "bridged" }, url);
      return "presses" in done
        ? post({ ...call, Digits: done.presses }, url)
        : post({ ...call, DialCallStatus: done.leg }, url);
    },
    document(heard, turn) {
      const r = response();
      const action = { action: turn, method: "POST" } as const;
      if ("menu" in heard) {
        const options = { numDigits: 1, timeout: 5, finishOnKey: "#", ...action };
        const gather = r.gather({ input: ["dtmf"], ...options });
        for (const text of heard.menu) gather.say({ language: "en-US" }, text);
        r.redirect({ method: "POST" }, turn);
      } else if ("dialled" in heard) r.dial({ ...action, timeout: 30 }).number(heard.dialled);
      else if ("dialledSip" in heard) {
        const address = heard.dialledSip;
        const whole = address.includes(";transport=") ? address : address + transport;
        r.dial({ ...action, timeout: 30 }).sip(whole);
      } else if ("queued" in heard) r.enqueue(action, heard.queued);
      else if ("waits" in heard) {
        if (heard.waits === null) r.pause({ length: 1 });
        else r.say({ language: "en-US" }, heard.waits);
        r.redirect({ method: "POST" }, `${turn}&after=wait`);
      } else r.hangup();
      return canonical(r.toString());
    },
    read: canonical,
  };
}

const plivoSide: Side = {
  request(done, url) {
    const call = { CallUUID: CALL_ID, From: "15550100123", To: "15550100100" };
    if (done === "calls" || done === "waits" || done === "comes back") return post(call, url);
    if (done === "leaves queue") return post({ ...call, ConferenceName: "support-queue" }, url);
    return "presses" in done
      ? post({ ...call, InputType: "dtmf", Digits: done.presses }, url)
      : post({ ...call, DialStatus: done.leg }, url);
  },
  document(heard, turn) {
    const r = plivoResponse();
    const action = { action: turn, method: "POST" };
    if ("menu" in heard) {
      const options = { inputType: "dtmf", numDigits: 1, finishOnKey: "#" };
      const wait = { executionTimeout: 5, digitEndTimeout: 3 };
      const input = r.addGetInput({ ...action, ...options, ...wait });
      for (const text of heard.menu) input.addSpeak(text, { language: "en-US" });
      r.addRedirect(turn, { method: "POST" });
    } else if ("dialled" in heard) {
      r.addDial({ ...action, timeout: 30 }).addNumber(heard.dialled.slice(1), {});
    } else if ("dialledSip" in heard) {
      r.addDial({ ...action, timeout: 30 }).addUser(heard.dialledSip, {});
    } else if ("queued" in heard) {
      r.addConference(heard.queued, {
        action: `${turn}&after=queue`,
        method: "POST",
        startConferenceOnEnter: false,
      });
    } else if ("waits" in heard) {
      if (heard.waits === null) r.addWait({ length: 1 });
      else r.addSpeak(heard.waits, { language: "en-US" });
      r.addRedirect(`${turn}&after=wait`, { method: "POST" });
    } else r.addHangup({});
    return canonical(r.toXML());
  },
  read: canonical,
};

const LEG = "ffffffff-0000-4000-8000-000000000001";
const LEG_STATUS = {
  "busy": "busy",
  "no-answer": "unanswered",
  "completed": "completed",
  "failed": "failed",
  "canceled": "cancelled",
};

/** In the form of the vendor's own examples. */
const vonageSide: Side = {
  request(done, url) {
    const conversation_uuid = `CON-${CALL_ID}`;
    const call = { uuid: CALL_ID, conversation_uuid, from: "15550100123", to: "15550100100" };
    if (done === "calls") return postJson(call, url);
    if (done === "waits") {
      return postJson({ ...call, dtmf: { digits: null, timed_out: true } }, url);
    }
    if (done === "leaves queue" || done === "comes back") {
      const after = done === "comes back" ? "wait" : "queue";
      return postJson({ conversation_uuid, payload: { after } }, url);
    }
    return "presses" in done
      ? postJson({ ...call, dtmf: { digits: done.presses, timed_out: false } }, url)
      : postJson({ ...call, uuid: LEG, status: LEG_STATUS[done.leg] }, url);
  },
  document(heard, turn) {
    const answer = { eventUrl: [`${turn}&call=${CALL_ID}`], eventMethod: "POST" };
    const after = (word: string) => ({
      eventUrl: [`${turn}&after=${word}&call=${CALL_ID}`],
      eventMethod: "POST",
    });
    const notify = (word: string) => ({
      action: "notify",
      payload: { after: word },
      ...after(word),
    });
    const connect = (endpoint: unknown) => [
      {
        action: "connect",
        timeout: 30,
        eventType: "synchronous",
        ...after("dial"),
        endpoint: [endpoint],
      },
      notify("dial"),
    ];
    if ("menu" in heard) {
      const talk = { action: "talk", language: "en-US", bargeIn: true };
      const dtmf = { maxDigits: 1, timeOut: 5, submitOnHash: true };
      return [
        ...heard.menu.map((text) => ({ ...talk, text })),
        { action: "input", type: ["dtmf"], dtmf, ...answer },
      ];
    }
    if ("dialled" in heard) return connect({ type: "phone", number: heard.dialled.slice(1) });
    if ("dialledSip" in heard) return connect({ type: "sip", uri: heard.dialledSip });
    if ("waits" in heard) {
      const { waits } = heard;
      const pause = waits === null
        ? { action: "wait", timeout: 1 }
        : { action: "talk", text: waits, language: "en-US" };
      return [pause, notify("wait")];
    }
    if ("queued" in heard) {
      return [
        { action: "conversation", name: heard.queued, startOnEnter: false },
        notify("queue"),
      ];
    }
    return [];
  },
  read: (document) => JSON.parse(document),
};

const SIDES: Record<ProviderName, Side> = {
  twilio: twimlSide(() => new twilioSdk.twiml.VoiceResponse()),
  signalwire: twimlSide(() => new RestClient.LaML.VoiceResponse(), ";transport=udp"),
  telnyx: twimlSide(() => new twilioSdk.twiml.VoiceResponse()),
  plivo: plivoSide,
  vonage: vonageSide,
};

/** The last URL of a turn in a document: where the caller goes next, whatever happens. */
function linkIn(document: string): string {
  const [link = assert.fail("The document leads nowhere")] =
    document.match(/https:[^"<]*\/turn\?[^"<]*/g)?.slice(-1) ?? [];
  return link.replaceAll("&amp;", "&");
}

for (const [name, side] of Object.entries(SIDES) as [ProviderName, Side][]) {
  Deno.test(`A menu is walked on ${name}, with the documents of its own builder`, () => {
    const provider = PROVIDERS[name];
    const menus = version({
      items: [...menu().items, ...ASKING],
      no_input: { limit: 3, prompt: null, barge_in: true, final: { action: "hangup" } },
    });
    let session = newSession(menus.root);
    let url = `${BASE}/voice`;
    for (const [turn, [done, heard, callout = null]] of WALK.entries()) {
      const request = side.request(done, url);
      const { callId, from, to } = provider.parseCall(request);
      assert.equal(callId, CALL_ID, `Turn ${turn} is of another call`);
      if (turn === 0) assert.deepEqual([from, to], ["+15550100123", "+15550100100"]);
      const input = turn === 0
        ? { kind: "call_started" } as const
        : provider.parseInput(request) ?? assert.fail(`Turn ${turn} is none`);
      const taken = step(menus, session, input, circumstances({ turn, callout }));
      session = taken.session;
      const next = `${BASE}/turn?token=${turn + 1}.abc`;
      const links = { turn: next, recording: `${BASE}/recording`, callId };
      const document = provider.render(taken.directives, links);
      assert.deepEqual(side.read(document), side.document(heard, next), `Turn ${turn}`);
      if (!("hungUp" in heard)) url = linkIn(document);
    }
    assert.equal(session.end_reason, "connected");
  });
}
