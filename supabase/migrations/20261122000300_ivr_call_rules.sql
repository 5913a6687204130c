-- Purpose: what a call remembers between turns, who may call, and where and how often callers may be transferred.
-- Tables:  ivr_sessions, phone_connections (columns with defaults); private.transfer_rules, private.transfer_counts (new).
-- Risk:    from now on a transfer is refused where private.transfer_rules does not allow it; a tenant without a row has
--          100 an hour, to the country of the number that was called. Replaces the functions of a turn, whose
--          parameters stay as they are.

alter table public.ivr_sessions
  add column language text,
  add column pending jsonb check (jsonb_typeof(pending) = 'object'),
  drop constraint ivr_sessions_end_reason_check,
  add constraint ivr_sessions_end_reason_check check (end_reason in
    ('hung_up', 'connected', 'recorded', 'refused', 'too_many_turns', 'too_long', 'caller_hung_up', 'timed_out'));
comment on column public.ivr_sessions.language is 'The language that the caller chose; null for each menu''s own.';
comment on column public.ivr_sessions.pending is 'What the caller has been sent to and comes back from: {kind, then, final}. Null while a menu is offered.';

alter table public.phone_connections
  add column allowed_callers text[] not null default '{}'
    check (cardinality(allowed_callers) <= 500 and array_position(allowed_callers, null) is null and array_position(allowed_callers, '') is null
      and array_to_string(allowed_callers, e'\n') ~ '^((\+[0-9]{1,15}\*?|anonymous|sips?:[^[:space:]]{1,240})(\n|$))*$'),
  add column blocked_callers text[] not null default '{}'
    check (cardinality(blocked_callers) <= 500 and array_position(blocked_callers, null) is null and array_position(blocked_callers, '') is null
      and array_to_string(blocked_callers, e'\n') ~ '^((\+[0-9]{1,15}\*?|anonymous|sips?:[^[:space:]]{1,240})(\n|$))*$');
comment on column public.phone_connections.allowed_callers is
  'Where it is not empty, nobody else is let in: numbers in E.164 form, beginnings such as +4930*, SIP addresses, or anonymous.';
comment on column public.phone_connections.blocked_callers is 'Who is not let in, even if allowed. Entries as in allowed_callers.';

create table private.transfer_rules (
  user_id uuid primary key references auth.users on delete cascade,
  countries text[] check (cardinality(countries) <= 250 and array_position(countries, null) is null and array_position(countries, '') is null and array_to_string(countries, ' ') ~ '^([A-Z]{2}( |$))*$'),
  prefixes text[] not null default '{}'
    check (cardinality(prefixes) <= 100 and array_position(prefixes, null) is null and array_position(prefixes, '') is null and array_to_string(prefixes, ' ') ~ '^(\+[1-9][0-9]{0,14}( |$))*$'),
  max_per_hour integer not null default 100 check (max_per_hour between 0 and 100000),
  updated_at timestamptz not null default now()
);
comment on table private.transfer_rules is 'Where a tenant''s callers may be transferred to, and how often: what stolen keys would be used for.';
comment on column private.transfer_rules.countries is 'ISO 3166-1 codes; null is the country of the number that was called.';
comment on column private.transfer_rules.prefixes is 'Beginnings of E.164 numbers that may be dialled whatever they are: premium and satellite ranges need one.';
comment on column private.transfer_rules.max_per_hour is 'Transfers in an hour, by the clock.';
grant select on private.transfer_rules to service_role;

create table private.transfer_counts (
  user_id uuid primary key references auth.users on delete cascade,
  hour timestamptz not null,
  transfers integer not null
);
comment on table private.transfer_counts is 'How many transfers each tenant has had in the hour of its latest.';
grant select, insert, update on private.transfer_counts to service_role;

create function private.count_transfer(p_user_id uuid) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_max integer := coalesce((select max_per_hour from private.transfer_rules where user_id = p_user_id), 100);
begin
  insert into private.transfer_counts as c (user_id, hour, transfers)
    select p_user_id, date_trunc('hour', clock_timestamp()), 1 where v_max > 0
    on conflict (user_id) do update set
      hour = excluded.hour,
      transfers = case when c.hour = excluded.hour then c.transfers + 1 else 1 end
    where c.hour <> excluded.hour or c.transfers < v_max;
  return found;
end
$$;
comment on function private.count_transfer(uuid) is 'Counts a transfer of a tenant, unless this hour has had all that it may have; returns whether it may go ahead.';
grant execute on function private.count_transfer(uuid) to service_role;

create function private.set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) returns private.transfer_rules
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_rules private.transfer_rules;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  insert into private.transfer_rules (user_id, countries, prefixes, max_per_hour) values (v_user_id, p_countries, p_prefixes, p_max_per_hour)
    on conflict (user_id) do update set countries = excluded.countries, prefixes = excluded.prefixes,
      max_per_hour = excluded.max_per_hour, updated_at = now()
    returning * into v_rules;
  perform private.audit(v_user_id, 'ivr.transfer-rules.set', 'transfer_rules', v_user_id, '{}');
  return v_rules;
end
$$;
comment on function private.set_own_transfer_rules(text[], text[], integer) is
  'Says where the caller''s own callers may be transferred to. Security definer because the rules are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.set_own_transfer_rules(text[], text[], integer) to authenticated;

create function public.set_transfer_rules(p_countries text[], p_prefixes text[] default '{}', p_max_per_hour integer default 100)
returns table (countries text[], prefixes text[], max_per_hour integer)
language sql volatile
set search_path = ''
as $$ select r.countries, r.prefixes, r.max_per_hour from private.set_own_transfer_rules(p_countries, p_prefixes, p_max_per_hour) r $$;
comment on function public.set_transfer_rules(text[], text[], integer) is
  'Says where the caller''s own callers may be transferred to: countries (null for that of the number called), prefixes that are dialled whatever they are, transfers in an hour.';
grant execute on function public.set_transfer_rules(text[], text[], integer) to authenticated;

create or replace function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
    'allowed_callers', c.allowed_callers, 'blocked_callers', c.blocked_callers,
    'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
      from private.credentials s where s.connection_id = c.id),
    'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled))
  from public.phone_connections c
  where c.id = p_connection_id and c.provider = p_provider and c.enabled
$$;
comment on function public.ivr_load_connection(text, uuid) is
  'An enabled connection with its caller lists, its sealed signing secrets, newest first, and whether its tenant has endpoints that events may go to, or null.';

create or replace function public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'connection', connection.value,
    'session', case when s.id is not null then jsonb_build_object(
      'id', s.id, 'step', s.step, 'ended', s.ended_at is not null, 'menu_stack', s.menu_stack,
      'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits,
      'language', s.language, 'pending', s.pending, 'started_at', s.start_time) end,
    'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
    'number_known', n.id is not null,
    'menu_version', case when v.id is not null then jsonb_build_object('id', v.id, 'document', v.document) end,
    'transfer_rules', (select jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}'))
      from (values (1)) one left join private.transfer_rules r on r.user_id = (connection.value ->> 'user_id')::uuid),
    'language', coalesce(s.language, v.document #>> array['menus', coalesce(s.menu_stack ->> -1, v.document ->> 'root'), 'language']))
  from (select public.ivr_load_connection(p_provider, p_connection_id) as value) connection
  left join public.ivr_sessions s on s.connection_id = p_connection_id and s.session_id = p_call_id
  left join public.phone_numbers n on n.connection_id = p_connection_id and n.number = p_to
  left join public.ivr_menus m on m.id = n.menu_id
  left join public.ivr_menu_versions v on v.id = coalesce(s.menu_version_id, m.published_version_id)
  where connection.value is not null
$$;
comment on function public.ivr_load_turn(text, uuid, text, text, integer) is
  'All that a turn needs in one round trip: connection with sealed secrets, session, the reply already given at p_step, the menu version of the session or else of the number, where calls may be transferred to, and the language spoken there. Null when there is no such connection.';

create or replace function public.ivr_start_session(
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
      no_input_count, invalid_count, digits, language, pending, step, ended_at, end_reason)
    values (p_call_id, v_connection.user_id, p_connection_id, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack',
      (p_state ->> 'no_input_count')::integer, (p_state ->> 'invalid_count')::integer, p_state ->> 'digits',
      p_state ->> 'language', nullif(p_state -> 'pending', 'null'), 1,
      case when p_state ->> 'end_reason' is not null then now() end, p_state ->> 'end_reason')
    on conflict (connection_id, session_id) do nothing
    returning id into v_session_id;
  if v_session_id is null then
    -- Another delivery of the same callback won; its reply is the reply.
    return (select t.reply from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id
      where s.connection_id = p_connection_id and s.session_id = p_call_id and t.step = 0);
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
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
    values (v_session_id, 0, v_connection.user_id, v_menu_id, p_input, p_outcome, p_reply);
  return p_reply;
end
$$;
comment on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of a call: session, call log and turn. Returns the reply to send, which is an earlier delivery''s when one has won. p_state.otherwise is committed instead where the tenant has no transfer left.';

create or replace function public.ivr_commit_turn(
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
      language = p_state ->> 'language',
      pending = nullif(p_state -> 'pending', 'null'),
      last_activity = now(),
      ended_at = case when p_state ->> 'end_reason' is not null then now() end,
      end_reason = p_state ->> 'end_reason'
    where id = p_session_id and step = p_step and ended_at is null
    returning user_id into v_user_id;
  if not found then
    return (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step);
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
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, outcome, reply)
    values (p_session_id, p_step, v_user_id, p_menu_id, p_input, p_outcome, p_reply);
  return p_reply;
end
$$;
comment on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'Advances a session from p_step by compare and swap. Returns the reply to send: the given one, the one already committed for this step, or null when the session has ended or stands elsewhere. p_state.otherwise is committed instead where the tenant has no transfer left.';
