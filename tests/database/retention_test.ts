import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { standInSql } from "#local/cron/prepare.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";

const OWNER = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";

/** A database with two users, and its connection. */
async function withUsers(action: (client: pg.Client, url: string) => Promise<void>): Promise<void> {
  await using database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      "insert into auth.users (id, email) values ($1, 'a@example.com'), ($2, 'b@example.com')",
      [OWNER, OTHER],
    );
    await action(client, database.url);
  } finally {
    await client.end();
  }
}

/** Attempts in every month of the past two years, a day apart. */
async function addLogs(client: pg.Client, users: readonly string[]): Promise<void> {
  await client.query(
    "select private.ensure_partitions((now() - interval '2 years')::date, 25)",
  );
  await client.query(
    `insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - n * interval '1 day', u, u, gen_random_uuid(), gen_random_uuid(), now(), 'custom.test', 'event', 1
       from generate_series(0, 700) n, unnest($1::uuid[]) u`,
    [users],
  );
}

/** Runs the job to its end, every step a transaction; answers its row. */
async function retain(client: pg.Client, now = new Date()) {
  const { rows: [begun] } = await client.query("select private.begin_retention($1) as run", [now]);
  while (begun.run !== null) {
    const { rows: [step] } = await client.query("select private.retain($1, $2) as more", [
      begun.run,
      now,
    ]);
    if (step.more === null) break;
  }
  const { rows: [run] } = await client.query(
    "select state, counts, error from private.maintenance_runs where job = 'retention' order by id = $1 desc, id desc limit 1",
    [begun.run],
  );
  return run;
}

/** How many days old the oldest attempt of a user is, and how many there are. */
async function kept(client: pg.Client, user: string): Promise<[number, number]> {
  const { rows: [row] } = await client.query(
    "select coalesce(extract(day from now() - min(created_at)), -1)::integer as oldest, count(*)::integer as count from public.webhook_logs where user_id = $1",
    [user],
  );
  return [row.oldest, row.count];
}

const choose = (client: pg.Client, user: string, policy: string, days: number | null) =>
  actAs(
    client,
    "authenticated",
    user,
    () => client.query("select public.set_retention($1, $2)", [policy, days]),
    "commit",
  );

Deno.test(
  "Months that nobody needs are dropped whole, and a second run finds nothing",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      const first = await retain(client);
      assert.equal(first.state, "done", first.error);
      assert.ok(first.counts.partitions > 60, JSON.stringify(first.counts));
      const [oldest, count] = await kept(client, OWNER);
      assert.ok(oldest >= 89 && oldest <= 122 && count === oldest + 1, `${oldest} ${count}`);
      assert.deepEqual(await retain(client), { state: "done", counts: {}, error: null });
    }),
);

Deno.test(
  "A tenant who keeps more or less than others does so to the day",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER, OTHER]);
      await choose(client, OWNER, "webhook_logs", 400);
      await choose(client, OTHER, "webhook_logs", 10);
      const run = await retain(client);
      assert.equal(run.state, "done", run.error);
      assert.deepEqual(await kept(client, OWNER), [399, 400]);
      assert.deepEqual(await kept(client, OTHER), [9, 10]);
      await choose(client, OWNER, "webhook_logs", null);
      await retain(client);
      const [oldest] = await kept(client, OWNER);
      assert.ok(oldest <= 122);
    }),
);

Deno.test(
  "Other tenants' rows go from a month that one tenant keeps",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER, OTHER]);
      await choose(client, OWNER, "webhook_logs", 730);
      await retain(client);
      assert.equal((await kept(client, OWNER))[1], 701);
      const [oldest] = await kept(client, OTHER);
      assert.ok(oldest >= 89 && oldest <= 122, String(oldest));
    }),
);

Deno.test("Ended sessions go with their turns, those in progress stay", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  await choose(admin, owner, "ivr_sessions", null);
  await admin.query(
    "update public.ivr_sessions set ended_at = case when channel = 'phone' then now() - interval '31 days' end, start_time = now() - interval '31 days'",
  );
  const run = await retain(admin);
  assert.equal(run.state, "done", run.error);
  assert.equal(run.counts["public.ivr_sessions"], 1);
  const { rows } = await admin.query(
    "select channel, (select count(*) from public.ivr_turns t where t.session_id = s.id)::integer as turns from public.ivr_sessions s",
  );
  assert.deepEqual(rows, [{ channel: "app", turns: 1 }]);
  await choose(admin, owner, "ivr_sessions", 40);
  await admin.query("update public.ivr_sessions set ended_at = now() - interval '39 days'");
  assert.equal((await retain(admin)).counts["public.ivr_sessions"], undefined);
});

Deno.test("An event that is still to be delivered stays", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  await retain(admin, new Date(Date.now() + 6 * 24 * 3600_000));
  const later = new Date(Date.now() + 150 * 24 * 3600_000);
  await retain(admin, later);
  await retain(admin, later);
  const { rows: [queued] } = await admin.query(
    `select count(*)::integer as deliveries, (count(e.id))::integer as events from private.webhook_deliveries d
       left join public.webhook_events e on e.id = d.event_id and e.created_at = d.event_created_at`,
  );
  assert.ok(queued.deliveries > 0);
  assert.equal(queued.events, queued.deliveries);
});

/** Adds attempts of users in turns, all of one moment so many days ago. */
async function addLogsOf(client: pg.Client, users: readonly string[], days: number, rows: number) {
  await client.query(
    "select private.ensure_partitions((now() - make_interval(days => $1))::date, 1)",
    [days],
  );
  await client.query(
    `insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - make_interval(days => $3), u, u, gen_random_uuid(), gen_random_uuid(), now(), 'custom.test', 'event', 1
       from generate_series(1, $2::integer) n, unnest($1::uuid[]) u`,
    [users, rows, days],
  );
}

Deno.test(
  "What a tenant keeps shorter is found without reading what others keep",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogsOf(client, [OTHER], 40, 20_000);
      await addLogsOf(client, [OWNER], 40, 300);
      await client.query("analyze public.webhook_logs");
      await choose(client, OWNER, "webhook_logs", 7);
      const { rows: [run] } = await client.query("select private.begin_retention() as id");
      const read = async () => {
        const { rows: [row] } = await client.query(
          `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::integer as count
             from pg_stat_xact_user_tables where schemaname = 'private' and relname like 'webhook_logs_%'`,
        );
        return row.count;
      };
      let most = 0;
      for (let more: number | null = 0; more !== null;) {
        await client.query("begin");
        const { rows: [step] } = await client.query("select private.retain($1) as more", [run.id]);
        more = step.more;
        most = Math.max(most, await read());
        await client.query("commit");
      }
      assert.ok(most < 5_000, `${most} rows were read in one step`);
      assert.equal((await kept(client, OWNER))[1], 0);
      assert.equal((await kept(client, OTHER))[1], 20_000);
    }),
);

Deno.test(
  "Of a large month that one tenant keeps all that is others' goes, and no step looks at all of it",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogsOf(client, [OWNER, OTHER], 200, 6_000);
      await choose(client, OWNER, "webhook_logs", 730);
      const { rows: [table] } = await client.query(
        "select t from private.retention_tables t where name = 'public.webhook_logs'",
      );
      const steps: number[] = [];
      for (let at: unknown = null; at !== undefined;) {
        const { rows: [{ done }] } = await client.query(
          "select private.delete_due_rows($1, $2, 2000, now()) as done",
          [table.t, at],
        );
        steps.push(done.rows);
        at = done.at;
      }
      assert.ok(Math.max(...steps) <= 4_000, String(steps));
      assert.equal(steps.reduce((sum, rows) => sum + rows, 0), 6_000);
      assert.equal((await kept(client, OWNER))[1], 6_000);
      assert.equal((await kept(client, OTHER))[1], 0);
    }),
);

Deno.test(
  "Of sessions that ended at one moment those go whose tenants do not keep them, and no locked one is waited for",
  onPostgres,
  () =>
    withUsers(async (client, url) => {
      await client.query("set session_replication_role = replica");
      await client.query(
        `insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step, last_activity, ended_at, end_reason)
           select n::text, u, u, '[]', 0, t, t, 'hung_up'
           from unnest($1::uuid[]) u, generate_series(1, 2500) n, (values (now() - interval '40 days')) ended (t)`,
        [[OWNER, OTHER]],
      );
      await client.query("set session_replication_role = origin");
      await choose(client, OWNER, "ivr_sessions", 60);
      const left = async () => {
        const { rows } = await client.query(
          "select user_id, count(*)::integer as count from public.ivr_sessions group by 1 order by 1",
        );
        return rows.map(({ user_id, count }) => [user_id, count]);
      };
      const busy = new pg.Client({ connectionString: url });
      await busy.connect();
      try {
        const lock = (user: string) =>
          busy.query(
            "select from public.ivr_sessions where user_id = $1 and session_id = '7' for update",
            [user],
          );
        await busy.query("begin");
        await lock(OTHER);
        await retain(client);
        assert.deepEqual(await left(), [[OWNER, 2500], [OTHER, 1]]);
        await busy.query("commit");
        await retain(client);
        assert.deepEqual(await left(), [[OWNER, 2500]]);
        await choose(client, OWNER, "ivr_sessions", 1);
        await client.query("select public.set_retention_policy('ivr_sessions', null)");
        await busy.query("begin");
        await lock(OWNER);
        await retain(client);
        assert.deepEqual(await left(), [[OWNER, 1]]);
        await busy.query("commit");
      } finally {
        await busy.end();
      }
    }),
);

Deno.test(
  "The audit trail is kept longer for whom chose so, and stays whole where it was cut",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await choose(admin, owner, "audit_logs", 700);
    const at = (days: number) => new Date(Date.now() + days * 24 * 3600_000);
    const trail = async () => {
      const { rows: [row] } = await admin.query(
        "select count(*)::integer as count from public.audit_logs l join private.audit_subjects s using (subject_id) where s.user_id = $1",
        [owner],
      );
      return row.count;
    };
    const before = await trail();
    // It would write into the month of the clock on the wall.
    await admin.query("alter event trigger audit_schema_drop disable");
    await retain(admin, at(500));
    await retain(admin, at(500));
    assert.equal(await trail(), before);
    await retain(admin, at(760));
    const cut = await retain(admin, at(760));
    assert.equal(cut.state, "done", cut.error);
    assert.equal(await trail(), 0, JSON.stringify(cut.counts));
    const { rows } = await admin.query(
      "select b.* from private.audit_subjects s cross join lateral private.broken_audit_links(s.subject_id) b where s.user_id = $1",
      [owner],
    );
    assert.deepEqual(rows, []);
  },
);

Deno.test(
  "Tenants choose within bounds, and only for themselves",
  onPostgres,
  () =>
    withUsers(async (client) => {
      const refused = (policy: string, days: number) =>
        sqlState(() => choose(client, OWNER, policy, days));
      assert.equal(await refused("audit_logs", 364), "PT422");
      assert.equal(await refused("audit_logs", 2193), "PT422");
      assert.equal(await refused("webhook_logs", 6), "PT422");
      assert.equal(await refused("webhook_logs", -1), "PT422");
      assert.equal(await refused("maintenance_runs", 90), "PT404");
      assert.equal(await refused("nothing", 90), "PT404");
      await choose(client, OWNER, "webhook_logs", 7);
      await choose(client, OWNER, "webhook_logs", 8);
      const listed = (user: string) =>
        actAs(client, "authenticated", user, async () => {
          const { rows: [row] } = await client.query("select public.list_retention() as list");
          return row.list.find(({ policy }: { policy: string }) => policy === "webhook_logs");
        });
      const bounds = { policy: "webhook_logs", default_days: 90, min_days: 7, max_days: 730 };
      assert.deepEqual(await listed(OWNER), { ...bounds, days: 8, chosen: true, archived: false });
      assert.deepEqual(await listed(OTHER), {
        ...bounds,
        days: 90,
        chosen: false,
        archived: false,
      });
      const { rows } = await client.query(
        "select action, changes from public.audit_logs where action like 'retention.%' order by entry",
      );
      assert.deepEqual(rows, [
        { action: "retention.insert", changes: { policy: "webhook_logs", days: 7 } },
        { action: "retention.update", changes: { policy: "webhook_logs", days: 8 } },
      ]);
    }),
);

Deno.test(
  "A clock that leaps deletes nothing until a second run finds it there",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      await retain(client);
      const before = await kept(client, OWNER);
      const leapt = new Date(Date.now() + 1000 * 24 * 3600_000);
      assert.deepEqual((await retain(client, leapt)).counts, { postponed: 1 });
      assert.deepEqual(await kept(client, OWNER), before);
      // Put right in between: as if nothing had been.
      await retain(client);
      assert.deepEqual(await kept(client, OWNER), before);
      await retain(client, leapt);
      await retain(client, new Date(leapt.getTime() + 24 * 3600_000));
      assert.equal((await kept(client, OWNER))[1], 0);
    }),
);

Deno.test(
  "A clock that falls back deletes nothing more and the job goes on",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      await retain(client);
      const before = await kept(client, OWNER);
      const back = await retain(client, new Date(Date.now() - 100 * 24 * 3600_000));
      assert.equal(back.state, "done");
      assert.deepEqual(await kept(client, OWNER), before);
    }),
);

Deno.test(
  "A run that was killed half-way is told as lost, and the next finishes its work",
  onPostgres,
  () =>
    withUsers(async (client, url) => {
      await addLogs(client, [OWNER]);
      const killed = new pg.Client({ connectionString: url });
      killed.on("error", () => {});
      await killed.connect();
      const { rows: [begun] } = await killed.query("select private.begin_retention() as run");
      for (let step = 0; step < 12; step++) {
        await killed.query("select private.retain($1)", [begun.run]);
      }
      await killed.query("begin");
      await killed.query("select private.retain($1)", [begun.run]);
      const { rows: [{ pid }] } = await killed.query("select pg_backend_pid() as pid");
      await client.query("select pg_terminate_backend($1)", [pid]);
      await killed.end().catch(() => {});
      const run = await retain(client, new Date(Date.now() + 3600_000));
      assert.equal(run.state, "done", run.error);
      assert.ok((await kept(client, OWNER))[0] <= 122);
      const { rows } = await client.query(
        "select state, error from private.maintenance_runs where job = 'retention' order by id",
      );
      assert.deepEqual(rows, [{ state: "failed", error: "lost" }, { state: "done", error: null }]);
    }),
);

Deno.test(
  "Of two runs at once one does the work and the other steps back",
  onPostgres,
  () =>
    withUsers(async (client, url) => {
      await addLogs(client, [OWNER]);
      const second = new pg.Client({ connectionString: url });
      await second.connect();
      try {
        await client.query("begin");
        const { rows: [one] } = await client.query("select private.begin_retention() as run");
        await client.query("commit");
        await client.query("begin");
        await client.query("select private.retain($1)", [one.run]);
        const stepped = await retain(second);
        assert.deepEqual(stepped, { state: "done", counts: { busy: 1 }, error: null });
        await client.query("commit");
        const runs = [retain(client), retain(second)];
        const ended = await Promise.all(runs);
        assert.deepEqual(ended.map(({ state }) => state), ["done", "done"]);
        assert.ok((await kept(client, OWNER))[0] <= 122);
      } finally {
        await second.end();
      }
    }),
);

Deno.test(
  "A month that somebody reads is not waited for",
  onPostgres,
  () =>
    withUsers(async (client, url) => {
      await addLogs(client, [OWNER]);
      const reader = new pg.Client({ connectionString: url });
      await reader.connect();
      try {
        await reader.query("begin");
        await reader.query("select count(*) from public.webhook_logs");
        const { rows: [begun] } = await client.query("select private.begin_retention() as run");
        const waits: number[] = [];
        const took: number[] = [];
        for (let more: number | null = 0; more !== null;) {
          const start = performance.now();
          const { rows: [step] } = await client.query("select private.retain($1) as more", [
            begun.run,
          ]);
          more = step.more;
          if (more) {
            waits.push(more);
            took.push(performance.now() - start);
          }
        }
        // Five times again, later each time: those who queued up behind it have their turn.
        assert.deepEqual(waits, [1, 2, 4, 8, 16]);
        assert.ok(Math.min(...took) < 200, String(took));
        const { rows: [run] } = await client.query(
          "select error, counts from private.maintenance_runs where id = $1",
          [begun.run],
        );
        const { in_use, "public.webhook_logs": gone } = run.counts;
        assert.deepEqual([run.error, in_use, gone], [null, 1, undefined]);
        await reader.query("commit");
        assert.equal((await retain(client)).counts.in_use, undefined);
        assert.ok((await kept(client, OWNER))[0] <= 122);
      } finally {
        await reader.end();
      }
    }),
);

Deno.test(
  "One table's failure leaves the others' work done, and the run says so",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      await client.query(
        "update private.retention_tables set aged_by = 'nothing' where name = 'public.ivr_sessions'",
      );
      for (let run = 0; run < 2; run++) {
        const { state, error } = await retain(client);
        assert.equal(state, "failed");
        assert.match(error, /^public\.ivr_sessions: 42703/);
      }
      assert.ok((await kept(client, OWNER))[0] <= 122);
      const { rows: [readiness] } = await client.query("select public.readiness() as found");
      assert.deepEqual(readiness.found.failing_jobs, ["retention"]);
      await client.query(
        "update private.retention_tables set aged_by = 'ended_at' where name = 'public.ivr_sessions'",
      );
      await retain(client);
      const { rows: [cured] } = await client.query("select public.readiness() as found");
      assert.deepEqual(cured.found.failing_jobs, []);
    }),
);

Deno.test(
  "What is scheduled goes on where it was in the next minute, and begins once a night",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      const takeUp = async (hours = 0) => {
        const { rows: [row] } = await client.query(
          "select private.take_up_retention(now() + make_interval(hours => $1)) as run",
          [hours],
        );
        return row.run;
      };
      const run = await takeUp();
      await client.query("select private.retain($1)", [run]);
      // Killed here: the minute after goes on with it.
      assert.equal(await takeUp(), run);
      while (
        (await client.query("select private.retain($1) as more", [run])).rows[0].more !== null
      );
      assert.ok((await kept(client, OWNER))[0] <= 122);
      assert.equal(await takeUp(), null);
      assert.equal(await takeUp(-6), null);
      const next = await takeUp(24);
      assert.notEqual(next, null);
      // Lost for good: another begins.
      assert.notEqual(await takeUp(25), next);
      const { rows } = await client.query(
        "select state, error from private.maintenance_runs where job = 'retention' order by id",
      );
      assert.deepEqual(rows, [
        { state: "done", error: null },
        { state: "failed", error: "lost" },
        { state: "running", error: null },
      ]);
    }),
);

Deno.test(
  "The trail cut off by hand keeps what a tenant has chosen to keep, and waits for nobody",
  onPostgres,
  () =>
    withUsers(async (client, url) => {
      await client.query(
        "select private.ensure_partitions((now() - interval '25 months')::date, 3)",
      );
      await choose(client, OWNER, "audit_logs", 2192);
      await client.query("set session_replication_role = replica");
      await client.query("update public.audit_logs set created_at = now() - interval '2 years'");
      await client.query("set session_replication_role = origin");
      const cleanUp = () => client.query("select public.cleanup_old_logs(400)::integer as gone");
      // A table of another name among them is no month, whatever the planner looks at first.
      await client.query("create table private.audit_logs_old (id integer)");
      assert.equal((await cleanUp()).rows[0].gone, 0);
      await client.query("delete from public.retention_overrides");
      const reader = new pg.Client({ connectionString: url });
      await reader.connect();
      try {
        await reader.query("begin");
        await reader.query("select count(*) from public.audit_logs");
        const start = performance.now();
        assert.equal(await sqlState(cleanUp), "PT409");
        assert.ok(performance.now() - start < 5_000);
        await reader.query("commit");
      } finally {
        await reader.end();
      }
      assert.ok((await cleanUp()).rows[0].gone > 0);
    }),
);

Deno.test(
  "A job that could not say itself that it failed is noted once",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await client.query(await standInSql());
      await client.query(
        "select cron.schedule(name, '* * * * *', 'select 1') from unnest(array['retention', 'cron-history']) name",
      );
      await client.query(
        "insert into private.maintenance_runs (job, started_at, seen_at) select 'retention', t, t from (values (now() - interval '2 minutes')) begun (t)",
      );
      await client.query(
        `insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
         select jobid, 'failed', 'ERROR: canceled', now() - interval '2 minutes' + n * interval '1 minute', now() - interval '100 s' + n * interval '1 minute'
         from cron.job, generate_series(0, case when jobname = 'retention' then 0 else 1 end) n
         where jobname in ('retention', 'cron-history')`,
      );
      const noted = async () =>
        Number((await client.query("select private.note_failed_runs() as n")).rows[0].n);
      assert.deepEqual([await noted(), await noted()], [3, 0]);
      const { rows } = await client.query(
        "select job, state, error from private.maintenance_runs order by job, id",
      );
      const failed = { state: "failed", error: "ERROR: canceled" };
      assert.deepEqual(rows, [
        { job: "cron-history", ...failed },
        { job: "cron-history", ...failed },
        { job: "retention", ...failed },
      ]);
      assert.deepEqual(await failingJobs(client), ["cron-history"]);
      await client.query(
        "insert into private.jobs (kind, attempts) values ('retention.archive', 2)",
      );
      assert.deepEqual(await failingJobs(client), ["cron-history", "retention.archive"]);
    }),
);

/** Has pg_cron tell of runs of a job: how each ended, and how many seconds ago it began and ended. */
async function tellRuns(
  client: pg.Client,
  job: string,
  runs: readonly (readonly [status: "failed" | "succeeded", begun: number | null, ended: number])[],
): Promise<void> {
  for (const [status, begun, ended] of runs) {
    await client.query(
      `insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
         select jobid, $2, $2, now() - $3 * interval '1 second', now() - $4 * interval '1 second' from cron.job where jobname = $1`,
      [job, status, begun, ended],
    );
  }
}

const failingJobs = async (client: pg.Client) =>
  (await client.query("select public.readiness() -> 'failing_jobs' as jobs")).rows[0].jobs;

/** The same after what pg_cron tells was noted, which is done again and again. */
async function failing(client: pg.Client) {
  await client.query("select private.note_failed_runs()");
  await client.query("select private.note_failed_runs()");
  return await failingJobs(client);
}

Deno.test(
  "A job of plain SQL that failed twice is told of until it has succeeded",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await client.query(await standInSql());
      await client.query("select cron.schedule('mine', '* * * * *', 'select 1 / 0')");
      await tellRuns(client, "mine", [["succeeded", 801, 800], ["failed", 701, 700]]);
      assert.deepEqual(await failing(client), []);
      // It could not even be begun.
      await tellRuns(client, "mine", [["failed", null, 640]]);
      assert.deepEqual(await failing(client), ["mine"]);
      await tellRuns(client, "mine", [["succeeded", 581, 580]]);
      assert.deepEqual(await failing(client), []);
      await tellRuns(client, "mine", [["succeeded", 521, 520], ["failed", 461, 460]]);
      assert.deepEqual(await failing(client), []);
      // Noted together: what lies between two failures counts.
      await tellRuns(client, "mine", [["succeeded", 401, 400], ["failed", 341, 340]]);
      assert.deepEqual(await failing(client), []);
      await tellRuns(client, "mine", [["failed", 281, 280]]);
      assert.deepEqual(await failing(client), ["mine"]);
    }),
);

Deno.test(
  "A job of our own that failed twice is well again when it says so, not when a run of its schedule ends",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await client.query(await standInSql());
      await client.query(
        "select cron.schedule('retention', '* * * * *', 'do $$ begin perform private.take_up_retention(); end $$')",
      );
      await client.query(
        `insert into private.maintenance_runs (job, state, error, started_at, ended_at)
           select 'retention', 'failed', 'x', t, t from unnest(array[now() - interval '1 day', now() - interval '10 minutes']) t`,
      );
      await tellRuns(client, "retention", [["succeeded", 300, 299]]);
      assert.deepEqual(await failing(client), ["retention"]);
      assert.equal((await retain(client)).state, "done");
      assert.deepEqual(await failing(client), []);
    }),
);

Deno.test(
  "A run that was killed and taken up again is not noted as failed, and one that is noted is begun anew that night",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await client.query(await standInSql());
      await client.query(
        "select cron.schedule('retention', '* * * * *', 'do $$ begin perform private.take_up_retention(); end $$')",
      );
      const takeUp = async () =>
        (await client.query("select private.take_up_retention() as run")).rows[0].run;
      const newest = async () => {
        const { rows } = await client.query(
          "select id, state from private.maintenance_runs where job = 'retention' order by id desc",
        );
        return rows;
      };
      await client.query(
        "insert into private.maintenance_runs (job, started_at, seen_at) values ('retention', now() - interval '3 minutes', now() - interval '121 seconds')",
      );
      // The second of its minutes was killed, and so was the third, of which nothing was seen.
      const run = await takeUp();
      await client.query("select private.retain($1)", [run]);
      await tellRuns(client, "retention", [["failed", 150, 120]]);
      await client.query("select private.note_failed_runs()");
      assert.deepEqual(await newest(), [{ id: run, state: "running" }]);

      await client.query(
        "update private.maintenance_runs set seen_at = now() - interval '61 seconds', progress = '{}'",
      );
      await tellRuns(client, "retention", [["failed", 90, 60]]);
      await client.query("select private.note_failed_runs()");
      assert.deepEqual(await newest(), [{ id: run, state: "failed" }]);
      const next = await takeUp();
      assert.ok(next !== null && next !== run, String(next));
      assert.equal(await takeUp(), next);
    }),
);

Deno.test(
  "A run ends after two hours, and the next goes on with what is left",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER]);
      const { rows: [begun] } = await client.query("select private.begin_retention() as run");
      const { rows: [step] } = await client.query(
        "select private.retain($1, now() + interval '121 minutes') as more",
        [begun.run],
      );
      assert.equal(step.more, null);
      assert.equal((await kept(client, OWNER))[1], 701);
      await retain(client, new Date(Date.now() + 3 * 3600_000));
      assert.ok((await kept(client, OWNER))[0] <= 122);
    }),
);

Deno.test(
  "What a policy archives goes in no other way",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await addLogs(client, [OWNER, OTHER]);
      await choose(client, OTHER, "webhook_logs", 7);
      await client.query("select public.set_retention_policy('webhook_logs', 90, true)");
      const run = await retain(client);
      assert.equal(run.state, "done", run.error);
      assert.equal((await kept(client, OWNER))[1] + (await kept(client, OTHER))[1], 1402);
    }),
);

Deno.test(
  "An event that is still to be delivered stays where its tenant keeps less",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await choose(admin, owner, "webhook_logs", 7);
    const later = new Date(Date.now() + 15 * 24 * 3600_000);
    await retain(admin, new Date(Date.now() + 6 * 24 * 3600_000));
    await retain(admin, new Date(Date.now() + 12 * 24 * 3600_000));
    const count = async () =>
      (await admin.query(
        "select count(*)::integer as n from public.webhook_events where user_id = $1",
        [owner],
      )).rows[0].n;
    const before = await count();
    assert.ok(before > 0);
    assert.equal((await retain(admin, later)).state, "done");
    assert.equal(await count(), before);
    await admin.query("delete from private.webhook_deliveries");
    await retain(admin, later);
    assert.equal(await count(), 0);
  },
);

Deno.test(
  "Where a month of the trail was cut off a chain goes on from its newest entry, whichever month that was in",
  onPostgres,
  () =>
    withUsers(async (client) => {
      await client.query(
        "select private.ensure_partitions((now() - interval '25 months')::date, 3)",
      );
      for (let n = 7; n < 12; n++) await choose(client, OWNER, "webhook_logs", n);
      // Of a clock that fell back: what came later lies in the earlier month.
      await client.query("set session_replication_role = replica");
      await client.query(
        `update public.audit_logs l set created_at = date_trunc('month', now(), 'UTC') - make_interval(months => case when l.entry > 2 then 24 else 23 end)
           from private.audit_subjects s where s.subject_id = l.subject_id and s.user_id = $1`,
        [OWNER],
      );
      await client.query("set session_replication_role = origin");
      for (let month = 0; month < 2; month++) {
        await client.query("select public.cleanup_old_logs(365)");
      }
      const { rows } = await client.query(
        "select b.* from private.audit_subjects s cross join lateral private.broken_audit_links(s.subject_id) b where s.user_id = $1",
        [OWNER],
      );
      assert.deepEqual(rows, []);
      await choose(client, OWNER, "webhook_logs", 7);
      const { rows: [last] } = await client.query(
        "select count(*)::integer as n from public.verify_audit_chain()",
      );
      assert.equal(last.n, 0);
    }),
);

Deno.test(
  "Archives are asked for where a policy wants them, once at a time, and not while a clock has leapt",
  onPostgres,
  () =>
    withUsers(async (client) => {
      const queued = async () =>
        (await client.query("select private.queue_archive() as n")).rows[0].n;
      assert.equal(await queued(), 0);
      await client.query("select public.set_retention_policy('webhook_logs', 90, true)");
      assert.deepEqual([await queued(), await queued()], [1, 0]);
      await client.query("delete from private.jobs");
      await client.query(
        `insert into private.maintenance_runs (job, state, started_at, ended_at)
           select 'retention', 'done', t, t from (values (now() - interval '8 days')) run (t)`,
      );
      assert.equal(await queued(), 0);
      await retain(client);
      assert.equal(await queued(), 1);
    }),
);

Deno.test(
  "A job of every minute leaves rows when it did something, failed, or is well again",
  onPostgres,
  () =>
    withUsers(async (client) => {
      const run = (query: string) =>
        client.query("select private.run_job('mine', $1, true) as error", [query]);
      const queries = ["0", "3", "1 / 0", "0", "0", "1 / 0", "1 / 0"];
      for (const query of queries) await run(`select ${query}`);
      const { rows } = await client.query(
        "select state, counts, left(error, 5) as code from private.maintenance_runs where job = 'mine' order by id",
      );
      const done = (count: number) => ({ state: "done", counts: { count }, code: null });
      const failed = { state: "failed", counts: { count: 0 }, code: "22012" };
      assert.deepEqual(rows, [done(3), failed, done(0), failed, failed]);
      assert.deepEqual(await failingJobs(client), ["mine"]);
    }),
);
