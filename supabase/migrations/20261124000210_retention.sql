-- Purpose: how long each kind of record is kept, for everybody and for single tenants, and the job that lets the rest go.
-- Tables:  private.retention_policies, private.retention_tables, retention_overrides (new); ivr_sessions (an index);
--          private.table_classes (rows).
-- Risk:    from the next night on, what is older than its policy allows is deleted. To keep more, change the policies first.

create table private.retention_policies (
  name text primary key,
  days integer,
  min_days integer not null check (min_days between 1 and 36500),
  max_days integer not null check (max_days between 1 and 36500),
  archive boolean not null default false,
  updated_at timestamptz not null default now(),
  check (days between 1 and 36500),
  check (min_days <= max_days)
);
comment on table private.retention_policies is 'How long each kind of record is kept. The operator changes them by SQL or public.set_retention_policy.';
comment on column private.retention_policies.days is 'For tenants who have set nothing else; null keeps for ever.';
comment on column private.retention_policies.min_days is 'The least that a tenant may choose; with max_days their bounds.';
comment on column private.retention_policies.archive is 'Whether rows are written to the bucket archives, and read back, before they go.';

create table private.retention_tables (
  name text primary key check (name ~ '^[a-z_]+\.[a-z0-9_]+$'),
  policy text not null references private.retention_policies,
  place integer not null unique,
  aged_by text not null,
  owner text
);
comment on table private.retention_tables is 'Which tables a policy is about. Partitioned ones lose whole months.';
comment on column private.retention_tables.place is 'The order in which they are gone through.';
comment on column private.retention_tables.aged_by is 'The column of the time from which a row''s age is counted; null in a row that is still in use.';
comment on column private.retention_tables.owner is 'An expression for the tenant of a row t; null where the rows are nobody''s.';
create index idx_retention_tables_policy on private.retention_tables (policy);

create table public.retention_overrides (
  user_id uuid not null references auth.users on delete cascade,
  policy text not null references private.retention_policies,
  days integer not null check (days between 1 and 36500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (user_id, policy)
);
comment on table public.retention_overrides is 'Tenants who keep something longer or shorter than the policy says.';
create index idx_retention_overrides_policy on public.retention_overrides (policy, days);
alter table public.retention_overrides enable row level security;
grant select on public.retention_overrides to authenticated, service_role;
create policy "Owners can read how long they keep things" on public.retention_overrides
  for select to authenticated using (user_id = (select private.account_id()));
create trigger refuse_direct_write before insert or update or delete or truncate on public.retention_overrides
  for each statement execute function private.refuse_direct_write();
create trigger set_updated_at before update on public.retention_overrides
  for each row execute function private.set_updated_at();
create trigger set_updated_at before update on private.retention_policies
  for each row execute function private.set_updated_at();
create function private.audit_retention() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_row public.retention_overrides := case tg_op when 'DELETE' then old else new end;
begin
  -- Not when the account itself goes.
  if exists (select from auth.users where id = v_row.user_id) then
    perform private.audit(v_row.user_id, 'retention.' || lower(tg_op), 'retention_overrides', null,
      jsonb_build_object('policy', v_row.policy) || case tg_op when 'DELETE' then '{}' else jsonb_build_object('days', v_row.days) end);
  end if;
  return null;
end
$$;
comment on function private.audit_retention() is 'Row trigger: audits what tenants choose. Security definer as private.audit is.';
create trigger audit_change after insert or update or delete on public.retention_overrides
  for each row execute function private.audit_retention();

insert into private.table_classes (name, handling) values
  ('private.retention_policies', 'nobody'), ('private.retention_tables', 'nobody'), ('public.retention_overrides', 'owned');

-- The trail can be kept longer by those it is about, never shorter: it would not show what they undid.
-- Deliveries are tried for days, and what was skipped is to be replayed: no tenant lets events go in less than a week.
insert into private.retention_policies (name, days, min_days, max_days) values
  ('audit_logs', 365, 365, 2192),
  ('webhook_logs', 90, 7, 730),
  ('ivr_sessions', 30, 1, 730),
  ('api_key_usage', null, 30, 3653),
  ('maintenance_runs', 90, 90, 90);
insert into private.retention_tables (name, policy, place, aged_by, owner) values
  ('public.ivr_sessions', 'ivr_sessions', 1, 'ended_at', 't.user_id'),
  ('public.webhook_logs', 'webhook_logs', 2, 'created_at', 't.user_id'),
  ('private.webhook_skipped', 'webhook_logs', 3, 'created_at', '(select w.user_id from public.webhooks w where w.id = t.webhook_id)'),
  ('public.webhook_events', 'webhook_logs', 4, 'created_at', 't.user_id'),
  ('public.audit_logs', 'audit_logs', 5, 'created_at', '(select s.user_id from private.audit_subjects s where s.subject_id = t.subject_id)'),
  ('public.api_key_usage', 'api_key_usage', 6, 'hour', 't.user_id'),
  ('private.maintenance_runs', 'maintenance_runs', 7, 'ended_at', null);

create index idx_ivr_sessions_ended_at on public.ivr_sessions (ended_at) where ended_at is not null;
create index idx_api_key_usage_hour on public.api_key_usage (hour);

create function public.set_retention_policy(p_name text, p_days integer, p_archive boolean default false) returns void
language plpgsql
set search_path = ''
as $$
begin
  update private.retention_policies set days = p_days, archive = p_archive where name = p_name;
  if not found then
    raise exception using errcode = 'PT404', message = 'There is no such policy', detail = 'not_found', hint = 'policy';
  end if;
exception when check_violation then
  raise exception using errcode = 'PT422', detail = 'validation_failed', hint = 'days',
    message = 'Records are kept for 1 to 36500 days, and runs are not archived';
end
$$;
comment on function public.set_retention_policy(text, integer, boolean) is
  'How many days a kind of record is kept, null for ever, and whether it is archived before it goes; for the operator.';
grant select, update on private.retention_policies to service_role;
grant execute on function public.set_retention_policy(text, integer, boolean) to service_role;

create function private.set_own_retention(p_policy text, p_days integer) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.lock_own_account();
  v_policy private.retention_policies;
begin
  select * into v_policy from private.retention_policies p
    where p.name = p_policy and exists (select from private.retention_tables t where t.policy = p.name and t.owner is not null);
  if not found then
    raise exception using errcode = 'PT404', message = 'There is no such policy', detail = 'not_found', hint = 'policy';
  elsif p_days is null then
    delete from public.retention_overrides where user_id = v_user_id and policy = p_policy;
  elsif p_days not between v_policy.min_days and v_policy.max_days then
    raise exception using errcode = 'PT422', detail = 'validation_failed', hint = 'days',
      message = format('These records can be kept for %s to %s days', v_policy.min_days, v_policy.max_days);
  else
    insert into public.retention_overrides as o (user_id, policy, days) values (v_user_id, p_policy, p_days)
      on conflict (user_id, policy) do update set days = excluded.days where o.days <> excluded.days;
  end if;
end
$$;
comment on function private.set_own_retention(text, integer) is
  'How many days the caller keeps a kind of record; null for what the policy says. Security definer because no API role may write the table; it looks at the caller''s account only.';
grant execute on function private.set_own_retention(text, integer) to authenticated;

create function public.set_retention(p_policy text, p_days integer) returns void
language sql volatile
set search_path = ''
as $$ select private.set_own_retention(p_policy, p_days) $$;
comment on function public.set_retention(text, integer) is 'How many days the caller keeps a kind of record, within its bounds; null for what the policy says.';
grant execute on function public.set_retention(text, integer) to authenticated;

create function private.list_own_retention() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object('policy', p.name, 'days', coalesce(greatest(o.days, case when p.name = 'audit_logs' then p.days end), p.days),
      'default_days', p.days, 'min_days', p.min_days, 'max_days', p.max_days, 'chosen', o.days is not null, 'archived', p.archive) order by p.name)
    from private.retention_policies p
      left join public.retention_overrides o on o.policy = p.name and o.user_id = (select private.account_id())
    where exists (select from private.retention_tables t where t.policy = p.name and t.owner is not null)
$$;
comment on function private.list_own_retention() is
  'How long the caller''s records are kept: [{policy, days, default_days, min_days, max_days, chosen, archived}]. Security definer because the policies are closed to API roles; of tenants it looks at private.account_id() only.';
grant execute on function private.list_own_retention() to authenticated;

create function public.list_retention() returns jsonb
language sql stable
set search_path = ''
as $$ select private.list_own_retention() $$;
comment on function public.list_retention() is 'How long the caller''s records are kept, and the bounds within which they may choose.';
grant execute on function public.list_retention() to authenticated;

create function private.queued_since() returns timestamptz
language sql stable
set search_path = ''
as $$ select coalesce(min(event_created_at), 'infinity') from private.webhook_deliveries $$;
comment on function private.queued_since() is 'When the oldest event happened that is still to be delivered: none from then on may go.';

create function private.months_of(p_table text) returns table (name text, begun_at timestamptz, ended_at timestamptz)
language sql stable
set search_path = ''
set timezone = 'UTC'
as $$
  -- Materialized: the names of other tables are no months, and must not be read as such before they are left out.
  with month as materialized (
    select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = p_table::regclass
  )
  select m.name, to_date(right(m.name, 7), 'YYYY_MM')::timestamptz, (to_date(right(m.name, 7), 'YYYY_MM') + interval '1 month')::timestamptz
    from month m order by m.name
$$;
comment on function private.months_of(text) is 'The monthly partitions of a table, in their order; they lie in private.';

create function private.unarchived(p_table private.retention_tables, p_partition text) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  v_found boolean;
begin
  -- Rows of the trail stay until their month goes; others go one by one, once they were read back from their archive.
  execute format(case when p_table.name = 'public.audit_logs'
    then 'select exists (select from private.%I t group by t.subject_id having max(t.entry) > '
      || private.archived_until('t.subject_id', 'min(t.created_at)') || ')'
    else 'select exists (select from private.%I)' end, p_partition) into v_found;
  return v_found;
end
$$;
comment on function private.unarchived(private.retention_tables, text) is 'Whether a month holds rows that no archive holds.';

create function private.due_months(p_table private.retention_tables, p_now timestamptz, p_days integer) returns text[]
language plpgsql stable
set search_path = ''
as $$
declare
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_month record;
  v_keepers uuid[];
  v_needed boolean;
  v_due text[] := '{}'::text[];
begin
  for v_month in
    select * from private.months_of(p_table.name) m
      where m.ended_at <= p_now - make_interval(days => p_days) and (v_policy.name <> 'webhook_logs' or m.ended_at <= private.queued_since())
      order by m.name
  loop
    v_keepers := array(select o.user_id from public.retention_overrides o
      where o.policy = v_policy.name and v_month.ended_at > p_now - make_interval(days => o.days));
    v_needed := false;
    if cardinality(v_keepers) > 0 then
      execute format('select exists (select from private.%I t where %s = any ($1))', v_month.name, p_table.owner) into v_needed using v_keepers;
    end if;
    v_due := v_due || case when not v_needed and not (v_policy.archive and private.unarchived(p_table, v_month.name)) then array[v_month.name] else '{}' end;
  end loop;
  return v_due;
end
$$;
comment on function private.due_months(private.retention_tables, timestamptz, integer) is
  'The months of a table that ended so many days ago and that nobody needs any more: no tenant with rows in them has chosen to keep them longer, and they are archived where that is asked for. Of what is still to be delivered none.';

create function private.settle_month(p_table private.retention_tables, p_month text) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_count bigint;
begin
  if p_table.name = 'public.audit_logs' then
    -- What follows must still be seen to follow from something.
    execute format(
      'insert into private.audit_checkpoints as c (subject_id, entries, hash)
         select distinct on (subject_id) subject_id, entry, hash from private.%I order by subject_id, entry desc
         on conflict (subject_id) do update set entries = excluded.entries, hash = excluded.hash, created_at = now()
           where c.entries < excluded.entries', p_month);
  end if;
  execute format('select count(*) from private.%I', p_month) into v_count;
  return v_count;
end
$$;
comment on function private.settle_month(private.retention_tables, text) is
  'What is to be done before a month is dropped, all that takes time and no lock; returns how many rows it has.';

create function private.drop_month(p_month text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_patience text := current_setting('lock_timeout');
begin
  -- Whoever waits for a lock holds up everybody behind it: here twice at most, for the parent and for the month.
  perform set_config('lock_timeout', '80ms', true);
  execute format('drop table private.%I', p_month);
  perform set_config('lock_timeout', v_patience, true);
end
$$;
comment on function private.drop_month(text) is 'Drops a month; raises lock_not_available where somebody is reading it or its parent.';

create function private.drop_due_partition(p_table private.retention_tables, p_now timestamptz) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_month text := (private.due_months(p_table, p_now, (select p.days from private.retention_policies p where p.name = p_table.policy)))[1];
  v_count bigint := case when v_month is not null then private.settle_month(p_table, v_month) end;
begin
  if v_month is not null then
    perform private.drop_month(v_month);
  end if;
  return v_count;
end
$$;
comment on function private.drop_due_partition(private.retention_tables, timestamptz) is
  'Drops the oldest month of a table that nobody needs any more; returns how many rows went, null where there is no such month.';

create function private.delete_due_rows(p_table private.retention_tables, p_after timestamptz, p_limit integer, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_partitioned boolean := (select c.relkind = 'p' from pg_class c where c.oid = p_table.name::regclass);
  v_least integer := (select min(o.days) from public.retention_overrides o where o.policy = v_policy.name);
  -- A month goes at once: of one that is not over, or not due, only what is of tenants who keep less than others goes before.
  v_month timestamptz := case when v_partitioned then date_trunc('month', p_now - make_interval(days => v_policy.days)) else 'infinity' end;
  v_until timestamptz := greatest(least(v_month, p_now - make_interval(days => v_policy.days)), p_now - make_interval(days => v_least));
  v_target text;
  v_answer jsonb;
begin
  if p_table.name = 'public.audit_logs' or v_policy.archive or v_until is null then
    return '{"rows": 0}'::jsonb;
  end if;
  for v_target in
    select format('private.%I', m.name) from private.months_of(p_table.name) m
      where v_partitioned and m.begun_at < v_until and m.ended_at > coalesce(p_after, '-infinity')
    union all
    select p_table.name where not v_partitioned
  loop
    -- Where rows are locked somebody is at work with them: the next run finds them again.
    execute format(
      'with gone as (
         delete from %1$s g where g.ctid = any (array(
           select t.ctid from %1$s t left join public.retention_overrides o on o.policy = $1 and o.user_id = %3$s
             where t.%2$I < $2 and t.%2$I >= $3 and t.%2$I < $4 - make_interval(days => coalesce(o.days, $5))
               and (t.%2$I < $6 or o.days < $5 or $5 is null) %4$s
             order by t.%2$I limit $7 for update of t skip locked)) returning g.%2$I as aged)
       select jsonb_build_object(''rows'', count(*), ''after'', max(aged)) from gone',
      v_target, p_table.aged_by, coalesce(p_table.owner, 'null'),
      case when p_table.name = 'public.webhook_events' then 'and t.created_at < private.queued_since()' else '' end)
      into v_answer
      using v_policy.name, v_until, coalesce(p_after, '-infinity'), p_now, v_policy.days, coalesce(v_month, '-infinity'), p_limit;
    exit when (v_answer ->> 'rows')::bigint > 0;
  end loop;
  return coalesce(v_answer, '{"rows": 0}'::jsonb);
end
$$;
comment on function private.delete_due_rows(private.retention_tables, timestamptz, integer, timestamptz) is
  'Deletes at most p_limit rows that are older than their tenant keeps them, the oldest first, from a time on: {rows, after}. Months that nobody needs are private.drop_due_partition''s.';

create function private.begin_retention(p_now timestamptz default clock_timestamp()) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_last private.maintenance_runs;
  v_run bigint;
begin
  select * into v_last from private.maintenance_runs where job = 'retention' order by id desc limit 1;
  update private.maintenance_runs set state = 'failed', error = 'lost', ended_at = greatest(p_now, started_at)
    where job = 'retention' and state = 'running' and (seen_at < p_now - interval '10 minutes' or seen_at > p_now + interval '10 minutes');
  insert into private.maintenance_runs (job, started_at, seen_at) values ('retention', p_now, p_now) returning id into v_run;
  if v_last.started_at < p_now - interval '7 days' then
    -- A clock that leaps is believed when the next run finds it where it should be by then.
    update private.maintenance_runs set state = 'done', ended_at = p_now, counts = '{"postponed": 1}' where id = v_run;
    return null;
  end if;
  return v_run;
end
$$;
comment on function private.begin_retention(timestamptz) is
  'Begins a run of the job retention; null where the clock has leapt by more than a week since the last, which deletes nothing yet.';

create function private.take_up_retention(p_now timestamptz default clock_timestamp()) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_last private.maintenance_runs;
begin
  select * into v_last from private.maintenance_runs where job = 'retention' order by id desc limit 1;
  if v_last.state = 'running' and v_last.seen_at between p_now - interval '10 minutes' and p_now + interval '10 minutes' then
    return v_last.id;
  -- One that did not end by itself still has its place, or was lost before it had one.
  elsif v_last.started_at between p_now - interval '12 hours' and p_now + interval '12 hours'
    and v_last.state <> 'running' and v_last.progress = '{}' and v_last.error is distinct from 'lost'
  then
    return null;
  end if;
  return private.begin_retention(p_now);
end
$$;
comment on function private.take_up_retention(timestamptz) is
  'The run of the job retention that is under way, where it was left; else a new one, once a night. Null where there is none to go on with.';

create function private.retain(p_run bigint, p_now timestamptz default clock_timestamp()) returns double precision
language plpgsql
set search_path = ''
as $$
declare
  c_least constant integer := 20;
  c_most constant integer := 2000;
  -- 1 + 2 + 4 + 8 + 16 seconds.
  c_tries constant integer := 6;
  v_run private.maintenance_runs;
  v_table private.retention_tables;
  v_start timestamptz := clock_timestamp();
  v_took double precision;
  v_size integer;
  v_tries integer;
  v_done jsonb;
  v_rows bigint := 0;
  v_wait double precision := 0;
begin
  select * into v_run from private.maintenance_runs where id = p_run and state = 'running' for update skip locked;
  -- One at a time, whoever began which run: two would only be in each other's way.
  if not found or not pg_try_advisory_xact_lock(hashtextextended('switchboard retention', 0)) then
    update private.maintenance_runs set state = 'done', ended_at = greatest(p_now, started_at), counts = counts || '{"busy": 1}' where id = v_run.id;
    return null;
  end if;
  v_size := coalesce((v_run.progress ->> 'size')::integer, 200);
  v_tries := coalesce((v_run.progress ->> 'tries')::integer, 0);
  select * into v_table from private.retention_tables t where t.place > coalesce((v_run.progress ->> 'place')::integer, 0) order by t.place limit 1;
  if not found or p_now > v_run.started_at + interval '2 hours' then
    update private.maintenance_runs set ended_at = greatest(p_now, started_at), seen_at = p_now, progress = '{}',
        state = case when error is null then 'done' else 'failed' end
      where id = p_run;
    return null;
  end if;
  begin
    if (select c.relkind = 'p' from pg_class c where c.oid = v_table.name::regclass) and not v_run.progress ? 'dropped' then
      v_rows := private.drop_due_partition(v_table, p_now);
      v_run.progress := v_run.progress - 'tries' || case when v_rows is null then '{"dropped": true}' else '{}' end::jsonb;
      if v_rows is not null then
        v_run.counts := v_run.counts || jsonb_build_object('partitions', coalesce((v_run.counts ->> 'partitions')::integer, 0) + 1);
      end if;
    else
      v_done := private.delete_due_rows(v_table, (v_run.progress ->> 'after')::timestamptz, v_size, p_now);
      v_rows := (v_done ->> 'rows')::bigint;
      v_took := extract(epoch from clock_timestamp() - v_start) * 1000;
      -- Rows are locked for so long, in milliseconds.
      v_size := case when v_took > 60 then greatest(c_least, v_size / 2) when v_took < 20 then least(c_most, v_size * 2) else v_size end;
      v_run.progress := case when v_rows = 0 then jsonb_build_object('place', v_table.place)
        else v_run.progress || jsonb_build_object('after', v_done -> 'after') end;
    end if;
  exception when lock_not_available then
    -- Somebody reads the table. Clients that queued up behind this are served before it is tried again.
    if v_tries + 1 < c_tries then
      v_run.progress := v_run.progress || jsonb_build_object('tries', v_tries + 1);
      v_wait := 2 ^ v_tries;
    else
      v_run.progress := v_run.progress - 'tries' || '{"dropped": true}';
      v_run.counts := v_run.counts || jsonb_build_object('in_use', coalesce((v_run.counts ->> 'in_use')::integer, 0) + 1);
    end if;
  when others then
    -- The other tables are not to wait for this one's cure.
    v_run.error := left(format('%s: %s %s', v_table.name, sqlstate, sqlerrm), 500);
    v_run.progress := jsonb_build_object('place', v_table.place);
  end;
  if v_rows > 0 then
    v_run.counts := v_run.counts || jsonb_build_object(v_table.name, coalesce((v_run.counts ->> v_table.name)::bigint, 0) + v_rows);
  end if;
  update private.maintenance_runs set counts = v_run.counts, error = v_run.error, seen_at = p_now,
      progress = v_run.progress || jsonb_build_object('size', v_size)
    where id = p_run;
  return v_wait;
end
$$;
comment on function private.retain(bigint, timestamptz) is
  'One step of a run of the job retention, to be committed by itself: a month dropped, or a batch of rows deleted whose locks last well under 200 ms. Returns how many seconds to wait before the next; null where there is nothing more to do, or another run is at it.';

-- The platform ends statements after two minutes: a run goes on in the next minute where it was, also after a kill.
select private.schedule('retention', '37-59 2 * * *', $job$
do $$
declare
  v_end timestamptz := clock_timestamp() + interval '50 seconds';
  v_run bigint := private.take_up_retention();
  v_wait double precision := 0;
begin
  commit;
  while v_run is not null and v_wait is not null and clock_timestamp() < v_end loop
    perform pg_sleep(v_wait);
    v_wait := private.retain(v_run);
    commit;
  end loop;
end
$$
$job$);
