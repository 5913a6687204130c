import assert from "node:assert/strict";
import type { Directive, Gather } from "#shared/ivr/directive.ts";
import type { Input } from "#shared/ivr/input.ts";
import { DEFAULT_LIMITS, type MenuVersion } from "#shared/ivr/menu.ts";
import { newSession, type SessionState } from "#shared/ivr/session.ts";
import type { Step } from "#shared/ivr/outcome.ts";
import { step } from "#shared/ivr/step.ts";
import { circumstances, MAIN, SALES, version } from "./menus.ts";

const { depth: MAX_DEPTH, turns: MAX_TURNS } = DEFAULT_LIMITS;

const press = (digits: string): Input => ({ kind: "digits", digits });
const SILENCE: Input = { kind: "no_input" };

/** Plays inputs from the start of a call; answers every step. */
function play(menus: MenuVersion, ...inputs: Input[]): Step[] {
  const steps = [
    step(menus, newSession(menus.root), { kind: "call_started" }, circumstances({ turn: 0 })),
  ];
  for (const input of inputs) {
    const { session } = steps.at(-1) ?? assert.fail();
    steps.push(step(menus, session, input, circumstances({ turn: steps.length })));
  }
  return steps;
}

function last(menus: MenuVersion, ...inputs: Input[]): Step {
  return play(menus, ...inputs).at(-1) ?? assert.fail();
}

function gatherOf({ directives }: Step): Gather {
  const [first, ...rest] = directives;
  assert.equal(rest.length, 0);
  assert.ok(first?.kind === "gather", `Expected a gather, got ${first?.kind}`);
  return first;
}

function heard(taken: Step): string[] {
  const says = (directive: Directive): string[] =>
    directive.kind === "say"
      ? [directive.text]
      : directive.kind === "gather"
      ? directive.prompts.flatMap(says)
      : [];
  return taken.directives.flatMap(says);
}

Deno.test("A call that comes in hears the root menu and is listened to", () => {
  const taken = last(version());
  assert.deepEqual(gatherOf(taken), {
    kind: "gather",
    prompts: [{ kind: "say", text: "Press 1 for sales.", language: "en-US" }],
    bargeIn: true,
    digits: 1,
    timeout: 5000,
    interDigitTimeout: 3000,
    finishKey: "#",
    speech: null,
    sensitive: false,
  });
  assert.equal(taken.outcome, "entered");
  assert.equal(taken.session.end_reason, null);
});

Deno.test("A submenu is entered, and back returns to where the caller came from", () => {
  const [, inSales, back] = play(version(), press("1"), press("*"));
  assert.deepEqual(inSales?.session.menu_stack, [MAIN, SALES]);
  assert.deepEqual(back?.session.menu_stack, [MAIN]);
  assert.deepEqual(heard(back ?? assert.fail()), ["Press 1 for sales."]);
});

Deno.test("A step names the item that was chosen, and none where there was none or where it would tell what was entered", () => {
  const items = (...inputs: Input[]) => play(version(), ...inputs).map(({ item }) => item);
  assert.deepEqual(items(press("1"), SILENCE, press("8"), press("*")), [
    null,
    "1",
    null,
    null,
    "*",
  ]);
  const patterns = version({ items: [{ digit: "[1-4]xx", label: "Room", action: "repeat" }] });
  assert.equal(last(patterns, press("499")).item, "[1-4]xx");
  assert.equal(last(version({ sensitive: true }), press("1")).item, null);
});

Deno.test("An app's way back is there without an item for it, and whatever the session waits for", () => {
  const back: Input = { kind: "back" };
  assert.deepEqual(last(version(), press("1"), back).session.menu_stack, [MAIN]);
  assert.equal(last(version(), back).item, null);
  const queued = last(version(), press("1"), press("1"), back);
  assert.deepEqual([queued.session.menu_stack, queued.session.pending], [[MAIN], null]);
  const recording = version({}, { items: [{ digit: "1", label: "x", action: "voicemail" }] });
  assert.deepEqual(heard(last(recording, press("1"), press("1"), back)), ["Press 1 for sales."]);
});

Deno.test("Back in the first menu stays there", () => {
  const menus = version({ items: [{ digit: "*", label: "Back", action: "back" }] });
  const taken = last(menus, press("*"));
  assert.deepEqual(taken.session.menu_stack, [MAIN]);
  assert.equal(taken.outcome, "chosen");
});

Deno.test("Going round in circles forgets the oldest menu rather than growing for ever", () => {
  const inputs = Array.from({ length: 40 }, (_, turn) => press(turn % 2 === 0 ? "1" : "5"));
  const taken = last(version(), ...inputs);
  assert.equal(taken.session.menu_stack.length, MAX_DEPTH);
  assert.equal(taken.session.menu_stack.at(-1), MAIN);
});

Deno.test("Repeat offers the same menu without a reproach", () => {
  assert.deepEqual(heard(last(version(), press("9"))), ["Press 1 for sales."]);
});

Deno.test("Hang-up ends the session", () => {
  const taken = last(version(), press("0"));
  assert.deepEqual(taken.directives, [{ kind: "hangup" }]);
  assert.equal(taken.session.end_reason, "hung_up");
});

Deno.test("A transfer dials its number, an agent its SIP address or its queue", () => {
  assert.deepEqual(last(version(), press("2")).directives, [{
    kind: "dial",
    number: "+15550100199",
  }]);
  assert.deepEqual(last(version(), press("3")).directives, [{
    kind: "enqueue",
    queue: "support-queue",
  }]);
  assert.deepEqual(last(version(), press("4")).directives, [
    { kind: "dial_sip", uri: "sip:doctor@example.com" },
  ]);
});

Deno.test("A transfer that came about ends the session, one that failed returns to the menu", () => {
  const done = last(version(), press("2"), { kind: "connection_ended", result: "completed" });
  assert.equal(done.session.end_reason, "connected");
  for (const result of ["busy", "no-answer", "failed", "canceled"] as const) {
    const failed = last(version(), press("2"), { kind: "connection_ended", result });
    assert.equal(failed.outcome, "not_connected");
    assert.deepEqual(heard(failed), ["The call could not be connected.", "Press 1 for sales."]);
  }
});

Deno.test("Silence and wrong entries are counted apart, each with its own limit and prompt", () => {
  const rule = { prompt: null, barge_in: true, final: { action: "hangup" } } as const;
  const menus = version({
    no_input: { ...rule, limit: 2, prompt: "Are you there?" },
    invalid: { ...rule, limit: 1, prompt: "No such choice." },
  });
  const steps = play(menus, SILENCE, press("7"), SILENCE, press("7"));
  assert.deepEqual(steps.map(({ outcome }) => outcome), [
    "entered",
    "no_input",
    "invalid",
    "no_input",
    "invalid",
  ]);
  assert.deepEqual(heard(steps[1] ?? assert.fail()), ["Are you there?", "Press 1 for sales."]);
  assert.deepEqual(heard(steps[2] ?? assert.fail()), ["No such choice.", "Press 1 for sales."]);
  // Two silences are allowed, the second wrong entry is one too many.
  assert.equal(steps[3]?.session.end_reason, null);
  assert.equal(steps[4]?.session.end_reason, "hung_up");
});

Deno.test("A limit of zero goes to the final choice at the first fault", () => {
  const final = { action: "transfer", target: "+15550100177" } as const;
  const menus = version({ no_input: { limit: 0, prompt: null, barge_in: true, final } });
  assert.deepEqual(last(menus, SILENCE).directives, [{ kind: "dial", number: "+15550100177" }]);
});

Deno.test("A final transfer that fails hangs up instead of dialling for ever", () => {
  const final = { action: "transfer", target: "+15550100177" } as const;
  const menus = version({ no_input: { limit: 0, prompt: null, barge_in: true, final } });
  const taken = last(menus, SILENCE, { kind: "connection_ended", result: "busy" });
  assert.deepEqual(taken.directives.at(-1), { kind: "hangup" });
  assert.equal(taken.session.end_reason, "hung_up");
});

Deno.test("A right entry forgives wrong ones but not silences; another menu forgives both", () => {
  const taken = last(
    version({ invalid: { limit: 5, prompt: null, barge_in: true, final: { action: "hangup" } } }),
    press("7"),
    SILENCE,
    press("9"),
  );
  assert.deepEqual([taken.session.invalid_count, taken.session.no_input_count], [0, 1]);
  const moved = last(version(), press("7"), SILENCE, press("1"));
  assert.deepEqual([moved.session.invalid_count, moved.session.no_input_count], [0, 0]);
});

const PREFIXES = version({
  items: [
    { digit: "1", label: "One", action: "submenu", target: SALES },
    { digit: "12", label: "Twelve", action: "hangup" },
    { digit: "345", label: "Extension", action: "transfer", target: "+15550100177" },
  ],
});

Deno.test("An entry that a longer one begins with waits for the next digit", () => {
  const waiting = last(PREFIXES, press("1"));
  assert.equal(waiting.outcome, "collecting");
  assert.deepEqual(gatherOf(waiting), {
    kind: "gather",
    prompts: [],
    bargeIn: true,
    digits: 1,
    timeout: 3000,
    interDigitTimeout: 3000,
    finishKey: "#",
    speech: null,
    sensitive: false,
  });
  assert.equal(last(PREFIXES, press("1"), press("2")).session.end_reason, "hung_up");
});

Deno.test("Silence after a first digit settles for the shorter entry", () => {
  const taken = last(PREFIXES, press("1"), SILENCE);
  assert.deepEqual(taken.session.menu_stack, [MAIN, SALES]);
  assert.equal(taken.session.no_input_count, 0);
});

Deno.test("Digits of a longer entry are asked for together, and too few are a wrong entry", () => {
  assert.equal(gatherOf(last(PREFIXES, press("3"))).digits, 2);
  assert.deepEqual(last(PREFIXES, press("3"), press("45")).directives, [
    { kind: "dial", number: "+15550100177" },
  ]);
  const short = last(PREFIXES, press("3"), press("4"));
  assert.equal(short.outcome, "invalid");
  assert.equal(short.session.digits, "");
  assert.equal(last(PREFIXES, press("3"), SILENCE).outcome, "invalid");
});

Deno.test("What no menu asks for yet counts as silence", () => {
  const recorded: Input = {
    kind: "recorded",
    url: null,
    recordingId: null,
    durationSeconds: null,
    hungUp: false,
  };
  const spoken: Input = { kind: "speech", text: "sales", confidence: 0.9 };
  for (const input of [spoken, recorded, { kind: "waited" } as const]) {
    assert.deepEqual(last(version(), input), last(version(), SILENCE));
  }
});

Deno.test("Entries of one length are gathered at once", () => {
  const menus = version({
    items: [
      { digit: "1001", label: "A", action: "hangup" },
      { digit: "1002", label: "B", action: "repeat" },
    ],
  });
  assert.equal(gatherOf(last(menus)).digits, 4);
  assert.equal(last(menus, press("1001")).session.end_reason, "hung_up");
  assert.equal(last(menus, press("10")).outcome, "invalid");
});

Deno.test("The finish key is an entry like any other where the menu uses it", () => {
  const menus = version({ items: [{ digit: "#", label: "Bye", action: "hangup" }] });
  assert.equal(gatherOf(last(menus)).finishKey, null);
  assert.equal(last(menus, press("#")).session.end_reason, "hung_up");
});

Deno.test("The standard sentences are spoken in the menu's language, or in English", () => {
  const german = last(version({ language: "de-AT" }), SILENCE);
  assert.equal(gatherOf(german).prompts[0]?.text, "Wir haben Ihre Auswahl nicht gehört.");
  assert.equal(gatherOf(german).prompts[0]?.language, "de-AT");
  const finnish = last(version({ language: "fi-FI" }), SILENCE);
  assert.deepEqual(gatherOf(finnish).prompts.map(({ language }) => language), ["en-US", "fi-FI"]);
});

Deno.test("A machine that never stops pressing is hung up on after the last turn allowed", () => {
  let session: SessionState = newSession(MAIN);
  for (let turn = 1; turn < MAX_TURNS; turn++) {
    session = step(version(), session, press("9"), circumstances({ turn })).session;
    assert.equal(session.end_reason, null);
  }
  const taken = step(version(), session, press("9"), circumstances({ turn: MAX_TURNS }));
  assert.equal(taken.session.end_reason, "too_many_turns");
  assert.deepEqual(taken.directives.at(-1), { kind: "hangup" });
});
