-- Purpose: what `supabase db lint` warns of: constants of one type that are written as text, a record for a row, results that
--          it cannot see being set.
-- Tables:  none.
-- Risk:    replaces five functions by themselves, with the casts written out, and one loop where a query returned its rows.

create or replace function private.with_api_key_settings(p_key public.api_keys, p_settings jsonb) returns public.api_keys
language plpgsql stable
set search_path = ''
as $$
declare
  v_key public.api_keys := p_key;
  v_problems jsonb := '[]'::jsonb;
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

create or replace function private.recall_request(p_operation text, p_key text, p_request_hash text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_known private.idempotency_keys;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  -- Held to the end of the transaction. Who comes in the meantime is told so rather than kept waiting.
  if not pg_try_advisory_xact_lock(hashtextextended(jsonb_build_array('idempotency', v_user_id, p_operation, p_key)::text, 0)) then
    return '{"state": "in_progress"}'::jsonb;
  end if;
  delete from private.idempotency_keys
    where user_id = v_user_id and operation = p_operation and key = p_key and created_at <= now() - interval '24 hours';
  select * into v_known from private.idempotency_keys where user_id = v_user_id and operation = p_operation and key = p_key;
  return case
    when v_known.key is null then null
    when v_known.request_hash <> p_request_hash then '{"state": "reused"}'
    else jsonb_build_object('state', 'replayed', 'response', v_known.response)
  end;
end
$$;

create or replace function private.with_webhook_settings(p_webhook public.webhooks, p_settings jsonb) returns public.webhooks
language plpgsql stable
set search_path = ''
as $$
declare
  v_webhook public.webhooks := p_webhook;
  v_problems jsonb := '[]'::jsonb;
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
      if v_field not in ('agent_id', 'url', 'events', 'enabled', 'description', 'headers', 'header_names', 'filter', 'ordered', 'retry_count',
        'retry_schedule', 'max_in_flight', 'rate_limit')
      then
        v_message := 'An endpoint has no such setting';
      elsif v_field in ('events', 'header_names', 'retry_schedule') and jsonb_typeof(v_value) <> 'null' and not coalesce(
        jsonb_typeof(v_value) = 'array'
          and (select bool_and(jsonb_typeof(e) in ('string', 'number')) from jsonb_array_elements(v_value) e) is not false, false)
      then
        -- Postgres would also take text of its own form, arrays of arrays, and null among the elements.
        v_message := 'Is not of the right type';
      elsif v_field = 'filter' then
        v_webhook.filter := nullif(v_value, 'null');
      else
        v_webhook := jsonb_populate_record(v_webhook, jsonb_build_object(v_field, v_value));
      end if;
    exception when data_exception then
      v_message := 'Is not of the right type';
    end;
    v_message := coalesce(v_message, case v_field
      when 'agent_id' then case when v_webhook.agent_id is not null
        and not exists (select from public.agents where id = v_webhook.agent_id and user_id = v_webhook.user_id) then 'There is no such agent' end
      when 'url' then case when private.is_refused_url(v_webhook.url) then 'Must be an https URL at a public address'
        when length(v_webhook.url) <= 2048 and v_webhook.url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$' then null
        else 'Must be a URL of at most 2048 characters, without credentials or a fragment' end
      when 'enabled' then case when v_webhook.enabled is null then 'Must be true or false' end
      when 'description' then case when length(v_webhook.description) > 500 then 'Must have at most 500 characters' end
      when 'headers' then case when length(v_webhook.headers) > 65536 then 'Are too large' end
      when 'header_names' then case when v_webhook.header_names is null or cardinality(v_webhook.header_names) > 20 then 'Must be at most 20' end
      when 'filter' then case when v_webhook.filter is not null then private.filter_problem(v_webhook.filter) end
      when 'ordered' then case when v_webhook.ordered is null then 'Must be true or false' end
      when 'retry_count' then case when v_webhook.retry_count between 0 and 20 then null else 'Must be 0 to 20' end
      when 'retry_schedule' then case when v_webhook.retry_schedule is not null and (cardinality(v_webhook.retry_schedule) not between 1 and 20
        or exists (select from unnest(v_webhook.retry_schedule) s where s is null or s not between 1 and 86400))
        then 'Must be 1 to 20 waits of 1 to 86400 seconds, or null for the standard schedule' end
      when 'max_in_flight' then case when v_webhook.max_in_flight between 1 and 100 then null else 'Must be 1 to 100' end
      when 'rate_limit' then case when v_webhook.rate_limit not between 1 and 1000 then 'Must be 1 to 1000 a second, or null for no limit' end
    end);
    if v_field = 'events' and v_message is null then
      if v_webhook.events is null or cardinality(v_webhook.events) not between 1 and 100 then
        v_message := 'Must be 1 to 100 event types or prefixes';
      else
        v_problems := v_problems || coalesce((
          select jsonb_agg(jsonb_build_object('path', 'events.' || e.n - 1, 'message', 'Must be an event type, a prefix such as call.*, or *') order by e.n)
          from unnest(v_webhook.events) with ordinality e (pattern, n) where not coalesce(private.is_event_pattern(e.pattern), false)), '[]');
      end if;
    end if;
    if v_message is not null then
      v_problems := v_problems || jsonb_build_object('path', v_field, 'message', v_message);
    end if;
  end loop;
  for v_field in select f from unnest(array['url', 'events']) f where to_jsonb(v_webhook) ->> f is null and not p_settings ? f loop
    v_problems := v_problems || jsonb_build_object('path', v_field, 'message', 'Is required');
  end loop;
  if v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The settings of the endpoint are not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  v_webhook.events := array(select distinct e from unnest(v_webhook.events) e order by e);
  return v_webhook;
end
$$;

create or replace function private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid default null) returns jsonb
language plpgsql security definer
set search_path = ''
-- A table that is now empty and now full is estimated badly: its indexes, read in their order, are the way in, whatever
-- the planner thinks of its size; and compiling a query would take longer than running it.
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
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

create or replace function private.replay_problems(p_selection jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_problems jsonb := '[]'::jsonb;
  v_since timestamptz;
  v_until timestamptz;
  v_per_second numeric;
begin
  if jsonb_typeof(p_selection) is distinct from 'object' then
    return '[{"path": "selection", "message": "Must be an object"}]'::jsonb;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('path', k, 'message', 'A selection has no such part')), '[]') into v_problems
    from jsonb_object_keys(p_selection) k where k not in ('kind', 'event_id', 'since', 'until', 'types', 'filter', 'per_second');
  if p_selection ->> 'kind' is null or p_selection ->> 'kind' not in ('event', 'failed', 'skipped', 'missing', 'all') then
    v_problems := v_problems || '{"path": "kind", "message": "Must be event, failed, skipped, missing or all"}';
  elsif p_selection ->> 'kind' = 'event' then
    begin
      if (p_selection ->> 'event_id')::uuid is null then
        v_problems := v_problems || '{"path": "event_id", "message": "Is required"}';
      end if;
    exception when data_exception then
      v_problems := v_problems || '{"path": "event_id", "message": "Must be a UUID"}';
    end;
  else
    begin
      v_since := (p_selection ->> 'since')::timestamptz;
      v_until := (p_selection ->> 'until')::timestamptz;
      if v_since is null then
        v_problems := v_problems || '{"path": "since", "message": "Is required"}';
      elsif not isfinite(v_since) or v_since > clock_timestamp() then
        v_problems := v_problems || '{"path": "since", "message": "Must be in the past"}';
      end if;
      if not isfinite(v_until) or v_until > clock_timestamp() then
        v_problems := v_problems || '{"path": "until", "message": "Must be in the past"}';
      elsif v_until <= v_since then
        v_problems := v_problems || '{"path": "until", "message": "Must be after since"}';
      end if;
    exception when data_exception then
      v_problems := v_problems || '{"path": "since", "message": "since and until must be times"}';
    end;
  end if;
  if p_selection ? 'types' and (jsonb_typeof(p_selection -> 'types') <> 'array' or jsonb_array_length(p_selection -> 'types') not between 1 and 100
    or exists (select from jsonb_array_elements_text(p_selection -> 'types') t where not coalesce(private.is_event_pattern(t), false)))
  then
    v_problems := v_problems || '{"path": "types", "message": "Must be 1 to 100 event types, prefixes such as call.*, or *"}';
  end if;
  if jsonb_typeof(p_selection -> 'filter') <> 'null' and private.filter_problem(p_selection -> 'filter') is not null then
    v_problems := v_problems || jsonb_build_object('path', 'filter', 'message', private.filter_problem(p_selection -> 'filter'));
  end if;
  begin
    v_per_second := coalesce((p_selection ->> 'per_second')::numeric, 50);
  exception when data_exception then
    null;
  end;
  if v_per_second is null or v_per_second not between 1 and 1000 then
    v_problems := v_problems || '{"path": "per_second", "message": "Must be 1 to 1000"}';
  end if;
  return v_problems;
end
$$;
