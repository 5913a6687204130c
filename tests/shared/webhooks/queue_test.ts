import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { claimDeliveries, claimDelivery } from "#shared/webhooks/queue.ts";
import { STANDARD_SCHEDULE } from "#shared/webhooks/schedule.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { ANY_RUNTIME } from "#tests/support/receivers.ts";

const ENDPOINT = { user_id: "u", url: "https://x.example.com/", secrets: ["s"], headers: null };
const EVENT = { type: "test.ping", payload: "{}", sealed: null };
const DELIVERY = { fence: 1, webhook_id: "good", event_id: "good", attempt: 1, origin: "event" };

const delivery = (id: string, more: object = {}) => ({ ...DELIVERY, id, schedule: [5], ...more });

/** A database whose queue gives these deliveries, and everything that they name but what is gone. */
function startQueue(deliveries: readonly unknown[]) {
  const api = startFakeApi(() =>
    Response.json({
      deliveries,
      endpoints: {
        good: ENDPOINT,
        "no url": { ...ENDPOINT, url: null },
        "no secrets": { ...ENDPOINT, secrets: [null] },
        "no object": 7,
      },
      events: { good: EVENT, "no payload": { type: "test.ping" } },
      next_due_ms: null,
    })
  );
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  return api;
}

Deno.test(
  "a delivery is claimed with its endpoint, its event and its schedule",
  ANY_RUNTIME,
  async () => {
    await using _api = startQueue([delivery("one"), delivery("two", { schedule: [] })]);
    const { deliveries } = await claimDeliveries(2);
    assert.deepEqual(deliveries, [
      { ...delivery("one"), endpoint: ENDPOINT, event: EVENT },
      { ...delivery("two"), schedule: [], endpoint: ENDPOINT, event: EVENT },
    ]);
  },
);

Deno.test(
  "a delivery that cannot be read keeps no other from being claimed",
  ANY_RUNTIME,
  async () => {
    const unreadable = [
      { webhook_id: "no url" },
      { webhook_id: "no secrets" },
      { webhook_id: "no object" },
      { webhook_id: "gone" },
      { event_id: "no payload" },
      { event_id: "gone" },
      { schedule: [null] },
      { schedule: undefined },
    ];
    for (const fault of unreadable) {
      using log = captureLog();
      await using _api = startQueue([delivery("bad", fault), delivery("good")]);
      const { deliveries: [bad, good, ...others] } = await claimDeliveries(2);
      assert.deepEqual(good, { ...delivery("good"), endpoint: ENDPOINT, event: EVENT });
      const schedule = "schedule" in fault ? STANDARD_SCHEDULE : [5];
      assert.deepEqual(bad, { ...delivery("bad", fault), schedule, endpoint: undefined });
      assert.deepEqual(others, []);
      assert.deepEqual(log.lines.map(({ level, delivery_id }) => [level, delivery_id]), [[
        "error",
        "bad",
      ]]);
    }
  },
);

Deno.test("what cannot even be given back is left to the operator", ANY_RUNTIME, async () => {
  for (const bad of [null, delivery("bad", { fence: "x" }), delivery("bad", { attempt: null })]) {
    using log = captureLog();
    await using _api = startQueue([bad, delivery("good")]);
    const { deliveries } = await claimDeliveries(2);
    assert.deepEqual(deliveries.map(({ id }) => id), ["good"]);
    assert.equal(log.lines.length, 1);
  }
});

Deno.test(
  "a single delivery that cannot be read is claimed all the same",
  ANY_RUNTIME,
  async () => {
    using _log = captureLog();
    await using _api = startQueue([delivery("bad", { event_id: "gone" })]);
    assert.equal((await claimDelivery("bad"))?.endpoint, undefined);
  },
);
