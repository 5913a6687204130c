-- Purpose: what a policy lets go is written to a private bucket first, where the policy says so, and deleted only once it was read back.
-- Tables:  private.archives (new); private.retention_policies (a check), private.table_classes, storage.buckets (rows).
-- Risk:    none for existing data: no policy archives unless the operator sets it.

alter table private.retention_policies add constraint retention_policies_archive_check
  check (not archive or name not in ('audit_logs', 'maintenance_runs'));
comment on constraint retention_policies_archive_check on private.retention_policies is
  'The trail is append-only and its months go as a whole; to have more of it, keep it longer. Runs are nobody''s.';

create table private.archives (
  object text primary key,
  user_id uuid not null references auth.users on delete cascade,
  table_name text not null,
  begun_at timestamptz not null,
  ended_at timestamptz not null,
  rows integer not null check (rows > 0),
  sha256 text not null check (length(sha256) = 64),
  created_at timestamptz not null default now()
);
comment on table private.archives is 'What lies in the bucket archives: gzip JSON Lines of rows that were deleted, in a folder of their tenant''s id.';
comment on column private.archives.sha256 is 'Of the lines before they were compressed, in hex.';
create index idx_archives_user_id on private.archives (user_id, table_name, begun_at);
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

create function private.archive_lines(p_table private.retention_tables, p_user_id uuid, p_from timestamptz, p_until timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_children text;
  v_answer jsonb;
begin
  -- What goes by cascade goes along into the archive.
  select string_agg(format('jsonb_build_object(%L, (select coalesce(jsonb_agg(to_jsonb(c) order by to_jsonb(c)::text), ''[]'') from %s c where c.%I = t.%I))',
      k.conrelid::regclass::text, k.conrelid::regclass, a.attname, r.attname), ' || ' order by k.conrelid::regclass::text)
    into v_children
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      join pg_attribute r on r.attrelid = k.confrelid and r.attnum = k.confkey[1]
    where k.confrelid = p_table.name::regclass and k.contype = 'f' and k.confdeltype = 'c' and cardinality(k.conkey) = 1;
  execute format(
    'select jsonb_build_object(''lines'', string_agg(l.line || e''\n'', '''' order by l.aged, l.line), ''rows'', count(*))
       from (select t.%2$I as aged, (to_jsonb(t) || %4$s)::text as line from %1$s t where %3$s = $1 and t.%2$I between $2 and $3) l',
    p_table.name, p_table.aged_by, p_table.owner, coalesce(v_children, '''{}'''))
    into v_answer using p_user_id, p_from, p_until;
  return v_answer;
end
$$;
comment on function private.archive_lines(private.retention_tables, uuid, timestamptz, timestamptz) is
  'A tenant''s rows of a time, with what would go by cascade, as JSON Lines: {lines, rows}.';

create function private.next_archive_chunk(p_rows integer, p_now timestamptz default clock_timestamp()) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_due record;
  v_user_id uuid;
  v_from timestamptz;
  v_until timestamptz;
  v_horizon timestamptz;
begin
  for v_due in
    select t as of_table, p.name as policy, p.days from private.retention_tables t join private.retention_policies p on p.name = t.policy
      where p.archive and t.owner is not null order by t.place
  loop
    v_horizon := case when (v_due.of_table).policy = 'webhook_logs' then private.queued_since() else 'infinity' end;
    execute format(
      'select %3$s, t.%2$I from %1$s t left join public.retention_overrides o on o.policy = $1 and o.user_id = %3$s
         where t.%2$I < $2 - make_interval(days => coalesce(o.days, $3)) and t.%2$I < $4
         order by t.%2$I limit 1', (v_due.of_table).name, (v_due.of_table).aged_by, (v_due.of_table).owner)
      into v_user_id, v_from using v_due.policy, p_now, v_due.days, v_horizon;
    continue when v_user_id is null;
    execute format(
      'select max(d.aged) from (select t.%2$I as aged from %1$s t where %3$s = $1 and t.%2$I >= $2 and t.%2$I < $3 order by t.%2$I limit $4) d',
      (v_due.of_table).name, (v_due.of_table).aged_by, (v_due.of_table).owner)
      into v_until using v_user_id, v_from, least(v_horizon, p_now - make_interval(days => coalesce(
        (select o.days from public.retention_overrides o where o.policy = v_due.policy and o.user_id = v_user_id), v_due.days))), p_rows;
    return jsonb_build_object('table', (v_due.of_table).name, 'user_id', v_user_id, 'begun_at', v_from, 'ended_at', v_until)
      || private.archive_lines(v_due.of_table, v_user_id, v_from, v_until);
  end loop;
  return null;
end
$$;
comment on function private.next_archive_chunk(integer, timestamptz) is
  'The oldest rows of a tenant that are to go and be archived before: {table, user_id, begun_at, ended_at, lines, rows}, null where none are. Security definer because no API role may read every table.';
grant execute on function private.next_archive_chunk(integer, timestamptz) to service_role;

create function private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_table private.retention_tables := (select t from private.retention_tables t where t.name = p_chunk ->> 'table');
  v_user_id uuid := (p_chunk ->> 'user_id')::uuid;
  v_from timestamptz := (p_chunk ->> 'begun_at')::timestamptz;
  v_until timestamptz := (p_chunk ->> 'ended_at')::timestamptz;
  v_found jsonb;
begin
  perform from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    return false;
  end if;
  -- An erasure that is under way ends after this, and finds the archive; where it is over there is no user.
  perform from auth.users where id = v_user_id for key share;
  if not found or (v_table.policy = 'webhook_logs' and v_until >= private.queued_since()) then
    return false;
  end if;
  execute format('select from %1$s t where %3$s = $1 and t.%2$I between $2 and $3 for update of t', v_table.name, v_table.aged_by, v_table.owner)
    using v_user_id, v_from, v_until;
  v_found := private.archive_lines(v_table, v_user_id, v_from, v_until);
  if encode(sha256(convert_to(v_found ->> 'lines', 'UTF8')), 'hex') is distinct from p_sha256 then
    return false;
  end if;
  insert into private.archives (object, user_id, table_name, begun_at, ended_at, rows, sha256)
    values (p_object, v_user_id, v_table.name, v_from, v_until, (v_found ->> 'rows')::integer, p_sha256);
  execute format('delete from %1$s t where %3$s = $1 and t.%2$I between $2 and $3', v_table.name, v_table.aged_by, v_table.owner)
    using v_user_id, v_from, v_until;
  return true;
end
$$;
comment on function private.forget_archived(uuid, integer, jsonb, text, text) is
  'Deletes the rows that an archive holds, if they are still what was read back from it; false where they are not, where their tenant is gone, or where another worker has the job. Security definer because no API role may delete them.';
grant execute on function private.forget_archived(uuid, integer, jsonb, text, text) to service_role;

create function public.next_archive_chunk(p_rows integer) returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.next_archive_chunk(p_rows) $$;
comment on function public.next_archive_chunk(integer) is 'The next rows to be archived: {table, user_id, begun_at, ended_at, lines, rows}, or null.';
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
grant execute on function public.next_archive_chunk(integer), public.forget_archived(uuid, integer, jsonb, text, text), public.is_archive(text) to service_role;

create function private.queue_archive() returns integer
language sql volatile
set search_path = ''
as $$
  with queued as (
    insert into private.jobs (kind) select 'retention.archive'
      where exists (select from private.retention_policies where archive)
        and not exists (select from private.jobs where kind = 'retention.archive' and state = 'queued')
      returning 1)
  select count(*)::integer from queued
$$;
comment on function private.queue_archive() is 'Has the function maintenance archive what is due, if a policy asks for it and no such job is queued.';
select private.schedule_job('archive', '17 2 * * *', 'select private.queue_archive()', false);
