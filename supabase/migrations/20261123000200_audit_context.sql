-- Purpose: the audit trail says by which request and what kind of caller a change was made, takes in changes of the
--          schema, is verified as a whole, and can be cut off at its old end without looking tampered with.
-- Tables:  audit_logs (two columns); private.audit_checkpoints (new).
-- Risk:    every change of the schema writes an entry from now on, where this role may make event triggers. Replaces
--          private.audit and private.verify_audit_chain; entries from before keep the hashes they have.

alter table public.audit_logs
  add column caller text check (caller in ('user', 'api_key', 'service', 'database')),
  add column request_id text check (length(request_id) <= 128);
comment on column public.audit_logs.caller is
  'What kind of caller it was: a signed-in user, a program with an API key, a function with the secret key, or SQL. Null in entries from before it was kept.';
comment on column public.audit_logs.request_id is 'The x-request-id of the request; null where there was none.';

create table private.audit_checkpoints (
  subject_id uuid primary key,
  entries bigint not null,
  hash bytea not null,
  created_at timestamptz not null default now()
);
comment on table private.audit_checkpoints is 'Where each chain begins since its older entries were dropped: the number and the hash of the last that went.';

create function private.caller_kind() returns text
language sql stable
set search_path = ''
as $$
  select case
    when private.acting_key_id() is not null then 'api_key'
    when auth.uid() is not null then 'user'
    when auth.role() = 'service_role' then 'service'
    else 'database'
  end
$$;
comment on function private.caller_kind() is 'What kind of caller this transaction is for, as the audit trail names it.';

create function private.request_id() returns text
language sql stable
set search_path = ''
as $$ select left(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id', 128) $$;
comment on function private.request_id() is 'The x-request-id of the request that this transaction is for, or null.';

create function private.audit_hash(p_previous bytea, p_entry public.audit_logs) returns bytea
language sql stable
set search_path = ''
as $$
  select sha256(p_previous || convert_to((
    jsonb_build_array(p_entry.id, extract(epoch from p_entry.created_at)::text, p_entry.subject_id, p_entry.entry, p_entry.actor,
      p_entry.action, p_entry.resource, p_entry.resource_id, p_entry.changes)
    || case when p_entry.caller is null and p_entry.request_id is null then '[]' else jsonb_build_array(p_entry.caller, p_entry.request_id) end)::text, 'UTF8'))
$$;
comment on function private.audit_hash(bytea, public.audit_logs) is
  'One link of an audit chain: sha256(previous hash || the entry as a JSON array). Entries from before caller was kept have two elements less.';

create or replace function private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_entry public.audit_logs;
  v_previous bytea;
begin
  insert into private.audit_subjects (user_id) values (p_user_id) on conflict do nothing;
  select subject_id into strict v_entry.subject_id from private.audit_subjects where user_id = p_user_id;
  insert into private.audit_heads (subject_id, entries, hash) values (v_entry.subject_id, 0, '') on conflict do nothing;
  -- Appends to one chain queue up here, so that no two entries share a predecessor.
  select entries + 1, hash into strict v_entry.entry, v_previous from private.audit_heads where subject_id = v_entry.subject_id for update;
  v_entry.id := gen_random_uuid();
  v_entry.created_at := clock_timestamp();
  v_entry.actor := coalesce(auth.uid()::text, session_user);
  v_entry.caller := private.caller_kind();
  v_entry.request_id := private.request_id();
  v_entry.action := p_action;
  v_entry.resource := p_resource;
  v_entry.resource_id := p_resource_id;
  v_entry.changes := p_changes;
  v_entry.hash := private.audit_hash(v_previous, v_entry);
  insert into public.audit_logs values (v_entry.*);
  update private.audit_heads set entries = v_entry.entry, hash = v_entry.hash where subject_id = v_entry.subject_id;
end
$$;

create function private.broken_audit_links(p_subject_id uuid default null)
returns table (subject_id uuid, entry bigint, entry_id uuid, problem text)
language sql stable
set search_path = ''
as $$
  with link as (
    select l.subject_id, l.entry, l.id, l.hash,
      private.audit_hash(coalesce(lag(l.hash) over chain, case when l.entry = 1 then ''::bytea when c.entries = l.entry - 1 then c.hash end), l) as expected,
      coalesce(lag(l.entry) over chain, case when l.entry > 1 then c.entries end, 0) as previous
    from public.audit_logs l left join private.audit_checkpoints c on c.subject_id = l.subject_id
    where p_subject_id is null or l.subject_id = p_subject_id
    window chain as (partition by l.subject_id order by l.entry)
  )
  -- Of an entry that is there twice nothing is missing, whichever of the two comes first.
  select l.subject_id, l.entry, l.id, case when l.previous between l.entry - 1 and l.entry then 'changed' else 'missing_before' end
    from link l where l.hash is distinct from l.expected
  union all
  -- The head knows how many entries there were: a tail that was cut off shows here.
  select h.subject_id, h.entries, null, 'missing_at_end'
    from private.audit_heads h left join private.audit_checkpoints c on c.subject_id = h.subject_id
    where (p_subject_id is null or h.subject_id = p_subject_id) and h.entries > 0
      and h.hash is distinct from coalesce((select l.hash from public.audit_logs l where l.subject_id = h.subject_id and l.entry = h.entries
          order by l.hash = h.hash desc limit 1),
        case when c.entries = h.entries then c.hash end)
  union all
  -- Anybody can compute the next hash, but what was appended as it should be moved the head, too.
  select l.subject_id, l.entry, l.id, 'past_the_end'
    from public.audit_logs l join private.audit_heads h on h.subject_id = l.subject_id
    where (p_subject_id is null or l.subject_id = p_subject_id) and l.entry > h.entries
  union all
  select l.subject_id, min(l.entry), null, 'without_head'
    from link l where not exists (select from private.audit_heads h where h.subject_id = l.subject_id) group by l.subject_id
$$;
comment on function private.broken_audit_links(uuid) is
  'Every entry of the trail, or of one subject''s chain, whose hash does not follow: changed, missing_before (those before it are gone), missing_at_end, past_the_end (appended by nobody who moved the head), without_head.';

create or replace function private.verify_audit_chain(p_subject_id uuid) returns bigint
language sql stable
set search_path = ''
as $$
  -- A subject that has no chain has none that could be whole.
  select case when not exists (select from private.audit_heads where subject_id = p_subject_id) then 0
    else (select min(b.entry) from private.broken_audit_links(p_subject_id) b) end
$$;
drop function private.audit_hash(bytea, uuid, timestamptz, uuid, bigint, text, text, text, uuid, jsonb);

create function private.verify_own_audit_chain() returns table (subject_id uuid, entry bigint, entry_id uuid, problem text)
language sql stable security definer
set search_path = ''
as $$
  select b.* from private.audit_subjects s cross join lateral private.broken_audit_links(s.subject_id) b
    where s.user_id = private.account_id()
$$;
comment on function private.verify_own_audit_chain() is
  'The broken links of the caller''s own chain. Security definer because chains'' heads are closed to API roles; it looks at private.account_id() only.';
grant execute on function private.verify_own_audit_chain() to authenticated;
grant select on private.audit_heads, private.audit_checkpoints to service_role;
grant execute on function private.audit_hash(bytea, public.audit_logs), private.broken_audit_links(uuid) to service_role;

create function public.verify_audit_chain() returns table (subject_id uuid, entry bigint, entry_id uuid, problem text)
language plpgsql stable
set search_path = ''
as $$
begin
  if current_user = 'authenticated' then
    return query select * from private.verify_own_audit_chain();
  else
    return query select * from private.broken_audit_links();
  end if;
end
$$;
comment on function public.verify_audit_chain() is
  'The broken links of the audit trail, none where it is whole: of every chain for the operator, of their own for a signed-in user.';
grant execute on function public.verify_audit_chain() to authenticated, service_role;

create function private.audit_schema_change() returns event_trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  -- Whom nobody is: changes of the schema are the project's own.
  c_project constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_objects jsonb;
begin
  if tg_event = 'sql_drop' then
    select jsonb_agg(o.object_identity order by o.object_identity) into v_objects from pg_event_trigger_dropped_objects() o
      where o.schema_name in ('public', 'private') and o.original and not o.is_temporary;
  else
    select jsonb_agg(distinct o.object_identity) into v_objects from pg_event_trigger_ddl_commands() o
      where o.schema_name in ('public', 'private') and not o.in_extension;
  end if;
  if v_objects is not null then
    perform private.audit(c_project, 'schema.' || replace(lower(tg_tag), ' ', '-'), 'schema', null, jsonb_build_object('objects', v_objects));
  end if;
end
$$;
comment on function private.audit_schema_change() is
  'Event trigger: an entry in the project''s own chain for every change of the schemas public and private. Security definer as private.audit is.';

do $$
begin
  create event trigger audit_schema_change on ddl_command_end execute function private.audit_schema_change();
  create event trigger audit_schema_drop on sql_drop execute function private.audit_schema_change();
exception when insufficient_privilege then
  raise notice 'This role may not make event triggers: changes of the schema are not in the audit trail';
end
$$;
