-- Purpose: taking deliveries out of the queue, and taking in what became of them.
-- Tables:  none new; works private.webhook_deliveries, writes webhook_logs and the record of each endpoint.
-- Risk:    none for existing data. Gives switchboard_hot two more functions where the role exists.
--
-- A worker claims with a lease, sends outside any transaction, and completes. Whoever dies in between leaves a lease that
-- runs out. Claims come one after the other, under one lock: what an endpoint may have under way, its rate and the order
-- of its events are then true however many workers there are, and a claim takes milliseconds.

create function private.lock_webhook_queue() returns void
language sql volatile
set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended('switchboard webhook queue', 0)) $$;
comment on function private.lock_webhook_queue() is 'Held by claims, and by whoever ends deliveries of an ordered endpoint, to the end of the transaction.';

create function private.retry_waits(p_webhook public.webhooks) returns integer[]
language sql immutable
set search_path = ''
as $$
  select coalesce(array_agg(s.waits[least(n, cardinality(s.waits))] order by n), '{}')
    from (select coalesce(p_webhook.retry_schedule, '{5,300,1800,7200,18000,36000,50400,72000,86400}') as waits) s, generate_series(1, p_webhook.retry_count) n
$$;
comment on function private.retry_waits(public.webhooks) is 'The seconds to wait before each retry of a delivery to the endpoint.';

create function private.shelve_deliveries(p_webhook_id uuid) returns void
language sql volatile
set search_path = ''
as $$
  with shelved as (
    delete from private.webhook_deliveries where webhook_id = p_webhook_id and leased_until is null and origin <> 'test'
      returning webhook_id, event_id, event_created_at
  )
  insert into private.webhook_skipped (webhook_id, event_id, event_created_at) select webhook_id, event_id, event_created_at from shelved
$$;
comment on function private.shelve_deliveries(uuid) is 'Keeps what a disabled endpoint was still to be sent as skipped, to be replayed. What is under way follows when it is over.';

create function private.shelve_disabled_webhook() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.shelve_deliveries(new.id);
  return null;
end
$$;
comment on function private.shelve_disabled_webhook() is 'Row trigger: see private.shelve_deliveries. Security definer because no API role may write the queue.';
create trigger shelve_deliveries after update of enabled on public.webhooks
  for each row when (old.enabled and not new.enabled) execute function private.shelve_disabled_webhook();

create function private.release_followers(p_done private.webhook_deliveries[]) returns void
language sql volatile
set search_path = ''
as $$
  update private.webhook_deliveries d set waiting = false
    from (select distinct webhook_id, ordering_key from unnest(p_done) where ordering_key is not null) k
    where d.id = (
      select n.id from private.webhook_deliveries n where n.webhook_id = k.webhook_id and n.ordering_key = k.ordering_key order by n.seq limit 1)
    and d.waiting
$$;
comment on function private.release_followers(private.webhook_deliveries[]) is
  'Lets the next delivery of each key go, after the given ones have left the queue. Under private.lock_webhook_queue, or else a claim could set one waiting that nobody releases.';

create function private.describe_claim(p_claimed private.webhook_deliveries[]) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'deliveries', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'fence', d.fence, 'webhook_id', d.webhook_id, 'event_id', d.event_id,
      'attempt', d.attempts + 1, 'origin', d.origin, 'schedule', case when d.origin = 'test' then '{}' else private.retry_waits(w) end)
      order by d.due_at, d.seq), '[]') from unnest(p_claimed) d join public.webhooks w on w.id = d.webhook_id),
    'endpoints', (select coalesce(jsonb_object_agg(w.id, jsonb_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
        'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
          from jsonb_array_elements(w.old_secrets) with ordinality s (value, n) where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'))), '{}')
      from (select distinct webhook_id from unnest(p_claimed)) c
        join public.webhooks w on w.id = c.webhook_id),
    'events', (select coalesce(jsonb_object_agg(e.id, jsonb_build_object('type', e.type, 'payload', e.payload)), '{}')
      from (select distinct event_id, event_created_at from unnest(p_claimed)) c
        join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at))
$$;
comment on function private.describe_claim(private.webhook_deliveries[]) is
  'What a worker needs to send the deliveries: {deliveries: [{id, fence, webhook_id, event_id, attempt, origin, schedule}], endpoints: {id: {user_id, url, headers, secrets}}, events: {id: {type, payload}}}. Secrets and headers are sealed.';

create function private.must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return format('%s %s', p_webhook_id, p_ordering_key) = any (p_under_way) or exists (
    select from private.webhook_deliveries e where e.webhook_id = p_webhook_id and e.ordering_key = p_ordering_key and e.seq < p_seq);
end
$$;
comment on function private.must_wait(uuid, text, bigint, text[]) is
  'Whether a delivery of an ordered endpoint has one with its key before it, or under way: p_under_way names these as "<endpoint> <key>". A function, so that it is looked up one by one and never joined.';

create function private.full_endpoints(p_now timestamptz) returns uuid[]
language sql stable
set search_path = ''
as $$
  select coalesce(array_agg(id), '{}') from (
    select w.id from (select webhook_id, count(*) as n from private.webhook_deliveries where leased_until is not null group by webhook_id) b
      join public.webhooks w on w.id = b.webhook_id where b.n >= w.max_in_flight
    union
    select webhook_id from private.webhook_pace where next_at > p_now) f
$$;
comment on function private.full_endpoints(timestamptz) is
  'Endpoints that are sent nothing now: they have as much under way as they may, or have had their share of this second.';

create function private.full_tenants(p_most integer) returns uuid[]
language sql stable
set search_path = ''
as $$
  select coalesce(array_agg(user_id), '{}') from (
    select user_id from private.webhook_deliveries where leased_until is not null group by user_id having count(*) >= p_most) f
$$;
comment on function private.full_tenants(integer) is 'Tenants that have so many deliveries under way, or more.';

create function private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns jsonb
language plpgsql security definer
set search_path = ''
-- A table that is now empty and now full is estimated badly: its indexes, read in their order, are the way in, whatever
-- the planner thinks of its size; and compiling a query would take longer than running it.
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  c_lease constant interval := '30 seconds';
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
    select array_agg(claimed) into v_claimed from claimed;
    return private.describe_claim(v_claimed) || '{"next_due_ms": null}';
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
    select gen_random_uuid() as webhook_id, 0 as n
    union all
    select (select coalesce(
        (select d.webhook_id from private.webhook_deliveries d
          where d.leased_until is null and not d.waiting and d.webhook_id > s.webhook_id order by d.webhook_id limit 1),
        (select d.webhook_id from private.webhook_deliveries d where d.leased_until is null and not d.waiting order by d.webhook_id limit 1))),
      s.n + 1
      from walk s where s.n < 32
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
  return private.describe_claim(v_claimed) || jsonb_build_object(
    'next_due_ms', case when v_next_due is not null then ceil(greatest(extract(epoch from v_next_due - v_now), 0) * 1000)::bigint end);
end
$$;
comment on function private.claim_webhook_deliveries(integer, uuid) is
  'Leases at most p_limit due deliveries for 30 s, or the one of the given id, due or not: what private.describe_claim says and next_due_ms, when there is more to claim as far as is known now: 0 at once, null when nothing is left but what is under way. Security definer because no API role may read the queue.';
grant execute on function private.claim_webhook_deliveries(integer, uuid) to service_role;

create function private.endpoint_failure_share(p_webhook public.webhooks, p_now timestamptz) returns numeric
language sql immutable
set search_path = ''
as $$
  select case when p_webhook.failing_since is null then 0 else round(least(
    extract(epoch from p_now - greatest(p_webhook.last_success_at, p_webhook.enabled_at)) / extract(epoch from interval '5 days'),
    extract(epoch from p_now - p_webhook.failing_since) / extract(epoch from interval '12 hours'),
    p_webhook.failure_count / 10.0), 4) end
$$;
comment on function private.endpoint_failure_share(public.webhooks, timestamptz) is
  'How far an endpoint is on the way to being disabled, which it is at 1: five days without a success, in which at least ten attempts failed over at least twelve hours.';

create function private.record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamptz) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
  v_share numeric;
  v_level numeric;
  v_reason text := p_disable;
begin
  select * into strict v_webhook from public.webhooks where id = p_webhook_id;
  if p_succeeded then
    update public.webhooks set failing_since = null, failure_count = 0, warned_share = 0 where id = p_webhook_id;
    if v_webhook.warned_share > 0 then
      perform private.publish_event(v_webhook.user_id, 'endpoint.recovered',
        jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'failing_since', v_webhook.failing_since), p_except => v_webhook.id);
    end if;
  elsif p_failures > 0 then
    update public.webhooks set failing_since = coalesce(failing_since, p_now), failure_count = failure_count + p_failures
      where id = p_webhook_id returning * into v_webhook;
    v_share := private.endpoint_failure_share(v_webhook, p_now);
    if v_share >= 1 then
      v_reason := coalesce(v_reason, 'failing');
    end if;
    v_level := case when v_share >= 0.9 then 0.9 when v_share >= 0.5 then 0.5 else 0 end;
    if v_webhook.enabled and v_reason is null and v_level > v_webhook.warned_share then
      update public.webhooks set warned_share = v_level where id = p_webhook_id;
      perform private.publish_event(v_webhook.user_id, 'endpoint.failing',
        jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'failing_since', v_webhook.failing_since,
          'failure_count', v_webhook.failure_count, 'share', v_level), p_except => v_webhook.id);
    end if;
  end if;
  if v_reason is not null and v_webhook.enabled then
    update public.webhooks set enabled = false, disabled_reason = v_reason where id = p_webhook_id;
    perform private.publish_event(v_webhook.user_id, 'endpoint.disabled',
      jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'reason', v_reason), p_except => v_webhook.id);
  end if;
end
$$;
comment on function private.record_endpoint_health(uuid, boolean, integer, text, timestamptz) is
  'Takes a batch''s successes and failures into an endpoint''s record, warns its owner, and disables it for p_disable or for failing too long. The row must be locked.';

create function private.complete_webhook_deliveries(p_outcomes jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook_ids uuid[];
  v_ordered boolean;
  v_now timestamptz;
  v_completed integer;
  v_ended private.webhook_deliveries[];
  v_endpoints jsonb;
  v_endpoint record;
begin
  -- Everybody takes users before endpoints, endpoints in the order of their ids, then the queue, and deliveries last: so
  -- nobody waits in a circle, and claims do not wait for whoever holds an endpoint.
  select coalesce(array_agg(distinct d.webhook_id), '{}'), bool_or(d.ordering_key is not null) into v_webhook_ids, v_ordered
    from jsonb_to_recordset(p_outcomes) o (id uuid) join private.webhook_deliveries d on d.id = o.id;
  perform from auth.users u where u.id in (select w.user_id from public.webhooks w where w.id = any (v_webhook_ids)) order by u.id for key share;
  perform from public.webhooks w where w.id = any (v_webhook_ids) order by w.id for no key update;
  if v_ordered then
    perform private.lock_webhook_queue();
  end if;
  v_now := clock_timestamp();

  with outcomes as (
    select distinct on (o.id) o.* from jsonb_to_recordset(p_outcomes) as o (id uuid, fence integer, verdict text, status_code integer, error text,
      response_body text, duration_ms integer, retry_in_ms bigint) order by o.id
  ), held as (
    select d.id, d.webhook_id, w.user_id, d.event_id, d.event_created_at, d.type, d.origin, d.attempts + 1 as attempt,
        o.verdict, o.verdict = 'delivered' or o.verdict = 'disabled' and o.error is null and o.status_code between 200 and 299 as acknowledged,
        o.status_code, left(o.error, 1000) as error, left(o.response_body, 16384) as response_body, o.duration_ms, o.retry_in_ms
      from outcomes o
        join private.webhook_deliveries d on d.id = o.id and d.fence = o.fence and d.leased_until is not null
        join public.webhooks w on w.id = d.webhook_id
      order by d.id for update of d
  ), logged as (
    insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number,
        status_code, response_body, error, duration_ms, delivered_at)
      select v_now, h.user_id, h.webhook_id, h.id, h.event_id, h.event_created_at, h.type, h.origin, h.attempt,
        h.status_code, h.response_body, h.error, h.duration_ms, case when h.acknowledged then v_now end
      from held h
  ), retried as (
    update private.webhook_deliveries d set attempts = h.attempt, leased_until = null, due_at = v_now + coalesce(h.retry_in_ms, 60000) * interval '1 millisecond'
      from held h where d.id = h.id and h.verdict = 'retry'
  ), ended as (
    delete from private.webhook_deliveries d using held h where d.id = h.id and h.verdict <> 'retry' returning d.*
  )
  select (select count(*) from held), (select array_agg(ended::private.webhook_deliveries) from ended where ended.ordering_key is not null),
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
comment on function private.complete_webhook_deliveries(jsonb) is
  'Takes in the outcomes of leased deliveries, [{id, fence, verdict: delivered | retry | failed | gone | disabled, status_code, error, response_body, duration_ms, retry_in_ms}]: logs each attempt, ends or reschedules the delivery, keeps the endpoint''s record. One whose lease was lost changes nothing: {completed, stale}. Security definer because no API role may write the queue.';
grant execute on function private.complete_webhook_deliveries(jsonb) to service_role;

create function public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return private.claim_webhook_deliveries(p_limit, p_delivery_id);
end
$$;
comment on function public.claim_webhook_deliveries(integer, uuid) is 'Leases due deliveries to a worker; see private.claim_webhook_deliveries.';
grant execute on function public.claim_webhook_deliveries(integer, uuid) to service_role;

create function public.complete_webhook_deliveries(p_outcomes jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return private.complete_webhook_deliveries(p_outcomes);
end
$$;
comment on function public.complete_webhook_deliveries(jsonb) is 'Takes in what became of leased deliveries; see private.complete_webhook_deliveries.';
grant execute on function public.complete_webhook_deliveries(jsonb) to service_role;

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.claim_webhook_deliveries(integer, uuid), private.complete_webhook_deliveries(jsonb) to switchboard_hot;
  end if;
end
$$;
