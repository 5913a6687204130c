-- Purpose: claiming and completing deliveries with fewer reads and writes for each.
-- Tables:  private.webhook_deliveries gets an index of ordered deliveries that are under way.
-- Risk:    replaces functions by others that answer the same, but that a claim which got as many as it asked for says that
--          more is due without looking.

-- Whether something ordered is under way is asked at every claim, and mostly nothing is.
create index idx_webhook_deliveries_ordered on private.webhook_deliveries (webhook_id, ordering_key)
  where leased_until is not null and ordering_key is not null;

create type private.webhook_outcome as (
  id uuid,
  fence integer,
  verdict text,
  status_code integer,
  error text,
  response_body text,
  duration_ms integer,
  retry_in_ms bigint
);
comment on type private.webhook_outcome is 'What became of a leased delivery, as private.complete_webhook_deliveries takes it.';

create or replace function private.complete_webhook_deliveries(p_outcomes jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
-- Outcomes name their deliveries by id, each of which is looked up: joined as the planner would, a batch reads the whole queue.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_outcomes private.webhook_outcome[];
  v_webhook_ids uuid[];
  v_ordered boolean;
  v_now timestamptz;
  v_completed integer;
  v_ended private.webhook_deliveries[];
  v_endpoints jsonb;
  v_endpoint record;
begin
  select array_agg(o::private.webhook_outcome) into v_outcomes
    from (select distinct on (id) * from jsonb_populate_recordset(null::private.webhook_outcome, p_outcomes) order by id) o;
  -- Everybody takes users before endpoints, endpoints in the order of their ids, then the queue, and deliveries last: so
  -- nobody waits in a circle, and claims do not wait for whoever holds an endpoint.
  select coalesce(array_agg(distinct d.webhook_id), '{}'), bool_or(d.ordering_key is not null) into v_webhook_ids, v_ordered
    from unnest(v_outcomes) o join private.webhook_deliveries d on d.id = o.id;
  perform from auth.users u where u.id in (select w.user_id from public.webhooks w where w.id = any (v_webhook_ids)) order by u.id for key share;
  perform from public.webhooks w where w.id = any (v_webhook_ids) order by w.id for no key update;
  if v_ordered then
    perform private.lock_webhook_queue();
  end if;
  v_now := clock_timestamp();

  -- Of a lease it is not said that it "is not null": as few are under way when the plan is made, it would then read the
  -- index of leases, and all that are under way, for each outcome.
  with retried as (
    update private.webhook_deliveries d
      set attempts = d.attempts + 1, leased_until = null, due_at = v_now + coalesce(o.retry_in_ms, 60000) * interval '1 millisecond'
      from unnest(v_outcomes) o
      where o.verdict = 'retry' and d.id = o.id and d.fence = o.fence and num_nulls(d.leased_until) = 0
      returning d, o, d.attempts as attempt
  ), ended as (
    delete from private.webhook_deliveries d using unnest(v_outcomes) o
      where o.verdict <> 'retry' and d.id = o.id and d.fence = o.fence and num_nulls(d.leased_until) = 0
      returning d, o, d.attempts + 1 as attempt
  ), held as (
    select (h.d).*, h.attempt, (h.o).verdict, (h.o).status_code, left((h.o).error, 1000) as error, left((h.o).response_body, 16384) as response_body,
        (h.o).duration_ms, (h.o).verdict = 'delivered' or (h.o).verdict = 'disabled' and (h.o).error is null and (h.o).status_code between 200 and 299 as acknowledged
      from (table retried union all table ended) h
  ), logged as (
    insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number,
        status_code, response_body, error, duration_ms, delivered_at)
      select v_now, h.user_id, h.webhook_id, h.id, h.event_id, h.event_created_at, h.type, h.origin, h.attempt,
        h.status_code, h.response_body, h.error, h.duration_ms, case when h.acknowledged then v_now end
      from held h
  )
  select (select count(*) from held), (select array_agg(e.d) from ended e where (e.d).ordering_key is not null),
      (select jsonb_agg(e) from (
        select h.webhook_id, bool_or(h.acknowledged and h.origin <> 'test') as succeeded,
          -- What is our own fault is not counted against the endpoint.
          count(*) filter (where not h.acknowledged and h.origin <> 'test'
            and coalesce(split_part(h.error, ':', 1) not in ('unreadable_secret', 'unreadable_headers', 'unguarded', 'internal_error'), true)) as failures,
          -- A test disables nothing.
          case when bool_or(h.verdict = 'gone' and h.origin <> 'test') then 'gone'
            when bool_or(h.verdict = 'disabled' and h.origin <> 'test') then 'receiver' end as disable,
          (array_agg(h.status_code order by h.acknowledged))[1] as status_code,
          (array_agg(h.error order by h.acknowledged))[1] as error
        from held h group by h.webhook_id) e)
    into v_completed, v_ended, v_endpoints;

  if v_ended is not null then
    perform private.release_followers(v_ended);
  end if;
  update public.webhooks w set last_triggered_at = v_now, last_status = e.status_code, last_error = e.error,
      last_success_at = case when e.succeeded then v_now else w.last_success_at end
    from jsonb_to_recordset(v_endpoints) as e (webhook_id uuid, status_code integer, error text, succeeded boolean) where w.id = e.webhook_id;
  for v_endpoint in
    select e.* from jsonb_to_recordset(v_endpoints) as e (webhook_id uuid, succeeded boolean, failures integer, disable text)
        join public.webhooks w on w.id = e.webhook_id
      -- Of most there is nothing more to say.
      where not w.enabled or e.disable is not null or e.failures > 0 or e.succeeded and w.failing_since is not null
      order by e.webhook_id
  loop
    perform private.record_endpoint_health(v_endpoint.webhook_id, v_endpoint.succeeded, v_endpoint.failures, v_endpoint.disable, v_now);
    -- What was under way when the endpoint was disabled, and is to be tried again.
    perform private.shelve_deliveries(w.id) from public.webhooks w where w.id = v_endpoint.webhook_id and not w.enabled;
  end loop;
  return jsonb_build_object('completed', v_completed, 'stale', jsonb_array_length(p_outcomes) - v_completed);
end
$$;

-- Without a query, which took longer than all else that a claim says of an endpoint.
create or replace function private.retry_waits(p_webhook public.webhooks) returns integer[]
language plpgsql immutable
set search_path = ''
as $$
declare
  v_waits constant integer[] := coalesce(p_webhook.retry_schedule, '{5,300,1800,7200,18000,36000,50400,72000,86400}');
begin
  -- The last one goes for all that follow.
  return v_waits[:p_webhook.retry_count]
    || array_fill(v_waits[cardinality(v_waits)], array[greatest(p_webhook.retry_count - cardinality(v_waits), 0)]);
end
$$;

create or replace function private.describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint) returns json
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
      'deliveries', (select coalesce(json_agg(c), '[]'::json) from (
        select d.id, d.fence, d.webhook_id, d.event_id, d.attempts + 1 as attempt, d.origin, case when d.origin = 'test' then '[]'::json else w.waits end as schedule
          from unnest(p_claimed) d join endpoints w on w.id = d.webhook_id
          order by d.due_at, d.seq) c),
      'endpoints', (select coalesce(json_object_agg(w.id, json_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n)
            where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'::jsonb))), '{}'::json) from endpoints w),
      'events', (select coalesce(json_object_agg(e.id, body), '{}'::json)
        from (select distinct event_id, event_created_at from unnest(p_claimed)) c
          join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at
          cross join lateral (select e.type, e.payload, e.sealed) body),
      'next_due_ms', p_next_due_ms));
end
$$;

create or replace function private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns json
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
  -- Whoever held these is given up for lost; the fence keeps it from completing what it lost. What it is completing at this
  -- moment is left to it: to wait for that, with some of its other deliveries locked, could be to wait in a circle.
  update private.webhook_deliveries set leased_until = null where id in (
    select id from private.webhook_deliveries where leased_until <= v_now for update skip locked);

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
  ), endpoints as materialized (
    select w.id, w.user_id, least(coalesce(w.rate_limit, w.max_in_flight),
        w.max_in_flight - coalesce((select sum(b.n) from busy b where b.webhook_id = w.id), 0))::bigint as room
      from public.webhooks w where w.id in (select webhook_id from seen)
  ), tenants as materialized (
    select user_id, sum(n)::bigint as n from busy group by user_id
  ), ranked as (
    select d.id, d.webhook_id, d.due_at, row_number() over (partition by d.webhook_id order by d.due_at, d.seq) as place from seen d
      -- Published since the statement above: it waits at the next claim.
      where d.ordering_key is null or not private.must_wait(d.webhook_id, d.ordering_key, d.seq, v_keys)
  ), allowed as (
    select r.id, r.place, r.due_at, e.user_id, row_number() over (partition by e.user_id order by r.place, r.due_at) as place_of_tenant
      from ranked r join endpoints e on e.id = r.webhook_id where r.place <= e.room
  )
  -- Endpoint by endpoint in turns.
  select array_agg(a.id order by a.place, a.due_at) into v_candidates from allowed a left join tenants t on t.user_id = a.user_id
    where a.place_of_tenant <= c_tenant - coalesce(t.n, 0);

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

  -- Who got as many as it asked for asks again anyway.
  if cardinality(v_claimed) = p_limit then
    return private.describe_claim(v_claimed, 0);
  end if;
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
  'Leases at most p_limit due deliveries for 30 s, or the one of the given id, due or not: what private.describe_claim says and next_due_ms, when there is more to claim as far as is known now: 0 at once, which is also said where there were p_limit, null when nothing is left but what is under way. Security definer because no API role may read the queue.';
