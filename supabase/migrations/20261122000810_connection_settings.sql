-- Purpose: what owners do with connections, numbers and transfer rules beyond making them.
-- Tables:  none new; the view phone_connection_details. Replaces create_phone_connection, which takes an API secret too.
-- Risk:    none for existing data. Calls of create_phone_connection with six arguments go on.

create function private.connection_secrets(p_connection_id uuid) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object('purpose', s.purpose, 'created_at', s.created_at, 'expires_at', s.expires_at)
      order by s.purpose desc, s.created_at desc)
    from private.credentials s
    where s.connection_id = p_connection_id and s.user_id = private.account_id() and (s.expires_at is null or s.expires_at > now())
$$;
comment on function private.connection_secrets(uuid) is
  'Which secrets a connection of the caller has, without the secrets. Security definer because credentials are closed to API roles; it tells of private.account_id()''s only.';
grant execute on function private.connection_secrets(uuid) to authenticated;

create view public.phone_connection_details with (security_invoker = true) as
  select c.id, c.provider, c.name, c.account_sid, c.enabled, c.allowed_callers, c.blocked_callers,
    coalesce(private.connection_secrets(c.id), '[]') as secrets, c.created_at, c.updated_at
  from public.phone_connections c;
comment on view public.phone_connection_details is
  'Connections as their owner is shown them: with which secrets there are, since when and until when.';
grant select on public.phone_connection_details to authenticated;

create function private.lock_own_phone_connection(p_id uuid) returns public.phone_connections
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.phone_connections;
begin
  select * into v_connection from public.phone_connections where id = p_id and user_id = private.account_id() for no key update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such connection', detail = 'not_found';
  end if;
  return v_connection;
end
$$;
comment on function private.lock_own_phone_connection(uuid) is
  'A connection of the caller, locked until the end of the transaction. PT404 for any other.';

create function private.describe_phone_connection(p_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select to_jsonb(d) from public.phone_connection_details d where d.id = p_id $$;
comment on function private.describe_phone_connection(uuid) is 'A connection as its owner is shown it.';

create function private.set_api_secret(p_connection public.phone_connections, p_secret jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from private.credentials where connection_id = p_connection.id and purpose = 'api';
  if jsonb_typeof(p_secret) = 'object' then
    insert into private.credentials (id, user_id, connection_id, purpose, sealed)
      values ((p_secret ->> 'id')::uuid, p_connection.user_id, p_connection.id, 'api', p_secret ->> 'sealed');
  end if;
end
$$;
comment on function private.set_api_secret(public.phone_connections, jsonb) is
  'Gives a connection the secret {id, sealed} to ask its provider''s API with, in place of any other; takes it away where there is none.';

create function private.require_account_of_api_secret(p_connection public.phone_connections) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_connection.account_sid is null and exists (select from private.credentials where connection_id = p_connection.id and purpose = 'api') then
    raise exception using errcode = 'PT422', message = 'The API secret is of an account that must be named', detail = 'validation_failed',
      hint = '[{"path": "account_sid", "message": "Must be given where there is an api_secret"}]';
  end if;
end
$$;
comment on function private.require_account_of_api_secret(public.phone_connections) is
  'Refuses a connection with an API secret that does not say whose it is: the API is asked in the name of account_sid.';

drop function public.create_phone_connection(uuid, text, text, text, uuid, text);
drop function private.create_own_phone_connection(uuid, text, text, text, uuid, text);

create function private.create_own_phone_connection(
  p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb default null
) returns jsonb
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
  perform private.set_api_secret(v_connection, p_api_secret);
  perform private.require_account_of_api_secret(v_connection);
  return private.describe_phone_connection(p_id);
end
$$;
comment on function private.create_own_phone_connection(uuid, text, text, text, uuid, text, jsonb) is
  'Adds a connection of the caller together with its sealed secrets. Security definer because credentials are closed to API roles.';
grant execute on function private.create_own_phone_connection(uuid, text, text, text, uuid, text, jsonb) to authenticated;

create function public.create_phone_connection(
  p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb default null
) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.create_own_phone_connection(p_id, p_provider, p_name, p_account_sid, p_credential_id, p_sealed, p_api_secret) $$;
comment on function public.create_phone_connection(uuid, text, text, text, uuid, text, jsonb) is
  'Adds a phone connection of the caller. Secrets arrive sealed: compact JWEs bound to private.credentials.sealed and their ids, p_api_secret as {id, sealed}.';
grant execute on function public.create_phone_connection(uuid, text, text, text, uuid, text, jsonb) to authenticated;

create function public.create_phone_connection_once(
  p_idempotency_key text, p_request_hash text,
  p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb default null
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('ivr.connections.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.connections.create', p_idempotency_key, p_request_hash,
      private.create_own_phone_connection(p_id, p_provider, p_name, p_account_sid, p_credential_id, p_sealed, p_api_secret)))
$$;
comment on function public.create_phone_connection_once(text, text, uuid, text, text, text, uuid, text, jsonb) is
  'public.create_phone_connection at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_phone_connection_once(text, text, uuid, text, text, text, uuid, text, jsonb) to authenticated;

create function private.update_own_phone_connection(p_id uuid, p_settings jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_connection public.phone_connections := private.lock_own_phone_connection(p_id);
  v_settings text[] := array['name', 'account_sid', 'enabled', 'allowed_callers', 'blocked_callers', 'api_secret'];
  v_strange text;
begin
  select key into v_strange from jsonb_object_keys(p_settings) key where key <> all (v_settings) order by key limit 1;
  if v_strange is not null then
    raise exception using errcode = 'PT422', message = 'A connection has no such setting', detail = 'validation_failed', hint = v_strange;
  end if;
  v_connection := jsonb_populate_record(v_connection, p_settings);
  update public.phone_connections set name = v_connection.name, account_sid = v_connection.account_sid, enabled = v_connection.enabled,
      allowed_callers = v_connection.allowed_callers, blocked_callers = v_connection.blocked_callers
    where id = p_id;
  if p_settings ? 'api_secret' then
    perform private.set_api_secret(v_connection, p_settings -> 'api_secret');
    perform private.audit(v_connection.user_id, 'ivr.connections.set-api-secret', 'phone_connections', p_id, '{}');
  end if;
  perform private.require_account_of_api_secret(v_connection);
  return private.describe_phone_connection(p_id);
end
$$;
comment on function private.update_own_phone_connection(uuid, jsonb) is
  'Changes settings of a connection of the caller; those left out stay. api_secret is {id, sealed}, or null to take it away. Security definer as private.create_own_phone_connection is.';
grant execute on function private.update_own_phone_connection(uuid, jsonb) to authenticated;

create function public.update_phone_connection(p_id uuid, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.update_own_phone_connection(p_id, p_settings) $$;
comment on function public.update_phone_connection(uuid, jsonb) is 'Changes the settings of a connection of the caller that p_settings names.';
grant execute on function public.update_phone_connection(uuid, jsonb) to authenticated;

create function private.rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_connection public.phone_connections;
  v_until timestamptz := now() + make_interval(hours => p_overlap_hours);
begin
  if p_overlap_hours is null or p_overlap_hours not between 0 and 168 then
    raise exception using errcode = 'PT422', message = 'The overlap is out of range', detail = 'validation_failed',
      hint = '[{"path": "overlap_hours", "message": "Must be 0 to 168"}]';
  end if;
  v_connection := private.lock_own_phone_connection(p_id);
  delete from private.credentials
    where connection_id = p_id and purpose = 'signing' and (p_overlap_hours = 0 or expires_at <= now());
  -- A third secret would end the first, which the provider may still sign with: a request that is sent twice must not.
  if exists (select from private.credentials where connection_id = p_id and expires_at is not null) then
    raise exception using errcode = 'PT409', message = 'Two secrets are accepted already', detail = 'conflict',
      hint = '[{"path": "overlap_hours", "message": "Another secret is being replaced until its overlap ends; 0 ends all but the new one now"}]';
  end if;
  update private.credentials set expires_at = v_until where connection_id = p_id and purpose = 'signing';
  insert into private.credentials (id, user_id, connection_id, sealed) values (p_credential_id, v_connection.user_id, p_id, p_sealed);
  perform private.audit(v_connection.user_id, 'ivr.connections.rotate-secret', 'phone_connections', p_id,
    jsonb_build_object('overlap_hours', p_overlap_hours));
  return private.describe_phone_connection(p_id);
end
$$;
comment on function private.rotate_own_connection_secret(uuid, uuid, text, integer) is
  'Gives a connection of the caller a new signing secret; the one before is accepted beside it for p_overlap_hours, or, with 0, no longer. PT409 conflict while two are accepted. Security definer as private.create_own_phone_connection is.';
grant execute on function private.rotate_own_connection_secret(uuid, uuid, text, integer) to authenticated;

create function public.rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.rotate_own_connection_secret(p_id, p_credential_id, p_sealed, p_overlap_hours) $$;
comment on function public.rotate_connection_secret(uuid, uuid, text, integer) is
  'Gives a connection of the caller a new signing secret, sealed for p_credential_id.';
grant execute on function public.rotate_connection_secret(uuid, uuid, text, integer) to authenticated;

-- Numbers are their owner's to write under row level security; these functions say which field is at fault.

create function private.name_number_fault(p_constraint text) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_constraint = 'phone_numbers_connection_id_number_key' then
    raise exception using errcode = 'PT409', message = 'The connection has this number', detail = 'conflict',
      hint = '[{"path": "number", "message": "The connection has this number already"}]';
  elsif p_constraint = 'phone_numbers_connection_id_fkey' then
    raise exception using errcode = 'PT422', message = 'No such connection', detail = 'validation_failed',
      hint = '[{"path": "connection_id", "message": "There is no such connection"}]';
  elsif p_constraint = 'phone_numbers_menu_id_fkey' then
    raise exception using errcode = 'PT422', message = 'No such menu', detail = 'validation_failed',
      hint = '[{"path": "menu_id", "message": "There is no such menu"}]';
  end if;
end
$$;
comment on function private.name_number_fault(text) is
  'Raises the problem that a violated constraint of phone_numbers is to its owner; returns where it names none.';
grant execute on function private.name_number_fault(text) to authenticated;

create function public.create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid default null, p_label text default null)
returns public.phone_numbers
language plpgsql
set search_path = ''
as $$
declare
  v_number public.phone_numbers;
  v_constraint text;
begin
  insert into public.phone_numbers (connection_id, number, menu_id, label)
    values (p_connection_id, p_number, p_menu_id, p_label) returning * into v_number;
  return v_number;
exception when unique_violation or foreign_key_violation then
  get stacked diagnostics v_constraint = constraint_name;
  perform private.name_number_fault(v_constraint);
  raise;
end
$$;
comment on function public.create_phone_number(uuid, text, uuid, text) is
  'Adds a number of the caller to a connection and a menu of the caller. PT409 and PT422 name the field at fault.';
grant execute on function public.create_phone_number(uuid, text, uuid, text) to authenticated;

create function public.create_phone_number_once(
  p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid default null, p_label text default null
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('ivr.numbers.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.numbers.create', p_idempotency_key, p_request_hash,
      to_jsonb(public.create_phone_number(p_connection_id, p_number, p_menu_id, p_label))))
$$;
comment on function public.create_phone_number_once(text, text, uuid, text, uuid, text) is
  'public.create_phone_number at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_phone_number_once(text, text, uuid, text, uuid, text) to authenticated;

create function public.update_phone_number(p_id uuid, p_settings jsonb) returns public.phone_numbers
language plpgsql
set search_path = ''
as $$
declare
  v_number public.phone_numbers;
  v_constraint text;
begin
  select * into v_number from public.phone_numbers where id = p_id and user_id = private.account_id() for no key update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such number', detail = 'not_found';
  end if;
  v_number := jsonb_populate_record(v_number, p_settings - '{id,user_id,created_at,updated_at}'::text[]);
  update public.phone_numbers set connection_id = v_number.connection_id, number = v_number.number, menu_id = v_number.menu_id, label = v_number.label
    where id = p_id returning * into v_number;
  return v_number;
exception when unique_violation or foreign_key_violation then
  get stacked diagnostics v_constraint = constraint_name;
  perform private.name_number_fault(v_constraint);
  raise;
end
$$;
comment on function public.update_phone_number(uuid, jsonb) is
  'Changes what p_settings names of a number of the caller: connection_id, number, menu_id, label. PT409 and PT422 name the field at fault.';
grant execute on function public.update_phone_number(uuid, jsonb) to authenticated;

create function private.own_transfer_rules() returns private.transfer_rules
language sql stable security definer
set search_path = ''
as $$ select r from private.transfer_rules r where r.user_id = private.account_id() $$;
comment on function private.own_transfer_rules() is
  'The caller''s own transfer rules, or null where none were set. Security definer because the rules are closed to API roles.';
grant execute on function private.own_transfer_rules() to authenticated;

create function public.get_transfer_rules() returns table (countries text[], prefixes text[], max_per_hour integer)
language sql stable
set search_path = ''
as $$ select r.countries, coalesce(r.prefixes, '{}'), coalesce(r.max_per_hour, 100) from private.own_transfer_rules() r $$;
comment on function public.get_transfer_rules() is
  'Where the caller''s own callers may be transferred to, and how often: as set by set_transfer_rules, or what holds where nothing was set.';
grant execute on function public.get_transfer_rules() to authenticated;
