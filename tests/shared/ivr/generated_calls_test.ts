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
