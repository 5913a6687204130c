-- Purpose: a turn that is loaded without planning its queries anew, and without the menu version that the asker has.
-- Tables:  none. Replaces public.ivr_load_connection, private.ivr_callout_state and ivr_load_turn, of which the last takes
--          one argument more and tells one thing more; asked without it, it answers as before otherwise.
-- Risk:    functions deployed before go on calling as they did.

-- Of a function in SQL the plan is made at every call, which took longer than what it does; of one in PL/pgSQL it is kept.

create or replace function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
      'allowed_callers', c.allowed_callers, 'blocked_callers', c.blocked_callers,
      'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
        from private.credentials s
        where s.connection_id = c.id and s.purpose = 'signing' and (s.expires_at is null or s.expires_at > now())),
      'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled))
    from public.phone_connections c
    where c.id = p_connection_id and c.provider = p_provider and c.enabled);
end
$$;

create or replace function private.ivr_callout_state(p_session_id uuid, p_pending jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('result', c.result, 'waited_ms', greatest(0, floor(extract(epoch from now() - c.asked_at) * 1000)))
      from private.ivr_callouts c
      where p_pending ->> 'kind' = 'callout' and c.session_id = p_session_id and c.step = (p_pending ->> 'step')::integer);
end
$$;

create function private.ivr_call_settings(p_provider text, p_connection_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_connection jsonb := public.ivr_load_connection(p_provider, p_connection_id);
begin
  if v_connection is null then
    return null;
  end if;
  return (
    select jsonb_build_object('connection', v_connection,
        'transfer_rules', jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}')))
      from (values (1)) one left join private.transfer_rules r on r.user_id = (v_connection ->> 'user_id')::uuid);
end
$$;
comment on function private.ivr_call_settings(text, uuid) is
  'What of its owner''s settings a turn is decided by, beside the menu: {connection, transfer_rules}, the connection as public.ivr_load_connection has it. Null when there is no such connection.';
grant execute on function private.ivr_call_settings(text, uuid) to service_role;

drop function private.ivr_load_turn(text, uuid, text, text, integer);
drop function public.ivr_load_turn(text, uuid, text, text, integer);

create function public.ivr_load_turn(
  p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid default null
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_settings jsonb := private.ivr_call_settings(p_provider, p_connection_id);
begin
  if v_settings is null then
    return null;
  end if;
  return (
    select v_settings || jsonb_build_object(
      'settings', md5(v_settings::text),
      'session', case when s.id is not null then jsonb_build_object(
        'id', s.id, 'step', s.step, 'ended', s.ended_at is not null, 'menu_stack', s.menu_stack,
        'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits,
        'language', s.language, 'pending', s.pending, 'started_at', s.start_time) end,
      'callout', case when s.pending is not null then private.ivr_callout_state(s.id, s.pending) end,
      'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
      'number_known', n.id is not null,
      'menu_version', case when v.id is not null then jsonb_build_object('id', v.id,
        'document', case when v.id is distinct from p_known_version then v.document end) end,
      'language', coalesce(s.language, case when v.id is distinct from p_known_version
        then v.document #>> array['menus', coalesce(s.menu_stack ->> -1, v.document ->> 'root'), 'language'] end))
    from (values (1)) one
    left join public.ivr_sessions s on s.connection_id = p_connection_id and s.session_id = p_call_id
    left join public.phone_numbers n on n.connection_id = p_connection_id and n.number = p_to
    left join public.ivr_menus m on m.id = n.menu_id
    left join public.ivr_menu_versions v on v.id = coalesce(s.menu_version_id, m.published_version_id));
end
$$;
comment on function public.ivr_load_turn(text, uuid, text, text, integer, uuid) is
  'All that a turn needs in one round trip: connection with sealed secrets, session, the callout that it waits for, the reply already given at p_step, the menu version of the session or else of the number, where calls may be transferred to, the language spoken there, and as settings a digest of what private.ivr_call_settings answers. Null when there is no such connection. Of the version p_known_version, neither the document nor the language that it says is sent: the asker has them.';
grant execute on function public.ivr_load_turn(text, uuid, text, text, integer, uuid) to service_role;

create function private.ivr_load_turn(
  p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid default null
) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return public.ivr_load_turn(p_provider, p_connection_id, p_call_id, p_to, p_step, p_known_version);
end
$$;
comment on function private.ivr_load_turn(text, uuid, text, text, integer, uuid) is
  'public.ivr_load_turn for the hot role. Security definer because that role may execute and nothing else.';

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.ivr_load_turn(text, uuid, text, text, integer, uuid) to switchboard_hot;
  end if;
end
$$;
