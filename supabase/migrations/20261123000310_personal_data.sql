-- Purpose: whose rows each table holds, so that an export and an erasure leave none out.
-- Tables:  private.table_classes. Replaces private.audit; audit_logs, private.audit_heads (their rows, once).
-- Risk:    writes the audit trail anew where it names users by their ids, while nothing is appended to it; what was broken
--          stays so. From now on a table that is in no row of private.table_classes stops exports and erasures: a migration
--          that adds a table says here whose rows it holds.

create table private.table_classes (
  name text primary key check (name ~ '^[a-z_]+\.[a-z0-9_]+$'),
  handling text not null check (handling in ('owned', 'pseudonym', 'last', 'nobody')),
  found_by text,
  withheld text[] not null default '{}',
  opened text[] not null default '{}'
);
comment on table private.table_classes is 'What each table holds. One that is missing here stops exports and erasures.';
comment on column private.table_classes.handling is
  'owned: rows of users, exported and erased. pseudonym: kept, under a subject that names nobody once private.audit_subjects is erased. last: erased in the transaction that ends an erasure. nobody: no rows of users.';
comment on column private.table_classes.found_by is
  'How a user''s rows are found where neither a column user_id nor a foreign key says it: a condition for format(), in which %1$s is the table''s alias and $1 the user.';
comment on column private.table_classes.withheld is
  'Columns that are not exported, beside those whose name says that they hold a secret.';
comment on column private.table_classes.opened is
  'Sealed columns whose text an export has in clear: shared/account/opened_rows.ts says how they are opened.';

insert into private.table_classes (name, handling, found_by, withheld) values
  ('private.audit_checkpoints', 'pseudonym', '%1$s.subject_id = (select s.subject_id from private.audit_subjects s where s.user_id = $1)', '{}'),
  ('private.audit_heads', 'pseudonym', '%1$s.subject_id = (select s.subject_id from private.audit_subjects s where s.user_id = $1)', '{}'),
  ('private.audit_subjects', 'last', null, '{}'),
  ('private.credentials', 'owned', null, '{}'),
  ('private.event_types', 'nobody', null, '{}'),
  ('private.idempotency_keys', 'owned', null, '{}'),
  ('private.jobs', 'last', null, '{}'),
  ('private.request_counts', 'last', '%1$s.subject like ''%% user '' || $1', '{}'),
  ('private.request_limits', 'nobody', null, '{}'),
  ('private.table_classes', 'nobody', null, '{}'),
  ('private.transfer_counts', 'owned', null, '{}'),
  ('private.transfer_rules', 'owned', null, '{}'),
  ('private.webhook_deliveries', 'owned', null, '{}'),
  ('private.webhook_limits', 'owned', null, '{}'),
  ('private.webhook_pace', 'owned', '%1$s.webhook_id in (select w.id from public.webhooks w where w.user_id = $1)', '{}'),
  ('private.webhook_replays', 'owned', null, '{}'),
  ('private.webhook_skipped', 'owned', '%1$s.webhook_id in (select w.id from public.webhooks w where w.user_id = $1)', '{}'),
  ('public.agents', 'owned', null, '{}'),
  ('public.api_key_usage', 'owned', null, '{}'),
  ('public.api_keys', 'owned', null, '{}'),
  ('public.audit_logs', 'pseudonym', '%1$s.subject_id = (select s.subject_id from private.audit_subjects s where s.user_id = $1)', '{}'),
  ('public.call_logs', 'owned', null, '{}'),
  ('public.ivr_menu_versions', 'owned', null, '{}'),
  ('public.ivr_menus', 'owned', null, '{}'),
  ('public.ivr_sessions', 'owned', null, '{}'),
  ('public.ivr_turns', 'owned', null, '{}'),
  ('public.phone_connections', 'owned', null, '{}'),
  ('public.phone_numbers', 'owned', null, '{}'),
  ('public.webhook_events', 'owned', null, '{}'),
  ('public.webhook_logs', 'owned', null, '{}'),
  ('public.webhooks', 'owned', null, '{headers}'),
  -- The platform's. It has no rows for its other tables: a user's rows in them are found as in ours.
  ('auth.audit_log_entries', 'owned', '$1::text in (%1$s.payload ->> ''actor_id'', %1$s.payload #>> ''{traits,user_id}'')', '{}'),
  -- By the token before, which may still be good for some seconds.
  ('auth.refresh_tokens', 'owned', null, '{parent}');

create function private.tables() returns table (table_id oid, name text, platform boolean)
language sql stable
set search_path = ''
as $$
  select c.oid, format('%s.%s', n.nspname, c.relname), n.nspname = 'auth'
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and not c.relispartition
      -- What the platform keeps beside users and objects is its own; objects are removed by the storage service.
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'cron', 'extensions', 'graphql', 'graphql_public', 'net', 'pgbouncer',
        'pgmq', 'pgsodium', 'pgsodium_masks', 'realtime', '_realtime', '_analytics', '_supavisor', 'storage', 'supabase_functions',
        'supabase_migrations', 'vault')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
$$;
comment on function private.tables() is 'Every table that may hold rows of users: ours, and those of the auth service.';

create function private.owner_condition(p_table oid, p_alias text, p_seen oid[] default '{}') returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_found_by text := (
    select t.found_by from private.table_classes t join pg_class c on c.relname = split_part(t.name, '.', 2)
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = split_part(t.name, '.', 1) where c.oid = p_table);
  v_type oid := (select a.atttypid from pg_attribute a where a.attrelid = p_table and a.attname = 'user_id' and not a.attisdropped);
  v_key record;
  v_parent text;
begin
  if p_table = 'auth.users'::regclass then
    return format('%s.id = $1', p_alias);
  elsif v_found_by is not null then
    return format(v_found_by, p_alias);
  elsif v_type is not null then
    return format(case when v_type = 'uuid'::regtype then '%s.user_id = $1' else '%s.user_id = $1::text' end, p_alias);
  end if;
  for v_key in
    select k.confrelid as parent, (
        select string_agg(format('%s.%I = %s.%I', p_alias || '_', r.attname, p_alias, a.attname), ' and ')
          from unnest(k.conkey, k.confkey) u (here, there)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.here
          join pg_attribute r on r.attrelid = k.confrelid and r.attnum = u.there) as same
      from pg_constraint k where k.conrelid = p_table and k.contype = 'f' and k.conparentid = 0
        and k.confrelid <> p_table and not k.confrelid = any (p_seen)
      order by k.confrelid = 'auth.users'::regclass desc, k.conname
  loop
    v_parent := private.owner_condition(v_key.parent, p_alias || '_', p_seen || p_table);
    if v_parent is not null then
      return format('exists (select from %s as %s where %s and %s)', v_key.parent::regclass, p_alias || '_', v_key.same, v_parent);
    end if;
  end loop;
  return null;
end
$$;
comment on function private.owner_condition(oid, text, oid[]) is
  'The condition for a table''s rows of user $1: by private.table_classes, a column user_id, or foreign keys, however many lie in between. Null where none leads to a user.';

create function private.personal_tables() returns table (table_id oid, name text, handling text, condition text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_table record;
begin
  for v_table in
    select t.*, c.handling as class, private.owner_condition(t.table_id, 't') as found
      from private.tables() t left join private.table_classes c using (name) order by t.name
  loop
    if v_table.class is null and not v_table.platform then
      raise exception using errcode = 'PT500', detail = 'internal_error', hint = v_table.name,
        message = format('Nobody has said in private.table_classes whose rows %s holds', v_table.name);
    elsif (v_table.class = 'nobody') = (v_table.found is not null) and v_table.class is not null then
      raise exception using errcode = 'PT500', detail = 'internal_error', hint = v_table.name,
        message = format('The class of %s and its columns contradict each other about whose rows it holds', v_table.name);
    elsif v_table.found is not null and (not v_table.platform or has_table_privilege(v_table.table_id, 'select, delete')) then
      table_id := v_table.table_id;
      name := v_table.name;
      handling := coalesce(v_table.class, 'owned');
      condition := v_table.found;
      return next;
    end if;
  end loop;
end
$$;
comment on function private.personal_tables() is
  'The tables that hold rows of users, and the condition by which those of user $1 are found. Raises where a table has no class, or one that its columns contradict.';

create function private.key_columns(p_table oid) returns text[]
language sql stable
set search_path = ''
as $$
  select array_agg(a.attname::text order by k.n)
    from pg_index i cross join lateral unnest(i.indkey::smallint[]) with ordinality k (attnum, n)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = p_table and i.indisprimary
$$;
comment on function private.key_columns(oid) is 'The columns of a table''s primary key, in its order; null where there is none.';

create function private.withheld_columns(p_table oid, p_name text) returns text[]
language sql stable
set search_path = ''
as $$
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}') from pg_attribute a
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
      and (a.attname ~ '(password|secret|token|cipher|sealed|encrypted|hash|hmac|nonce|challenge|credential|auth_code|authorization_code|recovery_code|otp|jwe)'
          and a.attname !~ '_(at|method|counter|fields)$'
          and not exists (select from private.table_classes c where c.name = p_name and a.attname = any (c.opened))
        or a.attname = any ((select c.withheld from private.table_classes c where c.name = p_name)::text[]))
$$;
comment on function private.withheld_columns(oid, text) is
  'The columns that an export leaves out: those that private.table_classes names, and those whose name says that they hold a secret, sealed or not, unless it opens them.';

create function private.describe_personal_tables() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object('name', t.name, 'withheld', private.withheld_columns(t.table_id, t.name),
      'opened', coalesce((select c.opened from private.table_classes c where c.name = t.name), '{}')) order by t.name)
    from private.personal_tables() t
$$;
comment on function private.describe_personal_tables() is
  'The tables that an export reads: [{name, withheld, opened}]. Security definer because no API role may read the classes.';
grant execute on function private.describe_personal_tables() to service_role;

create function private.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) returns jsonb
language plpgsql stable security definer
set search_path = ''
-- The same text whoever reads: a place is compared with what it was written as.
set timezone = 'UTC'
as $$
declare
  v_table oid := to_regclass(p_table);
  v_condition text := private.owner_condition(v_table, 't');
  v_key text[] := private.key_columns(v_table);
  v_places text;
  v_order text;
  v_beyond text;
  v_answer jsonb;
begin
  if v_condition is null or v_key is null then
    raise exception using errcode = 'PT500', detail = 'internal_error', hint = p_table,
      message = format('The rows of %s cannot be told apart', p_table);
  end if;
  select string_agg(format('t.%I::text', k.name), ', ' order by k.n), string_agg(format('t.%I', k.name), ', ' order by k.n),
      string_agg(format('($2 ->> %s)::%s', k.n - 1, format_type(a.atttypid, a.atttypmod)), ', ' order by k.n)
    into v_places, v_order, v_beyond
    from unnest(v_key) with ordinality k (name, n) join pg_attribute a on a.attrelid = v_table and a.attname = k.name;
  -- The keys alone are sorted: rows of a user may be many, and wide.
  execute format(
    'with key as materialized (
       select %2$s from %3$s as t where %4$s %5$s order by %2$s limit $3
     ), page as (
       select (to_jsonb(t) - $5)::text as line, jsonb_build_array(%1$s) as place, row_number() over (order by %2$s) as n
         from key join %3$s as t using (%6$s)
     ), taken as (
       select p.*, sum(octet_length(p.line)) over (order by p.n) - octet_length(p.line) as before from page p
     )
     select jsonb_build_object(''lines'', coalesce(string_agg(k.line, e''\n'' order by k.n), ''''), ''rows'', count(*),
       ''after'', case when (select count(*) from key) = $3 or (select count(*) from key) > count(*) then (array_agg(k.place order by k.n desc))[1] end)
       from taken k where k.before < $4',
    v_places, v_order, v_table::regclass, v_condition,
    case when p_after is not null then format('and (%s) > (%s)', v_order, v_beyond) else '' end,
    (select string_agg(format('%I', k.name), ', ' order by k.n) from unnest(v_key) with ordinality k (name, n)))
    into v_answer using p_user_id, p_after, p_rows, p_bytes, private.withheld_columns(v_table, p_table);
  return v_answer;
end
$$;
comment on function private.read_personal_rows(uuid, text, jsonb, integer, integer) is
  'A user''s rows of a table in the order of its key, after a place: {lines, rows, after}. lines is JSON Lines of at most p_rows rows, which end with the one that goes past p_bytes; after is the place to go on from, null where there is nothing more. Security definer because no API role may read every table.';
grant execute on function private.read_personal_rows(uuid, text, jsonb, integer, integer) to service_role;

create function private.erasure_order() returns table (name text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_depths jsonb := '{}'::jsonb;
  v_before jsonb;
begin
  -- How far each table is from users: what refers goes before what it refers to, so that nothing is deleted by cascade in numbers.
  for v_round in 1 .. 20 loop
    v_before := v_depths;
    select jsonb_object_agg(t.table_id::text, coalesce((
        select max((v_before ->> k.confrelid::text)::integer + 1) from pg_constraint k
          where k.conrelid = t.table_id and k.contype = 'f' and k.confrelid <> k.conrelid and k.confdeltype not in ('n', 'd')), 0))
      into v_depths from private.personal_tables() t;
    exit when v_depths = v_before;
  end loop;
  return query
    select t.name from private.personal_tables() t left join private.table_classes c on c.name = t.name
      where t.handling = 'owned'
      -- Keys and sessions first: nothing more is to be done with them. The user is the last.
      order by t.name = 'auth.users', t.name not in ('public.api_keys', 'auth.sessions', 'auth.refresh_tokens'),
        c.found_by is not null desc, (v_depths ->> t.table_id::text)::integer desc, t.name;
end
$$;
comment on function private.erasure_order() is 'The tables that an erasure empties of a user''s rows, in its order; the user''s own row is the last.';

create function private.list_erasure_order() returns jsonb
language sql stable security definer
set search_path = ''
as $$ select jsonb_agg(o.name order by o.n) from private.erasure_order() with ordinality o (name, n) $$;
comment on function private.list_erasure_order() is 'private.erasure_order as JSON. Security definer because no API role may read the classes.';
grant execute on function private.list_erasure_order() to service_role;

create function private.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_table oid := to_regclass(p_table);
  v_key text := (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table)) k);
  v_deleted integer;
begin
  -- In the order in which completions of deliveries take them: the user, then what is the user's.
  perform from auth.users where id = p_user_id for update;
  execute format('delete from %1$s as d where (%2$s) in (select %3$s from %1$s as t where %4$s limit $2)',
    v_table::regclass, v_key, (select string_agg(format('t.%I', k), ', ') from unnest(private.key_columns(v_table)) k), private.owner_condition(v_table, 't'))
    using p_user_id, p_rows;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;
comment on function private.erase_personal_rows(uuid, text, integer) is
  'Deletes at most so many of a user''s rows of a table; returns how many. Security definer because no API role may write every table.';
grant execute on function private.erase_personal_rows(uuid, text, integer) to service_role;

create function private.personal_objects(p_user_id uuid) returns table (bucket text, name text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if to_regclass('storage.objects') is null then
    return;
  end if;
  return query execute
    'select o.bucket_id::text, o.name::text from storage.objects o
       where o.name like $1 || ''/%'' or o.owner_id = $1 or o.owner::text = $1' using p_user_id::text;
end
$$;
comment on function private.personal_objects(uuid) is
  'The objects of a user in every bucket: those in a folder of the user''s id, and those that the user uploaded. Security definer because no API role may read them all.';
grant execute on function private.personal_objects(uuid) to service_role;

create function private.count_personal_rows(p_user_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_table record;
  v_count bigint;
  v_counts jsonb := '{}'::jsonb;
begin
  for v_table in select * from private.personal_tables() loop
    execute format('select count(*) from %s as t where %s', v_table.table_id::regclass, v_table.condition) into v_count using p_user_id;
    v_counts := v_counts || case when v_count > 0 then jsonb_build_object(v_table.name, v_count) else '{}' end;
  end loop;
  select count(*) into v_count from private.personal_objects(p_user_id);
  return v_counts || case when v_count > 0 then jsonb_build_object('storage.objects', v_count) else '{}' end;
end
$$;
comment on function private.count_personal_rows(uuid) is
  'How many rows each table holds of a user, and how many objects there are: {table: count}, without those that hold none. Security definer because no API role may read every table.';
grant execute on function private.count_personal_rows(uuid) to service_role;

create function private.begin_erasure(p_job_id uuid, p_fence integer) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    raise exception using errcode = 'PT409', message = 'Another worker has taken this erasure over', detail = 'conflict';
  end if;
  -- Raises where a table has no class: nothing is erased then rather than not everything.
  perform private.personal_tables();
  update private.jobs set progress = progress || jsonb_build_object('started_at', now()) where id = p_job_id and not progress ? 'started_at';
  update private.jobs set state = 'cancelled', leased_until = null
    where user_id = v_job.user_id and id <> p_job_id and state = 'queued' and (leased_until is null or leased_until <= clock_timestamp());
  return not exists (select from private.jobs where user_id = v_job.user_id and id <> p_job_id and state = 'queued');
end
$$;
comment on function private.begin_erasure(uuid, integer) is
  'Makes an erasure one that cannot be cancelled, and ends the user''s other jobs; false while one of them is under way, whose worker could still write. Security definer because it looks at every table.';
grant execute on function private.begin_erasure(uuid, integer) to service_role;

create function private.finish_erasure(p_job_id uuid, p_fence integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_job private.jobs;
  v_remains jsonb;
  v_table record;
begin
  select * into v_job from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    raise exception using errcode = 'PT409', message = 'Another worker has taken this erasure over', detail = 'conflict';
  end if;
  select coalesce(jsonb_object_agg(c.key, c.value), '{}') into v_remains from jsonb_each(private.count_personal_rows(v_job.user_id)) c
    where not exists (select from private.personal_tables() t where t.name = c.key and t.handling <> 'owned');
  if v_remains <> '{}' then
    return v_remains;
  end if;
  perform private.audit(v_job.user_id, 'account.erase', 'account', null, '{}');
  update private.jobs set user_id = null, state = 'done', leased_until = null, attempts = 0, error = null, progress = progress - 'tables'
    where id = p_job_id;
  for v_table in select * from private.personal_tables() t where t.handling = 'last' order by t.name = 'private.audit_subjects' loop
    execute format('delete from %s as t where %s', v_table.table_id::regclass, v_table.condition) using v_job.user_id;
  end loop;
  v_remains := private.count_personal_rows(v_job.user_id);
  if v_remains <> '{}' then
    raise exception using errcode = 'PT500', message = 'Something remained of an erased account', detail = 'internal_error', hint = v_remains::text;
  end if;
  return v_remains;
end
$$;
comment on function private.finish_erasure(uuid, integer) is
  'Ends an erasure where nothing is left but what goes last: makes the audit trail a pseudonym''s, forgets whose job it was, and counts again over every table. Returns what is left otherwise: {table: count}. Security definer because no API role may write these tables.';
grant execute on function private.finish_erasure(uuid, integer) to service_role;

-- Long tables take longer than a caller would wait: PostgREST takes the functions' own time limit for that of the statement.
create function public.describe_personal_tables() returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.describe_personal_tables() $$;
comment on function public.describe_personal_tables() is 'The tables that an export reads, what it leaves out of each and what it opens: [{name, withheld, opened}].';
create function public.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.read_personal_rows(p_user_id, p_table, p_after, p_rows, p_bytes) $$;
comment on function public.read_personal_rows(uuid, text, jsonb, integer, integer) is 'A user''s rows of a table, a part at a time: {lines, rows, after}.';
create function public.list_erasure_order() returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.list_erasure_order() $$;
comment on function public.list_erasure_order() is 'The tables that an erasure empties, in its order.';
create function public.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) returns integer
language sql volatile
set search_path = ''
set statement_timeout = '40s'
as $$ select private.erase_personal_rows(p_user_id, p_table, p_rows) $$;
comment on function public.erase_personal_rows(uuid, text, integer) is 'Deletes at most so many of a user''s rows of a table; returns how many.';
create function public.list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer) returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$
  -- Byte by byte, in which order a folder's objects lie together.
  select coalesce(jsonb_agg(jsonb_build_object('bucket', o.bucket, 'name', o.name) order by o.bucket collate "C", o.name collate "C"), '[]')
    from (select * from private.personal_objects(p_user_id) p
      where p_after_bucket is null or (p.bucket collate "C", p.name collate "C") > (p_after_bucket, p_after_name)
      order by p.bucket collate "C", p.name collate "C" limit p_count) o
$$;
comment on function public.list_personal_objects(uuid, text, text, integer) is 'At most so many objects of a user after one of them: [{bucket, name}].';
create function public.count_personal_rows(p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
set statement_timeout = '40s'
as $$ select private.count_personal_rows(p_user_id) $$;
comment on function public.count_personal_rows(uuid) is 'What there is of a user: {table: count}; for the operator.';
create function public.begin_erasure(p_job_id uuid, p_fence integer) returns boolean
language sql volatile
set search_path = ''
set statement_timeout = '40s'
as $$ select private.begin_erasure(p_job_id, p_fence) $$;
comment on function public.begin_erasure(uuid, integer) is 'Begins an erasure; false while another job of the user is under way.';
create function public.finish_erasure(p_job_id uuid, p_fence integer) returns jsonb
language sql volatile
set search_path = ''
set statement_timeout = '40s'
as $$ select private.finish_erasure(p_job_id, p_fence) $$;
comment on function public.finish_erasure(uuid, integer) is 'Ends an erasure, or says what is left of the account: {table: count}.';
grant execute on function public.describe_personal_tables(), public.read_personal_rows(uuid, text, jsonb, integer, integer),
  public.list_erasure_order(), public.erase_personal_rows(uuid, text, integer), public.list_personal_objects(uuid, text, text, integer),
  public.count_personal_rows(uuid), public.begin_erasure(uuid, integer), public.finish_erasure(uuid, integer) to service_role;

create or replace function private.request_id() returns text
language sql stable
set search_path = ''
as $$
  -- Of the form that our functions give it: the trail outlives the user, and this is the one text in it that a caller can choose.
  select substring(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id' from '^[A-Za-z0-9_.=-]{1,128}$')
$$;
comment on function private.request_id() is
  'The x-request-id of the request that this transaction is for; null where there is none, or one that no function of ours would take.';

create or replace function private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_entry public.audit_logs;
  v_previous bytea;
begin
  insert into private.audit_subjects (user_id) select id from unnest(array[p_user_id, auth.uid()]) id where id is not null on conflict do nothing;
  select subject_id into strict v_entry.subject_id from private.audit_subjects where user_id = p_user_id;
  insert into private.audit_heads (subject_id, entries, hash) values (v_entry.subject_id, 0, '') on conflict do nothing;
  -- Appends to one chain queue up here, so that no two entries share a predecessor.
  select entries + 1, hash into strict v_entry.entry, v_previous from private.audit_heads where subject_id = v_entry.subject_id for update;
  v_entry.id := gen_random_uuid();
  v_entry.created_at := clock_timestamp();
  -- Users are named as subjects here too: an id could not be taken out of the trail when they leave.
  v_entry.actor := coalesce((select subject_id::text from private.audit_subjects where user_id = auth.uid()), session_user);
  v_entry.caller := private.caller_kind();
  v_entry.request_id := private.request_id();
  v_entry.action := p_action;
  v_entry.resource := p_resource;
  v_entry.resource_id := nullif(p_resource_id, p_user_id);
  v_entry.changes := p_changes;
  v_entry.hash := private.audit_hash(v_previous, v_entry);
  insert into public.audit_logs values (v_entry.*);
  update private.audit_heads set entries = v_entry.entry, hash = v_entry.hash where subject_id = v_entry.subject_id;
end
$$;
comment on function private.audit(uuid, text, text, uuid, jsonb) is
  'Appends one entry to a user''s audit chain. Security definer because no API role may write the trail; actor is the subject of the JWT''s user, or the database role.';
comment on column public.audit_logs.actor is 'Who did it: a subject, the chain''s own for the user themselves, or a database role.';

-- Entries from before named users by their ids. Each chain that has some is written anew, once; a link that was broken stays broken.
do $migration$
declare
  c_id constant text := '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  v_subject_id uuid;
  v_entry public.audit_logs;
  v_old bytea;
  v_new bytea;
  v_follows boolean;
begin
  insert into private.audit_subjects (user_id)
    select distinct l.actor::uuid from public.audit_logs l
      where l.actor ~ c_id and not exists (select from private.audit_subjects s where s.subject_id = l.actor::uuid)
    on conflict do nothing;
  -- Appends take a head first.
  lock table private.audit_heads in exclusive mode;
  create temporary table named_chain on commit drop as
    select distinct l.subject_id from public.audit_logs l
      where exists (select from private.audit_subjects s where s.user_id::text in (l.actor, l.resource_id::text));
  if not exists (select from named_chain) then
    return;
  end if;
  alter table public.audit_logs disable trigger refuse_change;
  for v_subject_id in select n.subject_id from named_chain n order by n.subject_id loop
    v_old := (select c.hash from private.audit_checkpoints c where c.subject_id = v_subject_id);
    v_old := coalesce(v_old, case when exists (select from public.audit_logs l where l.subject_id = v_subject_id and l.entry = 1) then '' end::bytea);
    v_new := v_old;
    for v_entry in select l.* from public.audit_logs l where l.subject_id = v_subject_id order by l.entry loop
      v_follows := v_entry.hash is not distinct from private.audit_hash(v_old, v_entry);
      v_old := v_entry.hash;
      v_entry.actor := coalesce((select s.subject_id::text from private.audit_subjects s where s.user_id::text = v_entry.actor), v_entry.actor);
      v_entry.resource_id := case when not exists (select from private.audit_subjects s where s.user_id = v_entry.resource_id) then v_entry.resource_id end;
      v_entry.hash := case when v_follows then private.audit_hash(v_new, v_entry) else v_entry.hash end;
      v_new := v_entry.hash;
      update public.audit_logs set actor = v_entry.actor, resource_id = v_entry.resource_id, hash = v_entry.hash
        where id = v_entry.id and created_at = v_entry.created_at;
    end loop;
    update private.audit_heads set hash = v_new where subject_id = v_subject_id and hash = v_old;
  end loop;
  alter table public.audit_logs enable trigger refuse_change;
  perform private.audit('00000000-0000-0000-0000-000000000000', 'audit.pseudonymise', 'audit_logs', null,
    jsonb_build_object('chains', (select count(*) from named_chain)));
end
$migration$;
