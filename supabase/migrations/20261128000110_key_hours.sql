-- Purpose: one written row for each use of a key, in place of two.
-- Tables:  public.api_keys gets the hour that it was last used in and how often that was; public.api_key_usage has the hours before.
-- Risk:    replaces judge_api_key and get_api_key_usage by others that answer the same. api_key_usage gets an hour's row with the next hour's first use.

alter table public.api_keys
  add column last_hour timestamptz,
  add column last_hour_count integer not null default 0 check (last_hour_count >= 0);
comment on column public.api_keys.last_hour is 'The hour of UTC that the last use of the key itself was counted in.';
comment on column public.api_keys.last_hour_count is 'Uses of the key itself in that hour, beside what api_key_usage has of it.';
comment on table public.api_key_usage is
  'How often each key was used in each hour of UTC before the one of api_keys.last_hour; an hour without use has no row.';
grant select (last_hour, last_hour_count) on public.api_keys to authenticated, service_role;

create function private.keep_api_key_hour() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- An hour may have a row already: from before these columns, or from a use that came late.
  insert into public.api_key_usage as u (key_id, user_id, hour, count) values (old.id, old.user_id, old.last_hour, old.last_hour_count)
    on conflict (key_id, hour) do update set count = u.count + excluded.count;
  return null;
end
$$;
comment on function private.keep_api_key_hour() is 'Row trigger: when a key is used in another hour, what it used in the one before is kept.';
create trigger keep_api_key_hour after update of last_hour on public.api_keys
  for each row when (old.last_hour <> new.last_hour) execute function private.keep_api_key_hour();

create or replace function private.describe_api_key(p_key public.api_keys) returns jsonb
language sql stable
set search_path = ''
as $$ select to_jsonb(p_key) - array['key_hash', 'user_id', 'window_start', 'window_count', 'last_hour', 'last_hour_count', 'counted_by'] $$;

create or replace function private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamptz) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
  v_key public.api_keys;
  v_counter public.api_keys;
  v_reason text;
  v_verdict jsonb;
begin
  -- A hot key is otherwise held to one flush of the log per use. What a crash of the server can cost is the
  -- last fraction of a second of counts. Set here, as a setting of the function would be undone before the commit;
  -- and by a condition, which costs half of what "perform" does.
  if set_config('synchronous_commit', 'off', true) <> 'off' then
    raise exception 'synchronous_commit cannot be set';
  end if;
  for attempt in 1 .. 100 loop
    update public.api_keys k set
        usage_count = k.usage_count + 1,
        -- Who read the clock before the hour and got the row after it counts in the row's hour: going back would empty it.
        window_count = case when k.window_start >= v_hour then k.window_count + 1 else 1 end,
        window_start = greatest(k.window_start, v_hour),
        last_hour_count = case when k.last_hour = greatest(k.window_start, v_hour) then k.last_hour_count + 1 else 1 end,
        last_hour = greatest(k.window_start, v_hour),
        last_used_at = greatest(k.last_used_at, p_now)
      where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id) and k.counted_by is null
        -- That private.api_key_refusal has nothing against it. Asking it here would cost as much as the update.
        and k.revoked_at is null and k.enabled
        and private.account_is_active(k.user_id)
        and (k.expires_at is null or k.expires_at > p_now)
        and (p_scope is null or k.scopes && array['*', p_scope])
        and (k.allowed_ips is null or private.as_address(p_ip) <<= any (k.allowed_ips))
        and (k.rate_limit is null or k.window_start < v_hour or k.window_count < k.rate_limit)
        and (k.usage_quota is null or k.usage_count < k.usage_quota)
      -- As private.api_key_verdict has it.
      returning jsonb_build_object(
          'valid', true,
          'code', 'valid',
          'key_id', k.id,
          'user_id', k.user_id,
          'scopes', k.scopes,
          'limit', k.rate_limit,
          'remaining', k.rate_limit - k.window_count,
          'reset', case when k.rate_limit is not null then ceil(extract(epoch from k.window_start + interval '1 hour' - p_now))::integer end,
          'quota', k.usage_quota,
          'quota_remaining', k.usage_quota - k.usage_count)
        into v_verdict;
    if found then
      return v_verdict;
    end if;
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
        update public.api_keys k set
            last_hour_count = case when k.last_hour = v_counter.window_start then k.last_hour_count + 1 else 1 end,
            last_hour = v_counter.window_start,
            last_used_at = greatest(k.last_used_at, p_now)
          where k.id = v_key.id;
        return private.api_key_verdict(private.counted_as(v_key, v_counter), null, p_now);
      end if;
      select * into v_counter from public.api_keys c where c.id = v_key.counted_by;
      v_key := private.counted_as(v_key, v_counter);
    end if;
    v_reason := private.api_key_refusal(v_key, p_scope, p_ip, p_now);
    if v_reason is not null then
      return private.api_key_verdict(v_key, v_reason, p_now);
    end if;
    -- Without a reason the key was changed between two statements, and the question is open again.
  end loop;
  raise exception using errcode = '40001', message = 'The key is changed faster than it can be judged';
end
$$;

create or replace function public.get_api_key_usage(p_id uuid, p_from timestamptz, p_to timestamptz) returns jsonb
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
      left join (
        select hour, sum(count) as count from (
          select hour, count from public.api_key_usage where key_id = p_id and hour >= v_from and hour < p_to
          union all
          select last_hour, last_hour_count from public.api_keys where id = p_id
        ) all_hours group by hour
      ) u using (hour)
  );
end
$$;
