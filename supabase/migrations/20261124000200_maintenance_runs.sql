-- Purpose: what every scheduled job did, how long it took, and which of them keep failing.
-- Tables:  private.maintenance_runs (new); private.table_classes (a row). Replaces public.readiness; schedules the jobs of
--          earlier migrations anew, under the same names.
-- Risk:    none for existing data.

create table private.maintenance_runs (
  id bigint generated always as identity primary key,
  job text not null,
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  progress jsonb not null default '{}' check (jsonb_typeof(progress) = 'object'),
  error text check (length(error) <= 500),
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  duration_ms integer generated always as (least(extract(epoch from ended_at - started_at) * 1000, 2147483647)::integer) stored,
  check ((state = 'running') = (ended_at is null))
);
comment on table private.maintenance_runs is
  'Runs of scheduled jobs. One that found nothing to do in a job of every minute leaves no row, unless the run before it failed.';
comment on column private.maintenance_runs.counts is 'What was done: {what: how many}.';
comment on column private.maintenance_runs.progress is 'Where a run of several transactions is.';
comment on column private.maintenance_runs.seen_at is 'When the run last gave a sign of life.';
create index idx_maintenance_runs_job on private.maintenance_runs (job, id desc);
create index idx_maintenance_runs_started_at on private.maintenance_runs (started_at);
grant select on private.maintenance_runs to service_role;

insert into private.table_classes (name, handling) values ('private.maintenance_runs', 'nobody');

create function private.run_job(p_job text, p_command text, p_quiet boolean) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_count bigint;
  v_error text;
begin
  begin
    execute p_command into v_count;
  exception when others then
    v_error := left(sqlstate || ' ' || sqlerrm, 500);
  end;
  if v_error is not null or not p_quiet or coalesce(v_count, 0) <> 0
    or (select r.state from private.maintenance_runs r where r.job = p_job order by r.id desc limit 1) = 'failed'
  then
    insert into private.maintenance_runs (job, state, counts, error, started_at, ended_at)
      values (p_job, case when v_error is null then 'done' else 'failed' end, jsonb_build_object('count', coalesce(v_count, 0)), v_error,
        v_started_at, clock_timestamp());
  end if;
  return v_error;
end
$$;
comment on function private.run_job(text, text, boolean) is
  'Runs a query that answers one number, and keeps what became of it; p_quiet: only if there was something to do. Returns why it failed, null if it did not.';

create function private.schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  -- The row is committed before the failure is raised, or it would go with it.
  v_once text := format(
    'v_error := private.run_job(%L, %L, %L); commit; if v_error is not null then raise exception using message = v_error; end if;', p_name, p_query, p_quiet);
begin
  return private.schedule(p_name, p_schedule, format('do %L', format('declare v_error text; begin %s end', v_once)),
    format('do %L', format('declare v_error text; begin for n in 1 .. 6 loop %s exit when n = 6; perform pg_sleep(9.9); end loop; end', v_once)));
end
$$;
comment on function private.schedule_job(text, text, text, boolean) is
  'Schedules a query that answers one number, each run of which is kept as private.run_job does. "10 seconds" is six times a minute where only minutes are known.';

create function private.forget_idempotency_keys() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_deleted bigint;
begin
  delete from private.idempotency_keys where (user_id, operation, key) in (
    select k.user_id, k.operation, k.key from private.idempotency_keys k
      where k.created_at <= now() - interval '24 hours' order by k.created_at limit 2000 for update skip locked);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;
comment on function private.forget_idempotency_keys() is 'Forgets at most 2,000 requests that are older than 24 hours; returns how many.';

create function private.forget_request_counts() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_deleted bigint;
begin
  delete from private.request_counts where ctid in (
    select c.ctid from private.request_counts c where c.window_end <= now() limit 5000 for update skip locked);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;
comment on function private.forget_request_counts() is 'Forgets at most 5,000 counts whose window is over; returns how many.';

-- In batches of one minute each, where it was the whole backlog at once.
select private.schedule_job('idempotency-keys', '* * * * *', 'select private.forget_idempotency_keys()', true);
select private.schedule_job('request-counts', '* * * * *', 'select private.forget_request_counts()', true);
select private.schedule_job('cron-history', '23 2 * * *', $$select private.prune_cron_history(interval '7 days')$$, false);
select private.schedule_job('partitions-ahead', '7 2 * * *', 'select private.ensure_partitions(current_date, 3)', false);
select private.schedule_job('ivr-session-timeout', '* * * * *', $$select private.end_idle_ivr_sessions(interval '4 hours', 500)$$, true);
select private.schedule_job('replaced-credentials', '43 * * * *',
  'with gone as (delete from private.credentials where expires_at <= now() returning 1) select count(*) from gone', true);
select private.schedule_job('ivr-recordings', '* * * * *', 'select (private.copy_recordings() is not null)::integer', true);
select private.schedule_job('maintenance', '* * * * *', 'select (private.run_maintenance() is not null)::integer', true);
select private.schedule_job('webhook-dispatch', '10 seconds', 'select (private.dispatch_webhooks() is not null)::integer', true);

create function private.note_failed_runs() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_run record;
  v_noted bigint := 0;
begin
  for v_run in execute
    'select j.jobname as job, d.start_time as started_at, d.end_time as ended_at, left(coalesce(d.return_message, d.status), 500) as error
       from cron.job_run_details d join cron.job j using (jobid)
       where d.status = ''failed'' and d.end_time > now() - interval ''15 minutes'' and d.start_time is not null and j.jobname is not null
       order by d.end_time, d.runid'
  loop
    -- What the run itself has said is known; so is what it was about to say.
    continue when exists (select from private.maintenance_runs r
      where r.job = v_run.job and r.state = 'failed' and r.ended_at between v_run.started_at - interval '1 second' and v_run.ended_at + interval '1 second');
    update private.maintenance_runs set state = 'failed', error = v_run.error, ended_at = greatest(v_run.ended_at, started_at)
      where job = v_run.job and state = 'running' and started_at between v_run.started_at - interval '1 second' and v_run.ended_at;
    if not found then
      insert into private.maintenance_runs (job, state, error, started_at, ended_at)
        values (v_run.job, 'failed', v_run.error, v_run.started_at, greatest(v_run.ended_at, v_run.started_at));
    end if;
    v_noted := v_noted + 1;
  end loop;
  return v_noted;
end
$$;
comment on function private.note_failed_runs() is
  'Notes runs of scheduled jobs that ended within 15 minutes and could not say themselves that they failed, because they were cancelled or killed, or are plain SQL of the operator''s; returns how many.';
select private.schedule_job('failed-runs', '*/5 * * * *', 'select private.note_failed_runs()', true);

create function private.failing_jobs() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(f.job order by f.job), '[]') from (
    select j.job from (select distinct job from private.maintenance_runs) j
      where (select count(*) = 2 and bool_and(l.state = 'failed') from (
        select r.state from private.maintenance_runs r where r.job = j.job and r.state <> 'running' order by r.id desc limit 2) l)
    union
    -- Long work that is nobody's but the operator's, of each kind the newest.
    select k.kind from (select distinct on (kind) kind, state, attempts from private.jobs where user_id is null and kind !~ '^account\.' order by kind, created_at desc) k
      where k.state = 'failed' or (k.state = 'queued' and k.attempts >= 2)) f
$$;
comment on function private.failing_jobs() is
  'The jobs whose last two runs failed, and kinds of the operator''s long work that failed twice: [name]. Security definer because it is asked for through the Data API.';
grant execute on function private.failing_jobs() to service_role;

create or replace function public.readiness() returns jsonb
language sql stable
set search_path = ''
as $$ select jsonb_build_object('schema_version', private.schema_version(), 'failing_jobs', private.failing_jobs()) $$;
comment on function public.readiness() is
  'What a health check asks of the database: that it answers, which migration is the newest, and which jobs failed twice in a row.';
