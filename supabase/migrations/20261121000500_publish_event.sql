-- Purpose: saying that something happened, in the transaction in which it happened.
-- Tables:  none new; writes webhook_events, private.webhook_deliveries, private.webhook_skipped.
-- Risk:    none for existing data.

create function private.recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_known private.idempotency_keys;
begin
  delete from private.idempotency_keys
    where user_id = p_user_id and operation = 'events.publish' and key = p_idempotency_key and created_at <= now() - interval '24 hours';
  loop
    -- Waits for whoever publishes under the same key at this moment, and then finds either its event or nothing.
    insert into private.idempotency_keys (user_id, operation, key, request_hash, response)
      values (p_user_id, 'events.publish', p_idempotency_key, p_request_hash, jsonb_build_object('id', p_event_id, 'created_at', now()))
      on conflict do nothing;
    if found then
      return null;
    end if;
    select * into v_known from private.idempotency_keys
      where user_id = p_user_id and operation = 'events.publish' and key = p_idempotency_key;
    exit when found;
  end loop;
  if v_known.request_hash <> p_request_hash then
    raise exception using errcode = 'PT422', message = 'The idempotency key stands for another event', detail = 'idempotency_key_reused',
      hint = 'header.idempotency-key';
  end if;
  return v_known.response;
end
$$;
comment on function private.recall_event(uuid, text, text, uuid) is
  'What was published under the key in the last 24 hours, or null where the given event is the first and now holds the key. PT422 idempotency_key_reused where it was another event.';

create function private.publish_event(
  p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid default null, p_ordering_key text default null,
  p_idempotency_key text default null, p_except uuid default null
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_id uuid := private.uuid_v7();
  v_ordering_key text := left(coalesce(p_ordering_key, p_data ->> 'call_id'), 200);
  v_patterns text[];
  v_payload text;
  v_known jsonb;
  v_deliveries bigint;
begin
  if not coalesce(private.is_event_type(p_type), false) then
    raise exception using errcode = 'PT422', message = 'There is no such event type', detail = 'validation_failed',
      hint = '[{"path": "type", "message": "Must be a type of the catalogue, or begin with custom."}]';
  elsif jsonb_typeof(p_data) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'The data of an event is an object', detail = 'validation_failed', hint = 'data';
  end if;
  v_payload := format('{"type":%s,"timestamp":"%s","data":%s}', to_json(p_type),
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p_data);
  if octet_length(v_payload) > 262144 then
    raise exception using errcode = 'PT413', message = 'An event has at most 262144 bytes', detail = 'payload_too_large', hint = 'data';
  end if;
  if p_idempotency_key is not null then
    v_known := private.recall_event(p_user_id, p_idempotency_key,
      encode(sha256(convert_to(jsonb_build_array(p_type, p_data, p_agent_id, p_ordering_key)::text, 'UTF8')), 'hex'), v_id);
    if v_known is not null then
      return v_known || '{"deliveries": 0, "replayed": true}';
    end if;
  end if;
  v_patterns := private.event_patterns(p_type);
  with event as (
    insert into public.webhook_events (id, user_id, type, agent_id, ordering_key, payload)
      values (v_id, p_user_id, p_type, p_agent_id, v_ordering_key, v_payload)
  ), wanted as (
    select w.id, w.enabled, w.ordered from public.webhooks w
      where w.user_id = p_user_id and w.events && v_patterns and (w.agent_id is null or w.agent_id = p_agent_id)
        and (w.filter is null or private.matches_filter(w.filter, p_data)) and w.id is distinct from p_except
  ), skipped as (
    insert into private.webhook_skipped (webhook_id, event_id, event_created_at)
      select w.id, v_id, now() from wanted w where not w.enabled
  ), queued as (
    insert into private.webhook_deliveries (webhook_id, event_id, event_created_at, type, ordering_key)
      select w.id, v_id, now(), p_type, case when w.ordered then v_ordering_key end from wanted w where w.enabled
      returning 1
  )
  select count(*) into v_deliveries from queued;
  return jsonb_build_object('id', v_id, 'created_at', now(), 'deliveries', v_deliveries, 'replayed', false);
end
$$;
comment on function private.publish_event(uuid, text, jsonb, uuid, text, text, uuid) is
  'Publishes an event of a tenant: the event and a delivery to each endpoint that wants it, in one statement, in the caller''s transaction. The ordering key is the data''s call_id unless given. p_except: an endpoint that is not told, because the event is about it. {id, created_at, deliveries, replayed}. Security definer because no API role may write the queue.';

create function private.publish_own_event(
  p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  if private.account_id() is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  elsif p_agent_id is not null and not exists (select from public.agents where id = p_agent_id and user_id = private.account_id()) then
    raise exception using errcode = 'PT422', message = 'There is no such agent', detail = 'validation_failed', hint = 'agent_id';
  elsif length(p_ordering_key) not between 1 and 200 then
    raise exception using errcode = 'PT422', message = 'The ordering key has 1 to 200 characters', detail = 'validation_failed', hint = 'ordering_key';
  elsif length(p_idempotency_key) not between 1 and 255 then
    raise exception using errcode = 'PT422', message = 'The idempotency key has 1 to 255 characters', detail = 'validation_failed',
      hint = 'header.idempotency-key';
  end if;
  return private.publish_event(private.account_id(), p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key);
end
$$;
comment on function private.publish_own_event(text, jsonb, uuid, text, text) is
  'Publishes an event of the caller. Security definer as private.publish_event is; it acts for private.account_id() only.';
grant execute on function private.publish_own_event(text, jsonb, uuid, text, text) to authenticated;

create function public.publish_event(
  p_type text, p_data jsonb, p_agent_id uuid default null, p_ordering_key text default null, p_idempotency_key text default null
) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.publish_own_event(p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key) $$;
comment on function public.publish_event(text, jsonb, uuid, text, text) is
  'Publishes an event of the caller: {id, created_at, deliveries, replayed}. At most once in 24 hours for one p_idempotency_key; a repeat waits for the first and gets its event.';
grant execute on function public.publish_event(text, jsonb, uuid, text, text) to authenticated;
