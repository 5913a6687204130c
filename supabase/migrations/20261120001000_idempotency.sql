-- Purpose: creating something once, however often the request comes.
-- Tables:  private.idempotency_keys.
-- Risk:    none for existing data.
--
-- A request is remembered in the transaction that carries it out: there is nothing to clean up after a crash, and what
-- failed is not remembered.

create table private.idempotency_keys (
  user_id uuid not null references auth.users on delete cascade,
  operation text not null,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null check (length(request_hash) = 64),
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (user_id, operation, key)
);
comment on table private.idempotency_keys is
  'What was answered to requests with an Idempotency-Key, for 24 hours. Answers as the database gives them: without the secrets that only the function knew.';
create index idx_idempotency_keys_created_at on private.idempotency_keys (created_at);

select private.schedule('idempotency-keys', '37 * * * *',
  $$delete from private.idempotency_keys where created_at <= now() - interval '24 hours'$$);

create function private.recall_request(p_operation text, p_key text, p_request_hash text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_known private.idempotency_keys;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  -- Held to the end of the transaction. Who comes in the meantime is told so rather than kept waiting.
  if not pg_try_advisory_xact_lock(hashtextextended(jsonb_build_array('idempotency', v_user_id, p_operation, p_key)::text, 0)) then
    return '{"state": "in_progress"}';
  end if;
  delete from private.idempotency_keys
    where user_id = v_user_id and operation = p_operation and key = p_key and created_at <= now() - interval '24 hours';
  select * into v_known from private.idempotency_keys where user_id = v_user_id and operation = p_operation and key = p_key;
  return case
    when v_known.key is null then null
    when v_known.request_hash <> p_request_hash then '{"state": "reused"}'
    else jsonb_build_object('state', 'replayed', 'response', v_known.response)
  end;
end
$$;
comment on function private.recall_request(text, text, text) is
  'What became of the caller''s earlier request: {state: in_progress | reused | replayed, response}, or null where this is the first one, which the transaction then owns. Security definer because no API role may read the table.';
grant execute on function private.recall_request(text, text, text) to authenticated;

create function private.remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb) returns jsonb
language sql volatile security definer
set search_path = ''
as $$
  insert into private.idempotency_keys (user_id, operation, key, request_hash, response)
    values (private.account_id(), p_operation, p_key, p_request_hash, p_response)
    returning jsonb_build_object('state', 'done', 'response', response)
$$;
comment on function private.remember_request(text, text, text, jsonb) is
  'Keeps the answer to the caller''s request for repeats of it. Security definer because no API role may write the table.';
grant execute on function private.remember_request(text, text, text, jsonb) to authenticated;

create function public.create_api_key_once(
  p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb, p_within text[] default null
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('api-keys.create', p_idempotency_key, p_request_hash),
    private.remember_request('api-keys.create', p_idempotency_key, p_request_hash,
      private.create_own_api_key(p_key_hash, p_key_prefix, p_settings, p_within)))
$$;
comment on function public.create_api_key_once(text, text, text, text, jsonb, text[]) is
  'public.create_api_key at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_api_key_once(text, text, text, text, jsonb, text[]) to authenticated;
