import assert from "node:assert/strict";
import { DOMParser, onWarningStopParsing } from "@xmldom/xmldom";
import type { CalloutState } from "#shared/ivr/callout.ts";
import type { Directive } from "#shared/ivr/directive.ts";
import type { ConnectionResult, Input } from "#shared/ivr/input.ts";
import type { MenuVersion } from "#shared/ivr/menu.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { currentMenuId, newSession, type SessionState } from "#shared/ivr/session.ts";
import type { step } from "#shared/ivr/step.ts";
import type { Step } from "#shared/ivr/outcome.ts";
import { pick, type Random, randomFrom } from "#tests/support/random.ts";
import { generateVersion, keysFor } from "./generated_menus.ts";
import { circumstances } from "./menus.ts";
import { LINKS } from "./providers/support.ts";

/** How often each thing happened in a run of calls. */
export type Coverage = Map<string, number>;

/** Places calls to generated menus, one each, until one of them breaks a promise of the engine. */
export function placeCalls(calls: number, seed: number, engine: typeof step): Coverage {
  const coverage: Coverage = new Map();
  for (let call = 0; call < calls; call++) {
    const random = randomFrom(seed + call);
    try {
      placeCall(generateVersion(random), random, engine, coverage);
    } catch (error) {
      throw new Error(`The call of seed ${seed + call} broke a promise`, { cause: error });
    }
  }
  return coverage;
}

function placeCall(version: MenuVersion, random: Random, engine: typeof step, coverage: Coverage) {
  const startedAt = new Date(Date.UTC(2026, random(12), 1 + random(28), random(24)));
  let now = startedAt;
  let session = newSession(version.root);
  let input: Input = { kind: "call_started" };
  const refused = random(50) === 0;
  for (let turn = 0; session.end_reason === null; turn++) {
    assert.ok(turn <= version.limits.turns, "The call does not end");
    const transfers = random(4) === 0 ? null : { countries: ["US"], prefixes: [] };
    const callout = calloutOf(random, session, coverage);
    const taken = engine(
      version,
      session,
      input,
      circumstances({ turn, now, startedAt, refused, transfers, callout }),
    );
    asksOnce(session, taken, callout);
    keepsItsPromises(version, taken.session, taken.directives);
    note(coverage, `outcome ${taken.outcome}`);
    for (const { kind } of taken.directives) note(coverage, `directive ${kind}`);
    noteActions(coverage, version, session, input, taken.outcome);
    session = taken.session;
    input = nextInput(random, version, session, taken.directives.at(-1));
    now = new Date(now.getTime() + random(180) * 1000);
  }
}

function keepsItsPromises(
  version: MenuVersion,
  session: SessionState,
  directives: readonly Directive[],
): void {
  const last = directives.at(-1)?.kind;
  assert.ok(last !== undefined && last !== "say", "The caller is left in silence");
  assert.equal(last === "hangup", session.end_reason !== null, "A session ends with its call");
  assert.ok(session.menu_stack.length <= version.limits.depth, "The way back is too long");
  for (const id of session.menu_stack) assert.ok(version.menus[id], "There is no such menu");
  const menu = version.menus[currentMenuId(session)];
  assert.ok(!menu?.sensitive || session.digits === "", "Part of a sensitive entry is kept");
  for (const { name, contentType, render } of Object.values(PROVIDERS)) {
    const document = render(directives, LINKS);
    assert.ok(new TextEncoder().encode(document).byteLength <= 60_000, `Too long for ${name}`);
    if (contentType.includes("json")) assert.ok(Array.isArray(JSON.parse(document)));
    else new DOMParser({ onError: onWarningStopParsing }).parseFromString(document, "text/xml");
  }
}

/** What became of the callout that a caller waits for: there, failed, late, lost or forgotten. */
function calloutOf(
  random: Random,
  { pending }: SessionState,
  coverage: Coverage,
): CalloutState | null {
  if (pending?.kind !== "callout") return null;
  const [what, state] = pick<[string, CalloutState | null]>(random, [
    ["item", { result: { kind: "item", place: random(13) }, waitedMs: random(4000) }],
    ["registered", { result: { kind: "registered", call_id: "call_1" }, waitedMs: random(4000) }],
    ["failed", { result: { kind: "failed" }, waitedMs: random(4000) }],
    ["late", { result: null, waitedMs: random(4000) }],
    ["lost", { result: null, waitedMs: 4000 + random(60_000) }],
    ["forgotten", null],
  ]);
  note(coverage, `callout of ${pending.choice.action}: ${what}`);
  return state;
}

/**
 * A callout is begun by the turn that sends the caller to wait for it, each attempt once, and it is
 * over when something has come of it.
 */
function asksOnce(
  { pending: before }: SessionState,
  { session: { pending }, callout }: Step,
  state: CalloutState | null,
): void {
  const goesOn = before?.kind === "callout" && pending?.kind === "callout" &&
    before.step === pending.step;
  const isNew = pending?.kind === "callout" && !(goesOn && before.attempt === pending.attempt);
  assert.equal(callout !== undefined, isNew, "A callout is not made for who waits for it");
  assert.ok((callout?.attempt ?? 0) <= 2, "A callout is made again and again");
  assert.ok(!goesOn || (state !== null && state.result === null), "A callout leads to itself");
}

function nextInput(
  random: Random,
  version: MenuVersion,
  { digits, menu_stack }: SessionState,
  last: Directive | undefined,
): Input {
  if (random(20) === 0) return anyInput(random);
  switch (last?.kind) {
    case "dial":
    case "dial_sip":
    case "enqueue": {
      const result = pick<ConnectionResult>(random, [
        "completed",
        "busy",
        "no-answer",
        "failed",
        "canceled",
      ]);
      return { kind: "connection_ended", result };
    }
    case "wait":
      return { kind: "waited" };
    case "record":
      return recorded(random(3) === 0);
    case "gather": {
      const items = version.menus[currentMenuId({ menu_stack })]?.items ?? [];
      const item = items[random(items.length)];
      const keys = item ? keysFor(random, item.digit) : "1";
      if (last.speech && random(3) === 0) {
        return { kind: "speech", text: item?.label ?? "", confidence: null };
      }
      const rest = keys.startsWith(digits) ? keys.slice(digits.length) : keys;
      return random(4) === 0 || rest === ""
        ? { kind: "no_input" }
        : { kind: "digits", digits: rest };
    }
    default:
      return { kind: "no_input" };
  }
}

function anyInput(random: Random): Input {
  const digits = Array.from(
    { length: 1 + random(5) },
    () => "0123456789*#ABCD".charAt(random(16)),
  ).join("");
  return pick<Input>(random, [
    { kind: "digits", digits },
    { kind: "speech", text: pick(random, ["", "sales", "no idea", "👋"]), confidence: 0.1 },
    { kind: "no_input" },
    { kind: "waited" },
    recorded(random(2) === 0),
    { kind: "connection_ended", result: "completed" },
  ]);
}

function recorded(hungUp: boolean): Input {
  return { kind: "recorded", url: null, recordingId: null, durationSeconds: 3, hungUp };
}

/** Which actions an input may have led to: those of the items that it names word for word. */
function noteActions(
  coverage: Coverage,
  version: MenuVersion,
  session: SessionState,
  input: Input,
  outcome: string,
): void {
  if (outcome !== "chosen" || input.kind !== "digits") return;
  const entered = session.digits + input.digits;
  const item = version.menus[currentMenuId(session)]?.items
    .find(({ digit }) => digit === entered);
  if (item) note(coverage, `action ${item.action}`);
  if (item?.action === "agent" && item.target.startsWith("retell:")) {
    note(coverage, "action agent at Retell");
  }
}

function note(coverage: Coverage, what: string): void {
  coverage.set(what, (coverage.get(what) ?? 0) + 1);
}
