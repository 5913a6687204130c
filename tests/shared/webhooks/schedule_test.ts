import assert from "node:assert/strict";
import { parseRetryAfter, retryDelay, STANDARD_SCHEDULE } from "#shared/webhooks/schedule.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

Deno.test("an event is tried for three days, in ten attempts", () => {
  const seconds = STANDARD_SCHEDULE.reduce((sum, wait) => sum + wait, 0);
  assert.equal(STANDARD_SCHEDULE.length, 9);
  assert.ok(seconds > 75 * 3_600 && seconds < 76 * 3_600);
});

Deno.test("a wait is its step, give or take a fifth", () => {
  assert.equal(retryDelay([5, 300], 1, () => 0), 4_000);
  assert.equal(retryDelay([5, 300], 1, () => 0.5), 5_000);
  assert.equal(retryDelay([5, 300], 1, () => 1), 6_000);
  assert.equal(retryDelay([5, 300], 2, () => 0.5), 300_000);
});

Deno.test("a schedule ends, and an empty one has no retry", () => {
  assert.equal(retryDelay([5, 300], 3, () => 0.5), undefined);
  assert.equal(retryDelay([], 1, () => 0.5), undefined);
});

Deno.test("Retry-After is seconds or a date, of a second to a day", () => {
  const waits: Readonly<Record<string, number>> = {
    "0": 1_000,
    "1": 1_000,
    "120": 120_000,
    "86400": DAY_MS,
    "86401": DAY_MS,
    ["9".repeat(400)]: DAY_MS,
    "Sat, 21 Nov 2026 12:00:30 GMT": 30_000,
    "Saturday, 21-Nov-26 12:00:30 GMT": 30_000,
    "Sat Nov 21 12:00:30 2026": 30_000,
    "Sat, 21 Nov 2026 11:00:00 GMT": 1_000,
    "Thu, 01 Jan 1970 00:00:00 GMT": 1_000,
    "Fri, 31 Dec 9999 23:59:59 GMT": DAY_MS,
  };
  for (const [value, wait] of Object.entries(waits)) {
    assert.equal(parseRetryAfter(value, NOW), wait, value);
  }
});

Deno.test("what is neither is no Retry-After", () => {
  const values = ["", " ", "-1", "1.5", "1e3", "soon", "5s", "2026-11-21", "Sat, 99 Foo 2026"];
  for (const value of values) assert.equal(parseRetryAfter(value, NOW), undefined, value);
});
