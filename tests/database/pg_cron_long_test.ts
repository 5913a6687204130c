import assert from "node:assert/strict";
import { on } from "node:events";
// @ts-types="@types/pg"
import pg from "pg";
import { EXPECTED_SCHEMA } from "#shared/db/expected_schema.ts";
import { databaseUrl, execute } from "#tests/support/databases.ts";
import {
  CRON_DATABASE,
  findPostgres,
  hasExtension,
  startCluster,
} from "#tests/support/postgres.ts";
import { testStack } from "#tests/support/stack.ts";

const postgres = await findPostgres();
const withCron = {
  ignore: postgres === undefined || !await hasExtension(postgres.directory, "pg_cron"),
};

/**
 * How long pg_cron may take, in milliseconds: up to a minute until it begins, a minute until it begins
 * again, and a few seconds for what runs. The slowest job looks for 50 s.
 */
const DEADLINE_MS = 150_000;

/** Says so whenever pg_cron has noted how a run went. */
const TELL_RUNS = `
  create function public.tell_run() returns trigger language plpgsql as
    $$ begin notify cron_runs; return null; end $$;
  create trigger tell_run after update on cron.job_run_details
    for each statement execute function public.tell_run();`;

/** How often each job has gone well, and how often badly. */
const RUNS = `
  select j.jobname as job, count(*) filter (where d.status = 'succeeded')::integer as good,
      count(*) filter (where d.status = 'failed')::integer as bad,
      string_agg(distinct d.return_message, '; ') filter (where d.status = 'failed') as why
    from cron.job j left join cron.job_run_details d using (jobid) group by 1 order by 1`;

interface Runs {
  readonly job: string;
  readonly good: number;
  readonly bad: number;
  readonly why: string | null;
}

/** Jobs of this test: one that keeps what becomes of its runs, as ours do, and one that cannot. */
const BROKEN = ["breaks", "cannot-begin"];

Deno.test("pg_cron itself runs every job of ours, and two failures show", withCron, async () => {
  if (postgres === undefined) return;
  await using cluster = await startCluster(postgres, { cron: true });
  await execute(cluster.url, `create database ${CRON_DATABASE}`);
  await using stack = await testStack({ databaseUrl: databaseUrl(cluster.url, CRON_DATABASE) });
  const client = new pg.Client({ connectionString: databaseUrl(cluster.url, CRON_DATABASE) });
  await client.connect();
  try {
    await client.query(TELL_RUNS);
    await client.query("listen cron_runs");
    // What a job is for is done, too.
    await client.query(
      "insert into private.request_counts (subject, window_end, count) values ('a', now(), 1)",
    );
    await client.query(
      "select private.schedule_job('breaks', '* * * * *', 'select 1 / 0', true), private.schedule('cannot-begin', '* * * * *', 'select nothing()')",
    );
    await client.query("select cron.alter_job(jobid, schedule := '* * * * *') from cron.job");
    await untilRun(client);

    const { rows: counts } = await client.query("select from private.request_counts");
    assert.equal(counts.length, 0);
    // Its own job may have looked a moment before the second failure.
    await client.query("select private.note_failed_runs()");
    const response = await stack.fetch(
      new Request(`${stack.url}/functions/v1/health/ready`, {
        headers: { apikey: stack.secrets.secret_key },
      }),
    );
    const { checks } = await response.json();
    const jobs = checks.find(({ name }: { name: string }) => name === "jobs");
    assert.equal(response.status, 503);
    assert.match(jobs.detail, /\bbreaks, cannot-begin\b/);
  } finally {
    await client.end();
  }
});

/** Waits until each job of ours has gone well, and what is broken has failed twice. */
async function untilRun(client: pg.Client): Promise<void> {
  const told = on(client, "notification", { signal: AbortSignal.timeout(DEADLINE_MS) });
  const runs = async () => (await client.query<Runs>(RUNS)).rows;
  const isLeft = ({ job, good, bad }: Runs) => BROKEN.includes(job) ? bad < 2 : good < 1;
  const names = (await runs()).map(({ job }) => job);
  assert.deepEqual(names, [...EXPECTED_SCHEMA.jobs ?? [], ...BROKEN].sort());
  try {
    for await (const _ of told) {
      if (!(await runs()).some(isLeft)) return;
    }
  } catch (error) {
    throw new Error(`Not run by pg_cron: ${JSON.stringify((await runs()).filter(isLeft))}`, {
      cause: error,
    });
  }
}
