import assert from "node:assert/strict";
import { step } from "#shared/ivr/step.ts";
import { placeCalls } from "./generated_calls.ts";

Deno.test("400 calls through generated menus end within their limits, and every provider could have placed them", () => {
  const coverage = placeCalls(400, 20261122, step);
  for (
    const action of [
      "submenu",
      "agent",
      "transfer",
      "voicemail",
      "repeat",
      "back",
      "top",
      "language",
      "webhook",
      "agent at Retell",
      "hangup",
    ]
  ) {
    assert.ok(coverage.has(`action ${action}`), `No call came to ${action}`);
  }
  for (
    const outcome of ["closed", "refused", "collecting", "not_allowed", "recorded", "too_long"]
  ) {
    assert.ok(coverage.has(`outcome ${outcome}`), `No call was ${outcome}`);
  }
});

Deno.test("The generated calls meet every end of a callout", () => {
  const coverage = placeCalls(400, 20261123, step);
  for (const action of ["webhook", "agent"]) {
    for (const end of ["item", "registered", "failed", "late", "lost", "forgotten"]) {
      const what = `callout of ${action}: ${end}`;
      assert.ok(coverage.has(what), `No call met a ${what}`);
    }
  }
  for (const outcome of ["waiting", "answered", "unanswered", "not_connected"]) {
    assert.ok(coverage.has(`outcome ${outcome}`), `No call was ${outcome}`);
  }
});

Deno.test("An engine whose callouts lead back into themselves is caught", () => {
  const circular: typeof step = (version, session, input, around) => {
    const taken = step(version, session, input, around);
    return session.pending?.kind === "callout" && taken.session.pending === null &&
        taken.session.end_reason === null
      ? { ...taken, session: { ...taken.session, pending: session.pending } }
      : taken;
  };
  assert.throws(() => placeCalls(400, 20261122, circular), (error: Error) => {
    assert.match(String(error.cause), /A callout leads to itself/);
    return true;
  });
});

Deno.test("An engine that forgets its limits is caught", () => {
  const forgetful: typeof step = (version, session, input, around) =>
    step(version, { ...session, no_input_count: 0, invalid_count: 0 }, input, {
      ...around,
      turn: 0,
      now: around.startedAt,
    });
  assert.throws(() => placeCalls(400, 20261122, forgetful), (error: Error) => {
    assert.match(String(error.cause), /The call does not end/);
    return true;
  });
});
