-- Purpose: what a night's retention costs does not grow with what is kept: tenants' rows are found by an index, every step looks at
--          a bounded part of a table, and a month's rows are counted to a million only.
-- Tables:  private.retention_tables (a column).
-- Risk:    none for existing data. A run that is under way begins its current table anew.

alter table private.retention_tables add column of_tenants text;
update private.retention_tables set of_tenants = case name
    when 'private.webhook_skipped' then 't.webhook_id = any (array(select w.id from public.webhooks w where w.user_id = any ($1)))'
    when 'public.audit_logs' then 't.subject_id = any (array(select s.subject_id from private.audit_subjects s where s.user_id = any ($1)))'
    else 't.user_id = any ($1)' end
  where owner is not null;
alter table private.retention_tables add check ((owner is null) = (of_tenants is null));
comment on column private.retention_tables.of_tenants is
  'A condition for a row t of one of the tenants $1, for which there is an index; null where the rows are nobody''s.';

create function private.unqueued(p_table private.retention_tables) returns text
language sql immutable
set search_path = ''
as $$
  select case p_table.policy when 'webhook_logs' then format(' and t.%I < (select private.queued_since())', p_table.aged_by) else '' end
$$;
comment on function private.unqueued(private.retention_tables) is 'A condition, to be appended, for a row t that is not still to be delivered.';

create function private.is_due(p_table private.retention_tables) returns text
language sql stable
set search_path = ''
as $$
  -- $1 is now, $2 the policy's days, $3 its name.
  select format('t.%1$I < $1 - make_interval(days => coalesce((select o.days from public.retention_overrides o where o.policy = $3 and o.user_id = %2$s), $2))',
      p_table.aged_by, coalesce(p_table.owner, 'null')) || private.unqueued(p_table)
$$;
comment on function private.is_due(private.retention_tables) is 'The condition for a row t that is older than its tenant keeps it.';

create or replace function private.due_for_archive(p_table private.retention_tables) returns text
language sql stable
set search_path = ''
as $$
  -- Rows of the trail stay until their month goes: what is archived is known by its place in the chain. By the month, because entries
  -- of a clock that fell back lie in an earlier one than those before them.
  select private.is_due(p_table)
    || case p_table.policy when 'audit_logs' then format(' and t.entry > %s', private.archived_until('t.subject_id', 't.created_at')) else '' end
$$;

create or replace function private.due_months(p_table private.retention_tables, p_now timestamptz, p_days integer) returns text[]
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
      execute format('select exists (select from private.%I t where %s)', v_month.name, p_table.of_tenants) into v_needed using v_keepers;
    end if;
    if not v_needed and v_policy.archive then
      v_needed := private.unarchived(p_table, v_month.name);
    end if;
    v_due := v_due || case when not v_needed then array[v_month.name] else '{}' end;
  end loop;
  return v_due;
end
$$;

create or replace function private.settle_month(p_table private.retention_tables, p_month text) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  -- Counting a hundred million rows would take longer than the platform lets a statement run.
  c_counted constant integer := 1000000;
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
  execute format('select count(*) from (select from private.%I limit %s) t', p_month, c_counted) into v_count;
  if v_count = c_counted then
    v_count := greatest(v_count, (select c.reltuples::bigint from pg_catalog.pg_class c where c.oid = format('private.%I', p_month)::regclass));
  end if;
  return v_count;
end
$$;
comment on function private.settle_month(private.retention_tables, text) is
  'What is to be done before a month is dropped, all that takes time and no lock; returns how many rows it has, from a million on what the planner takes it to have.';

create function private.find_rows_kept_shorter(
  p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamptz, out ids tid[], out tenant uuid
)
language plpgsql stable
set search_path = ''
as $$
declare
  c_tenants constant integer := 500;
  v_days integer := (select p.days from private.retention_policies p where p.name = p_table.policy);
  v_choice record;
  v_seen integer := 0;
begin
  for v_choice in
    select o.user_id, p_now - make_interval(days => o.days) as due_before from public.retention_overrides o
      where o.policy = p_table.policy and (v_days is null or o.days < v_days) and o.user_id > p_after order by o.user_id limit c_tenants
  loop
    -- One at a time: the planner knows who has many rows and who has few, and takes the index for these.
    execute format('select array_agg(t.id) from (select t.ctid as id from %1$s t where %2$s and t.%3$I < $2 %4$s limit $3) t',
        p_relation, p_table.of_tenants, p_table.aged_by, private.unqueued(p_table))
      into ids using array[v_choice.user_id], v_choice.due_before, p_limit;
    tenant := v_choice.user_id;
    v_seen := v_seen + 1;
    exit when ids is not null;
  end loop;
  if ids is null and v_seen < c_tenants then
    tenant := null;
  end if;
end
$$;
comment on function private.find_rows_kept_shorter(private.retention_tables, text, uuid, integer, timestamptz) is
  'Where at most p_limit rows are that are due of the first tenant after p_after who keeps less than the policy says and has such rows, and the last tenant that was looked at; null when there are no more tenants.';

create function private.find_due_rows(
  p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamptz,
  out relation text, out ids tid[], out next jsonb, out otherwise jsonb
)
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
  c_nobody constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_due_before timestamptz := p_now - make_interval(days => v_policy.days);
  v_shortest integer := (select min(o.days) from public.retention_overrides o
    where o.policy = v_policy.name and (v_policy.days is null or o.days < v_policy.days));
  v_due text[];
  v_month record;
  v_scanned integer;
  v_found record;
begin
  if not exists (select from pg_catalog.pg_class c where c.oid = p_table.name::regclass and c.relkind = 'p') then
    relation := p_table.name;
    if v_due_before is not null and not coalesce(p_at ? 'tenant', false) then
      execute format(
        'select array_agg(t.ctid) filter (where %3$s), count(*),
             (array_agg(jsonb_build_object(''aged'', t.%2$I, ''id'', t.ctid) order by t.%2$I desc, t.ctid desc))[1]
           from (select t.ctid, t.* from %1$s t where t.%2$I < $4 and t.%2$I >= $5 and (t.%2$I, t.ctid) > ($5, $6) order by t.%2$I, t.ctid limit $7) t',
        relation, p_table.aged_by, private.is_due(p_table))
        into ids, v_scanned, next
        using p_now, v_policy.days, v_policy.name, v_due_before,
          coalesce((p_at ->> 'aged')::timestamptz, '-infinity'), coalesce((p_at ->> 'id')::tid, '(0,0)'), p_limit;
      if v_scanned < p_limit then
        next := case when v_shortest is not null then jsonb_build_object('tenant', c_nobody) end;
      end if;
      otherwise := next;
    else
      next := coalesce(p_at, jsonb_build_object('tenant', c_nobody));
      v_found := private.find_rows_kept_shorter(p_table, relation, (next ->> 'tenant')::uuid, p_limit, p_now);
      ids := v_found.ids;
      otherwise := case when v_found.tenant is not null then jsonb_build_object('tenant', v_found.tenant) end;
    end if;
    return;
  end if;
  v_due := case when v_policy.days is null then '{}' else private.due_months(p_table, p_now, v_policy.days) end;
  for v_month in
    select format('private.%I', m.name) as name, coalesce(m.ended_at <= v_due_before, false) as is_over from private.months_of(p_table.name) m
      where (m.ended_at <= v_due_before or m.begun_at < p_now - make_interval(days => v_shortest))
        -- One that somebody was reading is dropped another time.
        and m.name <> all (v_due)
        and format('private.%I', m.name) >= coalesce(p_at ->> 'month', '')
      order by m.name
  loop
    if p_at ->> 'month' is distinct from v_month.name then
      p_at := jsonb_build_object('month', v_month.name);
    end if;
    relation := v_month.name;
    if v_month.is_over then
      -- Some tenants keep it: every row is looked at, some blocks at a time, in which about forty lie.
      if coalesce((p_at ->> 'block')::bigint, 0) < pg_relation_size(relation::regclass) / current_setting('block_size')::integer then
        next := p_at || jsonb_build_object('block', coalesce((p_at ->> 'block')::bigint, 0) + greatest(p_limit / 40, 1));
        execute format('select array_agg(t.ctid) from %s t where t.ctid >= $4 and t.ctid < $5 and %s', relation, private.is_due(p_table))
          into ids using p_now, v_policy.days, v_policy.name, format('(%s,0)', coalesce(p_at ->> 'block', '0'))::tid, format('(%s,0)', next ->> 'block')::tid;
        otherwise := next;
        return;
      end if;
    else
      v_found := private.find_rows_kept_shorter(p_table, relation, coalesce((p_at ->> 'tenant')::uuid, c_nobody), p_limit, p_now);
      if v_found.tenant is not null then
        ids := v_found.ids;
        next := p_at;
        otherwise := p_at || jsonb_build_object('tenant', v_found.tenant);
        return;
      end if;
    end if;
  end loop;
end
$$;
comment on function private.find_due_rows(private.retention_tables, jsonb, integer, timestamptz) is
  'Where about p_limit rows of a table, or of one of its months, lie that are older than their tenants keep them, from a place on, and the place to look from next if any of them could be deleted, and otherwise; null where that was all. What it looks at is bounded.';

drop function private.delete_due_rows(private.retention_tables, timestamptz, integer, timestamptz);
create function private.delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_found record;
  v_start timestamptz;
  v_rows bigint := 0;
begin
  if p_table.name = 'public.audit_logs' or v_policy.archive then
    return '{"rows": 0, "held_ms": 0}'::jsonb;
  end if;
  v_found := private.find_due_rows(p_table, p_at, p_limit, p_now);
  v_start := clock_timestamp();
  if v_found.ids is not null then
    -- Where rows are locked somebody is at work with them: the next run finds them again. Due still: another row may lie there by now.
    execute format(
      'delete from %1$s g where g.ctid = any (array(
         select t.ctid from %1$s t where t.ctid = any ($4) and %2$s for update of t skip locked))', v_found.relation, private.is_due(p_table))
      using p_now, v_policy.days, v_policy.name, v_found.ids;
    get diagnostics v_rows = row_count;
  end if;
  return jsonb_strip_nulls(jsonb_build_object('rows', v_rows, 'held_ms', extract(epoch from clock_timestamp() - v_start) * 1000,
    'at', case when v_rows > 0 then v_found.next else v_found.otherwise end));
end
$$;
comment on function private.delete_due_rows(private.retention_tables, jsonb, integer, timestamptz) is
  'Deletes about p_limit rows that are older than their tenant keeps them, from a place on: {rows, held_ms, at}, for how long they were locked and the place to go on at, which is missing where that was all. Months that nobody needs are private.drop_due_partition''s.';

create or replace function private.retain(p_run bigint, p_now timestamptz default clock_timestamp()) returns double precision
language plpgsql
set search_path = ''
as $$
declare
  c_least constant integer := 20;
  c_first constant integer := 100;
  c_most constant integer := 2000;
  -- 1 + 2 + 4 + 8 + 16 seconds.
  c_tries constant integer := 6;
  v_run private.maintenance_runs;
  v_table private.retention_tables;
  v_size integer;
  v_tries integer;
  v_drops boolean;
  v_done jsonb;
  v_rows bigint := 0;
  v_wait double precision := 0;
begin
  -- Locks last until the commit does, and what a crash forgets of a batch the next run does again. Dropping files waits for the disk
  -- in any case.
  perform set_config('synchronous_commit', 'off', true);
  select * into v_run from private.maintenance_runs where id = p_run and state = 'running' for update skip locked;
  -- One at a time, whoever began which run: two would only be in each other's way.
  if not found or not pg_try_advisory_xact_lock(hashtextextended('switchboard retention', 0)) then
    update private.maintenance_runs set state = 'done', ended_at = greatest(p_now, started_at), counts = counts || '{"busy": 1}' where id = v_run.id;
    return null;
  end if;
  v_size := coalesce((v_run.progress ->> 'size')::integer, c_first);
  v_tries := coalesce((v_run.progress ->> 'tries')::integer, 0);
  select * into v_table from private.retention_tables t where t.place > coalesce((v_run.progress ->> 'place')::integer, 0) order by t.place limit 1;
  if not found or p_now > v_run.started_at + interval '2 hours' then
    update private.maintenance_runs set ended_at = greatest(p_now, started_at), seen_at = p_now, progress = '{}',
        state = case when error is null then 'done' else 'failed' end
      where id = p_run;
    return null;
  end if;
  begin
    v_drops := (select c.relkind = 'p' from pg_class c where c.oid = v_table.name::regclass) and not v_run.progress ? 'dropped';
    if v_drops then
      v_rows := private.drop_due_partition(v_table, p_now);
      v_run.progress := v_run.progress - 'tries' || case when v_rows is null then '{"dropped": true}' else '{}' end::jsonb;
      if v_rows is not null then
        v_run.counts := v_run.counts || jsonb_build_object('partitions', coalesce((v_run.counts ->> 'partitions')::integer, 0) + 1);
      end if;
    else
      v_done := private.delete_due_rows(v_table, v_run.progress -> 'at', v_size, p_now);
      v_rows := (v_done ->> 'rows')::bigint;
      v_size := case when (v_done ->> 'held_ms')::double precision > 60 then greatest(c_least, v_size / 2)
        when (v_done ->> 'held_ms')::double precision < 20 then least(c_most, v_size * 2) else v_size end;
      -- The next table's rows may take others along, and take longer.
      v_run.progress := case when v_done ? 'at' then v_run.progress || jsonb_build_object('at', v_done -> 'at', 'size', v_size)
        else jsonb_build_object('place', v_table.place) end;
    end if;
  exception when lock_not_available then
    -- Somebody reads the table. Clients that queued up behind this are served before it is tried again.
    if v_tries + 1 < c_tries then
      v_run.progress := v_run.progress || jsonb_build_object('tries', v_tries + 1);
      v_wait := 2 ^ v_tries;
    else
      v_run.progress := case when v_drops then v_run.progress - 'tries' || '{"dropped": true}' else jsonb_build_object('place', v_table.place) end;
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
  update private.maintenance_runs set counts = v_run.counts, error = v_run.error, seen_at = p_now, progress = v_run.progress where id = p_run;
  return v_wait;
end
$$;
