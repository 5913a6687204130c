import assert from "node:assert/strict";
import { businessHours, isOpen } from "#shared/ivr/hours.ts";

const OFFICE = {
  time_zone: "Europe/Berlin",
  weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }],
  holidays: ["12-25", "2026-05-01"],
};

const at = (time: string, hours = OFFICE) => isOpen(hours, new Date(time));

Deno.test("A shift begins on its minute and is over on its last", () => {
  assert.equal(at("2026-01-12T07:59:59Z"), false);
  assert.equal(at("2026-01-12T08:00:00Z"), true);
  assert.equal(at("2026-01-12T15:59:59Z"), true);
  assert.equal(at("2026-01-12T16:00:00Z"), false);
});

Deno.test("The clock on the wall counts, on both sides of both changes of the clock", () => {
  // Berlin: summer time from 29 March to 25 October 2026. Fridays before, Mondays after.
  assert.deepEqual([at("2026-03-27T07:30:00Z"), at("2026-03-27T08:30:00Z")], [false, true]);
  assert.deepEqual([at("2026-03-30T06:30:00Z"), at("2026-03-30T07:30:00Z")], [false, true]);
  assert.deepEqual([at("2026-10-23T06:30:00Z"), at("2026-10-23T07:30:00Z")], [false, true]);
  assert.deepEqual([at("2026-10-26T07:30:00Z"), at("2026-10-26T08:30:00Z")], [false, true]);
});

Deno.test("In the night of the change itself, an hour that comes twice is open twice and one that never comes not at all", () => {
  const night = { ...OFFICE, weekly: [{ days: [7], from: "02:00", to: "03:00" }] };
  const open = (from: string, hours: number) =>
    Array.from({ length: hours * 2 }, (_, half) => new Date(Date.parse(from) + half * 1_800_000))
      .filter((time) => isOpen(night, time)).length / 2;
  assert.equal(open("2026-03-28T22:00:00Z", 8), 0);
  assert.equal(open("2026-10-24T21:00:00Z", 8), 2);
  assert.equal(open("2026-06-06T21:00:00Z", 8), 1);
});

Deno.test("The day is the caller's menu's, not the server's", () => {
  const monday = (time_zone: string) =>
    at("2026-01-12T23:30:00Z", {
      ...OFFICE,
      time_zone,
      weekly: [{ days: [1], from: "00:00", to: "24:00" }],
    });
  assert.equal(monday("UTC"), true);
  assert.equal(monday("Pacific/Auckland"), false);
  assert.equal(monday("America/Los_Angeles"), true);
  assert.equal(monday("Asia/Kathmandu"), false);
});

Deno.test("A holiday closes its day, each year's or one year's", () => {
  assert.equal(at("2026-12-25T10:00:00Z"), false);
  assert.equal(at("2028-12-25T10:00:00Z"), false);
  assert.equal(at("2026-05-01T10:00:00Z"), false);
  assert.equal(at("2028-05-01T10:00:00Z"), true);
});

Deno.test("A night shift belongs to the day on which it begins", () => {
  const night = {
    time_zone: "UTC",
    weekly: [{ days: [5], from: "22:00", to: "06:00" }],
    holidays: ["2026-01-16"],
  };
  assert.equal(at("2026-01-09T22:00:00Z", night), true);
  assert.equal(at("2026-01-10T05:59:00Z", night), true);
  assert.equal(at("2026-01-10T06:00:00Z", night), false);
  assert.equal(at("2026-01-10T22:00:00Z", night), false);
  // The Friday is a holiday: so is the Saturday morning of its shift.
  assert.equal(at("2026-01-17T05:00:00Z", night), false);
});

Deno.test("A time zone that no clock follows is not taken", () => {
  assert.ok(businessHours.safeParse(OFFICE).success);
  assert.ok(!businessHours.safeParse({ ...OFFICE, time_zone: "Mars/Olympus" }).success);
});

Deno.test("The last day that can be asked for is a day like every other, wherever it is over already", () => {
  const always = {
    ...OFFICE,
    weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }],
  };
  assert.equal(at("9999-12-31T23:59:59Z", always), true);
  assert.equal(at("9999-12-25T10:00:00Z", always), false);
});
