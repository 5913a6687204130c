import assert from "node:assert/strict";
import { claimCall, type KnownTurn, recallCall, rememberCall } from "#shared/ivr/known_calls.ts";
import { recallVersion, rememberVersion } from "#shared/ivr/known_versions.ts";
import { menuVersion } from "#shared/ivr/menu.ts";

const MENU = "00000000-0000-4000-8000-000000000001";
const RETRY = { limit: 2, prompt: null, final: { action: "hangup" } };

function aVersion(id: string) {
  const main = {
    id: MENU,
    key: "main",
    name: "Main",
    language: "en-US",
    prompt: "Press 1.",
    timeout: 5_000,
    inter_digit_timeout: 3_000,
    no_input: RETRY,
    invalid: RETRY,
    items: [{ digit: "1", label: "One", action: "hangup" }],
  };
  return { id, menus: menuVersion.parse({ root: MENU, menus: { [MENU]: main } }) };
}

function standingAt(step: number): KnownTurn {
  return {
    connection: {
      id: crypto.randomUUID(),
      user_id: crypto.randomUUID(),
      account_sid: null,
      secrets: [],
      has_endpoints: false,
      allowed_callers: [],
      blocked_callers: [],
    },
    session: {
      id: crypto.randomUUID(),
      step,
      ended: false,
      menu_stack: [MENU],
      no_input_count: 0,
      invalid_count: 0,
      digits: "",
      language: null,
      pending: null,
      started_at: new Date(0),
    },
    reply: null,
    number_known: true,
    menu_version: aVersion(crypto.randomUUID()),
    language: "en-US",
    callout: null,
    transfer_rules: { countries: null, prefixes: [] },
    settings: "",
  };
}

function aCall() {
  return { provider: "twilio", connectionId: crypto.randomUUID(), callId: "CA1" };
}

Deno.test("A call is recalled at the step where it stands and at no other", () => {
  const call = aCall();
  const turn = standingAt(3);
  rememberCall(call, turn);
  assert.deepEqual([2, 3, 4].map((step) => recallCall(call, step)), [undefined, turn, undefined]);
});

Deno.test("A call is known under its provider, its connection and its id alone", () => {
  const call = aCall();
  rememberCall(call, standingAt(1));
  const others = [
    { ...call, provider: "signalwire" },
    { ...call, connectionId: crypto.randomUUID() },
    { ...call, callId: "CA2" },
    { ...call, callId: "" },
  ];
  assert.deepEqual(others.map((other) => recallCall(other, 1)), others.map(() => undefined));
});

Deno.test("Of several deliveries that recall a call, one may claim it, and none what has come after", () => {
  const call = aCall();
  const turn = standingAt(1);
  rememberCall(call, turn);
  assert.deepEqual([claimCall(call, turn), claimCall(call, turn)], [true, false]);
  assert.equal(recallCall(call, 1), undefined);
  const later = standingAt(2);
  rememberCall(call, later);
  assert.equal(claimCall(call, turn), false);
  assert.equal(recallCall(call, 2), later);
});

Deno.test("At most 500 calls are known, those of the latest turns", () => {
  const calls = Array.from({ length: 501 }, aCall);
  for (const call of calls) rememberCall(call, standingAt(1));
  const known = calls.map((call) => recallCall(call, 1) !== undefined);
  assert.deepEqual([known[0], known.filter(Boolean).length], [false, 500]);
});

Deno.test("A version is known where it answered last, and at most 100 lines are", () => {
  const lines = Array.from({ length: 101 }, (_, n) => ({
    connectionId: crypto.randomUUID(),
    called: n % 2 === 0 ? null : "+15550100100",
  }));
  const versions = lines.map(() => aVersion(crypto.randomUUID()));
  for (const [n, line] of lines.entries()) {
    rememberVersion(line, versions[n] ?? assert.fail());
  }
  assert.deepEqual(lines.map(recallVersion), [undefined, ...versions.slice(1)]);
  const [line = assert.fail()] = lines.slice(1);
  assert.equal(recallVersion({ ...line, called: "+15550100101" }), undefined);
  const newer = aVersion(crypto.randomUUID());
  rememberVersion(line, newer);
  assert.equal(recallVersion(line), newer);
});
