import assert from "node:assert/strict";
import type { CalloutResult } from "#shared/ivr/callout.ts";
import type { Circumstances } from "#shared/ivr/circumstances.ts";
import type { Directive } from "#shared/ivr/directive.ts";
import type { Input } from "#shared/ivr/input.ts";
import type { Menu, MenuVersion } from "#shared/ivr/menu.ts";
import type { Step } from "#shared/ivr/outcome.ts";
import { newSession } from "#shared/ivr/session.ts";
import { step } from "#shared/ivr/step.ts";
import { circumstances, MAIN, SALES, version } from "./menus.ts";

const ENDPOINT = "00000000-0000-4000-8000-0000000000e1";
const WAITED: Input = { kind: "waited" };
const press = (digits: string): Input => ({ kind: "digits", digits });

const ITEMS: Menu["items"] = [
  { digit: "1", label: "Order", action: "webhook", target: ENDPOINT, fallback: "3" },
  { digit: "2", label: "Sales", action: "submenu", target: SALES },
  { digit: "3", label: "Bye", action: "hangup" },
  { digit: "4", label: "Order too", action: "webhook", target: ENDPOINT },
  { digit: "5", label: "Billing", action: "transfer", target: "+15550100199" },
];

/** One turn of a scene: what comes in, and what surrounds it. */
type Turn = readonly [Input, Partial<Circumstances>?];

function play(menus: MenuVersion, ...turns: Turn[]): Step {
  let taken = step(menus, newSession(menus.root), { kind: "call_started" }, circumstances());
  for (const [n, [input, around]] of turns.entries()) {
    taken = step(menus, taken.session, input, circumstances({ turn: n + 1, ...around }));
  }
  return taken;
}

function said({ directives }: Step): string[] {
  const heard: readonly Directive[] = directives.flatMap((directive) =>
    directive.kind === "gather" ? directive.prompts : directive
  );
  return heard.flatMap((directive) => directive.kind === "say" ? directive.text : []);
}

const kinds = ({ directives }: Step) => directives.map(({ kind }) => kind);

const answered = (result: CalloutResult | null, waitedMs = 100): Partial<Circumstances> => ({
  callout: { result, waitedMs },
});

Deno.test("An item that asks outside has the caller wait and come back at once", () => {
  const menus = version({ items: ITEMS });
  const taken = play(menus, [press("1")]);
  assert.deepEqual(taken.directives, [
    { kind: "say", text: "One moment, please.", language: "en-US" },
    { kind: "wait", seconds: 0 },
  ]);
  assert.deepEqual([taken.outcome, taken.item], ["chosen", "1"]);
  const choice = { action: "webhook", target: ENDPOINT, fallback: 2 } as const;
  assert.deepEqual(taken.session.pending, {
    kind: "callout",
    step: 1,
    attempt: 1,
    choice,
    then: "repeat",
    final: false,
  });
  assert.deepEqual(taken.callout, {
    step: 1,
    attempt: 1,
    choice,
    menu: menus.menus[MAIN],
    language: "en-US",
  });
});

Deno.test("Without an answer yet the caller waits on without a word, whatever else comes in", () => {
  const menus = version({ items: ITEMS });
  for (const input of [WAITED, press("2"), { kind: "no_input" } as const]) {
    const taken = play(menus, [press("1")], [input, answered(null, 3999)]);
    assert.deepEqual(taken.directives, [{ kind: "wait", seconds: 1 }]);
    assert.deepEqual([taken.outcome, taken.item, taken.callout], ["waiting", null, undefined]);
  }
});

Deno.test("The item that an answer names is taken as if it had been chosen", () => {
  const menus = version({ items: ITEMS });
  const sales = play(menus, [press("1")], [WAITED, answered({ kind: "item", place: 1 })]);
  assert.deepEqual(sales.session.menu_stack, [MAIN, SALES]);
  assert.deepEqual([sales.outcome, sales.item], ["answered", "2"]);
  const dial = play(menus, [press("1")], [WAITED, answered({ kind: "item", place: 4 })]);
  assert.deepEqual(kinds(dial), ["dial"]);
  const capped = play(menus, [press("1")], [WAITED, {
    ...answered({ kind: "item", place: 4 }),
    transfers: null,
  }]);
  assert.equal(capped.outcome, "not_allowed");
});

Deno.test("A failed callout, and an answer that leads nowhere, take the fallback or offer the menu again", () => {
  const menus = version({ items: ITEMS });
  const useless: CalloutResult[] = [
    { kind: "failed" },
    // A webhook that names one could be asked for ever.
    { kind: "item", place: 0 },
    { kind: "item", place: 99 },
    { kind: "registered", call_id: "call_1" },
  ];
  for (const result of useless) {
    const fallback = play(menus, [press("1")], [WAITED, answered(result)]);
    assert.deepEqual(kinds(fallback), ["hangup"]);
    assert.deepEqual([fallback.outcome, fallback.item], ["unanswered", "3"]);
    const again = play(menus, [press("4")], [WAITED, answered(result)]);
    assert.deepEqual(said(again), ["This is not available at the moment.", "Press 1 for sales."]);
    assert.deepEqual([again.outcome, again.item], ["unanswered", null]);
    assert.equal(again.session.pending, null);
  }
  // What the database has forgotten is not waited for.
  assert.deepEqual(kinds(play(menus, [press("1")], [WAITED])), ["hangup"]);
});

Deno.test("A callout that was lost is made once more, and given up when that is lost too", () => {
  const menus = version({ items: ITEMS });
  const lost = answered(null, 4000);
  const again = play(menus, [press("1")], [WAITED, lost]);
  assert.deepEqual(again.directives, [{ kind: "wait", seconds: 1 }]);
  assert.deepEqual([again.callout?.step, again.callout?.attempt], [1, 2]);
  assert.equal(again.session.pending?.kind, "callout");
  const waiting = play(menus, [press("1")], [WAITED, lost], [WAITED, answered(null)]);
  assert.deepEqual([waiting.outcome, waiting.callout], ["waiting", undefined]);
  const over = play(menus, [press("1")], [WAITED, lost], [WAITED, lost]);
  assert.deepEqual([kinds(over), over.outcome], [["hangup"], "unanswered"]);
});

Deno.test("Waiting for an answer counts as turns and minutes like everything else", () => {
  const menus = { ...version({ items: ITEMS }), limits: { depth: 12, turns: 2, minutes: null } };
  const taken = play(menus, [press("1")], [WAITED, answered(null)]);
  assert.equal(taken.session.end_reason, "too_many_turns");
});

Deno.test("In a sensitive menu neither the session nor the step names a digit", () => {
  const items: Menu["items"] = [
    { digit: "4815", label: "Order", action: "webhook", target: ENDPOINT, fallback: "7700" },
    { digit: "7700", label: "Sales", action: "submenu", target: SALES },
  ];
  const menus = version({ items, sensitive: true });
  const asked = play(menus, [press("4815")]);
  assert.equal(asked.item, null);
  assert.ok(!/4815|7700/.test(JSON.stringify(asked.session)));
  const taken = play(menus, [press("4815")], [WAITED, answered({ kind: "failed" })]);
  assert.deepEqual([taken.session.menu_stack, taken.item], [[MAIN, SALES], null]);
});

Deno.test("The sentence is spoken in the language that the caller chose", () => {
  const german = {
    prompt: "Hallo.",
    timeout_prompt: null,
    invalid_prompt: null,
    closed_prompt: null,
  };
  const menus = version({
    items: [{ digit: "9", label: "Deutsch", action: "language", target: "de-DE" }, ...ITEMS],
    translations: { "de-DE": german },
  });
  const taken = play(menus, [press("9")], [press("1")]);
  assert.deepEqual(said(taken), ["Einen Moment, bitte."]);
  assert.equal(taken.callout?.language, "de-DE");
});

const ADA = { action: "agent", target: "retell:agent_ada" } as const;

Deno.test("A Retell agent is registered first and then dialled, within what the call has left", () => {
  const items: Menu["items"] = [{ digit: "1", label: "Ada", ...ADA, then: "repeat" }];
  const menus = { ...version({ items }), limits: { depth: 12, turns: 200, minutes: 2 } };
  const asked = play(menus, [press("1")]);
  assert.deepEqual(asked.callout?.choice, { action: "agent", target: "agent_ada" });
  const registered = answered({ kind: "registered", call_id: "call_1" });
  const dial = play(menus, [press("1")], [WAITED, registered]);
  assert.deepEqual(dial.directives, [{
    kind: "dial_sip",
    uri: "sip:call_1@sip.retellai.com;transport=tcp",
    limitSeconds: 120,
  }]);
  assert.equal(dial.outcome, "answered");
  const ended: Turn = [{ kind: "connection_ended", result: "completed" }];
  assert.equal(play(menus, [press("1")], [WAITED, registered], ended).outcome, "connected");
  const failed = play(menus, [press("1")], [WAITED, answered({ kind: "failed" })]);
  assert.equal(failed.outcome, "not_connected");
  assert.deepEqual(said(failed), ["The call could not be connected.", "Press 1 for sales."]);
});

Deno.test("The tenant's own agent is asked for without a name", () => {
  const items: Menu["items"] = [{
    digit: "1",
    label: "Ada",
    action: "agent",
    target: "retell:default",
  }];
  assert.deepEqual(play(version({ items }), [press("1")]).callout?.choice, {
    action: "agent",
    target: null,
  });
});

Deno.test("A Retell agent that ends a spent limit or a closed menu is the last thing tried", () => {
  const rule = { limit: 0, prompt: null, barge_in: true, final: ADA };
  const spent = version({ no_input: rule });
  const closed = version({
    hours: {
      time_zone: "UTC",
      weekly: [{ days: [1], from: "09:00", to: "09:01" }],
      holidays: [],
      prompt: null,
      closed: ADA,
    },
  });
  for (const [menus, turns] of [[spent, [[{ kind: "no_input" }]]], [closed, []]] as const) {
    const asked = play(menus, ...turns);
    assert.equal(asked.callout?.choice.action, "agent");
    assert.equal(said(asked).at(-1), "One moment, please.");
    const over = play(menus, ...turns, [WAITED, answered({ kind: "failed" })]);
    assert.deepEqual([kinds(over), over.session.end_reason], [["say", "hangup"], "hung_up"]);
  }
});
