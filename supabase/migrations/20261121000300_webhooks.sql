-- Purpose: the addresses that events are sent to, and what their owners may set.
-- Tables:  webhooks, private.webhook_limits, private.event_types.
-- Risk:    none for existing data.

create table private.event_types (
  type text primary key,
  description text not null
);
comment on table private.event_types is 'The catalogue of shared/webhooks/event_catalogue.ts, which a test compares with it. Types under custom. need no row.';
insert into private.event_types (type, description) values
  ('api_key.leaked', 'An API key was found in public and is disabled'),
  ('api_key.rotated', 'An API key was replaced by a new one'),
  ('call.analyzed', 'The analysis of a call is there'),
  ('call.ended', 'A call is over'),
  ('call.started', 'A call has come in or was placed'),
  ('call.transfer.ended', 'A transfer of a call has ended'),
  ('call.transfer.started', 'A call is being transferred'),
  ('conversation.updated', 'A conversation has something new'),
  ('endpoint.disabled', 'An endpoint is sent nothing more'),
  ('endpoint.failing', 'An endpoint has been failing and will be disabled if it goes on'),
  ('endpoint.recovered', 'An endpoint that was failing answers again'),
  ('ivr.input', 'A caller pressed a key in a menu, or let the time pass'),
  ('ivr.session.ended', 'A caller has left the menus'),
  ('ivr.session.started', 'A caller has entered a menu'),
  ('test.ping', 'A test that the owner of an endpoint asked for'),
  ('voicemail.received', 'A caller has left a message');

create table private.webhook_limits (
  user_id uuid primary key references auth.users on delete cascade,
  max_webhooks integer not null check (max_webhooks between 0 and 100000)
);
comment on table private.webhook_limits is 'Tenants for whom the operator has set another number of endpoints than private.max_webhooks gives.';

create table public.webhooks (
  id uuid primary key,
  user_id uuid not null references auth.users on delete cascade,
  agent_id uuid,
  url text not null check (length(url) <= 2048 and url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$'),
  events text[] not null check (cardinality(events) between 1 and 100),
  secret text not null check (length(secret) <= 8192),
  old_secrets jsonb not null default '[]',
  enabled boolean not null default true,
  disabled_reason text check (disabled_reason in ('owner', 'gone', 'receiver', 'failing')),
  description text check (length(description) <= 500),
  headers text check (length(headers) <= 65536),
  header_names text[] not null default '{}',
  filter jsonb,
  ordered boolean not null default false,
  retry_count integer not null default 9 check (retry_count between 0 and 20),
  retry_schedule integer[] check (cardinality(retry_schedule) between 1 and 20),
  max_in_flight integer not null default 8 check (max_in_flight between 1 and 100),
  rate_limit integer check (rate_limit between 1 and 1000),
  last_triggered_at timestamptz,
  last_status integer,
  last_error text,
  last_success_at timestamptz,
  failing_since timestamptz,
  failure_count integer not null default 0,
  warned_share numeric not null default 0,
  secret_rotated_at timestamptz,
  old_secrets_expire_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (enabled = (disabled_reason is null)),
  constraint webhooks_agent_id_fkey foreign key (agent_id, user_id) references public.agents (id, user_id)
)
-- Each batch of deliveries rewrites a row without touching an index.
with (fillfactor = 70);
comment on table public.webhooks is 'Endpoints: where a tenant wants its events sent. Written by the functions of this migration and by deliveries alone.';
comment on column public.webhooks.agent_id is 'Only events of this agent are sent; null for all.';
comment on column public.webhooks.events is 'Types, prefixes such as call.*, or * for all.';
comment on column public.webhooks.secret is 'The signing secret, sealed. Shown to nobody.';
comment on column public.webhooks.old_secrets is 'Secrets that still sign after a rotation, newest first: [{sealed, expires_at}].';
comment on column public.webhooks.old_secrets_expire_at is 'When the last of them ends; null where a rotation left none.';
comment on column public.webhooks.disabled_reason is 'Who or what disabled the endpoint; null while it is enabled.';
comment on column public.webhooks.headers is 'Headers of the owner''s own, a sealed JSON object. Shown to nobody; their names are in header_names.';
comment on column public.webhooks.filter is 'What an event''s data must be like: {path: value or {operator: value}}; null for anything.';
comment on column public.webhooks.ordered is 'Whether events with the same ordering key are sent one after the other.';
comment on column public.webhooks.retry_count is 'How often a failed delivery is tried again.';
comment on column public.webhooks.retry_schedule is 'Waits before the retries, in seconds, the last one repeated as needed; null for the standard schedule.';
comment on column public.webhooks.max_in_flight is 'How many deliveries may be under way at once.';
comment on column public.webhooks.rate_limit is 'Deliveries per second; null for no limit.';
comment on column public.webhooks.failing_since is 'The first failure after the last success.';
comment on column public.webhooks.failure_count is 'Failed attempts since then.';
comment on column public.webhooks.warned_share is 'How far on the way to being disabled the owner was last told that the endpoint is: 0, 0.5 or 0.9.';

create index idx_webhooks_user_id on public.webhooks (user_id, created_at desc, id desc);
create index idx_webhooks_agent_id on public.webhooks (agent_id, user_id);
create index idx_webhooks_enabled on public.webhooks (user_id) where enabled;

alter table public.webhooks enable row level security;
-- Column by column: nothing that is sealed.
grant select (id, user_id, agent_id, url, events, enabled, disabled_reason, description, header_names, filter, ordered, retry_count,
  retry_schedule, max_in_flight, rate_limit, last_triggered_at, last_status, last_error, last_success_at, failing_since, failure_count,
  secret_rotated_at, old_secrets_expire_at, created_at, updated_at)
  on public.webhooks to authenticated, service_role;
create policy "Owners can read their endpoints" on public.webhooks
  for select to authenticated using (user_id = (select private.account_id()));

create trigger refuse_direct_write before insert or update or delete or truncate on public.webhooks
  for each statement execute function private.refuse_direct_write();
-- What deliveries write is neither an update nor audited: these name the columns that a person, or disabling, changes.
create trigger set_updated_at before update of agent_id, url, events, secret, old_secrets, enabled, description, headers, filter, ordered,
  retry_count, retry_schedule, max_in_flight, rate_limit on public.webhooks
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or delete or update of agent_id, url, events, secret, old_secrets, enabled, description, headers,
  filter, ordered, retry_count, retry_schedule, max_in_flight, rate_limit on public.webhooks
  for each row execute function private.audit_row_change('webhooks');

-- Which events an endpoint wants.

create function private.event_patterns(p_type text) returns text[]
language sql immutable
set search_path = ''
as $$
  select array['*', p_type] || array(
    select array_to_string(parts[1:n], '.') || '.*'
    from string_to_array(p_type, '.') parts, generate_series(1, cardinality(parts) - 1) n)
$$;
comment on function private.event_patterns(text) is 'Every subscription that a type answers to: a.b.c to *, a.b.c, a.* and a.b.*.';

create function private.is_event_type(p_type text) returns boolean
language sql stable
set search_path = ''
as $$
  select length(p_type) <= 100 and p_type ~ '^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$'
    and (p_type like 'custom.%' or exists (select from private.event_types where type = p_type))
$$;
comment on function private.is_event_type(text) is 'Whether events of the type may be published: those of the catalogue, and any under custom.';

create function private.is_event_pattern(p_pattern text) returns boolean
language sql stable
set search_path = ''
as $$
  select p_pattern = '*' or private.is_event_type(p_pattern) or (
    right(p_pattern, 2) = '.*' and (
      p_pattern = 'custom.*' or private.is_event_type(left(p_pattern, -2)) and p_pattern like 'custom.%'
      or exists (select from private.event_types t where p_pattern = any (private.event_patterns(t.type)))))
$$;
comment on function private.is_event_pattern(text) is 'Whether an endpoint may subscribe to it: a type, a prefix of one with .* after it, or *.';

create function private.filter_problem(p_filter jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v_path text;
  v_rule jsonb;
  v_operator text;
  v_value jsonb;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' or p_filter = '{}' then
    return 'Must be an object such as {"direction": "inbound"}';
  elsif octet_length(p_filter::text) > 8192 or (select count(*) from jsonb_object_keys(p_filter)) > 20 then
    return 'Must have at most 20 paths and 8192 bytes';
  end if;
  for v_path, v_rule in select f.key, f.value from jsonb_each(p_filter) f loop
    if v_path !~ '^[^.]+(\.[^.]+)*$' then
      return format('"%s" is not a path such as call.direction', left(v_path, 100));
    end if;
    continue when jsonb_typeof(v_rule) not in ('object', 'array');
    if jsonb_typeof(v_rule) = 'array' or v_rule = '{}' then
      return format('"%s" must be a value or an object of operators', left(v_path, 100));
    end if;
    for v_operator, v_value in select r.key, r.value from jsonb_each(v_rule) r loop
      if not coalesce(case v_operator
        when 'eq' then jsonb_typeof(v_value) not in ('object', 'array')
        when 'in' then jsonb_typeof(v_value) = 'array' and not exists (select from jsonb_path_query(v_value, '$[*] ? (@.type() == "object" || @.type() == "array")'))
        when 'prefix' then jsonb_typeof(v_value) = 'string'
        when 'gt' then jsonb_typeof(v_value) in ('number', 'string')
        when 'gte' then jsonb_typeof(v_value) in ('number', 'string')
        when 'lt' then jsonb_typeof(v_value) in ('number', 'string')
        when 'lte' then jsonb_typeof(v_value) in ('number', 'string')
      end, false) then
        return format('"%s" must use eq, in, prefix, gt, gte, lt or lte with a fitting value', left(v_path, 100));
      end if;
    end loop;
  end loop;
  return null;
end
$$;
comment on function private.filter_problem(jsonb) is 'What is wrong with a filter, or null.';

create function private.matches_filter(p_filter jsonb, p_data jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select not exists (
    select from jsonb_each(p_filter) f,
      lateral (select p_data #> string_to_array(f.key, '.') as value) at,
      lateral jsonb_each(case jsonb_typeof(f.value) when 'object' then f.value else jsonb_build_object('eq', f.value) end) rule
    where not coalesce(case rule.key
      when 'eq' then at.value = rule.value
      when 'in' then at.value is not null and rule.value @> jsonb_build_array(at.value)
      when 'prefix' then jsonb_typeof(at.value) = 'string' and starts_with(at.value #>> '{}', rule.value #>> '{}')
      -- Only like is compared with like; numbers as numbers, text by its code points.
      else jsonb_typeof(at.value) = jsonb_typeof(rule.value) and case jsonb_typeof(rule.value)
        when 'number' then case rule.key
          when 'gt' then at.value > rule.value
          when 'gte' then at.value >= rule.value
          when 'lt' then at.value < rule.value
          else at.value <= rule.value end
        else case rule.key
          when 'gt' then (at.value #>> '{}') collate "C" > (rule.value #>> '{}') collate "C"
          when 'gte' then (at.value #>> '{}') collate "C" >= (rule.value #>> '{}') collate "C"
          when 'lt' then (at.value #>> '{}') collate "C" < (rule.value #>> '{}') collate "C"
          else (at.value #>> '{}') collate "C" <= (rule.value #>> '{}') collate "C" end
        end
      end, false))
$$;
comment on function private.matches_filter(jsonb, jsonb) is 'Whether an event''s data meets every rule of a filter. A path that is not there meets none.';

-- What owners do with their endpoints.

create function private.describe_webhook(p_webhook public.webhooks) returns jsonb
language sql stable
set search_path = ''
as $$
  select to_jsonb(p_webhook) - array['user_id', 'secret', 'old_secrets', 'headers', 'warned_share']
$$;
comment on function private.describe_webhook(public.webhooks) is 'An endpoint as its owner is shown it.';

create function private.with_webhook_settings(p_webhook public.webhooks, p_settings jsonb) returns public.webhooks
language plpgsql stable
set search_path = ''
as $$
declare
  v_webhook public.webhooks := p_webhook;
  v_problems jsonb := '[]';
  v_field text;
  v_value jsonb;
  v_message text;
begin
  if jsonb_typeof(p_settings) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'Settings are an object', detail = 'validation_failed', hint = 'settings';
  end if;
  for v_field, v_value in select s.key, s.value from jsonb_each(p_settings) s order by s.key loop
    v_message := null;
    begin
      if v_field not in ('agent_id', 'url', 'events', 'enabled', 'description', 'headers', 'header_names', 'filter', 'ordered', 'retry_count',
        'retry_schedule', 'max_in_flight', 'rate_limit')
      then
        v_message := 'An endpoint has no such setting';
      elsif v_field = 'filter' then
        v_webhook.filter := nullif(v_value, 'null');
      else
        v_webhook := jsonb_populate_record(v_webhook, jsonb_build_object(v_field, v_value));
      end if;
    exception when data_exception then
      v_message := 'Is not of the right type';
    end;
    v_message := coalesce(v_message, case v_field
      when 'agent_id' then case when v_webhook.agent_id is not null
        and not exists (select from public.agents where id = v_webhook.agent_id and user_id = v_webhook.user_id) then 'There is no such agent' end
      when 'url' then case when length(v_webhook.url) <= 2048 and v_webhook.url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$' then null
        else 'Must be a URL of at most 2048 characters, without credentials or a fragment' end
      when 'enabled' then case when v_webhook.enabled is null then 'Must be true or false' end
      when 'description' then case when length(v_webhook.description) > 500 then 'Must have at most 500 characters' end
      when 'headers' then case when length(v_webhook.headers) > 65536 then 'Are too large' end
      when 'header_names' then case when v_webhook.header_names is null or cardinality(v_webhook.header_names) > 20 then 'Must be at most 20' end
      when 'filter' then case when v_webhook.filter is not null then private.filter_problem(v_webhook.filter) end
      when 'ordered' then case when v_webhook.ordered is null then 'Must be true or false' end
      when 'retry_count' then case when v_webhook.retry_count between 0 and 20 then null else 'Must be 0 to 20' end
      when 'retry_schedule' then case when v_webhook.retry_schedule is not null and (cardinality(v_webhook.retry_schedule) not between 1 and 20
        or exists (select from unnest(v_webhook.retry_schedule) s where s is null or s not between 1 and 86400))
        then 'Must be 1 to 20 waits of 1 to 86400 seconds, or null for the standard schedule' end
      when 'max_in_flight' then case when v_webhook.max_in_flight between 1 and 100 then null else 'Must be 1 to 100' end
      when 'rate_limit' then case when v_webhook.rate_limit not between 1 and 1000 then 'Must be 1 to 1000 a second, or null for no limit' end
    end);
    if v_field = 'events' and v_message is null then
      if v_webhook.events is null or cardinality(v_webhook.events) not between 1 and 100 then
        v_message := 'Must be 1 to 100 event types or prefixes';
      else
        v_problems := v_problems || coalesce((
          select jsonb_agg(jsonb_build_object('path', 'events.' || e.n - 1, 'message', 'Must be an event type, a prefix such as call.*, or *') order by e.n)
          from unnest(v_webhook.events) with ordinality e (pattern, n) where not coalesce(private.is_event_pattern(e.pattern), false)), '[]');
      end if;
    end if;
    if v_message is not null then
      v_problems := v_problems || jsonb_build_object('path', v_field, 'message', v_message);
    end if;
  end loop;
  for v_field in select f from unnest(array['url', 'events']) f where to_jsonb(v_webhook) ->> f is null and not p_settings ? f loop
    v_problems := v_problems || jsonb_build_object('path', v_field, 'message', 'Is required');
  end loop;
  if v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The settings of the endpoint are not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  v_webhook.events := array(select distinct e from unnest(v_webhook.events) e order by e);
  return v_webhook;
end
$$;
comment on function private.with_webhook_settings(public.webhooks, jsonb) is
  'The endpoint with some of its settings set. PT422 validation_failed lists every field at fault. The only way that settings come into the table. What the address resolves to is checked by the function that writes it and again at each delivery.';

create function private.max_webhooks(p_user_id uuid) returns integer
language sql stable
set search_path = ''
as $$ select coalesce((select max_webhooks from private.webhook_limits where user_id = p_user_id), 50) $$;
comment on function private.max_webhooks(uuid) is 'How many endpoints a tenant may have.';

create function private.create_own_webhook(p_id uuid, p_secret text, p_settings jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  v_webhook.user_id := private.account_id();
  if v_webhook.user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  v_webhook.enabled := true;
  v_webhook.ordered := false;
  v_webhook.retry_count := 9;
  v_webhook.max_in_flight := 8;
  v_webhook.header_names := '{}';
  v_webhook := private.with_webhook_settings(v_webhook, p_settings);
  -- Held to the end of the transaction, so that two at once do not both take the last place.
  perform pg_advisory_xact_lock(hashtextextended('webhooks ' || v_webhook.user_id, 0));
  if (select count(*) from public.webhooks where user_id = v_webhook.user_id) >= private.max_webhooks(v_webhook.user_id) then
    raise exception using errcode = 'PT409', message = 'The tenant has as many endpoints as it may have', detail = 'endpoint_limit';
  end if;
  insert into public.webhooks (id, user_id, agent_id, url, events, secret, enabled, disabled_reason, description, headers, header_names, filter,
      ordered, retry_count, retry_schedule, max_in_flight, rate_limit)
    values (p_id, v_webhook.user_id, v_webhook.agent_id, v_webhook.url, v_webhook.events, p_secret, v_webhook.enabled,
      case when not v_webhook.enabled then 'owner' end, v_webhook.description, v_webhook.headers, v_webhook.header_names, v_webhook.filter,
      v_webhook.ordered, v_webhook.retry_count, v_webhook.retry_schedule, v_webhook.max_in_flight, v_webhook.rate_limit)
    returning * into v_webhook;
  return private.describe_webhook(v_webhook);
end
$$;
comment on function private.create_own_webhook(uuid, text, jsonb) is
  'Adds an endpoint of the caller. PT409 endpoint_limit. Security definer because endpoints are written past the Data API alone; it acts for private.account_id() only.';
grant execute on function private.create_own_webhook(uuid, text, jsonb) to authenticated;

create function private.lock_own_webhook(p_id uuid) returns public.webhooks
language plpgsql
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  select * into v_webhook from public.webhooks where id = p_id and user_id = private.account_id() for no key update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such endpoint', detail = 'not_found';
  end if;
  return v_webhook;
end
$$;
comment on function private.lock_own_webhook(uuid) is 'An endpoint of the caller, locked until the end of the transaction. PT404 for any other.';

create function private.update_own_webhook(p_id uuid, p_settings jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_old public.webhooks := private.lock_own_webhook(p_id);
  v_webhook public.webhooks := private.with_webhook_settings(v_old, p_settings);
begin
  update public.webhooks set agent_id = v_webhook.agent_id, url = v_webhook.url, events = v_webhook.events, enabled = v_webhook.enabled,
      disabled_reason = case when v_webhook.enabled then null else coalesce(v_old.disabled_reason, 'owner') end,
      description = v_webhook.description, headers = v_webhook.headers, header_names = v_webhook.header_names, filter = v_webhook.filter,
      ordered = v_webhook.ordered, retry_count = v_webhook.retry_count, retry_schedule = v_webhook.retry_schedule,
      max_in_flight = v_webhook.max_in_flight, rate_limit = v_webhook.rate_limit,
      -- Enabled again, an endpoint starts with a clean record.
      failing_since = case when v_webhook.enabled and not v_old.enabled then null else failing_since end,
      failure_count = case when v_webhook.enabled and not v_old.enabled then 0 else failure_count end,
      warned_share = case when v_webhook.enabled and not v_old.enabled then 0 else warned_share end
    where id = p_id returning * into v_webhook;
  return private.describe_webhook(v_webhook);
end
$$;
comment on function private.update_own_webhook(uuid, jsonb) is
  'Changes settings of an endpoint of the caller; those left out stay. Security definer as private.create_own_webhook is.';
grant execute on function private.update_own_webhook(uuid, jsonb) to authenticated;

create function private.delete_own_webhook(p_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  -- Or else a claim in progress and this would wait for each other.
  perform private.lock_webhook_queue();
  v_webhook := private.lock_own_webhook(p_id);
  delete from public.webhooks where id = p_id;
  return private.describe_webhook(v_webhook);
end
$$;
comment on function private.delete_own_webhook(uuid) is
  'Deletes an endpoint of the caller with what was to be sent to it; its log stays. Security definer as private.create_own_webhook is.';
grant execute on function private.delete_own_webhook(uuid) to authenticated;

create function private.rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  if p_overlap_hours is null or p_overlap_hours not between 0 and 168 then
    raise exception using errcode = 'PT422', message = 'The overlap is out of range', detail = 'validation_failed',
      hint = '[{"path": "overlap_hours", "message": "Must be 0 to 168"}]';
  end if;
  v_webhook := private.lock_own_webhook(p_id);
  update public.webhooks set secret = p_secret, secret_rotated_at = now(),
      old_secrets_expire_at = case when p_overlap_hours > 0 then greatest(old_secrets_expire_at, now() + make_interval(hours => p_overlap_hours)) end,
      old_secrets = case when p_overlap_hours = 0 then '[]'
        -- Five at most: each is a signature in every request.
        else (select coalesce(jsonb_agg(s.value order by s.n), '[]') from (
          select value, n from jsonb_array_elements(
              jsonb_build_array(jsonb_build_object('sealed', secret, 'expires_at', now() + make_interval(hours => p_overlap_hours))) || old_secrets)
            with ordinality e (value, n) where (value ->> 'expires_at')::timestamptz > now() order by n limit 5) s) end
    where id = p_id returning * into v_webhook;
  return private.describe_webhook(v_webhook);
end
$$;
comment on function private.rotate_own_webhook_secret(uuid, text, integer) is
  'Gives an endpoint of the caller a new secret; those before it go on signing beside it for p_overlap_hours, or, with 0, stop at once. Security definer as private.create_own_webhook is.';
grant execute on function private.rotate_own_webhook_secret(uuid, text, integer) to authenticated;

create function public.create_webhook(p_id uuid, p_secret text, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.create_own_webhook(p_id, p_secret, p_settings) $$;
comment on function public.create_webhook(uuid, text, jsonb) is 'Adds an endpoint of the caller, with its secret sealed for the given id.';
grant execute on function public.create_webhook(uuid, text, jsonb) to authenticated;

create function public.create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('webhooks.create', p_idempotency_key, p_request_hash),
    private.remember_request('webhooks.create', p_idempotency_key, p_request_hash, private.create_own_webhook(p_id, p_secret, p_settings)))
$$;
comment on function public.create_webhook_once(text, text, uuid, text, jsonb) is
  'public.create_webhook at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_webhook_once(text, text, uuid, text, jsonb) to authenticated;

create function public.update_webhook(p_id uuid, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.update_own_webhook(p_id, p_settings) $$;
comment on function public.update_webhook(uuid, jsonb) is 'Changes the settings of an endpoint of the caller that p_settings names.';
grant execute on function public.update_webhook(uuid, jsonb) to authenticated;

create function public.delete_webhook(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.delete_own_webhook(p_id) $$;
comment on function public.delete_webhook(uuid) is 'Deletes an endpoint of the caller, and answers what it was.';
grant execute on function public.delete_webhook(uuid) to authenticated;

create function public.rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.rotate_own_webhook_secret(p_id, p_secret, p_overlap_hours) $$;
comment on function public.rotate_webhook_secret(uuid, text, integer) is 'Gives an endpoint of the caller a new secret, sealed for it.';
grant execute on function public.rotate_webhook_secret(uuid, text, integer) to authenticated;

create function private.set_webhook_limit(p_user_id uuid, p_limit integer) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  if p_limit is null or p_limit not between 0 and 100000 then
    raise exception using errcode = 'PT422', message = 'The limit is out of range', detail = 'validation_failed',
      hint = '[{"path": "limit", "message": "Must be 0 to 100000"}]';
  elsif not exists (select from auth.users where id = p_user_id) then
    raise exception using errcode = 'PT404', message = 'No such tenant', detail = 'not_found';
  end if;
  insert into private.webhook_limits (user_id, max_webhooks) values (p_user_id, p_limit)
    on conflict (user_id) do update set max_webhooks = excluded.max_webhooks;
  perform private.audit(p_user_id, 'webhooks.limit', 'webhook_limits', p_user_id, jsonb_build_object('limit', p_limit));
  return jsonb_build_object('user_id', p_user_id, 'limit', p_limit);
end
$$;
comment on function private.set_webhook_limit(uuid, integer) is
  'Sets how many endpoints a tenant may have. Security definer because no API role may write limits.';
grant execute on function private.set_webhook_limit(uuid, integer) to service_role;

create function public.set_webhook_limit(p_user_id uuid, p_limit integer) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.set_webhook_limit(p_user_id, p_limit) $$;
comment on function public.set_webhook_limit(uuid, integer) is 'For the operator: how many endpoints a tenant may have.';
grant execute on function public.set_webhook_limit(uuid, integer) to service_role;
