import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
// @ts-types="@types/pg"
import pg from "pg";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { type Claim, createQueue, type WebhookQueue } from "#tests/support/webhook_queue.ts";

/**
 * Claims on a connection of its own, and stands still in the middle of it while others go on: when
 * it has written a column.
 */
async function claimHalfway(queue: WebhookQueue, column: "waiting" | "fence", limit = 10) {
  const { admin, database } = queue;
  await admin.query(
    `create function public.stand_still() returns trigger language plpgsql as $$
       begin perform pg_advisory_xact_lock_shared(42); return null; end $$;
     create trigger stand_still after update of ${column} on private.webhook_deliveries for each statement execute function public.stand_still();
     select pg_advisory_lock(42)`,
  );
  const worker = new pg.Client({ connectionString: database.url });
  await worker.connect();
  const claiming = worker.query<{ claim: Claim }>(
    "select private.claim_webhook_deliveries($1) as claim",
    [limit],
  );
  await untilWaiting(queue, 1);
  return {
    /** Lets it go on; answers the events that it claimed. */
    async finish(): Promise<string[]> {
      await admin.query("select pg_advisory_unlock(42)");
      const { rows: [row] } = await claiming;
      return row?.claim.deliveries.map(({ event_id }) => event_id) ?? assert.fail();
    },
    async [Symbol.asyncDispose]() {
      await worker.end();
      await admin.query("drop function public.stand_still cascade");
    },
  };
}

/** Until so many connections wait for a lock, or something else is over. */
async function untilWaiting({ admin }: WebhookQueue, count: number, isOver = () => false) {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while (!isOver() && (await admin.query(waiting)).rowCount !== count);
}

Deno.test(
  "What is published in the middle of a claim is claimed in its order, too",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true });
    const publisher = new pg.Client({ connectionString: queue.database.url });
    await publisher.connect();
    // What is published is due from when its transaction began.
    await publisher.query("begin");
    {
      await using claim = await claimHalfway(queue, "waiting");
      const { rows: [first] } = await publisher.query<{ id: string }>(
        `select private.publish_event($1, 'custom.x', '{"n": 1}', null, 'a') ->> 'id' as id, private.publish_event($1, 'custom.x', '{"n": 2}', null, 'a')`,
        [queue.owner],
      );
      await publisher.query("commit");
      assert.deepEqual(await claim.finish(), [first?.id]);
    }
    await publisher.end();
  },
);

Deno.test(
  "A claim waits for nobody who is completing what ran out, and leaves it to them",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    for (let n = 0; n < 2; n++) await queue.publish("custom.x");
    const { deliveries: [first, second] } = await queue.claim();
    await queue.age("31 seconds");
    const late = new pg.Client({ connectionString: queue.database.url });
    await late.connect();
    await late.query("begin");
    await late.query("select private.complete_webhook_deliveries($1)", [
      JSON.stringify([{ ...first, verdict: "delivered", status_code: 200 }]),
    ]);
    await queue.admin.query("set lock_timeout = '5s'");
    const { deliveries: taken } = await queue.claim();
    assert.deepEqual(taken.map(({ id, fence }) => [id, fence]), [[second?.id, 2]]);
    await late.query("commit");
    await late.end();
    assert.deepEqual(await queue.complete(taken), { completed: 1, stale: 0 });
    assert.equal(Number(await queue.value("select count(*) from public.webhook_logs")), 2);
  },
);

Deno.test(
  "An endpoint has no more under way than it may, also where the order changes between two claims",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ max_in_flight: 2 });
    for (let n = 0; n < 3; n++) await queue.publish("custom.x");
    const other = new pg.Client({ connectionString: queue.database.url });
    await other.connect();
    {
      await using claim = await claimHalfway(queue, "fence");
      await other.query(
        `update private.webhook_deliveries set due_at = '-infinity'
          where seq = (select max(seq) from private.webhook_deliveries)`,
      );
      await other.query("set session_replication_role = replica");
      let isOver = false;
      const claiming = other.query<{ claim: Claim }>(
        "select private.claim_webhook_deliveries(10) as claim",
      );
      void claiming.then(() => isOver = true);
      // Without the lock it does not wait.
      await untilWaiting(queue, 2, () => isOver);
      assert.equal((await claim.finish()).length, 2);
      assert.deepEqual((await claiming).rows[0]?.claim.deliveries, []);
    }
    await other.end();
  },
);

Deno.test(
  "A delivery whose predecessor ends while a claim sets it waiting is let go",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint({ ordered: true });
    await queue.publish("custom.x", {}, "a");
    const { deliveries } = await queue.claim();
    const second = await queue.publish("custom.x", {}, "a");
    const completer = new pg.Client({ connectionString: queue.database.url });
    await completer.connect();
    {
      await using claim = await claimHalfway(queue, "waiting");
      let isOver = false;
      const completing = completer.query("select private.complete_webhook_deliveries($1)", [
        JSON.stringify(deliveries.map(({ id, fence }) => ({
          ...{ id, fence, verdict: "delivered", status_code: 200, duration_ms: 1 },
        }))),
      ]).then(() => isOver = true);
      // Without the lock it does not wait.
      await untilWaiting(queue, 2, () => isOver);
      assert.deepEqual(await claim.finish(), []);
      await completing;
    }
    await completer.end();
    assert.deepEqual((await queue.claim()).deliveries.map(({ event_id }) => event_id), [second]);
  },
);

Deno.test(
  "A delivery that is under way is claimed by nobody, by its id neither",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await queue.publish("custom.x");
    const { deliveries: [delivery] } = await queue.claim();
    assert.deepEqual((await queue.claim(1, delivery?.id)).deliveries, []);
  },
);

Deno.test(
  "An account that is deleted and a worker that completes never wait for each other",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const [low, high] = [randomUUID(), randomUUID()].toSorted();
    const { rows: [user] } = await queue.admin.query<{ id: string }>(
      "insert into auth.users (id, email) values (gen_random_uuid(), 'leaver@example.com') returning id",
    );
    // Deletions find the newer first, and stand still there.
    for (const id of [low, high]) {
      await queue.admin.query(
        `insert into public.webhooks (id, user_id, url, events, secret)
          values ($1, $2, 'https://example.com', '{*}', 'e30..AA.AA.AA')`,
        [id, user?.id],
      );
    }
    await queue.admin.query("select private.publish_event($1, 'custom.x', '{}')", [user?.id]);
    const { deliveries } = await queue.claim();
    await queue.admin.query(
      `create function public.stand_still() returns trigger language plpgsql as $$
         begin perform pg_advisory_xact_lock_shared(42); return old; end $$;
       create trigger stand_still before delete on public.webhooks for each row when (old.id = '${high}') execute function public.stand_still();
       select pg_advisory_lock(42)`,
    );
    await withPool(queue.database.url, 2, async (pool) => {
      const deleting = pool.query("delete from auth.users where id = $1", [user?.id]);
      await untilWaiting(queue, 1);
      let isOver = false;
      const completing = pool.query("select private.complete_webhook_deliveries($1)", [
        JSON.stringify(deliveries.map(({ id, fence }) => ({
          ...{ id, fence, verdict: "delivered", status_code: 200 },
        }))),
      ]).finally(() => isOver = true);
      await untilWaiting(queue, 2, () => isOver);
      await queue.admin.query("select pg_advisory_unlock(42)");
      await Promise.all([deleting, completing]);
    });
  },
);
