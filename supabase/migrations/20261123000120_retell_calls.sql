-- Purpose: what Retell tells of calls, in whatever order, and its calls of the past.
-- Tables:  private.retell_calls; columns of call_logs.
-- Risk:    replaces the trigger publish_event of call_logs by one that is silent while old calls are fetched.

alter table public.call_logs
  add column if not exists retell_call_id text check (length(retell_call_id) between 1 and 128),
  add column retell_agent_id text,
  add column sentiment text,
  add column call_successful boolean,
  add column cost numeric check (cost >= 0),
  add column recording_url text,
  add column disconnection_reason text;
comment on column public.call_logs.retell_call_id is 'The call at Retell that this one is, or was handed to last.';
comment on column public.call_logs.sentiment is 'The caller''s, as the analysis found it: positive, neutral, negative or unknown.';
comment on column public.call_logs.cost is 'What the call cost at Retell, in US dollars.';
comment on column public.call_logs.recording_url is 'Where Retell keeps its recording; may expire.';
comment on column public.call_logs.disconnection_reason is 'Why the call ended, in Retell''s words.';
create index if not exists idx_call_logs_retell_call_id on public.call_logs (user_id, retell_call_id) where retell_call_id is not null;

create table private.retell_calls (
  user_id uuid not null references auth.users on delete cascade,
  call_id text not null check (length(call_id) between 1 and 128),
  call_log_id uuid not null references public.call_logs on delete cascade,
  ranks jsonb not null default '{}',
  transfers text[] not null default '{}',
  primary key (user_id, call_id)
);
comment on table private.retell_calls is 'What is known of each call at Retell, and how well: each column keeps the best that was told, so that the order of arrival is of no matter.';
comment on column private.retell_calls.call_log_id is 'The call''s row: its own, or that of the call which a menu handed over.';
comment on column private.retell_calls.ranks is 'For each column of the row, the rank of the event that it is from; analyzed once that was published.';
comment on column private.retell_calls.transfers is 'Digests of the transfer events that were published.';
create index idx_retell_calls_call_log_id on private.retell_calls (call_log_id);
grant select, insert, update, delete on private.retell_calls to service_role;

create function private.find_retell_call(p_user_id uuid, p_event jsonb) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_call_id text := p_event ->> 'call_id';
  v_facts jsonb := p_event -> 'facts';
  v_id uuid;
begin
  select call_log_id into v_id from private.retell_calls where user_id = p_user_id and call_id = v_call_id;
  if found then
    return v_id;
  end if;
  -- A menu may have handed the call over: it notes Retell's id, and tells Retell the session.
  select id into v_id from public.call_logs
    where user_id = p_user_id and retell_call_id = v_call_id order by provider = 'retell' limit 1;
  if not found then
    update public.call_logs l set retell_call_id = v_call_id from public.ivr_sessions s
      where s.id = (p_event ->> 'session_id')::uuid and s.user_id = p_user_id and l.id = s.call_log_id and l.user_id = p_user_id
        and l.retell_call_id is null
      returning l.id into v_id;
  end if;
  if v_id is null then
    insert into public.call_logs (user_id, provider, provider_call_id, retell_call_id, direction, from_number, to_number, status,
        started_at, ended_at, duration_seconds)
      values (p_user_id, 'retell', v_call_id, v_call_id, coalesce(v_facts ->> 'direction', 'inbound'), v_facts ->> 'from_number',
        v_facts ->> 'to_number', coalesce(v_facts ->> 'status', 'in-progress'), coalesce((v_facts ->> 'started_at')::timestamptz, now()),
        (v_facts ->> 'ended_at')::timestamptz, (v_facts ->> 'duration_seconds')::integer)
      on conflict (provider, provider_call_id) do nothing
      returning id into v_id;
  end if;
  if v_id is null then
    -- Another event of the call was first. Another tenant's call of the same id is not ours to touch.
    select id into v_id from public.call_logs where provider = 'retell' and provider_call_id = v_call_id and user_id = p_user_id;
    if not found then
      raise exception using errcode = 'PT409', message = 'This call id belongs to another account', detail = 'conflict';
    end if;
  end if;
  insert into private.retell_calls (user_id, call_id, call_log_id) values (p_user_id, v_call_id, v_id) on conflict do nothing;
  return v_id;
end
$$;
comment on function private.find_retell_call(uuid, jsonb) is
  'The row of a call at Retell: the one it has, that of the call which a menu handed over, or a new one. PT409 where the id is another tenant''s.';
grant execute on function private.find_retell_call(uuid, jsonb) to service_role;

create function private.merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_rank integer := (p_event ->> 'rank')::integer;
  v_values jsonb := '{}'::jsonb;
  v_ranks jsonb := p_ranks;
  v_stored jsonb := to_jsonb(p_log);
  v_told jsonb := to_jsonb(jsonb_populate_record(p_log, p_event -> 'facts'));
  v_key text;
  v_known integer;
begin
  for v_key in select f.key from jsonb_each(p_event -> 'facts') f where f.value <> 'null' order by f.key loop
    -- A call that a menu handed over is its provider's to tell about, but for what Retell alone knows.
    continue when p_log.provider <> 'retell'
      and v_key in ('status', 'direction', 'from_number', 'to_number', 'started_at', 'ended_at', 'duration_seconds');
    v_known := (p_ranks ->> v_key)::integer;
    -- Of two of the same rank the longer one is kept, then the greater: any rule will do that knows no order of arrival.
    if v_known is null or v_rank > v_known
      or v_rank = v_known and (length(v_told ->> v_key), (v_told ->> v_key) collate "C") > (length(v_stored ->> v_key), (v_stored ->> v_key) collate "C")
    then
      v_values := v_values || jsonb_build_object(v_key, v_told -> v_key);
      v_ranks := v_ranks || jsonb_build_object(v_key, v_rank);
    end if;
  end loop;
  return jsonb_build_object('values', v_values, 'ranks', v_ranks);
end
$$;
comment on function private.merge_retell_facts(public.call_logs, jsonb, jsonb) is
  'What an event of a call changes in its row: {values, ranks}. The same events leave the same row in whatever order and however often they come.';
grant execute on function private.merge_retell_facts(public.call_logs, jsonb, jsonb) to service_role;

create function private.record_retell_event(p_user_id uuid, p_event jsonb) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := private.find_retell_call(p_user_id, p_event);
  v_log public.call_logs;
  v_call private.retell_calls;
  v_merged jsonb;
begin
  -- Events of one call queue up here.
  select * into strict v_log from public.call_logs where id = v_id for update;
  select * into strict v_call from private.retell_calls where user_id = p_user_id and call_id = p_event ->> 'call_id';
  v_merged := private.merge_retell_facts(v_log, v_call.ranks, p_event);
  v_log := jsonb_populate_record(v_log, v_merged -> 'values');
  if v_log.provider = 'retell' and v_log.status in ('completed', 'busy', 'failed', 'no-answer', 'canceled') then
    -- Without a rank: the time of the end, should it be told, takes its place.
    v_log.ended_at := coalesce(v_log.ended_at, now());
  end if;
  update public.call_logs set
      status = v_log.status, direction = v_log.direction, from_number = v_log.from_number, to_number = v_log.to_number,
      started_at = v_log.started_at, ended_at = v_log.ended_at, duration_seconds = v_log.duration_seconds,
      transcript = v_log.transcript, summary = v_log.summary, sentiment = v_log.sentiment, call_successful = v_log.call_successful,
      cost = v_log.cost, recording_url = v_log.recording_url, disconnection_reason = v_log.disconnection_reason,
      retell_agent_id = v_log.retell_agent_id
    where id = v_id;
  v_call.ranks := v_merged -> 'ranks';
  if p_event -> 'is_analyzed' = 'true' and not v_call.ranks ? 'analyzed' and not private.is_importing() then
    v_call.ranks := v_call.ranks || '{"analyzed": 0}';
    perform private.publish_event(p_user_id, 'call.analyzed', jsonb_build_object('call_id', v_id, 'retell_call_id', v_call.call_id,
      'summary', left(v_log.summary, 20000), 'sentiment', v_log.sentiment, 'cost', v_log.cost));
  end if;
  if p_event ? 'transfer' and not (p_event #>> '{transfer,digest}') = any (v_call.transfers) then
    v_call.transfers := v_call.transfers || (p_event #>> '{transfer,digest}');
    perform private.publish_event(p_user_id, p_event #>> '{transfer,type}',
      jsonb_build_object('call_id', v_id) || (p_event #> '{transfer,data}'));
  end if;
  update private.retell_calls set ranks = v_call.ranks, transfers = v_call.transfers
    where user_id = p_user_id and call_id = v_call.call_id;
  return v_id;
end
$$;
comment on function private.record_retell_event(uuid, jsonb) is 'Takes in one event of a call at Retell, with the events that it is to others; returns the call''s row.';
grant execute on function private.record_retell_event(uuid, jsonb) to service_role;

create function private.is_importing() returns boolean
language sql stable
set search_path = ''
as $$ select coalesce(current_setting('switchboard.importing', true), '') = 'on' $$;
comment on function private.is_importing() is 'Whether this transaction brings in what is long over, of which nobody is told.';
grant execute on function private.is_importing() to service_role;

drop trigger publish_event on public.call_logs;
create trigger publish_event after insert or update of ended_at on public.call_logs
  for each row when (coalesce(current_setting('switchboard.importing', true), '') <> 'on') execute function private.publish_call_event();

create function public.retell_load_hook(p_hook_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.retell_account(p.user_id)
      || jsonb_build_object('has_endpoints', exists (select from public.webhooks w where w.user_id = p.user_id and w.enabled))
    from public.user_profiles p where p.retell_hook_id = p_hook_id and p.encrypted_retell_api_key is not null
$$;
comment on function public.retell_load_hook(uuid) is
  'The account whose calls are told at this hook, with its sealed key and whether its tenant has endpoints; null where there is none with a key.';
grant execute on function public.retell_load_hook(uuid) to service_role;

create function public.retell_record_event(p_user_id uuid, p_event jsonb) returns uuid
language sql volatile
set search_path = ''
as $$ select private.record_retell_event(p_user_id, p_event) $$;
comment on function public.retell_record_event(uuid, jsonb) is
  'Takes in an event of a call at Retell: {call_id, session_id, rank, facts, is_analyzed, transfer}; returns the call''s row. Repeats change nothing, and neither does the order.';
grant execute on function public.retell_record_event(uuid, jsonb) to service_role;

create function public.retell_import_calls(p_user_id uuid, p_events jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_event jsonb;
  v_is_known boolean;
  v_counts integer[] := '{0, 0, 0}'::integer[];
begin
  -- In one order, so that two imports do not wait for one another crosswise.
  for v_event in select e.value from jsonb_array_elements(p_events) e order by e.value ->> 'call_id' loop
    v_is_known := exists (select from private.retell_calls where user_id = p_user_id and call_id = v_event ->> 'call_id');
    -- Of an hour ago Retell's own events may still be on their way, and this is the first to tell.
    perform set_config('switchboard.importing',
      case when (v_event #>> '{facts,ended_at}')::timestamptz < now() - interval '1 hour' then 'on' else '' end, true);
    begin
      perform private.record_retell_event(p_user_id, v_event);
      v_counts[case when v_is_known then 2 else 1 end] := v_counts[case when v_is_known then 2 else 1 end] + 1;
    exception when sqlstate 'PT409' then
      v_counts[3] := v_counts[3] + 1;
    end;
  end loop;
  perform set_config('switchboard.importing', '', true);
  update public.user_profiles set last_retell_sync = now() where user_id = p_user_id;
  return jsonb_build_object('added', v_counts[1], 'updated', v_counts[2], 'refused', v_counts[3]);
end
$$;
comment on function public.retell_import_calls(uuid, jsonb) is
  'Takes in calls that were fetched from Retell, as retell_record_event does; of those that ended over an hour ago nobody is told. {added, updated, refused}, the last of those whose id is another account''s.';
grant execute on function public.retell_import_calls(uuid, jsonb) to service_role;
