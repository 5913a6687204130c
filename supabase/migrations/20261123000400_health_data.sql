-- Purpose: transcripts, summaries and what events say of them are stored sealed for tenants who want it so.
-- Tables:  private.health_settings, private.call_texts; columns call_logs.sealed_fields and webhook_events.sealed.
-- Risk:    adds columns without rewriting; a trigger looks at changed texts of call_logs. Replaces private.replay_own_webhook,
--          private.describe_claim and private.retell_account.

create table private.health_settings (
  user_id uuid primary key references auth.users on delete cascade,
  encrypts boolean not null
);
comment on table private.health_settings is 'Tenants who have decided whether what was said in calls is stored sealed. It is not where there is no row.';
grant select, insert, update, delete on private.health_settings to service_role;

create table private.call_texts (
  id uuid primary key,
  user_id uuid not null references auth.users on delete cascade,
  call_log_id uuid not null references public.call_logs on delete cascade,
  field text not null check (field in ('transcript', 'summary', 'sentiment', 'recording_url')),
  sealed text not null check (sealed ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'),
  weight integer not null,
  digest text not null,
  unique (call_log_id, field)
);
comment on table private.call_texts is 'What was said in calls, sealed: each row in the place of a column of call_logs.';
comment on column private.call_texts.id is 'Chosen by who sealed it, for this row.';
comment on column private.call_texts.weight is 'How many characters the text has.';
comment on column private.call_texts.digest is 'A keyed digest of the text: decides between two of the same rank and length, and gives nothing away.';
create index idx_call_texts_user_id on private.call_texts (user_id);
grant select, insert, update, delete on private.call_texts to service_role;

alter table public.call_logs add column sealed_fields text[] not null default '{}';
comment on column public.call_logs.sealed_fields is 'Which of transcript, summary, sentiment and recording_url are stored sealed elsewhere, and null here.';

alter table public.webhook_events add column sealed text check (octet_length(sealed) <= 1048576);
comment on column public.webhook_events.sealed is
  'What the payload leaves out because it tells of somebody''s health, a compact JWE bound to user, table, column and row: {members}, to be put into data, or {body}, the whole of it.';

insert into private.sealed_columns values ('private.call_texts', 'sealed'), ('public.webhook_events', 'sealed');

create function private.encrypts_health_data(p_user_id uuid) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- The setting is not changed until who asked has committed: nothing plain is written after it was turned on.
  perform pg_advisory_xact_lock_shared(hashtextextended('health data of ' || p_user_id, 0));
  return exists (select from private.health_settings where user_id = p_user_id and encrypts);
end
$$;
comment on function private.encrypts_health_data(uuid) is 'Whether a tenant''s health data is to be stored sealed; stays so until the end of the transaction.';
grant execute on function private.encrypts_health_data(uuid) to service_role;

create function private.carries_health_data(p_type text, p_data jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select p_type in ('call.analyzed', 'conversation.updated')
      and jsonb_strip_nulls(p_data) - array['call_id', 'conversation_id', 'retell_call_id', 'cost'] <> '{}'
    or jsonb_path_exists(jsonb_strip_nulls(p_data), '$.** ? (exists(@.transcript) || exists(@.transcript_object) || exists(@.transcript_with_tool_calls)
      || exists(@.summary) || exists(@.call_summary) || exists(@.call_analysis) || exists(@.sentiment) || exists(@.user_sentiment) || exists(@.recording_url))')
$$;
comment on function private.carries_health_data(text, jsonb) is
  'Whether an event tells what was said in a call. The functions have the same rule (shared/health_data/members.ts).';
grant execute on function private.carries_health_data(text, jsonb) to service_role;

create function private.refuse_plain_health_data() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
  v_new jsonb := to_jsonb(new);
begin
  if exists (select from unnest(array['transcript', 'summary', 'sentiment', 'recording_url']) f
      where v_new ->> f is not null and v_new ->> f is distinct from v_old ->> f)
    and private.encrypts_health_data(new.user_id)
  then
    raise exception using errcode = 'PT503', message = 'This tenant''s health data is to be sealed', detail = 'not_ready';
  end if;
  return new;
end
$$;
comment on function private.refuse_plain_health_data() is
  'Row trigger: refuses a plain text of a call whose tenant encrypts health data, as who loaded the setting before it was turned on would write. Security definer because the settings are closed to every role.';
create trigger refuse_plain_health_data before insert or update of transcript, summary, sentiment, recording_url on public.call_logs
  for each row when (new.transcript is not null or new.summary is not null or new.sentiment is not null or new.recording_url is not null)
  execute function private.refuse_plain_health_data();

-- The setting.

create function private.count_plain_health_data(p_user_id uuid) returns bigint
language sql stable
set search_path = ''
as $$
  select (select count(*) from public.call_logs where user_id = p_user_id and num_nonnulls(transcript, summary, sentiment, recording_url) > 0)
    + (select count(*) from public.webhook_events where user_id = p_user_id and sealed is null
        and private.carries_health_data(type, payload::jsonb -> 'data'))
$$;
comment on function private.count_plain_health_data(uuid) is 'How many calls and events of a tenant tell what was said in plain text.';
grant execute on function private.count_plain_health_data(uuid) to service_role;

create function private.describe_own_health_data() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'encrypt', exists (select from private.health_settings where user_id = private.account_id() and encrypts),
    'plain', private.count_plain_health_data(private.account_id()));
end
$$;
comment on function private.describe_own_health_data() is
  'Whether the caller''s health data is stored sealed, and how many calls and events are not: {encrypt, plain}. Security definer because the settings are closed to every role; it acts for private.account_id() only.';

create function private.set_own_health_data(p_encrypt boolean) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  elsif p_encrypt is null then
    raise exception using errcode = 'PT422', message = 'Say whether to encrypt', detail = 'validation_failed', hint = 'encrypt';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('health data of ' || v_user_id, 0));
  insert into private.health_settings as s (user_id, encrypts) values (v_user_id, p_encrypt)
    on conflict (user_id) do update set encrypts = excluded.encrypts where s.encrypts <> excluded.encrypts;
  if found then
    perform private.audit(v_user_id, 'retell.health-data', 'health_settings', v_user_id, jsonb_build_object('encrypt', p_encrypt));
  end if;
  return private.describe_own_health_data();
end
$$;
comment on function private.set_own_health_data(boolean) is
  'Sets whether the caller''s health data is stored sealed from now on: {encrypt, plain}. Security definer because the settings are closed to every role; it acts for private.account_id() only.';

create function public.health_data() returns jsonb
language sql stable
set search_path = ''
as $$ select private.describe_own_health_data() $$;
comment on function public.health_data() is 'Whether the caller''s health data is stored sealed, and how many calls and events are not: {encrypt, plain}.';

create function public.set_health_data(p_encrypt boolean) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.set_own_health_data(p_encrypt) $$;
comment on function public.set_health_data(boolean) is
  'Sets whether the caller''s health data is stored sealed from now on: {encrypt, plain}. What is plain is sealed by PUT /retell/health-data; what is sealed stays so.';
grant execute on function private.describe_own_health_data(), private.set_own_health_data(boolean), public.health_data(), public.set_health_data(boolean)
  to authenticated;

-- Reading a call with its texts.

create function private.load_own_call(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_log public.call_logs;
  v_texts jsonb;
begin
  select * into v_log from public.call_logs where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such call', detail = 'not_found';
  end if;
  select coalesce(jsonb_object_agg(field, jsonb_build_object('id', id, 'sealed', sealed)), '{}') into v_texts
    from private.call_texts where call_log_id = p_id;
  if v_texts <> '{}' then
    perform private.audit(v_log.user_id, 'call-logs.disclose', 'call_logs', p_id,
      jsonb_build_object('fields', (select jsonb_agg(k order by k) from jsonb_object_keys(v_texts) k)));
  end if;
  return jsonb_build_object('call', to_jsonb(v_log), 'texts', v_texts);
end
$$;
comment on function private.load_own_call(uuid) is
  'A call of the caller with its sealed texts: {call, texts: {field: {id, sealed}}}; where there are any, that they were asked for is in the audit trail. Security definer because sealed texts are closed to every role; it acts for private.account_id() only.';

create function public.load_call(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.load_own_call(p_id) $$;
comment on function public.load_call(uuid) is 'A call of the caller with its sealed texts: {call, texts: {field: {id, sealed}}}.';
grant execute on function private.load_own_call(uuid), public.load_call(uuid) to authenticated;

-- Functions that know of the setting or the column.

create or replace function private.retell_account(p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'user_id', p.user_id,
    'sealed_api_key', p.encrypted_retell_api_key,
    'sealed_call_agent_id', p.encrypted_call_agent_id,
    'sealed_sms_agent_id', p.encrypted_sms_agent_id,
    'api_key_fingerprint', p.retell_secrets #>> '{api_key,fingerprint}',
    'phone_number', p.phone_number,
    'webhook_config', p.webhook_config,
    'encrypts_health_data', exists (select from private.health_settings s where s.user_id = p.user_id and s.encrypts))
  from public.user_profiles p where p.user_id = p_user_id
$$;

create or replace function private.describe_claim(p_claimed private.webhook_deliveries[]) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    -- Materialized, so that the schedule is worked out once for each endpoint and not for each delivery.
    with endpoints as materialized (
      select w.id, private.retry_waits(w) as waits from (select distinct webhook_id from unnest(p_claimed)) c
        join public.webhooks w on w.id = c.webhook_id
    )
    select jsonb_build_object(
      'deliveries', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'fence', d.fence, 'webhook_id', d.webhook_id, 'event_id', d.event_id,
        'attempt', d.attempts + 1, 'origin', d.origin, 'schedule', case when d.origin = 'test' then '{}' else w.waits end)
        order by d.due_at, d.seq), '[]') from unnest(p_claimed) d join endpoints w on w.id = d.webhook_id),
      'endpoints', (select coalesce(jsonb_object_agg(w.id, jsonb_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n) where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'))), '{}')
        from (select distinct webhook_id from unnest(p_claimed)) c
          join public.webhooks w on w.id = c.webhook_id),
      'events', (select coalesce(jsonb_object_agg(e.id, jsonb_build_object('type', e.type, 'payload', e.payload, 'sealed', e.sealed)), '{}')
        from (select distinct event_id, event_created_at from unnest(p_claimed)) c
          join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at)));
end
$$;
comment on function private.describe_claim(private.webhook_deliveries[]) is
  'What a worker needs to send the deliveries: {deliveries: [{id, fence, webhook_id, event_id, attempt, origin, schedule}], endpoints: {id: {user_id, url, headers, secrets}}, events: {id: {type, payload, sealed}}}. Secrets and headers are sealed, and what of an event is.';

create or replace function private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  c_most constant integer := 50000;
  v_problems jsonb := private.replay_problems(p_selection);
  v_webhook public.webhooks;
  v_replay_id uuid;
  v_count integer;
begin
  -- Not locked: deliveries to the endpoint must not wait until its history is read.
  select * into v_webhook from public.webhooks where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such endpoint', detail = 'not_found';
  elsif v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The selection is not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  if coalesce(p_dry_run, true) then
    select count(*) into v_count from private.select_for_replay(v_webhook, p_selection, c_most + 1);
  else
    perform private.require_enabled(v_webhook);
    v_replay_id := gen_random_uuid();
    insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, origin, replay_id, due_at)
      select v_webhook.id, v_webhook.user_id, e.id, e.created_at, e.type, 'replay', v_replay_id,
        -- Spread out, so that a replay does not keep what happens now waiting.
        now() + (e.n - 1) * interval '1 second' / coalesce((p_selection ->> 'per_second')::double precision, 50)
      from private.select_for_replay(v_webhook, p_selection, c_most + 1) with ordinality
        as e (id, created_at, user_id, type, agent_id, ordering_key, payload, sealed, n);
    get diagnostics v_count = row_count;
  end if;
  if v_count > c_most then
    raise exception using errcode = 'PT422', message = 'A replay has at most 50000 events', detail = 'validation_failed',
      hint = '[{"path": "since", "message": "Selects more than 50000 events: choose a shorter time"}]';
  elsif v_count = 0 and p_selection ->> 'kind' = 'event'
    and not exists (select from public.webhook_events where id = (p_selection ->> 'event_id')::uuid and user_id = v_webhook.user_id and type <> 'test.ping')
  then
    raise exception using errcode = 'PT404', message = 'No such event', detail = 'not_found', hint = 'event_id';
  end if;
  if v_replay_id is not null then
    insert into private.webhook_replays (id, webhook_id, selection, count) values (v_replay_id, v_webhook.id, p_selection, v_count);
    perform private.audit(v_webhook.user_id, 'webhooks.replay', 'webhooks', v_webhook.id, jsonb_build_object('replay_id', v_replay_id, 'count', v_count));
  end if;
  return jsonb_build_object('replay_id', v_replay_id, 'count', v_count);
end
$$;
