-- Purpose: what is wrong with the schema and with what runs beside it, for whoever operates the database.
-- Tables:  none.
-- Risk:    none: it reads the catalogue, cron's history and the queues.

create function private.schema_objects() returns table (kind text, name text)
language sql stable
set search_path = ''
as $$
  with relations as (
    select c.oid, c.relkind, c.relrowsecurity, c.relacl, format('%I.%I', n.nspname, c.relname) as name
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      -- Which partitions there are depends on the time.
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
  ), functions as (
    select p.oid, p.proacl, p.oid::regprocedure::text as name
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'private')
  ), grants as (
    select a.grantee, a.privilege_type, r.name from relations r cross join lateral aclexplode(r.relacl) a
    union all
    select x.grantee, format('%s (%s)', x.privilege_type, a.attname), r.name
      from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid cross join lateral aclexplode(a.attacl) x
      where a.attnum > 0 and not a.attisdropped
    union all
    select a.grantee, a.privilege_type, f.name from functions f cross join lateral aclexplode(f.proacl) a
    union all
    select a.grantee, a.privilege_type, 'schema ' || n.nspname
      from pg_catalog.pg_namespace n cross join lateral aclexplode(n.nspacl) a where n.nspname in ('public', 'private')
  )
  select 'tables', r.name from relations r where r.relkind in ('r', 'p', 'v', 'm')
  union all
  select 'columns', format('%s.%s %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod))
    from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
    where r.relkind <> 'S' and a.attnum > 0 and not a.attisdropped
  union all
  select 'indexes', i.indexrelid::regclass::text
    from relations r join pg_catalog.pg_index i on i.indrelid = r.oid
  union all
  select 'constraints', format('%s: %s', r.name, c.conname)
    from relations r join pg_catalog.pg_constraint c on c.conrelid = r.oid where c.contype in ('c', 'f', 'p', 'u', 'x')
  union all
  select 'row_level_security', r.name from relations r where r.relrowsecurity
  union all
  select 'policies', format('%s: %s', p.polrelid::regclass, p.polname)
    from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'storage')
  union all
  -- Ours are on tables of the platform, too.
  select 'triggers', format('%s: %s', t.tgrelid::regclass, t.tgname)
    from pg_catalog.pg_trigger t join functions f on f.oid = t.tgfoid join pg_catalog.pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgenabled <> 'D' and not c.relispartition
  union all
  select 'functions', f.name from functions f
  union all
  select 'grants', format('%s: %s on %s', o.rolname, lower(g.privilege_type), g.name)
    from grants g join pg_catalog.pg_roles o on o.oid = g.grantee
    where o.rolname in ('anon', 'authenticated', 'service_role', 'switchboard_hot')
$$;
comment on function private.schema_objects() is
  'What public and private consist of, by kind and name, with our triggers and policies on tables of the platform. From it the expectation is written with which schema_health compares.';

create function private.health_check(p_name text, p_failed text[], p_warnings text[] default '{}', p_details jsonb default '{}') returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'name', p_name,
    'status', case when cardinality(p_failed) > 0 then 'failed' when cardinality(p_warnings) > 0 then 'warning' else 'ok' end,
    'problems', to_jsonb(p_failed || p_warnings),
    'details', p_details)
$$;
comment on function private.health_check(text, text[], text[], jsonb) is 'One check of schema_health: {name, status, problems, details}.';

create function private.skipped_check(p_name text) returns jsonb
language sql immutable
set search_path = ''
as $$ select private.health_check(p_name, '{}') || '{"status": "skipped", "problems": ["It was not said what is expected"]}' $$;
comment on function private.skipped_check(text) is 'A check of schema_health that could not be made.';

create function private.check_migrations(p_expected jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_expected text[] := array(select jsonb_array_elements_text(p_expected -> 'migrations'));
  v_applied text[];
begin
  if not coalesce(p_expected ? 'migrations', false) then
    return private.skipped_check('migrations');
  end if;
  begin
    select coalesce(array_agg(m.version order by m.version), '{}') into v_applied from supabase_migrations.schema_migrations m;
  exception when undefined_table or invalid_schema_name then
    return private.health_check('migrations', '{}', array['The history of migrations is kept elsewhere']);
  end;
  return private.health_check('migrations',
    array(select v || ' is not applied' from unnest(v_expected) v where v <> all (v_applied) order by v),
    array(select v || ' is applied, and not known here' from unnest(v_applied) v where v <> all (v_expected) order by v),
    jsonb_build_object('applied', cardinality(v_applied), 'newest', v_applied[cardinality(v_applied)]));
end
$$;
comment on function private.check_migrations(jsonb) is
  'Names migrations that are expected and not applied. One that is applied and not expected is a warning: databases are migrated before functions are deployed.';

create function private.check_objects(p_expected jsonb) returns setof jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_kind text;
  v_missing text[];
begin
  for v_kind, v_missing in
    with present as materialized (select o.kind, o.name from private.schema_objects() o)
    select k.kind, array(
        select e.name || ' is missing' from jsonb_array_elements_text(p_expected -> k.kind) e (name)
          where not exists (select from present o where o.kind = k.kind and o.name = e.name)
            -- A role that not every home lets us make; whoever does without it lacks nothing.
            and not (to_regrole('switchboard_hot') is null and e.name like 'switchboard_hot: %')
          order by e.name)
      from unnest(array['tables', 'columns', 'indexes', 'constraints', 'policies', 'triggers', 'functions', 'grants']) with ordinality k (kind, place)
      order by k.place
  loop
    if p_expected ? v_kind then
      return next private.health_check(v_kind, v_missing);
    else
      return next private.skipped_check(v_kind);
    end if;
  end loop;
end
$$;
comment on function private.check_objects(jsonb) is
  'A check for every kind of object, which names what is expected and missing; skipped where nothing is said to be expected.';

create function private.check_row_level_security(p_expected jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.health_check('row_level_security', array(
    select format('%I.%I has no row level security', n.nspname, c.relname)
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relrowsecurity and (
        -- What the Data API serves, known to us or not.
        n.nspname = 'public'
        or (n.nspname = 'storage' and c.relname in ('buckets', 'objects'))
        or coalesce(p_expected -> 'row_level_security' ? format('%I.%I', n.nspname, c.relname), false))
      order by 1))
$$;
comment on function private.check_row_level_security(jsonb) is
  'Names tables that the Data API or storage serves without row level security. Those of private are closed by having no grants.';

create function private.check_index_use() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.health_check('usable_indexes',
    array(
      select format('%s is invalid: drop it, and make it again', i.indexrelid::regclass)
        from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'private') and not (i.indisvalid and i.indisready and i.indislive) order by 1),
    array(
      select format('%s has no index for its foreign key %I', k.conrelid::regclass, k.conname)
        from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'f' and not c.relispartition and n.nspname in ('public', 'private')
          and not exists (
            select from pg_catalog.pg_index i where i.indrelid = k.conrelid and i.indisvalid
              and (string_to_array(i.indkey::text, ' ')::smallint[])[1 : cardinality(k.conkey)] @> k.conkey)
        order by 1))
$$;
comment on function private.check_index_use() is
  'Names indexes that no query uses because they were never finished, and foreign keys for which every deletion reads the whole table (a warning).';

create function private.offers_cron() returns boolean
language sql stable
set search_path = ''
as $$ select coalesce(current_setting('cron.database_name', true) = current_database(), false) $$;
comment on function private.offers_cron() is 'Whether the server runs pg_cron, and for this database: it can do so for one alone.';

create function private.check_extensions() returns jsonb
language sql stable
set search_path = ''
as $$
  with missing (problem, offered) as (
    select 'pg_cron is missing: nothing is scheduled', private.offers_cron() where to_regprocedure('cron.schedule(text,text,text)') is null
    union all
    select 'pg_net is missing: scheduled jobs cannot call functions', exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
      where to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is null
    union all
    select 'supabase_vault is missing: scheduled jobs do not know where the functions are',
        exists (select from pg_catalog.pg_available_extensions where name = 'supabase_vault')
      where to_regclass('vault.decrypted_secrets') is null
  )
  select private.health_check('extensions',
    array(select problem from missing where offered order by 1),
    array(select problem from missing where not offered order by 1),
    (select jsonb_object_agg(e.extname, e.extversion) from pg_catalog.pg_extension e))
$$;
comment on function private.check_extensions() is
  'Names extensions whose work nobody does, themselves or a stand-in: a warning where the server does not offer them. The details are what is installed.';

create function private.check_scheduled_jobs(p_expected jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_expected text[] := array(select jsonb_array_elements_text(p_expected -> 'jobs'));
  v_failed text[];
  v_jobs jsonb;
  v_last_run timestamptz;
begin
  if to_regclass('cron.job') is null or to_regclass('cron.job_run_details') is null then
    return case when private.offers_cron() then private.health_check('scheduled_jobs', array['Nothing is scheduled: pg_cron is not installed'])
      else private.health_check('scheduled_jobs', '{}', array['Nothing is scheduled: this server has no cron']) end;
  end if;
  execute $jobs$
    with jobs as (
      select j.jobname::text as name, j.schedule, j.active, r.status, r.end_time, left(r.return_message, 200) as message
        from cron.job j left join lateral (
          select d.status, d.end_time, d.return_message from cron.job_run_details d
            where d.jobid = j.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1
        ) r on true
        where $1 is null or j.jobname = any ($2)
    )
    select
        array(
          select e || ' is not scheduled' from unnest($2) e where not exists (select from jobs j where j.name = e)
          union all
          select name || ' is switched off' from jobs where not active
          union all
          select format('%s failed: %s', name, message) from jobs where status = 'failed'
          order by 1),
        (select jsonb_agg(jsonb_build_object('name', name, 'schedule', schedule, 'active', active, 'last_status', status, 'last_run', end_time) order by name)
          from jobs),
        -- Where something is due every minute, a long silence is that of cron itself.
        (select max(d.start_time) from cron.job_run_details d where exists (select from jobs where active and schedule in ('* * * * *', '10 seconds')))
  $jobs$ into v_failed, v_jobs, v_last_run using p_expected, v_expected;
  return private.health_check('scheduled_jobs', v_failed,
    array(select format('No job has run since %s', v_last_run) where v_last_run < now() - interval '15 minutes'),
    jsonb_build_object('jobs', coalesce(v_jobs, '[]'::jsonb)));
end
$$;
comment on function private.check_scheduled_jobs(jsonb) is
  'Names jobs that are not scheduled, switched off, or failed when they last ended; the details are all of them. Where nothing is said to be expected, the jobs of everybody are looked at.';

create function private.check_partitions() returns jsonb
language sql stable
set search_path = ''
as $$
  with months as (
    select p.oid::regclass::text as parent, m.place, to_char(m.month, 'YYYY-MM') as month,
        exists (
          select from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
            where i.inhparent = p.oid and c.relname = p.relname || to_char(m.month, '_YYYY_MM')) as made
      from pg_catalog.pg_class p join pg_catalog.pg_namespace n on n.oid = p.relnamespace
        -- The job makes three months ahead every day, so yesterday's must be there. Months begin in UTC.
        cross join lateral (
          select s.month, row_number() over (order by s.month) as place
            from generate_series(date_trunc('month', now() at time zone 'UTC'),
              date_trunc('month', now() at time zone 'UTC' - interval '1 day') + interval '3 months', interval '1 month') s (month)) m
      where p.relkind = 'p' and not p.relispartition and n.nspname in ('public', 'private')
  )
  select private.health_check('partitions',
    array(select format('%s has no partition for %s', parent, month) from months where not made and place <= 2 order by 1),
    array(select format('%s has no partition for %s yet', parent, month) from months where not made and place > 2 order by 1),
    coalesce((select jsonb_object_agg(s.parent, s.ahead) from (
      select parent, count(*) filter (where made and place > 1) as ahead from months group by parent) s), '{}'))
$$;
comment on function private.check_partitions() is
  'Names months without a partition: this one and the next, or as a warning those after, up to three ahead. The details are how many of these there are.';

create function private.check_queues() returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_queue record;
  v_depth bigint;
  v_oldest timestamptz;
  v_seconds bigint;
  v_failed text[] := '{}'::text[];
  v_late text[] := '{}'::text[];
  v_details jsonb := '{}'::jsonb;
begin
  for v_queue in
    select * from (values
      ('webhook_deliveries', 'private.webhook_deliveries', 'true', 'due_at', 'leased_until is null and not waiting'),
      ('recordings', 'private.recording_sources', 'due_at is not null', 'coalesce(leased_until, due_at)', 'due_at is not null'),
      ('jobs', 'private.jobs', 'state = ''queued''', 'coalesce(leased_until, due_at)', 'state = ''queued''')
    ) q (name, relation, queued, due, ready)
  loop
    begin
      -- A long backlog is not counted to its end.
      execute format('select (select count(*) from (select from %1$s where %2$s limit 100000) q), (select min(%3$s) from %1$s where %4$s)',
        v_queue.relation, v_queue.queued, v_queue.due, v_queue.ready) into v_depth, v_oldest;
      v_seconds := greatest(0, floor(extract(epoch from now() - v_oldest)));
      v_details := v_details || jsonb_build_object(v_queue.name, jsonb_build_object('depth', v_depth, 'oldest_due_seconds', v_seconds));
      if v_oldest < now() - interval '15 minutes' then
        v_late := v_late || format('%s: the oldest has been due for %s s', v_queue.name, v_seconds);
      end if;
    exception when undefined_table or undefined_column then
      v_failed := v_failed || format('%s cannot be looked at: %s', v_queue.name, sqlerrm);
    end;
  end loop;
  return private.health_check('queues', v_failed, v_late, v_details);
end
$$;
comment on function private.check_queues() is
  'How much is to be sent, copied and done, counted to 100,000, and for how many seconds the oldest has been due. More than 15 minutes is a warning: an endpoint may have chosen a slow pace.';

create function private.schema_health(p_expected jsonb) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_checks jsonb := jsonb_build_array(private.check_migrations(p_expected))
    || (select jsonb_agg(c) from private.check_objects(p_expected) c)
    || jsonb_build_array(private.check_row_level_security(p_expected), private.check_index_use(), private.check_extensions(),
      private.check_scheduled_jobs(p_expected), private.check_partitions(), private.check_queues());
  v_status text := case
    when v_checks @> '[{"status": "failed"}]' then 'unhealthy'
    when v_checks @> '[{"status": "skipped"}]' then 'incomplete'
    when v_checks @> '[{"status": "warning"}]' then 'degraded'
    else 'healthy' end;
begin
  return jsonb_build_object('is_healthy', v_status <> 'unhealthy', 'overall_status', v_status, 'checked_at', now(), 'checks', v_checks);
end
$$;
comment on function private.schema_health(jsonb) is
  'public.schema_health. Security definer because the catalogue''s history, cron and the queues are closed to API roles.';
grant execute on function private.schema_health(jsonb) to service_role;

create function public.schema_health(p_expected jsonb default null) returns jsonb
language sql stable
set search_path = ''
as $$ select private.schema_health(p_expected) $$;
comment on function public.schema_health(jsonb) is
  'What is wrong with the schema: {is_healthy, overall_status: healthy, degraded by warnings, incomplete where something was skipped, or unhealthy, checked_at, checks: [{name, status: ok, warning, failed or skipped, problems, details}]}. p_expected says what should be there: {migrations, tables, columns, indexes, …, jobs}, lists of names as private.schema_objects gives them; what needs it is skipped without.';
grant execute on function public.schema_health(jsonb) to service_role;
