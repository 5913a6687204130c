-- Purpose: publishing events and taking in calls of which a part is sealed.
-- Tables:  none new; writes webhook_events, call_logs, private.call_texts.
-- Risk:    replaces private.publish_event, by one with a parameter more, and private.record_retell_event.

drop function private.publish_event(uuid, text, jsonb, uuid, text, text, uuid);

create function private.publish_event(
  p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid default null, p_ordering_key text default null,
  p_idempotency_key text default null, p_except uuid default null, p_sealed jsonb default null
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_id uuid := coalesce((p_sealed ->> 'id')::uuid, private.uuid_v7());
  v_ordering_key text := nullif(left(coalesce(p_ordering_key, p_data ->> 'call_id'), 200), '');
  v_patterns text[];
  v_payload text;
  v_bytes integer;
  v_known jsonb;
  v_deliveries bigint;
begin
  if not coalesce(private.is_event_type(p_type), false) then
    raise exception using errcode = 'PT422', message = 'There is no such event type', detail = 'validation_failed',
      hint = '[{"path": "type", "message": "Must be a type of the catalogue, or begin with custom."}]';
  elsif jsonb_typeof(p_data) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'The data of an event is an object', detail = 'validation_failed', hint = 'data';
  end if;
  if private.carries_health_data(p_type, p_data) and private.encrypts_health_data(p_user_id) then
    raise exception using errcode = 'PT422', message = 'This tenant encrypts health data', detail = 'validation_failed',
      hint = '[{"path": "data", "message": "Tells what was said in a call, which is stored sealed: publish it with POST /webhooks/events"}]';
  end if;
  v_payload := format('{"type":%s,"timestamp":"%s","data":%s}', to_json(p_type),
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p_data);
  v_bytes := octet_length(v_payload) + coalesce((p_sealed ->> 'bytes')::integer, 0);
  if v_bytes > 262144 then
    raise exception using errcode = 'PT413', message = 'An event has at most 262144 bytes', detail = 'payload_too_large', hint = 'data';
  end if;
  if p_idempotency_key is not null then
    v_known := private.recall_event(p_user_id, p_idempotency_key,
      encode(sha256(convert_to((jsonb_build_array(p_type, p_data, p_agent_id, p_ordering_key)
        || case when p_sealed is null then '[]' else jsonb_build_array(p_sealed -> 'digest') end)::text, 'UTF8')), 'hex'), v_id);
    if v_known is not null then
      return v_known || jsonb_build_object('deliveries', 0, 'replayed', true, 'bytes', v_bytes);
    end if;
  end if;
  v_patterns := private.event_patterns(p_type);
  with event as (
    insert into public.webhook_events (id, user_id, type, agent_id, ordering_key, payload, sealed)
      values (v_id, p_user_id, p_type, p_agent_id, v_ordering_key, v_payload, p_sealed ->> 'sealed')
  ), wanted as (
    select w.id, w.enabled, w.ordered from public.webhooks w
      where w.user_id = p_user_id and w.events && v_patterns and (w.agent_id is null or w.agent_id = p_agent_id)
        and (w.filter is null or private.matches_filter(w.filter, p_data)) and w.id is distinct from p_except
      -- Waits for whoever is deleting one, and then does without it.
      for key share of w
  ), skipped as (
    insert into private.webhook_skipped (webhook_id, event_id, event_created_at)
      select w.id, v_id, now() from wanted w where not w.enabled
  ), queued as (
    insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, ordering_key)
      select w.id, p_user_id, v_id, now(), p_type, case when w.ordered then v_ordering_key end from wanted w where w.enabled
      returning 1
  )
  select count(*) into v_deliveries from queued;
  return jsonb_build_object('id', v_id, 'created_at', now(), 'deliveries', v_deliveries, 'replayed', false, 'bytes', v_bytes);
end
$$;
comment on function private.publish_event(uuid, text, jsonb, uuid, text, text, uuid, jsonb) is
  'Publishes an event of a tenant: the event and a delivery to each endpoint that wants it, in one statement, in the caller''s transaction. The ordering key is the data''s call_id unless given. p_except: an endpoint that is not told, because the event is about it. p_sealed: what of the data is sealed, {id, sealed, bytes, digest}, id being the event''s; filters do not see it. {id, created_at, deliveries, replayed, bytes}. Security definer because no API role may write the queue.';
grant execute on function private.publish_event(uuid, text, jsonb, uuid, text, text, uuid, jsonb) to service_role;

create function public.encrypts_health_data(p_user_id uuid) returns boolean
language sql stable
set search_path = ''
as $$ select exists (select from private.health_settings where user_id = p_user_id and encrypts) $$;
comment on function public.encrypts_health_data(uuid) is 'Whether a tenant''s health data is to be stored sealed, for functions that act for the tenant.';
grant execute on function public.encrypts_health_data(uuid) to service_role;

create function public.publish_sealed_event(
  p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid default null, p_ordering_key text default null,
  p_idempotency_key text default null
) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if p_agent_id is not null and not exists (select from public.agents where id = p_agent_id and user_id = p_user_id) then
    raise exception using errcode = 'PT422', message = 'There is no such agent', detail = 'validation_failed', hint = 'agent_id';
  end if;
  return private.publish_event(p_user_id, p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key, null, p_sealed);
end
$$;
comment on function public.publish_sealed_event(uuid, text, jsonb, jsonb, uuid, text, text) is
  'Publishes an event of a tenant of which p_sealed is sealed: {id, sealed, bytes, digest}. As public.publish_event otherwise, for functions that act for the tenant: whoever chose the id of an event could choose another''s.';
grant execute on function public.publish_sealed_event(uuid, text, jsonb, jsonb, uuid, text, text) to service_role;

create function private.keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_rank integer := (p_event ->> 'rank')::integer;
  v_kept jsonb := '{}'::jsonb;
  v_text record;
  v_stored private.call_texts;
  v_known integer;
begin
  for v_text in
    select s.key as field, t.* from jsonb_each(p_event -> 'sealed') s cross join lateral jsonb_to_record(s.value) t (id uuid, sealed text, weight integer, digest text)
      order by s.key
  loop
    v_known := (p_ranks ->> v_text.field)::integer;
    select * into v_stored from private.call_texts where call_log_id = p_log.id and field = v_text.field;
    -- As private.merge_retell_facts does with plain texts; of one that is still plain its length is all that can be compared.
    if v_known is null or v_rank > v_known or v_rank = v_known and (v_text.weight, v_text.digest collate "C")
      > (coalesce(v_stored.weight, length(to_jsonb(p_log) ->> v_text.field), -1), coalesce(v_stored.digest, '') collate "C")
    then
      insert into private.call_texts (id, user_id, call_log_id, field, sealed, weight, digest)
        values (v_text.id, p_log.user_id, p_log.id, v_text.field, v_text.sealed, v_text.weight, v_text.digest)
        on conflict (call_log_id, field) do update
          set id = excluded.id, sealed = excluded.sealed, weight = excluded.weight, digest = excluded.digest;
      v_kept := v_kept || jsonb_build_object(v_text.field, v_rank);
    end if;
  end loop;
  return v_kept;
end
$$;
comment on function private.keep_sealed_texts(public.call_logs, jsonb, jsonb) is
  'Stores the sealed texts of an event that know more of the call than what is there: {field: rank}. The same events leave the same texts in whatever order they come.';
grant execute on function private.keep_sealed_texts(public.call_logs, jsonb, jsonb) to service_role;

create or replace function private.record_retell_event(p_user_id uuid, p_event jsonb) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := private.find_retell_call(p_user_id, p_event);
  v_log public.call_logs;
  v_call private.retell_calls;
  v_merged jsonb;
  v_sealed jsonb;
begin
  -- Events of one call queue up here.
  select * into strict v_log from public.call_logs where id = v_id for update;
  select * into strict v_call from private.retell_calls where user_id = p_user_id and call_id = p_event ->> 'call_id';
  v_merged := private.merge_retell_facts(v_log, v_call.ranks, p_event);
  v_sealed := private.keep_sealed_texts(v_log, v_call.ranks, p_event);
  -- Where the setting was turned off since: what is plain now is sealed no more.
  delete from private.call_texts where call_log_id = v_id and v_merged -> 'values' ? field;
  v_log := jsonb_populate_record(v_log, v_merged -> 'values' || (select coalesce(jsonb_object_agg(k, null), '{}') from jsonb_object_keys(v_sealed) k));
  if v_log.provider = 'retell' and v_log.status in ('completed', 'busy', 'failed', 'no-answer', 'canceled') then
    -- Without a rank: the time of the end, should it be told, takes its place.
    v_log.ended_at := coalesce(v_log.ended_at, now());
  end if;
  update public.call_logs set
      status = v_log.status, direction = v_log.direction, from_number = v_log.from_number, to_number = v_log.to_number,
      started_at = v_log.started_at, ended_at = v_log.ended_at, duration_seconds = v_log.duration_seconds,
      transcript = v_log.transcript, summary = v_log.summary, sentiment = v_log.sentiment, call_successful = v_log.call_successful,
      cost = v_log.cost, recording_url = v_log.recording_url, disconnection_reason = v_log.disconnection_reason,
      retell_agent_id = v_log.retell_agent_id,
      sealed_fields = (select coalesce(array_agg(field order by field), '{}') from private.call_texts where call_log_id = v_id)
    where id = v_id;
  v_call.ranks := v_merged -> 'ranks' || v_sealed;
  if p_event -> 'is_analyzed' = 'true' and not v_call.ranks ? 'analyzed' and not private.is_importing() then
    v_call.ranks := v_call.ranks || '{"analyzed": 0}';
    perform private.publish_event(p_user_id, 'call.analyzed',
      jsonb_build_object('call_id', v_id, 'retell_call_id', v_call.call_id, 'cost', v_log.cost) || case when p_event ? 'analysis' then '{}'
        else jsonb_build_object('summary', left(v_log.summary, 20000), 'sentiment', v_log.sentiment) end,
      p_sealed => p_event -> 'analysis');
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
comment on function private.record_retell_event(uuid, jsonb) is
  'Takes in one event of a call at Retell, with the events that it is to others; returns the call''s row. What of it is sealed comes as sealed, {field: {id, sealed, weight, digest}}, and as analysis, what call.analyzed says {id, sealed, bytes, digest}.';

-- Sealing what is there.

create function public.plain_calls(p_user_id uuid, p_limit integer) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'texts', jsonb_strip_nulls(jsonb_build_object(
      'transcript', l.transcript, 'summary', l.summary, 'sentiment', l.sentiment, 'recording_url', l.recording_url)))), '[]')
    from (select * from public.call_logs where user_id = p_user_id and num_nonnulls(transcript, summary, sentiment, recording_url) > 0
      order by id limit p_limit) l
$$;
comment on function public.plain_calls(uuid, integer) is 'Calls of a tenant that tell in plain text what was said: [{id, texts}].';

create function public.seal_calls(p_user_id uuid, p_texts jsonb) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_text record;
  v_log jsonb;
  v_done integer := 0;
begin
  -- The same text, sealed, is no change of the call.
  perform set_config('switchboard.resealing', 'on', true);
  for v_text in
    select * from jsonb_to_recordset(p_texts) t (call_log_id uuid, field text, was text, id uuid, sealed text, weight integer, digest text)
      order by t.call_log_id, t.field
  loop
    select to_jsonb(l) into v_log from public.call_logs l where l.id = v_text.call_log_id and l.user_id = p_user_id for update;
    -- Compared with what was read: what was told of the call since is newer.
    continue when v_log ->> v_text.field is distinct from v_text.was;
    insert into private.call_texts (id, user_id, call_log_id, field, sealed, weight, digest)
      values (v_text.id, p_user_id, v_text.call_log_id, v_text.field, v_text.sealed, v_text.weight, v_text.digest)
      on conflict (call_log_id, field) do update
        set id = excluded.id, sealed = excluded.sealed, weight = excluded.weight, digest = excluded.digest;
    update public.call_logs set
        transcript = case when v_text.field <> 'transcript' then transcript end,
        summary = case when v_text.field <> 'summary' then summary end,
        sentiment = case when v_text.field <> 'sentiment' then sentiment end,
        recording_url = case when v_text.field <> 'recording_url' then recording_url end,
        sealed_fields = (select array_agg(field order by field) from private.call_texts where call_log_id = v_text.call_log_id)
      where id = v_text.call_log_id;
    v_done := v_done + 1;
  end loop;
  perform set_config('switchboard.resealing', '', true);
  return v_done;
end
$$;
comment on function public.seal_calls(uuid, jsonb) is
  'Puts sealed texts in the place of plain ones of a tenant''s calls: [{call_log_id, field, was, id, sealed, weight, digest}]; returns how many still stood there.';

create function public.plain_events(p_user_id uuid, p_limit integer, p_from timestamptz default '-infinity') returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'created_at', e.created_at, 'type', e.type, 'payload', e.payload) order by e.created_at, e.id), '[]')
    from (select * from public.webhook_events where user_id = p_user_id and created_at >= p_from and sealed is null
      and private.carries_health_data(type, payload::jsonb -> 'data') order by created_at, id limit p_limit) e
$$;
comment on function public.plain_events(uuid, integer, timestamptz) is
  'Events of a tenant from a time on that tell in plain text what was said in calls, oldest first: [{id, created_at, type, payload}].';

create function private.seal_events(p_user_id uuid, p_events jsonb) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_done integer;
begin
  update public.webhook_events e set payload = s.payload, sealed = s.sealed
    from jsonb_to_recordset(p_events) s (id uuid, created_at timestamptz, payload text, sealed text)
    where e.id = s.id and e.created_at = s.created_at and e.user_id = p_user_id and e.sealed is null;
  get diagnostics v_done = row_count;
  return v_done;
end
$$;
comment on function private.seal_events(uuid, jsonb) is
  'See public.seal_events. Security definer because no API role may write events.';

create function public.seal_events(p_user_id uuid, p_events jsonb) returns integer
language sql volatile
set search_path = ''
as $$ select private.seal_events(p_user_id, p_events) $$;
comment on function public.seal_events(uuid, jsonb) is
  'Puts payloads without what is sealed in the place of a tenant''s plain ones: [{id, created_at, payload, sealed}]; returns how many were plain.';

grant execute on function public.plain_calls(uuid, integer), public.seal_calls(uuid, jsonb), public.plain_events(uuid, integer, timestamptz),
  private.seal_events(uuid, jsonb), public.seal_events(uuid, jsonb) to service_role;

insert into private.table_classes (name, handling, found_by, withheld, opened) values
  ('private.call_texts', 'owned', null, '{digest}', '{sealed}'),
  ('private.health_settings', 'owned', null, '{}', '{}');
update private.table_classes set opened = '{sealed}' where name = 'public.webhook_events';
