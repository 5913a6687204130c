-- Purpose: recordings of calls: taken in when their provider announces them, copied into storage by a worker.
-- Tables:  call_recordings, private.recording_sources (new); a trigger on ivr_turns.
-- Risk:    from now on a turn that brings a recording makes a row of it, and is stored without the recording's URL.
--          The job "ivr-recordings" fails, and says so in cron.job_run_details, until the Vault holds what
--          "webhook-dispatch" needs as well.

create table public.call_recordings (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  call_log_id uuid not null references public.call_logs on delete cascade,
  session_id uuid references public.ivr_sessions on delete set null,
  connection_id uuid references public.phone_connections on delete set null,
  provider_recording_id text check (length(provider_recording_id) between 1 and 128),
  kind text not null check (kind in ('voicemail', 'call')),
  status text not null default 'pending' check (status in ('pending', 'copied', 'failed')),
  path text,
  bytes bigint check (bytes > 0),
  content_type text,
  duration_seconds integer check (duration_seconds >= 0),
  attempts integer not null default 0 check (attempts >= 0),
  error text check (error ~ '^[a-z_]{1,40}$'),
  copied_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, provider_recording_id),
  constraint call_recordings_copied_check check ((status = 'copied') = (path is not null and bytes is not null and content_type is not null and copied_at is not null))
);
comment on table public.call_recordings is 'Recordings that a provider announced, and what became of copying each into storage.';
comment on column public.call_recordings.provider_recording_id is 'The provider''s name for it; null where it was announced by its URL alone.';
comment on column public.call_recordings.path is 'The object in the bucket "recordings": <user id>/<call log id>/<recording id>.<extension>.';
comment on column public.call_recordings.error is 'Why the latest attempt failed, as a code; null while there was none that failed, and when it is copied.';
create index idx_call_recordings_user_id on public.call_recordings (user_id, created_at desc, id desc);
create index idx_call_recordings_call_log_id on public.call_recordings (call_log_id);
create index idx_call_recordings_session_id on public.call_recordings (session_id);

create table private.recording_sources (
  recording_id uuid primary key references public.call_recordings on delete cascade,
  url text not null check (length(url) <= 2048),
  due_at timestamptz default now(),
  leased_until timestamptz,
  fence integer not null default 0,
  check (leased_until is null or due_at is not null)
);
comment on table private.recording_sources is 'Where recordings are at their providers, and the queue of those that are still to be copied. A URL may open what it names, so owners do not see it.';
comment on column private.recording_sources.due_at is 'When the next attempt is due; null when it is copied or given up.';
comment on column private.recording_sources.leased_until is 'Until when a worker has it to itself.';
comment on column private.recording_sources.fence is 'Counts the claims: a worker whose lease was taken over cannot say that it failed.';
create index idx_recording_sources_due_at on private.recording_sources (coalesce(leased_until, due_at)) where due_at is not null;

alter table public.call_recordings enable row level security;
grant select on public.call_recordings to authenticated;
grant select, insert, update, delete on public.call_recordings, private.recording_sources to service_role;
create policy "Owners can read the recordings of their calls" on public.call_recordings
  for select to authenticated using (user_id = (select private.account_id()));
create trigger refuse_direct_write before insert or update or delete or truncate on public.call_recordings
  for each statement execute function private.refuse_direct_write();
create trigger set_updated_at before update on public.call_recordings
  for each row execute function private.set_updated_at();

create function private.same_recording(p_url text, p_other text) returns boolean
language sql immutable
set search_path = ''
as $$ select regexp_replace(p_url, '(\.[a-z0-9]{2,4})?([?#].*)?$', '') = regexp_replace(p_other, '(\.[a-z0-9]{2,4})?([?#].*)?$', '') $$;
comment on function private.same_recording(text, text) is
  'Whether two URLs name one recording: but for the format that they ask for, and a query that only signs.';

create function private.take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_session public.ivr_sessions;
  v_recording public.call_recordings;
begin
  -- A recording is announced by a turn and by a callback of its own, perhaps at once, and each may name it otherwise:
  -- who has the session's row is the only one to look whether it is known.
  select * into strict v_session from public.ivr_sessions where id = p_session_id for no key update;
  select r.* into v_recording from public.call_recordings r join private.recording_sources s on s.recording_id = r.id
    where (r.connection_id = v_session.connection_id and r.provider_recording_id = p_recording_id)
      or (r.session_id = p_session_id and (r.provider_recording_id is null or p_recording_id is null) and private.same_recording(s.url, p_url))
    order by (r.provider_recording_id is not distinct from p_recording_id) desc limit 1;
  if v_recording.id is null then
    -- More than any caller leaves: what signs for so many would fill the storage.
    if (select count(*) from public.call_recordings where session_id = p_session_id) >= 50 then
      raise exception using errcode = 'PT409', message = 'The call has as many recordings as it may have', detail = 'conflict';
    end if;
    insert into public.call_recordings (user_id, call_log_id, session_id, connection_id, provider_recording_id, kind, duration_seconds)
      values (v_session.user_id, v_session.call_log_id, p_session_id, v_session.connection_id, p_recording_id, 'voicemail', p_duration_seconds)
      returning * into v_recording;
    insert into private.recording_sources (recording_id, url) values (v_recording.id, p_url);
    return jsonb_build_object('id', v_recording.id, 'pending', true);
  elsif v_recording.session_id is distinct from p_session_id then
    raise exception using errcode = 'PT409', message = 'This recording belongs to another call', detail = 'conflict';
  end if;
  -- A URL that is good for minutes is replaced by the newer one.
  update private.recording_sources set url = p_url where recording_id = v_recording.id and due_at is not null and url <> p_url;
  update public.call_recordings set provider_recording_id = coalesce(provider_recording_id, p_recording_id),
      duration_seconds = coalesce(duration_seconds, p_duration_seconds)
    where id = v_recording.id
      and (provider_recording_id is null and p_recording_id is not null or duration_seconds is null and p_duration_seconds is not null);
  return jsonb_build_object('id', v_recording.id, 'pending', v_recording.status = 'pending');
end
$$;
comment on function private.take_recording(uuid, text, text, integer) is
  'Takes in a recording of a session''s call, once however often and in whichever words it is announced; PT409 for one of another call, and past 50 of this one. Security definer because turns announce recordings too.';
grant execute on function private.take_recording(uuid, text, text, integer) to service_role;

create function private.take_recording_of_turn() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- An app keeps its recordings itself, and where they are is its own to tell.
  if not exists (select from public.ivr_sessions where id = new.session_id and call_log_id is not null) then
    return new;
  end if;
  if coalesce((new.input ->> 'durationSeconds')::integer, 1) > 0 then
    begin
      perform private.take_recording(new.session_id, new.input ->> 'recordingId', new.input ->> 'url', (new.input ->> 'durationSeconds')::integer);
    exception when sqlstate 'PT409' then
      -- Another call's already, or one too many, of which the caller need not hear.
      null;
    end;
  end if;
  new.input := jsonb_set(new.input, '{url}', 'null');
  return new;
end
$$;
comment on function private.take_recording_of_turn() is
  'Row trigger: takes in the recording that a turn brings, in its transaction, and its URL out of the turn, which owners and their endpoints see. Security definer as private.take_recording is.';
create trigger take_recording before insert on public.ivr_turns
  for each row when (new.input ->> 'kind' = 'recorded' and new.input ->> 'url' is not null) execute function private.take_recording_of_turn();

create function public.ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_session_id uuid;
begin
  select id into v_session_id from public.ivr_sessions
    where connection_id = p_connection_id and session_id = p_call_id and call_log_id is not null;
  if v_session_id is null then
    raise exception using errcode = 'PT404', message = 'No call has this id', detail = 'unknown_session';
  end if;
  return private.take_recording(v_session_id, p_recording_id, p_url, p_duration_seconds);
end
$$;
comment on function public.ivr_announce_recording(uuid, text, text, text, integer) is
  'Takes in a recording that a provider announces. Returns its id and whether it is still to be copied. PT404 unknown_session where the connection had no such call.';
grant execute on function public.ivr_announce_recording(uuid, text, text, text, integer) to service_role;

create function private.recording_wait(p_attempts integer) returns interval
language sql immutable
set search_path = ''
as $$
  select (array['1 minute', '2 minutes', '4 minutes', '8 minutes', '15 minutes', '30 minutes', '1 hour', '2 hours', '4 hours']::interval[])[p_attempts]
$$;
comment on function private.recording_wait(integer) is 'How long to wait after so many failed attempts; null when there are no more.';

create function public.ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid default null) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_claimed uuid[];
  v_spent uuid[];
begin
  with due as (
    select s.recording_id from private.recording_sources s
      where s.due_at is not null and coalesce(s.leased_until, s.due_at) <= clock_timestamp()
        and (p_recording_id is null or s.recording_id = p_recording_id)
      order by coalesce(s.leased_until, s.due_at) limit p_limit for update skip locked
  ), claimed as (
    update private.recording_sources s set leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds), fence = s.fence + 1
      from due where s.recording_id = due.recording_id returning s.recording_id
  )
  select coalesce(array_agg(recording_id), '{}') into v_claimed from claimed;

  -- Of a recording that ends every process that copies it, the last attempt is never reported.
  select coalesce(array_agg(id), '{}') into v_spent from public.call_recordings
    where id = any (v_claimed) and private.recording_wait(attempts) is null and attempts > 0;
  update public.call_recordings set status = 'failed', error = 'interrupted' where id = any (v_spent);
  update private.recording_sources set due_at = null, leased_until = null where recording_id = any (v_spent);
  -- Counted before it is made, so that one that never ends is counted too.
  update public.call_recordings set attempts = attempts + 1 where id = any (v_claimed) and id <> all (v_spent);

  return (select coalesce(jsonb_agg(jsonb_build_object(
      'id', r.id, 'fence', s.fence, 'user_id', r.user_id, 'call_log_id', r.call_log_id, 'url', s.url,
      'provider', l.provider, 'account_sid', c.account_sid,
      'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'purpose', k.purpose, 'sealed', k.sealed)
            order by k.expires_at is not null, k.created_at desc), '[]')
          from private.credentials k where k.connection_id = r.connection_id and (k.expires_at is null or k.expires_at > now())))), '[]')
    from public.call_recordings r
    join private.recording_sources s on s.recording_id = r.id
    join public.call_logs l on l.id = r.call_log_id
    left join public.phone_connections c on c.id = r.connection_id
    where r.id = any (v_claimed) and r.id <> all (v_spent));
end
$$;
comment on function public.ivr_claim_recordings(integer, integer, uuid) is
  'Takes recordings that are due to be copied, each for one worker until its lease ends, with what their provider must be asked with, sealed.';
grant execute on function public.ivr_claim_recordings(integer, integer, uuid) to service_role;
grant execute on function private.recording_wait(integer) to service_role;

create function public.ivr_complete_recording(
  p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_recording public.call_recordings;
begin
  -- The source's row first, as whoever claims takes them.
  perform from private.recording_sources where recording_id = p_recording_id for update;
  -- Whichever worker it was: all of them write the same bytes to the same place, and the first to say so publishes.
  update public.call_recordings set status = 'copied', path = p_path, bytes = p_bytes, content_type = p_content_type,
      copied_at = now(), error = null
    where id = p_recording_id and status <> 'copied' returning * into v_recording;
  if not found then
    return exists (select from public.call_recordings where id = p_recording_id);
  end if;
  update private.recording_sources set due_at = null, leased_until = null where recording_id = p_recording_id;
  update public.call_logs set recording_path = p_path where id = v_recording.call_log_id;
  if v_recording.kind = 'voicemail' then
    perform private.publish_event(v_recording.user_id, 'voicemail.received', jsonb_build_object('call_id', v_recording.call_log_id,
      'recording_id', v_recording.id, 'recording_path', p_path, 'duration_seconds', v_recording.duration_seconds));
  end if;
  return true;
end
$$;
comment on function public.ivr_complete_recording(uuid, text, bigint, text) is
  'Says that a recording is in storage: links it to its call and publishes voicemail.received, once. False where the recording is gone, so that its object must go too.';
grant execute on function public.ivr_complete_recording(uuid, text, bigint, text) to service_role;

create function public.ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_wait interval;
  v_status text;
begin
  perform from private.recording_sources where recording_id = p_recording_id and fence = p_fence and due_at is not null for update;
  if not found then
    return null;
  end if;
  update public.call_recordings set error = p_error,
      status = case when p_final or private.recording_wait(attempts) is null then 'failed' else 'pending' end
    where id = p_recording_id returning status, private.recording_wait(attempts) into v_status, v_wait;
  update private.recording_sources set leased_until = null,
      due_at = case when v_status = 'pending' then clock_timestamp() + v_wait end
    where recording_id = p_recording_id;
  return v_status;
end
$$;
comment on function public.ivr_fail_recording(uuid, integer, text, boolean) is
  'Says that an attempt failed: the next is scheduled, or none is left. Returns the recording''s status; null where another worker has taken it over.';
grant execute on function public.ivr_fail_recording(uuid, integer, text, boolean) to service_role;

create function private.copy_recordings() returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from private.recording_sources where due_at is not null and coalesce(leased_until, due_at) <= clock_timestamp()) then
    return private.invoke_function('/ivr/recordings/copy', interval '150 seconds');
  end if;
  return null;
end
$$;
comment on function private.copy_recordings() is 'Has the function ivr copy recordings if some are due; returns the id of the request.';

select private.schedule('ivr-recordings', '* * * * *', 'select private.copy_recordings()');
