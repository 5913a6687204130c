-- Purpose: the configuration of a user's account at Retell, which several devices write: the last write wins.
-- Tables:  none new; writes user_profiles.
-- Risk:    none for existing data.

create function private.describe_retell_config(p_profile public.user_profiles) returns jsonb
language sql stable
set search_path = ''
as $$
  select (
    select jsonb_object_agg(name, jsonb_build_object(
      'present', p_profile.retell_secrets ? name,
      'last_four', p_profile.retell_secrets #> array[name, 'last_four'],
      'fingerprint', p_profile.retell_secrets #> array[name, 'fingerprint']))
    from unnest(array['api_key', 'call_agent_id', 'sms_agent_id']) name
  ) || jsonb_build_object(
    'phone_number', p_profile.phone_number,
    'webhook_config', p_profile.webhook_config,
    'updated_at', p_profile.retell_config_updated_at,
    'device_id', nullif(p_profile.retell_config_device_id, ''),
    'hook_id', p_profile.retell_hook_id,
    'status', p_profile.retell_integration_status,
    'last_retell_sync', p_profile.last_retell_sync)
$$;
comment on function private.describe_retell_config(public.user_profiles) is 'The configuration as its owner is shown it: of secrets whether they are there, how they end, and a digest.';

create function private.retell_config_content(p_profile public.user_profiles) returns text
language sql immutable
set search_path = ''
as $$ select jsonb_build_array(p_profile.retell_secrets, p_profile.phone_number, p_profile.webhook_config)::text $$;
comment on function private.retell_config_content(public.user_profiles) is
  'What a configuration says, as text: decides between two writes of one time and device. Sealed texts differ from one sealing to the next and are left out.';

create function private.retell_config_problems(p_config jsonb) returns table (path text, message text)
language sql immutable
set search_path = ''
as $$
  select k.key, 'Unrecognized key' from jsonb_object_keys(p_config) k (key)
    where k.key not in ('api_key', 'call_agent_id', 'sms_agent_id', 'agent_config', 'phone_number', 'webhook_config')
  union all
  select s.key, 'Must be {sealed, last_four, fingerprint}'
    from jsonb_each(p_config) s
    where s.key in ('api_key', 'call_agent_id', 'sms_agent_id') and s.value <> 'null' and not coalesce(
      jsonb_typeof(s.value) = 'object' and jsonb_typeof(s.value -> 'sealed') = 'string'
        and s.value ->> 'sealed' ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'
        and length(s.value ->> 'sealed') <= 8192 and length(s.value ->> 'last_four') <= 4 and s.value ->> 'fingerprint' ~ '^[0-9a-f]{16}$', false)
  union all
  select 'agent_config', 'Must be a compact JWE of at most 65536 characters'
    where p_config -> 'agent_config' <> 'null' and not coalesce(length(p_config ->> 'agent_config') <= 65536
      and p_config ->> 'agent_config' ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$', false)
  union all
  select 'phone_number', 'Must be a number in E.164 form'
    where p_config -> 'phone_number' <> 'null' and p_config ->> 'phone_number' !~ '^\+[1-9][0-9]{1,14}$'
  union all
  select 'webhook_config', 'Must be {"enabled": true, "events": ["call_started", …]}'
    from (values (p_config -> 'webhook_config')) c (value)
    where c.value <> 'null' and not case when jsonb_typeof(c.value) <> 'object' then false
      when c.value - array['enabled', 'events'] <> '{}' or jsonb_typeof(coalesce(c.value -> 'enabled', 'true')) <> 'boolean' then false
      when jsonb_typeof(coalesce(c.value -> 'events', '[]')) <> 'array' then false
      else jsonb_array_length(coalesce(c.value -> 'events', '[]')) <= 8 and coalesce(c.value -> 'events', '[]') <@ '["call_started", "call_ended",
        "call_analyzed", "transcript_updated", "transfer_started", "transfer_bridged", "transfer_cancelled", "transfer_ended"]' end
$$;
comment on function private.retell_config_problems(jsonb) is 'What is wrong with a configuration that is to be stored, field by field.';

create function private.store_own_retell_config(p_config jsonb, p_updated_at timestamptz, p_device_id text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_device text := coalesce(p_device_id, '');
  v_problems jsonb;
  v_old public.user_profiles;
  v_new public.user_profiles;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  elsif jsonb_typeof(p_config) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'A configuration is an object', detail = 'validation_failed', hint = 'config';
  end if;
  select jsonb_agg(jsonb_build_object('path', path, 'message', message)) into v_problems from (
    select path, message from private.retell_config_problems(p_config)
    union all
    select 'device_id', 'Must have at most 100 characters' where length(v_device) > 100
    union all
    select 'updated_at', 'Must be at most 5 minutes ahead of the server' where p_updated_at > clock_timestamp() + interval '5 minutes'
    union all
    select 'updated_at', 'Must be a time' where not isfinite(p_updated_at)
  ) problems;
  if v_problems is not null then
    raise exception using errcode = 'PT422', message = 'The configuration is invalid', detail = 'validation_failed', hint = v_problems::text;
  end if;

  insert into public.user_profiles (user_id, id) values (v_user_id, v_user_id) on conflict do nothing;
  -- Writes of several devices queue up here, so that each compares itself with what is stored.
  select * into strict v_old from public.user_profiles where user_id = v_user_id for update;
  v_new := v_old;
  -- A write without a time is one of now, and after whatever is there.
  v_new.retell_config_updated_at := coalesce(p_updated_at, greatest(clock_timestamp(), v_old.retell_config_updated_at + interval '1 microsecond'));
  v_new.retell_config_device_id := v_device;
  v_new.encrypted_retell_api_key := p_config #>> '{api_key,sealed}';
  v_new.encrypted_call_agent_id := p_config #>> '{call_agent_id,sealed}';
  v_new.encrypted_sms_agent_id := p_config #>> '{sms_agent_id,sealed}';
  v_new.encrypted_agent_config := to_jsonb(p_config ->> 'agent_config');
  v_new.phone_number := p_config ->> 'phone_number';
  v_new.webhook_config := coalesce(nullif(p_config -> 'webhook_config', 'null'), '{}');
  v_new.retell_secrets := coalesce((select jsonb_object_agg(s.key, s.value - 'sealed') from jsonb_each(p_config) s
    where s.key in ('api_key', 'call_agent_id', 'sms_agent_id') and s.value <> 'null'), '{}');
  v_new.retell_hook_id := coalesce(v_old.retell_hook_id, gen_random_uuid());
  -- Another key is another account until it has been asked about.
  if v_new.retell_secrets -> 'api_key' is distinct from v_old.retell_secrets -> 'api_key' then
    v_new.retell_integration_status := 'disconnected';
    v_new.last_retell_sync := null;
  end if;

  if v_old.retell_config_updated_at is not null
    and (v_new.retell_config_updated_at, v_new.retell_config_device_id collate "C", private.retell_config_content(v_new) collate "C")
      <= (v_old.retell_config_updated_at, v_old.retell_config_device_id collate "C", private.retell_config_content(v_old) collate "C")
  then
    -- The same write once more has been stored already.
    return jsonb_build_object('config', private.describe_retell_config(v_old), 'stored',
      (v_new.retell_config_updated_at, v_new.retell_config_device_id, private.retell_config_content(v_new))
        = (v_old.retell_config_updated_at, v_old.retell_config_device_id, private.retell_config_content(v_old)));
  end if;
  update public.user_profiles set
      retell_config_updated_at = v_new.retell_config_updated_at,
      retell_config_device_id = v_new.retell_config_device_id,
      encrypted_retell_api_key = v_new.encrypted_retell_api_key,
      encrypted_call_agent_id = v_new.encrypted_call_agent_id,
      encrypted_sms_agent_id = v_new.encrypted_sms_agent_id,
      encrypted_agent_config = v_new.encrypted_agent_config,
      phone_number = v_new.phone_number,
      webhook_config = v_new.webhook_config,
      retell_secrets = v_new.retell_secrets,
      retell_hook_id = v_new.retell_hook_id,
      retell_integration_status = v_new.retell_integration_status,
      last_retell_sync = v_new.last_retell_sync
    where user_id = v_user_id;
  return jsonb_build_object('config', private.describe_retell_config(v_new), 'stored', true);
end
$$;
comment on function private.store_own_retell_config(jsonb, timestamptz, text) is
  'Stores the caller''s configuration, whole: what p_config leaves out is not set afterwards. Security definer because sealed columns are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.store_own_retell_config(jsonb, timestamptz, text) to authenticated;

create function public.store_retell_config(p_config jsonb, p_updated_at timestamptz default null, p_device_id text default null) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.store_own_retell_config(p_config, p_updated_at, p_device_id) $$;
comment on function public.store_retell_config(jsonb, timestamptz, text) is
  'Stores the caller''s account at Retell: {api_key, call_agent_id, sms_agent_id} as {sealed, last_four, fingerprint}, agent_config sealed, phone_number, webhook_config. The latest p_updated_at wins, then the greater p_device_id. {stored, config}: where stored is false, config is what has won. PT422 for a time more than 5 minutes ahead.';
grant execute on function public.store_retell_config(jsonb, timestamptz, text) to authenticated;

create function private.get_own_user_profile() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select to_jsonb(p)
    - array['encrypted_retell_api_key', 'encrypted_call_agent_id', 'encrypted_sms_agent_id', 'encrypted_agent_config',
      'retell_secrets', 'retell_config_updated_at', 'retell_config_device_id', 'retell_hook_id']
    || jsonb_build_object('retell', private.describe_retell_config(p))
  from public.user_profiles p where p.user_id = private.account_id()
$$;
comment on function private.get_own_user_profile() is
  'The caller''s profile. Security definer because its sealed columns are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.get_own_user_profile() to authenticated;

create function public.get_complete_user_profile() returns jsonb
language sql stable
set search_path = ''
as $$ select private.get_own_user_profile() $$;
comment on function public.get_complete_user_profile() is
  'The caller''s whole profile, with the configuration of Retell under retell; of secrets whether they are there, how they end, and a digest.';
grant execute on function public.get_complete_user_profile() to authenticated;

create function public.update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text) returns jsonb
language sql volatile
set search_path = ''
as $$
  update public.user_profiles p set
      retell_integration_status = p_status,
      last_retell_sync = case when p_status = 'connected' then now() else p.last_retell_sync end
    -- What was found out about a key says nothing of the one that has taken its place.
    where p.user_id = p_user_id and p.retell_secrets #>> '{api_key,fingerprint}' is not distinct from p_fingerprint
    returning private.describe_retell_config(p)
$$;
comment on function public.update_retell_integration_status(uuid, text, text) is
  'Notes what Retell said of the key with this fingerprint; connected also means that it answered now. Returns the configuration as its owner is shown it, or null where the key is another by now.';
grant execute on function private.describe_retell_config(public.user_profiles) to service_role;
grant execute on function public.update_retell_integration_status(uuid, text, text) to service_role;
