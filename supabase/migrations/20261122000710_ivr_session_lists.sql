-- Purpose: sessions as their owner looks at them: lists, and one with its turns and its call.
-- Tables:  ivr_sessions (an index).
-- Risk:    none for existing data.

create index idx_ivr_sessions_newest on public.ivr_sessions (user_id, created_at desc, id desc);

create function private.shown_ivr_session(p_session public.ivr_sessions) returns jsonb
language sql stable strict
set search_path = ''
as $$
  select jsonb_build_object('id', s.id, 'session_id', s.session_id, 'channel', s.channel,
    'menu_id', v.document -> 'root', 'menu_name', v.document #> array['menus', v.document ->> 'root', 'name'], 'version', v.version,
    'current_menu_id', s.menu_stack -> -1, 'current_menu_name', v.document #> array['menus', s.menu_stack ->> -1, 'name'], 'menu_stack', s.menu_stack,
    'step', s.step, 'retry_count', s.retry_count, 'language', s.language, 'pending', s.pending ->> 'kind',
    'from', coalesce(s.from_number, l.from_number), 'to', coalesce(s.to_number, l.to_number),
    'start_time', s.start_time, 'last_activity', s.last_activity, 'ended_at', s.ended_at, 'end_reason', s.end_reason, 'created_at', s.created_at,
    'call', case when l.id is not null then jsonb_build_object('id', l.id, 'provider', l.provider, 'provider_call_id', l.provider_call_id,
      'direction', l.direction, 'status', l.status, 'started_at', l.started_at, 'ended_at', l.ended_at, 'duration_seconds', l.duration_seconds,
      'recording_path', l.recording_path) end)
  from (select (p_session).*) s
    left join public.ivr_menu_versions v on v.id = s.menu_version_id
    left join public.call_logs l on l.id = s.call_log_id
$$;
comment on function private.shown_ivr_session(public.ivr_sessions) is
  'A session as its owner is shown it, with its call. Security invoker: policies apply to what it looks up.';
grant execute on function private.shown_ivr_session(public.ivr_sessions) to authenticated;

create function public.list_ivr_sessions(
  p_limit integer, p_before_time timestamptz default null, p_before_id uuid default null,
  p_menu_id uuid default null, p_channel text default null, p_open boolean default null, p_end_reason text default null,
  p_session_id text default null, p_caller text default null, p_from timestamptz default null, p_to timestamptz default null
) returns jsonb
language plpgsql stable
set search_path = ''
-- So that filters that are not asked for cost nothing, and the index gives the order.
set plan_cache_mode = force_custom_plan
as $$
begin
  -- One value, not rows: the Data API cuts rows off at a thousand.
  return (
  select coalesce(jsonb_agg(private.shown_ivr_session(s) order by s.created_at desc, s.id desc), '[]')
  from (
    select * from public.ivr_sessions s
    where s.user_id = (select private.account_id())
      and (p_before_time is null or (s.created_at, s.id) < (p_before_time, p_before_id))
      and (p_from is null or s.created_at >= p_from)
      and (p_to is null or s.created_at < p_to)
      and (p_channel is null or s.channel = p_channel)
      and (p_open is null or (s.ended_at is null) = p_open)
      and (p_end_reason is null or s.end_reason = p_end_reason)
      and (p_session_id is null or s.session_id = p_session_id)
      and (p_menu_id is null or exists (select from public.ivr_menu_versions v where v.id = s.menu_version_id and v.document ->> 'root' = p_menu_id::text))
      and (p_caller is null or s.from_number = p_caller
        or exists (select from public.call_logs l where l.id = s.call_log_id and l.from_number = p_caller))
    order by s.created_at desc, s.id desc
    limit least(greatest(p_limit, 0), 101)
  ) s
  );
end
$$;
comment on function public.list_ivr_sessions(integer, timestamptz, uuid, uuid, text, boolean, text, text, text, timestamptz, timestamptz) is
  'The caller''s sessions, newest first, from the one before (p_before_time, p_before_id) on. p_menu_id is the menu in which they began. Security invoker: policies apply.';
grant execute on function public.list_ivr_sessions(integer, timestamptz, uuid, uuid, text, boolean, text, text, text, timestamptz, timestamptz) to authenticated;

create function public.get_ivr_session(p_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.shown_ivr_session(s) || jsonb_build_object('turns', (
    select coalesce(jsonb_agg(jsonb_build_object('step', t.step, 'created_at', t.created_at,
        'menu_id', t.menu_id, 'menu_name', v.document #> array['menus', t.menu_id::text, 'name'],
        'input', t.input, 'outcome', t.outcome, 'item', t.item, 'item_label', (
          select i.value ->> 'label' from jsonb_array_elements(v.document #> array['menus', t.menu_id::text, 'items']) i
            where i.value ->> 'digit' = t.item limit 1),
        'reply', t.reply) order by t.step), '[]')
      from public.ivr_turns t left join public.ivr_menu_versions v on v.id = s.menu_version_id
      where t.session_id = s.id))
  from public.ivr_sessions s
  where s.id = p_id and s.user_id = (select private.account_id())
$$;
comment on function public.get_ivr_session(uuid) is
  'A session of the caller with every turn and its call, or null. Security invoker: policies apply.';
grant execute on function public.get_ivr_session(uuid) to authenticated;
