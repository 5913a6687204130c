/** Something that can be wrong with a database, and how `schema_health()` names it. */
export interface SchemaFault {
  readonly fault: string;
  /** Statements that make it. */
  readonly sql: string;
  readonly check: string;
  readonly problem: RegExp;
  /** What the whole then is; unhealthy unless said. */
  readonly status?: "degraded";
}

/** One fault of every kind that is looked for. */
export const SCHEMA_FAULTS: readonly SchemaFault[] = [
  {
    fault: "a migration that was not applied",
    sql: "delete from supabase_migrations.schema_migrations where version = '20261121000900'",
    check: "migrations",
    problem: /^20261121000900 is not applied$/,
  },
  {
    fault: "a migration that the functions do not know",
    sql: "insert into supabase_migrations.schema_migrations (version) values ('29990101000000')",
    check: "migrations",
    problem: /^29990101000000 is applied/,
    status: "degraded",
  },
  {
    fault: "a history of migrations that is gone",
    sql: "drop schema supabase_migrations cascade",
    check: "migrations",
    problem: /^The history of migrations is kept elsewhere$/,
    status: "degraded",
  },
  {
    fault: "a missing table",
    sql: "drop table private.jobs cascade",
    check: "tables",
    problem: /^private\.jobs is missing$/,
  },
  {
    fault: "a queue that is gone",
    sql: "drop table private.webhook_deliveries cascade",
    check: "queues",
    problem: /^webhook_deliveries cannot be looked at/,
  },
  {
    fault: "a missing column",
    sql: "alter table public.agents drop column avatar_url",
    check: "columns",
    problem: /^public\.agents\.avatar_url text is missing$/,
  },
  {
    fault: "a column of another type",
    sql: "alter table public.agents alter column avatar_url type varchar(10)",
    check: "columns",
    problem: /^public\.agents\.avatar_url text is missing$/,
  },
  {
    fault: "a missing index",
    sql: "drop index private.idx_jobs_due",
    check: "indexes",
    problem: /^private\.idx_jobs_due is missing$/,
  },
  {
    fault: "a missing constraint",
    sql: "alter table private.jobs drop constraint jobs_state_check",
    check: "constraints",
    problem: /^private\.jobs: jobs_state_check is missing$/,
  },
  {
    fault: "a missing policy on a table of the platform",
    sql:
      `do $$ begin execute (select format('drop policy %I on storage.objects', polname) from pg_policy
        where polrelid = 'storage.objects'::regclass limit 1); end $$`,
    check: "policies",
    problem: /^storage\.objects: .+ is missing$/,
  },
  {
    fault: "a trigger that is switched off",
    sql: "alter table private.jobs disable trigger set_updated_at",
    check: "triggers",
    problem: /^private\.jobs: set_updated_at is missing$/,
  },
  {
    fault: "a missing function",
    sql: "drop function public.claim_job(integer)",
    check: "functions",
    problem: /^public\.claim_job\(integer\) is missing$/,
  },
  {
    fault: "a function that its callers may not call",
    sql: "revoke execute on function public.readiness() from service_role",
    check: "grants",
    problem: /^service_role: execute on public\.readiness\(\) is missing$/,
  },
  {
    fault: "a table that its owners may not read",
    sql: "revoke select on public.agents from authenticated",
    check: "grants",
    problem: /^authenticated: select on public\.agents is missing$/,
  },
  {
    fault: "a schema that is closed",
    sql: "revoke usage on schema private from service_role",
    check: "grants",
    problem: /^service_role: usage on schema private is missing$/,
  },
  {
    fault: "row level security that was switched off",
    sql: "alter table public.agents disable row level security",
    check: "row_level_security",
    problem: /^public\.agents has no row level security$/,
  },
  {
    fault: "a table of somebody's without row level security",
    sql: "create table public.forgotten (id integer primary key)",
    check: "row_level_security",
    problem: /^public\.forgotten has no row level security$/,
  },
  {
    fault: "an index that was never finished",
    sql:
      "update pg_index set indisvalid = false where indexrelid = 'private.idx_jobs_due'::regclass",
    check: "usable_indexes",
    problem: /^private\.idx_jobs_due is invalid/,
  },
  {
    fault: "a foreign key without an index",
    sql:
      "alter table private.jobs add constraint jobs_of foreign key (user_id) references auth.users;" +
      " drop index private.idx_jobs_user_id",
    check: "usable_indexes",
    problem: /^private\.jobs has no index for its foreign key jobs_of$/,
  },
  {
    fault: "a Vault that is gone",
    sql: "alter schema vault rename to elsewhere",
    check: "extensions",
    problem: /^supabase_vault is missing/,
    status: "degraded",
  },
  {
    fault: "a cron that is gone",
    sql: "alter schema cron rename to elsewhere",
    check: "scheduled_jobs",
    problem: /^Nothing is scheduled/,
    status: "degraded",
  },
  {
    fault: "a job that was unscheduled",
    sql: "select cron.unschedule('partitions-ahead')",
    check: "scheduled_jobs",
    problem: /^partitions-ahead is not scheduled$/,
  },
  {
    fault: "a job that is switched off",
    sql: "update cron.job set active = false where jobname = 'maintenance'",
    check: "scheduled_jobs",
    problem: /^maintenance is switched off$/,
  },
  {
    fault: "a job that failed when it last ended",
    sql: `insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
      select jobid, s, 'The Vault is empty', now(), now() from cron.job, unnest(array['succeeded', 'failed']) s
        where jobname = 'webhook-dispatch'`,
    check: "scheduled_jobs",
    problem: /^webhook-dispatch failed: The Vault is empty$/,
  },
  {
    fault: "a cron that has stood still for long",
    sql: `insert into cron.job_run_details (jobid, status, start_time, end_time)
      select jobid, 'succeeded', now() - interval '1 hour', now() - interval '1 hour' from cron.job`,
    check: "scheduled_jobs",
    problem: /^No job has run since /,
    status: "degraded",
  },
  {
    fault: "no partition for the next month",
    sql: dropPartition(1),
    check: "partitions",
    problem: /^public\.webhook_events has no partition for \d{4}-\d{2}$/,
  },
  {
    fault: "no partition for the month after the next",
    sql: dropPartition(2),
    check: "partitions",
    problem: /^public\.webhook_events has no partition for \d{4}-\d{2} yet$/,
    status: "degraded",
  },
  {
    fault: "a job that nobody does",
    sql:
      "insert into private.jobs (kind, due_at) values ('account.export', now() - interval '1 hour')",
    check: "queues",
    problem: /^jobs: the oldest has been due for 3600 s$/,
    status: "degraded",
  },
];

/** Drops what is made for events of so many months ahead. */
function dropPartition(ahead: number): string {
  return `do $$ begin execute 'drop table private.webhook_events_' || to_char(
    date_trunc('month', now() at time zone 'UTC') + interval '${ahead} months', 'YYYY_MM'); end $$`;
}
