-- Purpose: a turn in one round trip, for whoever committed the turn before it and still knows where the call stands.
-- Tables:  none. Replaces public.ivr_start_session and public.ivr_commit_turn, which tell the winner of a step one thing more.
-- Risk:    functions deployed before go on calling as they did, in two round trips.

create or replace function public.ivr_start_session(
  p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid,
  p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.phone_connections;
  v_call_log_id uuid;
  v_call_ended timestamptz;
  v_session_id uuid;
  v_started_at timestamptz;
  v_menu_id uuid := (p_state -> 'menu_stack' ->> -1)::uuid;
  v_item text := p_state ->> 'item';
begin
  select * into strict v_connection from public.phone_connections where id = p_connection_id;

  insert into public.ivr_sessions (session_id, user_id, connection_id, menu_version_id, current_menu_id, menu_stack,
      no_input_count, invalid_count, digits, language, pending, step, ended_at, end_reason)
    values (p_call_id, v_connection.user_id, p_connection_id, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack',
      (p_state ->> 'no_input_count')::integer, (p_state ->> 'invalid_count')::integer, p_state ->> 'digits',
      p_state ->> 'language', nullif(p_state -> 'pending', 'null'), 1,
      case when p_state ->> 'end_reason' is not null then now() end, p_state ->> 'end_reason')
    on conflict (connection_id, session_id) do nothing
    returning id, start_time into v_session_id, v_started_at;
  if v_session_id is null then
    -- Another delivery of the same callback won; its reply is the reply.
    return jsonb_build_object('callout', null, 'reply', (select t.reply from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id
      where s.connection_id = p_connection_id and s.session_id = p_call_id and t.step = 0));
  end if;

  if p_state ? 'otherwise' and not private.count_transfer(v_connection.user_id) then
    p_outcome := p_state -> 'otherwise' ->> 'outcome';
    p_reply := p_state -> 'otherwise' ->> 'reply';
    p_state := p_state -> 'otherwise' -> 'state';
  end if;

  insert into public.call_logs (user_id, connection_id, provider, provider_call_id, from_number, to_number, status)
    values (v_connection.user_id, p_connection_id, v_connection.provider, p_call_id, p_from, p_to, 'in-progress')
    on conflict (provider, provider_call_id) do nothing
    returning id into v_call_log_id;
  if v_call_log_id is null then
    -- A status callback came first, perhaps the last one. Another connection's call of the same id is not ours to touch.
    update public.call_logs set status = case when ended_at is null then 'in-progress' else status end
      where provider = v_connection.provider and provider_call_id = p_call_id and connection_id = p_connection_id
      returning id, ended_at into v_call_log_id, v_call_ended;
    if v_call_log_id is null then
      raise exception using errcode = 'PT409', message = 'This call id belongs to another connection', detail = 'conflict';
    end if;
  end if;

  update public.ivr_sessions set call_log_id = v_call_log_id,
      menu_stack = p_state -> 'menu_stack',
      pending = nullif(p_state -> 'pending', 'null'),
      ended_at = coalesce(ended_at, case when p_state ->> 'end_reason' is not null then now() end, v_call_ended),
      end_reason = coalesce(end_reason, p_state ->> 'end_reason', case when v_call_ended is not null then 'caller_hung_up' end)
    where id = v_session_id;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
    values (v_session_id, 0, v_connection.user_id, v_menu_id, p_input, v_item, p_outcome, p_reply);
  return jsonb_build_object('reply', p_reply, 'callout', private.begin_ivr_callout(v_session_id, p_state -> 'pending'),
    'session', jsonb_build_object('id', v_session_id, 'started_at', v_started_at));
end
$$;
comment on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of a call: session, call log and turn. Returns {reply, callout, session}: the reply to send, which is an earlier delivery''s when one has won, and, to the delivery that won alone, what private.begin_ivr_callout answers and the session''s {id, started_at}. p_state.otherwise is committed instead where the tenant has no transfer left.';

create or replace function public.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_user_id uuid;
  v_started_at timestamptz;
  v_item text := p_state ->> 'item';
begin
  -- Compare and swap: of several callbacks for one step, the first to get the row lock advances the session.
  update public.ivr_sessions set
      step = p_step + 1,
      menu_stack = p_state -> 'menu_stack',
      current_menu_id = (select m.id from public.ivr_menus m where m.id = (p_state -> 'menu_stack' ->> -1)::uuid),
      no_input_count = (p_state ->> 'no_input_count')::integer,
      invalid_count = (p_state ->> 'invalid_count')::integer,
      digits = p_state ->> 'digits',
      language = p_state ->> 'language',
      pending = nullif(p_state -> 'pending', 'null'),
      last_activity = now(),
      ended_at = case when p_state ->> 'end_reason' is not null then now() end,
      end_reason = p_state ->> 'end_reason'
    where id = p_session_id and step = p_step and ended_at is null
    returning user_id, start_time into v_user_id, v_started_at;
  if not found then
    return jsonb_build_object('callout', null,
      'reply', (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step));
  end if;
  if p_state ? 'otherwise' and not private.count_transfer(v_user_id) then
    -- The row is ours since the update; what it says now is what the caller hears.
    p_outcome := p_state -> 'otherwise' ->> 'outcome';
    p_reply := p_state -> 'otherwise' ->> 'reply';
    p_state := p_state -> 'otherwise' -> 'state';
    update public.ivr_sessions set
        menu_stack = p_state -> 'menu_stack',
        current_menu_id = (select m.id from public.ivr_menus m where m.id = (p_state -> 'menu_stack' ->> -1)::uuid),
        no_input_count = (p_state ->> 'no_input_count')::integer,
        invalid_count = (p_state ->> 'invalid_count')::integer,
        digits = p_state ->> 'digits',
        language = p_state ->> 'language',
        pending = nullif(p_state -> 'pending', 'null'),
        ended_at = case when p_state ->> 'end_reason' is not null then now() end,
        end_reason = p_state ->> 'end_reason'
      where id = p_session_id;
  end if;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
    values (p_session_id, p_step, v_user_id, p_menu_id, p_input, v_item, p_outcome, p_reply);
  return jsonb_build_object('reply', p_reply, 'callout', private.begin_ivr_callout(p_session_id, p_state -> 'pending'),
    'session', jsonb_build_object('id', p_session_id, 'started_at', v_started_at));
end
$$;
comment on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'Advances a session from p_step by compare and swap. Returns {reply, callout, session}: the reply to send, which is the given one, the one already committed for this step, or null when the session has ended or stands elsewhere, and, to the delivery that won alone, what private.begin_ivr_callout answers and the session''s {id, started_at}. p_state.otherwise is committed instead where the tenant has no transfer left.';

create function public.ivr_commit_known_turn(
  p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text,
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_committed jsonb;
begin
  -- The same settings and the same step: the turn was decided by what would have been loaded.
  if md5(private.ivr_call_settings(p_provider, p_connection_id)::text) = p_settings then
    v_committed := public.ivr_commit_turn(p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
    if v_committed ->> 'reply' is not null then
      return v_committed;
    end if;
  end if;
  return jsonb_build_object('loaded', public.ivr_load_turn(p_provider, p_connection_id, p_call_id, p_to, p_step, p_known_version));
end
$$;
comment on function public.ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text) is
  'public.ivr_commit_turn for a turn that was decided without loading it. Where the settings are no longer those whose digest is p_settings, or the session has ended or stands elsewhere, nothing is committed and {loaded} is returned: what public.ivr_load_turn says now.';
grant execute on function public.ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text) to service_role;

create function private.ivr_commit_known_turn(
  p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text,
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_commit_known_turn(p_provider, p_connection_id, p_call_id, p_to, p_known_version, p_settings,
    p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
end
$$;
comment on function private.ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text) is
  'public.ivr_commit_known_turn for the hot role. Security definer because that role may execute and nothing else.';

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function
      private.ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text)
      to switchboard_hot;
  end if;
end
$$;
