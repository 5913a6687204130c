import assert from "node:assert/strict";
import { testStack } from "#tests/support/stack.ts";

Deno.test("the embedded database lets go of what is due: months, others' rows of a month that is kept, and what is kept shorter", async () => {
  await using stack = await testStack();
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  const users = [owner.userId, other.userId];
  await stack.database.query(
    "select private.ensure_partitions((now() - interval '300 days')::date, 11)",
  );
  await stack.database.query(
    `insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - d * interval '1 day', u::uuid, u::uuid, gen_random_uuid(), gen_random_uuid(), now(), 'custom.test', 'event', 1
       from unnest(array['${
      users.join("','")
    }']) u, unnest(array[250, 200, 40, 5]) d, generate_series(1, 50)`,
  );
  const choose = (days: number, { db } = owner) =>
    db.rpc("set_retention", { p_policy: "webhook_logs", p_days: days });
  await choose(220);
  await choose(20, other);
  const [begun] = await stack.database.query("select private.begin_retention()::text as run");
  for (let more: unknown = 0; more !== null;) {
    const [step] = await stack.database.query(`select private.retain(${begun?.run}) as more`);
    more = step?.more;
  }
  const left = await stack.database.query(
    `select user_id::text as user, (extract(epoch from now() - created_at) / 86400)::integer as days, count(*)::integer as count
       from public.webhook_logs group by user_id, 2 order by user_id <> '${owner.userId}', 2`,
  );
  assert.deepEqual(left.map(({ user, days, count }) => [user, days, count]), [
    [owner.userId, 5, 50],
    [owner.userId, 40, 50],
    [owner.userId, 200, 50],
    [other.userId, 5, 50],
  ]);
  const [run] = await stack.database.query(
    "select state, error from private.maintenance_runs where job = 'retention'",
  );
  assert.deepEqual(run, { state: "done", error: null });
});
