-- Purpose: completing deliveries, and what claims ask, without planning the queries anew each time.
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

-- The arrays that these are given say nothing of how to plan, so one plan does for all.
alter function private.claim_webhook_deliveries(integer, uuid) set plan_cache_mode = force_generic_plan;
alter function private.complete_webhook_deliveries(jsonb) set plan_cache_mode = force_generic_plan;
