import assert from "node:assert/strict";
import type { Circumstances } from "#shared/ivr/circumstances.ts";
import type { Directive, Gather } from "#shared/ivr/directive.ts";
import type { Input } from "#shared/ivr/input.ts";
import { type Menu, type MenuVersion, menuVersion } from "#shared/ivr/menu.ts";
import type { Step } from "#shared/ivr/outcome.ts";
import { newSession } from "#shared/ivr/session.ts";
import { step } from "#shared/ivr/step.ts";
import { circumstances, MAIN, SALES, version } from "./menus.ts";

const press = (digits: string): Input => ({ kind: "digits", digits });
const say = (text: string): Input => ({ kind: "speech", text, confidence: null });
const SILENCE: Input = { kind: "no_input" };
const CONNECTED: Input = { kind: "connection_ended", result: "completed" };
const BUSY: Input = { kind: "connection_ended", result: "busy" };
const recorded = (hungUp = false): Input => ({
  kind: "recorded",
  url: null,
  recordingId: null,
  durationSeconds: 4,
  hungUp,
});

/** Plays inputs from the start of a call; answers the last step. */
function play(menus: MenuVersion, around: Partial<Circumstances>, ...inputs: Input[]): Step {
  return inputs.reduce(
    (taken, input, n) =>
      step(menus, taken.session, input, circumstances({ turn: n + 1, ...around })),
    step(
      menus,
      newSession(menus.root),
      { kind: "call_started" },
      circumstances({ turn: 0, ...around }),
    ),
  );
}

function heard({ directives }: Step): string[] {
  const says = (directive: Directive): string[] => {
    if (directive.kind === "say") return [directive.text];
    if (directive.kind === "gather" || directive.kind === "record") {
      return directive.prompts.flatMap(says);
    }
    return [];
  };
  return directives.flatMap(says);
}

function gatherOf({ directives }: Step): Gather {
  const last = directives.at(-1);
  assert.ok(last?.kind === "gather", `Expected a gather, got ${last?.kind}`);
  return last;
}

const only = (item: Menu["items"][number], main: Partial<Menu> = {}) =>
  version({
    items: [item, { digit: "1", label: "Sales", action: "submenu", target: SALES }],
    ...main,
  });

Deno.test("A version of the first kind is heard as it always was", () => {
  const rule = { limit: 1, prompt: null, final: { action: "hangup" } };
  const menus = menuVersion.parse({
    root: MAIN,
    menus: {
      [MAIN]: {
        id: MAIN,
        key: "main",
        name: "Main",
        language: "en-US",
        prompt: "Press 2.",
        items: [{ digit: "2", label: "Billing", action: "transfer", target: "+15550100199" }],
        timeout: 5000,
        inter_digit_timeout: 3000,
        no_input: rule,
        invalid: rule,
      },
    },
  });
  const { bargeIn, speech, sensitive } = gatherOf(play(menus, {}));
  assert.deepEqual({ bargeIn, speech, sensitive }, {
    bargeIn: true,
    speech: null,
    sensitive: false,
  });
  const later = { now: new Date("2026-11-22T12:00:00Z") };
  assert.deepEqual(play(menus, later, press("2")).directives, [
    { kind: "dial", number: "+15550100199" },
  ]);
});

Deno.test("Top returns to the root from however deep, and forgets the way", () => {
  const menus = version({}, { items: [{ digit: "0", label: "Top", action: "top" }] });
  assert.deepEqual(play(menus, {}, press("1"), press("0")).session.menu_stack, [MAIN]);
});

Deno.test("Top finds the root even when the way back has forgotten it", () => {
  const menus = version({}, {
    items: [
      { digit: "0", label: "Top", action: "top" },
      { digit: "5", label: "Deeper", action: "submenu", target: SALES },
    ],
  });
  const shallow = { ...menus, limits: { ...menus.limits, depth: 2 } };
  const deep = play(shallow, {}, press("1"), press("5"), press("5"));
  assert.deepEqual(deep.session.menu_stack, [SALES, SALES]);
  assert.deepEqual(
    play(shallow, {}, press("1"), press("5"), press("5"), press("0")).session.menu_stack,
    [MAIN],
  );
});

Deno.test("A voicemail asks, records and says goodbye; whoever hangs up hears nothing more", () => {
  const menus = only({ digit: "5", label: "Message", action: "voicemail" });
  assert.deepEqual(play(menus, {}, press("5")).directives, [{
    kind: "record",
    prompts: [{
      kind: "say",
      text: "Please leave a message after the tone.",
      language: "en-US",
    }],
    maxSeconds: 120,
    silenceSeconds: 5,
    finishKey: "#",
  }]);
  const bye = play(menus, {}, press("5"), recorded());
  assert.deepEqual([heard(bye), bye.session.end_reason], [["Thank you. Goodbye."], "recorded"]);
  assert.deepEqual(play(menus, {}, press("5"), recorded(true)).directives, [{ kind: "hangup" }]);
});

Deno.test("Whatever comes back from a recording, the recording is over", () => {
  const menus = only({ digit: "5", label: "Message", action: "voicemail" });
  for (const input of [SILENCE, press("5"), CONNECTED]) {
    assert.equal(play(menus, {}, press("5"), input).session.end_reason, "recorded");
  }
});

Deno.test("What an item says follows its connection or its recording", () => {
  for (
    const [then, prompt] of [["top", "Press 1 for sales."], ["repeat", "Sales"], [
      "back",
      "Press 1 for sales.",
    ]] as const
  ) {
    for (const [action, input] of [["agent", CONNECTED], ["voicemail", recorded()]] as const) {
      const item = action === "agent" ? { action, target: "desk", then } : { action, then };
      const menus = version({}, { prompt: "Sales", items: [{ digit: "7", label: "x", ...item }] });
      const taken = play(menus, {}, press("1"), press("7"), input);
      assert.deepEqual(heard(taken), [prompt], `${action} then ${then}`);
      assert.equal(taken.session.pending, null);
    }
  }
});

Deno.test("A final voicemail ends the call, even one that names what follows", () => {
  const final = { action: "voicemail", then: "top" } as const;
  const menus = version({ no_input: { limit: 0, prompt: null, barge_in: true, final } });
  assert.equal(play(menus, {}, SILENCE, recorded()).session.end_reason, "recorded");
});

Deno.test("Minutes end a call at its next turn, and bound a connection to what is left of them", () => {
  const menus = version();
  const bounded = { ...menus, limits: { ...menus.limits, minutes: 10 } };
  const after = (seconds: number) => ({ now: new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)) });
  const late = play(bounded, after(600), SILENCE);
  assert.equal(late.session.end_reason, "too_long");
  assert.deepEqual(heard(late), ["This call has lasted as long as it may. Goodbye."]);
  const leg = (seconds: number) => play(bounded, after(seconds), press("2")).directives[0];
  assert.deepEqual(leg(300), { kind: "dial", number: "+15550100199", limitSeconds: 300 });
  assert.deepEqual(leg(590), { kind: "dial", number: "+15550100199", limitSeconds: 60 });
});

Deno.test("A prompt that must be heard is not cut short, and neither is what comes before it", () => {
  const invalid = {
    limit: 3,
    prompt: "No.",
    barge_in: false,
    final: { action: "hangup" },
  } as const;
  const wrong = play(version({ invalid }), {}, press("8"));
  assert.deepEqual(wrong.directives.map(({ kind }) => kind), ["say", "gather"]);
  assert.deepEqual([heard(wrong)[0], gatherOf(wrong).bargeIn], ["No.", true]);
  const both = play(version({ invalid, barge_in: false }), {}, press("8"));
  assert.deepEqual(both.directives.map(({ kind }) => kind), ["gather"]);
  assert.equal(gatherOf(both).bargeIn, false);
});

Deno.test("A sensitive entry is gathered whole, and no part of it stays in the session", () => {
  const menus = version({
    sensitive: true,
    speech: true,
    items: [
      { digit: "12", label: "Short", action: "repeat" },
      { digit: "1234", label: "Long", action: "submenu", target: SALES },
    ],
  });
  const { digits, sensitive, speech } = gatherOf(play(menus, {}));
  assert.deepEqual({ digits, sensitive, speech }, { digits: 4, sensitive: true, speech: null });
  assert.deepEqual(play(menus, {}, press("1234")).session.menu_stack, [MAIN, SALES]);
  for (const part of ["1", "12", "123"]) {
    assert.equal(play(menus, {}, press(part)).session.digits, "");
  }
});

Deno.test("A chosen language is spoken wherever a menu has it, and each menu's own elsewhere", () => {
  const german = {
    prompt: "Hauptmenü.",
    timeout_prompt: "Hallo?",
    invalid_prompt: null,
    closed_prompt: null,
  };
  const menus = only({ digit: "5", label: "Deutsch", action: "language", target: "de-AT" }, {
    translations: { "de-DE": german },
  });
  const chosen = play(menus, {}, press("5"));
  assert.deepEqual(gatherOf(chosen).prompts, [
    { kind: "say", text: "Hauptmenü.", language: "de-DE" },
  ]);
  assert.deepEqual(heard(play(menus, {}, press("5"), SILENCE)), ["Hallo?", "Hauptmenü."]);
  assert.deepEqual(heard(play(menus, {}, press("5"), press("8"))), [
    "Diese Auswahl gibt es nicht.",
    "Hauptmenü.",
  ]);
  assert.equal(gatherOf(play(menus, {}, press("5"), press("1"))).prompts[0]?.language, "en-US");
});

Deno.test("A label may be said where the menu listens, and what is no label is a wrong entry", () => {
  const menus = version({ speech: true });
  assert.deepEqual(gatherOf(play(menus, {})).speech?.hints.slice(0, 2), ["Sales", "Billing"]);
  assert.deepEqual(play(menus, {}, say("sales please")).session.menu_stack, [MAIN, SALES]);
  assert.equal(play(menus, {}, say("mumble")).outcome, "invalid");
  assert.equal(play(version(), {}, say("sales")).outcome, "no_input");
});

const NIGHT = { now: new Date("2026-11-21T23:00:00Z") };
const closedAtNight = (
  closed: NonNullable<Menu["hours"]>["closed"],
  prompt: string | null = null,
) => ({
  time_zone: "UTC",
  weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "09:00", to: "17:00" }],
  holidays: [],
  prompt,
  closed,
});

Deno.test("Outside its hours a menu says so and does what its owner chose, once", () => {
  const menus = version({ hours: closedAtNight({ action: "agent", target: "night-desk" }) });
  assert.deepEqual(heard(play(menus, {})), ["Press 1 for sales."]);
  const taken = play(menus, NIGHT);
  assert.deepEqual(taken.directives.map(({ kind }) => kind), ["say", "enqueue"]);
  assert.deepEqual([heard(taken), taken.outcome], [["We are closed at the moment."], "closed"]);
  assert.equal(play(menus, NIGHT, BUSY).session.end_reason, "hung_up");
  assert.equal(play(menus, NIGHT, CONNECTED).session.end_reason, "connected");
});

Deno.test("A menu that is closed may send callers to one that is not, in its own stead", () => {
  const menus = version({
    hours: closedAtNight({ action: "submenu", target: SALES }, "Good night."),
  });
  const taken = play(menus, NIGHT);
  assert.deepEqual(taken.session.menu_stack, [SALES]);
  assert.deepEqual(heard(taken), ["Good night.", "Sales. Press star to go back."]);
});

Deno.test("Closing time does not throw out who is inside, but no longer lets them in again", () => {
  const menus = version({ hours: closedAtNight({ action: "hangup" }) });
  const inside = play(menus, {}, press("1"));
  const later = circumstances(NIGHT);
  assert.equal(step(menus, inside.session, SILENCE, later).outcome, "no_input");
  assert.equal(step(menus, inside.session, press("*"), later).session.end_reason, "hung_up");
});

Deno.test("A refused caller hears so before any menu; in a call that goes on it changes nothing", () => {
  const taken = play(version(), { refused: true });
  assert.deepEqual([taken.outcome, taken.session.end_reason], ["refused", "refused"]);
  const inside = play(version(), {});
  assert.equal(
    step(version(), inside.session, press("9"), circumstances({ refused: true })).outcome,
    "chosen",
  );
});

Deno.test("A transfer that is not allowed leads back to the menu, a final one to the end", () => {
  for (const transfers of [null, { countries: ["DE"], prefixes: [] }]) {
    const taken = play(version(), { transfers }, press("2"));
    assert.equal(taken.outcome, "not_allowed");
    assert.deepEqual(heard(taken), ["The call could not be connected.", "Press 1 for sales."]);
    const final = { action: "transfer", target: "+15550100177" } as const;
    const menus = version({ no_input: { limit: 0, prompt: null, barge_in: true, final } });
    assert.equal(play(menus, { transfers }, SILENCE).session.end_reason, "hung_up");
  }
});
