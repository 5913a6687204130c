import assert from "node:assert/strict";
import { onPostgres } from "#tests/support/databases.ts";
import { createQueue, type WebhookQueue } from "#tests/support/webhook_queue.ts";

interface Replay {
  readonly replay_id: string | null;
  readonly count: number;
}

const replay = (queue: WebhookQueue, endpoint: string, selection: object, dryRun = false) =>
  queue.asOwner<Replay>("select public.replay_webhook($1, $2, $3)", [
    endpoint,
    JSON.stringify(selection),
    dryRun,
  ]);

const SINCE = "2020-01-01T00:00:00Z";

/** An endpoint with an event of each fate. */
async function withHistory(queue: WebhookQueue) {
  const missing = await queue.publish("custom.missing");
  const endpoint = await queue.addEndpoint({ max_in_flight: 100 });
  const delivered = await queue.publish("custom.delivered");
  await queue.complete((await queue.claim()).deliveries);
  const failed = await queue.publish("custom.failed", { urgent: true });
  const [lost] = (await queue.claim()).deliveries;
  assert.ok(lost);
  await queue.complete([lost], { verdict: "failed" });
  const recovered = await queue.publish("custom.recovered");
  await queue.complete((await queue.claim()).deliveries, { verdict: "retry", retry_in_ms: 0 });
  await queue.complete((await queue.claim()).deliveries);
  const enable = (enabled: boolean) =>
    queue.asOwner("select public.update_webhook($1, $2)", [endpoint, JSON.stringify({ enabled })]);
  await enable(false);
  const skipped = await queue.publish("custom.skipped");
  await enable(true);
  const pending = await queue.publish("custom.pending");
  await queue.publish("call.started");
  return { endpoint, missing, delivered, failed, recovered, skipped, pending, lost };
}

Deno.test("A replay sends what it selects and a dry run counts the same", onPostgres, async (t) => {
  await using queue = await createQueue();
  const { endpoint, missing, delivered, failed, recovered, skipped } = await withHistory(queue);
  const cases: readonly (readonly [object, string[]])[] = [
    [{ kind: "failed", since: SINCE }, [failed]],
    [{ kind: "skipped", since: SINCE }, [skipped]],
    [{ kind: "missing", since: SINCE }, [missing, skipped]],
    [{ kind: "all", since: SINCE }, [missing, delivered, failed, recovered, skipped]],
    [{ kind: "all", since: SINCE, types: ["custom.delivered", "custom.failed"] }, [
      delivered,
      failed,
    ]],
    [{ kind: "all", since: SINCE, filter: { urgent: true } }, [failed]],
    [{ kind: "all", since: SINCE, until: "2020-02-01T00:00:00Z" }, []],
    [{ kind: "event", event_id: delivered }, [delivered]],
  ];
  for (const [selection, expected] of cases) {
    await t.step(JSON.stringify(selection), async () => {
      assert.deepEqual(await replay(queue, endpoint, selection, true), {
        replay_id: null,
        count: expected.length,
      });
      const { replay_id, count } = await replay(queue, endpoint, selection);
      assert.equal(count, expected.length);
      const { rows } = await queue.admin.query(
        "select event_id, origin from private.webhook_deliveries where replay_id = $1",
        [replay_id],
      );
      assert.deepEqual(rows.map(({ event_id }) => event_id).sort(), [...expected].sort());
      assert.ok(rows.every(({ origin }) => origin === "replay"));
      await queue.admin.query("delete from private.webhook_deliveries where replay_id = $1", [
        replay_id,
      ]);
    });
  }
});

Deno.test(
  "A replay is sent under the event's own id, and what it delivered is not selected again",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const { endpoint, failed } = await withHistory(queue);
    await queue.complete((await queue.claim()).deliveries);
    await replay(queue, endpoint, { kind: "failed", since: SINCE });
    const { deliveries } = await queue.claim();
    assert.deepEqual(
      deliveries.map(({ event_id, origin, attempt }) => [event_id, origin, attempt]),
      [[failed, "replay", 1]],
    );
    await queue.complete(deliveries);
    assert.equal((await replay(queue, endpoint, { kind: "failed", since: SINCE }, true)).count, 0);
  },
);

Deno.test(
  "A replay is spread out as its owner asked for, and what is not sent yet can be taken back",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    for (let n = 0; n < 20; n++) await queue.publish("custom.x", { n });
    const endpoint = await queue.addEndpoint({ ordered: true });
    const { replay_id } = await replay(queue, endpoint, {
      kind: "missing",
      since: SINCE,
      per_second: 2,
    });
    const first = await queue.claim();
    assert.equal(first.deliveries.length, 1);
    await queue.age("2.1 seconds");
    assert.equal((await queue.claim()).deliveries.length, 4);
    const get = (verb: string) =>
      queue.asOwner<{ pending: number; count: number; cancelled_at: string | null }>(
        `select public.${verb}_webhook_replay($1, $2)`,
        [endpoint, replay_id],
      );
    assert.deepEqual([(await get("get")).pending, (await get("get")).count], [20, 20]);
    const cancelled = await get("cancel");
    assert.equal(cancelled.pending, 5);
    assert.ok(cancelled.cancelled_at);
    await queue.complete(first.deliveries);
    assert.equal((await get("get")).pending, 4);
    assert.equal((await get("cancel")).cancelled_at, cancelled.cancelled_at);
  },
);

Deno.test("Taking back a replay lets go what waited behind it", onPostgres, async () => {
  await using queue = await createQueue();
  await queue.publish("custom.x", {}, "a");
  const second = await queue.publish("custom.x", {}, "a");
  const endpoint = await queue.addEndpoint({ ordered: true });
  const { replay_id } = await replay(queue, endpoint, { kind: "event", event_id: second });
  await queue.publish("custom.y", {}, "a");
  await queue.admin.query(
    "update private.webhook_deliveries set due_at = now() + interval '1 hour' where replay_id = $1",
    [replay_id],
  );
  assert.deepEqual((await queue.claim()).deliveries, []);
  await queue.asOwner("select public.cancel_webhook_replay($1, $2)", [endpoint, replay_id]);
  assert.equal((await queue.claim()).deliveries.length, 1);
});

Deno.test(
  "A delivery is sent again: one that is over anew, one that waits at once",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const { failed, lost } = await withHistory(queue);
    const resend = (id: string) =>
      queue.asOwner<{ delivery_id: string }>("select public.resend_webhook_delivery($1)", [id]);
    await queue.complete((await queue.claim()).deliveries, {
      verdict: "retry",
      retry_in_ms: 3_600_000,
    });
    const waiting = await queue.value<string>("select id from private.webhook_deliveries");
    assert.equal((await resend(waiting)).delivery_id, waiting);
    const { deliveries } = await queue.claim();
    assert.deepEqual(deliveries.map(({ id, attempt }) => [id, attempt]), [[waiting, 2]]);
    const { delivery_id } = await resend(lost.id);
    assert.notEqual(delivery_id, lost.id);
    assert.deepEqual(
      (await queue.claim()).deliveries.map((
        { id, event_id, origin, attempt },
      ) => [id, event_id, origin, attempt]),
      [[delivery_id, failed, "resend", 1]],
    );
  },
);

Deno.test(
  "Replays that make no sense are refused with the field's name, and nothing is queued",
  onPostgres,
  async (t) => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    await queue.publish("custom.x");
    await queue.complete((await queue.claim()).deliveries);
    const future = new Date(Date.now() + 60_000).toISOString();
    const cases: readonly (readonly [object, string, string])[] = [
      [{}, "PT422", "kind"],
      [{ kind: "some", since: SINCE }, "PT422", "kind"],
      [{ kind: "all" }, "PT422", "since"],
      [{ kind: "all", since: "yesterday-ish" }, "PT422", "since"],
      [{ kind: "all", since: "infinity" }, "PT422", "since"],
      [{ kind: "all", since: future }, "PT422", "since"],
      [{ kind: "all", since: SINCE, until: future }, "PT422", "until"],
      [{ kind: "all", since: SINCE, until: "2019-01-01T00:00:00Z" }, "PT422", "until"],
      [{ kind: "all", since: SINCE, types: ["nothing.*"] }, "PT422", "types"],
      [{ kind: "all", since: SINCE, types: [] }, "PT422", "types"],
      [{ kind: "all", since: SINCE, filter: { a: { like: 1 } } }, "PT422", "filter"],
      [{ kind: "all", since: SINCE, per_second: 0 }, "PT422", "per_second"],
      [{ kind: "all", since: SINCE, per_second: "fast" }, "PT422", "per_second"],
      [{ kind: "event" }, "PT422", "event_id"],
      [{ kind: "event", event_id: "1" }, "PT422", "event_id"],
      [{ kind: "event", event_id: crypto.randomUUID() }, "PT404", "event_id"],
    ];
    for (const [selection, code, field] of cases) {
      await t.step(JSON.stringify(selection), async () => {
        await assert.rejects(
          replay(queue, endpoint, selection),
          (error: Error & { code?: string; hint?: string }) => {
            assert.equal(error.code, code);
            assert.match(error.hint ?? "", new RegExp(`^${field}$|"path": ?"${field}"`));
            return true;
          },
        );
      });
    }
    await queue.asOwner("select public.update_webhook($1, $2)", [
      endpoint,
      JSON.stringify({ enabled: false }),
    ]);
    await assert.rejects(replay(queue, endpoint, { kind: "all", since: SINCE }), { code: "PT409" });
    assert.equal(
      Number(
        await queue.value(
          "select (select count(*) from private.webhook_deliveries) + (select count(*) from private.webhook_replays)",
        ),
      ),
      0,
    );
  },
);

Deno.test(
  "A replay of more events than it may have is refused as a whole",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    await queue.admin.query(
      `insert into public.webhook_events (user_id, type, payload)
       select $1, 'custom.x', '{"type":"custom.x","data":{}}' from generate_series(1, 50001)`,
      [queue.owner],
    );
    await assert.rejects(replay(queue, endpoint, { kind: "missing", since: SINCE }), {
      code: "PT422",
    });
    assert.equal(Number(await queue.value("select count(*) from private.webhook_deliveries")), 0);
  },
);
