-- Purpose: items that ask somebody outside before the caller can go on: the owner's endpoint, or Retell.
-- Tables:  private.ivr_callouts (new); call_logs (a column).
-- Risk:    replaces the functions of a turn; those that commit one answer an object from now on and not the reply alone.
--          Takes agents of Retell and webhook items into menus; versions published before stay as they are.

alter table public.call_logs add column if not exists retell_call_id text;
comment on column public.call_logs.retell_call_id is 'Retell''s id of the call that the caller was last connected to an agent in.';
create index if not exists idx_call_logs_retell_call_id on public.call_logs (retell_call_id) where retell_call_id is not null;

create table private.ivr_callouts (
  session_id uuid not null references public.ivr_sessions on delete cascade,
  step integer not null,
  attempt integer not null,
  asked_at timestamptz not null default now(),
  result jsonb check (jsonb_typeof(result) = 'object'),
  primary key (session_id, step)
);
comment on table private.ivr_callouts is 'What callers wait for that somebody outside is asked, and what came of it.';
comment on column private.ivr_callouts.step is 'The step that asked first.';
comment on column private.ivr_callouts.attempt is 'From 1; one more where the process that asked died.';
comment on column private.ivr_callouts.result is 'What came first: {kind: item, place}, {kind: registered, call_id} or {kind: failed}. Null until then.';
grant select, update on private.ivr_callouts to service_role;

create function private.ivr_callout_grant(p_session_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_session public.ivr_sessions;
  v_grant jsonb;
begin
  select * into v_session from public.ivr_sessions where id = p_session_id;
  v_grant := jsonb_build_object('session_id', v_session.id, 'user_id', v_session.user_id, 'call_id', v_session.call_log_id,
    'from', coalesce(v_session.from_number, (select l.from_number from public.call_logs l where l.id = v_session.call_log_id)),
    'to', coalesce(v_session.to_number, (select l.to_number from public.call_logs l where l.id = v_session.call_log_id)));
  case v_session.pending #>> '{choice,action}'
    when 'webhook' then
      return v_grant || coalesce((select jsonb_build_object('endpoint', jsonb_build_object('id', w.id, 'user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n) where (s.value ->> 'expires_at')::timestamptz > now()), '[]')))
        from public.webhooks w where w.id = (v_session.pending #>> '{choice,target}')::uuid and w.user_id = v_session.user_id and w.enabled), '{}');
    when 'agent' then
      return v_grant || jsonb_build_object('retell', private.retell_account(v_session.user_id));
    else
      return null;
  end case;
end
$$;
comment on function private.ivr_callout_grant(uuid) is
  'What asking outside takes that a session waits for: {session_id, user_id, call_id, from, to, endpoint or retell}, secrets sealed; null where it waits for nothing. Security definer because no API role may read secrets.';

create function private.begin_ivr_callout(p_session_id uuid, p_pending jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  if p_pending ->> 'kind' is distinct from 'callout' then
    return null;
  end if;
  insert into private.ivr_callouts as c (session_id, step, attempt)
    values (p_session_id, (p_pending ->> 'step')::integer, (p_pending ->> 'attempt')::integer)
    on conflict (session_id, step) do update set attempt = excluded.attempt, asked_at = now()
    where c.attempt < excluded.attempt and c.result is null;
  -- A caller who goes on waiting asks nothing.
  if not found then
    return null;
  end if;
  return private.ivr_callout_grant(p_session_id);
end
$$;
comment on function private.begin_ivr_callout(uuid, jsonb) is
  'Notes that a committed turn asks outside, and answers what private.ivr_callout_grant does: to the one delivery that committed it, once for each attempt. Null for a turn that asks nothing. Security definer because that is.';
grant execute on function private.begin_ivr_callout(uuid, jsonb) to service_role;

create function private.ivr_callout_state(p_session_id uuid, p_pending jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('result', c.result, 'waited_ms', greatest(0, floor(extract(epoch from now() - c.asked_at) * 1000)))
    from private.ivr_callouts c
    where p_pending ->> 'kind' = 'callout' and c.session_id = p_session_id and c.step = (p_pending ->> 'step')::integer
$$;
comment on function private.ivr_callout_state(uuid, jsonb) is
  'How the callout stands that a session waits for: {result, waited_ms}, the time in milliseconds since it was last asked, by the clock of the database alone. Null where it waits for none.';
grant execute on function private.ivr_callout_state(uuid, jsonb) to service_role;

create function public.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- A repeat of one that was thought lost may answer too: the first answer is the answer.
  update private.ivr_callouts set result = p_result where session_id = p_session_id and step = p_step and result is null;
  if not found then
    return false;
  end if;
  -- Before the call is dialled, so that Retell's first news of it finds its row.
  -- A caller who has moved on meanwhile is not handed over.
  update public.call_logs l set retell_call_id = p_result ->> 'call_id' from public.ivr_sessions s
    where p_result ->> 'kind' = 'registered' and s.id = p_session_id and l.id = s.call_log_id
      and s.ended_at is null and s.pending ->> 'kind' = 'callout' and (s.pending ->> 'step')::integer = p_step;
  return true;
end
$$;
comment on function public.ivr_settle_callout(uuid, integer, jsonb) is
  'Keeps what came of a callout, unless something did before. Returns whether it was taken.';
grant execute on function public.ivr_settle_callout(uuid, integer, jsonb) to service_role;

create function private.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_settle_callout(p_session_id, p_step, p_result);
end
$$;
comment on function private.ivr_settle_callout(uuid, integer, jsonb) is
  'public.ivr_settle_callout for the hot role. Security definer because that role may execute and nothing else.';

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
    'callout', private.ivr_callout_state(s.id, s.pending),
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
  'All that a turn needs in one round trip: connection with sealed secrets, session, the callout that it waits for, the reply already given at p_step, the menu version of the session or else of the number, where calls may be transferred to, and the language spoken there. Null when there is no such connection.';

-- The functions that commit a turn, and their twins for the hot role.

drop function private.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text);
drop function private.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text);
drop function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text);
drop function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text);

create function public.ivr_start_session(
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
    returning id into v_session_id;
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
  return jsonb_build_object('reply', p_reply, 'callout', private.begin_ivr_callout(v_session_id, p_state -> 'pending'));
end
$$;
comment on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'Commits the first turn of a call: session, call log and turn. Returns {reply, callout}: the reply to send, which is an earlier delivery''s when one has won, and what private.begin_ivr_callout answers, to the delivery that won alone. p_state.otherwise is committed instead where the tenant has no transfer left.';
grant execute on function public.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) to service_role;

create function public.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_user_id uuid;
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
    returning user_id into v_user_id;
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
  return jsonb_build_object('reply', p_reply, 'callout', private.begin_ivr_callout(p_session_id, p_state -> 'pending'));
end
$$;
comment on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'Advances a session from p_step by compare and swap. Returns {reply, callout}: the reply to send, which is the given one, the one already committed for this step, or null when the session has ended or stands elsewhere, and what private.begin_ivr_callout answers, to the delivery that won alone. p_state.otherwise is committed instead where the tenant has no transfer left.';
grant execute on function public.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) to service_role;

create function private.ivr_start_session(
  p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid,
  p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_start_session(p_connection_id, p_call_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply);
end
$$;
comment on function private.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'public.ivr_start_session for the hot role. Security definer because that role may execute and nothing else.';

create function private.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_commit_turn(p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
end
$$;
comment on function private.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'public.ivr_commit_turn for the hot role. Security definer because that role may execute and nothing else.';

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function
      private.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text),
      private.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text),
      private.ivr_settle_callout(uuid, integer, jsonb)
      to switchboard_hot;
  end if;
end
$$;

-- A look at an answer that is not there yet is nothing that the caller did.
drop trigger publish_event on public.ivr_turns;
create trigger publish_event after insert on public.ivr_turns
  for each row when (new.step > 0 and new.outcome <> 'waiting') execute function private.publish_ivr_turn_event();

-- What menus may say of it.

comment on column public.ivr_menus.items is
  'Array of {digit, label, labels, action, target, fallback, then, prompt, max_seconds, sensitive}. A digit is 1 to 20 positions: a key, x for any of 0-9, or a class such as [1-4].';

create or replace function private.ivr_choices(p_menu public.ivr_menus) returns table (path text, role text, choice jsonb, ordinal bigint)
language sql stable
set search_path = ''
as $$
  select format('items[%s]', i.ordinality - 1), 'item',
      -- An endpoint may be told by its URL; what is asked is its row.
      coalesce(i.value || (select jsonb_build_object('target', w.id) from public.webhooks w
        where i.value ->> 'action' = 'webhook' and w.user_id = p_menu.user_id and (lower(i.value ->> 'target') = w.id::text or i.value ->> 'target' = w.url)
        order by w.enabled desc, w.created_at, w.id limit 1), i.value),
      i.ordinality
    from jsonb_array_elements(p_menu.items) with ordinality i
  union all
  select f.path, f.role, f.choice, null
    from (values ('no_input_final', 'final', p_menu.no_input_final), ('invalid_final', 'final', p_menu.invalid_final),
      ('hours.closed', 'closed', p_menu.hours -> 'closed')) f (path, role, choice)
    where f.choice is not null
$$;
comment on function private.ivr_choices(public.ivr_menus) is
  'Every choice of a menu with its path: items in their order, with their endpoints by id, what follows a spent limit (final), what happens outside hours (closed).';

create or replace function private.ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus)
returns table (field text, message text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_action text := p_choice ->> 'action';
  v_target text := p_choice ->> 'target';
  -- Outside its hours, and when a limit is spent, a menu is over: what leads back into it would never end.
  v_actions text[] := case p_role
    when 'item' then array['submenu', 'agent', 'transfer', 'voicemail', 'repeat', 'back', 'top', 'language', 'webhook', 'hangup']
    when 'closed' then array['submenu', 'agent', 'transfer', 'voicemail', 'hangup']
    else array['agent', 'transfer', 'voicemail', 'hangup'] end;
  v_thens text[] := case p_role when 'item' then array['hangup', 'repeat', 'back', 'top'] else array['hangup'] end;
begin
  if v_action is null or v_action <> all (v_actions) then
    return query select 'action', 'Must be one of ' || array_to_string(v_actions, ', ');
    return;
  end if;
  return query
    select 'target', problem from (select case
      when v_action in ('voicemail', 'repeat', 'back', 'top', 'hangup') then case when v_target is not null then 'This action takes no target' end
      when v_target is null then 'This action needs a target'
      when v_action = 'submenu' then case
        when p_target.id is null then 'No menu of yours has this id or key'
        -- One that is closed too could lead back here without a key press.
        when p_role = 'closed' and p_target.hours is not null then 'Outside hours callers need a menu without hours of its own' end
      when v_action = 'language' then case when v_target <> p_menu.language and not p_menu.translations ? v_target then 'This menu has no translation into this language' end
      when v_action = 'transfer' then case when v_target !~ '^\+[1-9][0-9]{6,14}$' then 'Must be a number in E.164 form, such as +15550100123' end
      when v_action = 'webhook' then case when not exists (select from public.webhooks w where w.user_id = p_menu.user_id and w.id::text = v_target)
        then 'Must be the id or the URL of one of your webhook endpoints' end
      when v_target ~ '^retell:' then case when v_target !~ '^retell:(default|[A-Za-z0-9_-]{1,64})$' then 'Must be retell: and the id of an agent, or retell:default' end
      when v_target !~ '^(sips?:[^[:space:]<>"'']{1,240}|[A-Za-z0-9][A-Za-z0-9 _.-]{0,63})$' then 'Must be a SIP address, the name of a queue, or retell: and the id of an agent'
    end as problem) p where problem is not null
    union all
    select 'then', case when v_action not in ('agent', 'transfer', 'voicemail') then 'Nothing follows this action'
        else 'Must be one of ' || array_to_string(v_thens, ', ') end
      where p_choice ? 'then' and (v_action not in ('agent', 'transfer', 'voicemail') or coalesce(p_choice ->> 'then', '') <> all (v_thens))
    union all
    select 'fallback', case when v_action <> 'webhook' then 'This action takes no fallback'
        else 'Must be the digit of an item of this menu that asks no webhook itself' end
      where coalesce(p_choice -> 'fallback', 'null') <> 'null' and (v_action <> 'webhook' or jsonb_typeof(p_choice -> 'fallback') <> 'string'
        or not exists (select from jsonb_array_elements(p_menu.items) i
          where i.value -> 'digit' = p_choice -> 'fallback' and i.value ->> 'action' is distinct from 'webhook'))
    union all
    select 'prompt', case when v_action <> 'voicemail' then 'This action takes no prompt' else 'A prompt has 1 to 1500 characters' end
      where p_choice ? 'prompt' and (v_action <> 'voicemail' or length(coalesce(p_choice ->> 'prompt', '')) not between 1 and 1500)
    union all
    select 'max_seconds', case when v_action <> 'voicemail' then 'Nothing is recorded by this action' else 'Must be 3 to 3600 seconds' end
      where p_choice ? 'max_seconds' and (v_action <> 'voicemail' or jsonb_typeof(p_choice -> 'max_seconds') <> 'number' or p_choice ->> 'max_seconds' !~ '^([3-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)$');
end
$$;

create or replace function private.frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('digit', p_choice ->> 'digit', 'label', p_choice ->> 'label', 'labels', p_choice -> 'labels',
    'action', p_choice ->> 'action', 'target', coalesce(p_target_menu_id::text, p_choice ->> 'target'), 'then', p_choice ->> 'then',
    'prompt', p_choice ->> 'prompt', 'max_seconds', p_choice -> 'max_seconds',
    'fallback', p_choice ->> 'fallback'))
$$;
