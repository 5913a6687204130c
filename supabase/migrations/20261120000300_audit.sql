-- Purpose: the append-only, hash-chained record of who changed what.
-- Tables:  audit_logs (by month), private.audit_subjects, private.audit_heads.
-- Risk:    none for existing data.

create table private.audit_subjects (
  user_id uuid primary key,
  subject_id uuid not null unique default gen_random_uuid()
);
comment on table private.audit_subjects is
  'Who an audit subject is. No foreign key to auth.users: the trail outlives the user, and erasing this row leaves a pseudonym.';

create table private.audit_heads (
  subject_id uuid primary key,
  entries bigint not null,
  hash bytea not null
);
comment on table private.audit_heads is 'The newest link of each subject''s hash chain; its row lock serialises appends.';

create table public.audit_logs (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  subject_id uuid not null,
  entry bigint not null,
  actor text not null,
  action text not null,
  resource text not null,
  resource_id uuid,
  changes jsonb not null default '{}',
  hash bytea not null,
  primary key (id, created_at)
) partition by range (created_at);
comment on table public.audit_logs is
  'Append-only audit trail, one hash chain per subject: hash = sha256(previous hash || entry as canonical text).';
comment on column public.audit_logs.entry is 'Position in the subject''s chain, from 1 without a gap.';
create index idx_audit_logs_subject on public.audit_logs (subject_id, created_at desc);

alter table public.audit_logs enable row level security;
grant select on public.audit_logs to authenticated, service_role;

create trigger refuse_change before update or delete on public.audit_logs
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on public.audit_logs
  for each statement execute function private.refuse_change();
create trigger refuse_direct_write before insert on public.audit_logs
  for each statement execute function private.refuse_direct_write();

create function private.audit_subject_id() returns uuid
language sql stable security definer
set search_path = ''
as $$ select subject_id from private.audit_subjects where user_id = private.account_id() $$;
comment on function private.audit_subject_id() is
  'The caller''s own audit subject. Security definer because the mapping itself is closed to every API role.';
grant execute on function private.audit_subject_id() to authenticated;

create policy "Owners can read their own audit trail" on public.audit_logs
  for select to authenticated using (subject_id = (select private.audit_subject_id()));

create function private.ensure_partitions(p_from date, p_months_ahead integer) returns integer
language plpgsql
set search_path = ''
-- Months begin in UTC, whoever asks: sessions of two time zones would leave a gap between them.
set timezone = 'UTC'
as $$
declare
  v_parent regclass;
  v_month date;
  v_name text;
  v_made integer := 0;
begin
  foreach v_parent in array array['public.audit_logs']::regclass[] loop
    for v_month in
      select generate_series(date_trunc('month', p_from), date_trunc('month', p_from) + make_interval(months => p_months_ahead), interval '1 month')::date
    loop
      v_name := format('%s_%s', split_part(v_parent::text, '.', -1), to_char(v_month, 'YYYY_MM'));
      if to_regclass(format('private.%I', v_name)) is null then
        -- In private, because a partition is not protected by its parent's policies when it is read directly.
        execute format('create table private.%I partition of %s for values from (%L) to (%L)',
          v_name, v_parent, v_month, (v_month + interval '1 month')::date);
        execute format('revoke all on private.%I from anon, authenticated, service_role', v_name);
        -- Row triggers are inherited from the parent; a truncate trigger is not.
        execute format('create trigger refuse_truncate before truncate on private.%I for each statement execute function private.refuse_change()', v_name);
        v_made := v_made + 1;
      end if;
    end loop;
  end loop;
  return v_made;
end
$$;
comment on function private.ensure_partitions(date, integer) is
  'Creates the missing monthly partitions from the month of p_from to p_months_ahead later; returns how many it made.';

select private.ensure_partitions(current_date, 3);
select private.schedule('partitions-ahead', '7 2 * * *', 'select private.ensure_partitions(current_date, 3)');

create function private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_id uuid := gen_random_uuid();
  v_at timestamptz := clock_timestamp();
  v_actor text := coalesce(auth.uid()::text, session_user);
  v_subject uuid;
  v_entry bigint;
  v_previous bytea;
  v_hash bytea;
begin
  insert into private.audit_subjects (user_id) values (p_user_id) on conflict do nothing;
  select subject_id into strict v_subject from private.audit_subjects where user_id = p_user_id;
  insert into private.audit_heads (subject_id, entries, hash) values (v_subject, 0, '') on conflict do nothing;
  -- Appends to one chain queue up here, so that no two entries share a predecessor.
  select entries + 1, hash into strict v_entry, v_previous from private.audit_heads where subject_id = v_subject for update;
  v_hash := private.audit_hash(v_previous, v_id, v_at, v_subject, v_entry, v_actor, p_action, p_resource, p_resource_id, p_changes);
  insert into public.audit_logs (id, created_at, subject_id, entry, actor, action, resource, resource_id, changes, hash)
    values (v_id, v_at, v_subject, v_entry, v_actor, p_action, p_resource, p_resource_id, p_changes, v_hash);
  update private.audit_heads set entries = v_entry, hash = v_hash where subject_id = v_subject;
end
$$;
comment on function private.audit(uuid, text, text, uuid, jsonb) is
  'Appends one entry to a user''s audit chain. Security definer because no API role may write the trail; actor is the JWT''s subject or the database role.';

create function private.audit_hash(
  p_previous bytea, p_id uuid, p_at timestamptz, p_subject uuid, p_entry bigint,
  p_actor text, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb
) returns bytea
language sql stable
set search_path = ''
as $$
  select sha256(p_previous || convert_to(
    jsonb_build_array(p_id, extract(epoch from p_at)::text, p_subject, p_entry, p_actor, p_action, p_resource, p_resource_id, p_changes)::text, 'UTF8'))
$$;
comment on function private.audit_hash(bytea, uuid, timestamptz, uuid, bigint, text, text, text, uuid, jsonb) is
  'One link of an audit chain: sha256(previous hash || the entry as a JSON array).';

create function private.verify_audit_chain(p_subject_id uuid) returns bigint
language sql stable
set search_path = ''
as $$
  -- A subject that has no chain has none that could be whole.
  select case when not exists (select from private.audit_heads where subject_id = p_subject_id) then 0 else (select min(entry) from (
    select entry, hash,
      private.audit_hash(coalesce(lag(hash) over (order by entry), ''), id, created_at, subject_id, entry,
        actor, action, resource, resource_id, changes) as expected
    from public.audit_logs where subject_id = p_subject_id
    union all
    -- The head knows how many entries there were: a tail that was cut off shows here.
    select h.entries, h.hash, (select l.hash from public.audit_logs l where l.subject_id = h.subject_id and l.entry = h.entries)
    from private.audit_heads h where h.subject_id = p_subject_id
  ) links
  where hash is distinct from expected) end
$$;
comment on function private.verify_audit_chain(uuid) is 'The first entry of a subject''s chain whose hash does not follow, null when the chain is whole, 0 when there is none.';

create function private.audit_row_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_row jsonb := to_jsonb(case tg_op when 'DELETE' then old else new end);
  v_changed jsonb;
  v_changes jsonb := '{}';
begin
  if tg_op = 'UPDATE' then
    select jsonb_agg(key order by key) into v_changed
      from jsonb_each(v_row) where value is distinct from to_jsonb(old) -> key and key <> 'updated_at';
    if v_changed is null then
      return null;
    end if;
    -- Names, not values: the trail must not become a second copy of personal data.
    v_changes := jsonb_build_object('columns', v_changed);
  end if;
  perform private.audit((v_row ->> 'user_id')::uuid, tg_argv[0] || '.' || lower(tg_op), tg_table_name, (v_row ->> 'id')::uuid, v_changes);
  return null;
end
$$;
comment on function private.audit_row_change() is
  'Row trigger: audits insert, update and delete under the operation name in its argument. Security definer as private.audit is.';
