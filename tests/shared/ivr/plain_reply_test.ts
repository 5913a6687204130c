import assert from "node:assert/strict";
import type { Directive } from "#shared/ivr/directive.ts";
import { plainReply, renderPlain } from "#shared/ivr/plain_reply.ts";
import { menu } from "./menus.ts";

const HELLO = { kind: "say", text: "Hello.", language: "en-US" } as const;
const GATHER = {
  kind: "gather",
  prompts: [HELLO],
  bargeIn: true,
  digits: 1,
  timeout: 5000,
  interDigitTimeout: 3000,
  finishKey: "#",
  speech: { hints: ["Sales"] },
  sensitive: false,
} as const;
const LEG = { caller_id: null, ring_seconds: null, limit_seconds: null };

function rendered(directives: readonly Directive[], of = menu(), language = "en-US") {
  return plainReply.parse(renderPlain(directives, of, language));
}

Deno.test("What is listened for comes with its entries, in the language that is spoken", () => {
  const items = [
    { digit: "1", label: "Sales", labels: { "de-DE": "Verkauf" }, action: "repeat" },
    { digit: "[2-4]x", label: "Rooms", action: "repeat" },
  ] as const;
  assert.deepEqual(rendered([GATHER], menu({ items: [...items] }), "de-DE"), {
    say: [{ text: "Hello.", language: "en-US", barge_in: true }],
    then: {
      kind: "listen",
      digits: 1,
      timeout: 5000,
      inter_digit_timeout: 3000,
      finish_key: "#",
      speech: true,
      sensitive: false,
      entries: [{ digit: "1", label: "Verkauf" }, { digit: "[2-4]x", label: "Rooms" }],
    },
  });
});

Deno.test("What no entry may cut short says so", () => {
  const { say } = rendered([HELLO, { ...GATHER, bargeIn: true }]);
  assert.deepEqual(say.map(({ barge_in }) => barge_in), [false, true]);
  const record = { kind: "record", prompts: [HELLO], maxSeconds: 120, silenceSeconds: 5 } as const;
  assert.deepEqual(rendered([HELLO, { ...record, finishKey: "#" }]), {
    say: [
      { text: "Hello.", language: "en-US", barge_in: false },
      { text: "Hello.", language: "en-US", barge_in: false },
    ],
    then: { kind: "record", max_seconds: 120, silence_seconds: 5, finish_key: "#" },
  });
});

Deno.test("The entries of a sensitive menu are told to nobody", () => {
  const { then } = rendered([{ ...GATHER, sensitive: true }], menu({ sensitive: true }));
  assert.ok(then.kind === "listen");
  assert.deepEqual([then.sensitive, then.entries], [true, []]);
});

Deno.test("Connections, pauses and the end are told with all that belongs to them", () => {
  const last: [Directive, unknown][] = [
    [{ kind: "dial", number: "+15550100199", limitSeconds: 60 }, {
      kind: "dial",
      number: "+15550100199",
      ...LEG,
      limit_seconds: 60,
    }],
    [{ kind: "dial_sip", uri: "sip:a@example.com", headers: { Call: "1" }, ringSeconds: 20 }, {
      kind: "dial_sip",
      uri: "sip:a@example.com",
      headers: { Call: "1" },
      ...LEG,
      ring_seconds: 20,
    }],
    [{ kind: "enqueue", queue: "support" }, { kind: "enqueue", queue: "support" }],
    [{ kind: "wait", seconds: 1 }, { kind: "wait", seconds: 1 }],
    [{ kind: "hangup" }, { kind: "hangup" }],
  ];
  for (const [directive, then] of last) {
    assert.deepEqual(rendered([directive]), { say: [], then });
  }
});
