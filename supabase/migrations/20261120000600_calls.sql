-- Purpose: calls, the sessions that walk a caller through menus, and every turn with the reply it got.
-- Tables:  call_logs, ivr_sessions, ivr_turns.
-- Risk:    none for existing data.

create table public.call_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  connection_id uuid references public.phone_connections on delete set null,
  provider text not null,
  provider_call_id text not null check (length(provider_call_id) between 1 and 128),
  direction text not null default 'inbound' check (direction in ('inbound', 'outbound')),
  from_number text,
  to_number text,
  status text not null check (status in
    ('queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled')),
  status_sequence integer,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  duration_seconds integer check (duration_seconds >= 0),
  summary text,
  transcript text,
  recording_path text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, provider_call_id)
);
comment on table public.call_logs is 'One row per call at a provider, whoever handled it.';
comment on column public.call_logs.status_sequence is 'The provider''s number of the newest status taken in; older ones are late and change nothing.';
comment on column public.call_logs.from_number is 'As the provider sent it.';
comment on column public.call_logs.to_number is 'As the provider sent it.';
create index idx_call_logs_user_id on public.call_logs (user_id, started_at desc);
create index idx_call_logs_connection_id on public.call_logs (connection_id);

create table public.ivr_sessions (
  id uuid primary key default gen_random_uuid(),
  session_id text not null check (length(session_id) between 1 and 128),
  user_id uuid not null references auth.users on delete cascade,
  connection_id uuid references public.phone_connections on delete set null,
  call_log_id uuid references public.call_logs on delete set null,
  menu_version_id uuid not null references public.ivr_menu_versions,
  current_menu_id uuid references public.ivr_menus on delete set null,
  menu_stack jsonb not null,
  no_input_count integer not null default 0,
  invalid_count integer not null default 0,
  retry_count integer not null generated always as (no_input_count + invalid_count) stored,
  digits text not null default '',
  step integer not null,
  start_time timestamptz not null default now(),
  last_activity timestamptz not null default now(),
  ended_at timestamptz,
  end_reason text check (end_reason in ('hung_up', 'connected', 'too_many_turns', 'caller_hung_up', 'timed_out')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, session_id)
);
comment on table public.ivr_sessions is 'Where each caller stands in a menu. Advanced one step at a time by ivr_commit_turn alone.';
comment on column public.ivr_sessions.session_id is 'The provider''s call id.';
comment on column public.ivr_sessions.menu_stack is 'Ids of the menus entered, the current one last.';
comment on column public.ivr_sessions.digits is 'Digits entered so far of an entry that a longer one may still complete.';
comment on column public.ivr_sessions.step is 'The step that the next turn must carry.';
create index idx_ivr_sessions_session_id on public.ivr_sessions (session_id);
create index idx_ivr_sessions_user_id on public.ivr_sessions (user_id);
create index idx_ivr_sessions_current_menu_id on public.ivr_sessions (current_menu_id);
create index idx_ivr_sessions_last_activity on public.ivr_sessions (last_activity);
create index idx_ivr_sessions_open on public.ivr_sessions (last_activity) where ended_at is null;
create index idx_ivr_sessions_call_log_id on public.ivr_sessions (call_log_id);
create index idx_ivr_sessions_menu_version_id on public.ivr_sessions (menu_version_id);

create table public.ivr_turns (
  session_id uuid not null references public.ivr_sessions on delete cascade,
  step integer not null check (step >= 0),
  user_id uuid not null references auth.users on delete cascade,
  menu_id uuid not null,
  input jsonb not null,
  outcome text not null,
  reply text not null,
  created_at timestamptz not null default now(),
  primary key (session_id, step)
);
comment on table public.ivr_turns is 'Each turn of a session with the exact reply that was sent, so that a repeated callback gets the same bytes.';
comment on column public.ivr_turns.menu_id is 'The menu in which the input was given.';
create index idx_ivr_turns_user_id on public.ivr_turns (user_id);

alter table public.call_logs enable row level security;
alter table public.ivr_sessions enable row level security;
alter table public.ivr_turns enable row level security;
grant select on public.call_logs, public.ivr_sessions, public.ivr_turns to authenticated;
grant select, insert, update, delete on public.call_logs, public.ivr_sessions, public.ivr_turns to service_role;

create policy "Owners can read their calls" on public.call_logs
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read their IVR sessions" on public.ivr_sessions
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read the turns of their IVR sessions" on public.ivr_turns
  for select to authenticated using (user_id = (select private.account_id()));

create trigger refuse_direct_write before insert or update or delete or truncate on public.call_logs
  for each statement execute function private.refuse_direct_write();
create trigger set_updated_at before update on public.call_logs
  for each row execute function private.set_updated_at();
create trigger refuse_direct_write before insert or update or delete or truncate on public.ivr_sessions
  for each statement execute function private.refuse_direct_write();
create trigger set_updated_at before update on public.ivr_sessions
  for each row execute function private.set_updated_at();
create trigger refuse_direct_write before insert or update or delete or truncate on public.ivr_turns
  for each statement execute function private.refuse_direct_write();
