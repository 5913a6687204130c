-- Purpose: keys for programs: their settings, their limits, what they used, and the one call that judges them.
-- Tables:  api_keys, api_key_usage.
-- Risk:    none for existing data.

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  name text not null check (length(name) between 1 and 100),
  key_prefix text not null check (length(key_prefix) = 10),
  key_hash text not null check (length(key_hash) = 64),
  scopes text[] not null check (cardinality(scopes) > 0),
  enabled boolean not null default true,
  expires_at timestamptz check (isfinite(expires_at)),
  revoked_at timestamptz,
  rate_limit integer check (rate_limit > 0),
  usage_quota bigint check (usage_quota > 0),
  usage_count bigint not null default 0 check (usage_count >= 0),
  window_start timestamptz not null default 'epoch',
  window_count integer not null default 0 check (window_count >= 0),
  last_used_at timestamptz,
  allowed_ips cidr[] check (cardinality(allowed_ips) > 0),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  rotated_from uuid references public.api_keys on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
)
-- Counting rewrites a row without touching an index; free space on its page lets that stay there.
with (fillfactor = 80);
comment on table public.api_keys is 'Keys for programs, known by their hash. Written by the functions of this migration alone.';
comment on column public.api_keys.key_prefix is 'The first ten characters of the key, by which its owner recognises it.';
comment on column public.api_keys.key_hash is 'SHA-256 of the whole key, in hex. Shown to nobody.';
comment on column public.api_keys.revoked_at is 'Since when the key is refused for good. Set once.';
comment on column public.api_keys.rate_limit is 'Uses per hour, in hours of UTC; null for no limit.';
comment on column public.api_keys.usage_quota is 'Uses in all; null for no limit.';
comment on column public.api_keys.usage_count is 'Uses so far. A rotated key goes on from where the key before it stood.';
comment on column public.api_keys.window_start is 'The hour that window_count counts. Never moves back.';
comment on column public.api_keys.window_count is 'Uses in the hour of window_start.';
comment on column public.api_keys.allowed_ips is 'Networks that the key may be used from; null for anywhere.';
comment on column public.api_keys.rotated_from is 'The key that this one replaces.';

create index idx_api_keys_user_id on public.api_keys (user_id, created_at desc, id desc);
create unique index idx_api_keys_key_hash on public.api_keys (key_hash);
create index idx_api_keys_enabled on public.api_keys (user_id) where enabled and revoked_at is null;
create index idx_api_keys_expires_at on public.api_keys (expires_at) where expires_at is not null;
create index idx_api_keys_rotated_from on public.api_keys (rotated_from);

create table public.api_key_usage (
  key_id uuid not null references public.api_keys on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  hour timestamptz not null,
  count bigint not null check (count > 0),
  primary key (key_id, hour)
)
with (fillfactor = 80);
comment on table public.api_key_usage is 'How often each key was used in each hour of UTC; an hour without use has no row.';
create index idx_api_key_usage_user_id on public.api_key_usage (user_id);

alter table public.api_keys enable row level security;
alter table public.api_key_usage enable row level security;
-- Column by column: not the hash, which is of no use to an owner and of some to a thief.
grant select (id, user_id, name, key_prefix, scopes, enabled, expires_at, revoked_at, rate_limit, usage_quota, usage_count,
  window_start, window_count, last_used_at, allowed_ips, metadata, rotated_from, created_at, updated_at)
  on public.api_keys to authenticated, service_role;
grant select on public.api_key_usage to authenticated, service_role;

create policy "Owners can read their keys" on public.api_keys
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read what their keys used" on public.api_key_usage
  for select to authenticated using (user_id = (select private.account_id()));

create function private.refuse_revival() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception using errcode = 'PT409', message = 'A revoked key stays revoked', detail = 'key_revoked';
  end if;
  return new;
end
$$;
comment on function private.refuse_revival() is 'Trigger: revoking is one-way, for every role.';

create function private.audit_api_key_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_columns jsonb;
begin
  if tg_op = 'DELETE' then
    perform private.audit(old.user_id, 'api-keys.delete', 'api_keys', old.id, '{}');
  elsif tg_op = 'INSERT' and new.rotated_from is not null then
    perform private.audit(new.user_id, 'api-keys.rotate', 'api_keys', new.id, jsonb_build_object('rotated_from', new.rotated_from));
  elsif tg_op = 'INSERT' then
    perform private.audit(new.user_id, 'api-keys.create', 'api_keys', new.id, '{}');
  elsif old.revoked_at is null and new.revoked_at is not null then
    perform private.audit(new.user_id, 'api-keys.revoke', 'api_keys', new.id, '{}');
  else
    select jsonb_agg(n.key order by n.key) into v_columns from jsonb_each(to_jsonb(new)) n
      where n.value is distinct from to_jsonb(old) -> n.key and n.key <> 'updated_at';
    if v_columns is not null then
      perform private.audit(new.user_id, 'api-keys.update', 'api_keys', new.id, jsonb_build_object('columns', v_columns));
    end if;
  end if;
  return null;
end
$$;
comment on function private.audit_api_key_change() is
  'Row trigger: audits what became of a key under the word that its owner would use. Security definer as private.audit is.';

create trigger refuse_direct_write before insert or update or delete or truncate on public.api_keys
  for each statement execute function private.refuse_direct_write();
create trigger refuse_direct_write before insert or update or delete or truncate on public.api_key_usage
  for each statement execute function private.refuse_direct_write();
create trigger refuse_revival before update of revoked_at on public.api_keys
  for each row execute function private.refuse_revival();
-- What is counted at each use is neither audited nor an update: these name the columns that a person changes.
create trigger set_updated_at before update of user_id, name, key_hash, scopes, enabled, expires_at, revoked_at, rate_limit, usage_quota,
  allowed_ips, metadata on public.api_keys
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or delete or update of user_id, name, key_hash, scopes, enabled, expires_at, revoked_at, rate_limit,
  usage_quota, allowed_ips, metadata on public.api_keys
  for each row execute function private.audit_api_key_change();

-- What owners do with their keys.

create function private.api_key_scopes() returns text[]
language sql immutable
set search_path = ''
as $$
  select array_agg(r.resource || ':' || a.access order by r.position, a.access)
    from unnest(array['api-keys', 'webhooks', 'events', 'agents', 'ivr', 'call-logs', 'retell', 'account']) with ordinality r (resource, position),
      unnest(array['read', 'write']) a (access)
$$;
comment on function private.api_key_scopes() is 'The catalogue of scopes, as in shared/auth/scopes.ts, without the scope of everything.';

create function private.describe_api_key(p_key public.api_keys) returns jsonb
language sql stable
set search_path = ''
as $$ select to_jsonb(p_key) - array['key_hash', 'user_id', 'window_start', 'window_count'] $$;
comment on function private.describe_api_key(public.api_keys) is 'A key as its owner is shown it.';

create function private.as_cidr(p_text text) returns cidr
language plpgsql immutable strict
set search_path = ''
as $$
begin
  return p_text::cidr;
exception when data_exception then
  return null;
end
$$;
comment on function private.as_cidr(text) is 'An address or a network, or null where the text is neither.';

create function private.with_api_key_settings(p_key public.api_keys, p_settings jsonb) returns public.api_keys
language plpgsql stable
set search_path = ''
as $$
declare
  v_key public.api_keys := p_key;
  v_problems jsonb := '[]';
  v_field text;
  v_value jsonb;
  v_message text;
begin
  if jsonb_typeof(p_settings) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'Settings are an object', detail = 'validation_failed', hint = 'settings';
  end if;
  for v_field, v_value in select s.key, s.value from jsonb_each(p_settings) s order by s.key loop
    v_message := null;
    begin
      if v_field not in ('name', 'scopes', 'enabled', 'expires_at', 'rate_limit', 'usage_quota', 'allowed_ips', 'metadata') then
        v_message := 'A key has no such setting';
      elsif v_field = 'allowed_ips' and jsonb_typeof(v_value) = 'array' then
        -- A string that is no network becomes null here, and is found below.
        v_key.allowed_ips := array(select private.as_cidr(ip) from jsonb_array_elements_text(v_value) ip);
      else
        v_key := jsonb_populate_record(v_key, jsonb_build_object(v_field, v_value));
      end if;
    exception when data_exception then
      v_message := 'Is not of the right type';
    end;
    v_message := coalesce(v_message, case v_field
      when 'name' then case when length(v_key.name) between 1 and 100 and v_key.name ~ '\S' then null else 'Must have 1 to 100 characters' end
      when 'scopes' then case when cardinality(v_key.scopes) > 0 and v_key.scopes <@ ('*'::text || private.api_key_scopes()) then null
        else 'Must be one or more of ' || array_to_string('*'::text || private.api_key_scopes(), ', ') end
      when 'enabled' then case when v_key.enabled is null then 'Must be true or false' end
      when 'expires_at' then case when v_key.expires_at <= clock_timestamp() then 'Must be in the future'
        when v_key.expires_at > clock_timestamp() + interval '100 years' then 'Must be within 100 years' end
      when 'rate_limit' then case when v_key.rate_limit not between 1 and 1000000 then 'Must be 1 to 1000000 an hour, or null for no limit' end
      when 'usage_quota' then case when v_key.usage_quota not between 1 and 1000000000000 then 'Must be 1 to 1000000000000, or null for no limit' end
      when 'allowed_ips' then case when cardinality(v_key.allowed_ips) not between 1 and 100 or array_position(v_key.allowed_ips, null) is not null
        then 'Must be 1 to 100 addresses or networks such as 203.0.113.0/24, or null for anywhere' end
      when 'metadata' then case when jsonb_typeof(v_key.metadata) = 'object' and octet_length(v_key.metadata::text) <= 4096 then null
        else 'Must be an object of at most 4096 bytes' end
    end);
    if v_message is not null then
      v_problems := v_problems || jsonb_build_object('path', v_field, 'message', v_message);
    end if;
  end loop;
  if v_key.name is null and not p_settings ? 'name' then
    v_problems := v_problems || '{"path": "name", "message": "Is required"}';
  end if;
  if v_key.scopes is null and not p_settings ? 'scopes' then
    v_problems := v_problems || '{"path": "scopes", "message": "Is required"}';
  end if;
  if v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The settings of the key are not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  v_key.scopes := array(select distinct s from unnest(v_key.scopes) s order by s);
  return v_key;
end
$$;
comment on function private.with_api_key_settings(public.api_keys, jsonb) is
  'The key with some of its settings set. PT422 validation_failed lists every field at fault. The only way that settings come into the table.';

create function private.refuse_wider_scopes(p_scopes text[], p_within text[]) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_within is not null and not ('*' = any (p_within) or p_scopes <@ p_within) then
    raise exception using errcode = 'PT403', message = 'A caller cannot give or use scopes that it does not hold itself',
      detail = 'insufficient_scope', hint = 'scopes';
  end if;
end
$$;
comment on function private.refuse_wider_scopes(text[], text[]) is
  'PT403 insufficient_scope where a caller that holds p_within alone would get a hand on more. Null stands for the owner in person.';

create function private.lock_own_api_key(p_id uuid) returns public.api_keys
language plpgsql
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  select * into v_key from public.api_keys where id = p_id and user_id = private.account_id() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such key', detail = 'not_found';
  end if;
  return v_key;
end
$$;
comment on function private.lock_own_api_key(uuid) is 'A key of the caller, locked against counting and changing until the end of the transaction. PT404 for any other.';

create function private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb, p_within text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  if private.account_id() is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  v_key := private.with_api_key_settings(v_key, p_settings);
  perform private.refuse_wider_scopes(v_key.scopes, p_within);
  insert into public.api_keys (user_id, key_hash, key_prefix, name, scopes, enabled, expires_at, rate_limit, usage_quota, allowed_ips, metadata)
    values (private.account_id(), p_key_hash, p_key_prefix, v_key.name, v_key.scopes, coalesce(v_key.enabled, true), v_key.expires_at,
      v_key.rate_limit, v_key.usage_quota, v_key.allowed_ips, coalesce(v_key.metadata, '{}'))
    returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.create_own_api_key(text, text, jsonb, text[]) is
  'Adds a key of the caller. Security definer because keys are written past the Data API alone; it acts for private.account_id() only.';
grant execute on function private.create_own_api_key(text, text, jsonb, text[]) to authenticated;

create function private.update_own_api_key(p_id uuid, p_settings jsonb, p_within text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  if v_key.revoked_at is not null then
    raise exception using errcode = 'PT409', message = 'The key is revoked', detail = 'key_revoked';
  end if;
  perform private.refuse_wider_scopes(v_key.scopes, p_within);
  v_key := private.with_api_key_settings(v_key, p_settings);
  perform private.refuse_wider_scopes(v_key.scopes, p_within);
  update public.api_keys set name = v_key.name, scopes = v_key.scopes, enabled = v_key.enabled, expires_at = v_key.expires_at,
      rate_limit = v_key.rate_limit, usage_quota = v_key.usage_quota, allowed_ips = v_key.allowed_ips, metadata = v_key.metadata
    where id = p_id returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.update_own_api_key(uuid, jsonb, text[]) is
  'Changes settings of a key of the caller; those left out stay. Security definer as private.create_own_api_key is.';
grant execute on function private.update_own_api_key(uuid, jsonb, text[]) to authenticated;

create function private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer, p_within text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_old public.api_keys;
  v_new public.api_keys;
begin
  if p_overlap_hours is null or p_overlap_hours not between 0 and 168 then
    raise exception using errcode = 'PT422', message = 'The overlap is out of range', detail = 'validation_failed',
      hint = '[{"path": "overlap_hours", "message": "Must be 0 to 168"}]';
  end if;
  v_old := private.lock_own_api_key(p_id);
  if v_old.revoked_at is not null then
    raise exception using errcode = 'PT409', message = 'The key is revoked', detail = 'key_revoked';
  elsif v_old.expires_at <= clock_timestamp() then
    raise exception using errcode = 'PT409', message = 'The key has expired', detail = 'key_expired';
  end if;
  perform private.refuse_wider_scopes(v_old.scopes, p_within);
  -- The counts come along, or else a rotation would refill the quota.
  insert into public.api_keys (user_id, key_hash, key_prefix, rotated_from, name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata,
      usage_count, window_start, window_count)
    values (v_old.user_id, p_key_hash, p_key_prefix, v_old.id, v_old.name, v_old.scopes, v_old.expires_at, v_old.rate_limit, v_old.usage_quota,
      v_old.allowed_ips, v_old.metadata, v_old.usage_count, v_old.window_start, v_old.window_count)
    returning * into v_new;
  update public.api_keys set expires_at = least(expires_at, now() + make_interval(hours => p_overlap_hours))
    where id = p_id returning * into v_old;
  return jsonb_build_object('api_key', private.describe_api_key(v_new), 'previous', private.describe_api_key(v_old));
end
$$;
comment on function private.rotate_own_api_key(uuid, text, text, integer, text[]) is
  'Replaces a key of the caller by one with the same settings; the old one works for p_overlap_hours more, never past its own expiry. Security definer as private.create_own_api_key is.';
grant execute on function private.rotate_own_api_key(uuid, text, text, integer, text[]) to authenticated;

create function private.revoke_own_api_key(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  if v_key.revoked_at is null then
    update public.api_keys set revoked_at = now() where id = p_id returning * into v_key;
  end if;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.revoke_own_api_key(uuid) is
  'Refuses a key of the caller for good; a second time changes nothing. Security definer as private.create_own_api_key is.';
grant execute on function private.revoke_own_api_key(uuid) to authenticated;

create function private.delete_own_api_key(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  delete from public.api_keys where id = p_id;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.delete_own_api_key(uuid) is
  'Deletes a key of the caller with what it used. Security definer as private.create_own_api_key is.';
grant execute on function private.delete_own_api_key(uuid) to authenticated;

create function public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb, p_within text[] default null) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.create_own_api_key(p_key_hash, p_key_prefix, p_settings, p_within) $$;
comment on function public.create_api_key(text, text, jsonb, text[]) is
  'Adds a key of the caller: name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata and enabled in p_settings. p_within: the scopes that the caller itself is held to.';
grant execute on function public.create_api_key(text, text, jsonb, text[]) to authenticated;

create function public.update_api_key(p_id uuid, p_settings jsonb, p_within text[] default null) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.update_own_api_key(p_id, p_settings, p_within) $$;
comment on function public.update_api_key(uuid, jsonb, text[]) is
  'Changes the settings of a key of the caller that p_settings names. p_within: the scopes that the caller itself is held to.';
grant execute on function public.update_api_key(uuid, jsonb, text[]) to authenticated;

create function public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer, p_within text[] default null) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.rotate_own_api_key(p_id, p_key_hash, p_key_prefix, p_overlap_hours, p_within) $$;
comment on function public.rotate_api_key(uuid, text, text, integer, text[]) is
  'Replaces a key of the caller: {api_key, previous}. p_within: the scopes that the caller itself is held to.';
grant execute on function public.rotate_api_key(uuid, text, text, integer, text[]) to authenticated;

create function public.revoke_api_key(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.revoke_own_api_key(p_id) $$;
comment on function public.revoke_api_key(uuid) is 'Refuses a key of the caller for good.';
grant execute on function public.revoke_api_key(uuid) to authenticated;

create function public.delete_api_key(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.delete_own_api_key(p_id) $$;
comment on function public.delete_api_key(uuid) is 'Deletes a key of the caller with what it used, and answers what it was.';
grant execute on function public.delete_api_key(uuid) to authenticated;

create function public.get_api_key_usage(p_id uuid, p_from timestamptz, p_to timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_from timestamptz := date_trunc('hour', p_from, 'UTC');
begin
  if not exists (select from public.api_keys where id = p_id and user_id = private.account_id()) then
    raise exception using errcode = 'PT404', message = 'No such key', detail = 'not_found';
  end if;
  if v_from is null or p_to is null or not isfinite(v_from) or not isfinite(p_to) or p_to <= p_from or p_to > v_from + interval '92 days' then
    raise exception using errcode = 'PT422', message = 'The time span is not valid', detail = 'validation_failed',
      hint = '[{"path": "to", "message": "Must be after from, by at most 92 days"}]';
  end if;
  -- One value, not rows: the Data API cuts rows off at a thousand.
  return (
    select jsonb_build_object('total', coalesce(sum(u.count), 0),
      'hours', jsonb_agg(jsonb_build_object('hour', h.hour, 'count', coalesce(u.count, 0)) order by h.hour))
    from generate_series(v_from, p_to - interval '1 microsecond', interval '1 hour') h (hour)
      left join public.api_key_usage u on u.key_id = p_id and u.hour = h.hour
  );
end
$$;
comment on function public.get_api_key_usage(uuid, timestamptz, timestamptz) is
  'How often a key of the caller was used: {total, hours: [{hour, count}]}, every hour of UTC that p_from to p_to touches, also those without use. Security invoker: policies apply.';
grant execute on function public.get_api_key_usage(uuid, timestamptz, timestamptz) to authenticated;

-- The verdict on a key.

create function private.account_is_active(p_user_id uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- A name that auth.users does not have here is found one level up: older auth services lack these columns.
  return exists (
    select from (select null::timestamptz as deleted_at, null::timestamptz as banned_until) missing
      cross join lateral (select deleted_at as deleted, banned_until as banned from auth.users where id = p_user_id) u
      where u.deleted is null and (u.banned is null or u.banned <= clock_timestamp()));
end
$$;
comment on function private.account_is_active(uuid) is 'Whether the user exists and is neither banned nor deleted.';

create function private.as_address(p_text text) returns inet
language plpgsql immutable strict
set search_path = ''
as $$
declare
  -- An IPv4 caller of an IPv6 socket is still an IPv4 caller.
  v_text text := regexp_replace(p_text, '^::ffff:(?=[0-9]+\.)', '', 'i');
begin
  return case when strpos(v_text, '/') = 0 then v_text::inet end;
exception when data_exception then
  return null;
end
$$;
comment on function private.as_address(text) is 'A single address, or null where the text is none.';

create function private.api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamptz) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return case
    when p_key.revoked_at is not null then 'revoked'
    when not p_key.enabled then 'disabled'
    when not private.account_is_active(p_key.user_id) then 'owner_inactive'
    when p_key.expires_at <= p_now then 'expired'
    when not (p_scope is null or p_key.scopes && array['*', p_scope]) then 'insufficient_scope'
    when p_key.allowed_ips is not null and not coalesce(private.as_address(p_ip) <<= any (p_key.allowed_ips), false) then 'ip_not_allowed'
    when p_key.window_start >= date_trunc('hour', p_now, 'UTC') and p_key.window_count >= p_key.rate_limit then 'rate_limited'
    when p_key.usage_count >= p_key.usage_quota then 'quota_exceeded'
  end;
end
$$;
comment on function private.api_key_refusal(public.api_keys, text, text, timestamptz) is
  'Why a key is refused, the reason that comes first, or null. The one place that knows; an update that asks it is asked again with the row that it waited for.';

create function private.api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
begin
  return jsonb_build_object(
    'valid', p_reason is null,
    'code', coalesce(p_reason, 'valid'),
    'key_id', p_key.id,
    'user_id', p_key.user_id,
    'scopes', p_key.scopes,
    'limit', p_key.rate_limit,
    'remaining', case when p_key.rate_limit is not null then
      greatest(p_key.rate_limit - case when p_key.window_start >= v_hour then p_key.window_count else 0 end, 0) end,
    'reset', case when p_key.rate_limit is not null then
      ceil(extract(epoch from greatest(p_key.window_start, v_hour) + interval '1 hour' - p_now))::integer end,
    'quota', p_key.usage_quota,
    'quota_remaining', case when p_key.usage_quota is not null then greatest(p_key.usage_quota - p_key.usage_count, 0) end);
end
$$;
comment on function private.api_key_verdict(public.api_keys, text, timestamptz) is
  'What is said of a key that is known: {valid, code, key_id, user_id, scopes, limit, remaining, reset, quota, quota_remaining}.';

create function private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
  v_key public.api_keys;
  v_reason text;
begin
  -- A hot key is otherwise held to one flush of the log per use. What a crash of the server can cost is the
  -- last fraction of a second of counts. Set here, as a setting of the function would be undone before the commit.
  perform set_config('synchronous_commit', 'off', true);
  loop
    update public.api_keys k set
        usage_count = k.usage_count + 1,
        -- Who read the clock before the hour and got the row after it counts in the row's hour: going back would empty it.
        window_count = case when k.window_start >= v_hour then k.window_count + 1 else 1 end,
        window_start = greatest(k.window_start, v_hour),
        last_used_at = greatest(k.last_used_at, p_now)
      where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id)
        and private.api_key_refusal(k, p_scope, p_ip, p_now) is null
      returning * into v_key;
    if found then
      insert into public.api_key_usage as u (key_id, user_id, hour, count) values (v_key.id, v_key.user_id, v_key.window_start, 1)
        on conflict (key_id, hour) do update set count = u.count + 1;
      exit;
    end if;
    select * into v_key from public.api_keys k where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id);
    if not found then
      return jsonb_build_object('valid', false, 'code', 'not_found');
    end if;
    v_reason := private.api_key_refusal(v_key, p_scope, p_ip, p_now);
    -- Without a reason the key was changed between the two statements, and the question is open again.
    exit when v_reason is not null;
  end loop;
  return private.api_key_verdict(v_key, v_reason, p_now);
end
$$;
comment on function private.judge_api_key(text, text, text, uuid, timestamptz) is
  'Judges a key at a given time and counts the use if it is allowed: {valid, code, key_id, user_id, scopes, limit, remaining, reset, quota, quota_remaining}. A refused use changes nothing.';

create function private.verify_api_key(p_key_hash text, p_scope text default null, p_ip text default null, p_user_id uuid default null) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  return private.judge_api_key(p_key_hash, p_scope, p_ip, p_user_id, clock_timestamp());
end
$$;
comment on function private.verify_api_key(text, text, text, uuid) is
  'Judges and counts a key now. Security definer because the hot role may execute and nothing else, and no API role may write keys.';
grant execute on function private.verify_api_key(text, text, text, uuid) to service_role;

create function public.verify_api_key(p_key_hash text, p_scope text default null, p_ip text default null, p_user_id uuid default null) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return private.verify_api_key(p_key_hash, p_scope, p_ip, p_user_id);
end
$$;
comment on function public.verify_api_key(text, text, text, uuid) is
  'The verdict on a key for a scope (null for none in particular) and a caller''s address, counted if allowed. With p_user_id, a key of anyone else is not found.';
grant execute on function public.verify_api_key(text, text, text, uuid) to service_role;

create function public.check_api_key(p_key_hash text, p_scope text default null, p_ip text default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return private.check_api_key(p_key_hash, p_scope, p_ip);
end
$$;
comment on function public.check_api_key(text, text, text) is
  'The verdict on a key as public.verify_api_key gives it, without counting: for asking about another key, which is what counts.';
grant execute on function public.check_api_key(text, text, text) to service_role;

create function private.check_api_key(p_key_hash text, p_scope text, p_ip text) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_key public.api_keys;
begin
  select * into v_key from public.api_keys where key_hash = p_key_hash;
  if not found then
    return jsonb_build_object('valid', false, 'code', 'not_found');
  end if;
  return private.api_key_verdict(v_key, private.api_key_refusal(v_key, p_scope, p_ip, v_now), v_now);
end
$$;
comment on function private.check_api_key(text, text, text) is
  'Judges a key without counting. Security definer because no API role may read hashes.';
grant execute on function private.check_api_key(text, text, text) to service_role;

create function private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  update public.api_keys set enabled = false where key_hash = p_key_hash returning * into v_key;
  if not found then
    return null;
  end if;
  perform private.audit(v_key.user_id, 'api-keys.leaked', 'api_keys', v_key.id,
    jsonb_build_object('source', left(p_source, 100), 'url', left(p_url, 2000)));
  return jsonb_build_object('key_id', v_key.id, 'user_id', v_key.user_id);
end
$$;
comment on function private.disable_leaked_api_key(text, text, text) is
  'Disables a key that was found in public. Security definer because no API role may write keys.';
grant execute on function private.disable_leaked_api_key(text, text, text) to service_role;

create function public.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.disable_leaked_api_key(p_key_hash, p_source, p_url) $$;
comment on function public.disable_leaked_api_key(text, text, text) is
  'Disables a key that was found in public and puts that on its owner''s trail: {key_id, user_id}, or null for an unknown key.';
grant execute on function public.disable_leaked_api_key(text, text, text) to service_role;
