import assert from "node:assert/strict";
import { nextDue } from "#local/cron/schedule.ts";

const at = (text: string) => new Date(`2026-01-31T${text}Z`);

Deno.test("cron syntax is read in UTC, and the moment itself is not due again", () => {
  assert.deepEqual(nextDue("*/5 * * * *", at("00:01:00")), at("00:05:00"));
  assert.deepEqual(nextDue("*/5 * * * *", at("00:05:00")), at("00:10:00"));
  assert.deepEqual(nextDue("7 2 * * *", at("02:07:30")), new Date("2026-02-01T02:07:00Z"));
  assert.deepEqual(nextDue("0 0 $ * *", at("12:00:00")), new Date("2026-02-28T00:00:00Z"));
});

Deno.test("seconds are counted from the moment", () => {
  assert.deepEqual(nextDue("10 seconds", at("00:00:03.500")), at("00:00:13.500"));
  assert.deepEqual(nextDue("1 second", at("00:00:00")), at("00:00:01"));
});

Deno.test("what is neither is refused", () => {
  for (
    const schedule of ["", "0 seconds", "60 seconds", "10 minutes", "* * * *", "* * * * * *", "x"]
  ) {
    assert.throws(() => nextDue(schedule, at("00:00:00")), Error, schedule);
  }
});
