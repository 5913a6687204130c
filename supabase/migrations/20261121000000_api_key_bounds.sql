-- Purpose: what a program may do to keys: nothing beyond its own. And one count for keys that replace one another.
-- Tables:  api_keys.
-- Risk:    replaces functions that keys are judged and changed by. Keys that were rotated before go on counting each for itself.

-- A program reaches the database as its owner, with a token that also names its key. So the database knows which of the
-- two is asking, whatever function or policy the way leads through.

create function private.acting_key_id() returns uuid
language sql stable
set search_path = ''
as $$ select (auth.jwt() ->> 'switchboard_key')::uuid $$;
comment on function private.acting_key_id() is
  'The key that the caller acts with, or null for a person. Only tokens that Switchboard signs itself name one.';

create function private.wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys) returns text[]
language sql immutable
set search_path = ''
as $$
  select array_remove(array[
    case when '*' = any (p_bounds.scopes) or p_key.scopes <@ p_bounds.scopes then null else 'scopes' end,
    case when p_bounds.expires_at is null or p_key.expires_at <= p_bounds.expires_at then null else 'expires_at' end,
    case when p_bounds.rate_limit is null or p_key.rate_limit <= p_bounds.rate_limit then null else 'rate_limit' end,
    case when p_bounds.usage_quota is null or p_key.usage_quota <= p_bounds.usage_quota then null else 'usage_quota' end,
    case when p_bounds.allowed_ips is null
      or (p_key.allowed_ips is not null and (select bool_and(ip <<= any (p_bounds.allowed_ips)) from unnest(p_key.allowed_ips) ip))
      then null else 'allowed_ips' end
  ], null)
$$;
comment on function private.wider_api_key_settings(public.api_keys, public.api_keys) is
  'The settings in which a key reaches further than another one.';

create function private.refuse_wider_key() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_acting uuid := private.acting_key_id();
  v_own public.api_keys;
  v_wider text[] := '{}';
begin
  if v_acting is not null then
    select * into v_own from public.api_keys where id = v_acting;
    if not found then
      raise exception using errcode = 'PT403', message = 'The key that asks is gone', detail = 'forbidden';
    end if;
    -- As it was and as it becomes: a program neither narrows nor stops what reaches further than itself.
    if tg_op <> 'INSERT' then
      v_wider := private.wider_api_key_settings(old, v_own);
    end if;
    if tg_op <> 'DELETE' then
      v_wider := v_wider || private.wider_api_key_settings(new, v_own);
    end if;
  end if;
  if v_wider <> '{}' then
    raise exception using errcode = 'PT403', message = 'A program makes and changes only keys that reach no further than its own',
      detail = case when 'scopes' = any (v_wider) then 'insufficient_scope' else 'forbidden' end,
      hint = (select jsonb_agg(jsonb_build_object('path', field, 'message', 'Reaches further than the key of the caller') order by field)
        from (select distinct unnest(v_wider)) w (field));
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function private.refuse_wider_key() is
  'Trigger: a program can get no hand on more than its own key holds, by whatever way it comes. Security definer because it looks at that key past row level security.';

-- Not at each use: these are the columns that a person changes.
create trigger refuse_wider_key before insert or delete or update of user_id, name, key_hash, scopes, enabled, expires_at, revoked_at,
  rate_limit, usage_quota, allowed_ips, metadata on public.api_keys
  for each row execute function private.refuse_wider_key();

drop function public.create_api_key_once(text, text, text, text, jsonb, text[]);
drop function public.create_api_key(text, text, jsonb, text[]);
drop function public.update_api_key(uuid, jsonb, text[]);
drop function public.rotate_api_key(uuid, text, text, integer, text[]);
drop function private.create_own_api_key(text, text, jsonb, text[]);
drop function private.update_own_api_key(uuid, jsonb, text[]);
drop function private.rotate_own_api_key(uuid, text, text, integer, text[]);
drop function private.refuse_wider_scopes(text[], text[]);

create function private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) returns jsonb
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
  insert into public.api_keys (user_id, key_hash, key_prefix, name, scopes, enabled, expires_at, rate_limit, usage_quota, allowed_ips, metadata)
    values (private.account_id(), p_key_hash, p_key_prefix, v_key.name, v_key.scopes, coalesce(v_key.enabled, true), v_key.expires_at,
      v_key.rate_limit, v_key.usage_quota, v_key.allowed_ips, coalesce(v_key.metadata, '{}'))
    returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.create_own_api_key(text, text, jsonb) is
  'Adds a key of the caller. Security definer because keys are written past the Data API alone; it acts for private.account_id() only.';
grant execute on function private.create_own_api_key(text, text, jsonb) to authenticated;

create function private.update_own_api_key(p_id uuid, p_settings jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  if v_key.revoked_at is not null then
    raise exception using errcode = 'PT409', message = 'The key is revoked', detail = 'key_revoked';
  end if;
  v_key := private.with_api_key_settings(v_key, p_settings);
  update public.api_keys set name = v_key.name, scopes = v_key.scopes, enabled = v_key.enabled, expires_at = v_key.expires_at,
      rate_limit = v_key.rate_limit, usage_quota = v_key.usage_quota, allowed_ips = v_key.allowed_ips, metadata = v_key.metadata
    where id = p_id returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.update_own_api_key(uuid, jsonb) is
  'Changes settings of a key of the caller; those left out stay. Security definer as private.create_own_api_key is.';
grant execute on function private.update_own_api_key(uuid, jsonb) to authenticated;

create function public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.create_own_api_key(p_key_hash, p_key_prefix, p_settings) $$;
comment on function public.create_api_key(text, text, jsonb) is
  'Adds a key of the caller: name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata and enabled in p_settings.';
grant execute on function public.create_api_key(text, text, jsonb) to authenticated;

create function public.create_api_key_once(
  p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('api-keys.create', p_idempotency_key, p_request_hash),
    private.remember_request('api-keys.create', p_idempotency_key, p_request_hash,
      private.create_own_api_key(p_key_hash, p_key_prefix, p_settings)))
$$;
comment on function public.create_api_key_once(text, text, text, text, jsonb) is
  'public.create_api_key at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_api_key_once(text, text, text, text, jsonb) to authenticated;

create function public.update_api_key(p_id uuid, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.update_own_api_key(p_id, p_settings) $$;
comment on function public.update_api_key(uuid, jsonb) is 'Changes the settings of a key of the caller that p_settings names.';
grant execute on function public.update_api_key(uuid, jsonb) to authenticated;

-- One count for a key and those that replace it. Else each rotation would hand out again what is left of the limits,
-- for as long as the overlap lasts.

alter table public.api_keys add column counted_by uuid references public.api_keys on delete set null;
comment on column public.api_keys.counted_by is
  'The key whose counts hold for this one too: the newest that came of rotating it. Null where its own do.';
create index idx_api_keys_counted_by on public.api_keys (counted_by) where counted_by is not null;

create or replace function private.describe_api_key(p_key public.api_keys) returns jsonb
language sql stable
set search_path = ''
as $$ select to_jsonb(p_key) - array['key_hash', 'user_id', 'window_start', 'window_count', 'counted_by'] $$;

create or replace function private.lock_own_api_key(p_id uuid) returns public.api_keys
language plpgsql
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  -- With those that share its count, and the oldest first as a use does it, so that nobody waits in a circle.
  perform from public.api_keys k, (select id, counted_by from public.api_keys where id = p_id and user_id = private.account_id()) p
    where k.id in (p.id, p.counted_by) or k.counted_by in (p.id, p.counted_by)
    order by k.created_at, k.id for update of k;
  select * into v_key from public.api_keys where id = p_id and user_id = private.account_id() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such key', detail = 'not_found';
  end if;
  return v_key;
end
$$;

create function private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_old public.api_keys;
  v_counter public.api_keys;
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
  select * into v_counter from public.api_keys where id = coalesce(v_old.counted_by, v_old.id);
  insert into public.api_keys (user_id, key_hash, key_prefix, rotated_from, name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata,
      usage_count, window_start, window_count)
    values (v_old.user_id, p_key_hash, p_key_prefix, v_old.id, v_old.name, v_old.scopes, v_old.expires_at, v_old.rate_limit, v_old.usage_quota,
      v_old.allowed_ips, v_old.metadata, v_counter.usage_count, v_counter.window_start, v_counter.window_count)
    returning * into v_new;
  update public.api_keys set counted_by = v_new.id where id = v_counter.id or counted_by = v_counter.id;
  update public.api_keys set expires_at = least(expires_at, now() + make_interval(hours => p_overlap_hours))
    where id = p_id returning * into v_old;
  return jsonb_build_object('api_key', private.describe_api_key(v_new), 'previous', private.describe_api_key(v_old));
end
$$;
comment on function private.rotate_own_api_key(uuid, text, text, integer) is
  'Replaces a key of the caller by one with the same settings and one count for both; the old one works for p_overlap_hours more, never past its own expiry. Security definer as private.create_own_api_key is.';
grant execute on function private.rotate_own_api_key(uuid, text, text, integer) to authenticated;

create function public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.rotate_own_api_key(p_id, p_key_hash, p_key_prefix, p_overlap_hours) $$;
comment on function public.rotate_api_key(uuid, text, text, integer) is 'Replaces a key of the caller: {api_key, previous}.';
grant execute on function public.rotate_api_key(uuid, text, text, integer) to authenticated;

create or replace function private.delete_own_api_key(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
  v_heir uuid;
begin
  select id into v_heir from public.api_keys where counted_by = p_id order by created_at desc, id desc limit 1;
  update public.api_keys set counted_by = nullif(v_heir, id), usage_count = v_key.usage_count, window_start = v_key.window_start,
      window_count = v_key.window_count
    where counted_by = p_id;
  delete from public.api_keys where id = p_id;
  return private.describe_api_key(v_key);
end
$$;
comment on function private.delete_own_api_key(uuid) is
  'Deletes a key of the caller with what it used by the hour; what it counted for others, the newest of them goes on counting. Security definer as private.create_own_api_key is.';

create function private.counted_as(p_key public.api_keys, p_counter public.api_keys) returns public.api_keys
language plpgsql immutable
set search_path = ''
as $$
begin
  p_key.usage_count := p_counter.usage_count;
  p_key.window_start := p_counter.window_start;
  p_key.window_count := p_counter.window_count;
  return p_key;
end
$$;
comment on function private.counted_as(public.api_keys, public.api_keys) is 'A key with the counts of another.';

create or replace function private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
  v_key public.api_keys;
  v_counter public.api_keys;
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
      where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id) and k.counted_by is null
        and private.api_key_refusal(k, p_scope, p_ip, p_now) is null
      returning * into v_key;
    exit when found;
    select * into v_key from public.api_keys k where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id);
    if not found then
      return jsonb_build_object('valid', false, 'code', 'not_found');
    end if;
    if v_key.counted_by is not null then
      -- Held, so that what is decided of it here stays true while the row of the counts is waited for. Whoever hands the
      -- counts on holds it too, so that row is the one that counts.
      select * into v_key from public.api_keys k where k.id = v_key.id for update;
      update public.api_keys c set
          usage_count = c.usage_count + 1,
          window_count = case when c.window_start >= v_hour then c.window_count + 1 else 1 end,
          window_start = greatest(c.window_start, v_hour)
        where c.id = v_key.counted_by
          and private.api_key_refusal(private.counted_as(v_key, c), p_scope, p_ip, p_now) is null
        returning * into v_counter;
      if found then
        update public.api_keys k set last_used_at = greatest(k.last_used_at, p_now) where k.id = v_key.id;
        v_key := private.counted_as(v_key, v_counter);
        exit;
      end if;
      select * into v_counter from public.api_keys c where c.id = v_key.counted_by;
      v_key := private.counted_as(v_key, v_counter);
    end if;
    v_reason := private.api_key_refusal(v_key, p_scope, p_ip, p_now);
    -- Without a reason the key was changed between two statements, and the question is open again.
    exit when v_reason is not null;
  end loop;
  if v_reason is null then
    insert into public.api_key_usage as u (key_id, user_id, hour, count) values (v_key.id, v_key.user_id, v_key.window_start, 1)
      on conflict (key_id, hour) do update set count = u.count + 1;
  end if;
  return private.api_key_verdict(v_key, v_reason, p_now);
end
$$;

-- An IPv4 address in the clothes of an IPv6 one is still that address, however it is written.

create function private.unmapped(p_address inet) returns inet
language sql immutable
set search_path = ''
as $$
  select case when p_address <<= '::ffff:0:0/96'::inet
    then (regexp_replace(host(p_address), '^.*:', '') || '/' || masklen(p_address) - 96)::inet
    else p_address end
$$;
comment on function private.unmapped(inet) is 'The IPv4 address or network that is mapped into IPv6, and any other as it is.';

create or replace function private.as_cidr(p_text text) returns cidr
language plpgsql immutable strict
set search_path = ''
as $$
begin
  return private.unmapped(p_text::cidr);
exception when data_exception then
  return null;
end
$$;

create or replace function private.as_address(p_text text) returns inet
language plpgsql immutable strict
set search_path = ''
as $$
begin
  return case when strpos(p_text, '/') = 0 then private.unmapped(p_text::inet) end;
exception when data_exception then
  return null;
end
$$;
