-- Purpose: sending again what was sent, failed, was skipped or never came; and a test on demand.
-- Tables:  none new; writes private.webhook_deliveries and private.webhook_replays.
-- Risk:    none for existing data.

create function private.start_own_webhook_test(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook public.webhooks := private.lock_own_webhook(p_id);
  v_event_id uuid := private.uuid_v7();
  v_delivery_id uuid;
begin
  insert into public.webhook_events (id, user_id, type, payload)
    values (v_event_id, v_webhook.user_id, 'test.ping', format('{"type":"test.ping","timestamp":"%s","data":{"webhook_id":"%s"}}',
      to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), v_webhook.id));
  -- For the caller to claim and send at once. Should it die before that, whoever works the queue sends it in a minute.
  insert into private.webhook_deliveries (webhook_id, event_id, event_created_at, type, origin, due_at)
    values (v_webhook.id, v_event_id, now(), 'test.ping', 'test', now() + interval '1 minute') returning id into v_delivery_id;
  return jsonb_build_object('delivery_id', v_delivery_id, 'event_id', v_event_id);
end
$$;
comment on function private.start_own_webhook_test(uuid) is
  'Makes a test.ping for an endpoint of the caller alone, enabled or not: {delivery_id, event_id}. Security definer because no API role may write the queue; it acts for private.account_id() only.';
grant execute on function private.start_own_webhook_test(uuid) to authenticated;

create function private.wants_event(p_webhook public.webhooks, p_event public.webhook_events) returns boolean
language sql stable
set search_path = ''
as $$
  select p_webhook.events && private.event_patterns(p_event.type) and (p_webhook.agent_id is null or p_webhook.agent_id = p_event.agent_id)
    and (p_webhook.filter is null or private.matches_filter(p_webhook.filter, p_event.payload::jsonb -> 'data'))
$$;
comment on function private.wants_event(public.webhooks, public.webhook_events) is 'Whether the endpoint as it is now would be sent the event.';

create function private.select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer) returns setof public.webhook_events
language plpgsql stable
set search_path = ''
as $$
declare
  v_kind text := p_selection ->> 'kind';
  v_since timestamptz := (p_selection ->> 'since')::timestamptz;
  v_until timestamptz := coalesce((p_selection ->> 'until')::timestamptz, clock_timestamp());
  v_types text[] := case when p_selection ? 'types' then array(select jsonb_array_elements_text(p_selection -> 'types')) end;
  v_filter jsonb := nullif(p_selection -> 'filter', 'null');
begin
  return query
    select e.* from public.webhook_events e
    where e.user_id = p_webhook.user_id
      and case when v_kind = 'event' then e.id = (p_selection ->> 'event_id')::uuid else e.created_at >= v_since and e.created_at < v_until end
      and e.type <> 'test.ping'
      and (v_types is null or v_types && private.event_patterns(e.type))
      and (v_filter is null or private.matches_filter(v_filter, e.payload::jsonb -> 'data'))
      and not exists (select from private.webhook_deliveries d where d.webhook_id = p_webhook.id and d.event_id = e.id)
      and case v_kind
        when 'event' then true
        when 'all' then private.wants_event(p_webhook, e)
        when 'failed' then
          exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id and l.delivered_at is not null)
        when 'skipped' then
          exists (select from private.webhook_skipped s where s.webhook_id = p_webhook.id and s.event_id = e.id and s.created_at >= v_since)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id and l.delivered_at is not null)
        when 'missing' then
          private.wants_event(p_webhook, e)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id)
      end
    order by e.created_at, e.id
    limit p_limit;
end
$$;
comment on function private.select_for_replay(public.webhooks, jsonb, integer) is
  'The events that a replay is about, oldest first, without those on their way already. failed: none of the attempts was acknowledged; skipped: came while the endpoint was disabled; missing: never tried, though the endpoint as it is now wants them; all: whatever it wants. since (inclusive) and until (exclusive) are times of events.';

create function private.replay_problems(p_selection jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_problems jsonb := '[]';
  v_since timestamptz;
  v_until timestamptz;
  v_per_second numeric;
begin
  if jsonb_typeof(p_selection) is distinct from 'object' then
    return '[{"path": "selection", "message": "Must be an object"}]';
  end if;
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
comment on function private.replay_problems(jsonb) is 'What is wrong with a selection for a replay: [{path, message}].';

create function private.require_enabled(p_webhook public.webhooks) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not p_webhook.enabled then
    raise exception using errcode = 'PT409', message = 'The endpoint is disabled', detail = 'conflict';
  end if;
end
$$;
comment on function private.require_enabled(public.webhooks) is 'PT409 conflict for a disabled endpoint, to which nothing would be sent.';

create function private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  c_most constant integer := 50000;
  v_problems jsonb := private.replay_problems(p_selection);
  v_webhook public.webhooks;
  v_replay_id uuid;
  v_count integer;
begin
  v_webhook := private.lock_own_webhook(p_id);
  if v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The selection is not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  if p_dry_run then
    select count(*) into v_count from private.select_for_replay(v_webhook, p_selection, c_most + 1);
  else
    perform private.require_enabled(v_webhook);
    v_replay_id := gen_random_uuid();
    insert into private.webhook_deliveries (webhook_id, event_id, event_created_at, type, ordering_key, origin, replay_id, due_at)
      select v_webhook.id, e.id, e.created_at, e.type, case when v_webhook.ordered then e.ordering_key end, 'replay', v_replay_id,
        -- Spread out, so that a replay does not keep what happens now waiting.
        now() + (e.n - 1) * interval '1 second' / coalesce((p_selection ->> 'per_second')::double precision, 50)
      from private.select_for_replay(v_webhook, p_selection, c_most + 1) with ordinality
        as e (id, created_at, user_id, type, agent_id, ordering_key, payload, n);
    get diagnostics v_count = row_count;
  end if;
  if v_count > c_most then
    raise exception using errcode = 'PT422', message = 'A replay has at most 50000 events', detail = 'validation_failed',
      hint = '[{"path": "since", "message": "Selects more than 50000 events: choose a shorter time"}]';
  elsif v_count = 0 and p_selection ->> 'kind' = 'event'
    and not exists (select from public.webhook_events where id = (p_selection ->> 'event_id')::uuid and user_id = v_webhook.user_id)
  then
    raise exception using errcode = 'PT404', message = 'No such event', detail = 'not_found', hint = 'event_id';
  end if;
  if v_replay_id is not null then
    insert into private.webhook_replays (id, webhook_id, selection, count) values (v_replay_id, v_webhook.id, p_selection, v_count);
    perform private.audit(v_webhook.user_id, 'webhooks.replay', 'webhooks', v_webhook.id, jsonb_build_object('replay_id', v_replay_id, 'count', v_count));
  end if;
  return jsonb_build_object('replay_id', v_replay_id, 'count', v_count);
end
$$;
comment on function private.replay_own_webhook(uuid, jsonb, boolean) is
  'Queues the selected events for an endpoint of the caller, or, on a dry run, counts them: {replay_id, count}. Security definer because no API role may write the queue; it acts for private.account_id() only.';
grant execute on function private.replay_own_webhook(uuid, jsonb, boolean) to authenticated;

create function private.describe_replay(p_replay private.webhook_replays) returns jsonb
language sql stable
set search_path = ''
as $$
  select to_jsonb(p_replay) || jsonb_build_object('pending',
    (select count(*) from private.webhook_deliveries d where d.replay_id = p_replay.id))
$$;
comment on function private.describe_replay(private.webhook_replays) is 'A replay as its owner is shown it: {id, webhook_id, selection, count, pending, cancelled_at, created_at}.';

create function private.lock_own_replay(p_webhook_id uuid, p_replay_id uuid) returns private.webhook_replays
language plpgsql
set search_path = ''
as $$
declare
  v_replay private.webhook_replays;
begin
  select r.* into v_replay from private.webhook_replays r join public.webhooks w on w.id = r.webhook_id
    where r.id = p_replay_id and r.webhook_id = p_webhook_id and w.user_id = private.account_id() for update of r;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such replay', detail = 'not_found';
  end if;
  return v_replay;
end
$$;
comment on function private.lock_own_replay(uuid, uuid) is 'A replay of an endpoint of the caller, locked until the end of the transaction. PT404 for any other.';

create function private.get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) returns jsonb
language sql volatile security definer
set search_path = ''
as $$ select private.describe_replay(private.lock_own_replay(p_webhook_id, p_replay_id)) $$;
comment on function private.get_own_webhook_replay(uuid, uuid) is
  'How far a replay of the caller is. Security definer because no API role may read the queue; it acts for private.account_id() only.';
grant execute on function private.get_own_webhook_replay(uuid, uuid) to authenticated;

create function private.cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_replay private.webhook_replays;
  v_cancelled private.webhook_deliveries[];
begin
  perform private.lock_webhook_queue();
  v_replay := private.lock_own_replay(p_webhook_id, p_replay_id);
  with cancelled as (
    delete from private.webhook_deliveries where replay_id = p_replay_id and leased_until is null returning *
  )
  select array_agg(cancelled::private.webhook_deliveries) into v_cancelled from cancelled;
  if v_cancelled is not null then
    perform private.release_followers(v_cancelled);
  end if;
  update private.webhook_replays set cancelled_at = coalesce(cancelled_at, now()) where id = p_replay_id returning * into v_replay;
  return private.describe_replay(v_replay);
end
$$;
comment on function private.cancel_own_webhook_replay(uuid, uuid) is
  'Takes back what a replay of the caller has not sent yet. Security definer because no API role may write the queue; it acts for private.account_id() only.';
grant execute on function private.cancel_own_webhook_replay(uuid, uuid) to authenticated;

create function private.resend_own_webhook_delivery(p_delivery_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
  v_log public.webhook_logs;
  v_id uuid := p_delivery_id;
begin
  update private.webhook_deliveries d set due_at = least(d.due_at, now()) from public.webhooks w
    where d.id = p_delivery_id and w.id = d.webhook_id and w.user_id = private.account_id() and d.origin <> 'test';
  if found then
    return jsonb_build_object('delivery_id', p_delivery_id);
  end if;
  select * into v_log from public.webhook_logs where delivery_id = p_delivery_id and user_id = private.account_id() limit 1;
  if found then
    select * into v_webhook from public.webhooks where id = v_log.webhook_id and user_id = private.account_id();
  end if;
  if v_webhook.id is null or v_log.origin = 'test' then
    raise exception using errcode = 'PT404', message = 'No such delivery', detail = 'not_found';
  end if;
  perform private.require_enabled(v_webhook);
  insert into private.webhook_deliveries (webhook_id, event_id, event_created_at, type, ordering_key, origin)
    select v_webhook.id, e.id, e.created_at, e.type, case when v_webhook.ordered then e.ordering_key end, 'resend'
      from public.webhook_events e where e.id = v_log.event_id and e.created_at = v_log.event_created_at
    returning id into v_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'The event is no longer kept', detail = 'not_found';
  end if;
  return jsonb_build_object('delivery_id', v_id);
end
$$;
comment on function private.resend_own_webhook_delivery(uuid) is
  'Sends a delivery of the caller again: one that is still queued at once, one that is over as a new delivery: {delivery_id}. Security definer because no API role may write the queue; it acts for private.account_id() only.';
grant execute on function private.resend_own_webhook_delivery(uuid) to authenticated;

create function public.start_webhook_test(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.start_own_webhook_test(p_id) $$;
comment on function public.start_webhook_test(uuid) is 'Makes a test.ping for an endpoint of the caller, to be sent at once: {delivery_id, event_id}.';
grant execute on function public.start_webhook_test(uuid) to authenticated;

create function public.replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.replay_own_webhook(p_id, p_selection, p_dry_run) $$;
comment on function public.replay_webhook(uuid, jsonb, boolean) is
  'Sends events to an endpoint of the caller again: {replay_id, count}. p_selection: {kind: event, event_id} or {kind: failed | skipped | missing | all, since, until?, types?, filter?}, and per_second.';
grant execute on function public.replay_webhook(uuid, jsonb, boolean) to authenticated;

create function public.get_webhook_replay(p_webhook_id uuid, p_replay_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.get_own_webhook_replay(p_webhook_id, p_replay_id) $$;
comment on function public.get_webhook_replay(uuid, uuid) is 'How far a replay of the caller is.';
grant execute on function public.get_webhook_replay(uuid, uuid) to authenticated;

create function public.cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.cancel_own_webhook_replay(p_webhook_id, p_replay_id) $$;
comment on function public.cancel_webhook_replay(uuid, uuid) is 'Takes back what a replay of the caller has not sent yet.';
grant execute on function public.cancel_webhook_replay(uuid, uuid) to authenticated;

create function public.resend_webhook_delivery(p_delivery_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.resend_own_webhook_delivery(p_delivery_id) $$;
comment on function public.resend_webhook_delivery(uuid) is 'Sends a delivery of the caller again: {delivery_id}.';
grant execute on function public.resend_webhook_delivery(uuid) to authenticated;
