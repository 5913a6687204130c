import assert from "node:assert/strict";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { type Claim, createQueue } from "#tests/support/webhook_queue.ts";

/** When a queue that should have been emptied long ago is given up, in milliseconds. */
const STUCK_MS = 60_000;

const STANDARD = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

Deno.test(
  "A delivery is leased to one worker, with all that it needs to send it",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint({ headers: "e30..HH.HH.HH", header_names: ["x-a"] });
    const event = await queue.publish("custom.x");
    const { deliveries: [delivery], endpoints, next_due_ms } = await queue.claim();
    assert.deepEqual({ ...delivery, id: "" }, {
      id: "",
      fence: 1,
      webhook_id: endpoint,
      event_id: event,
      attempt: 1,
      origin: "event",
      schedule: STANDARD,
    });
    assert.deepEqual(endpoints[endpoint], {
      user_id: queue.owner,
      url: `https://example.com/${endpoint}`,
      headers: "e30..HH.HH.HH",
      secrets: ["e30..AA.AA.AA"],
    });
    assert.equal(next_due_ms, null);
    assert.deepEqual((await queue.claim()).deliveries, []);
  },
);

Deno.test(
  "Who was given as many deliveries as it asked for is told to ask again, and then that nothing is left",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await queue.publish("custom.x");
    const one = await queue.claim(1);
    assert.deepEqual([one.deliveries.length, one.next_due_ms], [1, 0]);
    const none = await queue.claim(1);
    assert.deepEqual([none.deliveries.length, none.next_due_ms], [0, null]);
  },
);

Deno.test("A claim carries what the body of an event leaves out, sealed", onPostgres, async () => {
  await using queue = await createQueue();
  await queue.addEndpoint();
  const part = { id: crypto.randomUUID(), sealed: "e30..AA.AA.AA", bytes: 9, digest: "d" };
  await queue.value("select private.publish_event($1, 'custom.x', '{}', p_sealed => $2)", [
    queue.owner,
    JSON.stringify(part),
  ]);
  const open = await queue.publish("custom.x");
  const { events } = await queue.claim();
  assert.equal(events[part.id]?.sealed, part.sealed);
  assert.equal(events[open]?.sealed, null);
});

Deno.test(
  "A batch is completed without reading the rest of the queue, or of what is under way",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ max_in_flight: 100 });
    await queue.value(
      "select count(private.publish_event($1, 'custom.x', '{}')) from generate_series(1, 2000)",
      [queue.owner],
    );
    // Of a time when nothing was under way, which is what the planner takes to be so.
    await queue.admin.query("vacuum analyze");
    const { deliveries } = await queue.claim(100);
    const outcomes = deliveries.slice(0, 10).map(({ id, fence }, n) => ({
      id,
      fence,
      verdict: n % 2 === 0 ? "delivered" : "retry",
      status_code: 200,
    }));
    // What was read so far is counted too, until the server has taken it in.
    const read = async () => {
      const { rows: [counts] } = await queue.admin.query(
        `select seq_tup_read::int as in_order, idx_tup_fetch::int as looked_up
           from pg_stat_xact_all_tables where relid = 'private.webhook_deliveries'::regclass`,
      );
      return counts;
    };
    await queue.admin.query("begin");
    const before = await read();
    await queue.value("select private.complete_webhook_deliveries($1)", [JSON.stringify(outcomes)]);
    const after = await read();
    await queue.admin.query("commit");
    assert.equal(deliveries.length, 100);
    assert.equal(after.in_order - before.in_order, 0);
    const lookedUp = after.looked_up - before.looked_up;
    assert.ok(lookedUp <= 2 * outcomes.length, `${lookedUp} were looked up`);
  },
);

Deno.test(
  "What is acknowledged leaves the queue with a log row, and the endpoint's record says so",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    const event = await queue.publish("custom.x");
    const { deliveries } = await queue.claim();
    assert.deepEqual(
      await queue.complete(deliveries, {
        verdict: "delivered",
        status_code: 204,
        response_body: "ok",
      }),
      { completed: 1, stale: 0 },
    );
    const { rows: [row] } = await queue.admin.query(
      `select webhook_id, event_id, event, attempt_number, status_code, response_body, error, duration_ms, origin, delivered_at is not null as delivered
       from public.webhook_logs`,
    );
    assert.deepEqual(row, {
      webhook_id: endpoint,
      event_id: event,
      event: "custom.x",
      attempt_number: 1,
      status_code: 204,
      response_body: "ok",
      error: null,
      duration_ms: 5,
      origin: "event",
      delivered: true,
    });
    assert.equal(Number(await queue.value("select count(*) from private.webhook_deliveries")), 0);
    const { rows: [record] } = await queue.admin.query(
      "select last_status, last_error, last_success_at is not null as success, last_triggered_at is not null as triggered, failure_count from public.webhooks",
    );
    assert.deepEqual(record, {
      last_status: 204,
      last_error: null,
      success: true,
      triggered: true,
      failure_count: 0,
    });
  },
);

Deno.test(
  "What failed comes back when its wait is over, with the number of the attempt",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await queue.publish("custom.x");
    const first = await queue.claim();
    await queue.complete(first.deliveries, {
      verdict: "retry",
      retry_in_ms: 60_000,
      error: "timeout: no answer",
    });
    for (const verdict of ["delivered", "retry"] as const) {
      assert.deepEqual(await queue.complete(first.deliveries, { verdict }), {
        completed: 0,
        stale: 1,
      });
    }
    const early = await queue.claim();
    assert.deepEqual(early.deliveries, []);
    assert.ok(
      early.next_due_ms !== null && early.next_due_ms > 55_000 && early.next_due_ms <= 60_000,
    );
    await queue.age("61 seconds");
    const second = await queue.claim();
    assert.deepEqual(second.deliveries.map(({ attempt }) => attempt), [2]);
    assert.equal(second.deliveries[0]?.event_id, first.deliveries[0]?.event_id);
    await queue.complete(second.deliveries, { verdict: "failed" });
    const { rows } = await queue.admin.query(
      "select attempt_number, error, delivered_at from public.webhook_logs order by attempt_number",
    );
    assert.deepEqual(rows, [
      { attempt_number: 1, error: "timeout: no answer", delivered_at: null },
      { attempt_number: 2, error: null, delivered_at: null },
    ]);
    assert.equal(Number(await queue.value("select count(*) from private.webhook_deliveries")), 0);
  },
);

Deno.test(
  "A lease that ran out goes to the next worker, and the first can no longer complete",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await queue.publish("custom.x");
    const first = await queue.claim();
    await queue.age("29 seconds");
    assert.deepEqual((await queue.claim()).deliveries, []);
    await queue.age("2 seconds");
    const second = await queue.claim();
    assert.deepEqual(second.deliveries.map(({ id, fence, attempt }) => [id, fence, attempt]), [[
      first.deliveries[0]?.id,
      2,
      1,
    ]]);
    for (const verdict of ["delivered", "retry"] as const) {
      assert.deepEqual(await queue.complete(first.deliveries, { verdict }), {
        completed: 0,
        stale: 1,
      });
    }
    assert.equal(Number(await queue.value("select count(*) from public.webhook_logs")), 0);
    assert.deepEqual(await queue.complete(second.deliveries), { completed: 1, stale: 0 });
    assert.deepEqual(await queue.complete(second.deliveries), { completed: 0, stale: 1 });
    assert.equal(Number(await queue.value("select count(*) from public.webhook_logs")), 1);
  },
);

Deno.test("The same delivery twice in one completion counts once", onPostgres, async () => {
  await using queue = await createQueue();
  await queue.addEndpoint();
  await queue.publish("custom.x");
  const { deliveries } = await queue.claim();
  assert.deepEqual(await queue.complete([...deliveries, ...deliveries]), {
    completed: 1,
    stale: 1,
  });
  assert.equal(Number(await queue.value("select count(*) from public.webhook_logs")), 1);
});

Deno.test(
  "Workers at once never hold the same delivery, and together take all",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ max_in_flight: 100 });
    await queue.addEndpoint({ max_in_flight: 100 });
    for (let n = 0; n < 50; n++) await queue.publish("custom.x");
    await withPool(queue.database.url, 8, async (pool) => {
      const claims = await Promise.all(Array.from({ length: 16 }, async () => {
        const { rows: [row] } = await pool.query<{ claim: Claim }>(
          "select private.claim_webhook_deliveries(10) as claim",
        );
        return row?.claim.deliveries ?? [];
      }));
      const ids = claims.flat().map(({ id }) => id);
      assert.equal(ids.length, 100);
      assert.equal(new Set(ids).size, 100);
    });
  },
);

Deno.test(
  "An endpoint has no more under way than it may, whoever asks, and the others go on",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const slow = await queue.addEndpoint({ max_in_flight: 3, events: ["custom.slow"] });
    const quick = await queue.addEndpoint({ events: ["custom.quick"] });
    for (let n = 0; n < 400; n++) await queue.publish("custom.slow");
    await queue.publish("custom.quick");
    const under: string[] = [];
    await withPool(queue.database.url, 4, async (pool) => {
      const claims = await Promise.all(Array.from({ length: 8 }, async () => {
        const { rows: [row] } = await pool.query<{ claim: Claim }>(
          "select private.claim_webhook_deliveries(50) as claim",
        );
        return row?.claim.deliveries ?? [];
      }));
      under.push(...claims.flat().map(({ webhook_id }) => webhook_id));
    });
    assert.deepEqual(under.filter((id) => id === slow).length, 3);
    assert.deepEqual(under.filter((id) => id === quick).length, 1);
    const full = await queue.claim();
    assert.deepEqual([full.deliveries, full.next_due_ms], [[], null]);
  },
);

Deno.test(
  "What an endpoint has under way counts against what it may have",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ max_in_flight: 3 });
    for (let n = 0; n < 5; n++) await queue.publish("custom.x");
    const first = await queue.claim(2);
    assert.equal((await queue.claim()).deliveries.length, 1);
    await queue.complete(first.deliveries);
    assert.equal((await queue.claim()).deliveries.length, 2);
  },
);

Deno.test("An endpoint gets no more a second than it asked for", onPostgres, async () => {
  await using queue = await createQueue();
  await queue.addEndpoint({ rate_limit: 5, max_in_flight: 100 });
  for (let n = 0; n < 20; n++) await queue.publish("custom.x");
  const first = await queue.claim();
  assert.equal(first.deliveries.length, 5);
  await queue.complete(first.deliveries);
  const paced = await queue.claim();
  assert.deepEqual(paced.deliveries, []);
  assert.ok(
    paced.next_due_ms !== null && paced.next_due_ms > 0 && paced.next_due_ms <= 1000,
    `${paced.next_due_ms}`,
  );
  await queue.age("1 second");
  assert.equal((await queue.claim(3)).deliveries.length, 3);
  // Three of five took three fifths of a second.
  await queue.age("0.61 seconds");
  assert.equal((await queue.claim()).deliveries.length, 5);
});

Deno.test(
  "An ordered endpoint gets the events of a key one after the other, while other keys proceed",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true });
    const of: Record<string, string[]> = { a: [], b: [] };
    for (let n = 0; n < 3; n++) {
      of.a?.push(await queue.publish("custom.x", { n }, "a"));
      of.b?.push(await queue.publish("custom.x", { call_id: "b", n }));
    }
    const free = [await queue.publish("custom.x", {}), await queue.publish("custom.x", {})];
    const ids = ({ deliveries }: Claim) => deliveries.map(({ event_id }) => event_id).sort();

    const first = await queue.claim();
    assert.deepEqual(ids(first), [of.a?.[0], of.b?.[0], ...free].sort());
    assert.deepEqual(ids(await queue.claim()), []);
    const [a] = first.deliveries.filter(({ event_id }) => event_id === of.a?.[0]);
    const [b] = first.deliveries.filter(({ event_id }) => event_id === of.b?.[0]);
    assert.ok(a && b);
    // A failing head holds its key back, and no other.
    await queue.complete([a], { verdict: "retry", retry_in_ms: 60_000 });
    await queue.complete([b]);
    const second = await queue.claim();
    assert.deepEqual(ids(second), [of.b?.[1]]);
    await queue.complete(second.deliveries);
    assert.deepEqual(ids(await queue.claim()), [of.b?.[2]]);
    await queue.age("29 seconds");
    assert.deepEqual(ids(await queue.claim()), []);
    await queue.publish("custom.x", {}, "a");
    await queue.age("32 seconds");
    const third = await queue.claim();
    assert.ok(ids(third).includes(of.a?.[0] ?? ""));
    assert.ok(!ids(third).includes(of.a?.[1] ?? ""));
    // Given up, the head lets the next one go.
    await queue.complete(third.deliveries.filter(({ event_id }) => event_id === of.a?.[0]), {
      verdict: "failed",
    });
    assert.deepEqual(ids(await queue.claim()), [of.a?.[1]]);
  },
);

Deno.test(
  "The events of 20 keys arrive in order through eight workers at once",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true, max_in_flight: 100 });
    const arrived = new Map<string, number[]>();
    const inFlight = new Set<string>();
    const end = performance.now() + STUCK_MS;
    let published = false;
    await withPool(queue.database.url, 10, async (pool) => {
      const publish = async () => {
        for (let n = 0; n < 400; n++) {
          await pool.query("select private.publish_event($1, 'custom.x', $2, null, $3)", [
            queue.owner,
            JSON.stringify({ key: n % 20, n }),
            `key ${n % 20}`,
          ]);
        }
        published = true;
      };
      const work = async () => {
        while (true) {
          assert.ok(performance.now() < end, "A delivery is stuck");
          const last = published;
          const { rows: [row] } = await pool.query<{ claim: Claim }>(
            "select private.claim_webhook_deliveries(5) as claim",
          );
          const { deliveries = [], events = {} } = row?.claim ?? {};
          for (const { event_id } of deliveries) {
            const { key, n } = JSON.parse(events[event_id]?.payload ?? "").data;
            assert.ok(!inFlight.has(key), "Two of one key are under way");
            inFlight.add(key);
            arrived.set(key, [...arrived.get(key) ?? [], n]);
          }
          if (deliveries.length === 0) {
            const left = await pool.query("select from private.webhook_deliveries limit 1");
            if (last && left.rowCount === 0) return;
            continue;
          }
          // Before the completion: as soon as it commits, another worker may have the next one.
          for (const { event_id } of deliveries) {
            inFlight.delete(JSON.parse(events[event_id]?.payload ?? "").data.key);
          }
          await pool.query("select private.complete_webhook_deliveries($1)", [
            JSON.stringify(
              deliveries.map(({ id, fence }) => ({
                id,
                fence,
                verdict: "delivered",
                status_code: 200,
                duration_ms: 1,
              })),
            ),
          ]);
        }
      };
      await Promise.all([publish(), ...Array.from({ length: 8 }, work)]);
    });
    assert.equal(arrived.size, 20);
    for (const [key, order] of arrived) {
      assert.deepEqual(order, Array.from({ length: 20 }, (_, n) => Number(key) + 20 * n));
    }
  },
);

Deno.test("Retries follow the endpoint's own schedule and number", onPostgres, async () => {
  await using queue = await createQueue();
  const cases: readonly (readonly [object, number[]])[] = [
    [{ retry_count: 0 }, []],
    [{ retry_count: 3 }, STANDARD.slice(0, 3)],
    [{ retry_count: 11 }, [...STANDARD, 86_400, 86_400]],
    [{ retry_schedule: [1, 2], retry_count: 4 }, [1, 2, 2, 2]],
  ];
  for (const [settings, schedule] of cases) {
    const endpoint = await queue.addEndpoint({ ...settings });
    await queue.publish("custom.x");
    const { deliveries } = await queue.claim();
    const [delivery] = deliveries.filter(({ webhook_id }) => webhook_id === endpoint);
    assert.deepEqual(delivery?.schedule, schedule);
  }
});

Deno.test(
  "A rotated secret signs beside the new one until its overlap is over",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    const secrets = async () => {
      await queue.publish("custom.x");
      return (await queue.claim()).endpoints[endpoint]?.secrets;
    };
    const rotate = (secret: string, hours: number) =>
      queue.asOwner<{ old_secrets_expire_at: string | null }>(
        "select public.rotate_webhook_secret($1, $2, $3)",
        [endpoint, secret, hours],
      );
    assert.ok((await rotate("e30..BB.BB.BB", 24)).old_secrets_expire_at);
    assert.deepEqual(await secrets(), ["e30..BB.BB.BB", "e30..AA.AA.AA"]);
    await rotate("e30..CC.CC.CC", 48);
    assert.deepEqual(await secrets(), ["e30..CC.CC.CC", "e30..BB.BB.BB", "e30..AA.AA.AA"]);
    await queue.admin.query(
      `update public.webhooks set old_secrets = (select jsonb_agg(s || jsonb_build_object('expires_at', (s ->> 'expires_at')::timestamptz - interval '25 hours'))
       from jsonb_array_elements(old_secrets) s)`,
    );
    assert.deepEqual(await secrets(), ["e30..CC.CC.CC", "e30..BB.BB.BB"]);
    assert.equal((await rotate("e30..DD.DD.DD", 0)).old_secrets_expire_at, null);
    assert.deepEqual(await secrets(), ["e30..DD.DD.DD"]);
  },
);

Deno.test(
  "A test is sent to its endpoint alone, also to a disabled one, and never again",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint({ events: ["*"], enabled: false });
    await queue.addEndpoint({ events: ["*"] });
    const test = await queue.asOwner<{ delivery_id: string }>(
      "select public.start_webhook_test($1)",
      [endpoint],
    );
    assert.deepEqual((await queue.claim()).deliveries, []);
    const { deliveries } = await queue.claim(1, test.delivery_id);
    assert.deepEqual(deliveries.map(({ webhook_id, origin }) => [webhook_id, origin]), [[
      endpoint,
      "test",
    ]]);
    assert.deepEqual(deliveries[0]?.schedule, []);
    await queue.complete(deliveries, { verdict: "failed" });
    assert.deepEqual(
      await queue.value("select failure_count from public.webhooks where id = $1", [endpoint]),
      0,
    );
    // Left behind by who asked for it, it is sent by whoever works the queue.
    await queue.asOwner("select public.start_webhook_test($1)", [endpoint]);
    await queue.age("61 seconds");
    await queue.publish("custom.x");
    await queue.asOwner("select public.update_webhook($1, $2)", [
      endpoint,
      JSON.stringify({ enabled: true }),
    ]);
    const { deliveries: left } = await queue.claim();
    assert.deepEqual(
      left.filter(({ webhook_id }) => webhook_id === endpoint).map(({ origin, schedule }) => [
        origin,
        schedule,
      ]),
      [["test", []]],
    );
  },
);

Deno.test(
  "What is published before and committed after another of its key is not sent beside it",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true });
    await withPool(queue.database.url, 1, async (pool) => {
      const client = await pool.connect();
      const publish =
        "select private.publish_event($1, 'custom.x', '{}', null, 'a') ->> 'id' as id";
      await client.query("begin");
      const { rows: [early] } = await client.query(publish, [queue.owner]);
      const late = await queue.publish("custom.x", {}, "a");
      const first = await queue.claim();
      assert.deepEqual(first.deliveries.map(({ event_id }) => event_id), [late]);
      await client.query("commit");
      client.release();
      assert.deepEqual((await queue.claim()).deliveries, []);
      await queue.complete(first.deliveries);
      assert.deepEqual((await queue.claim()).deliveries.map(({ event_id }) => event_id), [
        early.id,
      ]);
    });
  },
);

Deno.test(
  "No key is left waiting by an endpoint that was disabled while it was published to",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint({ ordered: true });
    const enable = (enabled: boolean) =>
      queue.asOwner("select public.update_webhook($1, $2)", [
        endpoint,
        JSON.stringify({ enabled }),
      ]);
    await withPool(queue.database.url, 1, async (pool) => {
      const client = await pool.connect();
      await client.query("begin");
      for (let n = 0; n < 2; n++) {
        await client.query("select private.publish_event($1, 'custom.x', '{}', null, 'a')", [
          queue.owner,
        ]);
      }
      await enable(false);
      await client.query("commit");
      client.release();
    });
    assert.deepEqual((await queue.claim()).deliveries, []);
    await enable(true);
    const id = await queue.publish("custom.x", {}, "a");
    assert.deepEqual((await queue.claim()).deliveries.map(({ event_id }) => event_id), [id]);
  },
);

Deno.test(
  "A long backlog of a key is claimed in well under the time that a call may take",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true, events: ["custom.long"] });
    const other = await queue.addEndpoint({ events: ["custom.other"] });
    // The plan of an empty table is the one that is kept.
    for (let n = 0; n < 6; n++) await queue.claim();
    await queue.admin.query(
      "select count(private.publish_event($1, 'custom.long', '{}', null, 'key ' || n % 5)) from generate_series(1, 20000) n",
      [queue.owner],
    );
    await queue.publish("custom.other");
    await queue.admin.query("set statement_timeout = '3500ms'");
    const claimed: string[] = [];
    for (let n = 0; n < 20 && !claimed.includes(other); n++) {
      claimed.push(...(await queue.claim()).deliveries.map(({ webhook_id }) => webhook_id));
    }
    assert.ok(claimed.includes(other));
    assert.equal(claimed.length, 6);
  },
);

Deno.test(
  "Endpoints of one tenant that hang leave room for those of another",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const other = crypto.randomUUID();
    await queue.admin.query("insert into auth.users (id, email) values ($1, 'other@example.com')", [
      other,
    ]);
    for (let n = 0; n < 3; n++) await queue.addEndpoint({ max_in_flight: 100 });
    for (let n = 0; n < 100; n++) await queue.publish("custom.x");
    await queue.admin.query(
      "insert into public.webhooks (id, user_id, url, events, secret) values (gen_random_uuid(), $1, 'https://example.com', '{*}', 'e30..AA.AA.AA')",
      [other],
    );
    await queue.admin.query("select private.publish_event($1, 'custom.x', '{}')", [other]);
    const { deliveries, endpoints } = await queue.claim(256);
    const tenants = deliveries.map(({ webhook_id }) => endpoints[webhook_id]?.user_id);
    assert.equal(tenants.filter((tenant) => tenant === queue.owner).length, 100);
    assert.equal(tenants.filter((tenant) => tenant === other).length, 1);
    assert.deepEqual((await queue.claim(256)).deliveries, []);
  },
);

Deno.test("Behind the backlog of one endpoint another is still seen", onPostgres, async () => {
  await using queue = await createQueue();
  const long = await queue.addEndpoint({ max_in_flight: 100, events: ["custom.long"] });
  const other = await queue.addEndpoint({ events: ["custom.other"] });
  await queue.admin.query(
    "select count(private.publish_event($1, 'custom.long', '{}')) from generate_series(1, 3000)",
    [queue.owner],
  );
  await queue.publish("custom.other");
  const { deliveries } = await queue.claim(64);
  assert.equal(deliveries.length, 64);
  assert.ok(deliveries.some(({ webhook_id }) => webhook_id === other));
  assert.ok(deliveries.some(({ webhook_id }) => webhook_id === long));
});
