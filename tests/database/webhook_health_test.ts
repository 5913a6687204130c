import assert from "node:assert/strict";
import { onPostgres } from "#tests/support/databases.ts";
import { createQueue, type WebhookQueue } from "#tests/support/webhook_queue.ts";

/** Fails one delivery to the endpoint of a type after another, so many times. */
async function fail(queue: WebhookQueue, type: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await queue.publish(type);
    const { deliveries } = await queue.claim();
    await queue.complete(deliveries, { verdict: "failed" });
  }
}

/** The events about endpoints so far, with who was told of them. */
async function told(queue: WebhookQueue) {
  const { rows } = await queue.admin.query<
    { type: string; data: Record<string, unknown>; told: string[] }
  >(
    `select e.type, e.payload::jsonb -> 'data' as data,
         coalesce((select jsonb_agg(d.webhook_id) from private.webhook_deliveries d where d.event_id = e.id), '[]') as told
       from public.webhook_events e where e.type like 'endpoint.%' order by e.created_at`,
  );
  return rows;
}

const state = (queue: WebhookQueue, id: string) =>
  queue.value<{ enabled: boolean; disabled_reason: string | null; failure_count: number }>(
    "select jsonb_build_object('enabled', enabled, 'disabled_reason', disabled_reason, 'failure_count', failure_count) from public.webhooks where id = $1",
    [id],
  );

Deno.test(
  "An endpoint that fails for five days is warned of twice and then disabled; others are told, it is not",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const failing = await queue.addEndpoint({ events: ["custom.*", "endpoint.*"] });
    const watching = await queue.addEndpoint({
      events: ["endpoint.*"],
      url: "https://example.com/watch",
    });
    await fail(queue, "custom.x", 9);
    await queue.age("60 hours");
    assert.deepEqual(await told(queue), []);
    await fail(queue, "custom.x", 1);
    const [half, ...none] = await told(queue);
    assert.deepEqual([half?.type, half?.data.share, half?.data.webhook_id, half?.told, none], [
      "endpoint.failing",
      0.5,
      failing,
      [watching],
      [],
    ]);
    await fail(queue, "custom.x", 1);
    assert.equal((await told(queue)).length, 1);
    await queue.age("48 hours");
    await fail(queue, "custom.x", 1);
    assert.deepEqual((await told(queue)).map(({ data }) => data.share), [0.5, 0.9]);
    await queue.age("13 hours");
    await fail(queue, "custom.x", 1);
    assert.deepEqual(await state(queue, failing), {
      enabled: false,
      disabled_reason: "failing",
      failure_count: 13,
    });
    const last = (await told(queue)).at(-1);
    assert.deepEqual([last?.type, last?.data.reason], ["endpoint.disabled", "failing"]);
  },
);

Deno.test("Few failures, or failures in a short time, disable nothing", onPostgres, async () => {
  await using queue = await createQueue();
  const idle = await queue.addEndpoint({ events: ["custom.few"] });
  const burst = await queue.addEndpoint({ events: ["custom.burst"] });
  await fail(queue, "custom.few", 1);
  await queue.age("6 days");
  await fail(queue, "custom.few", 8);
  await fail(queue, "custom.burst", 30);
  await queue.age("11 hours");
  await fail(queue, "custom.burst", 1);
  assert.equal((await state(queue, idle)).enabled, true);
  assert.equal((await state(queue, burst)).enabled, true);
  await queue.age("2 hours");
  await fail(queue, "custom.burst", 1);
  assert.equal((await state(queue, burst)).disabled_reason, "failing");
});

Deno.test("A success clears the record, and who was warned hears of it", onPostgres, async () => {
  await using queue = await createQueue();
  const endpoint = await queue.addEndpoint({ events: ["custom.*"] });
  await queue.addEndpoint({ events: ["endpoint.*"] });
  await fail(queue, "custom.x", 10);
  await queue.age("3 days");
  await fail(queue, "custom.x", 1);
  await queue.publish("custom.x");
  const { deliveries } = await queue.claim();
  await queue.complete(deliveries);
  assert.deepEqual((await told(queue)).map(({ type }) => type), [
    "endpoint.failing",
    "endpoint.recovered",
  ]);
  assert.deepEqual(await state(queue, endpoint), {
    enabled: true,
    disabled_reason: null,
    failure_count: 0,
  });
  await queue.publish("custom.x");
  await queue.complete((await queue.claim()).deliveries);
  assert.equal((await told(queue)).length, 2);
});

for (const [verdict, reason] of [["gone", "gone"], ["disabled", "receiver"]] as const) {
  Deno.test(
    `An endpoint that says ${verdict} is disabled at once, and keeps what is queued as skipped`,
    onPostgres,
    async () => {
      await using queue = await createQueue();
      const endpoint = await queue.addEndpoint({ max_in_flight: 2 });
      for (let n = 0; n < 5; n++) await queue.publish("custom.x", { n });
      const { deliveries: [first, second] } = await queue.claim();
      assert.ok(first && second);
      await queue.complete([first], { verdict, status_code: 410 });
      assert.deepEqual(await state(queue, endpoint), {
        enabled: false,
        disabled_reason: reason,
        failure_count: 1,
      });
      assert.equal(Number(await queue.value("select count(*) from private.webhook_skipped")), 3);
      // What was under way follows when it is over.
      await queue.complete([second], { verdict: "retry", retry_in_ms: 5000 });
      assert.equal(Number(await queue.value("select count(*) from private.webhook_skipped")), 4);
      await queue.publish("custom.x");
      assert.equal(Number(await queue.value("select count(*) from private.webhook_skipped")), 5);
      assert.equal(Number(await queue.value("select count(*) from private.webhook_deliveries")), 0);
    },
  );
}

Deno.test("A test disables nothing, whatever it is answered", onPostgres, async () => {
  await using queue = await createQueue();
  const endpoint = await queue.addEndpoint();
  for (const verdict of ["gone", "disabled"] as const) {
    const { delivery_id } = await queue.asOwner<{ delivery_id: string }>(
      "select public.start_webhook_test($1)",
      [endpoint],
    );
    await queue.complete((await queue.claim(1, delivery_id)).deliveries, { verdict });
  }
  assert.equal((await state(queue, endpoint)).enabled, true);
});

Deno.test(
  "What its owner disables is sent nothing, and enabled again it starts with a clean record",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    await fail(queue, "custom.x", 3);
    await queue.publish("custom.x");
    const enable = (enabled: boolean) =>
      queue.asOwner("select public.update_webhook($1, $2)", [
        endpoint,
        JSON.stringify({ enabled }),
      ]);
    await enable(false);
    assert.deepEqual(await state(queue, endpoint), {
      enabled: false,
      disabled_reason: "owner",
      failure_count: 3,
    });
    assert.deepEqual((await queue.claim()).deliveries, []);
    assert.equal(Number(await queue.value("select count(*) from private.webhook_skipped")), 1);
    await enable(true);
    assert.deepEqual(await state(queue, endpoint), {
      enabled: true,
      disabled_reason: null,
      failure_count: 0,
    });
    await queue.publish("custom.x");
    assert.equal((await queue.claim()).deliveries.length, 1);
  },
);

Deno.test(
  "What is queued while its endpoint is being disabled is kept as skipped by the claim",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    const event = await queue.publish("custom.x");
    // As a publisher leaves it that saw the endpoint enabled and committed after it was disabled.
    await queue.admin.query("alter table public.webhooks disable trigger shelve_deliveries");
    await queue.asOwner("select public.update_webhook($1, $2)", [
      endpoint,
      JSON.stringify({ enabled: false }),
    ]);
    assert.deepEqual((await queue.claim()).deliveries, []);
    assert.deepEqual(await queue.value("select array_agg(event_id) from private.webhook_skipped"), [
      event,
    ]);
  },
);

Deno.test(
  "What went before does not count against an endpoint that is enabled again",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    await queue.publish("custom.x");
    await queue.complete((await queue.claim()).deliveries);
    await queue.age("6 days");
    for (const enabled of [false, true]) {
      await queue.asOwner("select public.update_webhook($1, $2)", [
        endpoint,
        JSON.stringify({ enabled }),
      ]);
    }
    await fail(queue, "custom.x", 1);
    await queue.age("13 hours");
    await fail(queue, "custom.x", 10);
    assert.equal((await state(queue, endpoint)).enabled, true);
  },
);

Deno.test("What is our own fault does not count against an endpoint", onPostgres, async () => {
  await using queue = await createQueue();
  const endpoint = await queue.addEndpoint();
  for (const error of ["unreadable_secret: x", "internal_error: x", "unguarded: x"]) {
    await queue.publish("custom.x");
    await queue.complete((await queue.claim()).deliveries, {
      verdict: "failed",
      status_code: null,
      error,
    });
  }
  assert.equal((await state(queue, endpoint)).failure_count, 0);
});

Deno.test("An acknowledgement that asks for nothing more is still one", onPostgres, async () => {
  await using queue = await createQueue();
  const endpoint = await queue.addEndpoint();
  await queue.publish("custom.x");
  await queue.complete((await queue.claim()).deliveries, { verdict: "disabled", status_code: 200 });
  assert.deepEqual(await state(queue, endpoint), {
    enabled: false,
    disabled_reason: "receiver",
    failure_count: 0,
  });
  assert.equal(
    await queue.value("select delivered_at is not null from public.webhook_logs"),
    true,
  );
});

Deno.test("Changing an endpoint is audited; delivering to it is not", onPostgres, async () => {
  await using queue = await createQueue();
  const endpoint = await queue.addEndpoint();
  await queue.publish("custom.x");
  await queue.complete((await queue.claim()).deliveries);
  await queue.asOwner("select public.update_webhook($1, $2)", [
    endpoint,
    JSON.stringify({ description: "Ours" }),
  ]);
  await queue.asOwner("select public.delete_webhook($1)", [endpoint]);
  assert.deepEqual(
    await queue.value(
      "select array_agg(action order by entry) from public.audit_logs where action like 'webhooks.%'",
    ),
    ["webhooks.insert", "webhooks.update", "webhooks.delete"],
  );
  // The log outlives the endpoint.
  assert.equal(Number(await queue.value("select count(*) from public.webhook_logs")), 1);
});
