-- Purpose: events, what became of them at each endpoint, and the queue between the two.
-- Tables:  webhook_events, webhook_logs, private.webhook_skipped (by month), private.webhook_deliveries, private.webhook_replays,
--          private.webhook_pace.
-- Risk:    none for existing data. Replaces private.ensure_partitions.

create function private.uuid_v7() returns uuid
language sql volatile
set search_path = ''
as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;
comment on function private.uuid_v7() is
  'A UUID that begins with the time (RFC 9562, version 7), so that new rows lie together in an index however large it has grown.';

create table public.webhook_events (
  id uuid not null default private.uuid_v7(),
  created_at timestamptz not null default now(),
  user_id uuid not null references auth.users on delete cascade,
  type text not null,
  agent_id uuid,
  ordering_key text check (length(ordering_key) between 1 and 200),
  payload text not null check (octet_length(payload) <= 262144),
  primary key (id, created_at)
) partition by range (created_at);
comment on table public.webhook_events is 'What happened: each event once, with the body that every endpoint gets.';
comment on column public.webhook_events.payload is 'The body as it is sent, byte for byte: {type, timestamp, data}.';
comment on column public.webhook_events.ordering_key is 'Events with the same key reach an ordered endpoint one after the other.';
create index idx_webhook_events_user_id on public.webhook_events (user_id, created_at desc, id desc);

create table public.webhook_logs (
  id uuid not null default private.uuid_v7(),
  created_at timestamptz not null default now(),
  user_id uuid not null references auth.users on delete cascade,
  webhook_id uuid not null,
  delivery_id uuid not null,
  event_id uuid not null,
  event_created_at timestamptz not null,
  event text not null,
  origin text not null,
  attempt_number integer not null,
  status_code integer,
  response_body text,
  error text,
  duration_ms integer,
  delivered_at timestamptz,
  primary key (id, created_at)
) partition by range (created_at);
comment on table public.webhook_logs is
  'Every attempt to deliver an event. Without a foreign key to the endpoint, which it outlives; the body is reached through the event.';
comment on column public.webhook_logs.event is 'The event''s type.';
comment on column public.webhook_logs.event_created_at is 'Where the event is found: together with event_id its key.';
comment on column public.webhook_logs.delivered_at is 'When the endpoint acknowledged; null for a failed attempt.';
create index idx_webhook_logs_webhook_id on public.webhook_logs (webhook_id, created_at desc, id desc);
create index idx_webhook_logs_event on public.webhook_logs (user_id, event, created_at desc);
create index idx_webhook_logs_event_id on public.webhook_logs (event_id);
create index idx_webhook_logs_delivery_id on public.webhook_logs (delivery_id);
-- Rows come in the order of time, which a block range index needs almost no room for.
create index idx_webhook_logs_created_at on public.webhook_logs using brin (created_at);

create table private.webhook_skipped (
  id uuid not null default private.uuid_v7(),
  created_at timestamptz not null default now(),
  webhook_id uuid not null references public.webhooks on delete cascade,
  event_id uuid not null,
  event_created_at timestamptz not null,
  primary key (id, created_at)
) partition by range (created_at);
comment on table private.webhook_skipped is 'Events that came for an endpoint while it was disabled, to be replayed.';
create index idx_webhook_skipped_webhook_id on private.webhook_skipped (webhook_id, created_at);

create table private.webhook_deliveries (
  id uuid primary key default private.uuid_v7(),
  seq bigint generated always as identity,
  webhook_id uuid not null references public.webhooks on delete cascade,
  event_id uuid not null,
  event_created_at timestamptz not null,
  type text not null,
  ordering_key text,
  origin text not null default 'event' check (origin in ('event', 'replay', 'resend', 'test')),
  replay_id uuid,
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  waiting boolean not null default false,
  fence integer not null default 0,
  leased_until timestamptz
)
-- Every row is rewritten once or twice and then deleted.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
comment on table private.webhook_deliveries is 'The queue: what is still to be sent. Finished work leaves it for webhook_logs.';
comment on column private.webhook_deliveries.seq is 'The order of deliveries with the same key.';
comment on column private.webhook_deliveries.ordering_key is 'The event''s key where the endpoint is ordered; null where it is not.';
comment on column private.webhook_deliveries.attempts is 'Attempts that are over.';
comment on column private.webhook_deliveries.waiting is 'Whether an earlier delivery with the same key must be done first.';
comment on column private.webhook_deliveries.fence is 'Counts the leases: who completes must hold the newest.';
comment on column private.webhook_deliveries.leased_until is 'While it is being sent: when the worker is given up for lost.';
create index idx_webhook_deliveries_due on private.webhook_deliveries (due_at, webhook_id) where leased_until is null and not waiting;
create index idx_webhook_deliveries_heads on private.webhook_deliveries (due_at)
  where ordering_key is not null and leased_until is null and not waiting;
create index idx_webhook_deliveries_leased on private.webhook_deliveries (leased_until, webhook_id) where leased_until is not null;
create index idx_webhook_deliveries_webhook_id on private.webhook_deliveries (webhook_id, ordering_key, seq);
create index idx_webhook_deliveries_replay_id on private.webhook_deliveries (replay_id) where replay_id is not null;

create table private.webhook_replays (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references public.webhooks on delete cascade,
  selection jsonb not null,
  count integer not null,
  cancelled_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table private.webhook_replays is 'Replays that owners asked for: what was selected and how many events that was.';
create index idx_webhook_replays_webhook_id on private.webhook_replays (webhook_id);

create table private.webhook_pace (
  webhook_id uuid primary key references public.webhooks on delete cascade,
  next_at timestamptz not null
)
with (fillfactor = 70);
comment on table private.webhook_pace is 'When an endpoint with a rate limit may be sent something again.';

alter table public.webhook_events enable row level security;
alter table public.webhook_logs enable row level security;
grant select on public.webhook_events, public.webhook_logs to authenticated, service_role;
create policy "Owners can read their events" on public.webhook_events
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read what became of their events" on public.webhook_logs
  for select to authenticated using (user_id = (select private.account_id()));
create trigger refuse_direct_write before insert or update or delete or truncate on public.webhook_events
  for each statement execute function private.refuse_direct_write();
create trigger refuse_direct_write before insert or update or delete or truncate on public.webhook_logs
  for each statement execute function private.refuse_direct_write();

create or replace function private.ensure_partitions(p_from date, p_months_ahead integer) returns integer
language plpgsql
set search_path = ''
-- Months begin in UTC, whoever asks: sessions of two time zones would leave a gap between them.
set timezone = 'UTC'
as $$
declare
  v_parent regclass;
  v_month date;
  v_name text;
  v_made integer := 0;
begin
  foreach v_parent in array array['public.audit_logs', 'public.webhook_events', 'public.webhook_logs', 'private.webhook_skipped']::regclass[] loop
    for v_month in
      select generate_series(date_trunc('month', p_from), date_trunc('month', p_from) + make_interval(months => p_months_ahead), interval '1 month')::date
    loop
      v_name := format('%s_%s', split_part(v_parent::text, '.', -1), to_char(v_month, 'YYYY_MM'));
      if to_regclass(format('private.%I', v_name)) is null then
        -- In private, because a partition is not protected by its parent's policies when it is read directly.
        execute format('create table private.%I partition of %s for values from (%L) to (%L)',
          v_name, v_parent, v_month, (v_month + interval '1 month')::date);
        execute format('revoke all on private.%I from anon, authenticated, service_role', v_name);
        -- Row triggers are inherited from the parent; a truncate trigger is not.
        if exists (select from pg_catalog.pg_trigger where tgrelid = v_parent and tgname = 'refuse_truncate') then
          execute format('create trigger refuse_truncate before truncate on private.%I for each statement execute function private.refuse_change()', v_name);
        end if;
        v_made := v_made + 1;
      end if;
    end loop;
  end loop;
  return v_made;
end
$$;

select private.ensure_partitions(current_date, 3);
