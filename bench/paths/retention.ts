/**
 * Measures what letting old records go costs, on a PostgreSQL server of its own: the month of
 * `webhook_logs` that is due, with few rows kept and with 2,000,000 over 24 months; and batches of
 * `ivr_sessions`, while 16 clients write sessions, with the longest that one of them waited.
 *
 * Usage: deno run -A bench/paths/retention.ts [rows]
 */
// @ts-types="@types/pg"
import pg from "pg";
import { execute } from "#tests/support/databases.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { quantile } from "../support/numbers.ts";

const OWNER = "00000000-0000-4000-8000-000000000001";
const MONTHS = 24;
const CLIENTS = 16;
const SESSIONS = 100_000;
const rows = Number(Deno.args[0] ?? 2_000_000);

await using cluster = await benchmarkCluster();
for (const [name, every] of [["few", 100], ["many", 1]] as const) await measureMonths(name, every);
await measureBatches();

/** Drops the month that is due of so many, where months that are kept have one row in `every`. */
async function measureMonths(name: string, every: number): Promise<void> {
  const url = await migratedDatabase(cluster.url, name);
  const perMonth = Math.floor(rows / MONTHS);
  await execute(
    url,
    `insert into auth.users (id, email) values ('${OWNER}', 'bench@example.com');
     select private.ensure_partitions((now() - interval '${MONTHS} months')::date, ${MONTHS});
     insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - m * interval '1 month' + n * interval '27 days' / ${perMonth},
         '${OWNER}', '${OWNER}', gen_random_uuid(), gen_random_uuid(), now(), 'custom.bench', 'event', 1
       from generate_series(1, ${MONTHS}) m, generate_series(1, ${perMonth}) n
       where m = ${MONTHS} or n % ${every} = 0;
     select public.set_retention_policy('webhook_logs', ${MONTHS * 30});`,
  );
  await execute(url, "vacuum analyze");
  await withClient(url, async (client) => {
    const { rows: [before] } = await client.query(
      "select count(*)::integer as count from public.webhook_logs",
    );
    const run = await retain(client);
    console.log(
      `${name}: ${run.took.toFixed(0)} ms to let go of what is due of ${before.count} rows, ${
        JSON.stringify(run.counts)
      }`,
    );
  });
}

/** Deletes ended sessions in batches while clients write others. */
async function measureBatches(): Promise<void> {
  const url = await migratedDatabase(cluster.url, "batches");
  await execute(
    url,
    `insert into auth.users (id, email) values ('${OWNER}', 'bench@example.com');
     insert into public.ivr_menus (id, user_id, key, name, prompt) values ('${OWNER}', '${OWNER}', 'main', 'Main', 'Press 1.');
     insert into public.ivr_menu_versions (id, user_id, menu_id, version, document) values ('${OWNER}', '${OWNER}', '${OWNER}', 1, '{}');
     insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step, last_activity, ended_at, end_reason)
       select 'old' || n, '${OWNER}', '${OWNER}', '[]', 0, now() - interval '40 days', now() - interval '40 days', 'hung_up'
       from generate_series(1, ${SESSIONS}) n;
     insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
       select id, n, '${OWNER}', '${OWNER}', '{}', 'entered', '<Response/>' from public.ivr_sessions, generate_series(0, 2) n;`,
  );
  await execute(url, "vacuum analyze");
  const calm = await writeSessions(url, () => pause(5_000));
  let run = { took: 0, counts: {} };
  const busy = await writeSessions(url, async () => {
    await withClient(url, async (client) => {
      run = await retain(client);
    });
  });
  console.log(
    `batches: ${(run.took / 1000).toFixed(1)} s for ${
      JSON.stringify(run.counts)
    }, each session with 3 turns`,
  );
  for (const [name, waits] of [["alone", calm], ["meanwhile", busy]] as const) {
    console.log(
      `${CLIENTS} clients ${name}: ${waits.length} writes, median ${
        quantile(waits, 0.5).toFixed(1)
      } ms, 99 % ${quantile(waits, 0.99).toFixed(1)} ms, longest ${
        waits.reduce((a, b) => Math.max(a, b), 0).toFixed(0)
      } ms`,
    );
  }
}

/** Writes sessions with all clients for as long as something takes; what each write took, in milliseconds. */
async function writeSessions(url: string, work: () => Promise<void>): Promise<number[]> {
  const waits: number[] = [];
  let isOver = false;
  const writers = Array.from({ length: CLIENTS }, () =>
    withClient(url, async (client) => {
      while (!isOver) {
        const start = performance.now();
        await client.query(
          `with s as (insert into public.ivr_sessions (session_id, user_id, menu_version_id, menu_stack, step)
             values (gen_random_uuid()::text, $1, $1, '[]', 0) returning id)
           insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
             select id, 0, $1, $1, '{}', 'entered', '<Response/>' from s`,
          [OWNER],
        );
        waits.push(performance.now() - start);
        // As calls do, which listen in between.
        await pause(20);
      }
    }));
  await work();
  isOver = true;
  await Promise.all(writers);
  return waits;
}

/** Runs the job to its end, every step a transaction. */
async function retain(client: pg.Client): Promise<{ took: number; counts: object }> {
  const start = performance.now();
  const { rows: [begun] } = await client.query("select private.begin_retention() as run");
  for (let more = true; more;) {
    const { rows: [step] } = await client.query("select private.retain($1) as more", [begun.run]);
    more = step.more !== null;
  }
  const took = performance.now() - start;
  const { rows: [run] } = await client.query(
    "select state, counts, error from private.maintenance_runs where id = $1",
    [begun.run],
  );
  if (run.state !== "done") throw new Error(run.error);
  return { took, counts: run.counts };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
