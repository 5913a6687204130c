import assert from "node:assert/strict";
import { DeliveryFault } from "#shared/webhooks/fault.ts";
import { type Answer, judge } from "#shared/webhooks/judgement.ts";

const OPTIONS = { now: Date.UTC(2026, 10, 21), random: () => 0.5 };
const FIRST = { attempt: 1, schedule: [5, 300] };
const LAST = { attempt: 3, schedule: [5, 300] };

const answer = (overrides: Partial<Answer>): Answer => ({
  status: 200,
  retryAfter: undefined,
  instruction: undefined,
  body: "",
  fault: undefined,
  ...overrides,
});

const verdict = (overrides: Partial<Answer>, at = FIRST) => {
  const { verdict, retryInMs, fault } = judge(answer(overrides), at, OPTIONS);
  return [verdict, retryInMs, fault?.code];
};

Deno.test("2xx alone is success", () => {
  for (const status of [200, 201, 202, 204, 299]) {
    assert.deepEqual(verdict({ status }), ["delivered", null, undefined]);
  }
  for (const status of [300, 301, 302, 303, 304, 307, 308]) {
    assert.deepEqual(verdict({ status }), ["retry", 5_000, "redirected"]);
  }
  for (const status of [400, 401, 404, 409, 411, 422, 429, 500, 502, 503, 504, 599, 999]) {
    assert.deepEqual(verdict({ status }), ["retry", 5_000, "refused"]);
  }
});

Deno.test("an answer that is not whole is no success, whatever its status", () => {
  for (const status of [200, 500, null]) {
    const fault = new DeliveryFault("timed_out", "No whole answer");
    assert.deepEqual(verdict({ status, fault }), ["retry", 5_000, "timed_out"]);
  }
});

Deno.test("a delivery is retried by its schedule and then has failed", () => {
  assert.deepEqual(verdict({ status: 500 }, { ...FIRST, attempt: 2 }), [
    "retry",
    300_000,
    "refused",
  ]);
  assert.deepEqual(verdict({ status: 500 }, LAST), ["failed", null, "refused"]);
  assert.deepEqual(verdict({ status: 500 }, { attempt: 1, schedule: [] }), [
    "failed",
    null,
    "refused",
  ]);
  assert.deepEqual(verdict({ status: 200 }, LAST), ["delivered", null, undefined]);
});

Deno.test("410 ends the endpoint, at any attempt and even if its answer is not whole", () => {
  const fault = new DeliveryFault("response_too_large", "Too large");
  assert.deepEqual(verdict({ status: 410 }), ["gone", null, "refused"]);
  assert.deepEqual(verdict({ status: 410 }, LAST), ["gone", null, "refused"]);
  assert.deepEqual(verdict({ status: 410, fault }), ["gone", null, "response_too_large"]);
});

Deno.test("a receiver can end the endpoint, or the retries of one delivery", () => {
  const abort = { instruction: "abort-message" };
  assert.deepEqual(verdict({ status: 400, instruction: "disable" }), ["disabled", null, "refused"]);
  assert.deepEqual(verdict({ instruction: "disable" }), ["disabled", null, undefined]);
  assert.deepEqual(verdict({ status: 400, ...abort }), ["failed", null, "refused"]);
  assert.deepEqual(verdict({ ...abort }), ["delivered", null, undefined]);
  assert.deepEqual(verdict({ status: 400, instruction: "x" }), ["retry", 5_000, "refused"]);
});

Deno.test("Retry-After takes the place of a step, of answers that throttle alone", () => {
  for (const status of [429, 503]) {
    assert.deepEqual(verdict({ status, retryAfter: "60" }), ["retry", 60_000, "refused"]);
    assert.deepEqual(verdict({ status, retryAfter: "soon" }), ["retry", 5_000, "refused"]);
    // The attempt counts all the same.
    assert.deepEqual(verdict({ status, retryAfter: "60" }, LAST), ["failed", null, "refused"]);
  }
  for (const status of [400, 500, 502]) {
    assert.deepEqual(verdict({ status, retryAfter: "60" }), ["retry", 5_000, "refused"]);
  }
});
