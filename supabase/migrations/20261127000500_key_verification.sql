-- Purpose: judging a key with less work where nothing speaks against it, which is nearly always.
-- Tables:  none.
-- Risk:    replaces judge_api_key by one that answers the same.

create or replace function private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_hour timestamptz := date_bin('1 hour', p_now, 'epoch');
  v_key public.api_keys;
  v_counter public.api_keys;
  v_reason text;
  v_setting text;
  v_verdict jsonb;
begin
  -- A hot key is otherwise held to one flush of the log per use. What a crash of the server can cost is the
  -- last fraction of a second of counts. Set here, as a setting of the function would be undone before the commit.
  v_setting := set_config('synchronous_commit', 'off', true);
  -- The plain case: a key that counts for itself, in the hour that it is counting, with no list of addresses, and with none
  -- of the reasons of private.api_key_refusal against it. Calling that costs as much as the update. Whatever is not
  -- plain is left to the general case below, so that this may refuse too much, and must never allow too much.
  update public.api_keys k set
      usage_count = k.usage_count + 1,
      window_count = k.window_count + 1,
      last_used_at = greatest(k.last_used_at, p_now)
    where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id) and k.counted_by is null and k.window_start = v_hour
      and k.revoked_at is null and k.enabled and k.allowed_ips is null
      and (k.expires_at > p_now or k.expires_at is null)
      and (k.scopes && array['*', p_scope] or p_scope is null)
      and (k.window_count < k.rate_limit or k.rate_limit is null)
      and (k.usage_count < k.usage_quota or k.usage_quota is null)
      -- As private.account_is_active has it.
      and exists (
        select from (select null::timestamptz as deleted_at, null::timestamptz as banned_until) missing
          cross join lateral (select deleted_at as deleted, banned_until as banned from auth.users where id = k.user_id) u
          where u.deleted is null and (u.banned is null or u.banned <= clock_timestamp()))
    -- As private.api_key_verdict has it.
    returning k.id, k.user_id, k.window_start, jsonb_build_object(
        'valid', true,
        'code', 'valid',
        'key_id', k.id,
        'user_id', k.user_id,
        'scopes', k.scopes,
        'limit', k.rate_limit,
        'remaining', k.rate_limit - k.window_count,
        'reset', case when k.rate_limit is not null then ceil(extract(epoch from v_hour + interval '1 hour' - p_now))::integer end,
        'quota', k.usage_quota,
        'quota_remaining', k.usage_quota - k.usage_count)
      into v_key.id, v_key.user_id, v_key.window_start, v_verdict;
  while v_verdict is null loop
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
    -- An insert that meets the row would lock it before it writes it: two writes. The first use in an hour makes it.
    update public.api_key_usage u set count = u.count + 1 where u.key_id = v_key.id and u.hour = v_key.window_start;
    if not found then
      insert into public.api_key_usage as u (key_id, user_id, hour, count) values (v_key.id, v_key.user_id, v_key.window_start, 1)
        on conflict (key_id, hour) do update set count = u.count + 1;
    end if;
  end if;
  return coalesce(v_verdict, private.api_key_verdict(v_key, v_reason, p_now));
end
$$;

-- These are asked at each use of a key. Asked by a condition, they cost nothing where nobody is refused.
drop trigger refuse_direct_write on public.api_keys;
drop trigger refuse_direct_write on public.api_key_usage;
create trigger refuse_direct_write before insert or update or delete or truncate on public.api_keys
  for each statement when (current_user in ('anon', 'authenticated')) execute function private.refuse_direct_write();
create trigger refuse_direct_write before insert or update or delete or truncate on public.api_key_usage
  for each statement when (current_user in ('anon', 'authenticated')) execute function private.refuse_direct_write();
