-- Purpose: the accounts at phone providers that may call us, their secrets, and the numbers that lead to menus.
-- Tables:  phone_connections, phone_numbers, private.credentials.
-- Risk:    none for existing data.

create table public.phone_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  provider text not null check (provider in ('twilio')),
  name text not null check (length(name) between 1 and 100),
  account_sid text check (length(account_sid) between 1 and 100),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, user_id)
);
comment on table public.phone_connections is 'An account at a phone provider whose signed requests we answer.';
comment on column public.phone_connections.account_sid is 'The provider''s name for the account; requests that name another are refused. Null accepts any.';
create index idx_phone_connections_user_id on public.phone_connections (user_id);

create table private.credentials (
  id uuid primary key,
  user_id uuid not null references auth.users on delete cascade,
  connection_id uuid not null references public.phone_connections on delete cascade,
  sealed text not null check (length(sealed) <= 8192 and sealed ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'),
  created_at timestamptz not null default now()
);
comment on table private.credentials is 'Third-party secrets, each a compact JWE bound to its user, table, column and row.';
create index idx_credentials_user_id on private.credentials (user_id);
create index idx_credentials_connection_id on private.credentials (connection_id);
grant select on private.credentials to service_role;

create table public.phone_numbers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default private.account_id() references auth.users on delete cascade,
  connection_id uuid not null,
  menu_id uuid,
  number text not null check (number ~ '^\+[1-9][0-9]{1,14}$'),
  label text check (length(label) between 1 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, number),
  -- Both keys carry the owner, so that a number cannot be pointed at another tenant's menu or account.
  constraint phone_numbers_connection_id_fkey foreign key (connection_id, user_id)
    references public.phone_connections (id, user_id) on delete cascade,
  constraint phone_numbers_menu_id_fkey foreign key (menu_id, user_id) references public.ivr_menus (id, user_id)
);
comment on table public.phone_numbers is 'Numbers that are answered, each with the menu that its callers hear first.';
comment on column public.phone_numbers.number is 'E.164.';
create index idx_phone_numbers_user_id on public.phone_numbers (user_id);
create index idx_phone_numbers_connection_id on public.phone_numbers (connection_id, user_id);
create index idx_phone_numbers_menu_id on public.phone_numbers (menu_id, user_id);

alter table public.phone_connections enable row level security;
alter table public.phone_numbers enable row level security;
grant select, update, delete on public.phone_connections to authenticated, service_role;
grant select, insert, update, delete on public.phone_numbers to authenticated, service_role;

create policy "Owners can read their connections" on public.phone_connections
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can rename and switch their connections" on public.phone_connections
  for update to authenticated using (user_id = (select private.account_id())) with check (user_id = (select private.account_id()));
create policy "Owners can delete their connections" on public.phone_connections
  for delete to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read their numbers" on public.phone_numbers
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can add numbers" on public.phone_numbers
  for insert to authenticated with check (user_id = (select private.account_id()));
create policy "Owners can edit their numbers" on public.phone_numbers
  for update to authenticated using (user_id = (select private.account_id())) with check (user_id = (select private.account_id()));
create policy "Owners can delete their numbers" on public.phone_numbers
  for delete to authenticated using (user_id = (select private.account_id()));

-- A connection without its sealed secret would answer nobody, so rows are made by create_phone_connection alone.
create trigger refuse_direct_write before insert on public.phone_connections
  for each statement execute function private.refuse_direct_write();
create trigger refuse_protected_columns before update on public.phone_connections
  for each row execute function private.refuse_protected_columns('id', 'provider', 'account_sid', 'created_at', 'updated_at');
create trigger set_updated_at before update on public.phone_connections
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.phone_connections
  for each row execute function private.audit_row_change('ivr.connections');

create trigger refuse_protected_columns before insert or update on public.phone_numbers
  for each row execute function private.refuse_protected_columns('created_at=now()', 'updated_at=now()');
create trigger set_updated_at before update on public.phone_numbers
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.phone_numbers
  for each row execute function private.audit_row_change('ivr.numbers');

create function private.create_own_phone_connection(
  p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text
) returns public.phone_connections
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_connection public.phone_connections;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  insert into public.phone_connections (id, user_id, provider, name, account_sid)
    values (p_id, v_user_id, p_provider, p_name, p_account_sid) returning * into v_connection;
  insert into private.credentials (id, user_id, connection_id, sealed) values (p_credential_id, v_user_id, p_id, p_sealed);
  return v_connection;
end
$$;
comment on function private.create_own_phone_connection(uuid, text, text, text, uuid, text) is
  'Adds a connection of the caller together with its sealed secret. Security definer because credentials are closed to API roles.';
grant execute on function private.create_own_phone_connection(uuid, text, text, text, uuid, text) to authenticated;

create function public.create_phone_connection(
  p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text
) returns public.phone_connections
language sql volatile
set search_path = ''
as $$ select private.create_own_phone_connection(p_id, p_provider, p_name, p_account_sid, p_credential_id, p_sealed) $$;
comment on function public.create_phone_connection(uuid, text, text, text, uuid, text) is
  'Adds a phone connection of the caller. The secret arrives sealed: a compact JWE bound to private.credentials.sealed and p_credential_id.';
grant execute on function public.create_phone_connection(uuid, text, text, text, uuid, text) to authenticated;
