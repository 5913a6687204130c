-- Purpose: the agents that answer calls, as far as endpoints and dialers refer to them.
-- Tables:  agents.
-- Risk:    none for existing data.

create table public.agents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default private.account_id() references auth.users on delete cascade,
  name text not null check (length(name) between 1 and 100),
  description text not null default '' check (length(description) <= 2000),
  avatar_url text check (length(avatar_url) <= 2048 and avatar_url ~ '^https://'),
  is_active_for_dialer boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, user_id)
);
comment on table public.agents is 'Voice agents of a tenant. At most one of them dials.';
comment on column public.agents.is_active_for_dialer is 'Whether the dialer uses this agent; the others of the tenant must not be.';
create index idx_agents_user_id on public.agents (user_id);
create unique index idx_agents_active_for_dialer on public.agents (user_id) where is_active_for_dialer;

alter table public.agents enable row level security;
grant select, insert, update, delete on public.agents to authenticated, service_role;

create policy "Owners can read their agents" on public.agents
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can add agents" on public.agents
  for insert to authenticated with check (user_id = (select private.account_id()));
create policy "Owners can edit their agents" on public.agents
  for update to authenticated using (user_id = (select private.account_id())) with check (user_id = (select private.account_id()));
create policy "Owners can delete their agents" on public.agents
  for delete to authenticated using (user_id = (select private.account_id()));

create trigger refuse_protected_columns before insert or update on public.agents
  for each row execute function private.refuse_protected_columns('created_at=now()', 'updated_at=now()');
create trigger set_updated_at before update on public.agents
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.agents
  for each row execute function private.audit_row_change('agents');
