-- Purpose: long work in slices: what is to be done, how far it is, and who is at it.
-- Tables:  private.jobs.
-- Risk:    none for existing data. The job "maintenance" fails, and says so in cron.job_run_details, until the Vault holds
--          what "webhook-dispatch" needs as well.

create table private.jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  kind text not null check (kind ~ '^[a-z]+(\.[a-z-]+)+$'),
  state text not null default 'queued' check (state in ('queued', 'done', 'failed', 'cancelled')),
  progress jsonb not null default '{}' check (jsonb_typeof(progress) = 'object'),
  due_at timestamptz not null default now(),
  leased_until timestamptz,
  fence integer not null default 0,
  attempts integer not null default 0,
  error text check (length(error) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (leased_until is null or state = 'queued')
);
comment on table private.jobs is
  'Work that takes longer than a request: exports, erasures and the like, advanced in slices by the function maintenance. Without a foreign key to users, because an erasure outlives the user.';
comment on column private.jobs.user_id is 'Whose work it is; null for the operator''s, and once the user is erased.';
comment on column private.jobs.kind is 'What is done: account.export, account.erase.';
comment on column private.jobs.progress is 'How far it is, in the form of its kind. Whoever takes the job up goes on from here.';
comment on column private.jobs.due_at is 'When the next slice is due.';
comment on column private.jobs.leased_until is 'While a slice is under way: when its worker is given up for lost.';
comment on column private.jobs.fence is 'Counts the leases: who saves must hold the newest.';
comment on column private.jobs.attempts is 'Slices that failed or got lost since the last that did not.';
comment on column private.jobs.error is 'Why the latest of these failed; null for one that got lost.';
create index idx_jobs_due on private.jobs (coalesce(leased_until, due_at)) where state = 'queued';
create index idx_jobs_user_id on private.jobs (user_id, kind, created_at desc);
grant select, insert, update, delete on private.jobs to service_role;

create trigger set_updated_at before update on private.jobs
  for each row execute function private.set_updated_at();

create function public.claim_job(p_lease_seconds integer) returns jsonb
language sql volatile
set search_path = ''
as $$
  update private.jobs j set
      -- A lease that ran out is a slice that nobody finished.
      attempts = j.attempts + (j.leased_until is not null)::integer,
      leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds),
      fence = j.fence + 1
    where j.id = (
      select d.id from private.jobs d
        where d.state = 'queued' and coalesce(d.leased_until, d.due_at) <= clock_timestamp()
        order by coalesce(d.leased_until, d.due_at), d.id limit 1 for update skip locked)
    returning jsonb_build_object('id', j.id, 'user_id', j.user_id, 'kind', j.kind, 'progress', j.progress, 'attempts', j.attempts, 'fence', j.fence)
$$;
comment on function public.claim_job(integer) is
  'Takes the job that has been due for longest, for so many seconds: {id, user_id, kind, progress, attempts, fence}, or null where none is due.';
grant execute on function public.claim_job(integer) to service_role;

create function public.save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.jobs set progress = p_progress, attempts = 0, error = null, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;
comment on function public.save_job(uuid, integer, jsonb, integer) is
  'Saves how far a job is and goes on with it; false where another worker has taken it over.';
grant execute on function public.save_job(uuid, integer, jsonb, integer) to service_role;

create function public.release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.jobs set progress = p_progress, state = p_state, attempts = 0, error = null, leased_until = null,
      due_at = clock_timestamp() + make_interval(secs => p_wait_seconds)
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;
comment on function public.release_job(uuid, integer, jsonb, text, integer) is
  'Ends a slice: the job is done, or queued for its next slice in so many seconds. False where another worker has taken it over.';
grant execute on function public.release_job(uuid, integer, jsonb, text, integer) to service_role;

create function public.fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.jobs set attempts = attempts + 1, error = left(p_error, 500), leased_until = null,
      state = case when p_final then 'failed' else 'queued' end,
      -- 10 s, doubled each time, at most an hour.
      due_at = clock_timestamp() + make_interval(secs => least(10 * 2 ^ least(attempts, 10), 3600))
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;
comment on function public.fail_job(uuid, integer, text, boolean) is
  'Ends a slice that failed: the job is tried again later, or not at all where p_final. False where another worker has taken it over.';
grant execute on function public.fail_job(uuid, integer, text, boolean) to service_role;

create function private.run_maintenance() returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from private.jobs where state = 'queued' and coalesce(leased_until, due_at) <= clock_timestamp()) then
    return private.invoke_function('/maintenance', interval '90 seconds');
  end if;
  return null;
end
$$;
comment on function private.run_maintenance() is 'Calls the function maintenance if a job is due; returns the id of the request.';

select private.schedule('maintenance', '* * * * *', 'select private.run_maintenance()');
