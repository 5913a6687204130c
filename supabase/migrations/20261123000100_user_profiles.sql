-- Purpose: who a user is to the products on top, and the user's account at Retell, whose secrets are sealed.
-- Tables:  user_profiles; the view profiles.
-- Risk:    adds a trigger to auth.users, and a row for each user that is there.

create table public.user_profiles (
  user_id uuid primary key default private.account_id() references auth.users on delete cascade,
  id uuid not null unique default private.account_id(),
  email text,
  username text check (length(username) between 1 and 50),
  full_name text check (length(full_name) <= 200),
  department text check (length(department) <= 200),
  position text check (length(position) <= 200),
  phone text check (phone ~ '^\+[1-9][0-9]{1,14}$'),
  avatar_url text check (length(avatar_url) <= 2048 and avatar_url ~ '^https://'),
  timezone text not null default 'UTC',
  language text not null default 'en-US' check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  is_active boolean not null default true,
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object' and octet_length(preferences::text) <= 131072),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 131072),
  encrypted_retell_api_key text,
  encrypted_call_agent_id text,
  encrypted_sms_agent_id text,
  encrypted_agent_config jsonb check (jsonb_typeof(encrypted_agent_config) = 'string'),
  phone_number text check (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
  webhook_config jsonb not null default '{}',
  retell_secrets jsonb not null default '{}',
  retell_config_updated_at timestamptz,
  retell_config_device_id text check (length(retell_config_device_id) <= 100),
  retell_hook_id uuid unique,
  retell_integration_status text not null default 'disconnected' check (retell_integration_status in ('disconnected', 'connected', 'error')),
  last_retell_sync timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (id = user_id),
  -- Compact JWEs, one and all.
  constraint user_profiles_sealed check (
    array_to_string(array[encrypted_retell_api_key, encrypted_call_agent_id, encrypted_sms_agent_id, encrypted_agent_config #>> '{}'], ' ')
      ~ '^([A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+( |$))*$')
);
comment on table public.user_profiles is 'One row per user: profile, preferences, and the account at Retell.';
comment on column public.user_profiles.id is 'The user''s id once more, under the name that clients of profiles look for.';
comment on column public.user_profiles.email is 'That of auth.users, which it follows.';
comment on column public.user_profiles.timezone is 'A name of the IANA time zone database.';
comment on column public.user_profiles.language is 'BCP 47.';
comment on column public.user_profiles.preferences is 'Whatever an app keeps. The function takes 64 KiB as they are sent; here each comma and colon counts double.';
comment on column public.user_profiles.encrypted_retell_api_key is 'Retell''s API key, a compact JWE bound to user, table, column and row. So are the columns alike.';
comment on column public.user_profiles.encrypted_agent_config is 'The whole configuration as one sealed JSON document, in a JSON string.';
comment on column public.user_profiles.phone_number is 'The number that Retell manages, E.164.';
comment on column public.user_profiles.webhook_config is '{enabled, events}: which of Retell''s events are taken in; all where neither is set.';
comment on column public.user_profiles.retell_secrets is 'What is shown of each secret: {api_key: {last_four, fingerprint}, call_agent_id: …, sms_agent_id: …}.';
comment on column public.user_profiles.retell_config_updated_at is 'When the configuration was written, by the clock of the device that wrote it: the last write wins. Also set where it was deleted.';
comment on column public.user_profiles.retell_config_device_id is 'The device that wrote it, which decides between two of the same time.';
comment on column public.user_profiles.retell_hook_id is 'The last part of the URL that Retell posts to; there from the first configuration on.';
comment on column public.user_profiles.last_retell_sync is 'When Retell last answered with the stored key, or its calls were last fetched.';

create index idx_user_profiles_department on public.user_profiles (department);
create index idx_user_profiles_phone on public.user_profiles (phone);
create index idx_user_profiles_email on public.user_profiles (email);
create index idx_user_profiles_retell_integration_status on public.user_profiles (retell_integration_status);
create index idx_user_profiles_preferences on public.user_profiles using gin (preferences);
create index idx_user_profiles_webhook_config on public.user_profiles using gin (webhook_config);
create index idx_user_profiles_metadata on public.user_profiles using gin (metadata);
create index idx_user_profiles_department_active on public.user_profiles (department, is_active);
create index idx_user_profiles_status_sync on public.user_profiles (retell_integration_status, last_retell_sync);
create index idx_user_profiles_active on public.user_profiles (updated_at) where is_active;
create index idx_user_profiles_with_retell on public.user_profiles (last_retell_sync) where encrypted_retell_api_key is not null;

alter table public.user_profiles enable row level security;
-- Column by column: nothing that is sealed.
grant select (user_id, id, email, username, full_name, department, position, phone, avatar_url, timezone, language, is_active, preferences,
  metadata, phone_number, webhook_config, retell_secrets, retell_config_updated_at, retell_config_device_id, retell_hook_id,
  retell_integration_status, last_retell_sync, created_at, updated_at)
  on public.user_profiles to authenticated;
-- The row is there from the first; inserting is for clients that upsert, who also send the id.
grant insert (user_id, id, username, full_name, department, position, phone, avatar_url, timezone, language, preferences, metadata),
  update (user_id, id, username, full_name, department, position, phone, avatar_url, timezone, language, preferences, metadata)
  on public.user_profiles to authenticated;
grant select, insert, update, delete on public.user_profiles to service_role;

create policy "Owners can read their profile" on public.user_profiles
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can upsert their profile" on public.user_profiles
  for insert to authenticated with check (user_id = (select private.account_id()) and id = (select private.account_id()));
create policy "Owners can edit their profile" on public.user_profiles
  for update to authenticated using (user_id = (select private.account_id()))
  with check (user_id = (select private.account_id()) and id = (select private.account_id()));

create trigger refuse_protected_columns before insert or update on public.user_profiles
  for each row execute function private.refuse_protected_columns('email', 'is_active=true', 'encrypted_retell_api_key', 'encrypted_call_agent_id',
    'encrypted_sms_agent_id', 'encrypted_agent_config', 'phone_number', 'webhook_config={}', 'retell_secrets={}', 'retell_config_updated_at',
    'retell_config_device_id', 'retell_hook_id', 'retell_integration_status=disconnected', 'last_retell_sync', 'created_at=now()', 'updated_at=now()');
create trigger refuse_direct_write before delete or truncate on public.user_profiles
  for each statement execute function private.refuse_direct_write();
create trigger set_updated_at before update on public.user_profiles
  for each row execute function private.set_updated_at();
-- What a check of the account or a change of the e-mail address writes is no act of a person here.
create trigger audit_profile after update of username, full_name, department, position, phone, avatar_url, timezone, language, is_active, preferences, metadata
  on public.user_profiles
  for each row execute function private.audit_row_change('account.profile');
create trigger audit_retell after update of encrypted_retell_api_key, encrypted_call_agent_id, encrypted_sms_agent_id, encrypted_agent_config,
  phone_number, webhook_config on public.user_profiles
  for each row execute function private.audit_row_change('retell.config');

create function private.check_profile_timezone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.timezone !~ '^((?!posix/|right/)[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC)$'
    or not exists (select from pg_catalog.pg_timezone_names where name = new.timezone)
  then
    raise exception using errcode = 'PT422', message = 'There is no such time zone', detail = 'validation_failed',
      hint = '[{"path": "timezone", "message": "Must be a name of the IANA time zone database, such as Europe/Berlin"}]';
  end if;
  return new;
end
$$;
comment on function private.check_profile_timezone() is 'Row trigger: refuses a time zone that the database does not know.';
create trigger check_timezone before update of timezone on public.user_profiles
  for each row when (new.timezone is distinct from old.timezone) execute function private.check_profile_timezone();
create trigger check_new_timezone before insert on public.user_profiles
  for each row when (new.timezone <> 'UTC') execute function private.check_profile_timezone();

create view public.profiles with (security_invoker = true) as
  select id, updated_at, username, full_name, avatar_url, email from public.user_profiles;
comment on view public.profiles is 'user_profiles as the support dashboard knows it; updatable, under the rules of the table.';
grant select on public.profiles to authenticated, service_role;
grant insert (id, username, full_name, avatar_url), update (id, username, full_name, avatar_url) on public.profiles to authenticated, service_role;

create function private.follow_user() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.user_profiles as p (user_id, id, email, full_name)
    values (new.id, new.id, new.email, left(new.raw_user_meta_data ->> 'full_name', 200))
    on conflict (user_id) do update set email = excluded.email where p.email is distinct from excluded.email;
  return null;
end
$$;
comment on function private.follow_user() is
  'Trigger on auth.users: gives each new user a profile, and keeps its e-mail address. Security definer because the auth service writes users and nothing of ours.';
create trigger follow_user after insert or update of email on auth.users
  for each row execute function private.follow_user();
insert into public.user_profiles (user_id, id, email, full_name)
  select id, id, email, left(raw_user_meta_data ->> 'full_name', 200) from auth.users;

create function private.retell_account(p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'user_id', p.user_id,
    'sealed_api_key', p.encrypted_retell_api_key,
    'sealed_call_agent_id', p.encrypted_call_agent_id,
    'sealed_sms_agent_id', p.encrypted_sms_agent_id,
    'api_key_fingerprint', p.retell_secrets #>> '{api_key,fingerprint}',
    'phone_number', p.phone_number,
    'webhook_config', p.webhook_config)
  from public.user_profiles p where p.user_id = p_user_id
$$;
comment on function private.retell_account(uuid) is 'A user''s account at Retell with its sealed secrets, each null where it is not set; null where there is no such user.';
grant execute on function private.retell_account(uuid) to service_role;

create function public.retell_account(p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.retell_account(p_user_id) $$;
comment on function public.retell_account(uuid) is 'private.retell_account, for functions that act for a user or a caller of the user''s.';
grant execute on function public.retell_account(uuid) to service_role;
