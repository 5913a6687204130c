-- Purpose: the events that Switchboard itself publishes, each in the transaction of what it tells of.
-- Tables:  none new; triggers on call_logs, ivr_sessions, ivr_turns, api_keys.
-- Risk:    each call, session and turn writes an event from now on. Replaces public.ivr_load_connection
--          and private.disable_leaked_api_key.

create function private.publish_call_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_data jsonb := jsonb_build_object('call_id', new.id, 'provider', new.provider, 'provider_call_id', new.provider_call_id,
    'from', new.from_number, 'to', new.to_number, 'direction', new.direction, 'started_at', new.started_at);
begin
  if tg_op = 'INSERT' then
    perform private.publish_event(new.user_id, 'call.started', v_data);
  end if;
  if new.ended_at is not null and (tg_op = 'INSERT' or old.ended_at is null) then
    perform private.publish_event(new.user_id, 'call.ended', v_data || jsonb_build_object('status', new.status,
      'duration_seconds', new.duration_seconds, 'ended_at', new.ended_at));
  end if;
  return null;
end
$$;
comment on function private.publish_call_event() is 'Row trigger: call.started and call.ended. Security definer as private.publish_event is.';
create trigger publish_event after insert or update of ended_at on public.call_logs
  for each row execute function private.publish_call_event();

create function private.publish_ivr_session_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- A session comes into being before the log of its call, which its events name.
  if old.call_log_id is null and new.call_log_id is not null then
    perform private.publish_event(new.user_id, 'ivr.session.started', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
        'provider_call_id', c.provider_call_id, 'menu_id', new.menu_stack ->> -1, 'from', c.from_number, 'to', c.to_number))
      from public.call_logs c where c.id = new.call_log_id;
  end if;
  if new.ended_at is not null and (old.ended_at is null or old.call_log_id is null) then
    perform private.publish_event(new.user_id, 'ivr.session.ended', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
      'end_reason', new.end_reason, 'ended_at', new.ended_at));
  end if;
  return null;
end
$$;
comment on function private.publish_ivr_session_event() is
  'Row trigger: ivr.session.started and ivr.session.ended, whatever began or ended the session. Security definer as private.publish_event is.';
create trigger publish_event after update of call_log_id, ended_at on public.ivr_sessions
  for each row execute function private.publish_ivr_session_event();

create function private.publish_ivr_turn_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.publish_event(new.user_id, 'ivr.input', jsonb_build_object('session_id', new.session_id, 'call_id', s.call_log_id,
      'step', new.step, 'menu_id', new.menu_id, 'input', new.input, 'outcome', new.outcome))
    from public.ivr_sessions s where s.id = new.session_id;
  return null;
end
$$;
comment on function private.publish_ivr_turn_event() is 'Row trigger: ivr.input. Security definer as private.publish_event is.';
create trigger publish_event after insert on public.ivr_turns
  for each row when (new.step > 0) execute function private.publish_ivr_turn_event();

create function private.publish_api_key_rotation() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.publish_event(new.user_id, 'api_key.rotated', jsonb_build_object('key_id', new.id, 'previous_key_id', new.rotated_from,
    'name', new.name, 'overlap_ends_at', (select expires_at from public.api_keys where id = new.rotated_from)));
  return null;
end
$$;
comment on function private.publish_api_key_rotation() is 'Row trigger: api_key.rotated. Security definer as private.publish_event is.';
-- At the end of the transaction, which is when the old key's expiry is set.
create constraint trigger publish_event after insert on public.api_keys
  deferrable initially deferred for each row when (new.rotated_from is not null) execute function private.publish_api_key_rotation();

create or replace function private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  update public.api_keys set enabled = false where key_hash = p_key_hash returning * into v_key;
  if not found then
    return null;
  end if;
  perform private.audit(v_key.user_id, 'api-keys.leaked', 'api_keys', v_key.id,
    jsonb_build_object('source', left(p_source, 100), 'url', left(p_url, 2000)));
  perform private.publish_event(v_key.user_id, 'api_key.leaked', jsonb_build_object('key_id', v_key.id, 'key_prefix', v_key.key_prefix,
    'name', v_key.name, 'source', left(p_source, 100), 'url', left(p_url, 2000)));
  return jsonb_build_object('key_id', v_key.id, 'user_id', v_key.user_id);
end
$$;

create or replace function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
    'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
      from private.credentials s where s.connection_id = c.id),
    'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled))
  from public.phone_connections c
  where c.id = p_connection_id and c.provider = p_provider and c.enabled
$$;
comment on function public.ivr_load_connection(text, uuid) is
  'An enabled connection with its sealed signing secrets, newest first, and whether its tenant has endpoints that events may go to, or null.';
