-- Purpose: how often a caller may ask where no key counts it: signed-in users, wrong keys, test calls.
-- Tables:  private.request_limits, private.request_counts.
-- Risk:    replaces verify_api_key and check_api_key. The counts are unlogged: a crash of the server empties them.

create table private.request_limits (
  name text primary key check (length(name) between 1 and 50),
  per_user integer check (per_user > 0),
  per_address integer check (per_address > 0),
  seconds integer not null check (seconds between 1 and 86400)
);
comment on table private.request_limits is
  'How many requests of a kind a user and an address may make in so many seconds; null for no limit. The operator''s to change, with effect from the next request on.';
insert into private.request_limits (name, per_user, per_address, seconds) values
  ('requests', 600, 1200, 60),
  ('verify', 1200, 2400, 60),
  ('tests', 10, 30, 60),
  ('wrong_keys', null, 120, 60);

create unlogged table private.request_counts (
  subject text primary key,
  window_end timestamptz not null,
  count integer not null check (count > 0)
)
with (fillfactor = 50);
comment on table private.request_counts is 'How often a user or an address has asked for something in the present window.';

select private.schedule('request-counts', '*/10 * * * *', $$delete from private.request_counts where window_end <= now()$$);

create function private.count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamptz) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_end timestamptz := to_timestamp((floor(extract(epoch from p_now) / p_seconds) + 1) * p_seconds);
begin
  if p_limit is null then
    return null;
  end if;
  insert into private.request_counts as r (subject, window_end, count) values (p_subject, v_end, 1)
    on conflict (subject) do update set
        count = case when r.window_end >= v_end then r.count + 1 else 1 end,
        window_end = greatest(r.window_end, v_end)
      where r.window_end < v_end or r.count < p_limit;
  if found then
    return null;
  end if;
  return greatest(ceil(extract(epoch from v_end - p_now)), 1);
end
$$;
comment on function private.count_request(text, integer, integer, timestamptz) is
  'Counts a request in windows of p_seconds, or says in how many seconds to come back. A request past the limit writes nothing.';

create function private.address_block(p_text text) returns text
language sql immutable
set search_path = ''
as $$
  select coalesce((
    select case family(a.address) when 4 then host(a.address) else text(network(set_masklen(a.address, 64))) end
      from (select private.as_address(p_text)) a (address)), 'unknown')
$$;
comment on function private.address_block(text) is
  'By what an address is counted: an IPv6 caller has a whole /64 to choose from. Those that are not known are counted as one.';

create function private.limit_requests(p_name text, p_user_id uuid, p_address text) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_limit private.request_limits;
  v_wait integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict v_limit from private.request_limits where name = p_name;
  -- The user first, always: nobody waits in a circle, and one user's excess is not put to an address that others share.
  if p_user_id is not null then
    v_wait := private.count_request(p_name || ' user ' || p_user_id, v_limit.per_user, v_limit.seconds, v_now);
  end if;
  -- A known user at an unknown address is counted as a user; what is known of nobody is counted as one.
  if v_wait is null and (p_user_id is null or private.as_address(p_address) is not null) then
    v_wait := private.count_request(p_name || ' address ' || private.address_block(p_address), v_limit.per_address, v_limit.seconds, v_now);
  end if;
  return v_wait;
end
$$;
comment on function private.limit_requests(text, uuid, text) is
  'Counts a request of a kind for its user and its address: null, or in how many seconds to come back. Security definer because the hot role may execute and nothing else.';
grant execute on function private.limit_requests(text, uuid, text) to service_role;

create function public.limit_requests(p_name text, p_user_id uuid default null, p_address text default null) returns integer
language plpgsql
set search_path = ''
as $$
begin
  return private.limit_requests(p_name, p_user_id, p_address);
end
$$;
comment on function public.limit_requests(text, uuid, text) is
  'Counts a request of a kind of private.request_limits: null, or in how many seconds to come back.';
grant execute on function public.limit_requests(text, uuid, text) to service_role;

create or replace function private.verify_api_key(p_key_hash text, p_scope text default null, p_ip text default null, p_user_id uuid default null) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_verdict jsonb := private.judge_api_key(p_key_hash, p_scope, p_ip, p_user_id, clock_timestamp());
begin
  -- Of those who guess. An owner who asks about a key of somebody else has said who they are.
  if v_verdict ->> 'code' = 'not_found' and p_user_id is null then
    return v_verdict || jsonb_strip_nulls(jsonb_build_object('retry_after', private.limit_requests('wrong_keys', null, p_ip)));
  end if;
  return v_verdict;
end
$$;
comment on function private.verify_api_key(text, text, text, uuid) is
  'Judges and counts a key now; for one that is not known, retry_after says in how many seconds its address may try again, where it has tried too often. Security definer because the hot role may execute and nothing else, and no API role may write keys.';

drop function public.check_api_key(text, text, text);
drop function private.check_api_key(text, text, text);

create function private.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_key public.api_keys;
  v_counter public.api_keys;
  v_reason text;
begin
  select * into v_key from public.api_keys where key_hash = p_key_hash;
  if not found then
    return jsonb_strip_nulls(
      jsonb_build_object('valid', false, 'code', 'not_found', 'retry_after', private.limit_requests('wrong_keys', null, p_ip)));
  end if;
  if v_key.counted_by is not null then
    select * into v_counter from public.api_keys where id = v_key.counted_by;
    v_key := private.counted_as(v_key, v_counter);
  end if;
  v_reason := private.api_key_refusal(v_key, p_scope, p_ip, v_now);
  return private.api_key_verdict(v_key, v_reason, v_now)
    || jsonb_strip_nulls(jsonb_build_object('retry_after', case when v_reason is null then private.limit_requests(p_limit, v_key.user_id, p_ip) end));
end
$$;
comment on function private.check_api_key(text, text, text, text) is
  'Judges a key without counting its use; a request of the kind p_limit is counted for its owner and address instead. Security definer because no API role may read hashes.';
grant execute on function private.check_api_key(text, text, text, text) to service_role;

create function public.check_api_key(p_key_hash text, p_scope text default null, p_ip text default null, p_limit text default 'requests') returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return private.check_api_key(p_key_hash, p_scope, p_ip, p_limit);
end
$$;
comment on function public.check_api_key(text, text, text, text) is
  'The verdict on a key as public.verify_api_key gives it, without counting its use: for asking about another key, which is what counts. retry_after, where there were too many such requests: in how many seconds there may be another.';
grant execute on function public.check_api_key(text, text, text, text) to service_role;

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.limit_requests(text, uuid, text) to switchboard_hot;
  end if;
end
$$;
