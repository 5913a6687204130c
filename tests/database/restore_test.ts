import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { sqlState } from "#tests/support/tenants.ts";
import { createQueue, openQueue, type WebhookQueue } from "#tests/support/webhook_queue.ts";

interface Settled {
  readonly deliveries: number;
  readonly replays: number;
  readonly sessions: number;
}

const settle = (queue: WebhookQueue, restoredAt: Date) =>
  queue.value<Settled>("select public.settle_restored($1)", [restoredAt]);

/** Another database with all that is in this one, by way of a backup. */
async function restored({ database, owner }: WebhookQueue): Promise<WebhookQueue> {
  const file = await Deno.makeTempFile();
  try {
    await run("pg_dump", "--format=custom", `--file=${file}`, database.url);
    const empty = await createDatabase("template0");
    await run("pg_restore", "--exit-on-error", `--dbname=${empty.url}`, file);
    return await openQueue(empty, owner);
  } finally {
    await Deno.remove(file);
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null" }).output();
  assert.ok(success, `${program}: ${new TextDecoder().decode(stderr)}`);
}

/** A caller in the middle of a menu. */
async function addSession(queue: WebhookQueue): Promise<string> {
  const menu = await queue.asOwner<string>(
    `insert into public.ivr_menus (key, name, prompt, items)
       values (left(gen_random_uuid()::text, 8), 'Main', 'Press 1.', '[{"digit": "1", "label": "End", "action": "hangup"}]') returning id`,
  );
  await queue.asOwner("select public.publish_ivr_menu($1)", [menu]);
  return await queue.value<string>(
    `insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step)
       select 'call', user_id, id, jsonb_build_array($1::text), 1 from public.ivr_menu_versions where menu_id = $1::text::uuid returning id`,
    [menu],
  );
}

const pause = (queue: WebhookQueue) => queue.value<Date>("select clock_timestamp()");

const eventsOf = async (queue: WebhookQueue) =>
  (await queue.claim()).deliveries.map(({ event_id }) => event_id);

Deno.test(
  "a restored backup sends nothing that was on its way then, and what happens since",
  onPostgres,
  async () => {
    await using before = await createQueue();
    const endpoint = await before.addEndpoint({ events: ["*"], max_in_flight: 100 });
    await before.addEndpoint({ ordered: true, max_in_flight: 100 });
    const delivered = await before.publish("custom.delivered", {}, "key");
    await before.complete((await before.claim()).deliveries);
    const pending = await before.publish("custom.pending", {}, "key");
    const leased = await before.publish("custom.leased");
    await before.claim(1);
    const replayed = await before.asOwner<{ replay_id: string }>(
      "select public.replay_webhook($1, $2, false)",
      [endpoint, JSON.stringify({ kind: "event", event_id: delivered })],
    );
    const [timedOut, idle] = [await addSession(before), await addSession(before)];

    // What is in the backup is sent meanwhile, by the database that is then lost.
    // Their lease has not run out when the backup serves already.
    await using after = await restored(before);
    const restoredAt = await pause(after);
    // Before anybody can look, a job has ended one of the calls, and another has come in.
    const end =
      "update public.ivr_sessions set ended_at = now(), end_reason = 'timed_out' where id = $1";
    await after.admin.query(end, [timedOut]);
    const session = await addSession(after);
    const since = await after.publish("custom.since", {}, "key");

    const { deliveries, replays, sessions } = await settle(after, restoredAt);
    // Both endpoints: pending and leased. The first alone: the replay and two ends of sessions.
    assert.deepEqual({ deliveries, replays, sessions }, { deliveries: 7, replays: 1, sessions: 1 });
    // The ordered endpoint need not wait for what will not come.
    assert.deepEqual(await eventsOf(after), [since, since]);
    const open = "select array_agg(id) from public.ivr_sessions where ended_at is null";
    assert.deepEqual(await after.value(open), [session]);
    assert.ok(idle !== session);

    assert.deepEqual(await settle(after, restoredAt), { deliveries: 0, replays: 0, sessions: 0 });
    const again = { kind: "skipped", since: "2020-01-01T00:00:00Z", types: ["custom.*"] };
    const counted = await after.asOwner("select public.replay_webhook($1, $2, true)", [
      endpoint,
      JSON.stringify(again),
    ]);
    // What had been delivered is in nobody's way.
    assert.deepEqual(counted, { replay_id: null, count: 2 });
    const progress = await after.asOwner<{ cancelled_at: string | null }>(
      "select public.get_webhook_replay($1, $2)",
      [endpoint, replayed.replay_id],
    );
    assert.notEqual(progress.cancelled_at, null);
    assert.ok(![pending, leased].includes(since));
    assert.equal(await after.value("select count(*) from public.verify_audit_chain()"), "0");
    assert.equal(
      await after.value("select count(*) from public.audit_logs where action = 'restore.settle'"),
      "2",
    );
  },
);

Deno.test(
  "what is asked for after the restoration is sent, however old its event",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    const endpoint = await queue.addEndpoint();
    const event = await queue.publish("custom.old");
    await queue.complete((await queue.claim()).deliveries);
    const restoredAt = await pause(queue);
    await queue.asOwner("select public.replay_webhook($1, $2, false)", [
      endpoint,
      JSON.stringify({ kind: "event", event_id: event }),
    ]);
    const log = await queue.value("select delivery_id from public.webhook_logs");
    await queue.asOwner("select public.resend_webhook_delivery($1)", [log]);
    assert.deepEqual(await settle(queue, restoredAt), { deliveries: 0, replays: 0, sessions: 0 });
    assert.deepEqual(await eventsOf(queue), [event, event]);
  },
);

Deno.test(
  "a resend that was asked for before the restoration is not sent",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    await queue.publish("custom.old");
    await queue.complete((await queue.claim()).deliveries);
    const log = await queue.value("select delivery_id from public.webhook_logs");
    await queue.asOwner("select public.resend_webhook_delivery($1)", [log]);
    const { deliveries } = await settle(queue, await pause(queue));
    assert.equal(deliveries, 1);
    assert.deepEqual(await eventsOf(queue), []);
  },
);

Deno.test(
  "what a worker took after the restoration is left to it, and gone when it is lost",
  onPostgres,
  async () => {
    await using queue = await createQueue();
    await queue.addEndpoint();
    for (const type of ["custom.sent", "custom.lost"]) await queue.publish(type);
    const restoredAt = await pause(queue);
    const { deliveries } = await queue.claim();
    const [lost] = deliveries;
    assert.equal(deliveries.length, 2);
    await queue.admin.query(
      "update private.webhook_deliveries set leased_until = clock_timestamp() where id = $1",
      [lost?.id],
    );
    assert.equal((await settle(queue, restoredAt)).deliveries, 1);
    assert.deepEqual(await queue.complete(deliveries), { completed: 1, stale: 1 });
  },
);

Deno.test("a time that is missing or not over yet is refused", onPostgres, async () => {
  await using queue = await createQueue();
  for (const time of ["null", "now() + interval '1 minute'", "'infinity'"]) {
    const state = await sqlState(() => queue.admin.query(`select public.settle_restored(${time})`));
    assert.equal(state, "PT422", time);
  }
});
