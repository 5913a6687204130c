// @ts-types="@types/pg"
import type pg from "pg";
import { OWNER } from "./keys.ts";

/** Rows of `webhook_logs`, spread over so many months before this one. */
interface Logs {
  readonly months: number;
  readonly rows: number;
}

const ATTEMPT =
  "user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number";
const ATTEMPT_VALUES =
  `'${OWNER}', '${OWNER}', gen_random_uuid(), gen_random_uuid(), now(), 'custom.bench', 'event', 1`;

/** Logs an attempt and lists the newest, for which every month is opened. */
export const LOG_TRANSACTION =
  `insert into public.webhook_logs (${ATTEMPT}) values (${ATTEMPT_VALUES});
select id from public.webhook_logs where user_id = '${OWNER}' and event = 'custom.bench' order by created_at desc limit 20;`;

/** Writes a session and its first turn. */
export const SESSION_TRANSACTION =
  `with s as (insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step)
    values (gen_random_uuid()::text, '${OWNER}', '${OWNER}', '[]', 0) returning id)
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
    select id, 0, '${OWNER}', '${OWNER}', '{}', 'entered', '<Response/>' from s;`;

/** Adds rows that are kept, and a menu version for sessions. */
export async function addLogs(client: pg.Client, { months, rows }: Logs): Promise<void> {
  await client.query(
    `select private.ensure_partitions((now() - make_interval(months => $1))::date, $1)`,
    [months],
  );
  // A million checks of the same owner would be no part of this.
  await client.query("set session_replication_role = replica");
  await client.query(
    `insert into public.webhook_logs (created_at, ${ATTEMPT})
       select date_trunc('month', now(), 'UTC') - m * interval '1 month' + n * interval '27 days' / $2, ${ATTEMPT_VALUES}
       from generate_series(1, $1 - 1) m, generate_series(1, $2::integer) n`,
    [months, Math.floor(rows / (months - 1))],
  );
  await client.query("set session_replication_role = origin");
  await client.query(
    `insert into public.ivr_menus (id, user_id, key, name, prompt) values ('${OWNER}', '${OWNER}', 'main', 'Main', 'Press 1.');
     insert into public.ivr_menu_versions (id, user_id, menu_id, version, document) values ('${OWNER}', '${OWNER}', '${OWNER}', 1, '{}')`,
  );
  // So that the month before those that are kept is due.
  await client.query(
    `select public.set_retention_policy('webhook_logs', (now()::date - (date_trunc('month', now(), 'UTC') - make_interval(months => $1 - 1))::date))`,
    [months],
  );
  await client.query("vacuum analyze");
}

/** Makes the month before those that are kept anew, with so many rows. */
export async function addDueMonth(client: pg.Client, { months, rows }: Logs): Promise<void> {
  const begun = `date_trunc('month', now(), 'UTC') - make_interval(months => $1)`;
  await client.query(`select private.ensure_partitions((${begun})::date, 0)`, [months]);
  await client.query("set session_replication_role = replica");
  await client.query(
    `insert into public.webhook_logs (created_at, ${ATTEMPT})
       select ${begun} + n * interval '27 days' / $2, ${ATTEMPT_VALUES} from generate_series(1, $2::integer) n`,
    [months, rows],
  );
  await client.query("set session_replication_role = origin");
  await settle(client, "webhook_logs");
}

/** Adds sessions that ended 40 days ago, with three turns each. */
export async function addEndedSessions(client: pg.Client, count: number): Promise<void> {
  await client.query("delete from public.ivr_sessions");
  await client.query("set session_replication_role = replica");
  await client.query(
    `with s as (
       insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step, last_activity, ended_at, end_reason)
         select gen_random_uuid()::text, '${OWNER}', '${OWNER}', '[]', 2, now() - interval '40 days', now() - interval '40 days', 'hung_up'
         from generate_series(1, $1) returning id)
     insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
       select id, n, '${OWNER}', '${OWNER}', '{}', 'entered', '<Response/>' from s, generate_series(0, 2) n`,
    [count],
  );
  await client.query("set session_replication_role = origin");
  await settle(client, "ivr_sessions");
  await settle(client, "ivr_turns");
}

/** Runs the job to its end as cron does, every step a transaction; what it took, in milliseconds. */
export async function retain(
  client: pg.Client,
): Promise<{ took: number; counts: Record<string, number> }> {
  const start = performance.now();
  const { rows: [begun] } = await client.query("select private.begin_retention() as run");
  for (let wait = 0; wait !== null;) {
    await client.query("select pg_sleep($1)", [wait]);
    const { rows: [step] } = await client.query("select private.retain($1) as wait", [begun.run]);
    wait = step.wait;
  }
  const took = performance.now() - start;
  const { rows: [run] } = await client.query(
    "select state, counts, error from private.maintenance_runs where id = $1",
    [begun.run],
  );
  if (run.state !== "done" || "in_use" in run.counts) throw new Error(JSON.stringify(run));
  return { took, counts: run.counts };
}

/** So that nobody pays for what was written before. */
async function settle(client: pg.Client, table: string): Promise<void> {
  await client.query(`vacuum analyze public.${table}`);
  await client.query("checkpoint");
}
