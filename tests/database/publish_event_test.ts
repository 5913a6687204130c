import assert from "node:assert/strict";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, sqlState } from "#tests/support/tenants.ts";
import { createQueue } from "#tests/support/webhook_queue.ts";

Deno.test(
  "An event is stored once, as the body that is sent, with a delivery for each endpoint that wants it",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const wanting = [
      await queue.addEndpoint({ events: ["custom.order.paid"] }),
      await queue.addEndpoint({ events: ["custom.order.*"] }),
      await queue.addEndpoint({ events: ["call.*", "custom.*"] }),
      await queue.addEndpoint({ events: ["*"] }),
    ];
    await queue.addEndpoint({ events: ["custom.order"] });
    await queue.addEndpoint({ events: ["custom.orders.*", "call.*"] });
    const id = await queue.publish("custom.order.paid", { amount: 12, note: 'Ä " \\ 😀' });

    const { deliveries, events } = await queue.claim();
    assert.deepEqual(deliveries.map(({ webhook_id }) => webhook_id).sort(), wanting.sort());
    const { type, payload } = events[id] ?? assert.fail("The event is not in the claim");
    assert.equal(type, "custom.order.paid");
    const { timestamp, ...rest } = JSON.parse(payload);
    assert.deepEqual(rest, { type, data: { amount: 12, note: 'Ä " \\ 😀' } });
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(Object.keys(events).length, 1);
  },
);

Deno.test("An endpoint for one agent gets the events of that agent alone", onPostgres, async () => {
  await using queue = await createQueue();
  const [agent, other] = [crypto.randomUUID(), crypto.randomUUID()];
  await queue.asOwner("insert into public.agents (id, name) values ($1, 'Ada'), ($2, 'Bob')", [
    agent,
    other,
  ]);
  const endpoint = await queue.addEndpoint({ agent_id: agent });
  for (const subject of [agent, other, null]) {
    await queue.asOwner("select public.publish_event('custom.x', '{}', $1)", [subject]);
  }
  assert.deepEqual((await queue.claim()).deliveries.map(({ webhook_id }) => webhook_id), [
    endpoint,
  ]);
  // An endpoint would hear of everything if its agent went away unnoticed.
  assert.equal(
    await sqlState(() => queue.asOwner("delete from public.agents where id = $1", [agent])),
    "23503",
  );
});

Deno.test("A payload filter lets through what meets all of its rules", onPostgres, async (t) => {
  await using queue = await createQueue();
  const data = {
    from: "+4930123",
    seconds: 30,
    tags: ["a"],
    call: { direction: "inbound", cost: null },
    ok: true,
  };
  const cases: readonly (readonly [object, boolean])[] = [
    [{ from: "+4930123" }, true],
    [{ from: "+49" }, false],
    [{ "call.direction": "inbound" }, true],
    [{ "call.direction": { eq: "outbound" } }, false],
    [{ "call.cost": null }, true],
    [{ "call.missing": null }, false],
    [{ missing: { in: [null, 1] } }, false],
    [{ seconds: { in: [10, 30] } }, true],
    [{ seconds: { in: ["30"] } }, false],
    [{ from: { prefix: "+49" } }, true],
    [{ from: { prefix: "+1" } }, false],
    [{ seconds: { prefix: "3" } }, false],
    [{ seconds: { gt: 29, lt: 31 } }, true],
    [{ seconds: { gt: 30 } }, false],
    [{ seconds: { gte: 30, lte: 30 } }, true],
    [{ seconds: { gte: 9 } }, true],
    [{ seconds: { gte: "9" } }, false],
    [{ from: { gte: "+49", lt: "+5" } }, true],
    [{ ok: true, seconds: 30 }, true],
    [{ ok: true, seconds: 31 }, false],
    [{ ok: { gt: 0 } }, false],
    [{ tags: { eq: "a" } }, false],
    [{ "tags.0": "a" }, true],
  ];
  for (const [filter, expected] of cases) {
    await t.step(JSON.stringify(filter), async () => {
      assert.equal(
        await queue.value("select private.filter_problem($1)", [JSON.stringify(filter)]),
        null,
      );
      assert.equal(
        await queue.value("select private.matches_filter($1, $2)", [
          JSON.stringify(filter),
          JSON.stringify(data),
        ]),
        expected,
      );
    });
  }
  await queue.addEndpoint({ filter: { seconds: { gt: 29 } } });
  await queue.publish("custom.x", { seconds: 29 });
  const id = await queue.publish("custom.x", { seconds: 30 });
  assert.deepEqual((await queue.claim()).deliveries.map(({ event_id }) => event_id), [id]);
});

Deno.test(
  "Settings that no endpoint may have are refused with the field's name, and nothing is written",
  onPostgres,
  async (t) => {
    await using queue = await createQueue();
    const cases: Record<string, unknown> = {
      url: "ftp://example.com",
      events: [],
      filter: { x: { like: "a" } },
      agent_id: crypto.randomUUID(),
      retry_count: 21,
      retry_schedule: [0],
      max_in_flight: 0,
      rate_limit: 1001,
      ordered: null,
      enabled: null,
      description: "x".repeat(501),
      secret: "mine",
      "events.0": ["calls.*"],
      "events.1": ["*", "call.*.x"],
    };
    const refused = async (settings: Record<string, unknown>): Promise<string> => {
      try {
        await queue.addEndpoint(settings);
      } catch (error) {
        return error instanceof Error && "hint" in error ? String(error.hint) : String(error);
      }
      return "accepted";
    };
    for (const [path, value] of Object.entries(cases)) {
      await t.step(`${path}: ${JSON.stringify(value).slice(0, 40)}`, async () => {
        const hint = await refused({ [path.split(".")[0] ?? ""]: value });
        assert.deepEqual(JSON.parse(hint).map((problem: { path: string }) => problem.path), [path]);
      });
    }
    for (
      const filter of [
        {},
        [],
        "x",
        { "a..b": 1 },
        { a: [] },
        { a: {} },
        { a: { in: "x" } },
        { a: { in: [{}] } },
        { a: { prefix: 1 } },
        { a: { gt: true } },
        { a: { eq: {} } },
      ]
    ) {
      await t.step(`filter: ${JSON.stringify(filter)}`, async () => {
        assert.match(await refused({ filter }), /"path": ?"filter"/);
      });
    }
    assert.equal(Number(await queue.value("select count(*) from public.webhooks")), 0);
  },
);

Deno.test(
  "What is published in a transaction that rolls back leaves nothing",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await actAs(
      queue.admin,
      "authenticated",
      queue.owner,
      () => queue.value("select public.publish_event('custom.x', '{}', null, null, 'key')"),
      "rollback",
    );
    const left = await queue.value(
      `select (select count(*) from public.webhook_events) + (select count(*) from private.webhook_deliveries) +
       (select count(*) from private.webhook_skipped) + (select count(*) from private.idempotency_keys)`,
    );
    assert.equal(Number(left), 0);
  },
);

Deno.test(
  "One idempotency key from 32 connections at once makes one event, and everybody gets its id",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await withPool(queue.database.url, 32, async (pool) => {
      const answers = await Promise.all(Array.from({ length: 32 }, async () => {
        const client = await pool.connect();
        try {
          return await actAs(client, "authenticated", queue.owner, async () => {
            const { rows: [row] } = await client.query(
              "select public.publish_event('custom.x', '{\"n\": 1}', null, null, 'key') as answer",
            );
            return row.answer as { id: string; replayed: boolean };
          }, "commit");
        } finally {
          client.release();
        }
      }));
      assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
      assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
    });
    assert.equal(Number(await queue.value("select count(*) from public.webhook_events")), 1);
    assert.equal((await queue.claim()).deliveries.length, 1);
    const other = await sqlState(() =>
      queue.asOwner("select public.publish_event('custom.x', '{\"n\": 2}', null, null, 'key')")
    );
    assert.equal(other, "PT422");
  },
);

Deno.test("After a day an idempotency key may stand for another event", onPostgres, async () => {
  await using queue = await createQueue();
  const publish = (n: number) =>
    queue.asOwner<{ id: string }>(
      "select public.publish_event('custom.x', $1, null, null, 'key')",
      [JSON.stringify({ n })],
    );
  const first = await publish(1);
  await queue.admin.query(
    "update private.idempotency_keys set created_at = now() - interval '24 hours'",
  );
  assert.notEqual((await publish(2)).id, first.id);
});

Deno.test(
  "Events that may not be published are refused, and nothing is written",
  onPostgres,
  async (t) => {
    await using queue = await createQueue();
    await queue.addEndpoint({ events: ["*"] });
    const cases: readonly (readonly [string, string, string, string])[] = [
      ["call.unknown", "{}", "PT422", "type"],
      ["custom.", "{}", "PT422", "type"],
      ["custom", "{}", "PT422", "type"],
      ["custom.a b", "{}", "PT422", "type"],
      ["custom.*", "{}", "PT422", "type"],
      [`custom.${"x".repeat(100)}`, "{}", "PT422", "type"],
      ["custom.x", "[]", "PT422", "data"],
      ["custom.x", "null", "PT422", "data"],
      ["custom.x", JSON.stringify({ text: "x".repeat(262_144) }), "PT413", "data"],
    ];
    for (const [type, data, code, field] of cases) {
      await t.step(`${type.slice(0, 20)} ${data.slice(0, 20)}`, async () => {
        await assert.rejects(
          queue.asOwner("select public.publish_event($1, $2)", [type, data]),
          (error: Error & { code?: string; hint?: string }) => {
            assert.equal(error.code, code);
            assert.match(error.hint ?? "", new RegExp(`^${field}$|"path": ?"${field}"`));
            return true;
          },
        );
      });
    }
    assert.equal(Number(await queue.value("select count(*) from public.webhook_events")), 0);
  },
);

Deno.test("One event to 10,000 endpoints is one statement", onPostgres, async () => {
  await using queue = await createQueue();
  await queue.admin.query(
    `insert into public.webhooks (id, user_id, url, events, secret)
       select gen_random_uuid(), $1, 'https://example.com/' || n, '{custom.*}', 'e30..AA.AA.AA' from generate_series(1, 10000) n`,
    [queue.owner],
  );
  const answer = await queue.asOwner<{ deliveries: number }>(
    "select public.publish_event('custom.x', '{}')",
  );
  assert.equal(answer.deliveries, 10_000);
  assert.equal(
    Number(await queue.value("select count(distinct webhook_id) from private.webhook_deliveries")),
    10_000,
  );
});

Deno.test(
  "No more endpoints are made than the tenant may have, however many at once",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.admin.query("select private.set_webhook_limit($1, 5)", [queue.owner]);
    await withPool(queue.database.url, 8, async (pool) => {
      const states = await Promise.all(Array.from({ length: 8 }, async () => {
        const client = await pool.connect();
        try {
          return await sqlState(() =>
            actAs(
              client,
              "authenticated",
              queue.owner,
              () =>
                client.query(
                  "select public.create_webhook(gen_random_uuid(), 'e30..AA.AA.AA', $1)",
                  [
                    JSON.stringify({ url: "https://example.com", events: ["*"] }),
                  ],
                ),
              "commit",
            )
          );
        } finally {
          client.release();
        }
      }));
      assert.deepEqual(states.sort(), [...Array(3).fill("PT409"), ...Array(5).fill(null)].sort());
    });
  },
);
