-- Purpose: claiming and completing more deliveries at once, at a cost that does not grow with the queue.
-- Tables:  none.
-- Risk:    claim_webhook_deliveries answers json in place of jsonb, with the same members.

-- As text from the beginning: a claim is mostly bodies of events, which jsonb would copy member by member.
drop function public.claim_webhook_deliveries(integer, uuid);
drop function private.claim_webhook_deliveries(integer, uuid);
drop function private.describe_claim(private.webhook_deliveries[]);

create function private.describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint) returns json
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    -- Materialized, so that the schedule is worked out once for each endpoint and not for each delivery.
    with endpoints as materialized (
      select w.id, w.user_id, w.url, w.headers, w.secret, w.old_secrets, to_json(private.retry_waits(w)) as waits
        from (select distinct webhook_id from unnest(p_claimed)) c join public.webhooks w on w.id = c.webhook_id
    )
    select json_build_object(
      'deliveries', (select coalesce(json_agg(json_build_object('id', d.id, 'fence', d.fence, 'webhook_id', d.webhook_id, 'event_id', d.event_id,
        'attempt', d.attempts + 1, 'origin', d.origin, 'schedule', case when d.origin = 'test' then '[]'::json else w.waits end)
        order by d.due_at, d.seq), '[]'::json) from unnest(p_claimed) d join endpoints w on w.id = d.webhook_id),
      'endpoints', (select coalesce(json_object_agg(w.id, json_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n)
            where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'::jsonb))), '{}'::json) from endpoints w),
      'events', (select coalesce(json_object_agg(e.id, json_build_object('type', e.type, 'payload', e.payload, 'sealed', e.sealed)), '{}'::json)
        from (select distinct event_id, event_created_at from unnest(p_claimed)) c
          join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at),
      'next_due_ms', p_next_due_ms));
end
$$;
comment on function private.describe_claim(private.webhook_deliveries[], bigint) is
  'What a worker needs to send the deliveries: {deliveries: [{id, fence, webhook_id, event_id, attempt, origin, schedule}], endpoints: {id: {user_id, url, headers, secrets}}, events: {id: {type, payload, sealed}}, next_due_ms}. Secrets and headers are sealed, and what of an event is.';

create function private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns json
language plpgsql security definer
set search_path = ''
-- A table that is now empty and now full is estimated badly: its indexes, read in their order, are the way in, whatever
-- the planner thinks of its size; and compiling a query would take longer than running it.
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
-- The arrays that these are given say nothing of how to plan, so one plan does for all.
set plan_cache_mode = force_generic_plan
as $$
declare
  c_lease constant interval := '30 seconds'::interval;
  -- What one tenant may have under way, so that endpoints of one that hang leave room for the others.
  c_tenant constant integer := 100;
  v_now timestamptz;
  v_keys text[];
  v_full uuid[];
  v_full_tenants uuid[];
  v_candidates uuid[];
  v_claimed private.webhook_deliveries[];
  v_next_due timestamptz;
begin
  -- A lease that a crash of the server forgets is a delivery sent twice, which a crash of the worker is too.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_webhook_queue();
  v_now := clock_timestamp();
  -- Whoever held these is given up for lost; the fence keeps it from completing what it lost.
  update private.webhook_deliveries set leased_until = null where leased_until <= v_now;

  if p_delivery_id is not null then
    with claimed as (
      update private.webhook_deliveries set leased_until = v_now + c_lease, fence = fence + 1
        where id = p_delivery_id and leased_until is null and not waiting returning *
    )
    select array_agg(claimed::private.webhook_deliveries) into v_claimed from claimed;
    return private.describe_claim(v_claimed, null);
  end if;

  select coalesce(array_agg(distinct format('%s %s', webhook_id, ordering_key)), '{}') into v_keys
    from private.webhook_deliveries where leased_until is not null and ordering_key is not null;
  -- Each waits once, and leaves the index of heads by it: what is behind a failing head is not looked at again. Some at a
  -- time, each looked up by itself: a long backlog is taken in step by step.
  update private.webhook_deliveries set waiting = true where id in (
    select h.id from (
      select d.id, d.webhook_id, d.ordering_key, d.seq from private.webhook_deliveries d
        where d.ordering_key is not null and d.leased_until is null and not d.waiting and d.due_at <= v_now
        order by d.due_at limit 2000
    ) h where private.must_wait(h.webhook_id, h.ordering_key, h.seq, v_keys));

  v_full := private.full_endpoints(v_now);
  v_full_tenants := private.full_tenants(c_tenant);

  -- Half of the look goes to what is due longest, half to a few endpoints from a place that is another each time: behind
  -- the backlog of one, others are still seen.
  with recursive walk as (
    select gen_random_uuid() as webhook_id, null::uuid as first_seen, 0 as n
    union all
    select f.webhook_id, coalesce(s.first_seen, f.webhook_id), s.n + 1
      from walk s cross join lateral (
        select coalesce(
          (select d.webhook_id from private.webhook_deliveries d
            where d.leased_until is null and not d.waiting and d.webhook_id > s.webhook_id order by d.webhook_id limit 1),
          (select d.webhook_id from private.webhook_deliveries d where d.leased_until is null and not d.waiting order by d.webhook_id limit 1)) as webhook_id
        -- Looked up once, although it is named twice.
        offset 0) f
      -- Until it has come round.
      where s.n < 32 and (s.n < 2 or s.webhook_id <> s.first_seen)
  ), seen as (
    (select q.id, q.webhook_id, q.due_at, q.seq, q.ordering_key from private.webhook_deliveries q
      where q.leased_until is null and not q.waiting and q.due_at <= v_now and q.webhook_id <> all (v_full) and q.user_id <> all (v_full_tenants)
      order by q.due_at limit greatest(2 * p_limit, 100))
    union
    select d.* from (select distinct webhook_id from walk where webhook_id <> all (v_full)) s
      cross join lateral (
        select q.id, q.webhook_id, q.due_at, q.seq, q.ordering_key from private.webhook_deliveries q
          where q.webhook_id = s.webhook_id and q.leased_until is null and not q.waiting and q.due_at <= v_now
            and q.user_id <> all (v_full_tenants)
          order by q.due_at limit 8) d
  ), busy as materialized (
    select webhook_id, user_id, count(*) as n from private.webhook_deliveries where leased_until is not null group by webhook_id, user_id
  ), ranked as (
    select d.id, d.due_at, w.id as webhook_id, w.user_id, w.max_in_flight, w.rate_limit,
        row_number() over (partition by d.webhook_id order by d.due_at, d.seq) as place
      from seen d join public.webhooks w on w.id = d.webhook_id
      -- Published since the statement above: it waits at the next claim.
      where d.ordering_key is null or not private.must_wait(d.webhook_id, d.ordering_key, d.seq, v_keys)
  ), allowed as (
    select r.*, row_number() over (partition by r.user_id order by r.place, r.due_at) as place_of_tenant from ranked r
      where r.place <= least(coalesce(r.rate_limit, r.max_in_flight),
        r.max_in_flight - coalesce((select sum(b.n) from busy b where b.webhook_id = r.webhook_id), 0))
  )
  -- Endpoint by endpoint in turns.
  select array_agg(a.id order by a.place, a.due_at) into v_candidates from allowed a
    where a.place_of_tenant <= c_tenant - coalesce((select sum(b.n) from busy b where b.user_id = a.user_id), 0);

  -- Published while its endpoint was being disabled.
  perform private.shelve_deliveries(w.id) from public.webhooks w
    where not w.enabled and w.id in (select d.webhook_id from private.webhook_deliveries d where d.id = any (v_candidates) and d.origin <> 'test');
  with chosen as (
    select d.id from unnest(v_candidates) with ordinality c (id, n) join private.webhook_deliveries d on d.id = c.id
      where d.leased_until is null order by c.n limit p_limit for update of d skip locked
  ), claimed as (
    update private.webhook_deliveries d set leased_until = v_now + c_lease, fence = d.fence + 1
      from chosen c where d.id = c.id returning d.*
  )
  select array_agg(claimed::private.webhook_deliveries) into v_claimed from claimed;

  -- Up to a second's worth at once, and then nothing until that second would be over.
  insert into private.webhook_pace as p (webhook_id, next_at)
    select w.id, v_now + make_interval(secs => count(*)::double precision / w.rate_limit)
      from unnest(v_claimed) c join public.webhooks w on w.id = c.webhook_id where w.rate_limit is not null group by w.id
    on conflict (webhook_id) do update set next_at = excluded.next_at;

  v_full := private.full_endpoints(v_now);
  v_full_tenants := private.full_tenants(c_tenant);
  select least(
    (select min(due_at) from (select q.due_at from private.webhook_deliveries q
      where q.leased_until is null and not q.waiting and q.webhook_id <> all (v_full) and q.user_id <> all (v_full_tenants)
      order by q.due_at limit 1) first),
    -- Looked up for each of a few, where a join would read the whole queue.
    (select min(p.next_at) from private.webhook_pace p where p.next_at > v_now and (select true from private.webhook_deliveries q
      where q.webhook_id = p.webhook_id and q.leased_until is null and not q.waiting limit 1)))
    into v_next_due;
  return private.describe_claim(v_claimed,
    case when v_next_due is not null then ceil(greatest(extract(epoch from v_next_due - v_now), 0) * 1000)::bigint end);
end
$$;
comment on function private.claim_webhook_deliveries(integer, uuid) is
  'Leases at most p_limit due deliveries for 30 s, or the one of the given id, due or not: what private.describe_claim says and next_due_ms, when there is more to claim as far as is known now: 0 at once, null when nothing is left but what is under way. Security definer because no API role may read the queue.';
grant execute on function private.claim_webhook_deliveries(integer, uuid) to service_role;

create function public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns json
language plpgsql
set search_path = ''
as $$
begin
  return private.claim_webhook_deliveries(p_limit, p_delivery_id);
end
$$;
comment on function public.claim_webhook_deliveries(integer, uuid) is 'Leases due deliveries to a worker; see private.claim_webhook_deliveries.';
grant execute on function public.claim_webhook_deliveries(integer, uuid) to service_role;

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.claim_webhook_deliveries(integer, uuid) to switchboard_hot;
  end if;
end
$$;

-- Outcomes name their deliveries by id, each of which is looked up: joined as the planner would, a batch read the whole queue.
alter function private.complete_webhook_deliveries(jsonb) set enable_seqscan = off;
alter function private.complete_webhook_deliveries(jsonb) set enable_bitmapscan = off;
alter function private.complete_webhook_deliveries(jsonb) set enable_hashjoin = off;
alter function private.complete_webhook_deliveries(jsonb) set enable_mergejoin = off;
alter function private.complete_webhook_deliveries(jsonb) set jit = off;
