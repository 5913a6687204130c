-- Purpose: what a policy lets go is written to a private bucket first, where the policy says so, and goes only once it was read back.
-- Tables:  private.archives (new); private.retention_policies (a check), private.table_classes, storage.buckets (rows).
-- Risk:    none for existing data: no policy archives unless the operator sets it.

alter table private.retention_policies add constraint retention_policies_archive_check
  check (not archive or name <> 'maintenance_runs');
comment on constraint retention_policies_archive_check on private.retention_policies is 'Runs are nobody''s.';

create table private.archives (
  object text primary key,
  user_id uuid references auth.users on delete cascade,
  subject_id uuid,
  table_name text not null,
  begun_at timestamptz not null,
  ended_at timestamptz not null,
  last_entry bigint,
  rows integer not null check (rows > 0),
  sha256 text not null check (length(sha256) = 64),
  key_ids text[] not null default '{}',
  created_at timestamptz not null default now(),
  check (user_id is not null or subject_id is not null),
  check ((subject_id is null) = (last_entry is null))
);
comment on table private.archives is
  'What lies in the bucket archives: gzip JSON Lines of rows that were deleted, or of the trail that may go, in a folder of their tenant''s id.';
comment on column private.archives.user_id is 'Null for what is nobody''s: the trail of the project, and of accounts that had been erased by then.';
comment on column private.archives.subject_id is 'Of the trail: whose chain it is.';
comment on column private.archives.last_entry is 'Of the trail: up to which entry of the chain there are archives.';
comment on column private.archives.sha256 is 'Of the lines before they were compressed, in hex.';
comment on column private.archives.key_ids is 'The encryption keys that values in it are sealed with: no others open them, whatever is sealed anew elsewhere.';
create index idx_archives_user_id on private.archives (user_id, table_name, begun_at);
create index idx_archives_subject_id on private.archives (subject_id, last_entry) where subject_id is not null;
insert into private.table_classes (name, handling, withheld) values ('private.archives', 'owned', '{sha256}');
grant select on private.archives to service_role;

do $migration$
begin
  if to_regclass('storage.buckets') is null then
    raise notice 'No storage on this server: nothing can be archived';
    return;
  end if;
  insert into storage.buckets (id, name, public) values ('archives', 'archives', false) on conflict (id) do update set public = false;
end
$migration$;

create function private.named_rows(p_table oid) returns text
language sql stable
set search_path = ''
as $$
  select format('(select %s from jsonb_array_elements($1) e)', string_agg(
      format('(e ->> %s)::%s as %I', k.n - 1, format_type(a.atttypid, a.atttypmod), k.name), ', ' order by k.n))
    from unnest(private.key_columns(p_table)) with ordinality k (name, n)
      join pg_attribute a on a.attrelid = p_table and a.attname = k.name
$$;
comment on function private.named_rows(oid) is 'A query for the keys of a table''s rows, given in $1: [[key as text, …], …].';

create function private.archive_lines(p_table private.retention_tables, p_keys jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_table oid := p_table.name::regclass;
  v_children text;
  v_sealed text;
  v_answer jsonb;
begin
  -- What goes by cascade goes along into the archive.
  with child as (
    select k.conrelid as id, k.conrelid::regclass::text as name, a.attname as column_name, r.attname as key
      from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_attribute r on r.attrelid = k.confrelid and r.attnum = k.confkey[1]
      where k.confrelid = v_table and k.contype = 'f' and k.confdeltype = 'c' and cardinality(k.conkey) = 1
  )
  select (select string_agg(format('jsonb_build_object(%L, (select coalesce(jsonb_agg(to_jsonb(c) order by to_jsonb(c)::text), ''[]'') from %s c where c.%I = t.%I))',
        c.name, c.name, c.column_name, c.key), ' || ' order by c.name) from child c),
      (select string_agg(format('jsonb_path_query_array(l.line, %L)', format('$.%s%s', to_json(c.name) || '[*].', to_json(s.column_name::text))), ' || ')
        from private.sealed_columns s left join child c on c.id = s.relation where s.relation = v_table or c.id is not null)
    into v_children, v_sealed;
  execute format(
    $query$
      with l as materialized (
        select t.%2$I as aged, to_jsonb(t) || %3$s as line, %4$s as entry from %5$s k join %1$s t using (%6$s)
      ), key as (
        select distinct coalesce(private.sealed_with(s.sealed), '') as id from l cross join jsonb_array_elements_text(%7$s) s (sealed) where s.sealed is not null
      )
      select jsonb_build_object('lines', coalesce(string_agg(l.line::text || e'\n', '' order by l.aged, l.line::text), ''), 'rows', count(*),
          'begun_at', min(l.aged), 'ended_at', max(l.aged), 'last_entry', max(l.entry),
          'key_ids', (select coalesce(jsonb_agg(key.id order by key.id), '[]') from key))
        from l
    $query$,
    p_table.name, p_table.aged_by, coalesce(v_children, '''{}'''), case when p_table.name = 'public.audit_logs' then 't.entry' else 'null::bigint' end,
    private.named_rows(v_table), (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table)) k), coalesce(v_sealed, '''[]'''))
    into v_answer using p_keys;
  return v_answer;
end
$$;
comment on function private.archive_lines(private.retention_tables, jsonb) is
  'The rows of these keys, with what would go by cascade, as JSON Lines: {lines, rows, begun_at, ended_at, last_entry, key_ids}.';

create function private.archived_until(p_subject text, p_time text) returns text
language sql immutable
set search_path = ''
as $$
  select format('coalesce((select max(a.last_entry) from private.archives a
    where a.subject_id = %1$s and date_trunc(''month'', a.begun_at, ''UTC'') = date_trunc(''month'', %2$s, ''UTC'')), 0)', p_subject, p_time)
$$;
comment on function private.archived_until(text, text) is 'An expression for the last entry of a subject''s chain that is archived of the month of a time.';

create function private.due_for_archive(p_table private.retention_tables) returns text
language sql stable
set search_path = ''
as $$
  -- $1 is now, $2 the policy's days, $3 its name.
  select format('t.%1$I < $1 - make_interval(days => coalesce((select o.days from public.retention_overrides o where o.policy = $3 and o.user_id = %2$s), $2))',
      p_table.aged_by, p_table.owner)
    || case p_table.policy
      when 'webhook_logs' then format(' and t.%I < private.queued_since()', p_table.aged_by)
      -- Rows of the trail stay until their month goes: what is archived is known by its place in the chain. By the month, because entries
      -- of a clock that fell back lie in an earlier one than those before them.
      when 'audit_logs' then format(' and t.entry > %s', private.archived_until('t.subject_id', 't.created_at'))
      else '' end
$$;
comment on function private.due_for_archive(private.retention_tables) is 'The condition for a row t that is to be archived now.';

create function private.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamptz default clock_timestamp()) returns jsonb
language plpgsql stable security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_policy private.retention_policies;
  v_table private.retention_tables;
  v_source text;
  v_tenant_is text;
  v_tenant uuid;
  v_before timestamptz;
  v_keys jsonb;
  v_chunk jsonb;
  v_rows integer := p_rows;
begin
  for v_table in
    select t.* from private.retention_tables t join private.retention_policies p on p.name = t.policy
      where p.archive and t.owner is not null
        and t.place >= coalesce((select l.place from private.retention_tables l where l.name = p_last ->> 'table'), 0) order by t.place
  loop
    select * into v_policy from private.retention_policies p where p.name = v_table.policy;
    v_tenant_is := case when v_table.name = 'public.audit_logs' then 't.subject_id' else v_table.owner end;
    v_before := p_now - make_interval(days => least(v_policy.days,
      (select min(o.days) from public.retention_overrides o where o.policy = v_policy.name)));
    for v_source in
      select format('private.%I', m.name) from private.months_of(v_table.name) m where m.begun_at < v_before
      union all
      select v_table.name where not exists (select from private.months_of(v_table.name))
    loop
      v_tenant := null;
      if v_table.name = p_last ->> 'table' then
        -- Whose rows the last chunk had has more of them, most of the time, and they are found by an index.
        execute format('select %2$s from %1$s t where %2$s = $4 and %3$s limit 1', v_source, v_tenant_is, private.due_for_archive(v_table))
          into v_tenant using p_now, v_policy.days, v_policy.name, (p_last ->> 'tenant')::uuid;
      end if;
      if v_tenant is null then
        execute format('select %2$s from %1$s t where t.%4$I < $4 and %3$s limit 1', v_source, v_tenant_is, private.due_for_archive(v_table), v_table.aged_by)
          into v_tenant using p_now, v_policy.days, v_policy.name, v_before;
      end if;
      continue when v_tenant is null;
      loop
        execute format(
          'with due as (
             select jsonb_build_array(%5$s) as key, octet_length(t::text) as size, row_number() over () as n
               from (select * from %1$s t where %2$s = $4 and %3$s %4$s limit $5) t
           ), taken as (select key, n, sum(size) over (order by n) - size as before from due)
           select jsonb_agg(key) from taken where before < $6 or n = 1',
          v_source, v_tenant_is, private.due_for_archive(v_table), case when v_table.name = 'public.audit_logs' then 'order by t.entry' else '' end,
          (select string_agg(format('t.%I::text', k.name), ', ' order by k.n)
            from unnest(private.key_columns(v_table.name::regclass)) with ordinality k (name, n)))
          into v_keys using p_now, v_policy.days, v_policy.name, v_tenant, v_rows, p_bytes;
        v_chunk := private.archive_lines(v_table, v_keys);
        -- What goes by cascade was not counted.
        exit when octet_length(v_chunk ->> 'lines') <= 2 * p_bytes or jsonb_array_length(v_keys) = 1;
        v_rows := jsonb_array_length(v_keys) / 2;
      end loop;
      return v_chunk || jsonb_build_object('table', v_table.name, 'tenant', v_tenant, 'user_id', private.user_of_tenant(v_table, v_tenant), 'keys', v_keys);
    end loop;
  end loop;
  return null;
end
$$;
comment on function private.next_archive_chunk(integer, integer, jsonb, timestamptz) is
  'Rows of one tenant that are to go and be archived before, at most so many of about so many bytes: {table, tenant, user_id, keys, lines, rows, begun_at, ended_at}, null where there are none; tables before that of the last chunk {table, tenant} are not looked at again. Security definer because no API role may read every table.';
grant execute on function private.next_archive_chunk(integer, integer, jsonb, timestamptz) to service_role;

create function private.user_of_tenant(p_table private.retention_tables, p_tenant uuid) returns uuid
language sql stable
set search_path = ''
as $$
  select u.id from auth.users u where u.id = case when p_table.name = 'public.audit_logs'
    then (select s.user_id from private.audit_subjects s where s.subject_id = p_tenant) else p_tenant end
$$;
comment on function private.user_of_tenant(private.retention_tables, uuid) is 'The user whose rows these are: of the trail, whose subject it is. Null for nobody.';

create function private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) returns boolean
language plpgsql security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_table private.retention_tables := (select t from private.retention_tables t where t.name = p_chunk ->> 'table');
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = v_table.policy);
  v_trail boolean := v_table.name = 'public.audit_logs';
  v_tenant uuid := (p_chunk ->> 'tenant')::uuid;
  v_user_id uuid := private.user_of_tenant(v_table, v_tenant);
  v_key text := (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table.name::regclass)) k);
  v_named text := replace(private.named_rows(v_table.name::regclass), '$1', '$5');
  v_due integer;
  v_found jsonb;
begin
  perform from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    return false;
  end if;
  -- An erasure that is under way ends after this, and finds the archive; one that is over has left nobody whose folder it could lie in.
  perform from auth.users where id = v_user_id for key share;
  if v_user_id is distinct from (p_chunk ->> 'user_id')::uuid or (v_user_id is null and not v_trail)
    or (v_user_id is not null and (not found or not starts_with(p_object, v_user_id || '/')))
  then
    return false;
  end if;
  -- Due still: their tenant may have chosen to keep them longer, or had them sent again.
  execute format(
    'with due as (
       select 1 from (select t.* from %1$s t join %2$s k using (%3$s)) t where %4$s = $4 and %5$s
     ) select count(*) from due', v_table.name, v_named, v_key, case when v_trail then 't.subject_id' else v_table.owner end, private.due_for_archive(v_table))
    into v_due using clock_timestamp(), v_policy.days, v_policy.name, v_tenant, p_chunk -> 'keys';
  if not v_trail then
    execute format('select from %1$s t where (%2$s) in (select %2$s from %3$s k) for update of t', v_table.name, v_key, private.named_rows(v_table.name::regclass))
      using p_chunk -> 'keys';
  end if;
  v_found := private.archive_lines(v_table, p_chunk -> 'keys');
  if v_due is distinct from (v_found ->> 'rows')::integer or v_due = 0
    or encode(sha256(convert_to(v_found ->> 'lines', 'UTF8')), 'hex') is distinct from p_sha256
  then
    return false;
  end if;
  insert into private.archives (object, user_id, subject_id, table_name, begun_at, ended_at, last_entry, rows, sha256, key_ids)
    select p_object, v_user_id, case when v_trail then v_tenant end, v_table.name, f.begun_at, f.ended_at, f.last_entry, f.rows, p_sha256, f.key_ids
      from jsonb_to_record(v_found) f (begun_at timestamptz, ended_at timestamptz, last_entry bigint, rows integer, key_ids text[]);
  if not v_trail then
    execute format('delete from %1$s t where (%2$s) in (select %2$s from %3$s k)', v_table.name, v_key, private.named_rows(v_table.name::regclass))
      using p_chunk -> 'keys';
  end if;
  return true;
end
$$;
comment on function private.forget_archived(uuid, integer, jsonb, text, text) is
  'Deletes the rows that an archive holds, if they are due still and what was read back from it; of the trail it notes how far it is archived. False where they are not, where their tenant is gone, or where another worker has the job. Security definer because no API role may delete them.';
grant execute on function private.forget_archived(uuid, integer, jsonb, text, text) to service_role;

create function private.stray_archives(p_limit integer) returns setof text
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if to_regclass('storage.objects') is null then
    return;
  end if;
  return query execute
    'select o.name::text from storage.objects o
       where o.bucket_id = ''archives'' and o.created_at < now() - interval ''1 hour''
         and not exists (select from private.archives a where a.object = o.name) limit $1' using p_limit;
end
$$;
comment on function private.stray_archives(integer) is
  'Objects in the bucket archives for which nothing was deleted, as workers leave behind that were lost. Security definer because no API role may read them all.';
grant execute on function private.stray_archives(integer) to service_role;

create function public.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb default null) returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.next_archive_chunk(p_rows, p_bytes, p_last) $$;
comment on function public.next_archive_chunk(integer, integer, jsonb) is
  'The next rows to be archived: {table, tenant, user_id, keys, lines, rows, begun_at, ended_at}, or null.';
create function public.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) returns boolean
language sql volatile
set search_path = ''
set statement_timeout = '40s'
as $$ select private.forget_archived(p_job_id, p_fence, p_chunk, p_object, p_sha256) $$;
comment on function public.forget_archived(uuid, integer, jsonb, text, text) is 'Deletes rows that were archived and read back; false where they are not the same any more.';
create function public.is_archive(p_object text) returns boolean
language sql stable
set search_path = ''
as $$ select exists (select from private.archives where object = p_object) $$;
comment on function public.is_archive(text) is 'Whether rows were deleted because this object holds them.';
create function public.stray_archives(p_limit integer) returns setof text
language sql stable
set search_path = ''
as $$ select private.stray_archives(p_limit) $$;
comment on function public.stray_archives(integer) is 'Objects in the bucket archives for which nothing was deleted.';
create function public.list_archive_keys() returns table (key_id text, archives bigint)
language sql stable
set search_path = ''
as $$ select k, count(*) from private.archives a cross join unnest(a.key_ids) k group by k order by k $$;
comment on function public.list_archive_keys() is 'With which encryption keys values in how many archives are sealed. For the operator.';
grant execute on function public.next_archive_chunk(integer, integer, jsonb), public.forget_archived(uuid, integer, jsonb, text, text),
  public.is_archive(text), public.stray_archives(integer), public.list_archive_keys() to service_role;

create function private.queue_archive() returns integer
language sql volatile
set search_path = ''
as $$
  with queued as (
    insert into private.jobs (kind) select 'retention.archive'
      where exists (select from private.retention_policies where archive)
        and not exists (select from private.jobs where kind = 'retention.archive' and state = 'queued')
        -- A clock that leaps is believed when the job retention has found it there.
        and coalesce((select max(r.started_at) from private.maintenance_runs r where r.job = 'retention'), now()) >= now() - interval '7 days'
      returning 1)
  select count(*)::integer from queued
$$;
comment on function private.queue_archive() is 'Has the function maintenance archive what is due, if a policy asks for it and no such job is queued.';
select private.schedule_job('archive', '17 2 * * *', 'select private.queue_archive()', false);
