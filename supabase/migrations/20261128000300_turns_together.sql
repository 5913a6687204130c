-- Purpose: turns of several calls committed in one round trip, by statements that take all of them at once: of a single turn most of the
--          time goes into beginning and ending statements.
-- Tables:  none. public.ivr_turns publishes by the statement, no longer by the row. Replaces public.ivr_commit_turn,
--          public.ivr_commit_known_turn, private.ivr_call_settings and public.ivr_load_connection by ones that answer the same.
-- Risk:    none for rows. Functions deployed before go on calling as they did.

create function private.advance_ivr_sessions(p_turns jsonb) returns jsonb
language plpgsql
set search_path = ''
-- How many turns there are is not known when the plan is made: rows are found by their indexes, one by one, however few the table
-- seems to have; and compiling a query would take longer than running it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
  v_advanced jsonb;
begin
  with turn as (
    select distinct on (t.p_session_id) t.* from rows from (jsonb_to_recordset(p_turns)
        as (p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text))
      with ordinality t (p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply, place)
      order by t.p_session_id, t.place
  ), held as materialized (
    -- Compare and swap: of several callbacks for one step, the first to get the row lock advances the session. One after the other,
    -- in the order of the rows, the same for everybody: nobody waits in a circle.
    select t.*, s.user_id from turn t cross join lateral (
      select s.user_id from public.ivr_sessions s
        where s.id = t.p_session_id and s.step = t.p_step and s.ended_at is null for no key update) s
  ), decided as materialized (
    -- Transfers are counted in rows of tenants, which are taken in their order too.
    select h.*, case when h.p_state ? 'otherwise' and not private.count_transfer(h.user_id) then h.p_state -> 'otherwise'
        else jsonb_build_object('state', h.p_state, 'outcome', h.p_outcome, 'reply', h.p_reply) end as decision
      from (select * from held order by user_id) h
  ), advanced as (
    update public.ivr_sessions s set
        step = d.p_step + 1,
        menu_stack = d.decision #> '{state,menu_stack}',
        current_menu_id = (select m.id from public.ivr_menus m where m.id = (d.decision #>> '{state,menu_stack,-1}')::uuid),
        no_input_count = (d.decision #>> '{state,no_input_count}')::integer,
        invalid_count = (d.decision #>> '{state,invalid_count}')::integer,
        digits = d.decision #>> '{state,digits}',
        language = d.decision #>> '{state,language}',
        pending = nullif(d.decision #> '{state,pending}', 'null'),
        last_activity = now(),
        ended_at = case when d.decision #>> '{state,end_reason}' is not null then now() end,
        end_reason = d.decision #>> '{state,end_reason}'
      from decided d where s.id = d.p_session_id
      returning s.id, s.start_time, s.pending, d.*
  ), taken as (
    insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
      select id, p_step, user_id, p_menu_id, p_input, p_state ->> 'item', decision ->> 'outcome', decision ->> 'reply' from advanced
  )
  select jsonb_object_agg(place, jsonb_build_object('reply', decision -> 'reply', 'session', jsonb_build_object('id', id, 'started_at', start_time),
      'callout', case when pending ->> 'kind' = 'callout' then private.begin_ivr_callout(id, pending) end)) into v_advanced
    from advanced;
  return coalesce(v_advanced, '{}');
end
$$;
comment on function private.advance_ivr_sessions(jsonb) is
  'Commits turns of different sessions, a list of objects named as what public.ivr_commit_turn takes. Returns {reply, callout, session} of each whose session was advanced, by its place in the list, from 1; the others'' sessions have ended or stand elsewhere, or are in the list before. p_state.otherwise is committed instead where the tenant has no transfer left.';
grant execute on function private.advance_ivr_sessions(jsonb) to service_role;

create or replace function public.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_advanced jsonb := private.advance_ivr_sessions(jsonb_build_array(jsonb_build_object('p_session_id', p_session_id, 'p_step', p_step,
    'p_menu_id', p_menu_id, 'p_state', p_state, 'p_input', p_input, 'p_outcome', p_outcome, 'p_reply', p_reply)));
begin
  return coalesce(v_advanced -> '1', jsonb_build_object('callout', null,
    'reply', (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step)));
end
$$;

create or replace function private.ivr_call_settings(p_provider text, p_connection_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'connection', jsonb_build_object(
        'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
        'allowed_callers', c.allowed_callers, 'blocked_callers', c.blocked_callers,
        'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
          from private.credentials s
          where s.connection_id = c.id and s.purpose = 'signing' and (s.expires_at is null or s.expires_at > now())),
        'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled)),
      'transfer_rules', jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}')))
    from public.phone_connections c left join private.transfer_rules r on r.user_id = c.user_id
    where c.id = p_connection_id and c.provider = p_provider and c.enabled);
end
$$;

create or replace function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return private.ivr_call_settings(p_provider, p_connection_id) -> 'connection';
end
$$;

create function public.ivr_commit_known_turns(p_calls jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_settings jsonb;
  v_turns jsonb;
  v_advanced jsonb;
begin
  select jsonb_object_agg(provider || ' ' || connection_id, md5(private.ivr_call_settings(provider, connection_id::uuid)::text)) into v_settings
    from (select distinct call ->> 'p_provider' as provider, call ->> 'p_connection_id' as connection_id from jsonb_array_elements(p_calls) call) known;
  -- The same settings and the same step: the turn was decided by what would have been loaded.
  select jsonb_agg(case when v_settings ->> ((call ->> 'p_provider') || ' ' || (call ->> 'p_connection_id')) = call ->> 'p_settings'
      then call else '{}' end order by place) into v_turns
    from jsonb_array_elements(p_calls) with ordinality c (call, place);
  v_advanced := private.advance_ivr_sessions(v_turns);
  return (
    select coalesce(jsonb_agg(coalesce(
        v_advanced -> c.place::text,
        (select jsonb_build_object('callout', null, 'reply', t.reply) from public.ivr_turns t
          where t.session_id = (v.turn ->> 'p_session_id')::uuid and t.step = (v.turn ->> 'p_step')::integer),
        jsonb_build_object('loaded', public.ivr_load_turn(c.call ->> 'p_provider', (c.call ->> 'p_connection_id')::uuid, c.call ->> 'p_call_id',
          c.call ->> 'p_to', (c.call ->> 'p_step')::integer, (c.call ->> 'p_known_version')::uuid))) order by c.place), '[]')
      from jsonb_array_elements(p_calls) with ordinality c (call, place) join jsonb_array_elements(v_turns) with ordinality v (turn, place) using (place));
end
$$;
comment on function public.ivr_commit_known_turns(jsonb) is
  'What public.ivr_commit_known_turn answers to each of a list of its arguments, in its order. Each waits for the slowest, and what fails fails for all of them.';
grant execute on function public.ivr_commit_known_turns(jsonb) to service_role;

create function private.ivr_commit_known_turns(p_calls jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_commit_known_turns(p_calls);
end
$$;
comment on function private.ivr_commit_known_turns(jsonb) is
  'public.ivr_commit_known_turns for the hot role. Security definer because that role may execute and nothing else.';

create or replace function public.ivr_commit_known_turn(
  p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text,
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return public.ivr_commit_known_turns(jsonb_build_array(jsonb_build_object('p_provider', p_provider, 'p_connection_id', p_connection_id,
    'p_call_id', p_call_id, 'p_to', p_to, 'p_known_version', p_known_version, 'p_settings', p_settings, 'p_session_id', p_session_id,
    'p_step', p_step, 'p_menu_id', p_menu_id, 'p_state', p_state, 'p_input', p_input, 'p_outcome', p_outcome, 'p_reply', p_reply))) -> 0;
end
$$;

drop trigger publish_event on public.ivr_turns;
drop function private.publish_ivr_turn_event();

create function private.publish_ivr_turn_events() returns trigger
language plpgsql security definer
set search_path = ''
-- As private.advance_ivr_sessions has it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
  v_published bigint;
begin
  with event as materialized (
    select t.user_id, coalesce(s.call_log_id, s.id)::text as ordering_key, d.data,
        exists (select from public.webhooks w where w.user_id = t.user_id) or private.carries_health_data('ivr.input', d.data) as concerns_others
      from turns t join public.ivr_sessions s on s.id = t.session_id,
        lateral (select jsonb_build_object('session_id', t.session_id, 'call_id', s.call_log_id, 'step', t.step, 'menu_id', t.menu_id,
          'input', t.input, 'outcome', t.outcome) as data) d
      where t.step > 0 and t.outcome <> 'waiting'
  ), kept as (
    -- Of a tenant without endpoints there is nothing else to look after: the row alone, as private.publish_event writes it.
    insert into public.webhook_events (user_id, type, ordering_key, payload)
      select user_id, 'ivr.input', ordering_key, format('{"type":"ivr.input","timestamp":"%s","data":%s}',
          to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), data)
        from event where not concerns_others
  )
  select count(private.publish_event(user_id, 'ivr.input', data, null, ordering_key)) into v_published from event where concerns_others;
  return null;
end
$$;
comment on function private.publish_ivr_turn_events() is
  'Statement trigger: publishes what callers did in the turns. Security definer because no API role may write the queue.';
create trigger publish_events after insert on public.ivr_turns referencing new table as turns
  for each statement execute function private.publish_ivr_turn_events();

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.ivr_commit_known_turns(jsonb) to switchboard_hot;
  end if;
end
$$;
