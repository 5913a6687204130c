-- Purpose: a turn of a call in two round trips: load what it needs, commit what it decided.
-- Tables:  none new; reads and advances ivr_sessions, ivr_turns, call_logs.
-- Risk:    none for existing data.
--
-- Executed by service_role only: a provider's callback has no user. Security invoker throughout.

create function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
    'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
      from private.credentials s where s.connection_id = c.id))
  from public.phone_connections c
  where c.id = p_connection_id and c.provider = p_provider and c.enabled
$$;
comment on function public.ivr_load_connection(text, uuid) is
  'An enabled connection with its sealed signing secrets, newest first, or null.';
grant execute on function public.ivr_load_connection(text, uuid) to service_role;

create function public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'connection', connection.value,
    'session', case when s.id is not null then jsonb_build_object(
      'id', s.id, 'step', s.step, 'ended', s.ended_at is not null, 'menu_stack', s.menu_stack,
      'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits) end,
    'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
    'number_known', n.id is not null,
    'menu_version', case when v.id is not null then jsonb_build_object('id', v.id, 'document', v.document) end,
    'language', v.document #>> array['menus', coalesce(s.menu_stack ->> -1, v.document ->> 'root'), 'language'])
  from (select public.ivr_load_connection(p_provider, p_connection_id) as value) connection
  left join public.ivr_sessions s on s.connection_id = p_connection_id and s.session_id = p_call_id
  left join public.phone_numbers n on n.connection_id = p_connection_id and n.number = p_to
  left join public.ivr_menus m on m.id = n.menu_id
  left join public.ivr_menu_versions v on v.id = coalesce(s.menu_version_id, m.published_version_id)
  where connection.value is not null
$$;
comment on function public.ivr_load_turn(text, uuid, text, text, integer) is
  'All that a turn needs in one round trip: connection with sealed secrets, session, the reply already given at p_step, the menu version of the session or else of the number, and the language spoken there. Null when there is no such connection.';
grant execute on function public.ivr_load_turn(text, uuid, text, text, integer) to service_role;

create function public.ivr_start_session(
  p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid,
  p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.phone_connections;
  v_call_log_id uuid;
  v_call_ended timestamptz;
  v_session_id uuid;
  v_menu_id uuid := (p_state -> 'menu_stack' ->> -1)::uuid;
begin
  select * into strict v_connection from public.phone_connections where id = p_connection_id;

  insert into public.ivr_sessions (session_id, user_id, connection_id, menu_version_id, current_menu_id, menu_stack,
      no_input_count, invalid_count, digits, step, ended_at, end_reason)
    values (p_call_id, v_connection.user_id, p_connection_id, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack',
      (p_state ->> 'no_input_count')::integer, (p_state ->> 'invalid_count')::integer, p_state ->> 'digits', 1,
      case when p_state ->> 'end_reason' is not null then now() end, p_state ->> 'end_reason')
    on conflict (connection_id, session_id) do nothing
    returning id into v_session_id;
  if v_session_id is null then
    -- Another delivery of the same callback won; its reply is the reply.
    return (select t.reply from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id
      where s.connection_id = p_connection_id and s.session_id = p_call_id and t.step = 0);
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
      ended_at = coalesce(ended_at, v_call_ended),
      end_reason = case when ended_at is null and v_call_ended is not null then 'caller_hung_up' else end_reason end
    where id = v_session_id;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
    values (v_session_id, 0, v_connection.user_id, v_menu_id, p_input, p_outcome, p_reply);
  return p_reply;
end
$$;
comment on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of a call: session, call log and turn. Returns the reply to send, which is an earlier delivery''s when one has won.';
grant execute on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) to service_role;

create function public.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  -- Compare and swap: of several callbacks for one step, the first to get the row lock advances the session.
  update public.ivr_sessions set
      step = p_step + 1,
      menu_stack = p_state -> 'menu_stack',
      current_menu_id = (select m.id from public.ivr_menus m where m.id = (p_state -> 'menu_stack' ->> -1)::uuid),
      no_input_count = (p_state ->> 'no_input_count')::integer,
      invalid_count = (p_state ->> 'invalid_count')::integer,
      digits = p_state ->> 'digits',
      last_activity = now(),
      ended_at = case when p_state ->> 'end_reason' is not null then now() end,
      end_reason = p_state ->> 'end_reason'
    where id = p_session_id and step = p_step and ended_at is null
    returning user_id into v_user_id;
  if not found then
    return (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step);
  end if;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
    values (p_session_id, p_step, v_user_id, p_menu_id, p_input, p_outcome, p_reply);
  return p_reply;
end
$$;
comment on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'Advances a session from p_step by compare and swap. Returns the reply to send: the given one, the one already committed for this step, or null when the session has ended or stands elsewhere.';
grant execute on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) to service_role;

create function public.ivr_record_status(
  p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.phone_connections;
  v_final boolean := p_status in ('completed', 'busy', 'failed', 'no-answer', 'canceled');
  v_taken boolean;
begin
  select * into strict v_connection from public.phone_connections where id = p_connection_id;
  insert into public.call_logs as l (user_id, connection_id, provider, provider_call_id, from_number, to_number,
      status, status_sequence, ended_at, duration_seconds)
    values (v_connection.user_id, p_connection_id, v_connection.provider, p_call_id, p_from, p_to,
      p_status, p_sequence, case when v_final then now() end, p_duration_seconds)
    on conflict (provider, provider_call_id) do update set
      status = excluded.status,
      status_sequence = coalesce(excluded.status_sequence, l.status_sequence),
      ended_at = excluded.ended_at,
      duration_seconds = coalesce(excluded.duration_seconds, l.duration_seconds)
    -- Callbacks overtake one another: a call that has ended stays ended, and an older status says nothing new.
    where l.connection_id = p_connection_id and l.ended_at is null
      and (v_final or excluded.status_sequence is null or l.status_sequence is null or excluded.status_sequence > l.status_sequence);
  v_taken := found;
  if v_taken and v_final then
    update public.ivr_sessions set ended_at = now(), end_reason = 'caller_hung_up'
      where connection_id = p_connection_id and session_id = p_call_id and ended_at is null;
  end if;
  return v_taken;
end
$$;
comment on function public.ivr_record_status(uuid, text, text, integer, integer, text, text) is
  'Takes in a call''s status; repeats and late arrivals change nothing. A final status ends the IVR session. Returns whether it was taken.';
grant execute on function public.ivr_record_status(uuid, text, text, integer, integer, text, text) to service_role;

create function private.end_idle_ivr_sessions(p_idle interval, p_limit integer) returns integer
language sql volatile
set search_path = ''
as $$
  with idle as (
    select id from public.ivr_sessions where ended_at is null and last_activity < now() - p_idle
      order by last_activity limit p_limit for update skip locked
  ), ended as (
    update public.ivr_sessions s set ended_at = now(), end_reason = 'timed_out' from idle where s.id = idle.id returning 1
  )
  select count(*)::integer from ended
$$;
comment on function private.end_idle_ivr_sessions(interval, integer) is
  'Ends at most p_limit sessions whose provider never said that the call is over; returns how many.';

-- No provider holds a call longer than four hours without a status.
select private.schedule('ivr-session-timeout', '* * * * *', $$select private.end_idle_ivr_sessions(interval '4 hours', 500)$$);

create function private.schema_version() returns text
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (select max(version) from supabase_migrations.schema_migrations);
exception when undefined_table or invalid_schema_name then
  return null;
end
$$;
comment on function private.schema_version() is
  'The newest applied migration, or null where the history is kept elsewhere. Security definer because the history is closed to API roles.';
grant execute on function private.schema_version() to service_role;

create function public.readiness() returns jsonb
language sql stable
set search_path = ''
as $$ select jsonb_build_object('schema_version', private.schema_version()) $$;
comment on function public.readiness() is 'What a health check asks of the database: that it answers, and which migration is the newest.';
grant execute on function public.readiness() to service_role;
