-- Purpose: what users may do with their accounts: consent, look at the trail, take their data along, leave.
-- Tables:  consents (new); private.table_classes, private.request_limits, storage.buckets (rows), policies on storage.objects;
--          user_profiles (a check).
-- Risk:    none for existing data. Nobody but the service may write to the buckets: there is no policy for it.

insert into private.table_classes (name, handling, found_by, withheld) values
  ('private.ivr_callouts', 'owned', null, '{}'),
  ('private.recording_sources', 'owned', null, '{url}'),
  ('private.retell_calls', 'owned', null, '{}'),
  ('private.sealed_columns', 'nobody', null, '{}'),
  ('public.call_recordings', 'owned', null, '{}'),
  ('public.consents', 'owned', null, '{}'),
  ('public.user_profiles', 'owned', null, '{}');

insert into private.request_limits (name, per_user, per_address, seconds) values ('account', 20, 60, 300);

create table public.consents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  purpose text not null check (purpose ~ '^[a-z][a-z0-9._-]{0,99}$'),
  given boolean not null,
  version text check (length(version) between 1 and 100),
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.consents is 'Every consent that was given or withdrawn. The newest of a purpose holds; nothing is ever changed.';
comment on column public.consents.purpose is 'What for: recordings, marketing.email.';
comment on column public.consents.given is 'Given, or withdrawn.';
comment on column public.consents.version is 'Of the text that was agreed to.';
create index idx_consents_user_id on public.consents (user_id, created_at desc, id desc);
create index idx_consents_purpose on public.consents (user_id, purpose, created_at desc, id desc);

alter table public.consents enable row level security;
grant select on public.consents to authenticated, service_role;
create policy "Owners can read their consents" on public.consents
  for select to authenticated using (user_id = (select private.account_id()));
create trigger refuse_direct_write before insert or update or delete or truncate on public.consents
  for each statement execute function private.refuse_direct_write();
create trigger refuse_change before update on public.consents
  for each row execute function private.refuse_change();

create function private.lock_own_account() returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
begin
  perform from auth.users where id = v_user_id for no key update;
  if not found then
    -- A token outlives its user by up to an hour.
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  return v_user_id;
end
$$;
comment on function private.lock_own_account() is
  'The caller''s id, once nobody else changes the account. PT401 where the user is no more. Security definer because no API role may read users.';

create function private.record_own_consent(p_purpose text, p_given boolean, p_version text) returns public.consents
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.lock_own_account();
  v_latest public.consents;
begin
  select * into v_latest from public.consents where user_id = v_user_id and purpose = p_purpose order by created_at desc, id desc limit 1;
  if v_latest.given = p_given and (not p_given or v_latest.version is not distinct from p_version) then
    return v_latest;
  elsif not p_given and v_latest.id is null then
    raise exception using errcode = 'PT404', message = 'Nothing was consented to for this purpose', detail = 'not_found';
  end if;
  insert into public.consents (user_id, purpose, given, version)
    values (v_user_id, p_purpose, p_given, case when p_given then p_version else v_latest.version end) returning * into v_latest;
  perform private.audit(v_user_id, case when p_given then 'account.consents.give' else 'account.consents.withdraw' end,
    'consents', v_latest.id, jsonb_build_object('purpose', p_purpose));
  return v_latest;
end
$$;
comment on function private.record_own_consent(text, boolean, text) is
  'Records that the caller gives or withdraws a consent; what holds already is answered as it is. PT404 for withdrawing what was never given. Security definer because no API role may write consents; it acts for private.account_id() only.';
grant execute on function private.record_own_consent(text, boolean, text) to authenticated;
create function public.record_consent(p_purpose text, p_given boolean, p_version text) returns public.consents
language sql volatile
set search_path = ''
as $$ select * from private.record_own_consent(p_purpose, p_given, p_version) $$;
comment on function public.record_consent(text, boolean, text) is 'Records that the caller gives or withdraws a consent.';
grant execute on function public.record_consent(text, boolean, text) to authenticated;

create function public.get_consents() returns setof public.consents
language sql stable
set search_path = ''
as $$
  select distinct on (c.purpose) c.* from public.consents c where c.user_id = (select private.account_id())
    order by c.purpose, c.created_at desc, c.id desc
$$;
comment on function public.get_consents() is 'What the caller consents to, or no longer does: the latest of each purpose.';
grant execute on function public.get_consents() to authenticated;

create function public.replace_avatar(p_url text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  v_old text;
begin
  select avatar_url into v_old from public.user_profiles where user_id = private.account_id() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The account is no more', detail = 'not_found';
  end if;
  update public.user_profiles set avatar_url = p_url where user_id = private.account_id();
  return jsonb_build_object('replaced', v_old);
end
$$;
comment on function public.replace_avatar(text) is 'Sets the address of the caller''s picture and returns the one before: {replaced}. Of two at once, each is told another.';
grant execute on function public.replace_avatar(text) to authenticated;

create function private.own_sign_in() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_session_id text := auth.jwt() ->> 'session_id';
  v_sessions regclass := to_regclass('auth.sessions');
  v_began_at timestamptz;
begin
  if v_sessions is not null then
    execute format('select created_at from %s where id::text = $1 and user_id = $2', v_sessions) into v_began_at using v_session_id, private.account_id();
  end if;
  return (
    select jsonb_build_object('email', u.email, 'phone', u.phone, 'session_began', floor(extract(epoch from v_began_at)))
      from auth.users u where u.id = private.account_id());
end
$$;
comment on function private.own_sign_in() is
  'What the caller signs in with, and when the session of the token began, in seconds since 1970: {email, phone, session_began}. Security definer because no API role may read users and sessions; it looks at private.account_id() only.';
grant execute on function private.own_sign_in() to authenticated;
create function public.get_own_sign_in() returns jsonb
language sql stable
set search_path = ''
as $$ select private.own_sign_in() $$;
comment on function public.get_own_sign_in() is 'What the caller signs in with, and when the session began: {email, phone, session_began}.';
grant execute on function public.get_own_sign_in() to authenticated;

create function private.describe_export(p_job private.jobs) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_job.id,
    'state', case
      when p_job.state = 'done' or p_job.progress ?& array['given_up', 'ready_at'] then 'expired'
      when p_job.state <> 'queued' then p_job.state
      when p_job.progress ? 'given_up' then 'failed'
      when p_job.progress ? 'ready_at' then 'ready'
      else 'running' end,
    'error', case when not p_job.progress ? 'ready_at' then split_part(coalesce(p_job.progress ->> 'given_up', p_job.error), ' ', 1) end,
    'rows', coalesce((p_job.progress ->> 'rows')::bigint, 0),
    'manifest', p_job.progress -> 'manifest',
    'files', coalesce(p_job.progress -> 'files', '[]'),
    'created_at', p_job.created_at,
    'ready_at', p_job.progress -> 'ready_at',
    'expires_at', p_job.progress -> 'expires_at')
$$;
comment on function private.describe_export(private.jobs) is
  'An export as its owner is shown it: {id, state: running | ready | expired | failed, error, rows, manifest, files, created_at, ready_at, expires_at}. error is the code that it failed with, for the last time or to be tried again.';

create function private.create_own_account_export() returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.lock_own_account();
  v_job private.jobs;
begin
  if exists (select from private.jobs where user_id = v_user_id and kind = 'account.export' and state = 'queued' and not progress ?| array['ready_at', 'given_up']) then
    raise exception using errcode = 'PT409', message = 'An export is under way', detail = 'conflict';
  elsif exists (select from private.jobs where user_id = v_user_id and kind = 'account.erase' and state = 'queued' and progress ? 'started_at') then
    raise exception using errcode = 'PT409', message = 'The account is being deleted', detail = 'conflict';
  end if;
  insert into private.jobs (user_id, kind) values (v_user_id, 'account.export') returning * into v_job;
  perform private.audit(v_user_id, 'account.export', 'account', v_job.id, '{}');
  return private.describe_export(v_job);
end
$$;
comment on function private.create_own_account_export() is
  'Begins an export of everything that there is of the caller; PT409 while another is under way. Security definer because no API role may write jobs; it acts for private.account_id() only.';
grant execute on function private.create_own_account_export() to authenticated;
create function public.create_account_export() returns jsonb
language sql volatile
set search_path = ''
as $$ select private.create_own_account_export() $$;
comment on function public.create_account_export() is 'Begins an export of everything that there is of the caller.';
grant execute on function public.create_account_export() to authenticated;
create function public.create_account_export_once(p_idempotency_key text, p_request_hash text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('account.export', p_idempotency_key, p_request_hash),
    private.remember_request('account.export', p_idempotency_key, p_request_hash, private.create_own_account_export()))
$$;
comment on function public.create_account_export_once(text, text) is
  'public.create_account_export at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_account_export_once(text, text) to authenticated;

create function private.get_own_account_export(p_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where id = p_id and user_id = private.account_id() and kind = 'account.export';
  if not found then
    raise exception using errcode = 'PT404', message = 'No such export', detail = 'not_found';
  end if;
  return private.describe_export(v_job);
end
$$;
comment on function private.get_own_account_export(uuid) is
  'How far an export of the caller is, and its files. Security definer because no API role may read jobs; it acts for private.account_id() only.';
grant execute on function private.get_own_account_export(uuid) to authenticated;
create function public.get_account_export(p_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.get_own_account_export(p_id) $$;
comment on function public.get_account_export(uuid) is 'How far an export of the caller is, and its files.';
grant execute on function public.get_account_export(uuid) to authenticated;

create function private.describe_deletion(p_job private.jobs) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'state', case when p_job.id is null or p_job.state <> 'queued' then 'none' when p_job.progress ? 'started_at' then 'running' else 'requested' end,
    'requested_at', case when p_job.state = 'queued' then p_job.created_at end,
    'erased_after', case when p_job.state = 'queued' then (p_job.progress ->> 'erased_after')::timestamptz end)
$$;
comment on function private.describe_deletion(private.jobs) is
  'The deletion of an account as its owner is shown it: {state: none | requested | running, requested_at, erased_after}.';

create function private.latest_deletion(p_user_id uuid) returns private.jobs
language sql stable
set search_path = ''
as $$
  select j.* from private.jobs j where j.user_id = p_user_id and j.kind = 'account.erase' order by j.state = 'queued' desc, j.created_at desc limit 1
$$;
comment on function private.latest_deletion(uuid) is 'The erasure of an account that is queued, else the latest, else null.';

create function private.request_account_deletion(p_user_id uuid, p_grace_days integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_job private.jobs;
  v_after timestamptz := now() + make_interval(days => p_grace_days);
begin
  perform from auth.users where id = p_user_id for no key update;
  if not found then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  v_job := private.latest_deletion(p_user_id);
  if v_job.state is distinct from 'queued' then
    insert into private.jobs (user_id, kind, due_at, progress)
      values (p_user_id, 'account.erase', v_after, jsonb_build_object('erased_after', v_after)) returning * into v_job;
    perform private.audit(p_user_id, 'account.delete', 'account', v_job.id, '{}');
  end if;
  return private.describe_deletion(v_job);
end
$$;
comment on function private.request_account_deletion(uuid, integer) is
  'Has an account erased after so many days; a second time changes nothing. For the function account alone, which has asked its user to sign in again. Security definer because it reads users.';
grant execute on function private.request_account_deletion(uuid, integer) to service_role;
create function public.request_account_deletion(p_user_id uuid, p_grace_days integer) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.request_account_deletion(p_user_id, p_grace_days) $$;
comment on function public.request_account_deletion(uuid, integer) is 'Has an account erased after so many days, for the function account, which has asked its user to sign in again.';
-- Not for users, who could otherwise leave out the signing in again.
grant execute on function public.request_account_deletion(uuid, integer) to service_role;

create function private.get_own_account_deletion() returns jsonb
language sql stable security definer
set search_path = ''
as $$ select private.describe_deletion(private.latest_deletion(private.account_id())) $$;
comment on function private.get_own_account_deletion() is
  'Whether and when the caller''s account will be erased. Security definer because no API role may read jobs; it acts for private.account_id() only.';
grant execute on function private.get_own_account_deletion() to authenticated;
create function public.get_account_deletion() returns jsonb
language sql stable
set search_path = ''
as $$ select private.get_own_account_deletion() $$;
comment on function public.get_account_deletion() is 'Whether and when the caller''s account will be erased: {state, requested_at, erased_after}.';
grant execute on function public.get_account_deletion() to authenticated;

create function private.cancel_own_account_deletion() returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.lock_own_account();
  v_job private.jobs;
begin
  update private.jobs set state = 'cancelled', leased_until = null
    where user_id = v_user_id and kind = 'account.erase' and state = 'queued' and leased_until is null and not progress ? 'started_at'
    returning * into v_job;
  if found then
    perform private.audit(v_user_id, 'account.delete.cancel', 'account', v_job.id, '{}');
  else
    v_job := private.latest_deletion(v_user_id);
    if v_job.state = 'queued' then
      raise exception using errcode = 'PT409', message = 'The account is being deleted', detail = 'conflict';
    end if;
  end if;
  return private.describe_deletion(v_job);
end
$$;
comment on function private.cancel_own_account_deletion() is
  'Keeps the caller''s account; PT409 once its erasure has begun. Security definer because no API role may write jobs; it acts for private.account_id() only.';
grant execute on function private.cancel_own_account_deletion() to authenticated;
create function public.cancel_account_deletion() returns jsonb
language sql volatile
set search_path = ''
as $$ select private.cancel_own_account_deletion() $$;
comment on function public.cancel_account_deletion() is 'Keeps the caller''s account, while its erasure has not begun.';
grant execute on function public.cancel_account_deletion() to authenticated;

do $migration$
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then
    raise notice 'No storage on this server: avatars and exports cannot be kept';
    return;
  end if;
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
      -- Public, for pages that show them; their names cannot be guessed.
      ('avatars', 'avatars', true, 2097152, array['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
      ('exports', 'exports', false, null, null)
    on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit,
      allowed_mime_types = excluded.allowed_mime_types;
  execute $policy$
    create policy "Owners can read their exports" on storage.objects for select to authenticated
      using (bucket_id = 'exports' and (storage.foldername(name))[1] = (select private.account_id())::text)
  $policy$;
  execute $policy$
    create policy "Owners can list their avatars" on storage.objects for select to authenticated
      using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select private.account_id())::text)
  $policy$;
end
$migration$;

do $migration$
declare
  v_check name;
begin
  select c.conname into strict v_check from pg_constraint c
    where c.conrelid = 'public.user_profiles'::regclass and c.contype = 'c' and pg_get_constraintdef(c.oid) like '%avatar_url%';
  execute format('alter table public.user_profiles drop constraint %I', v_check);
end
$migration$;
-- An avatar in storage of this machine has no certificate.
alter table public.user_profiles add constraint user_profiles_avatar_url_check
  check (length(avatar_url) <= 2048 and avatar_url ~ '^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/])');
