-- Purpose: claiming and completing deliveries without planning their queries anew each time.
-- Tables:  none.
-- Risk:    replaces functions by others that answer the same.

-- Of a function in SQL the plan is made at every call, which took longer than what it does; of one in PL/pgSQL it is kept.

create or replace function private.lock_webhook_queue() returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('switchboard webhook queue', 0));
end
$$;

create or replace function private.retry_waits(p_webhook public.webhooks) returns integer[]
language plpgsql immutable
set search_path = ''
as $$
begin
  return (select coalesce(array_agg(s.waits[least(n, cardinality(s.waits))] order by n), '{}')
      from (select coalesce(p_webhook.retry_schedule, '{5,300,1800,7200,18000,36000,50400,72000,86400}') as waits) s, generate_series(1, p_webhook.retry_count) n);
end
$$;

create or replace function private.full_endpoints(p_now timestamptz) returns uuid[]
language plpgsql stable
set search_path = ''
as $$
begin
  return (select coalesce(array_agg(id), '{}') from (
      select w.id from (select webhook_id, count(*) as n from private.webhook_deliveries where leased_until is not null group by webhook_id) b
        join public.webhooks w on w.id = b.webhook_id where b.n >= w.max_in_flight
      union
      select webhook_id from private.webhook_pace where next_at > p_now) f);
end
$$;

create or replace function private.full_tenants(p_most integer) returns uuid[]
language plpgsql stable
set search_path = ''
as $$
begin
  return (select coalesce(array_agg(user_id), '{}') from (
      select user_id from private.webhook_deliveries where leased_until is not null group by user_id having count(*) >= p_most) f);
end
$$;

create or replace function private.describe_claim(p_claimed private.webhook_deliveries[]) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    -- Materialized, so that the schedule is worked out once for each endpoint and not for each delivery.
    with endpoints as materialized (
      select w.id, private.retry_waits(w) as waits from (select distinct webhook_id from unnest(p_claimed)) c
        join public.webhooks w on w.id = c.webhook_id
    )
    select jsonb_build_object(
      'deliveries', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'fence', d.fence, 'webhook_id', d.webhook_id, 'event_id', d.event_id,
        'attempt', d.attempts + 1, 'origin', d.origin, 'schedule', case when d.origin = 'test' then '{}' else w.waits end)
        order by d.due_at, d.seq), '[]') from unnest(p_claimed) d join endpoints w on w.id = d.webhook_id),
      'endpoints', (select coalesce(jsonb_object_agg(w.id, jsonb_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n) where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'))), '{}')
        from (select distinct webhook_id from unnest(p_claimed)) c
          join public.webhooks w on w.id = c.webhook_id),
      'events', (select coalesce(jsonb_object_agg(e.id, jsonb_build_object('type', e.type, 'payload', e.payload, 'sealed', e.sealed)), '{}')
        from (select distinct event_id, event_created_at from unnest(p_claimed)) c
          join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at)));
end
$$;

-- The arrays that these are given say nothing of how to plan, so one plan does for all.
alter function private.claim_webhook_deliveries(integer, uuid) set plan_cache_mode = force_generic_plan;
alter function private.complete_webhook_deliveries(jsonb) set plan_cache_mode = force_generic_plan;
