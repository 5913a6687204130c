-- Purpose: schemas, default privileges and the helpers that every later migration stands on.
-- Tables:  none.
-- Risk:    changes default privileges for objects that this role creates from now on; existing objects are untouched.

create schema if not exists extensions;
create schema if not exists private;

comment on schema private is
  'Queues, secrets and helpers. Not exposed through the Data API; functions are executable by name, tables are closed.';

-- Supabase projects hand every new object in public to anon and authenticated. Here a table or
-- function is closed until a migration opens it by name.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;
-- Policies and triggers call helpers in private, so its names must resolve; its tables carry no grant.
grant usage on schema private to authenticated, service_role;

create function private.account_id() returns uuid
language sql stable
set search_path = ''
as $$ select auth.uid() $$;
comment on function private.account_id() is
  'The tenant that the caller acts for. Every policy compares user_id with it, so teams can come by changing it alone.';
grant execute on function private.account_id() to authenticated, service_role;

create function private.set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.set_updated_at() is 'Trigger: stamps updated_at on every update, whatever the caller sent.';

create function private.refuse_protected_columns() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_new jsonb := to_jsonb(new);
  v_old jsonb;
  v_argument text;
  v_column text;
  v_default text;
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if tg_op = 'UPDATE' then
    v_old := to_jsonb(old);
  end if;
  foreach v_argument in array tg_argv loop
    v_column := split_part(v_argument, '=', 1);
    v_default := nullif(split_part(v_argument, '=', 2), '');
    if tg_op = 'INSERT' then
      -- Left out of an insert, the column holds its default; anything else was sent.
      continue when v_default = 'now()' and v_new -> v_column = to_jsonb(now());
      continue when v_new ->> v_column is not distinct from v_default;
    else
      continue when v_new -> v_column is not distinct from v_old -> v_column;
    end if;
    raise exception using errcode = 'PT403', message = 'This column is set by Switchboard alone',
      detail = 'protected_column', hint = v_column;
  end loop;
  return new;
end
$$;
comment on function private.refuse_protected_columns() is
  'Trigger: refuses a write to the columns named in its arguments when it comes through the Data API. "column=default" names what an insert may leave there, null unless said.';

create function private.refuse_direct_write() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if current_user in ('anon', 'authenticated') then
    raise exception using errcode = 'PT403', message = 'This table is written by Switchboard alone',
      detail = 'forbidden', hint = tg_table_name;
  end if;
  return null;
end
$$;
comment on function private.refuse_direct_write() is
  'Statement trigger: refuses any write through the Data API, also where a platform granted more than we did and no row would match.';

create function private.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT403', message = tg_table_name || ' is append-only', detail = 'forbidden';
end
$$;
comment on function private.refuse_change() is 'Trigger: refuses update, delete and truncate of an append-only table to every role.';
