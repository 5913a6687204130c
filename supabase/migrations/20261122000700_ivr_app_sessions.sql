-- Purpose: sessions that an app drives itself, on the engine that takes phone calls through menus.
-- Tables:  ivr_sessions (columns with defaults, an index).
-- Risk:    replaces private.publish_ivr_session_event, which tells of such sessions too.

alter table public.ivr_sessions
  add column channel text not null default 'phone' check (channel in ('phone', 'app')),
  add column from_number text check (length(from_number) <= 256),
  add column to_number text check (length(to_number) <= 256);
comment on column public.ivr_sessions.session_id is 'The provider''s call id, or the app''s own name for the session.';
comment on column public.ivr_sessions.channel is 'Who drives the session: a phone provider by its callbacks, or an app by POST /ivr/sessions/:id/input.';
comment on column public.ivr_sessions.from_number is 'Who speaks with an app, as the app says; null for a phone, whose call_logs tell.';
comment on column public.ivr_sessions.to_number is 'What was dialled in an app, as the app says; null for a phone, whose call_logs tell.';
-- Not by a missing connection: a phone's session loses it when the connection is deleted.
create unique index idx_ivr_sessions_app_session_id on public.ivr_sessions (user_id, session_id) where channel = 'app';

create or replace function private.publish_ivr_session_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_new_call boolean := tg_op = 'UPDATE' and new.call_log_id is not null;
begin
  if tg_op = 'UPDATE' then
    v_new_call := v_new_call and old.call_log_id is null;
  end if;
  -- A phone's session comes into being before the log of its call, which its events name.
  if v_new_call then
    perform private.publish_event(new.user_id, 'ivr.session.started', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
        'provider_call_id', c.provider_call_id, 'app_session_id', null, 'menu_id', new.menu_stack ->> -1, 'from', c.from_number, 'to', c.to_number))
      from public.call_logs c where c.id = new.call_log_id;
  elsif tg_op = 'INSERT' then
    perform private.publish_event(new.user_id, 'ivr.session.started', jsonb_build_object('session_id', new.id, 'call_id', null,
      'provider_call_id', null, 'app_session_id', new.session_id, 'menu_id', new.menu_stack ->> -1, 'from', new.from_number, 'to', new.to_number),
      null, new.id::text);
  end if;
  if tg_op = 'UPDATE' and new.ended_at is not null and (old.ended_at is null or v_new_call) then
    perform private.publish_event(new.user_id, 'ivr.session.ended', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
      'end_reason', new.end_reason, 'ended_at', new.ended_at), null, coalesce(new.call_log_id, new.id)::text);
  end if;
  return null;
end
$$;
create trigger publish_app_event after insert on public.ivr_sessions
  for each row when (new.channel = 'app') execute function private.publish_ivr_session_event();

create or replace function private.publish_ivr_turn_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.publish_event(new.user_id, 'ivr.input', jsonb_build_object('session_id', new.session_id, 'call_id', s.call_log_id,
      'step', new.step, 'menu_id', new.menu_id, 'input', new.input, 'outcome', new.outcome),
      null, coalesce(s.call_log_id, s.id)::text)
    from public.ivr_sessions s where s.id = new.session_id;
  return null;
end
$$;

create function private.is_ivr_number(p_value jsonb, p_least integer) returns boolean
language sql immutable
set search_path = ''
as $$ select coalesce(case when jsonb_typeof(p_value) = 'number' and p_value::text ~ '^[0-9]{1,6}$' then p_value::text::integer >= p_least end, false) $$;
comment on function private.is_ivr_number(jsonb, integer) is 'Whether a value is a whole number of at most six digits, and no less than p_least.';

create function private.is_ivr_pending(p_pending jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select coalesce(p_pending = 'null' or (
    jsonb_typeof(p_pending) = 'object' and pg_column_size(p_pending) <= 8192
    and p_pending -> 'then' in ('"hangup"', '"repeat"', '"back"', '"top"') and jsonb_typeof(p_pending -> 'final') = 'boolean'
    and case p_pending -> 'kind'
      when '"connection"' then true
      when '"voicemail"' then true
      when '"callout"' then private.is_ivr_number(p_pending -> 'step', 0) and private.is_ivr_number(p_pending -> 'attempt', 1)
        and case p_pending #> '{choice,action}'
          when '"webhook"' then p_pending #>> '{choice,target}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            and (p_pending #> '{choice,fallback}' = 'null' or private.is_ivr_number(p_pending #> '{choice,fallback}', 0))
          when '"agent"' then jsonb_typeof(p_pending #> '{choice,target}') in ('string', 'null')
          else false end
      else false end), false)
$$;
comment on function private.is_ivr_pending(jsonb) is 'Whether a value is one that ivr_sessions.pending has, or null, as JSON.';

create function private.check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if not coalesce(
      jsonb_typeof(p_state -> 'menu_stack') = 'array'
      and jsonb_array_length(p_state -> 'menu_stack') between 1 and 12
      and not exists (select from jsonb_array_elements(p_state -> 'menu_stack') m where jsonb_typeof(m.value) <> 'string' or not p_document -> 'menus' ? (m.value #>> '{}'))
      and p_state ->> 'digits' ~ '^[0-9*#A-D]{0,64}$'
      and private.is_ivr_number(p_state -> 'no_input_count', 0) and private.is_ivr_number(p_state -> 'invalid_count', 0)
      and length(coalesce(p_state ->> 'language', '')) <= 100
      and length(coalesce(p_state ->> 'item', '')) <= 1000
      and coalesce(p_state ->> 'end_reason', 'hung_up') in ('hung_up', 'connected', 'recorded', 'refused', 'too_many_turns', 'too_long')
      and private.is_ivr_pending(p_state -> 'pending')
      and jsonb_typeof(p_input) = 'object' and pg_column_size(p_input) <= 8192
      and p_outcome ~ '^[a-z_]{1,32}$'
      and length(p_reply) <= 262144, false) then
    raise exception using errcode = 'PT422', message = 'This is no turn of the session''s menus', detail = 'validation_failed', hint = 'p_state';
  end if;
  if p_state ? 'otherwise' then
    perform private.check_ivr_app_turn((p_state #> '{otherwise,state}') - 'otherwise', p_input, p_state #>> '{otherwise,outcome}',
      p_state #>> '{otherwise,reply}', p_document);
  end if;
end
$$;
comment on function private.check_ivr_app_turn(jsonb, jsonb, text, text, jsonb) is
  'Refuses what no turn can have come to. Owners may call what commits their turns past our function; the menus that a session stands in must be there all the same.';

create function private.has_webhooks(p_user_id uuid) returns boolean
language sql stable
set search_path = ''
as $$ select exists (select from public.webhooks w where w.user_id = p_user_id and w.enabled) $$;
comment on function private.has_webhooks(uuid) is 'Whether a tenant has endpoints that events may go to.';

create function private.transfer_rules_of(p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}'))
    from (values (1)) one left join private.transfer_rules r on r.user_id = p_user_id
$$;
comment on function private.transfer_rules_of(uuid) is 'Where a tenant''s callers may be transferred to: {countries, prefixes}.';

create function private.find_own_ivr_session(p_id uuid) returns public.ivr_sessions
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_session public.ivr_sessions;
begin
  select * into v_session from public.ivr_sessions where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such session', detail = 'not_found';
  elsif v_session.channel <> 'app' then
    raise exception using errcode = 'PT409', message = 'This session is driven by its phone provider', detail = 'conflict',
      hint = '[{"path": "path.id", "message": "This session is driven by its phone provider; apps drive those that they started"}]';
  end if;
  return v_session;
end
$$;
comment on function private.find_own_ivr_session(uuid) is
  'An app''s session of the caller. PT404 for another''s, PT409 for one that a phone provider drives. Security definer as the functions that call it are; it answers private.account_id() only.';

create function public.ivr_callout_grant(p_session_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.ivr_callout_grant(p_session_id) $$;
comment on function public.ivr_callout_grant(uuid) is
  'What asking outside takes that a session waits for. For sessions of apps, whose turns are committed as a user who may not see it.';
grant execute on function private.ivr_callout_grant(uuid), public.ivr_callout_grant(uuid) to service_role;

create function private.load_own_ivr_start(p_menu text, p_session_id text) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_answer jsonb;
begin
  select jsonb_build_object('reply', t.reply) into v_answer
    from public.ivr_sessions s join public.ivr_turns t on t.session_id = s.id and t.step = 0
    where s.user_id = v_user_id and s.channel = 'app' and s.session_id = p_session_id
      and exists (select from public.ivr_menu_versions v left join public.ivr_menus m on m.id = v.menu_id
        where v.id = s.menu_version_id and p_menu in (v.document ->> 'root', v.document #>> array['menus', v.document ->> 'root', 'key'], m.key));
  if found then
    return v_answer;
  end if;
  select jsonb_build_object('reply', null, 'menu_version', case when v.id is not null then jsonb_build_object('id', v.id, 'document', v.document) end,
      'transfer_rules', private.transfer_rules_of(v_user_id), 'has_endpoints', private.has_webhooks(v_user_id))
    into v_answer
    from public.ivr_menus m left join public.ivr_menu_versions v on v.id = m.published_version_id
    where m.user_id = v_user_id and p_menu in (m.id::text, m.key);
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  return v_answer;
end
$$;
comment on function private.load_own_ivr_start(text, text) is
  'What the first turn of an app''s session needs: the published version of a menu of the caller, by id or key, and where calls may go; or the reply that a session of this name was given already. Security definer because rules are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.load_own_ivr_start(text, text) to authenticated;

create function public.load_ivr_start(p_menu text, p_session_id text) returns jsonb
language sql stable
set search_path = ''
as $$ select private.load_own_ivr_start(p_menu, p_session_id) $$;
comment on function public.load_ivr_start(text, text) is 'What the first turn of an app''s session in a menu of the caller needs.';
grant execute on function public.load_ivr_start(text, text) to authenticated;

create function private.start_own_ivr_session(
  p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_version public.ivr_menu_versions;
  v_menu_id uuid;
  v_item text := p_state ->> 'item';
  v_known jsonb;
begin
  select * into v_version from public.ivr_menu_versions where id = p_menu_version_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found';
  end if;
  perform private.check_ivr_app_turn(p_state, p_input, p_outcome, p_reply, v_version.document);
  v_menu_id := (p_state -> 'menu_stack' ->> -1)::uuid;

  insert into public.ivr_sessions (id, session_id, user_id, channel, from_number, to_number, menu_version_id, current_menu_id, menu_stack, language, step)
    values (p_id, p_session_id, v_version.user_id, 'app', p_from, p_to, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack', p_state ->> 'language', 1)
    on conflict (user_id, session_id) where channel = 'app' do nothing;
  if not found then
    -- Another request of the same name won; its reply is the reply, if it was for the same menu.
    select jsonb_build_object('reply', t.reply, 'asks', false) into v_known
      from public.ivr_sessions s join public.ivr_turns t on t.session_id = s.id and t.step = 0
        join public.ivr_menu_versions v on v.id = s.menu_version_id
      where s.user_id = v_version.user_id and s.channel = 'app' and s.session_id = p_session_id
        and v.document -> 'root' = v_version.document -> 'root';
    if not found then
      raise exception using errcode = 'PT409', message = 'A session of this name is in another menu', detail = 'conflict',
        hint = '[{"path": "session_id", "message": "Is taken by a session that began in another menu"}]';
    end if;
    return v_known;
  end if;

  if p_state ? 'otherwise' and not private.count_transfer(v_version.user_id) then
    p_outcome := p_state -> 'otherwise' ->> 'outcome';
    p_reply := p_state -> 'otherwise' ->> 'reply';
    p_state := p_state -> 'otherwise' -> 'state';
  end if;
  update public.ivr_sessions set
      menu_stack = p_state -> 'menu_stack',
      no_input_count = (p_state ->> 'no_input_count')::integer,
      invalid_count = (p_state ->> 'invalid_count')::integer,
      digits = p_state ->> 'digits',
      pending = nullif(p_state -> 'pending', 'null'),
      ended_at = case when p_state ->> 'end_reason' is not null then now() end,
      end_reason = p_state ->> 'end_reason'
    where id = p_id;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
    values (p_id, 0, v_version.user_id, v_menu_id, p_input, v_item, p_outcome, p_reply);
  return jsonb_build_object('reply', p_reply, 'asks', private.begin_ivr_callout(p_id, p_state -> 'pending') is not null);
end
$$;
comment on function private.start_own_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of an app''s session. Returns {reply, asks}: what to send, which is an earlier request''s where that has won, and whether this request is to ask outside. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.start_own_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) to authenticated;

create function public.start_ivr_session(
  p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.start_own_ivr_session(p_id, p_session_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply) $$;
comment on function public.start_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of an app''s session of the caller.';
grant execute on function public.start_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) to authenticated;

create function public.start_ivr_session_once(
  p_idempotency_key text, p_request_hash text,
  p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('ivr.sessions.start', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.sessions.start', p_idempotency_key, p_request_hash,
      private.start_own_ivr_session(p_id, p_session_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply)))
$$;
comment on function public.start_ivr_session_once(text, text, uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'public.start_ivr_session at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.start_ivr_session_once(text, text, uuid, text, text, text, uuid, jsonb, jsonb, text, text) to authenticated;

create function private.load_own_ivr_turn(p_id uuid, p_step integer) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
begin
  return jsonb_build_object(
    'session', jsonb_build_object('id', s.id, 'session_id', s.session_id, 'to', s.to_number, 'step', s.step, 'ended', s.ended_at is not null,
      'menu_stack', s.menu_stack, 'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits,
      'language', s.language, 'pending', s.pending, 'started_at', s.start_time),
    'callout', private.ivr_callout_state(s.id, s.pending),
    'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
    'document', (select v.document from public.ivr_menu_versions v where v.id = s.menu_version_id),
    'transfer_rules', private.transfer_rules_of(s.user_id),
    'has_endpoints', private.has_webhooks(s.user_id));
end
$$;
comment on function private.load_own_ivr_turn(uuid, integer) is
  'All that a turn of an app''s session needs in one round trip: the session, the callout that it waits for, the reply already given at p_step, its menus, where calls may be transferred to. Security definer because rules are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.load_own_ivr_turn(uuid, integer) to authenticated;

create function public.load_ivr_app_turn(p_id uuid, p_step integer) returns jsonb
language sql stable
set search_path = ''
as $$ select private.load_own_ivr_turn(p_id, p_step) $$;
comment on function public.load_ivr_app_turn(uuid, integer) is 'All that a turn of an app''s session of the caller needs.';
grant execute on function public.load_ivr_app_turn(uuid, integer) to authenticated;

create function private.commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
  v_committed jsonb;
begin
  -- The turn after the last is the one that says so.
  if p_step > (select coalesce((v.document #>> '{limits,turns}')::integer, 200) from public.ivr_menu_versions v where v.id = s.menu_version_id) then
    raise exception using errcode = 'PT422', message = 'The session has had all its turns', detail = 'validation_failed', hint = 'p_step';
  end if;
  perform private.check_ivr_app_turn(p_state, p_input, p_outcome, p_reply,
    (select v.document from public.ivr_menu_versions v where v.id = s.menu_version_id));
  -- The menu of a session that has moved on meanwhile is not used: the step no longer fits.
  v_committed := public.ivr_commit_turn(p_id, p_step, (s.menu_stack ->> -1)::uuid, p_state, p_input, p_outcome, p_reply);
  -- What asking takes is not for the eyes of a user.
  return jsonb_build_object('reply', v_committed -> 'reply', 'asks', v_committed -> 'callout' <> 'null');
end
$$;
comment on function private.commit_own_ivr_turn(uuid, integer, jsonb, jsonb, text, text) is
  'public.ivr_commit_turn for an app''s session of the caller: {reply, asks}, where asks tells whether this request is to ask outside. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.commit_own_ivr_turn(uuid, integer, jsonb, jsonb, text, text) to authenticated;

create function public.commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.commit_own_ivr_turn(p_id, p_step, p_state, p_input, p_outcome, p_reply) $$;
comment on function public.commit_ivr_app_turn(uuid, integer, jsonb, jsonb, text, text) is
  'Advances an app''s session of the caller from p_step by compare and swap.';
grant execute on function public.commit_ivr_app_turn(uuid, integer, jsonb, jsonb, text, text) to authenticated;

create function private.end_own_ivr_session(p_id uuid, p_step integer) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
begin
  update public.ivr_sessions set ended_at = now(), end_reason = 'caller_hung_up'
    where id = p_id and ended_at is null and step = coalesce(p_step, step);
  -- One that had ended already stays as it ended.
  if not found and exists (select from public.ivr_sessions where id = p_id and ended_at is null) then
    raise exception using errcode = 'PT409', message = 'The session stands at another step', detail = 'conflict',
      hint = jsonb_build_array(jsonb_build_object('path', 'step', 'message', format('The session stands at step %s', s.step)))::text;
  end if;
  return p_id;
end
$$;
comment on function private.end_own_ivr_session(uuid, integer) is
  'Ends an app''s session of the caller, at p_step if given; a second time changes nothing. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.end_own_ivr_session(uuid, integer) to authenticated;

create function public.end_ivr_session(p_id uuid, p_step integer default null) returns uuid
language sql volatile
set search_path = ''
as $$ select private.end_own_ivr_session(p_id, p_step) $$;
comment on function public.end_ivr_session(uuid, integer) is 'Ends an app''s session of the caller; a second time changes nothing.';
grant execute on function public.end_ivr_session(uuid, integer) to authenticated;
