-- Purpose: a way straight to the functions that callers wait for, past the Data API.
-- Tables:  none.
-- Risk:    creates the role switchboard_hot. Nobody can sign in as it until the operator lets it, for SWITCHBOARD_DB_URL:
--            alter role switchboard_hot login password '…';
--
-- The role holds no privilege but to execute these functions, so they run as their owner. Each is the function of the
-- same name and parameters in public, which the Data API offers to service_role.

create function private.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return public.ivr_load_connection(p_provider, p_connection_id);
end
$$;
comment on function private.ivr_load_connection(text, uuid) is 'public.ivr_load_connection for the hot role. Security definer because that role may execute and nothing else.';

create function private.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return public.ivr_load_turn(p_provider, p_connection_id, p_call_id, p_to, p_step);
end
$$;
comment on function private.ivr_load_turn(text, uuid, text, text, integer) is 'public.ivr_load_turn for the hot role. Security definer because that role may execute and nothing else.';

create function private.ivr_start_session(
  p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid,
  p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns text
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_start_session(p_connection_id, p_call_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply);
end
$$;
comment on function private.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text) is
  'public.ivr_start_session for the hot role. Security definer because that role may execute and nothing else.';

create function private.ivr_commit_turn(
  p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text
) returns text
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_commit_turn(p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
end
$$;
comment on function private.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text) is
  'public.ivr_commit_turn for the hot role. Security definer because that role may execute and nothing else.';

create function private.ivr_record_status(
  p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  return public.ivr_record_status(p_connection_id, p_call_id, p_status, p_sequence, p_duration_seconds, p_from, p_to);
end
$$;
comment on function private.ivr_record_status(uuid, text, text, integer, integer, text, text) is
  'public.ivr_record_status for the hot role. Security definer because that role may execute and nothing else.';

do $$
begin
  if to_regrole('switchboard_hot') is null then
    begin
      create role switchboard_hot nologin noinherit;
      -- A pooler's sessions are nobody's to configure, but the role's settings come with the sign-in.
      alter role switchboard_hot set statement_timeout = '3500ms';
    exception
      when duplicate_object or unique_violation then
        -- Another database of this server was first, or at the same time: roles belong to all of them.
        null;
      when insufficient_privilege then
        raise notice 'The role switchboard_hot cannot be created here; without it, SWITCHBOARD_DB_URL is of no use';
        return;
    end;
  end if;
  grant usage on schema private to switchboard_hot;
  grant execute on function
    private.verify_api_key(text, text, text, uuid),
    private.ivr_load_connection(text, uuid),
    private.ivr_load_turn(text, uuid, text, text, integer),
    private.ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text),
    private.ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text),
    private.ivr_record_status(uuid, text, text, integer, integer, text, text)
    to switchboard_hot;
end
$$;
