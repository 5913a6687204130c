-- Written by deno task schema:dump; do not edit.
--
-- PostgreSQL database dump
--

--
-- Name: private; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA private;

--
-- Name: SCHEMA private; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA private IS 'Queues, secrets and helpers. Not exposed through the Data API; functions are executable by name, tables are closed.';

--
-- Name: public; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA public;

--
-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA public IS 'standard public schema';

--
-- Name: webhook_outcome; Type: TYPE; Schema: private; Owner: -
--

CREATE TYPE private.webhook_outcome AS (
	id uuid,
	fence integer,
	verdict text,
	status_code integer,
	error text,
	response_body text,
	duration_ms integer,
	retry_in_ms bigint
);

--
-- Name: TYPE webhook_outcome; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TYPE private.webhook_outcome IS 'What became of a leased delivery, as private.complete_webhook_deliveries takes it.';

--
-- Name: account_id(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.account_id() RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select auth.uid() $$;

--
-- Name: FUNCTION account_id(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.account_id() IS 'The tenant that the caller acts for. Every policy compares user_id with it, so teams can come by changing it alone.';

--
-- Name: account_is_active(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.account_is_active(p_user_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  -- A name that auth.users does not have here is found one level up: older auth services lack these columns.
  return exists (
    select from (select null::timestamptz as deleted_at, null::timestamptz as banned_until) missing
      cross join lateral (select deleted_at as deleted, banned_until as banned from auth.users where id = p_user_id) u
      where u.deleted is null and (u.banned is null or u.banned <= clock_timestamp()));
end
$$;

--
-- Name: FUNCTION account_is_active(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.account_is_active(p_user_id uuid) IS 'Whether the user exists and is neither banned nor deleted.';

--
-- Name: acting_key_id(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.acting_key_id() RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select (auth.jwt() ->> 'switchboard_key')::uuid $$;

--
-- Name: FUNCTION acting_key_id(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.acting_key_id() IS 'The key that the caller acts with, or null for a person. Only tokens that Switchboard signs itself name one.';

--
-- Name: address_block(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.address_block(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select coalesce((
    select case family(a.address) when 4 then host(a.address) else text(network(set_masklen(a.address, 64))) end
      from (select private.as_address(p_text)) a (address)), 'unknown')
$$;

--
-- Name: FUNCTION address_block(p_text text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.address_block(p_text text) IS 'By what an address is counted: an IPv6 caller has a whole /64 to choose from. Those that are not known are counted as one.';

--
-- Name: advance_ivr_sessions(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.advance_ivr_sessions(p_turns jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_advanced jsonb;
begin
  with turn as (
    select distinct on (t.p_session_id) t.* from rows from (jsonb_to_recordset(p_turns)
        as (p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text))
      with ordinality t (p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply, place)
      order by t.p_session_id, t.place
  ), held as materialized (
    -- Compare and swap: of several callbacks for one step, the first to get the row lock advances the session. One after the other,
    -- in the order of the rows, the same for everybody: nobody waits in a circle.
    select t.*, s.user_id from turn t cross join lateral (
      select s.user_id from public.ivr_sessions s
        where s.id = t.p_session_id and s.step = t.p_step and s.ended_at is null for no key update) s
  ), decided as materialized (
    -- Transfers are counted in rows of tenants, which are taken in their order too.
    select h.*, case when h.p_state ? 'otherwise' and not private.count_transfer(h.user_id) then h.p_state -> 'otherwise'
        else jsonb_build_object('state', h.p_state, 'outcome', h.p_outcome, 'reply', h.p_reply) end as decision
      from (select * from held order by user_id) h
  ), advanced as (
    update public.ivr_sessions s set
        step = d.p_step + 1,
        menu_stack = d.decision #> '{state,menu_stack}',
        current_menu_id = (select m.id from public.ivr_menus m where m.id = (d.decision #>> '{state,menu_stack,-1}')::uuid),
        no_input_count = (d.decision #>> '{state,no_input_count}')::integer,
        invalid_count = (d.decision #>> '{state,invalid_count}')::integer,
        digits = d.decision #>> '{state,digits}',
        language = d.decision #>> '{state,language}',
        pending = nullif(d.decision #> '{state,pending}', 'null'),
        last_activity = now(),
        ended_at = case when d.decision #>> '{state,end_reason}' is not null then now() end,
        end_reason = d.decision #>> '{state,end_reason}'
      from decided d where s.id = d.p_session_id
      returning s.id, s.start_time, s.pending, d.*
  ), taken as (
    insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
      select id, p_step, user_id, p_menu_id, p_input, p_state ->> 'item', decision ->> 'outcome', decision ->> 'reply' from advanced
  )
  select jsonb_object_agg(place, jsonb_build_object('reply', decision -> 'reply', 'session', jsonb_build_object('id', id, 'started_at', start_time),
      'callout', case when pending ->> 'kind' = 'callout' then private.begin_ivr_callout(id, pending) end)) into v_advanced
    from advanced;
  return coalesce(v_advanced, '{}');
end
$$;

--
-- Name: FUNCTION advance_ivr_sessions(p_turns jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.advance_ivr_sessions(p_turns jsonb) IS 'Commits turns of different sessions, a list of objects named as what public.ivr_commit_turn takes. Returns {reply, callout, session} of each whose session was advanced, by its place in the list, from 1; the others'' sessions have ended or stand elsewhere, or are in the list before. p_state.otherwise is committed instead where the tenant has no transfer left.';

--
-- Name: api_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    key_prefix text NOT NULL,
    key_hash text NOT NULL,
    scopes text[] NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    rate_limit integer,
    usage_quota bigint,
    usage_count bigint DEFAULT 0 NOT NULL,
    window_start timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    window_count integer DEFAULT 0 NOT NULL,
    last_used_at timestamp with time zone,
    allowed_ips cidr[],
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    rotated_from uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    counted_by uuid,
    last_hour timestamp with time zone,
    last_hour_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT api_keys_allowed_ips_check CHECK ((cardinality(allowed_ips) > 0)),
    CONSTRAINT api_keys_expires_at_check CHECK (isfinite(expires_at)),
    CONSTRAINT api_keys_key_hash_check CHECK ((length(key_hash) = 64)),
    CONSTRAINT api_keys_key_prefix_check CHECK ((length(key_prefix) = 10)),
    CONSTRAINT api_keys_last_hour_count_check CHECK ((last_hour_count >= 0)),
    CONSTRAINT api_keys_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT api_keys_rate_limit_check CHECK ((rate_limit > 0)),
    CONSTRAINT api_keys_scopes_check CHECK ((cardinality(scopes) > 0)),
    CONSTRAINT api_keys_usage_count_check CHECK ((usage_count >= 0)),
    CONSTRAINT api_keys_usage_quota_check CHECK ((usage_quota > 0)),
    CONSTRAINT api_keys_window_count_check CHECK ((window_count >= 0))
)
WITH (fillfactor='80');

--
-- Name: TABLE api_keys; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.api_keys IS 'Keys for programs, known by their hash. Written by the functions of this migration alone.';

--
-- Name: COLUMN api_keys.key_prefix; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.key_prefix IS 'The first ten characters of the key, by which its owner recognises it.';

--
-- Name: COLUMN api_keys.key_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.key_hash IS 'SHA-256 of the whole key, in hex. Shown to nobody.';

--
-- Name: COLUMN api_keys.revoked_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.revoked_at IS 'Since when the key is refused for good. Set once.';

--
-- Name: COLUMN api_keys.rate_limit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.rate_limit IS 'Uses per hour, in hours of UTC; null for no limit.';

--
-- Name: COLUMN api_keys.usage_quota; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.usage_quota IS 'Uses in all; null for no limit.';

--
-- Name: COLUMN api_keys.usage_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.usage_count IS 'Uses so far. A rotated key goes on from where the key before it stood.';

--
-- Name: COLUMN api_keys.window_start; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.window_start IS 'The hour that window_count counts. Never moves back.';

--
-- Name: COLUMN api_keys.window_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.window_count IS 'Uses in the hour of window_start.';

--
-- Name: COLUMN api_keys.allowed_ips; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.allowed_ips IS 'Networks that the key may be used from; null for anywhere.';

--
-- Name: COLUMN api_keys.rotated_from; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.rotated_from IS 'The key that this one replaces.';

--
-- Name: COLUMN api_keys.counted_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.counted_by IS 'The key whose counts hold for this one too: the newest that came of rotating it. Null where its own do.';

--
-- Name: COLUMN api_keys.last_hour; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.last_hour IS 'The hour of UTC that the last use of the key itself was counted in.';

--
-- Name: COLUMN api_keys.last_hour_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.api_keys.last_hour_count IS 'Uses of the key itself in that hour, beside what api_key_usage has of it.';

--
-- Name: api_key_refusal(public.api_keys, text, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return case
    when p_key.revoked_at is not null then 'revoked'
    when not p_key.enabled then 'disabled'
    when not private.account_is_active(p_key.user_id) then 'owner_inactive'
    when p_key.expires_at <= p_now then 'expired'
    when not (p_scope is null or p_key.scopes && array['*', p_scope]) then 'insufficient_scope'
    when p_key.allowed_ips is not null and not coalesce(private.as_address(p_ip) <<= any (p_key.allowed_ips), false) then 'ip_not_allowed'
    when p_key.window_start >= date_trunc('hour', p_now, 'UTC') and p_key.window_count >= p_key.rate_limit then 'rate_limited'
    when p_key.usage_count >= p_key.usage_quota then 'quota_exceeded'
  end;
end
$$;

--
-- Name: FUNCTION api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamp with time zone) IS 'Why a key is refused, the reason that comes first, or null. The one place that knows; an update that asks it is asked again with the row that it waited for.';

--
-- Name: api_key_scopes(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.api_key_scopes() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select array_agg(r.resource || ':' || a.access order by r.position, a.access)
    from unnest(array['api-keys', 'webhooks', 'events', 'agents', 'ivr', 'call-logs', 'retell', 'account']) with ordinality r (resource, position),
      unnest(array['read', 'write']) a (access)
$$;

--
-- Name: FUNCTION api_key_scopes(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.api_key_scopes() IS 'The catalogue of scopes, as in shared/auth/scopes.ts, without the scope of everything.';

--
-- Name: api_key_verdict(public.api_keys, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
begin
  return jsonb_build_object(
    'valid', p_reason is null,
    'code', coalesce(p_reason, 'valid'),
    'key_id', p_key.id,
    'user_id', p_key.user_id,
    'scopes', p_key.scopes,
    'limit', p_key.rate_limit,
    'remaining', case when p_key.rate_limit is not null then
      greatest(p_key.rate_limit - case when p_key.window_start >= v_hour then p_key.window_count else 0 end, 0) end,
    'reset', case when p_key.rate_limit is not null then
      ceil(extract(epoch from greatest(p_key.window_start, v_hour) + interval '1 hour' - p_now))::integer end,
    'quota', p_key.usage_quota,
    'quota_remaining', case when p_key.usage_quota is not null then greatest(p_key.usage_quota - p_key.usage_count, 0) end);
end
$$;

--
-- Name: FUNCTION api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamp with time zone) IS 'What is said of a key that is known: {valid, code, key_id, user_id, scopes, limit, remaining, reset, quota, quota_remaining}.';

--
-- Name: retention_tables; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.retention_tables (
    name text NOT NULL,
    policy text NOT NULL,
    place integer NOT NULL,
    aged_by text NOT NULL,
    owner text,
    of_tenants text,
    CONSTRAINT retention_tables_check CHECK (((owner IS NULL) = (of_tenants IS NULL))),
    CONSTRAINT retention_tables_name_check CHECK ((name ~ '^[a-z_]+\.[a-z0-9_]+$'::text))
);

--
-- Name: TABLE retention_tables; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.retention_tables IS 'Which tables a policy is about. Partitioned ones lose whole months.';

--
-- Name: COLUMN retention_tables.place; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_tables.place IS 'The order in which they are gone through.';

--
-- Name: COLUMN retention_tables.aged_by; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_tables.aged_by IS 'The column of the time from which a row''s age is counted; null in a row that is still in use.';

--
-- Name: COLUMN retention_tables.owner; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_tables.owner IS 'An expression for the tenant of a row t; null where the rows are nobody''s.';

--
-- Name: COLUMN retention_tables.of_tenants; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_tables.of_tenants IS 'A condition for a row t of one of the tenants $1, for which there is an index; null where the rows are nobody''s.';

--
-- Name: archive_lines(private.retention_tables, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.archive_lines(p_table private.retention_tables, p_keys jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
  v_table oid := p_table.name::regclass;
  v_children text;
  v_sealed text;
  v_answer jsonb;
begin
  -- What goes by cascade goes along into the archive.
  with child as (
    select k.conrelid as id, k.conrelid::regclass::text as name, a.attname as column_name, r.attname as key
      from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_attribute r on r.attrelid = k.confrelid and r.attnum = k.confkey[1]
      where k.confrelid = v_table and k.contype = 'f' and k.confdeltype = 'c' and cardinality(k.conkey) = 1
  )
  select (select string_agg(format('jsonb_build_object(%L, (select coalesce(jsonb_agg(to_jsonb(c) order by to_jsonb(c)::text), ''[]'') from %s c where c.%I = t.%I))',
        c.name, c.name, c.column_name, c.key), ' || ' order by c.name) from child c),
      (select string_agg(format('jsonb_path_query_array(l.line, %L)', format('$.%s%s', to_json(c.name) || '[*].', to_json(s.column_name::text))), ' || ')
        from private.sealed_columns s left join child c on c.id = s.relation where s.relation = v_table or c.id is not null)
    into v_children, v_sealed;
  execute format(
    $query$
      with l as materialized (
        select t.%2$I as aged, to_jsonb(t) || %3$s as line, %4$s as entry from %5$s k join %1$s t using (%6$s)
      ), key as (
        select distinct coalesce(private.sealed_with(s.sealed), '') as id from l cross join jsonb_array_elements_text(%7$s) s (sealed) where s.sealed is not null
      )
      select jsonb_build_object('lines', coalesce(string_agg(l.line::text || e'\n', '' order by l.aged, l.line::text), ''), 'rows', count(*),
          'begun_at', min(l.aged), 'ended_at', max(l.aged), 'last_entry', max(l.entry),
          'key_ids', (select coalesce(jsonb_agg(key.id order by key.id), '[]') from key))
        from l
    $query$,
    p_table.name, p_table.aged_by, coalesce(v_children, '''{}'''), case when p_table.name = 'public.audit_logs' then 't.entry' else 'null::bigint' end,
    private.named_rows(v_table), (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table)) k), coalesce(v_sealed, '''[]'''))
    into v_answer using p_keys;
  return v_answer;
end
$_$;

--
-- Name: FUNCTION archive_lines(p_table private.retention_tables, p_keys jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.archive_lines(p_table private.retention_tables, p_keys jsonb) IS 'The rows of these keys, with what would go by cascade, as JSON Lines: {lines, rows, begun_at, ended_at, last_entry, key_ids}.';

--
-- Name: archived_until(text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.archived_until(p_subject text, p_time text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
  select format('coalesce((select max(a.last_entry) from private.archives a
    where a.subject_id = %1$s and date_trunc(''month'', a.begun_at, ''UTC'') = date_trunc(''month'', %2$s, ''UTC'')), 0)', p_subject, p_time)
$_$;

--
-- Name: FUNCTION archived_until(p_subject text, p_time text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.archived_until(p_subject text, p_time text) IS 'An expression for the last entry of a subject''s chain that is archived of the month of a time.';

--
-- Name: as_address(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.as_address(p_text text) RETURNS inet
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO ''
    AS $$
begin
  return case when strpos(p_text, '/') = 0 then private.unmapped(p_text::inet) end;
exception when data_exception then
  return null;
end
$$;

--
-- Name: FUNCTION as_address(p_text text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.as_address(p_text text) IS 'A single address, or null where the text is none.';

--
-- Name: as_cidr(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.as_cidr(p_text text) RETURNS cidr
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO ''
    AS $$
begin
  return private.unmapped(p_text::cidr);
exception when data_exception then
  return null;
end
$$;

--
-- Name: FUNCTION as_cidr(p_text text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.as_cidr(p_text text) IS 'An address or a network, or null where the text is neither.';

--
-- Name: audit(uuid, text, text, uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_entry public.audit_logs;
  v_previous bytea;
begin
  insert into private.audit_subjects (user_id) select id from unnest(array[p_user_id, auth.uid()]) id where id is not null on conflict do nothing;
  select subject_id into strict v_entry.subject_id from private.audit_subjects where user_id = p_user_id;
  insert into private.audit_heads (subject_id, entries, hash) values (v_entry.subject_id, 0, '') on conflict do nothing;
  -- Appends to one chain queue up here, so that no two entries share a predecessor.
  select entries + 1, hash into strict v_entry.entry, v_previous from private.audit_heads where subject_id = v_entry.subject_id for update;
  v_entry.id := gen_random_uuid();
  v_entry.created_at := clock_timestamp();
  -- Users are named as subjects here too: an id could not be taken out of the trail when they leave.
  v_entry.actor := coalesce((select subject_id::text from private.audit_subjects where user_id = auth.uid()), session_user);
  v_entry.caller := private.caller_kind();
  v_entry.request_id := private.request_id();
  v_entry.action := p_action;
  v_entry.resource := p_resource;
  v_entry.resource_id := nullif(p_resource_id, p_user_id);
  v_entry.changes := p_changes;
  v_entry.hash := private.audit_hash(v_previous, v_entry);
  insert into public.audit_logs values (v_entry.*);
  update private.audit_heads set entries = v_entry.entry, hash = v_entry.hash where subject_id = v_entry.subject_id;
end
$$;

--
-- Name: FUNCTION audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) IS 'Appends one entry to a user''s audit chain. Security definer because no API role may write the trail; actor is the subject of the JWT''s user, or the database role.';

--
-- Name: audit_api_key_change(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_api_key_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_columns jsonb;
begin
  if tg_op = 'DELETE' then
    perform private.audit(old.user_id, 'api-keys.delete', 'api_keys', old.id, '{}');
  elsif tg_op = 'INSERT' and new.rotated_from is not null then
    perform private.audit(new.user_id, 'api-keys.rotate', 'api_keys', new.id, jsonb_build_object('rotated_from', new.rotated_from));
  elsif tg_op = 'INSERT' then
    perform private.audit(new.user_id, 'api-keys.create', 'api_keys', new.id, '{}');
  elsif old.revoked_at is null and new.revoked_at is not null then
    perform private.audit(new.user_id, 'api-keys.revoke', 'api_keys', new.id, '{}');
  else
    select jsonb_agg(n.key order by n.key) into v_columns from jsonb_each(to_jsonb(new)) n
      where n.value is distinct from to_jsonb(old) -> n.key and n.key <> 'updated_at';
    if v_columns is not null then
      perform private.audit(new.user_id, 'api-keys.update', 'api_keys', new.id, jsonb_build_object('columns', v_columns));
    end if;
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION audit_api_key_change(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_api_key_change() IS 'Row trigger: audits what became of a key under the word that its owner would use. Security definer as private.audit is.';

--
-- Name: audit_logs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_logs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    subject_id uuid NOT NULL,
    entry bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    resource text NOT NULL,
    resource_id uuid,
    changes jsonb DEFAULT '{}'::jsonb NOT NULL,
    hash bytea NOT NULL,
    caller text,
    request_id text,
    CONSTRAINT audit_logs_caller_check CHECK ((caller = ANY (ARRAY['user'::text, 'api_key'::text, 'service'::text, 'database'::text]))),
    CONSTRAINT audit_logs_request_id_check CHECK ((length(request_id) <= 128))
)
PARTITION BY RANGE (created_at);

--
-- Name: TABLE audit_logs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.audit_logs IS 'Append-only audit trail, one hash chain per subject: hash = sha256(previous hash || entry as canonical text).';

--
-- Name: COLUMN audit_logs.entry; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_logs.entry IS 'Position in the subject''s chain, from 1 without a gap.';

--
-- Name: COLUMN audit_logs.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_logs.actor IS 'Who did it: a subject, the chain''s own for the user themselves, or a database role.';

--
-- Name: COLUMN audit_logs.caller; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_logs.caller IS 'What kind of caller it was: a signed-in user, a program with an API key, a function with the secret key, or SQL. Null in entries from before it was kept.';

--
-- Name: COLUMN audit_logs.request_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_logs.request_id IS 'The x-request-id of the request; null where there was none.';

--
-- Name: audit_hash(bytea, public.audit_logs); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_hash(p_previous bytea, p_entry public.audit_logs) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select sha256(p_previous || convert_to((
    jsonb_build_array(p_entry.id, extract(epoch from p_entry.created_at)::text, p_entry.subject_id, p_entry.entry, p_entry.actor,
      p_entry.action, p_entry.resource, p_entry.resource_id, p_entry.changes)
    || case when p_entry.caller is null and p_entry.request_id is null then '[]' else jsonb_build_array(p_entry.caller, p_entry.request_id) end)::text, 'UTF8'))
$$;

--
-- Name: FUNCTION audit_hash(p_previous bytea, p_entry public.audit_logs); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_hash(p_previous bytea, p_entry public.audit_logs) IS 'One link of an audit chain: sha256(previous hash || the entry as a JSON array). Entries from before caller was kept have two elements less.';

--
-- Name: audit_retention(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_retention() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_row public.retention_overrides := case tg_op when 'DELETE' then old else new end;
begin
  -- Not when the account itself goes.
  if exists (select from auth.users where id = v_row.user_id) then
    perform private.audit(v_row.user_id, 'retention.' || lower(tg_op), 'retention_overrides', null,
      jsonb_build_object('policy', v_row.policy) || case tg_op when 'DELETE' then '{}' else jsonb_build_object('days', v_row.days) end);
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION audit_retention(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_retention() IS 'Row trigger: audits what tenants choose. Security definer as private.audit is.';

--
-- Name: audit_row_change(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_row_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_row jsonb := to_jsonb(case tg_op when 'DELETE' then old else new end);
  v_changed jsonb;
  v_changes jsonb := '{}';
begin
  if tg_op = 'UPDATE' then
    select jsonb_agg(key order by key) into v_changed
      from jsonb_each(v_row) where value is distinct from to_jsonb(old) -> key and key <> 'updated_at';
    if v_changed is null or current_setting('switchboard.resealing', true) = 'on' then
      return null;
    end if;
    -- Names, not values: the trail must not become a second copy of personal data.
    v_changes := jsonb_build_object('columns', v_changed);
  end if;
  perform private.audit((v_row ->> 'user_id')::uuid, tg_argv[0] || '.' || lower(tg_op), tg_table_name, (v_row ->> 'id')::uuid, v_changes);
  return null;
end
$$;

--
-- Name: FUNCTION audit_row_change(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_row_change() IS 'Row trigger: audits insert, update and delete under the operation name in its argument. Security definer as private.audit is.';

--
-- Name: audit_schema_change(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_schema_change() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  -- Whom nobody is: changes of the schema are the project's own.
  c_project constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_objects jsonb;
begin
  if tg_event = 'sql_drop' then
    select jsonb_agg(o.object_identity order by o.object_identity) into v_objects from pg_event_trigger_dropped_objects() o
      where o.schema_name in ('public', 'private') and o.original and not o.is_temporary;
  else
    select jsonb_agg(distinct o.object_identity) into v_objects from pg_event_trigger_ddl_commands() o
      where o.schema_name in ('public', 'private') and not o.in_extension;
  end if;
  if v_objects is not null then
    perform private.audit(c_project, 'schema.' || replace(lower(tg_tag), ' ', '-'), 'schema', null, jsonb_build_object('objects', v_objects));
  end if;
end
$$;

--
-- Name: FUNCTION audit_schema_change(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_schema_change() IS 'Event trigger: an entry in the project''s own chain for every change of the schemas public and private. Security definer as private.audit is.';

--
-- Name: audit_subject_id(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.audit_subject_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$ select subject_id from private.audit_subjects where user_id = private.account_id() $$;

--
-- Name: FUNCTION audit_subject_id(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.audit_subject_id() IS 'The caller''s own audit subject. Security definer because the mapping itself is closed to every API role.';

--
-- Name: begin_erasure(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.begin_erasure(p_job_id uuid, p_fence integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    raise exception using errcode = 'PT409', message = 'Another worker has taken this erasure over', detail = 'conflict';
  end if;
  -- Raises where a table has no class: nothing is erased then rather than not everything.
  perform private.personal_tables();
  update private.jobs set progress = progress || jsonb_build_object('started_at', now()) where id = p_job_id and not progress ? 'started_at';
  update private.jobs set state = 'cancelled', leased_until = null
    where user_id = v_job.user_id and id <> p_job_id and state = 'queued' and (leased_until is null or leased_until <= clock_timestamp());
  return not exists (select from private.jobs where user_id = v_job.user_id and id <> p_job_id and state = 'queued');
end
$$;

--
-- Name: FUNCTION begin_erasure(p_job_id uuid, p_fence integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.begin_erasure(p_job_id uuid, p_fence integer) IS 'Makes an erasure one that cannot be cancelled, and ends the user''s other jobs; false while one of them is under way, whose worker could still write. Security definer because it looks at every table.';

--
-- Name: begin_ivr_callout(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.begin_ivr_callout(p_session_id uuid, p_pending jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  if p_pending ->> 'kind' is distinct from 'callout' then
    return null;
  end if;
  insert into private.ivr_callouts as c (session_id, step, attempt)
    values (p_session_id, (p_pending ->> 'step')::integer, (p_pending ->> 'attempt')::integer)
    on conflict (session_id, step) do update set attempt = excluded.attempt, asked_at = now()
    where c.attempt < excluded.attempt and c.result is null;
  -- A caller who goes on waiting asks nothing.
  if not found then
    return null;
  end if;
  return private.ivr_callout_grant(p_session_id);
end
$$;

--
-- Name: FUNCTION begin_ivr_callout(p_session_id uuid, p_pending jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.begin_ivr_callout(p_session_id uuid, p_pending jsonb) IS 'Notes that a committed turn asks outside, and answers what private.ivr_callout_grant does: to the one delivery that committed it, once for each attempt. Null for a turn that asks nothing. Security definer because that is.';

--
-- Name: begin_retention(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.begin_retention(p_now timestamp with time zone DEFAULT clock_timestamp()) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_last private.maintenance_runs;
  v_run bigint;
begin
  select * into v_last from private.maintenance_runs where job = 'retention' order by id desc limit 1;
  update private.maintenance_runs set state = 'failed', error = 'lost', ended_at = greatest(p_now, started_at)
    where job = 'retention' and state = 'running' and (seen_at < p_now - interval '10 minutes' or seen_at > p_now + interval '10 minutes');
  insert into private.maintenance_runs (job, started_at, seen_at) values ('retention', p_now, p_now) returning id into v_run;
  if v_last.started_at < p_now - interval '7 days' then
    -- A clock that leaps is believed when the next run finds it where it should be by then.
    update private.maintenance_runs set state = 'done', ended_at = p_now, counts = '{"postponed": 1}' where id = v_run;
    return null;
  end if;
  return v_run;
end
$$;

--
-- Name: FUNCTION begin_retention(p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.begin_retention(p_now timestamp with time zone) IS 'Begins a run of the job retention; null where the clock has leapt by more than a week since the last, which deletes nothing yet.';

--
-- Name: broadcast_row(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.broadcast_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
begin
  -- Telling is no part of the work: a server without Realtime, or a fault of it, must not undo the row.
  if to_regprocedure('realtime.send(jsonb,text,text,boolean)') is not null then
    begin
      execute 'select realtime.send($1, $2, $3, true)'
        using jsonb_build_object('table', tg_argv[0], 'id', new.id), tg_argv[0] || '.' || lower(tg_op), 'user:' || new.user_id;
    exception when others then
      raise warning 'Realtime was not told: %', sqlerrm;
    end;
  end if;
  return null;
end
$_$;

--
-- Name: FUNCTION broadcast_row(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.broadcast_row() IS 'Row trigger: tells the private channel user:<id> that a row came or changed, by its table and id only; the row is read under its own policies. Security definer because callers may not send.';

--
-- Name: broken_audit_links(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.broken_audit_links(p_subject_id uuid DEFAULT NULL::uuid) RETURNS TABLE(subject_id uuid, entry bigint, entry_id uuid, problem text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  with link as (
    select l.subject_id, l.entry, l.id, l.hash,
      private.audit_hash(coalesce(lag(l.hash) over chain, case when l.entry = 1 then ''::bytea when c.entries = l.entry - 1 then c.hash end), l) as expected,
      coalesce(lag(l.entry) over chain, case when l.entry > 1 then c.entries end, 0) as previous
    from public.audit_logs l left join private.audit_checkpoints c on c.subject_id = l.subject_id
    where p_subject_id is null or l.subject_id = p_subject_id
    window chain as (partition by l.subject_id order by l.entry)
  )
  -- Of an entry that is there twice nothing is missing, whichever of the two comes first.
  select l.subject_id, l.entry, l.id, case when l.previous between l.entry - 1 and l.entry then 'changed' else 'missing_before' end
    from link l where l.hash is distinct from l.expected
  union all
  -- The head knows how many entries there were: a tail that was cut off shows here.
  select h.subject_id, h.entries, null, 'missing_at_end'
    from private.audit_heads h left join private.audit_checkpoints c on c.subject_id = h.subject_id
    where (p_subject_id is null or h.subject_id = p_subject_id) and h.entries > 0
      and h.hash is distinct from coalesce((select l.hash from public.audit_logs l where l.subject_id = h.subject_id and l.entry = h.entries
          order by l.hash = h.hash desc limit 1),
        case when c.entries = h.entries then c.hash end)
  union all
  -- Anybody can compute the next hash, but what was appended as it should be moved the head, too.
  select l.subject_id, l.entry, l.id, 'past_the_end'
    from public.audit_logs l join private.audit_heads h on h.subject_id = l.subject_id
    where (p_subject_id is null or l.subject_id = p_subject_id) and l.entry > h.entries
  union all
  select l.subject_id, min(l.entry), null, 'without_head'
    from link l where not exists (select from private.audit_heads h where h.subject_id = l.subject_id) group by l.subject_id
$$;

--
-- Name: FUNCTION broken_audit_links(p_subject_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.broken_audit_links(p_subject_id uuid) IS 'Every entry of the trail, or of one subject''s chain, whose hash does not follow: changed, missing_before (those before it are gone), missing_at_end, past_the_end (appended by nobody who moved the head), without_head.';

--
-- Name: caller_kind(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.caller_kind() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select case
    when private.acting_key_id() is not null then 'api_key'
    when auth.uid() is not null then 'user'
    when auth.role() = 'service_role' then 'service'
    else 'database'
  end
$$;

--
-- Name: FUNCTION caller_kind(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.caller_kind() IS 'What kind of caller this transaction is for, as the audit trail names it.';

--
-- Name: cancel_own_account_deletion(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.cancel_own_account_deletion() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.lock_own_account();
  v_job private.jobs;
begin
  update private.jobs set state = 'cancelled', leased_until = null
    where user_id = v_user_id and kind = 'account.erase' and state = 'queued' and leased_until is null and not progress ? 'started_at'
    returning * into v_job;
  if found then
    perform private.audit(v_user_id, 'account.delete.cancel', 'account', v_job.id, '{}');
  else
    v_job := private.latest_deletion(v_user_id);
    if v_job.state = 'queued' then
      raise exception using errcode = 'PT409', message = 'The account is being deleted', detail = 'conflict';
    end if;
  end if;
  return private.describe_deletion(v_job);
end
$$;

--
-- Name: FUNCTION cancel_own_account_deletion(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.cancel_own_account_deletion() IS 'Keeps the caller''s account; PT409 once its erasure has begun. Security definer because no API role may write jobs; it acts for private.account_id() only.';

--
-- Name: cancel_own_webhook_replay(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_replay private.webhook_replays := private.lock_own_replay(p_webhook_id, p_replay_id);
begin
  delete from private.webhook_deliveries where replay_id = p_replay_id and leased_until is null;
  update private.webhook_replays set cancelled_at = coalesce(cancelled_at, now()) where id = p_replay_id returning * into v_replay;
  return private.describe_replay(v_replay);
end
$$;

--
-- Name: FUNCTION cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) IS 'Takes back what a replay of the caller has not sent yet. Security definer because no API role may write the queue; it acts for private.account_id() only.';

--
-- Name: carries_health_data(text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.carries_health_data(p_type text, p_data jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $_$
begin
  return p_type in ('call.analyzed', 'conversation.updated')
      and jsonb_strip_nulls(p_data) - array['call_id', 'conversation_id', 'retell_call_id', 'cost'] <> '{}'
    or jsonb_path_exists(jsonb_strip_nulls(p_data), '$.** ? (exists(@.transcript) || exists(@.transcript_object) || exists(@.transcript_with_tool_calls)
      || exists(@.summary) || exists(@.call_summary) || exists(@.call_analysis) || exists(@.sentiment) || exists(@.user_sentiment) || exists(@.recording_url))');
end
$_$;

--
-- Name: FUNCTION carries_health_data(p_type text, p_data jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.carries_health_data(p_type text, p_data jsonb) IS 'Whether an event tells what was said in a call. The functions have the same rule (shared/health_data/members.ts).';

--
-- Name: check_api_key(text, text, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_now timestamptz := clock_timestamp();
  v_key public.api_keys;
  v_counter public.api_keys;
  v_reason text;
begin
  select * into v_key from public.api_keys where key_hash = p_key_hash;
  if not found then
    return jsonb_strip_nulls(
      jsonb_build_object('valid', false, 'code', 'not_found', 'retry_after', private.limit_requests('wrong_keys', null, p_ip)));
  end if;
  if v_key.counted_by is not null then
    select * into v_counter from public.api_keys where id = v_key.counted_by;
    v_key := private.counted_as(v_key, v_counter);
  end if;
  v_reason := private.api_key_refusal(v_key, p_scope, p_ip, v_now);
  return private.api_key_verdict(v_key, v_reason, v_now)
    || jsonb_strip_nulls(jsonb_build_object('retry_after', case when v_reason is null then private.limit_requests(p_limit, v_key.user_id, p_ip) end));
end
$$;

--
-- Name: FUNCTION check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) IS 'Judges a key without counting its use; a request of the kind p_limit is counted for its owner and address instead. Security definer because no API role may read hashes.';

--
-- Name: check_extensions(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_extensions() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  with missing (problem, offered) as (
    select 'pg_cron is missing: nothing is scheduled', private.offers_cron() where to_regprocedure('cron.schedule(text,text,text)') is null
    union all
    select 'pg_net is missing: scheduled jobs cannot call functions', exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
      where to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is null
    union all
    select 'supabase_vault is missing: scheduled jobs do not know where the functions are',
        exists (select from pg_catalog.pg_available_extensions where name = 'supabase_vault')
      where to_regclass('vault.decrypted_secrets') is null
  )
  select private.health_check('extensions',
    array(select problem from missing where offered order by 1),
    array(select problem from missing where not offered order by 1),
    (select jsonb_object_agg(e.extname, e.extversion) from pg_catalog.pg_extension e))
$$;

--
-- Name: FUNCTION check_extensions(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_extensions() IS 'Names extensions whose work nobody does, themselves or a stand-in: a warning where the server does not offer them. The details are what is installed.';

--
-- Name: check_index_use(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_index_use() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select private.health_check('usable_indexes',
    array(
      select format('%s is invalid: drop it, and make it again', i.indexrelid::regclass)
        from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'private') and not (i.indisvalid and i.indisready and i.indislive) order by 1),
    array(
      select format('%s has no index for its foreign key %I', k.conrelid::regclass, k.conname)
        from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'f' and not c.relispartition and n.nspname in ('public', 'private')
          and not exists (
            select from pg_catalog.pg_index i where i.indrelid = k.conrelid and i.indisvalid
              and (string_to_array(i.indkey::text, ' ')::smallint[])[1 : cardinality(k.conkey)] @> k.conkey)
        order by 1))
$$;

--
-- Name: FUNCTION check_index_use(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_index_use() IS 'Names indexes that no query uses because they were never finished, and foreign keys for which every deletion reads the whole table (a warning).';

--
-- Name: check_ivr_app_turn(jsonb, jsonb, text, text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $_$
begin
  if not coalesce(
      jsonb_typeof(p_state -> 'menu_stack') = 'array'
      and jsonb_array_length(p_state -> 'menu_stack') between 1 and 12
      and not exists (select from jsonb_array_elements(p_state -> 'menu_stack') m where jsonb_typeof(m.value) <> 'string' or not p_document -> 'menus' ? (m.value #>> '{}'))
      and p_state ->> 'digits' ~ '^[0-9*#A-D]{0,64}$'
      and private.is_ivr_number(p_state -> 'no_input_count', 0) and private.is_ivr_number(p_state -> 'invalid_count', 0)
      and length(coalesce(p_state ->> 'language', '')) <= 100
      and length(coalesce(p_state ->> 'item', '')) <= 1000
      and coalesce(p_state ->> 'end_reason', 'hung_up') in ('hung_up', 'connected', 'recorded', 'refused', 'too_many_turns', 'too_long')
      and private.is_ivr_pending(p_state -> 'pending')
      and jsonb_typeof(p_input) = 'object' and pg_column_size(p_input) <= 8192
      and p_outcome ~ '^[a-z_]{1,32}$'
      and length(p_reply) <= 262144, false) then
    raise exception using errcode = 'PT422', message = 'This is no turn of the session''s menus', detail = 'validation_failed', hint = 'p_state';
  end if;
  if p_state ? 'otherwise' then
    perform private.check_ivr_app_turn((p_state #> '{otherwise,state}') - 'otherwise', p_input, p_state #>> '{otherwise,outcome}',
      p_state #>> '{otherwise,reply}', p_document);
  end if;
end
$_$;

--
-- Name: FUNCTION check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb) IS 'Refuses what no turn can have come to. Owners may call what commits their turns past our function; the menus that a session stands in must be there all the same.';

--
-- Name: check_ivr_menu(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_ivr_menu(p_user_id uuid, p_menu_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  with recursive
  resolved as (
    select m.id as menu_id, c.path, c.role, c.choice, t.id as target_menu_id
      from public.ivr_menus m cross join lateral private.ivr_choices(m) c
        left join public.ivr_menus t
          on c.role <> 'final' and c.choice ->> 'action' = 'submenu' and t.user_id = p_user_id and c.choice ->> 'target' in (t.id::text, t.key)
      where m.user_id = p_user_id
  ),
  reachable (id) as (
    select p_menu_id
    union
    select r.target_menu_id from resolved r join reachable on r.menu_id = reachable.id where r.target_menu_id is not null
  ),
  below (id) as (
    select p_menu_id
    union
    select m.id from public.ivr_menus m join below on m.parent_menu_id = below.id where m.user_id = p_user_id
  ),
  -- Where callers come without pressing a key.
  led (menu_id, path, at) as (
    select r.menu_id, r.path, r.target_menu_id from resolved r join reachable on reachable.id = r.menu_id
      where r.role <> 'item' and r.target_menu_id is not null
    union
    select led.menu_id, led.path, r.target_menu_id from led join resolved r on r.menu_id = led.at
      where r.role <> 'item' and r.target_menu_id is not null
  ),
  frozen as (
    select jsonb_build_object('root', p_menu_id,
      'limits', (select jsonb_build_object('depth', m.max_depth, 'turns', m.max_turns, 'minutes', m.max_minutes) from public.ivr_menus m where m.id = p_menu_id),
      'menus', jsonb_object_agg(m.id, private.frozen_ivr_menu(m,
        (select jsonb_object_agg(r.path, private.frozen_ivr_choice(r.choice, r.target_menu_id)) from resolved r where r.menu_id = m.id)))) as document
    from public.ivr_menus m join reachable on reachable.id = m.id
    where (select count(*) from reachable) <= 100
    having count(*) > 0
  ),
  problem as (
    select r.menu_id, r.path || '.' || p.field as path, p.message
      from reachable join resolved r on r.menu_id = reachable.id join public.ivr_menus m on m.id = r.menu_id
        left join public.ivr_menus t on t.id = r.target_menu_id
        cross join lateral private.ivr_choice_problems(r.choice, r.role, m, t) p
    union all
    select m.id, p.path, p.message
      from reachable join public.ivr_menus m on m.id = reachable.id cross join lateral private.ivr_menu_problems(m) p
    union all
    select below.id, 'parent_menu_id', 'No choice that callers can reach leads to this menu'
      from below where not exists (select from reachable where reachable.id = below.id)
    union all
    select led.menu_id, led.path || '.target', 'Callers would be led round in a circle without pressing a key'
      from led where led.at = led.menu_id
    union all
    -- The whole document travels at every turn.
    select p_menu_id, 'items', 'More than 100 menus can be reached from here' where (select count(*) from reachable) > 100
    union all
    select p_menu_id, 'items', 'All that can be reached from here is larger than 1 MiB together'
      from frozen where octet_length(frozen.document::text) > 1048576
  )
  select jsonb_build_object(
    'document', (select document from frozen),
    'problems', (select coalesce(jsonb_agg(jsonb_build_object('path', format('menus.%s.%s', coalesce(m.key, m.id::text), p.path), 'message', p.message)
      order by m.key, m.id, p.path, p.message), '[]') from problem p join public.ivr_menus m on m.id = p.menu_id))
  where exists (select from public.ivr_menus where id = p_menu_id and user_id = p_user_id)
$$;

--
-- Name: FUNCTION check_ivr_menu(p_user_id uuid, p_menu_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_ivr_menu(p_user_id uuid, p_menu_id uuid) IS '{document, problems}: the graph reachable from a menu as publishing would freeze it (null beyond 100 menus), and all that stands in the way, with paths. Null where the user has no such menu.';

--
-- Name: check_migrations(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_migrations(p_expected jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_expected text[] := array(select jsonb_array_elements_text(p_expected -> 'migrations'));
  v_applied text[];
  v_changed text[];
begin
  if not coalesce(p_expected ? 'migrations', false) then
    return private.skipped_check('migrations');
  end if;
  begin
    select coalesce(array_agg(m.version order by m.version), '{}') into v_applied from supabase_migrations.schema_migrations m;
    -- Without comments, white space and semicolons: who splits a file into statements leaves some of these out.
    select coalesce(array_agg(m.version order by m.version), '{}') into v_changed
      from jsonb_array_elements_text(p_expected -> 'migration_texts') t
        join supabase_migrations.schema_migrations m on m.version = split_part(t, ' ', 1)
      where left(encode(sha256(convert_to(regexp_replace(regexp_replace(
        array_to_string(m.statements, E'\n'), '--[^\n]*', '', 'g'), '[ \t\r\n;]+', '', 'g'), 'UTF8')), 'hex'), 16) <> split_part(t, ' ', 2);
  exception when undefined_table or undefined_column or invalid_schema_name then
    return private.health_check('migrations', '{}', array['The history of migrations is kept elsewhere']);
  end;
  return private.health_check('migrations',
    array(
      select v || ' is not applied' from unnest(v_expected) v where v <> all (v_applied)
      union all
      select v || ' was changed after it was applied' from unnest(v_changed) v
      order by 1),
    array(select v || ' is applied, and not known here' from unnest(v_applied) v where v <> all (v_expected) order by v),
    jsonb_build_object('applied', cardinality(v_applied), 'newest', v_applied[cardinality(v_applied)]));
end
$$;

--
-- Name: FUNCTION check_migrations(p_expected jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_migrations(p_expected jsonb) IS 'Names migrations that are expected and not applied, or whose file is another by now, as far as the history has texts. One that is applied and not expected is a warning: databases are migrated before functions are deployed.';

--
-- Name: check_objects(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_objects(p_expected jsonb) RETURNS SETOF jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_kind text;
  v_missing text[];
begin
  for v_kind, v_missing in
    with present as materialized (select o.kind, o.name from private.schema_objects() o)
    select k.kind, array(
        select e.name || ' is missing' from jsonb_array_elements_text(p_expected -> k.kind) e (name)
          where not exists (select from present o where o.kind = k.kind and o.name = e.name)
            -- A role that not every home lets us make; whoever does without it lacks nothing.
            and not (to_regrole('switchboard_hot') is null and e.name like 'switchboard_hot: %')
          order by e.name)
      from unnest(array['tables', 'columns', 'indexes', 'constraints', 'policies', 'triggers', 'functions', 'grants']) with ordinality k (kind, place)
      order by k.place
  loop
    if p_expected ? v_kind then
      return next private.health_check(v_kind, v_missing);
    else
      return next private.skipped_check(v_kind);
    end if;
  end loop;
end
$$;

--
-- Name: FUNCTION check_objects(p_expected jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_objects(p_expected jsonb) IS 'A check for every kind of object, which names what is expected and missing; skipped where nothing is said to be expected.';

--
-- Name: check_own_ivr_menu(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_own_ivr_menu(p_menu_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_check jsonb := private.check_ivr_menu(v_user_id, p_menu_id);
begin
  if v_check is null then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  return v_check || jsonb_build_object(
    'digest', md5((v_check -> 'document')::text),
    'numbers', (select coalesce(jsonb_agg(distinct n.number), '[]') from public.phone_numbers n where n.menu_id = p_menu_id and n.user_id = v_user_id),
    'transfer_rules', (select jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}'), 'max_per_hour', coalesce(r.max_per_hour, 100))
      from (values (1)) one left join private.transfer_rules r on r.user_id = v_user_id));
end
$$;

--
-- Name: FUNCTION check_own_ivr_menu(p_menu_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_own_ivr_menu(p_menu_id uuid) IS 'What private.check_ivr_menu says of a menu of the caller, with what its transfers are judged by and a digest of the document for publish_ivr_menu. Security definer because rules of transfers are closed to API roles; it acts for private.account_id() only.';

--
-- Name: check_partitions(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_partitions() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  with months as (
    select p.oid::regclass::text as parent, m.place, to_char(m.month, 'YYYY-MM') as month,
        exists (
          select from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
            where i.inhparent = p.oid and c.relname = p.relname || to_char(m.month, '_YYYY_MM')) as made
      from pg_catalog.pg_class p join pg_catalog.pg_namespace n on n.oid = p.relnamespace
        -- The job makes three months ahead every day, so yesterday's must be there. Months begin in UTC.
        cross join lateral (
          select s.month, row_number() over (order by s.month) as place
            from generate_series(date_trunc('month', now() at time zone 'UTC'),
              date_trunc('month', now() at time zone 'UTC' - interval '1 day') + interval '3 months', interval '1 month') s (month)) m
      where p.relkind = 'p' and not p.relispartition and n.nspname in ('public', 'private')
  )
  select private.health_check('partitions',
    array(select format('%s has no partition for %s', parent, month) from months where not made and place <= 2 order by 1),
    array(select format('%s has no partition for %s yet', parent, month) from months where not made and place > 2 order by 1),
    coalesce((select jsonb_object_agg(s.parent, s.ahead) from (
      select parent, count(*) filter (where made and place > 1) as ahead from months group by parent) s), '{}'))
$$;

--
-- Name: FUNCTION check_partitions(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_partitions() IS 'Names months without a partition: this one and the next, or as a warning those after, up to three ahead. The details are how many of these there are.';

--
-- Name: check_profile_timezone(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_profile_timezone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
begin
  if new.timezone !~ '^((?!posix/|right/)[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC)$'
    or not exists (select from pg_catalog.pg_timezone_names where name = new.timezone)
  then
    raise exception using errcode = 'PT422', message = 'There is no such time zone', detail = 'validation_failed',
      hint = '[{"path": "timezone", "message": "Must be a name of the IANA time zone database, such as Europe/Berlin"}]';
  end if;
  return new;
end
$_$;

--
-- Name: FUNCTION check_profile_timezone(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_profile_timezone() IS 'Row trigger: refuses a time zone that the database does not know.';

--
-- Name: check_queues(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_queues() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_queue record;
  v_depth bigint;
  v_oldest timestamptz;
  v_seconds bigint;
  v_failed text[] := '{}'::text[];
  v_late text[] := '{}'::text[];
  v_details jsonb := '{}'::jsonb;
begin
  for v_queue in
    select * from (values
      ('webhook_deliveries', 'private.webhook_deliveries', 'true', 'due_at', 'leased_until is null and not waiting'),
      ('recordings', 'private.recording_sources', 'due_at is not null', 'coalesce(leased_until, due_at)', 'due_at is not null'),
      ('jobs', 'private.jobs', 'state = ''queued''', 'coalesce(leased_until, due_at)', 'state = ''queued''')
    ) q (name, relation, queued, due, ready)
  loop
    begin
      -- A long backlog is not counted to its end.
      execute format('select (select count(*) from (select from %1$s where %2$s limit 100000) q), (select min(%3$s) from %1$s where %4$s)',
        v_queue.relation, v_queue.queued, v_queue.due, v_queue.ready) into v_depth, v_oldest;
      v_seconds := greatest(0, floor(extract(epoch from now() - v_oldest)));
      v_details := v_details || jsonb_build_object(v_queue.name, jsonb_build_object('depth', v_depth, 'oldest_due_seconds', v_seconds));
      if v_oldest < now() - interval '15 minutes' then
        v_late := v_late || format('%s: the oldest has been due for %s s', v_queue.name, v_seconds);
      end if;
    exception when undefined_table or undefined_column then
      v_failed := v_failed || format('%s cannot be looked at: %s', v_queue.name, sqlerrm);
    end;
  end loop;
  return private.health_check('queues', v_failed, v_late, v_details);
end
$_$;

--
-- Name: FUNCTION check_queues(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_queues() IS 'How much is to be sent, copied and done, counted to 100,000, and for how many seconds the oldest has been due. More than 15 minutes is a warning: an endpoint may have chosen a slow pace.';

--
-- Name: check_row_level_security(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_row_level_security(p_expected jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select private.health_check('row_level_security', array(
    select format('%I.%I has no row level security', n.nspname, c.relname)
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relrowsecurity and (
        -- What the Data API serves, known to us or not.
        n.nspname = 'public'
        or (n.nspname = 'storage' and c.relname in ('buckets', 'objects'))
        or coalesce(p_expected -> 'row_level_security' ? format('%I.%I', n.nspname, c.relname), false))
      order by 1))
$$;

--
-- Name: FUNCTION check_row_level_security(p_expected jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_row_level_security(p_expected jsonb) IS 'Names tables that the Data API or storage serves without row level security. Those of private are closed by having no grants.';

--
-- Name: check_scheduled_jobs(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.check_scheduled_jobs(p_expected jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_expected text[] := array(select jsonb_array_elements_text(p_expected -> 'jobs'));
  v_failed text[];
  v_jobs jsonb;
  v_last_run timestamptz;
begin
  if to_regclass('cron.job') is null or to_regclass('cron.job_run_details') is null then
    return case when private.offers_cron() then private.health_check('scheduled_jobs', array['Nothing is scheduled: pg_cron is not installed'])
      else private.health_check('scheduled_jobs', '{}', array['Nothing is scheduled: this server has no cron']) end;
  end if;
  execute $jobs$
    with jobs as (
      select j.jobname::text as name, j.schedule, j.active, r.status, r.end_time, left(r.return_message, 200) as message
        from cron.job j left join lateral (
          select d.status, d.end_time, d.return_message from cron.job_run_details d
            where d.jobid = j.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1
        ) r on true
        where $1 is null or j.jobname = any ($2)
    )
    select
        array(
          select e || ' is not scheduled' from unnest($2) e where not exists (select from jobs j where j.name = e)
          union all
          select name || ' is switched off' from jobs where not active
          union all
          select format('%s failed: %s', name, message) from jobs where status = 'failed'
          order by 1),
        (select jsonb_agg(jsonb_build_object('name', name, 'schedule', schedule, 'active', active, 'last_status', status, 'last_run', end_time) order by name)
          from jobs),
        -- Where something is due every minute, a long silence is that of cron itself.
        (select max(d.start_time) from cron.job_run_details d where exists (select from jobs where active and schedule in ('* * * * *', '10 seconds')))
  $jobs$ into v_failed, v_jobs, v_last_run using p_expected, v_expected;
  return private.health_check('scheduled_jobs', v_failed,
    array(select format('No job has run since %s', v_last_run) where v_last_run < now() - interval '15 minutes'),
    jsonb_build_object('jobs', coalesce(v_jobs, '[]'::jsonb)));
end
$_$;

--
-- Name: FUNCTION check_scheduled_jobs(p_expected jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.check_scheduled_jobs(p_expected jsonb) IS 'Names jobs that are not scheduled, switched off, or failed when they last ended; the details are all of them. Where nothing is said to be expected, the jobs of everybody are looked at.';

--
-- Name: claim_webhook_deliveries(integer, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid DEFAULT NULL::uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
  c_lease constant interval := '30 seconds'::interval;
  -- What one tenant may have under way, so that endpoints of one that hang leave room for the others.
  c_tenant constant integer := 100;
  v_now timestamptz;
  v_keys text[];
  v_full uuid[];
  v_full_tenants uuid[];
  v_candidates uuid[];
  v_claimed private.webhook_deliveries[];
  v_next_due timestamptz;
begin
  -- A lease that a crash of the server forgets is a delivery sent twice, which a crash of the worker is too.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_webhook_queue();
  v_now := clock_timestamp();
  -- Whoever held these is given up for lost; the fence keeps it from completing what it lost. What it is completing at this
  -- moment is left to it: to wait for that, with some of its other deliveries locked, could be to wait in a circle.
  update private.webhook_deliveries set leased_until = null where id in (
    select id from private.webhook_deliveries where leased_until <= v_now for update skip locked);

  if p_delivery_id is not null then
    with claimed as (
      update private.webhook_deliveries set leased_until = v_now + c_lease, fence = fence + 1
        where id = p_delivery_id and leased_until is null and not waiting returning *
    )
    select array_agg(claimed::private.webhook_deliveries) into v_claimed from claimed;
    return private.describe_claim(v_claimed, null);
  end if;

  select coalesce(array_agg(distinct format('%s %s', webhook_id, ordering_key)), '{}') into v_keys
    from private.webhook_deliveries where leased_until is not null and ordering_key is not null;
  -- Each waits once, and leaves the index of heads by it: what is behind a failing head is not looked at again. Some at a
  -- time, each looked up by itself: a long backlog is taken in step by step.
  update private.webhook_deliveries set waiting = true where id in (
    select h.id from (
      select d.id, d.webhook_id, d.ordering_key, d.seq from private.webhook_deliveries d
        where d.ordering_key is not null and d.leased_until is null and not d.waiting and d.due_at <= v_now
        order by d.due_at limit 2000
    ) h where private.must_wait(h.webhook_id, h.ordering_key, h.seq, v_keys));

  v_full := private.full_endpoints(v_now);
  v_full_tenants := private.full_tenants(c_tenant);

  -- Half of the look goes to what is due longest, half to a few endpoints from a place that is another each time: behind
  -- the backlog of one, others are still seen.
  with recursive walk as (
    select gen_random_uuid() as webhook_id, null::uuid as first_seen, 0 as n
    union all
    select f.webhook_id, coalesce(s.first_seen, f.webhook_id), s.n + 1
      from walk s cross join lateral (
        select coalesce(
          (select d.webhook_id from private.webhook_deliveries d
            where d.leased_until is null and not d.waiting and d.webhook_id > s.webhook_id order by d.webhook_id limit 1),
          (select d.webhook_id from private.webhook_deliveries d where d.leased_until is null and not d.waiting order by d.webhook_id limit 1)) as webhook_id
        -- Looked up once, although it is named twice.
        offset 0) f
      -- Until it has come round.
      where s.n < 32 and (s.n < 2 or s.webhook_id <> s.first_seen)
  ), seen as (
    (select q.id, q.webhook_id, q.due_at, q.seq, q.ordering_key from private.webhook_deliveries q
      where q.leased_until is null and not q.waiting and q.due_at <= v_now and q.webhook_id <> all (v_full) and q.user_id <> all (v_full_tenants)
      order by q.due_at limit greatest(2 * p_limit, 100))
    union
    select d.* from (select distinct webhook_id from walk where webhook_id <> all (v_full)) s
      cross join lateral (
        select q.id, q.webhook_id, q.due_at, q.seq, q.ordering_key from private.webhook_deliveries q
          where q.webhook_id = s.webhook_id and q.leased_until is null and not q.waiting and q.due_at <= v_now
            and q.user_id <> all (v_full_tenants)
          order by q.due_at limit 8) d
  ), busy as materialized (
    select webhook_id, user_id, count(*) as n from private.webhook_deliveries where leased_until is not null group by webhook_id, user_id
  ), endpoints as materialized (
    select w.id, w.user_id, least(coalesce(w.rate_limit, w.max_in_flight),
        w.max_in_flight - coalesce((select sum(b.n) from busy b where b.webhook_id = w.id), 0))::bigint as room
      from public.webhooks w where w.id in (select webhook_id from seen)
  ), tenants as materialized (
    select user_id, sum(n)::bigint as n from busy group by user_id
  ), ranked as (
    select d.id, d.webhook_id, d.due_at, row_number() over (partition by d.webhook_id order by d.due_at, d.seq) as place from seen d
      -- Published since the statement above: it waits at the next claim.
      where d.ordering_key is null or not private.must_wait(d.webhook_id, d.ordering_key, d.seq, v_keys)
  ), allowed as (
    select r.id, r.place, r.due_at, e.user_id, row_number() over (partition by e.user_id order by r.place, r.due_at) as place_of_tenant
      from ranked r join endpoints e on e.id = r.webhook_id where r.place <= e.room
  )
  -- Endpoint by endpoint in turns.
  select array_agg(a.id order by a.place, a.due_at) into v_candidates from allowed a left join tenants t on t.user_id = a.user_id
    where a.place_of_tenant <= c_tenant - coalesce(t.n, 0);

  -- Published while its endpoint was being disabled.
  perform private.shelve_deliveries(w.id) from public.webhooks w
    where not w.enabled and w.id in (select d.webhook_id from private.webhook_deliveries d where d.id = any (v_candidates) and d.origin <> 'test');
  with chosen as (
    select d.id from unnest(v_candidates) with ordinality c (id, n) join private.webhook_deliveries d on d.id = c.id
      where d.leased_until is null order by c.n limit p_limit for update of d skip locked
  ), claimed as (
    update private.webhook_deliveries d set leased_until = v_now + c_lease, fence = d.fence + 1
      from chosen c where d.id = c.id returning d.*
  )
  select array_agg(claimed::private.webhook_deliveries) into v_claimed from claimed;

  -- Up to a second's worth at once, and then nothing until that second would be over.
  insert into private.webhook_pace as p (webhook_id, next_at)
    select w.id, v_now + make_interval(secs => count(*)::double precision / w.rate_limit)
      from unnest(v_claimed) c join public.webhooks w on w.id = c.webhook_id where w.rate_limit is not null group by w.id
    on conflict (webhook_id) do update set next_at = excluded.next_at;

  -- Who got as many as it asked for asks again anyway.
  if cardinality(v_claimed) = p_limit then
    return private.describe_claim(v_claimed, 0);
  end if;
  v_full := private.full_endpoints(v_now);
  v_full_tenants := private.full_tenants(c_tenant);
  select least(
    (select min(due_at) from (select q.due_at from private.webhook_deliveries q
      where q.leased_until is null and not q.waiting and q.webhook_id <> all (v_full) and q.user_id <> all (v_full_tenants)
      order by q.due_at limit 1) first),
    -- Looked up for each of a few, where a join would read the whole queue.
    (select min(p.next_at) from private.webhook_pace p where p.next_at > v_now and (select true from private.webhook_deliveries q
      where q.webhook_id = p.webhook_id and q.leased_until is null and not q.waiting limit 1)))
    into v_next_due;
  return private.describe_claim(v_claimed,
    case when v_next_due is not null then ceil(greatest(extract(epoch from v_next_due - v_now), 0) * 1000)::bigint end);
end
$$;

--
-- Name: FUNCTION claim_webhook_deliveries(p_limit integer, p_delivery_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) IS 'Leases at most p_limit due deliveries for 30 s, or the one of the given id, due or not: what private.describe_claim says and next_due_ms, when there is more to claim as far as is known now: 0 at once, which is also said where there were p_limit, null when nothing is left but what is under way. Security definer because no API role may read the queue.';

--
-- Name: cleanup_old_audit_logs(integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.cleanup_old_audit_logs(p_days integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $$
declare
  v_table private.retention_tables := (select t from private.retention_tables t where t.name = 'public.audit_logs');
  v_month text;
  v_dropped bigint;
begin
  if p_days is null or p_days not between 1 and 3653 then
    raise exception using errcode = 'PT422', message = 'The trail is kept for 1 to 3653 days', detail = 'validation_failed', hint = 'days';
  end if;
  -- Locks last until the transaction ends: one month in each. Empty ones are left to the job retention.
  foreach v_month in array private.due_months(v_table, now(), p_days) loop
    v_dropped := private.settle_month(v_table, v_month);
    if v_dropped > 0 then
      perform private.drop_month(v_month);
      return v_dropped;
    end if;
  end loop;
  return 0;
exception when lock_not_available then
  raise exception using errcode = 'PT409', message = 'Somebody is reading the trail: try again', detail = 'conflict';
end
$$;

--
-- Name: FUNCTION cleanup_old_audit_logs(p_days integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.cleanup_old_audit_logs(p_days integer) IS 'Drops the oldest month of the audit trail that ended more than p_days ago and has entries, but for those that a tenant has chosen to keep longer or that are still to be archived, and keeps where each chain goes on; returns how many entries went, 0 where no such month is left. PT409 where somebody is reading one. Security definer because nobody else may drop partitions.';

--
-- Name: commit_own_ivr_turn(uuid, integer, jsonb, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
  v_committed jsonb;
begin
  -- The turn after the last is the one that says so.
  if p_step > (select coalesce((v.document #>> '{limits,turns}')::integer, 200) from public.ivr_menu_versions v where v.id = s.menu_version_id) then
    raise exception using errcode = 'PT422', message = 'The session has had all its turns', detail = 'validation_failed', hint = 'p_step';
  end if;
  perform private.check_ivr_app_turn(p_state, p_input, p_outcome, p_reply,
    (select v.document from public.ivr_menu_versions v where v.id = s.menu_version_id));
  -- The menu of a session that has moved on meanwhile is not used: the step no longer fits.
  v_committed := public.ivr_commit_turn(p_id, p_step, (s.menu_stack ->> -1)::uuid, p_state, p_input, p_outcome, p_reply);
  -- What asking takes is not for the eyes of a user.
  return jsonb_build_object('reply', v_committed -> 'reply', 'asks', v_committed -> 'callout' <> 'null');
end
$$;

--
-- Name: FUNCTION commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.ivr_commit_turn for an app''s session of the caller: {reply, asks}, where asks tells whether this request is to ask outside. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';

--
-- Name: complete_webhook_deliveries(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.complete_webhook_deliveries(p_outcomes jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
  v_outcomes private.webhook_outcome[];
  v_webhook_ids uuid[];
  v_ordered boolean;
  v_now timestamptz;
  v_completed integer;
  v_ended private.webhook_deliveries[];
  v_endpoints jsonb;
  v_endpoint record;
begin
  select array_agg(o::private.webhook_outcome) into v_outcomes
    from (select distinct on (id) * from jsonb_populate_recordset(null::private.webhook_outcome, p_outcomes) order by id) o;
  -- Everybody takes users before endpoints, endpoints in the order of their ids, then the queue, and deliveries last: so
  -- nobody waits in a circle, and claims do not wait for whoever holds an endpoint.
  select coalesce(array_agg(distinct d.webhook_id), '{}'), bool_or(d.ordering_key is not null) into v_webhook_ids, v_ordered
    from unnest(v_outcomes) o join private.webhook_deliveries d on d.id = o.id;
  perform from auth.users u where u.id in (select w.user_id from public.webhooks w where w.id = any (v_webhook_ids)) order by u.id for key share;
  perform from public.webhooks w where w.id = any (v_webhook_ids) order by w.id for no key update;
  if v_ordered then
    perform private.lock_webhook_queue();
  end if;
  v_now := clock_timestamp();

  -- Of a lease it is not said that it "is not null": as few are under way when the plan is made, it would then read the
  -- index of leases, and all that are under way, for each outcome.
  with retried as (
    update private.webhook_deliveries d
      set attempts = d.attempts + 1, leased_until = null, due_at = v_now + coalesce(o.retry_in_ms, 60000) * interval '1 millisecond'
      from unnest(v_outcomes) o
      where o.verdict = 'retry' and d.id = o.id and d.fence = o.fence and num_nulls(d.leased_until) = 0
      returning d, o, d.attempts as attempt
  ), ended as (
    delete from private.webhook_deliveries d using unnest(v_outcomes) o
      where o.verdict <> 'retry' and d.id = o.id and d.fence = o.fence and num_nulls(d.leased_until) = 0
      returning d, o, d.attempts + 1 as attempt
  ), held as (
    select (h.d).*, h.attempt, (h.o).verdict, (h.o).status_code, left((h.o).error, 1000) as error, left((h.o).response_body, 16384) as response_body,
        (h.o).duration_ms, (h.o).verdict = 'delivered' or (h.o).verdict = 'disabled' and (h.o).error is null and (h.o).status_code between 200 and 299 as acknowledged
      from (table retried union all table ended) h
  ), logged as (
    insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number,
        status_code, response_body, error, duration_ms, delivered_at)
      select v_now, h.user_id, h.webhook_id, h.id, h.event_id, h.event_created_at, h.type, h.origin, h.attempt,
        h.status_code, h.response_body, h.error, h.duration_ms, case when h.acknowledged then v_now end
      from held h
  )
  select (select count(*) from held), (select array_agg(e.d) from ended e where (e.d).ordering_key is not null),
      (select jsonb_agg(e) from (
        select h.webhook_id, bool_or(h.acknowledged and h.origin <> 'test') as succeeded,
          -- What is our own fault is not counted against the endpoint.
          count(*) filter (where not h.acknowledged and h.origin <> 'test'
            and coalesce(split_part(h.error, ':', 1) not in ('unreadable_secret', 'unreadable_headers', 'unguarded', 'internal_error'), true)) as failures,
          -- A test disables nothing.
          case when bool_or(h.verdict = 'gone' and h.origin <> 'test') then 'gone'
            when bool_or(h.verdict = 'disabled' and h.origin <> 'test') then 'receiver' end as disable,
          (array_agg(h.status_code order by h.acknowledged))[1] as status_code,
          (array_agg(h.error order by h.acknowledged))[1] as error
        from held h group by h.webhook_id) e)
    into v_completed, v_ended, v_endpoints;

  if v_ended is not null then
    perform private.release_followers(v_ended);
  end if;
  update public.webhooks w set last_triggered_at = v_now, last_status = e.status_code, last_error = e.error,
      last_success_at = case when e.succeeded then v_now else w.last_success_at end
    from jsonb_to_recordset(v_endpoints) as e (webhook_id uuid, status_code integer, error text, succeeded boolean) where w.id = e.webhook_id;
  for v_endpoint in
    select e.* from jsonb_to_recordset(v_endpoints) as e (webhook_id uuid, succeeded boolean, failures integer, disable text)
        join public.webhooks w on w.id = e.webhook_id
      -- Of most there is nothing more to say.
      where not w.enabled or e.disable is not null or e.failures > 0 or e.succeeded and w.failing_since is not null
      order by e.webhook_id
  loop
    perform private.record_endpoint_health(v_endpoint.webhook_id, v_endpoint.succeeded, v_endpoint.failures, v_endpoint.disable, v_now);
    -- What was under way when the endpoint was disabled, and is to be tried again.
    perform private.shelve_deliveries(w.id) from public.webhooks w where w.id = v_endpoint.webhook_id and not w.enabled;
  end loop;
  return jsonb_build_object('completed', v_completed, 'stale', jsonb_array_length(p_outcomes) - v_completed);
end
$$;

--
-- Name: FUNCTION complete_webhook_deliveries(p_outcomes jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.complete_webhook_deliveries(p_outcomes jsonb) IS 'Takes in the outcomes of leased deliveries, [{id, fence, verdict: delivered | retry | failed | gone | disabled, status_code, error, response_body, duration_ms, retry_in_ms}]: logs each attempt, ends or reschedules the delivery, keeps the endpoint''s record. One whose lease was lost changes nothing: {completed, stale}. Security definer because no API role may write the queue.';

--
-- Name: connection_secrets(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.connection_secrets(p_connection_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select jsonb_agg(jsonb_build_object('purpose', s.purpose, 'created_at', s.created_at, 'expires_at', s.expires_at)
      order by s.purpose desc, s.created_at desc)
    from private.credentials s
    where s.connection_id = p_connection_id and s.user_id = private.account_id() and (s.expires_at is null or s.expires_at > now())
$$;

--
-- Name: FUNCTION connection_secrets(p_connection_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.connection_secrets(p_connection_id uuid) IS 'Which secrets a connection of the caller has, without the secrets. Security definer because credentials are closed to API roles; it tells of private.account_id()''s only.';

--
-- Name: copy_recordings(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.copy_recordings() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if exists (select from private.recording_sources where due_at is not null and coalesce(leased_until, due_at) <= clock_timestamp()) then
    return private.invoke_function('/ivr/recordings/copy', interval '150 seconds');
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION copy_recordings(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.copy_recordings() IS 'Has the function ivr copy recordings if some are due; returns the id of the request.';

--
-- Name: count_personal_rows(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.count_personal_rows(p_user_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_table record;
  v_count bigint;
  v_counts jsonb := '{}'::jsonb;
begin
  for v_table in select * from private.personal_tables() loop
    execute format('select count(*) from %s as t where %s', v_table.table_id::regclass, v_table.condition) into v_count using p_user_id;
    v_counts := v_counts || case when v_count > 0 then jsonb_build_object(v_table.name, v_count) else '{}' end;
  end loop;
  select count(*) into v_count from private.personal_objects(p_user_id);
  return v_counts || case when v_count > 0 then jsonb_build_object('storage.objects', v_count) else '{}' end;
end
$$;

--
-- Name: FUNCTION count_personal_rows(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.count_personal_rows(p_user_id uuid) IS 'How many rows each table holds of a user, and how many objects there are: {table: count}, without those that hold none. Security definer because no API role may read every table.';

--
-- Name: count_plain_health_data(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.count_plain_health_data(p_user_id uuid) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select (select count(*) from public.call_logs where user_id = p_user_id and num_nonnulls(transcript, summary, sentiment, recording_url) > 0)
    + (select count(*) from public.webhook_events where user_id = p_user_id and sealed is null
        and private.carries_health_data(type, payload::jsonb -> 'data'))
$$;

--
-- Name: FUNCTION count_plain_health_data(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.count_plain_health_data(p_user_id uuid) IS 'How many calls and events of a tenant tell what was said in plain text.';

--
-- Name: count_request(text, integer, integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_end timestamptz := to_timestamp((floor(extract(epoch from p_now) / p_seconds) + 1) * p_seconds);
begin
  if p_limit is null then
    return null;
  end if;
  insert into private.request_counts as r (subject, window_end, count) values (p_subject, v_end, 1)
    on conflict (subject) do update set
        count = case when r.window_end >= v_end then r.count + 1 else 1 end,
        window_end = greatest(r.window_end, v_end)
      where r.window_end < v_end or r.count < p_limit;
  if found then
    return null;
  end if;
  return greatest(ceil(extract(epoch from v_end - p_now)), 1);
end
$$;

--
-- Name: FUNCTION count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamp with time zone) IS 'Counts a request in windows of p_seconds, or says in how many seconds to come back. A request past the limit writes nothing.';

--
-- Name: count_transfer(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.count_transfer(p_user_id uuid) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_max integer := coalesce((select max_per_hour from private.transfer_rules where user_id = p_user_id), 100);
begin
  insert into private.transfer_counts as c (user_id, hour, transfers)
    select p_user_id, date_trunc('hour', clock_timestamp()), 1 where v_max > 0
    on conflict (user_id) do update set
      hour = excluded.hour,
      transfers = case when c.hour = excluded.hour then c.transfers + 1 else 1 end
    where c.hour <> excluded.hour or c.transfers < v_max;
  return found;
end
$$;

--
-- Name: FUNCTION count_transfer(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.count_transfer(p_user_id uuid) IS 'Counts a transfer of a tenant, unless this hour has had all that it may have; returns whether it may go ahead.';

--
-- Name: counted_as(public.api_keys, public.api_keys); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.counted_as(p_key public.api_keys, p_counter public.api_keys) RETURNS public.api_keys
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
begin
  p_key.usage_count := p_counter.usage_count;
  p_key.window_start := p_counter.window_start;
  p_key.window_count := p_counter.window_count;
  return p_key;
end
$$;

--
-- Name: FUNCTION counted_as(p_key public.api_keys, p_counter public.api_keys); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.counted_as(p_key public.api_keys, p_counter public.api_keys) IS 'A key with the counts of another.';

--
-- Name: create_own_account_export(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.create_own_account_export() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.lock_own_account();
  v_job private.jobs;
begin
  if exists (select from private.jobs where user_id = v_user_id and kind = 'account.export' and state = 'queued' and not progress ?| array['ready_at', 'given_up']) then
    raise exception using errcode = 'PT409', message = 'An export is under way', detail = 'conflict';
  elsif exists (select from private.jobs where user_id = v_user_id and kind = 'account.erase' and state = 'queued' and progress ? 'started_at') then
    raise exception using errcode = 'PT409', message = 'The account is being deleted', detail = 'conflict';
  end if;
  insert into private.jobs (user_id, kind) values (v_user_id, 'account.export') returning * into v_job;
  perform private.audit(v_user_id, 'account.export', 'account', v_job.id, '{}');
  return private.describe_export(v_job);
end
$$;

--
-- Name: FUNCTION create_own_account_export(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.create_own_account_export() IS 'Begins an export of everything that there is of the caller; PT409 while another is under way. Security definer because no API role may write jobs; it acts for private.account_id() only.';

--
-- Name: create_own_api_key(text, text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys;
begin
  if private.account_id() is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  v_key := private.with_api_key_settings(v_key, p_settings);
  insert into public.api_keys (user_id, key_hash, key_prefix, name, scopes, enabled, expires_at, rate_limit, usage_quota, allowed_ips, metadata)
    values (private.account_id(), p_key_hash, p_key_prefix, v_key.name, v_key.scopes, coalesce(v_key.enabled, true), v_key.expires_at,
      v_key.rate_limit, v_key.usage_quota, v_key.allowed_ips, coalesce(v_key.metadata, '{}'))
    returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;

--
-- Name: FUNCTION create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) IS 'Adds a key of the caller. Security definer because keys are written past the Data API alone; it acts for private.account_id() only.';

--
-- Name: create_own_phone_connection(uuid, text, text, text, uuid, text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) IS 'Adds a connection of the caller together with its sealed secrets. Security definer because credentials are closed to API roles.';

--
-- Name: create_own_webhook(uuid, text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.create_own_webhook(p_id uuid, p_secret text, p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION create_own_webhook(p_id uuid, p_secret text, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.create_own_webhook(p_id uuid, p_secret text, p_settings jsonb) IS 'Adds an endpoint of the caller. PT409 endpoint_limit. Security definer because endpoints are written past the Data API alone; it acts for private.account_id() only.';

--
-- Name: delete_due_rows(private.retention_tables, jsonb, integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_found record;
  v_start timestamptz;
  v_rows bigint := 0;
begin
  if p_table.name = 'public.audit_logs' or v_policy.archive then
    return '{"rows": 0, "held_ms": 0}'::jsonb;
  end if;
  v_found := private.find_due_rows(p_table, p_at, p_limit, p_now);
  v_start := clock_timestamp();
  if v_found.ids is not null then
    -- Where rows are locked somebody is at work with them: the next run finds them again. Due still: another row may lie there by now.
    execute format(
      'delete from %1$s g where g.ctid = any (array(
         select t.ctid from %1$s t where t.ctid = any ($4) and %2$s for update of t skip locked))', v_found.relation, private.is_due(p_table))
      using p_now, v_policy.days, v_policy.name, v_found.ids;
    get diagnostics v_rows = row_count;
  end if;
  return jsonb_strip_nulls(jsonb_build_object('rows', v_rows, 'held_ms', extract(epoch from clock_timestamp() - v_start) * 1000,
    'at', case when v_rows > 0 then v_found.next else v_found.otherwise end));
end
$_$;

--
-- Name: FUNCTION delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone) IS 'Deletes about p_limit rows that are older than their tenant keeps them, from a place on: {rows, held_ms, at}, for how long they were locked and the place to go on at, which is missing where that was all. Months that nobody needs are private.drop_due_partition''s.';

--
-- Name: delete_own_api_key(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.delete_own_api_key(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
  v_heir uuid;
begin
  select id into v_heir from public.api_keys where counted_by = p_id order by created_at desc, id desc limit 1;
  update public.api_keys set counted_by = nullif(v_heir, id), usage_count = v_key.usage_count, window_start = v_key.window_start,
      window_count = v_key.window_count
    where counted_by = p_id;
  delete from public.api_keys where id = p_id;
  return private.describe_api_key(v_key);
end
$$;

--
-- Name: FUNCTION delete_own_api_key(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.delete_own_api_key(p_id uuid) IS 'Deletes a key of the caller with what it used by the hour; what it counted for others, the newest of them goes on counting. Security definer as private.create_own_api_key is.';

--
-- Name: delete_own_webhook(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.delete_own_webhook(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_webhook public.webhooks := private.lock_own_webhook(p_id);
begin
  delete from public.webhooks where id = p_id;
  return private.describe_webhook(v_webhook);
end
$$;

--
-- Name: FUNCTION delete_own_webhook(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.delete_own_webhook(p_id uuid) IS 'Deletes an endpoint of the caller with what was to be sent to it; its log stays. Security definer as private.create_own_webhook is.';

--
-- Name: describe_api_key(public.api_keys); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_api_key(p_key public.api_keys) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select to_jsonb(p_key) - array['key_hash', 'user_id', 'window_start', 'window_count', 'last_hour', 'last_hour_count', 'counted_by'] $$;

--
-- Name: FUNCTION describe_api_key(p_key public.api_keys); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_api_key(p_key public.api_keys) IS 'A key as its owner is shown it.';

--
-- Name: uuid_v7(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.uuid_v7() RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;
end
$$;

--
-- Name: FUNCTION uuid_v7(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.uuid_v7() IS 'A UUID that begins with the time (RFC 9562, version 7), so that new rows lie together in an index however large it has grown.';

--
-- Name: webhook_deliveries; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.webhook_deliveries (
    id uuid DEFAULT private.uuid_v7() NOT NULL,
    seq bigint NOT NULL,
    webhook_id uuid NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_created_at timestamp with time zone NOT NULL,
    type text NOT NULL,
    ordering_key text,
    origin text DEFAULT 'event'::text NOT NULL,
    replay_id uuid,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    waiting boolean DEFAULT false NOT NULL,
    fence integer DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    CONSTRAINT webhook_deliveries_origin_check CHECK ((origin = ANY (ARRAY['event'::text, 'replay'::text, 'resend'::text, 'test'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000');

--
-- Name: TABLE webhook_deliveries; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.webhook_deliveries IS 'The queue: what is still to be sent. Finished work leaves it for webhook_logs.';

--
-- Name: COLUMN webhook_deliveries.seq; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.seq IS 'The order of deliveries with the same key.';

--
-- Name: COLUMN webhook_deliveries.user_id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.user_id IS 'Of the endpoint, which alone is referred to.';

--
-- Name: COLUMN webhook_deliveries.ordering_key; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.ordering_key IS 'The event''s key where the endpoint is ordered; null where it is not, and for what is sent again.';

--
-- Name: COLUMN webhook_deliveries.attempts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.attempts IS 'Attempts that are over.';

--
-- Name: COLUMN webhook_deliveries.waiting; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.waiting IS 'Whether an earlier delivery with the same key must be done first.';

--
-- Name: COLUMN webhook_deliveries.fence; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.fence IS 'Counts the leases: who completes must hold the newest.';

--
-- Name: COLUMN webhook_deliveries.leased_until; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.webhook_deliveries.leased_until IS 'While it is being sent: when the worker is given up for lost.';

--
-- Name: describe_claim(private.webhook_deliveries[], bigint); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return (
    -- Materialized, so that the schedule is worked out once for each endpoint and not for each delivery.
    with endpoints as materialized (
      select w.id, w.user_id, w.url, w.headers, w.secret, w.old_secrets, to_json(private.retry_waits(w)) as waits
        from (select distinct webhook_id from unnest(p_claimed)) c join public.webhooks w on w.id = c.webhook_id
    )
    select json_build_object(
      'deliveries', (select coalesce(json_agg(c), '[]'::json) from (
        select d.id, d.fence, d.webhook_id, d.event_id, d.attempts + 1 as attempt, d.origin, case when d.origin = 'test' then '[]'::json else w.waits end as schedule
          from unnest(p_claimed) d join endpoints w on w.id = d.webhook_id
          order by d.due_at, d.seq) c),
      'endpoints', (select coalesce(json_object_agg(w.id, json_build_object('user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n)
            where (s.value ->> 'expires_at')::timestamptz > clock_timestamp()), '[]'::jsonb))), '{}'::json) from endpoints w),
      'events', (select coalesce(json_object_agg(e.id, body), '{}'::json)
        from (select distinct event_id, event_created_at from unnest(p_claimed)) c
          join public.webhook_events e on e.id = c.event_id and e.created_at = c.event_created_at
          cross join lateral (select e.type, e.payload, e.sealed) body),
      'next_due_ms', p_next_due_ms));
end
$$;

--
-- Name: FUNCTION describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint) IS 'What a worker needs to send the deliveries: {deliveries: [{id, fence, webhook_id, event_id, attempt, origin, schedule}], endpoints: {id: {user_id, url, headers, secrets}}, events: {id: {type, payload, sealed}}, next_due_ms}. Secrets and headers are sealed, and what of an event is.';

--
-- Name: jobs; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.jobs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid,
    kind text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    leased_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT jobs_check CHECK (((leased_until IS NULL) OR (state = 'queued'::text))),
    CONSTRAINT jobs_error_check CHECK ((length(error) <= 500)),
    CONSTRAINT jobs_kind_check CHECK ((kind ~ '^[a-z]+(\.[a-z-]+)+$'::text)),
    CONSTRAINT jobs_progress_check CHECK ((jsonb_typeof(progress) = 'object'::text)),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);

--
-- Name: TABLE jobs; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.jobs IS 'Work that takes longer than a request: exports, erasures and the like, advanced in slices by the function maintenance. Without a foreign key to users, because an erasure outlives the user.';

--
-- Name: COLUMN jobs.user_id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.user_id IS 'Whose work it is; null for the operator''s, and once the user is erased.';

--
-- Name: COLUMN jobs.kind; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.kind IS 'What is done: account.export, account.erase.';

--
-- Name: COLUMN jobs.progress; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.progress IS 'How far it is, in the form of its kind. Whoever takes the job up goes on from here.';

--
-- Name: COLUMN jobs.due_at; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.due_at IS 'When the next slice is due.';

--
-- Name: COLUMN jobs.leased_until; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.leased_until IS 'While a slice is under way: when its worker is given up for lost.';

--
-- Name: COLUMN jobs.fence; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.fence IS 'Counts the leases: who saves must hold the newest.';

--
-- Name: COLUMN jobs.attempts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.attempts IS 'Slices that failed or got lost since the last that did not.';

--
-- Name: COLUMN jobs.error; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.jobs.error IS 'Why the latest of these failed; null for one that got lost.';

--
-- Name: describe_deletion(private.jobs); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_deletion(p_job private.jobs) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object(
    'state', case when p_job.id is null or p_job.state <> 'queued' then 'none' when p_job.progress ? 'started_at' then 'running' else 'requested' end,
    'requested_at', case when p_job.state = 'queued' then p_job.created_at end,
    'erased_after', case when p_job.state = 'queued' then (p_job.progress ->> 'erased_after')::timestamptz end)
$$;

--
-- Name: FUNCTION describe_deletion(p_job private.jobs); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_deletion(p_job private.jobs) IS 'The deletion of an account as its owner is shown it: {state: none | requested | running, requested_at, erased_after}.';

--
-- Name: describe_export(private.jobs); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_export(p_job private.jobs) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object(
    'id', p_job.id,
    'state', case
      when p_job.state = 'done' or p_job.progress ?& array['given_up', 'ready_at'] then 'expired'
      when p_job.state <> 'queued' then p_job.state
      when p_job.progress ? 'given_up' then 'failed'
      when p_job.progress ? 'ready_at' then 'ready'
      else 'running' end,
    'error', case when not p_job.progress ? 'ready_at' then split_part(coalesce(p_job.progress ->> 'given_up', p_job.error), ' ', 1) end,
    'rows', coalesce((p_job.progress ->> 'rows')::bigint, 0),
    'manifest', p_job.progress -> 'manifest',
    'files', coalesce(p_job.progress -> 'files', '[]'),
    'created_at', p_job.created_at,
    'ready_at', p_job.progress -> 'ready_at',
    'expires_at', p_job.progress -> 'expires_at')
$$;

--
-- Name: FUNCTION describe_export(p_job private.jobs); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_export(p_job private.jobs) IS 'An export as its owner is shown it: {id, state: running | ready | expired | failed, error, rows, manifest, files, created_at, ready_at, expires_at}. error is the code that it failed with, for the last time or to be tried again.';

--
-- Name: describe_own_health_data(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_own_health_data() RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return jsonb_build_object(
    'encrypt', exists (select from private.health_settings where user_id = private.account_id() and encrypts),
    'plain', private.count_plain_health_data(private.account_id()));
end
$$;

--
-- Name: FUNCTION describe_own_health_data(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_own_health_data() IS 'Whether the caller''s health data is stored sealed, and how many calls and events are not: {encrypt, plain}. Security definer because the settings are closed to every role; it acts for private.account_id() only.';

--
-- Name: describe_personal_tables(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_personal_tables() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select jsonb_agg(jsonb_build_object('name', t.name, 'withheld', private.withheld_columns(t.table_id, t.name),
      'opened', coalesce((select c.opened from private.table_classes c where c.name = t.name), '{}')) order by t.name)
    from private.personal_tables() t
$$;

--
-- Name: FUNCTION describe_personal_tables(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_personal_tables() IS 'The tables that an export reads: [{name, withheld, opened}]. Security definer because no API role may read the classes.';

--
-- Name: describe_phone_connection(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_phone_connection(p_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select to_jsonb(d) from public.phone_connection_details d where d.id = p_id $$;

--
-- Name: FUNCTION describe_phone_connection(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_phone_connection(p_id uuid) IS 'A connection as its owner is shown it.';

--
-- Name: webhook_replays; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.webhook_replays (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    webhook_id uuid NOT NULL,
    selection jsonb NOT NULL,
    count integer NOT NULL,
    cancelled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: TABLE webhook_replays; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.webhook_replays IS 'Replays that owners asked for: what was selected and how many events that was.';

--
-- Name: describe_replay(private.webhook_replays); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_replay(p_replay private.webhook_replays) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select to_jsonb(p_replay) || jsonb_build_object('pending',
    (select count(*) from private.webhook_deliveries d where d.replay_id = p_replay.id))
$$;

--
-- Name: FUNCTION describe_replay(p_replay private.webhook_replays); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_replay(p_replay private.webhook_replays) IS 'A replay as its owner is shown it: {id, webhook_id, selection, count, pending, cancelled_at, created_at}.';

--
-- Name: user_profiles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_profiles (
    user_id uuid DEFAULT private.account_id() NOT NULL,
    id uuid DEFAULT private.account_id() NOT NULL,
    email text,
    username text,
    full_name text,
    department text,
    "position" text,
    phone text,
    avatar_url text,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    language text DEFAULT 'en-US'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    encrypted_retell_api_key text,
    encrypted_call_agent_id text,
    encrypted_sms_agent_id text,
    encrypted_agent_config jsonb,
    phone_number text,
    webhook_config jsonb DEFAULT '{}'::jsonb NOT NULL,
    retell_secrets jsonb DEFAULT '{}'::jsonb NOT NULL,
    retell_config_updated_at timestamp with time zone,
    retell_config_device_id text,
    retell_hook_id uuid,
    retell_integration_status text DEFAULT 'disconnected'::text NOT NULL,
    last_retell_sync timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_profiles_avatar_url_check CHECK (((length(avatar_url) <= 2048) AND (avatar_url ~ '^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/])'::text))),
    CONSTRAINT user_profiles_check CHECK ((id = user_id)),
    CONSTRAINT user_profiles_department_check CHECK ((length(department) <= 200)),
    CONSTRAINT user_profiles_encrypted_agent_config_check CHECK ((jsonb_typeof(encrypted_agent_config) = 'string'::text)),
    CONSTRAINT user_profiles_full_name_check CHECK ((length(full_name) <= 200)),
    CONSTRAINT user_profiles_language_check CHECK ((language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'::text)),
    CONSTRAINT user_profiles_metadata_check CHECK (((jsonb_typeof(metadata) = 'object'::text) AND (octet_length((metadata)::text) <= 131072))),
    CONSTRAINT user_profiles_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{1,14}$'::text)),
    CONSTRAINT user_profiles_phone_number_check CHECK ((phone_number ~ '^\+[1-9][0-9]{1,14}$'::text)),
    CONSTRAINT user_profiles_position_check CHECK ((length("position") <= 200)),
    CONSTRAINT user_profiles_preferences_check CHECK (((jsonb_typeof(preferences) = 'object'::text) AND (octet_length((preferences)::text) <= 131072))),
    CONSTRAINT user_profiles_retell_config_device_id_check CHECK ((length(retell_config_device_id) <= 100)),
    CONSTRAINT user_profiles_retell_integration_status_check CHECK ((retell_integration_status = ANY (ARRAY['disconnected'::text, 'connected'::text, 'error'::text]))),
    CONSTRAINT user_profiles_sealed CHECK ((array_to_string(ARRAY[encrypted_retell_api_key, encrypted_call_agent_id, encrypted_sms_agent_id, (encrypted_agent_config #>> '{}'::text[])], ' '::text) ~ '^([A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+( |$))*$'::text)),
    CONSTRAINT user_profiles_username_check CHECK (((length(username) >= 1) AND (length(username) <= 50)))
);

--
-- Name: TABLE user_profiles; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.user_profiles IS 'One row per user: profile, preferences, and the account at Retell.';

--
-- Name: COLUMN user_profiles.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.id IS 'The user''s id once more, under the name that clients of profiles look for.';

--
-- Name: COLUMN user_profiles.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.email IS 'That of auth.users, which it follows.';

--
-- Name: COLUMN user_profiles.timezone; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.timezone IS 'A name of the IANA time zone database.';

--
-- Name: COLUMN user_profiles.language; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.language IS 'BCP 47.';

--
-- Name: COLUMN user_profiles.preferences; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.preferences IS 'Whatever an app keeps. The function takes 64 KiB as they are sent; here each comma and colon counts double.';

--
-- Name: COLUMN user_profiles.encrypted_retell_api_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.encrypted_retell_api_key IS 'Retell''s API key, a compact JWE bound to user, table, column and row. So are the columns alike.';

--
-- Name: COLUMN user_profiles.encrypted_agent_config; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.encrypted_agent_config IS 'The whole configuration as one sealed JSON document, in a JSON string.';

--
-- Name: COLUMN user_profiles.phone_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.phone_number IS 'The number that Retell manages, E.164.';

--
-- Name: COLUMN user_profiles.webhook_config; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.webhook_config IS '{enabled, events}: which of Retell''s events are taken in; all where neither is set.';

--
-- Name: COLUMN user_profiles.retell_secrets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.retell_secrets IS 'What is shown of each secret: {api_key: {last_four, fingerprint}, call_agent_id: …, sms_agent_id: …}.';

--
-- Name: COLUMN user_profiles.retell_config_updated_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.retell_config_updated_at IS 'When the configuration was written, by the clock of the device that wrote it: the last write wins. Also set where it was deleted.';

--
-- Name: COLUMN user_profiles.retell_config_device_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.retell_config_device_id IS 'The device that wrote it, which decides between two of the same time.';

--
-- Name: COLUMN user_profiles.retell_hook_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.retell_hook_id IS 'The last part of the URL that Retell posts to; there from the first configuration on.';

--
-- Name: COLUMN user_profiles.last_retell_sync; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_profiles.last_retell_sync IS 'When Retell last answered with the stored key, or its calls were last fetched.';

--
-- Name: describe_retell_config(public.user_profiles); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_retell_config(p_profile public.user_profiles) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION describe_retell_config(p_profile public.user_profiles); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_retell_config(p_profile public.user_profiles) IS 'The configuration as its owner is shown it: of secrets whether they are there, how they end, and a digest.';

--
-- Name: webhooks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhooks (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    agent_id uuid,
    url text NOT NULL,
    events text[] NOT NULL,
    secret text NOT NULL,
    old_secrets jsonb DEFAULT '[]'::jsonb NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text,
    description text,
    headers text,
    header_names text[] DEFAULT '{}'::text[] NOT NULL,
    filter jsonb,
    ordered boolean DEFAULT false NOT NULL,
    retry_count integer DEFAULT 9 NOT NULL,
    retry_schedule integer[],
    max_in_flight integer DEFAULT 8 NOT NULL,
    rate_limit integer,
    last_triggered_at timestamp with time zone,
    last_status integer,
    last_error text,
    last_success_at timestamp with time zone,
    enabled_at timestamp with time zone DEFAULT now() NOT NULL,
    failing_since timestamp with time zone,
    failure_count integer DEFAULT 0 NOT NULL,
    warned_share numeric DEFAULT 0 NOT NULL,
    secret_rotated_at timestamp with time zone,
    old_secrets_expire_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhooks_check CHECK ((enabled = (disabled_reason IS NULL))),
    CONSTRAINT webhooks_description_check CHECK ((length(description) <= 500)),
    CONSTRAINT webhooks_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['owner'::text, 'gone'::text, 'receiver'::text, 'failing'::text]))),
    CONSTRAINT webhooks_events_check CHECK (((cardinality(events) >= 1) AND (cardinality(events) <= 100))),
    CONSTRAINT webhooks_headers_check CHECK ((length(headers) <= 65536)),
    CONSTRAINT webhooks_max_in_flight_check CHECK (((max_in_flight >= 1) AND (max_in_flight <= 100))),
    CONSTRAINT webhooks_rate_limit_check CHECK (((rate_limit >= 1) AND (rate_limit <= 1000))),
    CONSTRAINT webhooks_retry_count_check CHECK (((retry_count >= 0) AND (retry_count <= 20))),
    CONSTRAINT webhooks_retry_schedule_check CHECK ((((cardinality(retry_schedule) >= 1) AND (cardinality(retry_schedule) <= 20)) AND (array_ndims(retry_schedule) = 1) AND (array_lower(retry_schedule, 1) = 1))),
    CONSTRAINT webhooks_secret_check CHECK (((length(secret) <= 8192) AND (secret ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'::text))),
    CONSTRAINT webhooks_url_check CHECK (((length(url) <= 2048) AND (url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$'::text)))
)
WITH (fillfactor='70');

--
-- Name: TABLE webhooks; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhooks IS 'Endpoints: where a tenant wants its events sent. Written by the functions of this migration and by deliveries alone.';

--
-- Name: COLUMN webhooks.agent_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.agent_id IS 'Only events of this agent are sent; null for all.';

--
-- Name: COLUMN webhooks.events; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.events IS 'Types, prefixes such as call.*, or * for all.';

--
-- Name: COLUMN webhooks.secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.secret IS 'The signing secret, sealed. Shown to nobody.';

--
-- Name: COLUMN webhooks.old_secrets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.old_secrets IS 'Secrets that still sign after a rotation, newest first: [{sealed, expires_at}].';

--
-- Name: COLUMN webhooks.disabled_reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.disabled_reason IS 'Who or what disabled the endpoint; null while it is enabled.';

--
-- Name: COLUMN webhooks.headers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.headers IS 'Headers of the owner''s own, a sealed JSON object. Shown to nobody; their names are in header_names.';

--
-- Name: COLUMN webhooks.filter; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.filter IS 'What an event''s data must be like: {path: value or {operator: value}}; null for anything.';

--
-- Name: COLUMN webhooks.ordered; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.ordered IS 'Whether events with the same ordering key are sent one after the other.';

--
-- Name: COLUMN webhooks.retry_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.retry_count IS 'How often a failed delivery is tried again.';

--
-- Name: COLUMN webhooks.retry_schedule; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.retry_schedule IS 'Waits before the retries, in seconds, the last one repeated as needed; null for the standard schedule.';

--
-- Name: COLUMN webhooks.max_in_flight; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.max_in_flight IS 'How many deliveries may be under way at once.';

--
-- Name: COLUMN webhooks.rate_limit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.rate_limit IS 'Deliveries per second; null for no limit.';

--
-- Name: COLUMN webhooks.enabled_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.enabled_at IS 'Since when the endpoint is enabled, or was before it was disabled: what went before does not count against it.';

--
-- Name: COLUMN webhooks.failing_since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.failing_since IS 'The first failure after the last success.';

--
-- Name: COLUMN webhooks.failure_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.failure_count IS 'Failed attempts since then.';

--
-- Name: COLUMN webhooks.warned_share; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.warned_share IS 'How far on the way to being disabled the owner was last told that the endpoint is: 0, 0.5 or 0.9.';

--
-- Name: COLUMN webhooks.old_secrets_expire_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.old_secrets_expire_at IS 'When the last of them ends; null where a rotation left none.';

--
-- Name: describe_webhook(public.webhooks); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.describe_webhook(p_webhook public.webhooks) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select to_jsonb(p_webhook) - array['user_id', 'secret', 'old_secrets', 'headers', 'enabled_at', 'warned_share']
$$;

--
-- Name: FUNCTION describe_webhook(p_webhook public.webhooks); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.describe_webhook(p_webhook public.webhooks) IS 'An endpoint as its owner is shown it.';

--
-- Name: disable_leaked_api_key(text, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys;
begin
  update public.api_keys set enabled = false where key_hash = p_key_hash returning * into v_key;
  if not found then
    return null;
  end if;
  perform private.audit(v_key.user_id, 'api-keys.leaked', 'api_keys', v_key.id,
    jsonb_build_object('source', left(p_source, 100), 'url', left(p_url, 2000)));
  perform private.publish_event(v_key.user_id, 'api_key.leaked', jsonb_build_object('key_id', v_key.id, 'key_prefix', v_key.key_prefix,
    'name', v_key.name, 'source', left(p_source, 100), 'url', left(p_url, 2000)));
  return jsonb_build_object('key_id', v_key.id, 'user_id', v_key.user_id);
end
$$;

--
-- Name: FUNCTION disable_leaked_api_key(p_key_hash text, p_source text, p_url text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) IS 'Disables a key that was found in public. Security definer because no API role may write keys.';

--
-- Name: dispatch_webhooks(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.dispatch_webhooks() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if exists (select from private.webhook_deliveries where leased_until is null and not waiting and due_at <= clock_timestamp())
    or exists (select from private.webhook_deliveries where leased_until <= clock_timestamp())
  then
    return private.invoke_function('/webhook-dispatch', interval '90 seconds');
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION dispatch_webhooks(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.dispatch_webhooks() IS 'Calls the function webhook-dispatch if something is due; returns the id of the request.';

--
-- Name: drop_due_partition(private.retention_tables, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.drop_due_partition(p_table private.retention_tables, p_now timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_month text := (private.due_months(p_table, p_now, (select p.days from private.retention_policies p where p.name = p_table.policy)))[1];
  v_count bigint := case when v_month is not null then private.settle_month(p_table, v_month) end;
begin
  if v_month is not null then
    perform private.drop_month(v_month);
  end if;
  return v_count;
end
$$;

--
-- Name: FUNCTION drop_due_partition(p_table private.retention_tables, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.drop_due_partition(p_table private.retention_tables, p_now timestamp with time zone) IS 'Drops the oldest month of a table that nobody needs any more; returns how many rows went, null where there is no such month.';

--
-- Name: drop_month(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.drop_month(p_month text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_patience text := current_setting('lock_timeout');
begin
  -- Whoever waits for a lock holds up everybody behind it: here twice at most, for the parent and for the month.
  perform set_config('lock_timeout', '80ms', true);
  execute format('drop table private.%I', p_month);
  perform set_config('lock_timeout', v_patience, true);
end
$$;

--
-- Name: FUNCTION drop_month(p_month text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.drop_month(p_month text) IS 'Drops a month; raises lock_not_available where somebody is reading it or its parent.';

--
-- Name: due_for_archive(private.retention_tables); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.due_for_archive(p_table private.retention_tables) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  -- Rows of the trail stay until their month goes: what is archived is known by its place in the chain. By the month, because entries
  -- of a clock that fell back lie in an earlier one than those before them.
  select private.is_due(p_table)
    || case p_table.policy when 'audit_logs' then format(' and t.entry > %s', private.archived_until('t.subject_id', 't.created_at')) else '' end
$$;

--
-- Name: FUNCTION due_for_archive(p_table private.retention_tables); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.due_for_archive(p_table private.retention_tables) IS 'The condition for a row t that is to be archived now.';

--
-- Name: due_months(private.retention_tables, timestamp with time zone, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.due_months(p_table private.retention_tables, p_now timestamp with time zone, p_days integer) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_month record;
  v_keepers uuid[];
  v_needed boolean;
  v_due text[] := '{}'::text[];
begin
  for v_month in
    select * from private.months_of(p_table.name) m
      where m.ended_at <= p_now - make_interval(days => p_days) and (v_policy.name <> 'webhook_logs' or m.ended_at <= private.queued_since())
      order by m.name
  loop
    v_keepers := array(select o.user_id from public.retention_overrides o
      where o.policy = v_policy.name and v_month.ended_at > p_now - make_interval(days => o.days));
    v_needed := false;
    if cardinality(v_keepers) > 0 then
      execute format('select exists (select from private.%I t where %s)', v_month.name, p_table.of_tenants) into v_needed using v_keepers;
    end if;
    if not v_needed and v_policy.archive then
      v_needed := private.unarchived(p_table, v_month.name);
    end if;
    v_due := v_due || case when not v_needed then array[v_month.name] else '{}' end;
  end loop;
  return v_due;
end
$$;

--
-- Name: FUNCTION due_months(p_table private.retention_tables, p_now timestamp with time zone, p_days integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.due_months(p_table private.retention_tables, p_now timestamp with time zone, p_days integer) IS 'The months of a table that ended so many days ago and that nobody needs any more: no tenant with rows in them has chosen to keep them longer, and they are archived where that is asked for. Of what is still to be delivered none.';

--
-- Name: encrypts_health_data(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.encrypts_health_data(p_user_id uuid) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  -- The setting is not changed until who asked has committed: nothing plain is written after it was turned on.
  perform pg_advisory_xact_lock_shared(hashtextextended('health data of ' || p_user_id, 0));
  return exists (select from private.health_settings where user_id = p_user_id and encrypts);
end
$$;

--
-- Name: FUNCTION encrypts_health_data(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.encrypts_health_data(p_user_id uuid) IS 'Whether a tenant''s health data is to be stored sealed; stays so until the end of the transaction.';

--
-- Name: end_idle_ivr_sessions(interval, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.end_idle_ivr_sessions(p_idle interval, p_limit integer) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  with idle as (
    select id from public.ivr_sessions where ended_at is null and last_activity < now() - p_idle
      order by last_activity limit p_limit for update skip locked
  ), ended as (
    update public.ivr_sessions s set ended_at = now(), end_reason = 'timed_out' from idle where s.id = idle.id returning 1
  )
  select count(*)::integer from ended
$$;

--
-- Name: FUNCTION end_idle_ivr_sessions(p_idle interval, p_limit integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.end_idle_ivr_sessions(p_idle interval, p_limit integer) IS 'Ends at most p_limit sessions whose provider never said that the call is over; returns how many.';

--
-- Name: end_own_ivr_session(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.end_own_ivr_session(p_id uuid, p_step integer) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
begin
  update public.ivr_sessions set ended_at = now(), end_reason = 'caller_hung_up'
    where id = p_id and ended_at is null and step = coalesce(p_step, step);
  -- One that had ended already stays as it ended.
  if not found and exists (select from public.ivr_sessions where id = p_id and ended_at is null) then
    raise exception using errcode = 'PT409', message = 'The session stands at another step', detail = 'conflict',
      hint = jsonb_build_array(jsonb_build_object('path', 'step', 'message', format('The session stands at step %s', s.step)))::text;
  end if;
  return p_id;
end
$$;

--
-- Name: FUNCTION end_own_ivr_session(p_id uuid, p_step integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.end_own_ivr_session(p_id uuid, p_step integer) IS 'Ends an app''s session of the caller, at p_step if given; a second time changes nothing. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';

--
-- Name: endpoint_failure_share(public.webhooks, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.endpoint_failure_share(p_webhook public.webhooks, p_now timestamp with time zone) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select case when p_webhook.failing_since is null then 0 else round(least(
    extract(epoch from p_now - greatest(p_webhook.last_success_at, p_webhook.enabled_at)) / extract(epoch from interval '5 days'),
    extract(epoch from p_now - p_webhook.failing_since) / extract(epoch from interval '12 hours'),
    p_webhook.failure_count / 10.0), 4) end
$$;

--
-- Name: FUNCTION endpoint_failure_share(p_webhook public.webhooks, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.endpoint_failure_share(p_webhook public.webhooks, p_now timestamp with time zone) IS 'How far an endpoint is on the way to being disabled, which it is at 1: five days without a success, in which at least ten attempts failed over at least twelve hours.';

--
-- Name: ensure_partitions(date, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ensure_partitions(p_from date, p_months_ahead integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $$
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

--
-- Name: FUNCTION ensure_partitions(p_from date, p_months_ahead integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ensure_partitions(p_from date, p_months_ahead integer) IS 'Creates the missing monthly partitions from the month of p_from to p_months_ahead later; returns how many it made.';

--
-- Name: erase_personal_rows(uuid, text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
  v_table oid := to_regclass(p_table);
  v_key text := (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table)) k);
  v_deleted integer;
begin
  -- In the order in which completions of deliveries take them: the user, then what is the user's.
  perform from auth.users where id = p_user_id for update;
  execute format('delete from %1$s as d where (%2$s) in (select %3$s from %1$s as t where %4$s limit $2)',
    v_table::regclass, v_key, (select string_agg(format('t.%I', k), ', ') from unnest(private.key_columns(v_table)) k), private.owner_condition(v_table, 't'))
    using p_user_id, p_rows;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$_$;

--
-- Name: FUNCTION erase_personal_rows(p_user_id uuid, p_table text, p_rows integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) IS 'Deletes at most so many of a user''s rows of a table; returns how many. Security definer because no API role may write every table.';

--
-- Name: erasure_order(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.erasure_order() RETURNS TABLE(name text)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_depths jsonb := '{}'::jsonb;
  v_before jsonb;
begin
  -- How far each table is from users: what refers goes before what it refers to, so that nothing is deleted by cascade in numbers.
  for v_round in 1 .. 20 loop
    v_before := v_depths;
    select jsonb_object_agg(t.table_id::text, coalesce((
        select max((v_before ->> k.confrelid::text)::integer + 1) from pg_constraint k
          where k.conrelid = t.table_id and k.contype = 'f' and k.confrelid <> k.conrelid and k.confdeltype not in ('n', 'd')), 0))
      into v_depths from private.personal_tables() t;
    exit when v_depths = v_before;
  end loop;
  return query
    select t.name from private.personal_tables() t left join private.table_classes c on c.name = t.name
      where t.handling = 'owned'
      -- Keys and sessions first: nothing more is to be done with them. The user is the last.
      order by t.name = 'auth.users', t.name not in ('public.api_keys', 'auth.sessions', 'auth.refresh_tokens'),
        c.found_by is not null desc, (v_depths ->> t.table_id::text)::integer desc, t.name;
end
$$;

--
-- Name: FUNCTION erasure_order(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.erasure_order() IS 'The tables that an erasure empties of a user''s rows, in its order; the user''s own row is the last.';

--
-- Name: event_patterns(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.event_patterns(p_type text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
declare
  v_parts text[] := string_to_array(p_type, '.');
  v_patterns text[] := array['*', p_type];
begin
  for n in 1 .. coalesce(cardinality(v_parts), 0) - 1 loop
    v_patterns := v_patterns || (array_to_string(v_parts[1:n], '.') || '.*');
  end loop;
  return v_patterns;
end
$$;

--
-- Name: FUNCTION event_patterns(p_type text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.event_patterns(p_type text) IS 'Every subscription that a type answers to: a.b.c to *, a.b.c, a.* and a.b.*.';

--
-- Name: failing_jobs(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.failing_jobs() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select coalesce(jsonb_agg(f.job order by f.job), '[]') from (
    select j.job from (select distinct job from private.maintenance_runs) j
      where (select count(*) = 2 and bool_and(l.state = 'failed') from (
        select r.state from private.maintenance_runs r where r.job = j.job and r.state <> 'running' order by r.id desc limit 2) l)
    union
    -- Long work that is nobody's but the operator's, of each kind the newest.
    select k.kind from (select distinct on (kind) kind, state, attempts from private.jobs where user_id is null and kind !~ '^account\.' order by kind, created_at desc) k
      where k.state = 'failed' or (k.state = 'queued' and k.attempts >= 2)) f
$$;

--
-- Name: FUNCTION failing_jobs(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.failing_jobs() IS 'The jobs whose last two runs failed, and kinds of the operator''s long work that failed twice: [name]. Security definer because it is asked for through the Data API.';

--
-- Name: filter_problem(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.filter_problem(p_filter jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $_$
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
$_$;

--
-- Name: FUNCTION filter_problem(p_filter jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.filter_problem(p_filter jsonb) IS 'What is wrong with a filter, or null.';

--
-- Name: find_due_rows(private.retention_tables, jsonb, integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.find_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone, OUT relation text, OUT ids tid[], OUT next jsonb, OUT otherwise jsonb) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
  c_nobody constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = p_table.policy);
  v_due_before timestamptz := p_now - make_interval(days => v_policy.days);
  v_shortest integer := (select min(o.days) from public.retention_overrides o
    where o.policy = v_policy.name and (v_policy.days is null or o.days < v_policy.days));
  v_due text[];
  v_month record;
  v_scanned integer;
  v_found record;
begin
  if not exists (select from pg_catalog.pg_class c where c.oid = p_table.name::regclass and c.relkind = 'p') then
    relation := p_table.name;
    if v_due_before is not null and not coalesce(p_at ? 'tenant', false) then
      execute format(
        'select array_agg(t.ctid) filter (where %3$s), count(*),
             (array_agg(jsonb_build_object(''aged'', t.%2$I, ''id'', t.ctid) order by t.%2$I desc, t.ctid desc))[1]
           from (select t.ctid, t.* from %1$s t where t.%2$I < $4 and t.%2$I >= $5 and (t.%2$I, t.ctid) > ($5, $6) order by t.%2$I, t.ctid limit $7) t',
        relation, p_table.aged_by, private.is_due(p_table))
        into ids, v_scanned, next
        using p_now, v_policy.days, v_policy.name, v_due_before,
          coalesce((p_at ->> 'aged')::timestamptz, '-infinity'), coalesce((p_at ->> 'id')::tid, '(0,0)'), p_limit;
      if v_scanned < p_limit then
        next := case when v_shortest is not null then jsonb_build_object('tenant', c_nobody) end;
      end if;
      otherwise := next;
    else
      next := coalesce(p_at, jsonb_build_object('tenant', c_nobody));
      v_found := private.find_rows_kept_shorter(p_table, relation, (next ->> 'tenant')::uuid, p_limit, p_now);
      ids := v_found.ids;
      otherwise := case when v_found.tenant is not null then jsonb_build_object('tenant', v_found.tenant) end;
    end if;
    return;
  end if;
  v_due := case when v_policy.days is null then '{}' else private.due_months(p_table, p_now, v_policy.days) end;
  for v_month in
    select format('private.%I', m.name) as name, coalesce(m.ended_at <= v_due_before, false) as is_over from private.months_of(p_table.name) m
      where (m.ended_at <= v_due_before or m.begun_at < p_now - make_interval(days => v_shortest))
        -- One that somebody was reading is dropped another time.
        and m.name <> all (v_due)
        and format('private.%I', m.name) >= coalesce(p_at ->> 'month', '')
      order by m.name
  loop
    if p_at ->> 'month' is distinct from v_month.name then
      p_at := jsonb_build_object('month', v_month.name);
    end if;
    relation := v_month.name;
    if v_month.is_over then
      -- Some tenants keep it: every row is looked at, some blocks at a time, in which about forty lie.
      if coalesce((p_at ->> 'block')::bigint, 0) < pg_relation_size(relation::regclass) / current_setting('block_size')::integer then
        next := p_at || jsonb_build_object('block', coalesce((p_at ->> 'block')::bigint, 0) + greatest(p_limit / 40, 1));
        execute format('select array_agg(t.ctid) from %s t where t.ctid >= $4 and t.ctid < $5 and %s', relation, private.is_due(p_table))
          into ids using p_now, v_policy.days, v_policy.name, format('(%s,0)', coalesce(p_at ->> 'block', '0'))::tid, format('(%s,0)', next ->> 'block')::tid;
        otherwise := next;
        return;
      end if;
    else
      v_found := private.find_rows_kept_shorter(p_table, relation, coalesce((p_at ->> 'tenant')::uuid, c_nobody), p_limit, p_now);
      if v_found.tenant is not null then
        ids := v_found.ids;
        next := p_at;
        otherwise := p_at || jsonb_build_object('tenant', v_found.tenant);
        return;
      end if;
    end if;
  end loop;
end
$_$;

--
-- Name: FUNCTION find_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone, OUT relation text, OUT ids tid[], OUT next jsonb, OUT otherwise jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.find_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone, OUT relation text, OUT ids tid[], OUT next jsonb, OUT otherwise jsonb) IS 'Where about p_limit rows of a table, or of one of its months, lie that are older than their tenants keep them, from a place on, and the place to look from next if any of them could be deleted, and otherwise; null where that was all. What it looks at is bounded.';

--
-- Name: ivr_sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ivr_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id text NOT NULL,
    user_id uuid NOT NULL,
    connection_id uuid,
    call_log_id uuid,
    menu_version_id uuid NOT NULL,
    current_menu_id uuid,
    menu_stack jsonb NOT NULL,
    no_input_count integer DEFAULT 0 NOT NULL,
    invalid_count integer DEFAULT 0 NOT NULL,
    retry_count integer GENERATED ALWAYS AS ((no_input_count + invalid_count)) STORED NOT NULL,
    digits text DEFAULT ''::text NOT NULL,
    step integer NOT NULL,
    start_time timestamp with time zone DEFAULT now() NOT NULL,
    last_activity timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    end_reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    language text,
    pending jsonb,
    channel text DEFAULT 'phone'::text NOT NULL,
    from_number text,
    to_number text,
    CONSTRAINT ivr_sessions_channel_check CHECK ((channel = ANY (ARRAY['phone'::text, 'app'::text]))),
    CONSTRAINT ivr_sessions_end_reason_check CHECK ((end_reason = ANY (ARRAY['hung_up'::text, 'connected'::text, 'recorded'::text, 'refused'::text, 'too_many_turns'::text, 'too_long'::text, 'caller_hung_up'::text, 'timed_out'::text]))),
    CONSTRAINT ivr_sessions_from_number_check CHECK ((length(from_number) <= 256)),
    CONSTRAINT ivr_sessions_pending_check CHECK ((jsonb_typeof(pending) = 'object'::text)),
    CONSTRAINT ivr_sessions_session_id_check CHECK (((length(session_id) >= 1) AND (length(session_id) <= 128))),
    CONSTRAINT ivr_sessions_to_number_check CHECK ((length(to_number) <= 256))
);

--
-- Name: TABLE ivr_sessions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ivr_sessions IS 'Where each caller stands in a menu. Advanced one step at a time by ivr_commit_turn alone.';

--
-- Name: COLUMN ivr_sessions.session_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.session_id IS 'The provider''s call id, or the app''s own name for the session.';

--
-- Name: COLUMN ivr_sessions.menu_stack; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.menu_stack IS 'Ids of the menus entered, the current one last.';

--
-- Name: COLUMN ivr_sessions.digits; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.digits IS 'Digits entered so far of an entry that a longer one may still complete.';

--
-- Name: COLUMN ivr_sessions.step; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.step IS 'The step that the next turn must carry.';

--
-- Name: COLUMN ivr_sessions.language; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.language IS 'The language that the caller chose; null for each menu''s own.';

--
-- Name: COLUMN ivr_sessions.pending; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.pending IS 'What the caller has been sent to and comes back from: {kind, then, final}. Null while a menu is offered.';

--
-- Name: COLUMN ivr_sessions.channel; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.channel IS 'Who drives the session: a phone provider by its callbacks, or an app by POST /ivr/sessions/:id/input.';

--
-- Name: COLUMN ivr_sessions.from_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.from_number IS 'Who speaks with an app, as the app says; null for a phone, whose call_logs tell.';

--
-- Name: COLUMN ivr_sessions.to_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_sessions.to_number IS 'What was dialled in an app, as the app says; null for a phone, whose call_logs tell.';

--
-- Name: find_own_ivr_session(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.find_own_ivr_session(p_id uuid) RETURNS public.ivr_sessions
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_session public.ivr_sessions;
begin
  select * into v_session from public.ivr_sessions where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such session', detail = 'not_found';
  elsif v_session.channel <> 'app' then
    raise exception using errcode = 'PT409', message = 'This session is driven by its phone provider', detail = 'conflict',
      hint = '[{"path": "path.id", "message": "This session is driven by its phone provider; apps drive those that they started"}]';
  end if;
  return v_session;
end
$$;

--
-- Name: FUNCTION find_own_ivr_session(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.find_own_ivr_session(p_id uuid) IS 'An app''s session of the caller. PT404 for another''s, PT409 for one that a phone provider drives. Security definer as the functions that call it are; it answers private.account_id() only.';

--
-- Name: find_retell_call(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.find_retell_call(p_user_id uuid, p_event jsonb) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_call_id text := p_event ->> 'call_id';
  v_facts jsonb := p_event -> 'facts';
  v_id uuid;
begin
  select call_log_id into v_id from private.retell_calls where user_id = p_user_id and call_id = v_call_id;
  if found then
    return v_id;
  end if;
  -- A menu may have handed the call over: it notes Retell's id, and tells Retell the session.
  select id into v_id from public.call_logs
    where user_id = p_user_id and retell_call_id = v_call_id order by provider = 'retell' limit 1;
  if not found then
    update public.call_logs l set retell_call_id = v_call_id from public.ivr_sessions s
      where s.id = (p_event ->> 'session_id')::uuid and s.user_id = p_user_id and l.id = s.call_log_id and l.user_id = p_user_id
        and l.retell_call_id is null
      returning l.id into v_id;
  end if;
  if v_id is null then
    insert into public.call_logs (user_id, provider, provider_call_id, retell_call_id, direction, from_number, to_number, status,
        started_at, ended_at, duration_seconds)
      values (p_user_id, 'retell', v_call_id, v_call_id, coalesce(v_facts ->> 'direction', 'inbound'), v_facts ->> 'from_number',
        v_facts ->> 'to_number', coalesce(v_facts ->> 'status', 'in-progress'), coalesce((v_facts ->> 'started_at')::timestamptz, now()),
        (v_facts ->> 'ended_at')::timestamptz, (v_facts ->> 'duration_seconds')::integer)
      on conflict (provider, provider_call_id) do nothing
      returning id into v_id;
  end if;
  if v_id is null then
    -- Another event of the call was first. Another tenant's call of the same id is not ours to touch.
    select id into v_id from public.call_logs where provider = 'retell' and provider_call_id = v_call_id and user_id = p_user_id;
    if not found then
      raise exception using errcode = 'PT409', message = 'This call id belongs to another account', detail = 'conflict';
    end if;
  end if;
  insert into private.retell_calls (user_id, call_id, call_log_id) values (p_user_id, v_call_id, v_id) on conflict do nothing;
  return v_id;
end
$$;

--
-- Name: FUNCTION find_retell_call(p_user_id uuid, p_event jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.find_retell_call(p_user_id uuid, p_event jsonb) IS 'The row of a call at Retell: the one it has, that of the call which a menu handed over, or a new one. PT409 where the id is another tenant''s.';

--
-- Name: find_rows_kept_shorter(private.retention_tables, text, uuid, integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.find_rows_kept_shorter(p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamp with time zone, OUT ids tid[], OUT tenant uuid) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  c_tenants constant integer := 500;
  v_days integer := (select p.days from private.retention_policies p where p.name = p_table.policy);
  v_choice record;
  v_seen integer := 0;
begin
  for v_choice in
    select o.user_id, p_now - make_interval(days => o.days) as due_before from public.retention_overrides o
      where o.policy = p_table.policy and (v_days is null or o.days < v_days) and o.user_id > p_after order by o.user_id limit c_tenants
  loop
    -- One at a time: the planner knows who has many rows and who has few, and takes the index for these.
    execute format('select array_agg(t.id) from (select t.ctid as id from %1$s t where %2$s and t.%3$I < $2 %4$s limit $3) t',
        p_relation, p_table.of_tenants, p_table.aged_by, private.unqueued(p_table))
      into ids using array[v_choice.user_id], v_choice.due_before, p_limit;
    tenant := v_choice.user_id;
    v_seen := v_seen + 1;
    exit when ids is not null;
  end loop;
  if ids is null and v_seen < c_tenants then
    tenant := null;
  end if;
end
$_$;

--
-- Name: FUNCTION find_rows_kept_shorter(p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamp with time zone, OUT ids tid[], OUT tenant uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.find_rows_kept_shorter(p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamp with time zone, OUT ids tid[], OUT tenant uuid) IS 'Where at most p_limit rows are that are due of the first tenant after p_after who keeps less than the policy says and has such rows, and the last tenant that was looked at; null when there are no more tenants.';

--
-- Name: finish_erasure(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.finish_erasure(p_job_id uuid, p_fence integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_job private.jobs;
  v_remains jsonb;
  v_table record;
begin
  select * into v_job from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    raise exception using errcode = 'PT409', message = 'Another worker has taken this erasure over', detail = 'conflict';
  end if;
  select coalesce(jsonb_object_agg(c.key, c.value), '{}') into v_remains from jsonb_each(private.count_personal_rows(v_job.user_id)) c
    where not exists (select from private.personal_tables() t where t.name = c.key and t.handling <> 'owned');
  if v_remains <> '{}' then
    return v_remains;
  end if;
  perform private.audit(v_job.user_id, 'account.erase', 'account', null, '{}');
  update private.jobs set user_id = null, state = 'done', leased_until = null, attempts = 0, error = null, progress = progress - 'tables'
    where id = p_job_id;
  for v_table in select * from private.personal_tables() t where t.handling = 'last' order by t.name = 'private.audit_subjects' loop
    execute format('delete from %s as t where %s', v_table.table_id::regclass, v_table.condition) using v_job.user_id;
  end loop;
  v_remains := private.count_personal_rows(v_job.user_id);
  if v_remains <> '{}' then
    raise exception using errcode = 'PT500', message = 'Something remained of an erased account', detail = 'internal_error', hint = v_remains::text;
  end if;
  return v_remains;
end
$$;

--
-- Name: FUNCTION finish_erasure(p_job_id uuid, p_fence integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.finish_erasure(p_job_id uuid, p_fence integer) IS 'Ends an erasure where nothing is left but what goes last: makes the audit trail a pseudonym''s, forgets whose job it was, and counts again over every table. Returns what is left otherwise: {table: count}. Security definer because no API role may write these tables.';

--
-- Name: follow_user(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.follow_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  insert into public.user_profiles as p (user_id, id, email, full_name)
    values (new.id, new.id, new.email, left(new.raw_user_meta_data ->> 'full_name', 200))
    on conflict (user_id) do update set email = excluded.email where p.email is distinct from excluded.email;
  return null;
end
$$;

--
-- Name: FUNCTION follow_user(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.follow_user() IS 'Trigger on auth.users: gives each new user a profile, and keeps its e-mail address. Security definer because the auth service writes users and nothing of ours.';

--
-- Name: forget_archived(uuid, integer, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
  v_table private.retention_tables := (select t from private.retention_tables t where t.name = p_chunk ->> 'table');
  v_policy private.retention_policies := (select p from private.retention_policies p where p.name = v_table.policy);
  v_trail boolean := v_table.name = 'public.audit_logs';
  v_tenant uuid := (p_chunk ->> 'tenant')::uuid;
  v_user_id uuid := private.user_of_tenant(v_table, v_tenant);
  v_key text := (select string_agg(format('%I', k), ', ') from unnest(private.key_columns(v_table.name::regclass)) k);
  v_named text := replace(private.named_rows(v_table.name::regclass), '$1', '$5');
  v_due integer;
  v_found jsonb;
begin
  perform from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;
  if not found then
    return false;
  end if;
  -- An erasure that is under way ends after this, and finds the archive; one that is over has left nobody whose folder it could lie in.
  perform from auth.users where id = v_user_id for key share;
  if v_user_id is distinct from (p_chunk ->> 'user_id')::uuid or (v_user_id is null and not v_trail)
    or (v_user_id is not null and (not found or not starts_with(p_object, v_user_id || '/')))
  then
    return false;
  end if;
  -- Due still: their tenant may have chosen to keep them longer, or had them sent again.
  execute format(
    'with due as (
       select 1 from (select t.* from %1$s t join %2$s k using (%3$s)) t where %4$s = $4 and %5$s
     ) select count(*) from due', v_table.name, v_named, v_key, case when v_trail then 't.subject_id' else v_table.owner end, private.due_for_archive(v_table))
    into v_due using clock_timestamp(), v_policy.days, v_policy.name, v_tenant, p_chunk -> 'keys';
  if not v_trail then
    execute format('select from %1$s t where (%2$s) in (select %2$s from %3$s k) for update of t', v_table.name, v_key, private.named_rows(v_table.name::regclass))
      using p_chunk -> 'keys';
  end if;
  v_found := private.archive_lines(v_table, p_chunk -> 'keys');
  if v_due is distinct from (v_found ->> 'rows')::integer or v_due = 0
    or encode(sha256(convert_to(v_found ->> 'lines', 'UTF8')), 'hex') is distinct from p_sha256
  then
    return false;
  end if;
  insert into private.archives (object, user_id, subject_id, table_name, begun_at, ended_at, last_entry, rows, sha256, key_ids)
    select p_object, v_user_id, case when v_trail then v_tenant end, v_table.name, f.begun_at, f.ended_at, f.last_entry, f.rows, p_sha256, f.key_ids
      from jsonb_to_record(v_found) f (begun_at timestamptz, ended_at timestamptz, last_entry bigint, rows integer, key_ids text[]);
  if not v_trail then
    execute format('delete from %1$s t where (%2$s) in (select %2$s from %3$s k)', v_table.name, v_key, private.named_rows(v_table.name::regclass))
      using p_chunk -> 'keys';
  end if;
  return true;
end
$_$;

--
-- Name: FUNCTION forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) IS 'Deletes the rows that an archive holds, if they are due still and what was read back from it; of the trail it notes how far it is archived. False where they are not, where their tenant is gone, or where another worker has the job. Security definer because no API role may delete them.';

--
-- Name: forget_idempotency_keys(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.forget_idempotency_keys() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_deleted bigint;
begin
  delete from private.idempotency_keys where (user_id, operation, key) in (
    select k.user_id, k.operation, k.key from private.idempotency_keys k
      where k.created_at <= now() - interval '24 hours' order by k.created_at limit 2000 for update skip locked);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

--
-- Name: FUNCTION forget_idempotency_keys(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.forget_idempotency_keys() IS 'Forgets at most 2,000 requests that are older than 24 hours; returns how many.';

--
-- Name: forget_request_counts(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.forget_request_counts() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_deleted bigint;
begin
  delete from private.request_counts where ctid in (
    select c.ctid from private.request_counts c where c.window_end <= now() limit 5000 for update skip locked);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

--
-- Name: FUNCTION forget_request_counts(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.forget_request_counts() IS 'Forgets at most 5,000 counts whose window is over; returns how many.';

--
-- Name: forget_webhook(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.forget_webhook() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  delete from private.webhook_pace where webhook_id = old.id;
  delete from private.webhook_skipped where webhook_id = old.id;
  return null;
end
$$;

--
-- Name: FUNCTION forget_webhook(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.forget_webhook() IS 'Row trigger: takes along what refers to a deleted endpoint. Security definer because no API role may write these tables.';

--
-- Name: ivr_menu_versions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ivr_menu_versions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    menu_id uuid,
    version integer NOT NULL,
    document jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    restored_from integer,
    CONSTRAINT ivr_menu_versions_restored_from_check CHECK ((restored_from > 0)),
    CONSTRAINT ivr_menu_versions_version_check CHECK ((version > 0))
);

--
-- Name: TABLE ivr_menu_versions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ivr_menu_versions IS 'What was published: the whole graph reachable from a menu, frozen. A call stays on its version; the row outlives the draft.';

--
-- Name: COLUMN ivr_menu_versions.restored_from; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menu_versions.restored_from IS 'The version of the same menu whose document this is; null where drafts were frozen.';

--
-- Name: freeze_ivr_menu(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) RETURNS public.ivr_menu_versions
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_check jsonb;
  v_version public.ivr_menu_versions;
begin
  -- Two publications of one menu take turns, so that each gets its own version number.
  perform from public.ivr_menus where id = p_menu_id and user_id = p_user_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  v_check := private.check_ivr_menu(p_user_id, p_menu_id);
  if v_check -> 'problems' <> '[]' then
    raise exception using errcode = 'PT422', message = 'The menu cannot be published', detail = 'invalid_menu', hint = v_check ->> 'problems';
  end if;
  -- The time of writing, not of the transaction: who waited comes later.
  insert into public.ivr_menu_versions (user_id, menu_id, version, document, created_at)
    select p_user_id, p_menu_id, coalesce(max(version), 0) + 1, v_check -> 'document', clock_timestamp()
      from public.ivr_menu_versions where menu_id = p_menu_id
    returning * into v_version;
  update public.ivr_menus set published_version_id = v_version.id where id = p_menu_id;
  return v_version;
end
$$;

--
-- Name: FUNCTION freeze_ivr_menu(p_user_id uuid, p_menu_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) IS 'Checks and freezes the graph reachable from a menu and makes it the published version. PT422 invalid_menu lists every problem with its path.';

--
-- Name: frozen_ivr_choice(jsonb, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select jsonb_strip_nulls(jsonb_build_object('digit', p_choice ->> 'digit', 'label', p_choice ->> 'label', 'labels', p_choice -> 'labels',
    'action', p_choice ->> 'action', 'target', coalesce(p_target_menu_id::text, p_choice ->> 'target'), 'then', p_choice ->> 'then',
    'prompt', p_choice ->> 'prompt', 'max_seconds', p_choice -> 'max_seconds',
    'fallback', p_choice ->> 'fallback'))
$$;

--
-- Name: FUNCTION frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid) IS 'A choice as a version holds it, with its menu by id.';

--
-- Name: ivr_menus; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ivr_menus (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid DEFAULT private.account_id() NOT NULL,
    key text,
    name text NOT NULL,
    language text DEFAULT 'en-US'::text NOT NULL,
    prompt text NOT NULL,
    items jsonb DEFAULT '[]'::jsonb NOT NULL,
    timeout integer DEFAULT 5000 NOT NULL,
    inter_digit_timeout integer DEFAULT 3000 NOT NULL,
    max_retries integer DEFAULT 3 NOT NULL,
    no_input_limit integer,
    invalid_limit integer,
    timeout_prompt text,
    invalid_prompt text,
    no_input_final jsonb,
    invalid_final jsonb,
    parent_menu_id uuid,
    published_version_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    barge_in boolean DEFAULT true NOT NULL,
    timeout_barge_in boolean DEFAULT true NOT NULL,
    invalid_barge_in boolean DEFAULT true NOT NULL,
    sensitive boolean DEFAULT false NOT NULL,
    speech boolean DEFAULT false NOT NULL,
    translations jsonb DEFAULT '{}'::jsonb NOT NULL,
    hours jsonb,
    closed_prompt text,
    max_depth integer DEFAULT 12 NOT NULL,
    max_turns integer DEFAULT 200 NOT NULL,
    max_minutes integer DEFAULT 120 NOT NULL,
    CONSTRAINT ivr_menus_closed_prompt_check CHECK (((length(closed_prompt) >= 1) AND (length(closed_prompt) <= 1500))),
    CONSTRAINT ivr_menus_hours_check CHECK (((jsonb_typeof(hours) = 'object'::text) AND (pg_column_size(hours) <= 16384))),
    CONSTRAINT ivr_menus_inter_digit_timeout_check CHECK (((inter_digit_timeout >= 1000) AND (inter_digit_timeout <= 10000))),
    CONSTRAINT ivr_menus_invalid_final_check CHECK (((jsonb_typeof(invalid_final) = 'object'::text) AND (pg_column_size(invalid_final) <= 4096))),
    CONSTRAINT ivr_menus_invalid_limit_check CHECK (((invalid_limit >= 0) AND (invalid_limit <= 10))),
    CONSTRAINT ivr_menus_invalid_prompt_check CHECK (((length(invalid_prompt) >= 1) AND (length(invalid_prompt) <= 1500))),
    CONSTRAINT ivr_menus_items_check CHECK (
CASE
    WHEN (jsonb_typeof(items) = 'array'::text) THEN ((jsonb_array_length(items) <= 12) AND (pg_column_size(items) <= 32768))
    ELSE false
END),
    CONSTRAINT ivr_menus_key_check CHECK (((key ~ '^[a-z0-9][a-z0-9_-]{0,63}$'::text) AND (key !~ '^[0-9a-f]{8}-[0-9a-f]{4}-'::text))),
    CONSTRAINT ivr_menus_language_check CHECK ((language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'::text)),
    CONSTRAINT ivr_menus_max_depth_check CHECK (((max_depth >= 1) AND (max_depth <= 12))),
    CONSTRAINT ivr_menus_max_minutes_check CHECK (((max_minutes >= 1) AND (max_minutes <= 240))),
    CONSTRAINT ivr_menus_max_retries_check CHECK (((max_retries >= 0) AND (max_retries <= 10))),
    CONSTRAINT ivr_menus_max_turns_check CHECK (((max_turns >= 10) AND (max_turns <= 500))),
    CONSTRAINT ivr_menus_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT ivr_menus_no_input_final_check CHECK (((jsonb_typeof(no_input_final) = 'object'::text) AND (pg_column_size(no_input_final) <= 4096))),
    CONSTRAINT ivr_menus_no_input_limit_check CHECK (((no_input_limit >= 0) AND (no_input_limit <= 10))),
    CONSTRAINT ivr_menus_parent_is_another CHECK ((parent_menu_id <> id)),
    CONSTRAINT ivr_menus_prompt_check CHECK (((length(prompt) >= 1) AND (length(prompt) <= 1500))),
    CONSTRAINT ivr_menus_timeout_check CHECK (((timeout >= 1000) AND (timeout <= 60000))),
    CONSTRAINT ivr_menus_timeout_prompt_check CHECK (((length(timeout_prompt) >= 1) AND (length(timeout_prompt) <= 1500))),
    CONSTRAINT ivr_menus_translations_check CHECK (((jsonb_typeof(translations) = 'object'::text) AND (pg_column_size(translations) <= 65536)))
);

--
-- Name: TABLE ivr_menus; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ivr_menus IS 'Menus as drafts: edited freely by their owner, heard by no caller until published.';

--
-- Name: COLUMN ivr_menus.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.key IS 'The owner''s own name for the menu; items may name a submenu by it.';

--
-- Name: COLUMN ivr_menus.items; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.items IS 'Array of {digit, label, labels, action, target, fallback, then, prompt, max_seconds, sensitive}. A digit is 1 to 20 positions: a key, x for any of 0-9, or a class such as [1-4].';

--
-- Name: COLUMN ivr_menus.timeout; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.timeout IS 'Wait for the first digit, in milliseconds.';

--
-- Name: COLUMN ivr_menus.inter_digit_timeout; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.inter_digit_timeout IS 'Wait for each further digit, in milliseconds.';

--
-- Name: COLUMN ivr_menus.max_retries; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.max_retries IS 'Default of both limits: how often the menu is offered again after silence, and after a wrong entry.';

--
-- Name: COLUMN ivr_menus.no_input_limit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.no_input_limit IS 'Repeats after silence; null means max_retries.';

--
-- Name: COLUMN ivr_menus.invalid_limit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.invalid_limit IS 'Repeats after a wrong entry; null means max_retries.';

--
-- Name: COLUMN ivr_menus.no_input_final; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.no_input_final IS 'What happens when the limit on silence is spent: {action, target}; null hangs up.';

--
-- Name: COLUMN ivr_menus.invalid_final; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.invalid_final IS 'What happens when the limit on wrong entries is spent: {action, target}; null hangs up.';

--
-- Name: COLUMN ivr_menus.published_version_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.published_version_id IS 'The version that new calls run on.';

--
-- Name: COLUMN ivr_menus.barge_in; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.barge_in IS 'Whether an entry cuts the prompt short.';

--
-- Name: COLUMN ivr_menus.timeout_barge_in; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.timeout_barge_in IS 'Whether an entry cuts timeout_prompt short.';

--
-- Name: COLUMN ivr_menus.invalid_barge_in; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.invalid_barge_in IS 'Whether an entry cuts invalid_prompt short.';

--
-- Name: COLUMN ivr_menus.sensitive; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.sensitive IS 'Whether entries are kept nowhere. An item that is sensitive makes its menu so.';

--
-- Name: COLUMN ivr_menus.speech; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.speech IS 'Whether callers may say the label of an item instead, where the provider hears it.';

--
-- Name: COLUMN ivr_menus.translations; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.translations IS 'The menu in other languages: an object by BCP 47 tag of {prompt, timeout_prompt, invalid_prompt, closed_prompt}.';

--
-- Name: COLUMN ivr_menus.hours; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.hours IS '{time_zone, weekly: [{days, from, to}], holidays, closed}: days are 1 (Monday) to 7, times HH:MM as the clock on the wall shows them, holidays YYYY-MM-DD or each year''s MM-DD, closed is {action, target} outside hours. Null is always open.';

--
-- Name: COLUMN ivr_menus.closed_prompt; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.closed_prompt IS 'Spoken outside hours; null for the standard sentence.';

--
-- Name: COLUMN ivr_menus.max_depth; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.max_depth IS 'Of calls that start here: menus that back remembers; entering one more forgets the oldest.';

--
-- Name: COLUMN ivr_menus.max_turns; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.max_turns IS 'Of calls that start here: turns after which the call ends.';

--
-- Name: COLUMN ivr_menus.max_minutes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_menus.max_minutes IS 'Of calls that start here: minutes after which the call ends, connections included.';

--
-- Name: frozen_ivr_menu(public.ivr_menus, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object(
    'id', p_menu.id, 'key', p_menu.key, 'name', p_menu.name, 'language', p_menu.language,
    'prompt', p_menu.prompt, 'barge_in', p_menu.barge_in,
    'timeout', p_menu.timeout, 'inter_digit_timeout', p_menu.inter_digit_timeout,
    'sensitive', p_menu.sensitive or p_menu.items @> '[{"sensitive": true}]', 'speech', p_menu.speech,
    'translations', (select coalesce(jsonb_object_agg(t.key, jsonb_build_object('prompt', t.value ->> 'prompt',
        'timeout_prompt', t.value ->> 'timeout_prompt', 'invalid_prompt', t.value ->> 'invalid_prompt', 'closed_prompt', t.value ->> 'closed_prompt')), '{}')
      from jsonb_each(p_menu.translations) t),
    'hours', case when p_menu.hours is not null then jsonb_build_object('time_zone', p_menu.hours ->> 'time_zone', 'weekly', p_menu.hours -> 'weekly',
      'holidays', coalesce(p_menu.hours -> 'holidays', '[]'), 'prompt', p_menu.closed_prompt,
      'closed', coalesce(p_choices -> 'hours.closed', '{"action": "hangup"}')) end,
    'items', (select coalesce(jsonb_agg(p_choices -> c.path order by c.ordinal), '[]') from private.ivr_choices(p_menu) c where c.role = 'item'),
    'no_input', jsonb_build_object('limit', coalesce(p_menu.no_input_limit, p_menu.max_retries), 'prompt', p_menu.timeout_prompt,
      'barge_in', p_menu.timeout_barge_in, 'final', coalesce(p_choices -> 'no_input_final', '{"action": "hangup"}')),
    'invalid', jsonb_build_object('limit', coalesce(p_menu.invalid_limit, p_menu.max_retries), 'prompt', p_menu.invalid_prompt,
      'barge_in', p_menu.invalid_barge_in, 'final', coalesce(p_choices -> 'invalid_final', '{"action": "hangup"}')))
$$;

--
-- Name: FUNCTION frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb) IS 'A menu as a version holds it. p_choices are its frozen choices by path.';

--
-- Name: full_endpoints(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.full_endpoints(p_now timestamp with time zone) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return (select coalesce(array_agg(id), '{}') from (
      select w.id from (select webhook_id, count(*) as n from private.webhook_deliveries where leased_until is not null group by webhook_id) b
        join public.webhooks w on w.id = b.webhook_id where b.n >= w.max_in_flight
      union
      select webhook_id from private.webhook_pace where next_at > p_now) f);
end
$$;

--
-- Name: FUNCTION full_endpoints(p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.full_endpoints(p_now timestamp with time zone) IS 'Endpoints that are sent nothing now: they have as much under way as they may, or have had their share of this second.';

--
-- Name: full_tenants(integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.full_tenants(p_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return (select coalesce(array_agg(user_id), '{}') from (
      select user_id from private.webhook_deliveries where leased_until is not null group by user_id having count(*) >= p_most) f);
end
$$;

--
-- Name: FUNCTION full_tenants(p_most integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.full_tenants(p_most integer) IS 'Tenants that have so many deliveries under way, or more.';

--
-- Name: get_own_account_deletion(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.get_own_account_deletion() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$ select private.describe_deletion(private.latest_deletion(private.account_id())) $$;

--
-- Name: FUNCTION get_own_account_deletion(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.get_own_account_deletion() IS 'Whether and when the caller''s account will be erased. Security definer because no API role may read jobs; it acts for private.account_id() only.';

--
-- Name: get_own_account_export(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.get_own_account_export(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where id = p_id and user_id = private.account_id() and kind = 'account.export';
  if not found then
    raise exception using errcode = 'PT404', message = 'No such export', detail = 'not_found';
  end if;
  return private.describe_export(v_job);
end
$$;

--
-- Name: FUNCTION get_own_account_export(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.get_own_account_export(p_id uuid) IS 'How far an export of the caller is, and its files. Security definer because no API role may read jobs; it acts for private.account_id() only.';

--
-- Name: get_own_user_profile(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.get_own_user_profile() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select to_jsonb(p)
    - array['encrypted_retell_api_key', 'encrypted_call_agent_id', 'encrypted_sms_agent_id', 'encrypted_agent_config',
      'retell_secrets', 'retell_config_updated_at', 'retell_config_device_id', 'retell_hook_id']
    || jsonb_build_object('retell', private.describe_retell_config(p))
  from public.user_profiles p where p.user_id = private.account_id()
$$;

--
-- Name: FUNCTION get_own_user_profile(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.get_own_user_profile() IS 'The caller''s profile. Security definer because its sealed columns are closed to API roles; it acts for private.account_id() only.';

--
-- Name: get_own_webhook_replay(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) RETURNS jsonb
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO ''
    AS $$ select private.describe_replay(private.lock_own_replay(p_webhook_id, p_replay_id)) $$;

--
-- Name: FUNCTION get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) IS 'How far a replay of the caller is. Security definer because no API role may read the queue; it acts for private.account_id() only.';

--
-- Name: has_webhooks(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.has_webhooks(p_user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select exists (select from public.webhooks w where w.user_id = p_user_id and w.enabled) $$;

--
-- Name: FUNCTION has_webhooks(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.has_webhooks(p_user_id uuid) IS 'Whether a tenant has endpoints that events may go to.';

--
-- Name: health_check(text, text[], text[], jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.health_check(p_name text, p_failed text[], p_warnings text[] DEFAULT '{}'::text[], p_details jsonb DEFAULT '{}'::jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object(
    'name', p_name,
    'status', case when cardinality(p_failed) > 0 then 'failed' when cardinality(p_warnings) > 0 then 'warning' else 'ok' end,
    'problems', to_jsonb(p_failed || p_warnings),
    'details', p_details)
$$;

--
-- Name: FUNCTION health_check(p_name text, p_failed text[], p_warnings text[], p_details jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.health_check(p_name text, p_failed text[], p_warnings text[], p_details jsonb) IS 'One check of schema_health: {name, status, problems, details}.';

--
-- Name: invoke_function(text, interval); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.invoke_function(p_path text, p_timeout interval) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
  v_request bigint;
begin
  execute 'select net.http_post(url := $1, body := $2, headers := $3, timeout_milliseconds := $4)' into v_request
    using private.vault_secret('switchboard_functions_url') || p_path, '{}'::jsonb,
      jsonb_build_object('content-type', 'application/json', 'apikey', private.vault_secret('switchboard_cron_key')),
      (extract(epoch from p_timeout) * 1000)::integer;
  return v_request;
end
$_$;

--
-- Name: FUNCTION invoke_function(p_path text, p_timeout interval); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.invoke_function(p_path text, p_timeout interval) IS 'Posts to an edge function as cron, when the transaction is over; the answer is not waited for. Returns the request''s id in pg_net. Raises where pg_net or the Vault''s secrets are missing.';

--
-- Name: is_due(private.retention_tables); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_due(p_table private.retention_tables) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
  -- $1 is now, $2 the policy's days, $3 its name.
  select format('t.%1$I < $1 - make_interval(days => coalesce((select o.days from public.retention_overrides o where o.policy = $3 and o.user_id = %2$s), $2))',
      p_table.aged_by, coalesce(p_table.owner, 'null')) || private.unqueued(p_table)
$_$;

--
-- Name: FUNCTION is_due(p_table private.retention_tables); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_due(p_table private.retention_tables) IS 'The condition for a row t that is older than its tenant keeps it.';

--
-- Name: is_event_pattern(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_event_pattern(p_pattern text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select p_pattern = '*' or private.is_event_type(p_pattern) or (
    right(p_pattern, 2) = '.*' and (
      p_pattern = 'custom.*' or private.is_event_type(left(p_pattern, -2)) and p_pattern like 'custom.%'
      or exists (select from private.event_types t where p_pattern = any (private.event_patterns(t.type)))))
$$;

--
-- Name: FUNCTION is_event_pattern(p_pattern text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_event_pattern(p_pattern text) IS 'Whether an endpoint may subscribe to it: a type, a prefix of one with .* after it, or *.';

--
-- Name: is_event_type(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_event_type(p_type text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
begin
  if not (length(p_type) <= 100 and p_type ~ '^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$') then
    return false;
  elsif p_type like 'custom.%' then
    return true;
  end if;
  return exists (select from private.event_types where type = p_type);
end
$_$;

--
-- Name: FUNCTION is_event_type(p_type text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_event_type(p_type text) IS 'Whether events of the type may be published: those of the catalogue, and any under custom.';

--
-- Name: is_importing(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_importing() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select coalesce(current_setting('switchboard.importing', true), '') = 'on' $$;

--
-- Name: FUNCTION is_importing(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_importing() IS 'Whether this transaction brings in what is long over, of which nobody is told.';

--
-- Name: is_ivr_entry(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_entry(p_entry text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
  select coalesce(p_entry ~ '^([0-9*#A-Dx]|\[([0-9](-[0-9])?)+\]){1,20}$', false)
    and not exists (select from regexp_matches(p_entry, '([0-9])-([0-9])', 'g') m where m[1] > m[2])
$_$;

--
-- Name: FUNCTION is_ivr_entry(p_entry text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_entry(p_entry text) IS 'Whether a text is an entry: keys, x for any digit, classes such as [1-4].';

--
-- Name: is_ivr_entry_hidden(text, text[]); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_entry_hidden(p_entry text, p_by text[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
declare
  v_positions text[] := private.ivr_entry_positions(p_entry);
  v_others text[] := array(select other from unnest(p_by) other
    where cardinality(private.ivr_entry_positions(other)) = cardinality(v_positions));
  -- Which of the others still match, as bits, for all that can be entered up to here: at most 2^11 of them.
  v_alive integer[] := array[(1 << cardinality(v_others)) - 1];
  v_accepting integer[];
begin
  for n in 1..cardinality(v_positions) loop
    v_accepting := array(
      select distinct (select coalesce(bit_or(1 << (o.ordinality - 1)::integer), 0) from unnest(v_others) with ordinality o (entry, ordinality)
        where strpos((private.ivr_entry_positions(o.entry))[n], key) > 0)
      from regexp_split_to_table(v_positions[n], '') key);
    v_alive := array(select distinct alive & accepting from unnest(v_alive) alive, unnest(v_accepting) accepting);
    if 0 = any (v_alive) then
      return false;
    end if;
  end loop;
  return true;
end
$$;

--
-- Name: FUNCTION is_ivr_entry_hidden(p_entry text, p_by text[]); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_entry_hidden(p_entry text, p_by text[]) IS 'Whether all that an entry matches is matched by others.';

--
-- Name: is_ivr_holiday(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_holiday(p_day text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $_$
begin
  -- The year that has every day stands for each year.
  return p_day ~ '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$' and right('2024-' || p_day, 10)::date is not null;
exception when datetime_field_overflow or invalid_datetime_format then
  return false;
end
$_$;

--
-- Name: FUNCTION is_ivr_holiday(p_day text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_holiday(p_day text) IS 'Whether a text is a day that exists, YYYY-MM-DD, or a day of each year, MM-DD.';

--
-- Name: is_ivr_number(jsonb, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_number(p_value jsonb, p_least integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$ select coalesce(case when jsonb_typeof(p_value) = 'number' and p_value::text ~ '^[0-9]{1,6}$' then p_value::text::integer >= p_least end, false) $_$;

--
-- Name: FUNCTION is_ivr_number(p_value jsonb, p_least integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_number(p_value jsonb, p_least integer) IS 'Whether a value is a whole number of at most six digits, and no less than p_least.';

--
-- Name: is_ivr_pending(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_pending(p_pending jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
  select coalesce(p_pending = 'null' or (
    jsonb_typeof(p_pending) = 'object' and pg_column_size(p_pending) <= 8192
    and p_pending -> 'then' in ('"hangup"', '"repeat"', '"back"', '"top"') and jsonb_typeof(p_pending -> 'final') = 'boolean'
    and case p_pending -> 'kind'
      when '"connection"' then true
      when '"voicemail"' then true
      when '"callout"' then private.is_ivr_number(p_pending -> 'step', 0) and private.is_ivr_number(p_pending -> 'attempt', 1)
        and case p_pending #> '{choice,action}'
          when '"webhook"' then p_pending #>> '{choice,target}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            and (p_pending #> '{choice,fallback}' = 'null' or private.is_ivr_number(p_pending #> '{choice,fallback}', 0))
          when '"agent"' then jsonb_typeof(p_pending #> '{choice,target}') in ('string', 'null')
          else false end
      else false end), false)
$_$;

--
-- Name: FUNCTION is_ivr_pending(p_pending jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_pending(p_pending jsonb) IS 'Whether a value is one that ivr_sessions.pending has, or null, as JSON.';

--
-- Name: is_ivr_text_blank(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_ivr_text_blank(p_text text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select p_text <> '' and p_text !~ '[^[:space:][:cntrl:]\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]'
$$;

--
-- Name: FUNCTION is_ivr_text_blank(p_text text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_ivr_text_blank(p_text text) IS 'Whether a text, not the empty one, holds nothing that can be spoken: spaces of all kinds, controls, invisible characters.';

--
-- Name: is_refused_url(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.is_refused_url(p_url text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $_$
declare
  v_host text := lower(substring(p_url from '^https?://(\[[^]]*\]|[^/?:]*)'));
  v_address inet;
begin
  -- Whether a deployment allows its own machine is for the functions to know, which vet every address and every delivery.
  if v_host in ('localhost', '[::1]') or v_host ~ '^127(\.[0-9]{1,3}){3}$' then
    return false;
  elsif p_url ~ '^http:' then
    return true;
  end if;
  begin
    v_address := trim(v_host, '[]')::inet;
  exception when data_exception then
    -- A name; digits alone are an address in disguise.
    return v_host ~ '^(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+))*\.?$' or v_host !~ '\.';
  end;
  return v_address <<= any ('{0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.168.0.0/16,
    198.18.0.0/15, 224.0.0.0/3}'::inet[]) or family(v_address) = 6 and not v_address <<= '2000::/3';
end
$_$;

--
-- Name: FUNCTION is_refused_url(p_url text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.is_refused_url(p_url text) IS 'Whether an address is refused by its looks: not https, or at a private address. For whoever calls past the functions, which also ask where names lead.';

--
-- Name: ivr_blank_problems(public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_blank_problems(p_menu public.ivr_menus) RETURNS TABLE(path text, message text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select t.path, 'There is nothing to say in this'
    from (
      values ('prompt', p_menu.prompt), ('timeout_prompt', p_menu.timeout_prompt), ('invalid_prompt', p_menu.invalid_prompt),
        ('closed_prompt', p_menu.closed_prompt)
      union all
      select format('translations.%s.%s', t.key, f.key), f.value
        from jsonb_each(p_menu.translations) t
          cross join lateral jsonb_each_text(case when jsonb_typeof(t.value) = 'object' then t.value else '{}' end) f
        where f.key in ('prompt', 'timeout_prompt', 'invalid_prompt', 'closed_prompt')
      union all
      select c.path || '.' || f.field, c.choice ->> f.field
        from private.ivr_choices(p_menu) c cross join (values ('label'), ('prompt')) f (field)
      union all
      select format('%s.labels.%s', c.path, l.key), l.value
        from private.ivr_choices(p_menu) c
          cross join lateral jsonb_each_text(case when jsonb_typeof(c.choice -> 'labels') = 'object' then c.choice -> 'labels' else '{}' end) l
    ) t (path, text)
    where private.is_ivr_text_blank(t.text)
$$;

--
-- Name: FUNCTION ivr_blank_problems(p_menu public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_blank_problems(p_menu public.ivr_menus) IS 'The texts of a menu that are there and say nothing.';

--
-- Name: ivr_call_settings(text, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_call_settings(p_provider text, p_connection_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return (
    select jsonb_build_object(
      'connection', jsonb_build_object(
        'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
        'allowed_callers', c.allowed_callers, 'blocked_callers', c.blocked_callers,
        'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
          from private.credentials s
          where s.connection_id = c.id and s.purpose = 'signing' and (s.expires_at is null or s.expires_at > now())),
        'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled)),
      'transfer_rules', jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}')))
    from public.phone_connections c left join private.transfer_rules r on r.user_id = c.user_id
    where c.id = p_connection_id and c.provider = p_provider and c.enabled);
end
$$;

--
-- Name: FUNCTION ivr_call_settings(p_provider text, p_connection_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_call_settings(p_provider text, p_connection_id uuid) IS 'What of its owner''s settings a turn is decided by, beside the menu: {connection, transfer_rules}, the connection as public.ivr_load_connection has it. Null when there is no such connection.';

--
-- Name: ivr_callout_grant(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_callout_grant(p_session_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_session public.ivr_sessions;
  v_grant jsonb;
begin
  select * into v_session from public.ivr_sessions where id = p_session_id;
  v_grant := jsonb_build_object('session_id', v_session.id, 'user_id', v_session.user_id, 'call_id', v_session.call_log_id,
    'from', coalesce(v_session.from_number, (select l.from_number from public.call_logs l where l.id = v_session.call_log_id)),
    'to', coalesce(v_session.to_number, (select l.to_number from public.call_logs l where l.id = v_session.call_log_id)));
  case v_session.pending #>> '{choice,action}'
    when 'webhook' then
      return v_grant || coalesce((select jsonb_build_object('endpoint', jsonb_build_object('id', w.id, 'user_id', w.user_id, 'url', w.url, 'headers', w.headers,
          'secrets', to_jsonb(array[w.secret]) || coalesce((select jsonb_agg(s.value -> 'sealed' order by s.n)
            from jsonb_array_elements(w.old_secrets) with ordinality s (value, n) where (s.value ->> 'expires_at')::timestamptz > now()), '[]')))
        from public.webhooks w where w.id = (v_session.pending #>> '{choice,target}')::uuid and w.user_id = v_session.user_id and w.enabled), '{}');
    when 'agent' then
      return v_grant || jsonb_build_object('retell', private.retell_account(v_session.user_id));
    else
      return null;
  end case;
end
$$;

--
-- Name: FUNCTION ivr_callout_grant(p_session_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_callout_grant(p_session_id uuid) IS 'What asking outside takes that a session waits for: {session_id, user_id, call_id, from, to, endpoint or retell}, secrets sealed; null where it waits for nothing. Security definer because no API role may read secrets.';

--
-- Name: ivr_callout_state(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_callout_state(p_session_id uuid, p_pending jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return (
    select jsonb_build_object('result', c.result, 'waited_ms', greatest(0, floor(extract(epoch from now() - c.asked_at) * 1000)))
      from private.ivr_callouts c
      where p_pending ->> 'kind' = 'callout' and c.session_id = p_session_id and c.step = (p_pending ->> 'step')::integer);
end
$$;

--
-- Name: FUNCTION ivr_callout_state(p_session_id uuid, p_pending jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_callout_state(p_session_id uuid, p_pending jsonb) IS 'How the callout stands that a session waits for: {result, waited_ms}, the time in milliseconds since it was last asked, by the clock of the database alone. Null where it waits for none.';

--
-- Name: ivr_choice_problems(jsonb, text, public.ivr_menus, public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus) RETURNS TABLE(field text, message text)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_action text := p_choice ->> 'action';
  v_target text := p_choice ->> 'target';
  -- Outside its hours, and when a limit is spent, a menu is over: what leads back into it would never end.
  v_actions text[] := case p_role
    when 'item' then array['submenu', 'agent', 'transfer', 'voicemail', 'repeat', 'back', 'top', 'language', 'webhook', 'hangup']
    when 'closed' then array['submenu', 'agent', 'transfer', 'voicemail', 'hangup']
    else array['agent', 'transfer', 'voicemail', 'hangup'] end;
  v_thens text[] := case p_role when 'item' then array['hangup', 'repeat', 'back', 'top'] else array['hangup'] end;
begin
  if v_action is null or v_action <> all (v_actions) then
    return query select 'action', 'Must be one of ' || array_to_string(v_actions, ', ');
    return;
  end if;
  return query
    select 'target', problem from (select case
      when v_action in ('voicemail', 'repeat', 'back', 'top', 'hangup') then case when v_target is not null then 'This action takes no target' end
      when v_target is null then 'This action needs a target'
      when v_action = 'submenu' then case
        when p_target.id is null then 'No menu of yours has this id or key'
        -- One that is closed too could lead back here without a key press.
        when p_role = 'closed' and p_target.hours is not null then 'Outside hours callers need a menu without hours of its own' end
      when v_action = 'language' then case when v_target <> p_menu.language and not p_menu.translations ? v_target then 'This menu has no translation into this language' end
      when v_action = 'transfer' then case when v_target !~ '^\+[1-9][0-9]{6,14}$' then 'Must be a number in E.164 form, such as +15550100123' end
      when v_action = 'webhook' then case when not exists (select from public.webhooks w where w.user_id = p_menu.user_id and w.id::text = v_target)
        then 'Must be the id or the URL of one of your webhook endpoints' end
      when v_target ~ '^retell:' then case when v_target !~ '^retell:(default|[A-Za-z0-9_-]{1,64})$' then 'Must be retell: and the id of an agent, or retell:default' end
      when v_target !~ '^(sips?:[^[:space:]<>"'']{1,240}|[A-Za-z0-9][A-Za-z0-9 _.-]{0,63})$' then 'Must be a SIP address, the name of a queue, or retell: and the id of an agent'
    end as problem) p where problem is not null
    union all
    select 'then', case when v_action not in ('agent', 'transfer', 'voicemail') then 'Nothing follows this action'
        else 'Must be one of ' || array_to_string(v_thens, ', ') end
      where p_choice ? 'then' and (v_action not in ('agent', 'transfer', 'voicemail') or coalesce(p_choice ->> 'then', '') <> all (v_thens))
    union all
    select 'fallback', case when v_action <> 'webhook' then 'This action takes no fallback'
        else 'Must be the digit of an item of this menu that asks no webhook itself' end
      where coalesce(p_choice -> 'fallback', 'null') <> 'null' and (v_action <> 'webhook' or jsonb_typeof(p_choice -> 'fallback') <> 'string'
        or not exists (select from jsonb_array_elements(p_menu.items) i
          where i.value -> 'digit' = p_choice -> 'fallback' and i.value ->> 'action' is distinct from 'webhook'))
    union all
    select 'prompt', case when v_action <> 'voicemail' then 'This action takes no prompt' else 'A prompt has 1 to 1500 characters' end
      where p_choice ? 'prompt' and (v_action <> 'voicemail' or length(coalesce(p_choice ->> 'prompt', '')) not between 1 and 1500)
    union all
    select 'max_seconds', case when v_action <> 'voicemail' then 'Nothing is recorded by this action' else 'Must be 3 to 3600 seconds' end
      where p_choice ? 'max_seconds' and (v_action <> 'voicemail' or jsonb_typeof(p_choice -> 'max_seconds') <> 'number' or p_choice ->> 'max_seconds' !~ '^([3-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)$');
end
$_$;

--
-- Name: FUNCTION ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus) IS 'What is wrong with a choice of a menu, by field. p_target is the menu that a submenu leads to.';

--
-- Name: ivr_choices(public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_choices(p_menu public.ivr_menus) RETURNS TABLE(path text, role text, choice jsonb, ordinal bigint)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select format('items[%s]', i.ordinality - 1), 'item',
      -- An endpoint may be told by its URL; what is asked is its row.
      coalesce(i.value || (select jsonb_build_object('target', w.id) from public.webhooks w
        where i.value ->> 'action' = 'webhook' and w.user_id = p_menu.user_id and (lower(i.value ->> 'target') = w.id::text or i.value ->> 'target' = w.url)
        order by w.enabled desc, w.created_at, w.id limit 1), i.value),
      i.ordinality
    from jsonb_array_elements(p_menu.items) with ordinality i
  union all
  select f.path, f.role, f.choice, null
    from (values ('no_input_final', 'final', p_menu.no_input_final), ('invalid_final', 'final', p_menu.invalid_final),
      ('hours.closed', 'closed', p_menu.hours -> 'closed')) f (path, role, choice)
    where f.choice is not null
$$;

--
-- Name: FUNCTION ivr_choices(p_menu public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_choices(p_menu public.ivr_menus) IS 'Every choice of a menu with its path: items in their order, with their endpoints by id, what follows a spent limit (final), what happens outside hours (closed).';

--
-- Name: ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_commit_known_turn(p_provider, p_connection_id, p_call_id, p_to, p_known_version, p_settings,
    p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
end
$$;

--
-- Name: FUNCTION ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.ivr_commit_known_turn for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_commit_known_turns(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_commit_known_turns(p_calls jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_commit_known_turns(p_calls);
end
$$;

--
-- Name: FUNCTION ivr_commit_known_turns(p_calls jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_commit_known_turns(p_calls jsonb) IS 'public.ivr_commit_known_turns for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_commit_turn(p_session_id, p_step, p_menu_id, p_state, p_input, p_outcome, p_reply);
end
$$;

--
-- Name: FUNCTION ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.ivr_commit_turn for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_entry_positions(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_entry_positions(p_entry text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select array_agg((select string_agg(key, '' order by key) from unnest(array['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D']) key
      where key ~ private.ivr_entry_regex(p.m[1])) order by p.ordinality)
    from regexp_matches(p_entry, '(\[[^]]*\]|.)', 'g') with ordinality p (m, ordinality)
$$;

--
-- Name: FUNCTION ivr_entry_positions(p_entry text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_entry_positions(p_entry text) IS 'The keys that an entry accepts at each of its positions.';

--
-- Name: ivr_entry_regex(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_entry_regex(p_entry text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$ select '^' || replace(replace(p_entry, '*', '\*'), 'x', '[0-9]') || '$' $_$;

--
-- Name: FUNCTION ivr_entry_regex(p_entry text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_entry_regex(p_entry text) IS 'The regular expression that matches what an entry matches.';

--
-- Name: ivr_hours_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_hours_problems(p_hours jsonb) RETURNS TABLE(path text, message text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
  select 'hours.time_zone', 'Must be a name of the IANA time zone database, such as Europe/Berlin'
    -- posix/ and right/ are Postgres' own copies of the database.
    where coalesce(p_hours ->> 'time_zone', '') !~ '^((?!posix/|right/)[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC)$'
      or not exists (select from pg_catalog.pg_timezone_names where name = p_hours ->> 'time_zone')
  union all
  select 'hours.weekly', 'Must be a list of 1 to 50 shifts'
    where case when jsonb_typeof(p_hours -> 'weekly') = 'array' then jsonb_array_length(p_hours -> 'weekly') not between 1 and 50 else true end
  union all
  select format('hours.weekly[%s].%s', w.ordinality - 1, p.field), p.message
    from jsonb_array_elements(case when jsonb_typeof(p_hours -> 'weekly') = 'array' then p_hours -> 'weekly' else '[]' end) with ordinality w
      cross join lateral (
        select 'days' as field, 'Must be a list of days, 1 (Monday) to 7 (Sunday)' as message
          where not coalesce(jsonb_typeof(w.value -> 'days') = 'array' and w.value -> 'days' <> '[]' and w.value -> 'days' <@ '[1, 2, 3, 4, 5, 6, 7]', false)
        union all
        select t.field, 'Must be a time from 00:00 to 24:00' from (values ('from'), ('to')) t (field)
          where coalesce(w.value ->> t.field, '') !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
      ) p
  union all
  select 'hours.holidays', 'Must be a list of at most 200 days'
    where case when jsonb_typeof(p_hours -> 'holidays') = 'array' then jsonb_array_length(p_hours -> 'holidays') > 200 else p_hours ? 'holidays' end
  union all
  select format('hours.holidays[%s]', h.ordinality - 1), 'Must be a day, YYYY-MM-DD, or a day of each year, MM-DD'
    from jsonb_array_elements_text(case when jsonb_typeof(p_hours -> 'holidays') = 'array' then p_hours -> 'holidays' else '[]' end) with ordinality h
    where not coalesce(private.is_ivr_holiday(h.value), false)
$_$;

--
-- Name: FUNCTION ivr_hours_problems(p_hours jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_hours_problems(p_hours jsonb) IS 'What is wrong with business hours, but for the choice outside them.';

--
-- Name: ivr_item_problems(public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_item_problems(p_menu public.ivr_menus) RETURNS TABLE(path text, message text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  with item as (
    select c.path, c.ordinal, c.choice, c.choice ->> 'digit' as digit from private.ivr_choices(p_menu) c where c.role = 'item'
  )
  select i.path || '.digit', 'An entry is 1 to 20 of 0-9 * # A-D, x for any digit, or classes such as [1-4]' from item i
    where not private.is_ivr_entry(i.digit)
  union all
  select i.path || '.digit', 'This entry is taken by an earlier item' from item i
    where exists (select from item e where e.ordinal < i.ordinal and e.digit = i.digit)
  union all
  -- Of items that match alike, the one without wildcards is taken, then the earlier one.
  select i.path || '.digit', 'All that this entry matches is taken by other items' from item i
    where private.is_ivr_entry(i.digit) and i.digit ~ '[x[]' and not exists (select from item e where e.ordinal < i.ordinal and e.digit = i.digit)
      and private.is_ivr_entry_hidden(i.digit, array(select o.digit from item o
        where private.is_ivr_entry(o.digit) and o.ordinal <> i.ordinal and (o.ordinal < i.ordinal or o.digit !~ '[x[]')))
  union all
  select i.path || '.label', 'A label has 1 to 100 characters' from item i where length(coalesce(i.choice ->> 'label', '')) not between 1 and 100
  union all
  select i.path || '.labels', 'Must be labels of 1 to 100 characters by language' from item i
    where i.choice ? 'labels' and case when jsonb_typeof(i.choice -> 'labels') = 'object'
      then exists (select from jsonb_each(i.choice -> 'labels') l where jsonb_typeof(l.value) <> 'string' or length(l.value #>> '{}') not between 1 and 100) else true end
  union all
  select i.path || '.sensitive', 'Must be true or false' from item i where i.choice ? 'sensitive' and jsonb_typeof(i.choice -> 'sensitive') <> 'boolean'
$$;

--
-- Name: FUNCTION ivr_item_problems(p_menu public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_item_problems(p_menu public.ivr_menus) IS 'What is wrong with the entries of a menu, but for what they lead to.';

--
-- Name: ivr_load_connection(text, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_load_connection(p_provider text, p_connection_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_load_connection(p_provider, p_connection_id);
end
$$;

--
-- Name: FUNCTION ivr_load_connection(p_provider text, p_connection_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_load_connection(p_provider text, p_connection_id uuid) IS 'public.ivr_load_connection for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_load_turn(text, uuid, text, text, integer, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_load_turn(p_provider, p_connection_id, p_call_id, p_to, p_step, p_known_version);
end
$$;

--
-- Name: FUNCTION ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) IS 'public.ivr_load_turn for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_menu_field(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_menu_field(p_constraint text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select a.attname::text from pg_catalog.pg_constraint c join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.conrelid = 'public.ivr_menus'::regclass and c.conname = p_constraint and a.attname not in ('id', 'user_id') limit 1
$$;

--
-- Name: FUNCTION ivr_menu_field(p_constraint text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_menu_field(p_constraint text) IS 'The column of a menu that a constraint is about.';

--
-- Name: ivr_menu_problems(public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_menu_problems(p_menu public.ivr_menus) RETURNS TABLE(path text, message text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select * from private.ivr_item_problems(p_menu)
  union all
  select 'items', 'A menu has 1 to 12 items' where jsonb_array_length(p_menu.items) = 0
  union all
  select * from private.ivr_blank_problems(p_menu)
  union all
  select * from private.ivr_translation_problems(p_menu.translations)
  union all
  select p.* from private.ivr_hours_problems(p_menu.hours) p where p_menu.hours is not null
$$;

--
-- Name: FUNCTION ivr_menu_problems(p_menu public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_menu_problems(p_menu public.ivr_menus) IS 'What is wrong with a menu, but for what its choices lead to.';

--
-- Name: ivr_menu_users(public.ivr_menus); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_menu_users(p_menu public.ivr_menus) RETURNS TABLE(path text, message text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select 'numbers.' || n.number, 'This number is answered by the menu' from public.phone_numbers n where n.menu_id = p_menu.id
  union all
  select format('menus.%s.%s.target', coalesce(m.key, m.id::text), c.path), 'This choice leads to the menu'
    -- Not by private.ivr_choices, which may read what callers may not.
    from public.ivr_menus m cross join lateral (
        select format('items[%s]', i.ordinality - 1), i.value from jsonb_array_elements(m.items) with ordinality i
        union all
        select 'hours.closed', m.hours -> 'closed'
      ) c (path, choice)
    where m.user_id = p_menu.user_id and m.id <> p_menu.id and c.choice ->> 'action' = 'submenu' and c.choice ->> 'target' in (p_menu.id::text, p_menu.key)
$$;

--
-- Name: FUNCTION ivr_menu_users(p_menu public.ivr_menus); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_menu_users(p_menu public.ivr_menus) IS 'What a menu is needed by: numbers, and choices of other drafts. Not versions, which hold all that they need.';

--
-- Name: ivr_record_status(uuid, text, text, integer, integer, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_record_status(p_connection_id, p_call_id, p_status, p_sequence, p_duration_seconds, p_from, p_to);
end
$$;

--
-- Name: FUNCTION ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) IS 'public.ivr_record_status for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_settle_callout(uuid, integer, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_settle_callout(p_session_id, p_step, p_result);
end
$$;

--
-- Name: FUNCTION ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) IS 'public.ivr_settle_callout for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return public.ivr_start_session(p_connection_id, p_call_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply);
end
$$;

--
-- Name: FUNCTION ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.ivr_start_session for the hot role. Security definer because that role may execute and nothing else.';

--
-- Name: ivr_translation_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.ivr_translation_problems(p_translations jsonb) RETURNS TABLE(path text, message text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
  select format('translations.%s%s', t.key, p.field), p.message
    from jsonb_each(p_translations) t cross join lateral (
      select '' as field, 'Must be named by a language, such as de-DE' as message where t.key !~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'
      union all
      select '.prompt', 'A prompt has 1 to 1500 characters' where length(coalesce(t.value ->> 'prompt', '')) not between 1 and 1500
      union all
      select '.' || f.field, 'A prompt has 1 to 1500 characters' from (values ('timeout_prompt'), ('invalid_prompt'), ('closed_prompt')) f (field)
        where length(t.value ->> f.field) not between 1 and 1500
    ) p
$_$;

--
-- Name: FUNCTION ivr_translation_problems(p_translations jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.ivr_translation_problems(p_translations jsonb) IS 'What is wrong with a menu''s sentences in other languages.';

--
-- Name: judge_api_key(text, text, text, uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_hour timestamptz := date_trunc('hour', p_now, 'UTC');
  v_key public.api_keys;
  v_counter public.api_keys;
  v_reason text;
  v_verdict jsonb;
begin
  -- A hot key is otherwise held to one flush of the log per use. What a crash of the server can cost is the
  -- last fraction of a second of counts. Set here, as a setting of the function would be undone before the commit;
  -- and by a condition, which costs half of what "perform" does.
  if set_config('synchronous_commit', 'off', true) <> 'off' then
    raise exception 'synchronous_commit cannot be set';
  end if;
  for attempt in 1 .. 100 loop
    update public.api_keys k set
        usage_count = k.usage_count + 1,
        -- Who read the clock before the hour and got the row after it counts in the row's hour: going back would empty it.
        window_count = case when k.window_start >= v_hour then k.window_count + 1 else 1 end,
        window_start = greatest(k.window_start, v_hour),
        last_hour_count = case when k.last_hour = greatest(k.window_start, v_hour) then k.last_hour_count + 1 else 1 end,
        last_hour = greatest(k.window_start, v_hour),
        last_used_at = greatest(k.last_used_at, p_now)
      where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id) and k.counted_by is null
        -- That private.api_key_refusal has nothing against it. Asking it here would cost as much as the update.
        and k.revoked_at is null and k.enabled
        and private.account_is_active(k.user_id)
        and (k.expires_at is null or k.expires_at > p_now)
        and (p_scope is null or k.scopes && array['*', p_scope])
        and (k.allowed_ips is null or private.as_address(p_ip) <<= any (k.allowed_ips))
        and (k.rate_limit is null or k.window_start < v_hour or k.window_count < k.rate_limit)
        and (k.usage_quota is null or k.usage_count < k.usage_quota)
      -- As private.api_key_verdict has it.
      returning jsonb_build_object(
          'valid', true,
          'code', 'valid',
          'key_id', k.id,
          'user_id', k.user_id,
          'scopes', k.scopes,
          'limit', k.rate_limit,
          'remaining', k.rate_limit - k.window_count,
          'reset', case when k.rate_limit is not null then ceil(extract(epoch from k.window_start + interval '1 hour' - p_now))::integer end,
          'quota', k.usage_quota,
          'quota_remaining', k.usage_quota - k.usage_count)
        into v_verdict;
    if found then
      return v_verdict;
    end if;
    select * into v_key from public.api_keys k where k.key_hash = p_key_hash and (p_user_id is null or k.user_id = p_user_id);
    if not found then
      return jsonb_build_object('valid', false, 'code', 'not_found');
    end if;
    if v_key.counted_by is not null then
      -- Held, so that what is decided of it here stays true while the row of the counts is waited for. Whoever hands the
      -- counts on holds it too, so that row is the one that counts.
      select * into v_key from public.api_keys k where k.id = v_key.id for update;
      update public.api_keys c set
          usage_count = c.usage_count + 1,
          window_count = case when c.window_start >= v_hour then c.window_count + 1 else 1 end,
          window_start = greatest(c.window_start, v_hour)
        where c.id = v_key.counted_by
          and private.api_key_refusal(private.counted_as(v_key, c), p_scope, p_ip, p_now) is null
        returning * into v_counter;
      if found then
        update public.api_keys k set
            last_hour_count = case when k.last_hour = v_counter.window_start then k.last_hour_count + 1 else 1 end,
            last_hour = v_counter.window_start,
            last_used_at = greatest(k.last_used_at, p_now)
          where k.id = v_key.id;
        return private.api_key_verdict(private.counted_as(v_key, v_counter), null, p_now);
      end if;
      select * into v_counter from public.api_keys c where c.id = v_key.counted_by;
      v_key := private.counted_as(v_key, v_counter);
    end if;
    v_reason := private.api_key_refusal(v_key, p_scope, p_ip, p_now);
    if v_reason is not null then
      return private.api_key_verdict(v_key, v_reason, p_now);
    end if;
    -- Without a reason the key was changed between two statements, and the question is open again.
  end loop;
  raise exception using errcode = '40001', message = 'The key is changed faster than it can be judged';
end
$$;

--
-- Name: FUNCTION judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamp with time zone) IS 'Judges a key at a given time and counts the use if it is allowed: {valid, code, key_id, user_id, scopes, limit, remaining, reset, quota, quota_remaining}. A refused use changes nothing.';

--
-- Name: keep_api_key_hour(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.keep_api_key_hour() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  -- An hour may have a row already: from before these columns, or from a use that came late.
  insert into public.api_key_usage as u (key_id, user_id, hour, count) values (old.id, old.user_id, old.last_hour, old.last_hour_count)
    on conflict (key_id, hour) do update set count = u.count + excluded.count;
  return null;
end
$$;

--
-- Name: FUNCTION keep_api_key_hour(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.keep_api_key_hour() IS 'Row trigger: when a key is used in another hour, what it used in the one before is kept.';

--
-- Name: call_logs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_logs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    connection_id uuid,
    provider text NOT NULL,
    provider_call_id text NOT NULL,
    direction text DEFAULT 'inbound'::text NOT NULL,
    from_number text,
    to_number text,
    status text NOT NULL,
    status_sequence integer,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    duration_seconds integer,
    summary text,
    transcript text,
    recording_path text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    retell_call_id text,
    retell_agent_id text,
    sentiment text,
    call_successful boolean,
    cost numeric,
    recording_url text,
    disconnection_reason text,
    sealed_fields text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT call_logs_cost_check CHECK ((cost >= (0)::numeric)),
    CONSTRAINT call_logs_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
    CONSTRAINT call_logs_duration_seconds_check CHECK ((duration_seconds >= 0)),
    CONSTRAINT call_logs_provider_call_id_check CHECK (((length(provider_call_id) >= 1) AND (length(provider_call_id) <= 128))),
    CONSTRAINT call_logs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'initiated'::text, 'ringing'::text, 'in-progress'::text, 'completed'::text, 'busy'::text, 'failed'::text, 'no-answer'::text, 'canceled'::text])))
);

--
-- Name: TABLE call_logs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.call_logs IS 'One row per call at a provider, whoever handled it.';

--
-- Name: COLUMN call_logs.from_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.from_number IS 'As the provider sent it.';

--
-- Name: COLUMN call_logs.to_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.to_number IS 'As the provider sent it.';

--
-- Name: COLUMN call_logs.status_sequence; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.status_sequence IS 'The provider''s number of the newest status taken in; older ones are late and change nothing.';

--
-- Name: COLUMN call_logs.retell_call_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.retell_call_id IS 'The call at Retell that this one is, or was handed to last.';

--
-- Name: COLUMN call_logs.sentiment; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.sentiment IS 'The caller''s, as the analysis found it: positive, neutral, negative or unknown.';

--
-- Name: COLUMN call_logs.cost; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.cost IS 'What the call cost at Retell, in US dollars.';

--
-- Name: COLUMN call_logs.recording_url; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.recording_url IS 'Where Retell keeps its recording; may expire.';

--
-- Name: COLUMN call_logs.disconnection_reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.disconnection_reason IS 'Why the call ended, in Retell''s words.';

--
-- Name: COLUMN call_logs.sealed_fields; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_logs.sealed_fields IS 'Which of transcript, summary, sentiment and recording_url are stored sealed elsewhere, and null here.';

--
-- Name: keep_sealed_texts(public.call_logs, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_rank integer := (p_event ->> 'rank')::integer;
  v_kept jsonb := '{}'::jsonb;
  v_text record;
  v_stored private.call_texts;
  v_known integer;
begin
  for v_text in
    select s.key as field, t.* from jsonb_each(p_event -> 'sealed') s cross join lateral jsonb_to_record(s.value) t (id uuid, sealed text, weight integer, digest text)
      order by s.key
  loop
    v_known := (p_ranks ->> v_text.field)::integer;
    select * into v_stored from private.call_texts where call_log_id = p_log.id and field = v_text.field;
    -- As private.merge_retell_facts does with plain texts; of one that is still plain its length is all that can be compared.
    if v_known is null or v_rank > v_known or v_rank = v_known and (v_text.weight, v_text.digest collate "C")
      > (coalesce(v_stored.weight, length(to_jsonb(p_log) ->> v_text.field), -1), coalesce(v_stored.digest, '') collate "C")
    then
      insert into private.call_texts (id, user_id, call_log_id, field, sealed, weight, digest)
        values (v_text.id, p_log.user_id, p_log.id, v_text.field, v_text.sealed, v_text.weight, v_text.digest)
        on conflict (call_log_id, field) do update
          set id = excluded.id, sealed = excluded.sealed, weight = excluded.weight, digest = excluded.digest;
      v_kept := v_kept || jsonb_build_object(v_text.field, v_rank);
    end if;
  end loop;
  return v_kept;
end
$$;

--
-- Name: FUNCTION keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) IS 'Stores the sealed texts of an event that know more of the call than what is there: {field: rank}. The same events leave the same texts in whatever order they come.';

--
-- Name: key_columns(oid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.key_columns(p_table oid) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select array_agg(a.attname::text order by k.n)
    from pg_index i cross join lateral unnest(i.indkey::smallint[]) with ordinality k (attnum, n)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = p_table and i.indisprimary
$$;

--
-- Name: FUNCTION key_columns(p_table oid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.key_columns(p_table oid) IS 'The columns of a table''s primary key, in its order; null where there is none.';

--
-- Name: latest_deletion(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.latest_deletion(p_user_id uuid) RETURNS private.jobs
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select j.* from private.jobs j where j.user_id = p_user_id and j.kind = 'account.erase' order by j.state = 'queued' desc, j.created_at desc limit 1
$$;

--
-- Name: FUNCTION latest_deletion(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.latest_deletion(p_user_id uuid) IS 'The erasure of an account that is queued, else the latest, else null.';

--
-- Name: limit_requests(text, uuid, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.limit_requests(p_name text, p_user_id uuid, p_address text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_now timestamptz := clock_timestamp();
  v_limit private.request_limits;
  v_wait integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict v_limit from private.request_limits where name = p_name;
  -- The user first, always: nobody waits in a circle, and one user's excess is not put to an address that others share.
  if p_user_id is not null then
    v_wait := private.count_request(p_name || ' user ' || p_user_id, v_limit.per_user, v_limit.seconds, v_now);
  end if;
  -- A known user at an unknown address is counted as a user; what is known of nobody is counted as one.
  if v_wait is null and (p_user_id is null or private.as_address(p_address) is not null) then
    v_wait := private.count_request(p_name || ' address ' || private.address_block(p_address), v_limit.per_address, v_limit.seconds, v_now);
  end if;
  return v_wait;
end
$$;

--
-- Name: FUNCTION limit_requests(p_name text, p_user_id uuid, p_address text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.limit_requests(p_name text, p_user_id uuid, p_address text) IS 'Counts a request of a kind for its user and its address: null, or in how many seconds to come back. Security definer because the hot role may execute and nothing else.';

--
-- Name: list_erasure_order(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.list_erasure_order() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$ select jsonb_agg(o.name order by o.n) from private.erasure_order() with ordinality o (name, n) $$;

--
-- Name: FUNCTION list_erasure_order(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.list_erasure_order() IS 'private.erasure_order as JSON. Security definer because no API role may read the classes.';

--
-- Name: list_own_retention(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.list_own_retention() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select jsonb_agg(jsonb_build_object('policy', p.name, 'days', coalesce(greatest(o.days, case when p.name = 'audit_logs' then p.days end), p.days),
      'default_days', p.days, 'min_days', p.min_days, 'max_days', p.max_days, 'chosen', o.days is not null, 'archived', p.archive) order by p.name)
    from private.retention_policies p
      left join public.retention_overrides o on o.policy = p.name and o.user_id = (select private.account_id())
    where exists (select from private.retention_tables t where t.policy = p.name and t.owner is not null)
$$;

--
-- Name: FUNCTION list_own_retention(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.list_own_retention() IS 'How long the caller''s records are kept: [{policy, days, default_days, min_days, max_days, chosen, archived}]. Security definer because the policies are closed to API roles; of tenants it looks at private.account_id() only.';

--
-- Name: list_retell_users(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.list_retell_users(p_after uuid, p_count integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select user_id from public.user_profiles where encrypted_retell_api_key is not null and (p_after is null or user_id > p_after)
    order by user_id limit p_count
$$;

--
-- Name: FUNCTION list_retell_users(p_after uuid, p_count integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.list_retell_users(p_after uuid, p_count integer) IS 'Users who have stored a key of Retell''s, in the order of their ids after one. Security definer because sealed columns are closed to every role.';

--
-- Name: load_own_call(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.load_own_call(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_log public.call_logs;
  v_texts jsonb;
begin
  select * into v_log from public.call_logs where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such call', detail = 'not_found';
  end if;
  select coalesce(jsonb_object_agg(field, jsonb_build_object('id', id, 'sealed', sealed)), '{}') into v_texts
    from private.call_texts where call_log_id = p_id;
  if v_texts <> '{}' then
    perform private.audit(v_log.user_id, 'call-logs.disclose', 'call_logs', p_id,
      jsonb_build_object('fields', (select jsonb_agg(k order by k) from jsonb_object_keys(v_texts) k)));
  end if;
  return jsonb_build_object('call', to_jsonb(v_log), 'texts', v_texts);
end
$$;

--
-- Name: FUNCTION load_own_call(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.load_own_call(p_id uuid) IS 'A call of the caller with its sealed texts: {call, texts: {field: {id, sealed}}}; where there are any, that they were asked for is in the audit trail. Security definer because sealed texts are closed to every role; it acts for private.account_id() only.';

--
-- Name: load_own_ivr_simulation(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.load_own_ivr_simulation(p_menu_id uuid, p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_menu public.ivr_menus;
  v_version integer;
  v_document jsonb;
begin
  select * into v_menu from public.ivr_menus where id = p_menu_id and user_id = v_user_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  select v.version, v.document into v_version, v_document from public.ivr_menu_versions v
    where v.menu_id = p_menu_id and case when p_version is null then v.id = v_menu.published_version_id else v.version = p_version end;
  if not found and p_version is not null then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found',
      hint = '[{"path": "version", "message": "Was never published"}]';
  end if;
  return jsonb_build_object('version', v_version, 'document', v_document, 'transfer_rules', private.transfer_rules_of(v_user_id));
end
$$;

--
-- Name: FUNCTION load_own_ivr_simulation(p_menu_id uuid, p_version integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.load_own_ivr_simulation(p_menu_id uuid, p_version integer) IS 'A version of a menu of the caller, the published one if p_version is null, and where calls may go: {version, document, transfer_rules}, the document null where nothing is published. Security definer because versions and rules are closed to API roles; it acts for private.account_id() only.';

--
-- Name: load_own_ivr_start(text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.load_own_ivr_start(p_menu text, p_session_id text) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_answer jsonb;
begin
  select jsonb_build_object('reply', t.reply) into v_answer
    from public.ivr_sessions s join public.ivr_turns t on t.session_id = s.id and t.step = 0
    where s.user_id = v_user_id and s.channel = 'app' and s.session_id = p_session_id
      and exists (select from public.ivr_menu_versions v left join public.ivr_menus m on m.id = v.menu_id
        where v.id = s.menu_version_id and p_menu in (v.document ->> 'root', v.document #>> array['menus', v.document ->> 'root', 'key'], m.key));
  if found then
    return v_answer;
  end if;
  select jsonb_build_object('reply', null, 'menu_version', case when v.id is not null then jsonb_build_object('id', v.id, 'document', v.document) end,
      'transfer_rules', private.transfer_rules_of(v_user_id), 'has_endpoints', private.has_webhooks(v_user_id))
    into v_answer
    from public.ivr_menus m left join public.ivr_menu_versions v on v.id = m.published_version_id
    where m.user_id = v_user_id and p_menu in (m.id::text, m.key);
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  return v_answer;
end
$$;

--
-- Name: FUNCTION load_own_ivr_start(p_menu text, p_session_id text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.load_own_ivr_start(p_menu text, p_session_id text) IS 'What the first turn of an app''s session needs: the published version of a menu of the caller, by id or key, and where calls may go; or the reply that a session of this name was given already. Security definer because rules are closed to API roles; it acts for private.account_id() only.';

--
-- Name: load_own_ivr_turn(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.load_own_ivr_turn(p_id uuid, p_step integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  s public.ivr_sessions := private.find_own_ivr_session(p_id);
begin
  return jsonb_build_object(
    'session', jsonb_build_object('id', s.id, 'session_id', s.session_id, 'to', s.to_number, 'step', s.step, 'ended', s.ended_at is not null,
      'menu_stack', s.menu_stack, 'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits,
      'language', s.language, 'pending', s.pending, 'started_at', s.start_time),
    'callout', private.ivr_callout_state(s.id, s.pending),
    'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
    'document', (select v.document from public.ivr_menu_versions v where v.id = s.menu_version_id),
    'transfer_rules', private.transfer_rules_of(s.user_id),
    'has_endpoints', private.has_webhooks(s.user_id));
end
$$;

--
-- Name: FUNCTION load_own_ivr_turn(p_id uuid, p_step integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.load_own_ivr_turn(p_id uuid, p_step integer) IS 'All that a turn of an app''s session needs in one round trip: the session, the callout that it waits for, the reply already given at p_step, its menus, where calls may be transferred to. Security definer because rules are closed to API roles; it acts for private.account_id() only.';

--
-- Name: lock_own_account(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_own_account() RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
begin
  perform from auth.users where id = v_user_id for no key update;
  if not found then
    -- A token outlives its user by up to an hour.
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  return v_user_id;
end
$$;

--
-- Name: FUNCTION lock_own_account(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_own_account() IS 'The caller''s id, once nobody else changes the account. PT401 where the user is no more. Security definer because no API role may read users.';

--
-- Name: lock_own_api_key(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_own_api_key(p_id uuid) RETURNS public.api_keys
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys;
begin
  -- With those that share its count, and the oldest first as a use does it, so that nobody waits in a circle.
  perform from public.api_keys k, (select id, counted_by from public.api_keys where id = p_id and user_id = private.account_id()) p
    where k.id in (p.id, p.counted_by) or k.counted_by in (p.id, p.counted_by)
    order by k.created_at, k.id for update of k;
  select * into v_key from public.api_keys where id = p_id and user_id = private.account_id() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such key', detail = 'not_found';
  end if;
  return v_key;
end
$$;

--
-- Name: FUNCTION lock_own_api_key(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_own_api_key(p_id uuid) IS 'A key of the caller, locked against counting and changing until the end of the transaction. PT404 for any other.';

--
-- Name: phone_connections; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.phone_connections (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    account_sid text,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    allowed_callers text[] DEFAULT '{}'::text[] NOT NULL,
    blocked_callers text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT phone_connections_account_sid_check CHECK (((length(account_sid) >= 1) AND (length(account_sid) <= 100))),
    CONSTRAINT phone_connections_allowed_callers_check CHECK (((cardinality(allowed_callers) <= 500) AND (array_position(allowed_callers, NULL::text) IS NULL) AND (array_position(allowed_callers, ''::text) IS NULL) AND (array_to_string(allowed_callers, '
'::text) ~ '^((\+[0-9]{1,15}\*?|anonymous|sips?:[^[:space:]]{1,240})(\n|$))*$'::text))),
    CONSTRAINT phone_connections_blocked_callers_check CHECK (((cardinality(blocked_callers) <= 500) AND (array_position(blocked_callers, NULL::text) IS NULL) AND (array_position(blocked_callers, ''::text) IS NULL) AND (array_to_string(blocked_callers, '
'::text) ~ '^((\+[0-9]{1,15}\*?|anonymous|sips?:[^[:space:]]{1,240})(\n|$))*$'::text))),
    CONSTRAINT phone_connections_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT phone_connections_provider_check CHECK ((provider = ANY (ARRAY['twilio'::text, 'signalwire'::text, 'telnyx'::text, 'plivo'::text, 'vonage'::text])))
);

--
-- Name: TABLE phone_connections; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.phone_connections IS 'An account at a phone provider whose signed requests we answer.';

--
-- Name: COLUMN phone_connections.provider; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.phone_connections.provider IS 'The name in the URLs that the provider calls.';

--
-- Name: COLUMN phone_connections.account_sid; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.phone_connections.account_sid IS 'The provider''s name for the account; requests that name another are refused. Null accepts any.';

--
-- Name: COLUMN phone_connections.allowed_callers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.phone_connections.allowed_callers IS 'Where it is not empty, nobody else is let in: numbers in E.164 form, beginnings such as +4930*, SIP addresses, or anonymous.';

--
-- Name: COLUMN phone_connections.blocked_callers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.phone_connections.blocked_callers IS 'Who is not let in, even if allowed. Entries as in allowed_callers.';

--
-- Name: lock_own_phone_connection(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_own_phone_connection(p_id uuid) RETURNS public.phone_connections
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION lock_own_phone_connection(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_own_phone_connection(p_id uuid) IS 'A connection of the caller, locked until the end of the transaction. PT404 for any other.';

--
-- Name: lock_own_replay(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_own_replay(p_webhook_id uuid, p_replay_id uuid) RETURNS private.webhook_replays
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_replay private.webhook_replays;
begin
  select r.* into v_replay from private.webhook_replays r join public.webhooks w on w.id = r.webhook_id
    where r.id = p_replay_id and r.webhook_id = p_webhook_id and w.user_id = private.account_id() for update of r;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such replay', detail = 'not_found';
  end if;
  return v_replay;
end
$$;

--
-- Name: FUNCTION lock_own_replay(p_webhook_id uuid, p_replay_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_own_replay(p_webhook_id uuid, p_replay_id uuid) IS 'A replay of an endpoint of the caller, locked until the end of the transaction. PT404 for any other.';

--
-- Name: lock_own_webhook(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_own_webhook(p_id uuid) RETURNS public.webhooks
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION lock_own_webhook(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_own_webhook(p_id uuid) IS 'An endpoint of the caller, locked until the end of the transaction. PT404 for any other.';

--
-- Name: lock_webhook_queue(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.lock_webhook_queue() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  perform pg_advisory_xact_lock(hashtextextended('switchboard webhook queue', 0));
end
$$;

--
-- Name: FUNCTION lock_webhook_queue(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.lock_webhook_queue() IS 'Held by claims, and by whoever ends deliveries of an ordered endpoint, to the end of the transaction.';

--
-- Name: matches_filter(jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.matches_filter(p_filter jsonb, p_data jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION matches_filter(p_filter jsonb, p_data jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.matches_filter(p_filter jsonb, p_data jsonb) IS 'Whether an event''s data meets every rule of a filter. A path that is not there meets none.';

--
-- Name: max_webhooks(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.max_webhooks(p_user_id uuid) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select coalesce((select max_webhooks from private.webhook_limits where user_id = p_user_id), 50) $$;

--
-- Name: FUNCTION max_webhooks(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.max_webhooks(p_user_id uuid) IS 'How many endpoints a tenant may have.';

--
-- Name: merge_retell_facts(public.call_logs, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_rank integer := (p_event ->> 'rank')::integer;
  v_values jsonb := '{}'::jsonb;
  v_ranks jsonb := p_ranks;
  v_stored jsonb := to_jsonb(p_log);
  v_told jsonb := to_jsonb(jsonb_populate_record(p_log, p_event -> 'facts'));
  v_key text;
  v_known integer;
begin
  for v_key in select f.key from jsonb_each(p_event -> 'facts') f where f.value <> 'null' order by f.key loop
    -- A call that a menu handed over is its provider's to tell about, but for what Retell alone knows.
    continue when p_log.provider <> 'retell'
      and v_key in ('status', 'direction', 'from_number', 'to_number', 'started_at', 'ended_at', 'duration_seconds');
    v_known := (p_ranks ->> v_key)::integer;
    -- Of two of the same rank the longer one is kept, then the greater: any rule will do that knows no order of arrival.
    if v_known is null or v_rank > v_known
      or v_rank = v_known and (length(v_told ->> v_key), (v_told ->> v_key) collate "C") > (length(v_stored ->> v_key), (v_stored ->> v_key) collate "C")
    then
      v_values := v_values || jsonb_build_object(v_key, v_told -> v_key);
      v_ranks := v_ranks || jsonb_build_object(v_key, v_rank);
    end if;
  end loop;
  return jsonb_build_object('values', v_values, 'ranks', v_ranks);
end
$$;

--
-- Name: FUNCTION merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) IS 'What an event of a call changes in its row: {values, ranks}. The same events leave the same row in whatever order and however often they come.';

--
-- Name: months_of(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.months_of(p_table text) RETURNS TABLE(name text, begun_at timestamp with time zone, ended_at timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $$
  -- Materialized: the names of other tables are no months, and must not be read as such before they are left out.
  with month as materialized (
    select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = p_table::regclass
  )
  select m.name, to_date(right(m.name, 7), 'YYYY_MM')::timestamptz, (to_date(right(m.name, 7), 'YYYY_MM') + interval '1 month')::timestamptz
    from month m order by m.name
$$;

--
-- Name: FUNCTION months_of(p_table text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.months_of(p_table text) IS 'The monthly partitions of a table, in their order; they lie in private.';

--
-- Name: must_wait(uuid, text, bigint, text[]); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return format('%s %s', p_webhook_id, p_ordering_key) = any (p_under_way) or exists (
    select from private.webhook_deliveries e where e.webhook_id = p_webhook_id and e.ordering_key = p_ordering_key and e.seq < p_seq);
end
$$;

--
-- Name: FUNCTION must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]) IS 'Whether a delivery of an ordered endpoint has one with its key before it, or under way: p_under_way names these as "<endpoint> <key>". A function, so that it is looked up one by one and never joined.';

--
-- Name: name_number_fault(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.name_number_fault(p_constraint text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION name_number_fault(p_constraint text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.name_number_fault(p_constraint text) IS 'Raises the problem that a violated constraint of phone_numbers is to its owner; returns where it names none.';

--
-- Name: named_rows(oid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.named_rows(p_table oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
  select format('(select %s from jsonb_array_elements($1) e)', string_agg(
      format('(e ->> %s)::%s as %I', k.n - 1, format_type(a.atttypid, a.atttypmod), k.name), ', ' order by k.n))
    from unnest(private.key_columns(p_table)) with ordinality k (name, n)
      join pg_attribute a on a.attrelid = p_table and a.attname = k.name
$_$;

--
-- Name: FUNCTION named_rows(p_table oid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.named_rows(p_table oid) IS 'A query for the keys of a table''s rows, given in $1: [[key as text, …], …].';

--
-- Name: next_archive_chunk(integer, integer, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone DEFAULT clock_timestamp()) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
  v_policy private.retention_policies;
  v_table private.retention_tables;
  v_source text;
  v_tenant_is text;
  v_tenant uuid;
  v_before timestamptz;
  v_keys jsonb;
  v_chunk jsonb;
  v_rows integer := p_rows;
begin
  for v_table in
    select t.* from private.retention_tables t join private.retention_policies p on p.name = t.policy
      where p.archive and t.owner is not null
        and t.place >= coalesce((select l.place from private.retention_tables l where l.name = p_last ->> 'table'), 0) order by t.place
  loop
    select * into v_policy from private.retention_policies p where p.name = v_table.policy;
    v_tenant_is := case when v_table.name = 'public.audit_logs' then 't.subject_id' else v_table.owner end;
    v_before := p_now - make_interval(days => least(v_policy.days,
      (select min(o.days) from public.retention_overrides o where o.policy = v_policy.name)));
    for v_source in
      select format('private.%I', m.name) from private.months_of(v_table.name) m where m.begun_at < v_before
      union all
      select v_table.name where not exists (select from private.months_of(v_table.name))
    loop
      v_tenant := null;
      if v_table.name = p_last ->> 'table' then
        -- Whose rows the last chunk had has more of them, most of the time, and they are found by an index.
        execute format('select %2$s from %1$s t where %2$s = $4 and %3$s limit 1', v_source, v_tenant_is, private.due_for_archive(v_table))
          into v_tenant using p_now, v_policy.days, v_policy.name, (p_last ->> 'tenant')::uuid;
      end if;
      if v_tenant is null then
        execute format('select %2$s from %1$s t where t.%4$I < $4 and %3$s limit 1', v_source, v_tenant_is, private.due_for_archive(v_table), v_table.aged_by)
          into v_tenant using p_now, v_policy.days, v_policy.name, v_before;
      end if;
      continue when v_tenant is null;
      loop
        execute format(
          'with due as (
             select jsonb_build_array(%5$s) as key, octet_length(t::text) as size, row_number() over () as n
               from (select * from %1$s t where %2$s = $4 and %3$s %4$s limit $5) t
           ), taken as (select key, n, sum(size) over (order by n) - size as before from due)
           select jsonb_agg(key) from taken where before < $6 or n = 1',
          v_source, v_tenant_is, private.due_for_archive(v_table), case when v_table.name = 'public.audit_logs' then 'order by t.entry' else '' end,
          (select string_agg(format('t.%I::text', k.name), ', ' order by k.n)
            from unnest(private.key_columns(v_table.name::regclass)) with ordinality k (name, n)))
          into v_keys using p_now, v_policy.days, v_policy.name, v_tenant, v_rows, p_bytes;
        v_chunk := private.archive_lines(v_table, v_keys);
        -- What goes by cascade was not counted.
        exit when octet_length(v_chunk ->> 'lines') <= 2 * p_bytes or jsonb_array_length(v_keys) = 1;
        v_rows := jsonb_array_length(v_keys) / 2;
      end loop;
      return v_chunk || jsonb_build_object('table', v_table.name, 'tenant', v_tenant, 'user_id', private.user_of_tenant(v_table, v_tenant), 'keys', v_keys);
    end loop;
  end loop;
  return null;
end
$_$;

--
-- Name: FUNCTION next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone) IS 'Rows of one tenant that are to go and be archived before, at most so many of about so many bytes: {table, tenant, user_id, keys, lines, rows, begun_at, ended_at}, null where there are none; tables before that of the last chunk {table, tenant} are not looked at again. Security definer because no API role may read every table.';

--
-- Name: note_failed_runs(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.note_failed_runs() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_run record;
  v_cut_off bigint;
  v_noted bigint := 0;
begin
  for v_run in execute
    -- The names are those of the functions by which our own jobs say themselves what became of them.
    'select j.jobname as job, coalesce(d.start_time, d.end_time) as started_at, d.end_time as ended_at, d.status = ''failed'' as failed,
         j.command ~ ''private\.(run_job|take_up_retention)\('' as speaks, left(coalesce(d.return_message, d.status), 500) as error
       from cron.job_run_details d join cron.job j using (jobid)
       where d.status in (''failed'', ''succeeded'') and d.end_time > now() - interval ''15 minutes'' and j.jobname is not null
       order by d.end_time, d.runid'
  loop
    if not v_run.failed then
      -- What never speaks says by this that it is well again.
      continue when v_run.speaks;
      insert into private.maintenance_runs (job, state, started_at, seen_at, ended_at)
        select v_run.job, 'done', v_run.started_at, v_run.ended_at, greatest(v_run.ended_at, v_run.started_at)
          from (select * from private.maintenance_runs r where r.job = v_run.job order by r.id desc limit 1) last
          where last.state = 'failed' and last.ended_at <= v_run.started_at;
      continue;
    end if;
    -- What the run itself has said is known; so is what it was about to say.
    continue when exists (select from private.maintenance_runs r
      where r.job = v_run.job and r.state = 'failed' and r.ended_at between v_run.started_at - interval '1 second' and v_run.ended_at + interval '1 second');
    select r.id into v_cut_off from private.maintenance_runs r
      where r.job = v_run.job and r.state = 'running' and r.started_at <= v_run.ended_at and r.seen_at >= v_run.started_at - interval '1 second'
      order by r.id desc limit 1;
    if v_cut_off is not null then
      -- Not what was taken up again since, be it while this waited for it.
      update private.maintenance_runs set state = 'failed', error = v_run.error, ended_at = greatest(v_run.ended_at, started_at),
          progress = progress || '{"cut_off": true}'
        where id = v_cut_off and state = 'running' and seen_at <= v_run.ended_at + interval '1 second';
      continue when not found;
    else
      continue when exists (select from private.maintenance_runs r
        where r.job = v_run.job and r.started_at <= v_run.ended_at and r.seen_at > v_run.ended_at + interval '1 second');
      insert into private.maintenance_runs (job, state, error, started_at, seen_at, ended_at)
        values (v_run.job, 'failed', v_run.error, v_run.started_at, v_run.ended_at, greatest(v_run.ended_at, v_run.started_at));
    end if;
    v_noted := v_noted + 1;
  end loop;
  return v_noted;
end
$$;

--
-- Name: FUNCTION note_failed_runs(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.note_failed_runs() IS 'Notes runs of scheduled jobs that ended within 15 minutes and could not say themselves that they failed, because they were cancelled or killed, or are plain SQL of the operator''s, and of these the first that succeeded after one that failed; returns how many failures.';

--
-- Name: offers_cron(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.offers_cron() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select coalesce(current_setting('cron.database_name', true) = current_database(), false) $$;

--
-- Name: FUNCTION offers_cron(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.offers_cron() IS 'Whether the server runs pg_cron, and for this database: it can do so for one alone.';

--
-- Name: own_sign_in(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.own_sign_in() RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
  v_session_id text := auth.jwt() ->> 'session_id';
  v_sessions regclass := to_regclass('auth.sessions');
  v_began_at timestamptz;
begin
  if v_sessions is not null then
    execute format('select created_at from %s where id::text = $1 and user_id = $2', v_sessions) into v_began_at using v_session_id, private.account_id();
  end if;
  return (
    select jsonb_build_object('email', u.email, 'phone', u.phone, 'session_began', floor(extract(epoch from v_began_at)))
      from auth.users u where u.id = private.account_id());
end
$_$;

--
-- Name: FUNCTION own_sign_in(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.own_sign_in() IS 'What the caller signs in with, and when the session of the token began, in seconds since 1970: {email, phone, session_began}. Security definer because no API role may read users and sessions; it looks at private.account_id() only.';

--
-- Name: transfer_rules; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.transfer_rules (
    user_id uuid NOT NULL,
    countries text[],
    prefixes text[] DEFAULT '{}'::text[] NOT NULL,
    max_per_hour integer DEFAULT 100 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT transfer_rules_countries_check CHECK (((cardinality(countries) <= 250) AND (array_position(countries, NULL::text) IS NULL) AND (array_position(countries, ''::text) IS NULL) AND (array_to_string(countries, ' '::text) ~ '^([A-Z]{2}( |$))*$'::text))),
    CONSTRAINT transfer_rules_max_per_hour_check CHECK (((max_per_hour >= 0) AND (max_per_hour <= 100000))),
    CONSTRAINT transfer_rules_prefixes_check CHECK (((cardinality(prefixes) <= 100) AND (array_position(prefixes, NULL::text) IS NULL) AND (array_position(prefixes, ''::text) IS NULL) AND (array_to_string(prefixes, ' '::text) ~ '^(\+[1-9][0-9]{0,14}( |$))*$'::text)))
);

--
-- Name: TABLE transfer_rules; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.transfer_rules IS 'Where a tenant''s callers may be transferred to, and how often: what stolen keys would be used for.';

--
-- Name: COLUMN transfer_rules.countries; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.transfer_rules.countries IS 'ISO 3166-1 codes; null is the country of the number that was called.';

--
-- Name: COLUMN transfer_rules.prefixes; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.transfer_rules.prefixes IS 'Beginnings of E.164 numbers that may be dialled whatever they are: premium and satellite ranges need one.';

--
-- Name: COLUMN transfer_rules.max_per_hour; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.transfer_rules.max_per_hour IS 'Transfers in an hour, by the clock.';

--
-- Name: own_transfer_rules(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.own_transfer_rules() RETURNS private.transfer_rules
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$ select r from private.transfer_rules r where r.user_id = private.account_id() $$;

--
-- Name: FUNCTION own_transfer_rules(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.own_transfer_rules() IS 'The caller''s own transfer rules, or null where none were set. Security definer because the rules are closed to API roles.';

--
-- Name: owner_condition(oid, text, oid[]); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.owner_condition(p_table oid, p_alias text, p_seen oid[] DEFAULT '{}'::oid[]) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_found_by text := (
    select t.found_by from private.table_classes t join pg_class c on c.relname = split_part(t.name, '.', 2)
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = split_part(t.name, '.', 1) where c.oid = p_table);
  v_type oid := (select a.atttypid from pg_attribute a where a.attrelid = p_table and a.attname = 'user_id' and not a.attisdropped);
  v_key record;
  v_parent text;
begin
  if p_table = 'auth.users'::regclass then
    return format('%s.id = $1', p_alias);
  elsif v_found_by is not null then
    return format(v_found_by, p_alias);
  elsif v_type is not null then
    return format(case when v_type = 'uuid'::regtype then '%s.user_id = $1' else '%s.user_id = $1::text' end, p_alias);
  end if;
  for v_key in
    select k.confrelid as parent, (
        select string_agg(format('%s.%I = %s.%I', p_alias || '_', r.attname, p_alias, a.attname), ' and ')
          from unnest(k.conkey, k.confkey) u (here, there)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.here
          join pg_attribute r on r.attrelid = k.confrelid and r.attnum = u.there) as same
      from pg_constraint k where k.conrelid = p_table and k.contype = 'f' and k.conparentid = 0
        and k.confrelid <> p_table and not k.confrelid = any (p_seen)
      order by k.confrelid = 'auth.users'::regclass desc, k.conname
  loop
    v_parent := private.owner_condition(v_key.parent, p_alias || '_', p_seen || p_table);
    if v_parent is not null then
      return format('exists (select from %s as %s where %s and %s)', v_key.parent::regclass, p_alias || '_', v_key.same, v_parent);
    end if;
  end loop;
  return null;
end
$_$;

--
-- Name: FUNCTION owner_condition(p_table oid, p_alias text, p_seen oid[]); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.owner_condition(p_table oid, p_alias text, p_seen oid[]) IS 'The condition for a table''s rows of user $1: by private.table_classes, a column user_id, or foreign keys, however many lie in between. Null where none leads to a user.';

--
-- Name: personal_objects(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.personal_objects(p_user_id uuid) RETURNS TABLE(bucket text, name text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $_$
begin
  if to_regclass('storage.objects') is null then
    return;
  end if;
  return query execute
    'select o.bucket_id::text, o.name::text from storage.objects o
       where o.name like $1 || ''/%'' or o.owner_id = $1 or o.owner::text = $1' using p_user_id::text;
end
$_$;

--
-- Name: FUNCTION personal_objects(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.personal_objects(p_user_id uuid) IS 'The objects of a user in every bucket: those in a folder of the user''s id, and those that the user uploaded. Security definer because no API role may read them all.';

--
-- Name: personal_tables(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.personal_tables() RETURNS TABLE(table_id oid, name text, handling text, condition text)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_table record;
begin
  for v_table in
    select t.*, c.handling as class, private.owner_condition(t.table_id, 't') as found
      from private.tables() t left join private.table_classes c using (name) order by t.name
  loop
    if v_table.class is null and not v_table.platform then
      raise exception using errcode = 'PT500', detail = 'internal_error', hint = v_table.name,
        message = format('Nobody has said in private.table_classes whose rows %s holds', v_table.name);
    elsif (v_table.class = 'nobody') = (v_table.found is not null) and v_table.class is not null then
      raise exception using errcode = 'PT500', detail = 'internal_error', hint = v_table.name,
        message = format('The class of %s and its columns contradict each other about whose rows it holds', v_table.name);
    elsif v_table.found is not null and (not v_table.platform or has_table_privilege(v_table.table_id, 'select, delete')) then
      table_id := v_table.table_id;
      name := v_table.name;
      handling := coalesce(v_table.class, 'owned');
      condition := v_table.found;
      return next;
    end if;
  end loop;
end
$$;

--
-- Name: FUNCTION personal_tables(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.personal_tables() IS 'The tables that hold rows of users, and the condition by which those of user $1 are found. Raises where a table has no class, or one that its columns contradict.';

--
-- Name: prune_cron_history(interval); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.prune_cron_history(p_keep interval) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
  v_deleted bigint;
begin
  execute 'delete from cron.job_run_details where end_time < now() - $1' using p_keep;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$_$;

--
-- Name: FUNCTION prune_cron_history(p_keep interval); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.prune_cron_history(p_keep interval) IS 'Forgets runs of jobs that ended longer ago than p_keep, which pg_cron never does by itself; returns how many.';

--
-- Name: publish_api_key_rotation(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_api_key_rotation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  perform private.publish_event(new.user_id, 'api_key.rotated', jsonb_build_object('key_id', new.id, 'previous_key_id', new.rotated_from,
    'name', new.name, 'overlap_ends_at', (select expires_at from public.api_keys where id = new.rotated_from)));
  return null;
end
$$;

--
-- Name: FUNCTION publish_api_key_rotation(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_api_key_rotation() IS 'Row trigger: api_key.rotated. Security definer as private.publish_event is.';

--
-- Name: publish_call_event(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_call_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_data jsonb := jsonb_build_object('call_id', new.id, 'provider', new.provider, 'provider_call_id', new.provider_call_id,
    'from', new.from_number, 'to', new.to_number, 'direction', new.direction, 'started_at', new.started_at);
begin
  if tg_op = 'INSERT' then
    perform private.publish_event(new.user_id, 'call.started', v_data);
  end if;
  if new.ended_at is not null and (tg_op = 'INSERT' or old.ended_at is null) then
    perform private.publish_event(new.user_id, 'call.ended', v_data || jsonb_build_object('status', new.status,
      'duration_seconds', new.duration_seconds, 'ended_at', new.ended_at));
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION publish_call_event(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_call_event() IS 'Row trigger: call.started and call.ended. Security definer as private.publish_event is.';

--
-- Name: publish_event(uuid, text, jsonb, uuid, text, text, uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid DEFAULT NULL::uuid, p_ordering_key text DEFAULT NULL::text, p_idempotency_key text DEFAULT NULL::text, p_except uuid DEFAULT NULL::uuid, p_sealed jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_id uuid := coalesce((p_sealed ->> 'id')::uuid, private.uuid_v7());
  v_ordering_key text := nullif(left(coalesce(p_ordering_key, p_data ->> 'call_id'), 200), '');
  v_patterns text[];
  v_payload text;
  v_bytes integer;
  v_known jsonb;
  v_deliveries bigint;
begin
  if not coalesce(private.is_event_type(p_type), false) then
    raise exception using errcode = 'PT422', message = 'There is no such event type', detail = 'validation_failed',
      hint = '[{"path": "type", "message": "Must be a type of the catalogue, or begin with custom."}]';
  elsif jsonb_typeof(p_data) is distinct from 'object' then
    raise exception using errcode = 'PT422', message = 'The data of an event is an object', detail = 'validation_failed', hint = 'data';
  end if;
  if private.carries_health_data(p_type, p_data) and private.encrypts_health_data(p_user_id) then
    raise exception using errcode = 'PT422', message = 'This tenant encrypts health data', detail = 'validation_failed',
      hint = '[{"path": "data", "message": "Tells what was said in a call, which is stored sealed: publish it with POST /webhooks/events"}]';
  end if;
  v_payload := format('{"type":%s,"timestamp":"%s","data":%s}', to_json(p_type),
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p_data);
  v_bytes := octet_length(v_payload) + coalesce((p_sealed ->> 'bytes')::integer, 0);
  if v_bytes > 262144 then
    raise exception using errcode = 'PT413', message = 'An event has at most 262144 bytes', detail = 'payload_too_large', hint = 'data';
  end if;
  if p_idempotency_key is not null then
    v_known := private.recall_event(p_user_id, p_idempotency_key,
      encode(sha256(convert_to((jsonb_build_array(p_type, p_data, p_agent_id, p_ordering_key)
        || case when p_sealed is null then '[]' else jsonb_build_array(p_sealed -> 'digest') end)::text, 'UTF8')), 'hex'), v_id);
    if v_known is not null then
      return v_known || jsonb_build_object('deliveries', 0, 'replayed', true, 'bytes', v_bytes);
    end if;
  end if;
  v_patterns := private.event_patterns(p_type);
  with event as (
    insert into public.webhook_events (id, user_id, type, agent_id, ordering_key, payload, sealed)
      values (v_id, p_user_id, p_type, p_agent_id, v_ordering_key, v_payload, p_sealed ->> 'sealed')
  ), wanted as (
    select w.id, w.enabled, w.ordered from public.webhooks w
      where w.user_id = p_user_id and w.events && v_patterns and (w.agent_id is null or w.agent_id = p_agent_id)
        and (w.filter is null or private.matches_filter(w.filter, p_data)) and w.id is distinct from p_except
      -- Waits for whoever is deleting one, and then does without it.
      for key share of w
  ), skipped as (
    insert into private.webhook_skipped (webhook_id, event_id, event_created_at)
      select w.id, v_id, now() from wanted w where not w.enabled
  ), queued as (
    insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, ordering_key)
      select w.id, p_user_id, v_id, now(), p_type, case when w.ordered then v_ordering_key end from wanted w where w.enabled
      returning 1
  )
  select count(*) into v_deliveries from queued;
  return jsonb_build_object('id', v_id, 'created_at', now(), 'deliveries', v_deliveries, 'replayed', false, 'bytes', v_bytes);
end
$$;

--
-- Name: FUNCTION publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text, p_except uuid, p_sealed jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text, p_except uuid, p_sealed jsonb) IS 'Publishes an event of a tenant: the event and a delivery to each endpoint that wants it, in one statement, in the caller''s transaction. The ordering key is the data''s call_id unless given. p_except: an endpoint that is not told, because the event is about it. p_sealed: what of the data is sealed, {id, sealed, bytes, digest}, id being the event''s; filters do not see it. {id, created_at, deliveries, replayed, bytes}. Security definer because no API role may write the queue.';

--
-- Name: publish_ivr_session_event(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_ivr_session_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_new_call boolean := tg_op = 'UPDATE' and new.call_log_id is not null;
begin
  if tg_op = 'UPDATE' then
    v_new_call := v_new_call and old.call_log_id is null;
  end if;
  -- A phone's session comes into being before the log of its call, which its events name.
  if v_new_call then
    perform private.publish_event(new.user_id, 'ivr.session.started', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
        'provider_call_id', c.provider_call_id, 'app_session_id', null, 'menu_id', new.menu_stack ->> -1, 'from', c.from_number, 'to', c.to_number))
      from public.call_logs c where c.id = new.call_log_id;
  elsif tg_op = 'INSERT' then
    perform private.publish_event(new.user_id, 'ivr.session.started', jsonb_build_object('session_id', new.id, 'call_id', null,
      'provider_call_id', null, 'app_session_id', new.session_id, 'menu_id', new.menu_stack ->> -1, 'from', new.from_number, 'to', new.to_number),
      null, new.id::text);
  end if;
  if tg_op = 'UPDATE' and new.ended_at is not null and (old.ended_at is null or v_new_call) then
    perform private.publish_event(new.user_id, 'ivr.session.ended', jsonb_build_object('session_id', new.id, 'call_id', new.call_log_id,
      'end_reason', new.end_reason, 'ended_at', new.ended_at), null, coalesce(new.call_log_id, new.id)::text);
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION publish_ivr_session_event(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_ivr_session_event() IS 'Row trigger: ivr.session.started and ivr.session.ended, whatever began or ended the session. Security definer as private.publish_event is.';

--
-- Name: publish_ivr_turn_events(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_ivr_turn_events() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_published bigint;
begin
  with event as materialized (
    select t.user_id, coalesce(s.call_log_id, s.id)::text as ordering_key, d.data,
        exists (select from public.webhooks w where w.user_id = t.user_id) or private.carries_health_data('ivr.input', d.data) as concerns_others
      from turns t join public.ivr_sessions s on s.id = t.session_id,
        lateral (select jsonb_build_object('session_id', t.session_id, 'call_id', s.call_log_id, 'step', t.step, 'menu_id', t.menu_id,
          'input', t.input, 'outcome', t.outcome) as data) d
      where t.step > 0 and t.outcome <> 'waiting'
  ), kept as (
    -- Of a tenant without endpoints there is nothing else to look after: the row alone, as private.publish_event writes it.
    insert into public.webhook_events (user_id, type, ordering_key, payload)
      select user_id, 'ivr.input', ordering_key, format('{"type":"ivr.input","timestamp":"%s","data":%s}',
          to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), data)
        from event where not concerns_others
  )
  select count(private.publish_event(user_id, 'ivr.input', data, null, ordering_key)) into v_published from event where concerns_others;
  return null;
end
$$;

--
-- Name: FUNCTION publish_ivr_turn_events(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_ivr_turn_events() IS 'Statement trigger: publishes what callers did in the turns. Security definer because no API role may write the queue.';

--
-- Name: publish_own_event(text, jsonb, uuid, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  if private.account_id() is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  elsif p_agent_id is not null and not exists (select from public.agents where id = p_agent_id and user_id = private.account_id()) then
    raise exception using errcode = 'PT422', message = 'There is no such agent', detail = 'validation_failed', hint = 'agent_id';
  elsif length(p_ordering_key) not between 1 and 200 then
    raise exception using errcode = 'PT422', message = 'The ordering key has 1 to 200 characters', detail = 'validation_failed', hint = 'ordering_key';
  elsif length(p_idempotency_key) not between 1 and 255 then
    raise exception using errcode = 'PT422', message = 'The idempotency key has 1 to 255 characters', detail = 'validation_failed',
      hint = 'header.idempotency-key';
  end if;
  return private.publish_event(private.account_id(), p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key);
end
$$;

--
-- Name: FUNCTION publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) IS 'Publishes an event of the caller. Security definer as private.publish_event is; it acts for private.account_id() only.';

--
-- Name: publish_own_ivr_menu(uuid, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.publish_own_ivr_menu(p_menu_id uuid, p_digest text) RETURNS public.ivr_menu_versions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_version public.ivr_menu_versions := private.freeze_ivr_menu(private.account_id(), p_menu_id);
begin
  if md5(v_version.document::text) <> p_digest then
    raise exception using errcode = 'PT409', message = 'The menu was edited while it was checked', detail = 'conflict';
  end if;
  return v_version;
end
$$;

--
-- Name: FUNCTION publish_own_ivr_menu(p_menu_id uuid, p_digest text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.publish_own_ivr_menu(p_menu_id uuid, p_digest text) IS 'Publishes a menu of the caller, if it is still what the digest was made of; null takes it as it is. PT409 otherwise. Security definer because versions are closed to API roles; it acts for private.account_id() only.';

--
-- Name: queue_archive(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.queue_archive() RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  with queued as (
    insert into private.jobs (kind) select 'retention.archive'
      where exists (select from private.retention_policies where archive)
        and not exists (select from private.jobs where kind = 'retention.archive' and state = 'queued')
        -- A clock that leaps is believed when the job retention has found it there.
        and coalesce((select max(r.started_at) from private.maintenance_runs r where r.job = 'retention'), now()) >= now() - interval '7 days'
      returning 1)
  select count(*)::integer from queued
$$;

--
-- Name: FUNCTION queue_archive(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.queue_archive() IS 'Has the function maintenance archive what is due, if a policy asks for it and no such job is queued.';

--
-- Name: queue_audit_heads(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.queue_audit_heads() RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.queue_job('audit.heads') $$;

--
-- Name: FUNCTION queue_audit_heads(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.queue_audit_heads() IS 'Has the heads of the trail exported.';

--
-- Name: queue_job(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.queue_job(p_kind text) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  with queued as (
    insert into private.jobs (kind) select p_kind where not exists (select from private.jobs where kind = p_kind and state = 'queued') returning 1)
  select count(*)::integer from queued
$$;

--
-- Name: FUNCTION queue_job(p_kind text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.queue_job(p_kind text) IS 'Has the function maintenance do a kind of the operator''s work, unless it is queued; returns how many jobs were added.';

--
-- Name: queue_retell_status(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.queue_retell_status() RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select private.queue_job('retell.status') where exists (select from public.user_profiles where encrypted_retell_api_key is not null)
$$;

--
-- Name: FUNCTION queue_retell_status(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.queue_retell_status() IS 'Has every account at Retell checked, if there are any.';

--
-- Name: queued_since(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.queued_since() RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select coalesce(min(event_created_at), 'infinity') from private.webhook_deliveries $$;

--
-- Name: FUNCTION queued_since(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.queued_since() IS 'When the oldest event happened that is still to be delivered: none from then on may go.';

--
-- Name: read_personal_rows(uuid, text, jsonb, integer, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
  v_table oid := to_regclass(p_table);
  v_condition text := private.owner_condition(v_table, 't');
  v_key text[] := private.key_columns(v_table);
  v_places text;
  v_order text;
  v_beyond text;
  v_answer jsonb;
begin
  if v_condition is null or v_key is null then
    raise exception using errcode = 'PT500', detail = 'internal_error', hint = p_table,
      message = format('The rows of %s cannot be told apart', p_table);
  end if;
  select string_agg(format('t.%I::text', k.name), ', ' order by k.n), string_agg(format('t.%I', k.name), ', ' order by k.n),
      string_agg(format('($2 ->> %s)::%s', k.n - 1, format_type(a.atttypid, a.atttypmod)), ', ' order by k.n)
    into v_places, v_order, v_beyond
    from unnest(v_key) with ordinality k (name, n) join pg_attribute a on a.attrelid = v_table and a.attname = k.name;
  -- The keys alone are sorted: rows of a user may be many, and wide.
  execute format(
    'with key as materialized (
       select %2$s from %3$s as t where %4$s %5$s order by %2$s limit $3
     ), page as (
       select (to_jsonb(t) - $5)::text as line, jsonb_build_array(%1$s) as place, row_number() over (order by %2$s) as n
         from key join %3$s as t using (%6$s)
     ), taken as (
       select p.*, sum(octet_length(p.line)) over (order by p.n) - octet_length(p.line) as before from page p
     )
     select jsonb_build_object(''lines'', coalesce(string_agg(k.line, e''\n'' order by k.n), ''''), ''rows'', count(*),
       ''after'', case when (select count(*) from key) = $3 or (select count(*) from key) > count(*) then (array_agg(k.place order by k.n desc))[1] end)
       from taken k where k.before < $4',
    v_places, v_order, v_table::regclass, v_condition,
    case when p_after is not null then format('and (%s) > (%s)', v_order, v_beyond) else '' end,
    (select string_agg(format('%I', k.name), ', ' order by k.n) from unnest(v_key) with ordinality k (name, n)))
    into v_answer using p_user_id, p_after, p_rows, p_bytes, private.withheld_columns(v_table, p_table);
  return v_answer;
end
$_$;

--
-- Name: FUNCTION read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) IS 'A user''s rows of a table in the order of its key, after a place: {lines, rows, after}. lines is JSON Lines of at most p_rows rows, which end with the one that goes past p_bytes; after is the place to go on from, null where there is nothing more. Security definer because no API role may read every table.';

--
-- Name: recall_event(uuid, text, text, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_known private.idempotency_keys;
begin
  delete from private.idempotency_keys
    where user_id = p_user_id and operation = 'events.publish' and key = p_idempotency_key and created_at <= now() - interval '24 hours';
  loop
    -- Waits for whoever publishes under the same key at this moment, and then finds either its event or nothing.
    insert into private.idempotency_keys (user_id, operation, key, request_hash, response)
      values (p_user_id, 'events.publish', p_idempotency_key, p_request_hash, jsonb_build_object('id', p_event_id, 'created_at', now()))
      on conflict do nothing;
    if found then
      return null;
    end if;
    select * into v_known from private.idempotency_keys
      where user_id = p_user_id and operation = 'events.publish' and key = p_idempotency_key;
    exit when found;
  end loop;
  if v_known.request_hash <> p_request_hash then
    raise exception using errcode = 'PT422', message = 'The idempotency key stands for another event', detail = 'idempotency_key_reused',
      hint = 'header.idempotency-key';
  end if;
  return v_known.response;
end
$$;

--
-- Name: FUNCTION recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid) IS 'What was published under the key in the last 24 hours, or null where the given event is the first and now holds the key. PT422 idempotency_key_reused where it was another event.';

--
-- Name: recall_request(text, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.recall_request(p_operation text, p_key text, p_request_hash text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_known private.idempotency_keys;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  -- Held to the end of the transaction. Who comes in the meantime is told so rather than kept waiting.
  if not pg_try_advisory_xact_lock(hashtextextended(jsonb_build_array('idempotency', v_user_id, p_operation, p_key)::text, 0)) then
    return '{"state": "in_progress"}'::jsonb;
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

--
-- Name: FUNCTION recall_request(p_operation text, p_key text, p_request_hash text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.recall_request(p_operation text, p_key text, p_request_hash text) IS 'What became of the caller''s earlier request: {state: in_progress | reused | replayed, response}, or null where this is the first one, which the transaction then owns. Security definer because no API role may read the table.';

--
-- Name: record_endpoint_health(uuid, boolean, integer, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_webhook public.webhooks;
  v_share numeric;
  v_level numeric;
  v_reason text := p_disable;
begin
  select * into strict v_webhook from public.webhooks where id = p_webhook_id;
  if p_succeeded then
    update public.webhooks set failing_since = null, failure_count = 0, warned_share = 0 where id = p_webhook_id;
    if v_webhook.warned_share > 0 then
      perform private.publish_event(v_webhook.user_id, 'endpoint.recovered',
        jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'failing_since', v_webhook.failing_since), p_except => v_webhook.id);
    end if;
  elsif p_failures > 0 then
    update public.webhooks set failing_since = coalesce(failing_since, p_now), failure_count = failure_count + p_failures
      where id = p_webhook_id returning * into v_webhook;
    v_share := private.endpoint_failure_share(v_webhook, p_now);
    if v_share >= 1 then
      v_reason := coalesce(v_reason, 'failing');
    end if;
    v_level := case when v_share >= 0.9 then 0.9 when v_share >= 0.5 then 0.5 else 0 end;
    if v_webhook.enabled and v_reason is null and v_level > v_webhook.warned_share then
      update public.webhooks set warned_share = v_level where id = p_webhook_id;
      perform private.publish_event(v_webhook.user_id, 'endpoint.failing',
        jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'failing_since', v_webhook.failing_since,
          'failure_count', v_webhook.failure_count, 'share', v_level), p_except => v_webhook.id);
    end if;
  end if;
  if v_reason is not null and v_webhook.enabled then
    update public.webhooks set enabled = false, disabled_reason = v_reason where id = p_webhook_id;
    perform private.publish_event(v_webhook.user_id, 'endpoint.disabled',
      jsonb_build_object('webhook_id', v_webhook.id, 'url', v_webhook.url, 'reason', v_reason), p_except => v_webhook.id);
  end if;
end
$$;

--
-- Name: FUNCTION record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamp with time zone) IS 'Takes a batch''s successes and failures into an endpoint''s record, warns its owner, and disables it for p_disable or for failing too long. The row must be locked.';

--
-- Name: consents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.consents (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    given boolean NOT NULL,
    version text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT consents_purpose_check CHECK ((purpose ~ '^[a-z][a-z0-9._-]{0,99}$'::text)),
    CONSTRAINT consents_version_check CHECK (((length(version) >= 1) AND (length(version) <= 100)))
);

--
-- Name: TABLE consents; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.consents IS 'Every consent that was given or withdrawn. The newest of a purpose holds; nothing is ever changed.';

--
-- Name: COLUMN consents.purpose; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.consents.purpose IS 'What for: recordings, marketing.email.';

--
-- Name: COLUMN consents.given; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.consents.given IS 'Given, or withdrawn.';

--
-- Name: COLUMN consents.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.consents.version IS 'Of the text that was agreed to.';

--
-- Name: record_own_consent(text, boolean, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.record_own_consent(p_purpose text, p_given boolean, p_version text) RETURNS public.consents
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.lock_own_account();
  v_latest public.consents;
begin
  select * into v_latest from public.consents where user_id = v_user_id and purpose = p_purpose order by created_at desc, id desc limit 1;
  if v_latest.given = p_given and (not p_given or v_latest.version is not distinct from p_version) then
    return v_latest;
  elsif not p_given and v_latest.id is null then
    raise exception using errcode = 'PT404', message = 'Nothing was consented to for this purpose', detail = 'not_found';
  end if;
  insert into public.consents (user_id, purpose, given, version)
    values (v_user_id, p_purpose, p_given, case when p_given then p_version else v_latest.version end) returning * into v_latest;
  perform private.audit(v_user_id, case when p_given then 'account.consents.give' else 'account.consents.withdraw' end,
    'consents', v_latest.id, jsonb_build_object('purpose', p_purpose));
  return v_latest;
end
$$;

--
-- Name: FUNCTION record_own_consent(p_purpose text, p_given boolean, p_version text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.record_own_consent(p_purpose text, p_given boolean, p_version text) IS 'Records that the caller gives or withdraws a consent; what holds already is answered as it is. PT404 for withdrawing what was never given. Security definer because no API role may write consents; it acts for private.account_id() only.';

--
-- Name: record_retell_event(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.record_retell_event(p_user_id uuid, p_event jsonb) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_id uuid := private.find_retell_call(p_user_id, p_event);
  v_log public.call_logs;
  v_call private.retell_calls;
  v_merged jsonb;
  v_sealed jsonb;
begin
  -- Events of one call queue up here.
  select * into strict v_log from public.call_logs where id = v_id for update;
  select * into strict v_call from private.retell_calls where user_id = p_user_id and call_id = p_event ->> 'call_id';
  v_merged := private.merge_retell_facts(v_log, v_call.ranks, p_event);
  v_sealed := private.keep_sealed_texts(v_log, v_call.ranks, p_event);
  -- Where the setting was turned off since: what is plain now is sealed no more.
  delete from private.call_texts where call_log_id = v_id and v_merged -> 'values' ? field;
  v_log := jsonb_populate_record(v_log, v_merged -> 'values' || (select coalesce(jsonb_object_agg(k, null), '{}') from jsonb_object_keys(v_sealed) k));
  if v_log.provider = 'retell' and v_log.status in ('completed', 'busy', 'failed', 'no-answer', 'canceled') then
    -- Without a rank: the time of the end, should it be told, takes its place.
    v_log.ended_at := coalesce(v_log.ended_at, now());
  end if;
  update public.call_logs set
      status = v_log.status, direction = v_log.direction, from_number = v_log.from_number, to_number = v_log.to_number,
      started_at = v_log.started_at, ended_at = v_log.ended_at, duration_seconds = v_log.duration_seconds,
      transcript = v_log.transcript, summary = v_log.summary, sentiment = v_log.sentiment, call_successful = v_log.call_successful,
      cost = v_log.cost, recording_url = v_log.recording_url, disconnection_reason = v_log.disconnection_reason,
      retell_agent_id = v_log.retell_agent_id,
      sealed_fields = (select coalesce(array_agg(field order by field), '{}') from private.call_texts where call_log_id = v_id)
    where id = v_id;
  v_call.ranks := v_merged -> 'ranks' || v_sealed;
  if p_event -> 'is_analyzed' = 'true' and not v_call.ranks ? 'analyzed' and not private.is_importing() then
    v_call.ranks := v_call.ranks || '{"analyzed": 0}';
    perform private.publish_event(p_user_id, 'call.analyzed',
      jsonb_build_object('call_id', v_id, 'retell_call_id', v_call.call_id, 'cost', v_log.cost) || case when p_event ? 'analysis' then '{}'
        else jsonb_build_object('summary', left(v_log.summary, 20000), 'sentiment', v_log.sentiment) end,
      p_sealed => p_event -> 'analysis');
  end if;
  if p_event ? 'transfer' and not (p_event #>> '{transfer,digest}') = any (v_call.transfers) then
    v_call.transfers := v_call.transfers || (p_event #>> '{transfer,digest}');
    perform private.publish_event(p_user_id, p_event #>> '{transfer,type}',
      jsonb_build_object('call_id', v_id) || (p_event #> '{transfer,data}'));
  end if;
  update private.retell_calls set ranks = v_call.ranks, transfers = v_call.transfers
    where user_id = p_user_id and call_id = v_call.call_id;
  return v_id;
end
$$;

--
-- Name: FUNCTION record_retell_event(p_user_id uuid, p_event jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.record_retell_event(p_user_id uuid, p_event jsonb) IS 'Takes in one event of a call at Retell, with the events that it is to others; returns the call''s row. What of it is sealed comes as sealed, {field: {id, sealed, weight, digest}}, and as analysis, what call.analyzed says {id, sealed, bytes, digest}.';

--
-- Name: recording_wait(integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.recording_wait(p_attempts integer) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select (array['1 minute', '2 minutes', '4 minutes', '8 minutes', '15 minutes', '30 minutes', '1 hour', '2 hours', '4 hours']::interval[])[p_attempts]
$$;

--
-- Name: FUNCTION recording_wait(p_attempts integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.recording_wait(p_attempts integer) IS 'How long to wait after so many failed attempts; null when there are no more.';

--
-- Name: refuse_change(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  raise exception using errcode = 'PT403', message = tg_table_name || ' is append-only', detail = 'forbidden';
end
$$;

--
-- Name: FUNCTION refuse_change(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_change() IS 'Trigger: refuses update, delete and truncate of an append-only table to every role.';

--
-- Name: refuse_direct_write(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_direct_write() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if current_user in ('anon', 'authenticated') then
    raise exception using errcode = 'PT403', message = 'This table is written by Switchboard alone',
      detail = 'forbidden', hint = tg_table_name;
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION refuse_direct_write(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_direct_write() IS 'Statement trigger: refuses any write through the Data API, also where a platform granted more than we did and no row would match.';

--
-- Name: refuse_plain_health_data(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_plain_health_data() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
  v_new jsonb := to_jsonb(new);
begin
  if exists (select from unnest(array['transcript', 'summary', 'sentiment', 'recording_url']) f
      where v_new ->> f is not null and v_new ->> f is distinct from v_old ->> f)
    and private.encrypts_health_data(new.user_id)
  then
    raise exception using errcode = 'PT503', message = 'This tenant''s health data is to be sealed', detail = 'not_ready';
  end if;
  return new;
end
$$;

--
-- Name: FUNCTION refuse_plain_health_data(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_plain_health_data() IS 'Row trigger: refuses a plain text of a call whose tenant encrypts health data, as who loaded the setting before it was turned on would write. Security definer because the settings are closed to every role.';

--
-- Name: refuse_protected_columns(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_protected_columns() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION refuse_protected_columns(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_protected_columns() IS 'Trigger: refuses a write to the columns named in its arguments when it comes through the Data API. "column=default" names what an insert may leave there, null unless said.';

--
-- Name: refuse_revival(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_revival() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception using errcode = 'PT409', message = 'A revoked key stays revoked', detail = 'key_revoked';
  end if;
  return new;
end
$$;

--
-- Name: FUNCTION refuse_revival(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_revival() IS 'Trigger: revoking is one-way, for every role.';

--
-- Name: refuse_wider_key(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.refuse_wider_key() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_acting uuid := private.acting_key_id();
  v_own public.api_keys;
  v_wider text[] := '{}';
begin
  if v_acting is not null then
    select * into v_own from public.api_keys where id = v_acting;
    if not found then
      raise exception using errcode = 'PT403', message = 'The key that asks is gone', detail = 'forbidden';
    end if;
    -- As it was and as it becomes: a program neither narrows nor stops what reaches further than itself.
    if tg_op <> 'INSERT' then
      v_wider := private.wider_api_key_settings(old, v_own);
    end if;
    if tg_op <> 'DELETE' then
      v_wider := v_wider || private.wider_api_key_settings(new, v_own);
    end if;
  end if;
  if v_wider <> '{}' then
    raise exception using errcode = 'PT403', message = 'A program makes and changes only keys that reach no further than its own',
      detail = case when 'scopes' = any (v_wider) then 'insufficient_scope' else 'forbidden' end,
      hint = (select jsonb_agg(jsonb_build_object('path', field, 'message', 'Reaches further than the key of the caller') order by field)
        from (select distinct unnest(v_wider)) w (field));
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

--
-- Name: FUNCTION refuse_wider_key(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.refuse_wider_key() IS 'Trigger: a program can get no hand on more than its own key holds, by whatever way it comes. Security definer because it looks at that key past row level security.';

--
-- Name: release_followers(private.webhook_deliveries[]); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.release_followers(p_done private.webhook_deliveries[]) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  update private.webhook_deliveries d set waiting = false
    from (select distinct webhook_id, ordering_key from unnest(p_done) where ordering_key is not null) k
    where d.id = (
      select n.id from private.webhook_deliveries n where n.webhook_id = k.webhook_id and n.ordering_key = k.ordering_key order by n.seq limit 1)
    and d.waiting
$$;

--
-- Name: FUNCTION release_followers(p_done private.webhook_deliveries[]); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.release_followers(p_done private.webhook_deliveries[]) IS 'Lets the next delivery of each key go, after the given ones have left the queue. Under private.lock_webhook_queue, or else a claim could set one waiting that nobody releases.';

--
-- Name: remember_request(text, text, text, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb) RETURNS jsonb
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO ''
    AS $$
  insert into private.idempotency_keys (user_id, operation, key, request_hash, response)
    values (private.account_id(), p_operation, p_key, p_request_hash, p_response)
    returning jsonb_build_object('state', 'done', 'response', response)
$$;

--
-- Name: FUNCTION remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb) IS 'Keeps the answer to the caller''s request for repeats of it. Security definer because no API role may write the table.';

--
-- Name: replay_own_webhook(uuid, jsonb, boolean); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  c_most constant integer := 50000;
  v_problems jsonb := private.replay_problems(p_selection);
  v_webhook public.webhooks;
  v_replay_id uuid;
  v_count integer;
begin
  -- Not locked: deliveries to the endpoint must not wait until its history is read.
  select * into v_webhook from public.webhooks where id = p_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such endpoint', detail = 'not_found';
  elsif v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The selection is not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  if coalesce(p_dry_run, true) then
    select count(*) into v_count from private.select_for_replay(v_webhook, p_selection, c_most + 1);
  else
    perform private.require_enabled(v_webhook);
    v_replay_id := gen_random_uuid();
    insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, origin, replay_id, due_at)
      select v_webhook.id, v_webhook.user_id, e.id, e.created_at, e.type, 'replay', v_replay_id,
        -- Spread out, so that a replay does not keep what happens now waiting.
        now() + (e.n - 1) * interval '1 second' / coalesce((p_selection ->> 'per_second')::double precision, 50)
      from private.select_for_replay(v_webhook, p_selection, c_most + 1) with ordinality
        as e (id, created_at, user_id, type, agent_id, ordering_key, payload, sealed, n);
    get diagnostics v_count = row_count;
  end if;
  if v_count > c_most then
    raise exception using errcode = 'PT422', message = 'A replay has at most 50000 events', detail = 'validation_failed',
      hint = '[{"path": "since", "message": "Selects more than 50000 events: choose a shorter time"}]';
  elsif v_count = 0 and p_selection ->> 'kind' = 'event'
    and not exists (select from public.webhook_events where id = (p_selection ->> 'event_id')::uuid and user_id = v_webhook.user_id and type <> 'test.ping')
  then
    raise exception using errcode = 'PT404', message = 'No such event', detail = 'not_found', hint = 'event_id';
  end if;
  if v_replay_id is not null then
    insert into private.webhook_replays (id, webhook_id, selection, count) values (v_replay_id, v_webhook.id, p_selection, v_count);
    perform private.audit(v_webhook.user_id, 'webhooks.replay', 'webhooks', v_webhook.id, jsonb_build_object('replay_id', v_replay_id, 'count', v_count));
  end if;
  return jsonb_build_object('replay_id', v_replay_id, 'count', v_count);
end
$$;

--
-- Name: FUNCTION replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) IS 'Queues the selected events for an endpoint of the caller, or, on a dry run, counts them: {replay_id, count}. Security definer because no API role may write the queue; it acts for private.account_id() only.';

--
-- Name: replay_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.replay_problems(p_selection jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_problems jsonb := '[]'::jsonb;
  v_since timestamptz;
  v_until timestamptz;
  v_per_second numeric;
begin
  if jsonb_typeof(p_selection) is distinct from 'object' then
    return '[{"path": "selection", "message": "Must be an object"}]'::jsonb;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('path', k, 'message', 'A selection has no such part')), '[]') into v_problems
    from jsonb_object_keys(p_selection) k where k not in ('kind', 'event_id', 'since', 'until', 'types', 'filter', 'per_second');
  if p_selection ->> 'kind' is null or p_selection ->> 'kind' not in ('event', 'failed', 'skipped', 'missing', 'all') then
    v_problems := v_problems || '{"path": "kind", "message": "Must be event, failed, skipped, missing or all"}';
  elsif p_selection ->> 'kind' = 'event' then
    begin
      if (p_selection ->> 'event_id')::uuid is null then
        v_problems := v_problems || '{"path": "event_id", "message": "Is required"}';
      end if;
    exception when data_exception then
      v_problems := v_problems || '{"path": "event_id", "message": "Must be a UUID"}';
    end;
  else
    begin
      v_since := (p_selection ->> 'since')::timestamptz;
      v_until := (p_selection ->> 'until')::timestamptz;
      if v_since is null then
        v_problems := v_problems || '{"path": "since", "message": "Is required"}';
      elsif not isfinite(v_since) or v_since > clock_timestamp() then
        v_problems := v_problems || '{"path": "since", "message": "Must be in the past"}';
      end if;
      if not isfinite(v_until) or v_until > clock_timestamp() then
        v_problems := v_problems || '{"path": "until", "message": "Must be in the past"}';
      elsif v_until <= v_since then
        v_problems := v_problems || '{"path": "until", "message": "Must be after since"}';
      end if;
    exception when data_exception then
      v_problems := v_problems || '{"path": "since", "message": "since and until must be times"}';
    end;
  end if;
  if p_selection ? 'types' and (jsonb_typeof(p_selection -> 'types') <> 'array' or jsonb_array_length(p_selection -> 'types') not between 1 and 100
    or exists (select from jsonb_array_elements_text(p_selection -> 'types') t where not coalesce(private.is_event_pattern(t), false)))
  then
    v_problems := v_problems || '{"path": "types", "message": "Must be 1 to 100 event types, prefixes such as call.*, or *"}';
  end if;
  if jsonb_typeof(p_selection -> 'filter') <> 'null' and private.filter_problem(p_selection -> 'filter') is not null then
    v_problems := v_problems || jsonb_build_object('path', 'filter', 'message', private.filter_problem(p_selection -> 'filter'));
  end if;
  begin
    v_per_second := coalesce((p_selection ->> 'per_second')::numeric, 50);
  exception when data_exception then
    null;
  end;
  if v_per_second is null or v_per_second not between 1 and 1000 then
    v_problems := v_problems || '{"path": "per_second", "message": "Must be 1 to 1000"}';
  end if;
  return v_problems;
end
$$;

--
-- Name: FUNCTION replay_problems(p_selection jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.replay_problems(p_selection jsonb) IS 'What is wrong with a selection for a replay: [{path, message}].';

--
-- Name: request_account_deletion(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.request_account_deletion(p_user_id uuid, p_grace_days integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_job private.jobs;
  v_after timestamptz := now() + make_interval(days => p_grace_days);
begin
  perform from auth.users where id = p_user_id for no key update;
  if not found then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  v_job := private.latest_deletion(p_user_id);
  if v_job.state is distinct from 'queued' then
    insert into private.jobs (user_id, kind, due_at, progress)
      values (p_user_id, 'account.erase', v_after, jsonb_build_object('erased_after', v_after)) returning * into v_job;
    perform private.audit(p_user_id, 'account.delete', 'account', v_job.id, '{}');
  end if;
  return private.describe_deletion(v_job);
end
$$;

--
-- Name: FUNCTION request_account_deletion(p_user_id uuid, p_grace_days integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.request_account_deletion(p_user_id uuid, p_grace_days integer) IS 'Has an account erased after so many days; a second time changes nothing. For the function account alone, which has asked its user to sign in again. Security definer because it reads users.';

--
-- Name: request_id(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.request_id() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
  -- Of the form that our functions give it: the trail outlives the user, and this is the one text in it that a caller can choose.
  select substring(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id' from '^[A-Za-z0-9_.=-]{1,128}$')
$_$;

--
-- Name: FUNCTION request_id(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.request_id() IS 'The x-request-id of the request that this transaction is for; null where there is none, or one that no function of ours would take.';

--
-- Name: require_account_of_api_secret(public.phone_connections); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.require_account_of_api_secret(p_connection public.phone_connections) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if p_connection.account_sid is null and exists (select from private.credentials where connection_id = p_connection.id and purpose = 'api') then
    raise exception using errcode = 'PT422', message = 'The API secret is of an account that must be named', detail = 'validation_failed',
      hint = '[{"path": "account_sid", "message": "Must be given where there is an api_secret"}]';
  end if;
end
$$;

--
-- Name: FUNCTION require_account_of_api_secret(p_connection public.phone_connections); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.require_account_of_api_secret(p_connection public.phone_connections) IS 'Refuses a connection with an API secret that does not say whose it is: the API is asked in the name of account_sid.';

--
-- Name: require_enabled(public.webhooks); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.require_enabled(p_webhook public.webhooks) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if not p_webhook.enabled then
    raise exception using errcode = 'PT409', message = 'The endpoint is disabled', detail = 'conflict';
  end if;
end
$$;

--
-- Name: FUNCTION require_enabled(p_webhook public.webhooks); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.require_enabled(p_webhook public.webhooks) IS 'PT409 conflict for a disabled endpoint, to which nothing would be sent.';

--
-- Name: reseal_values(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.reseal_values(p_values jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
  v_value record;
  v_count integer;
  v_written integer := 0;
begin
  perform set_config('switchboard.resealing', 'on', true);
  -- Endpoints are taken in the order of their ids, as everywhere.
  for v_value in
    select c.relation::text as relation, c.column_name::text as name, a.atttypid = 'jsonb'::regtype as is_json, v.row_id, v.was, v.becomes
      from jsonb_to_recordset(p_values) v (relation text, column_name text, row_id uuid, was text, becomes text)
        join private.sealed_columns c on c.relation::text = v.relation and c.column_name::text = v.column_name
        join pg_catalog.pg_attribute a on a.attrelid = c.relation and a.attname = c.column_name
      order by c.relation::text, v.row_id
  loop
    -- Compared with what was read: whoever wrote meanwhile wrote something newer.
    execute case when v_value.is_json then format(
        'update %1$s set %2$I = case jsonb_typeof(%2$I) when ''array''
             then (select jsonb_agg(case when e ->> ''sealed'' = $2 then e || jsonb_build_object(''sealed'', $3) else e end order by n)
               from jsonb_array_elements(%2$I) with ordinality x (e, n))
             else to_jsonb($3) end
           where id = $1 and (%2$I @> jsonb_build_array(jsonb_build_object(''sealed'', $2)) or %2$I = to_jsonb($2))', v_value.relation, v_value.name)
      else format('update %1$s set %2$I = $3 where id = $1 and %2$I = $2', v_value.relation, v_value.name) end
      using v_value.row_id, v_value.was, v_value.becomes;
    get diagnostics v_count = row_count;
    v_written := v_written + v_count;
  end loop;
  perform set_config('switchboard.resealing', '', true);
  return v_written;
end
$_$;

--
-- Name: FUNCTION reseal_values(p_values jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.reseal_values(p_values jsonb) IS 'Puts values that were sealed anew in the place of the ones that they were: [{relation, column_name, row_id, was, becomes}]; returns how many still stood there. Security definer because sealed columns are closed to every role.';

--
-- Name: resend_own_webhook_delivery(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.resend_own_webhook_delivery(p_delivery_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_webhook public.webhooks;
  v_log public.webhook_logs;
  v_id uuid := p_delivery_id;
begin
  update private.webhook_deliveries d set due_at = least(d.due_at, now()) from public.webhooks w
    where d.id = p_delivery_id and w.id = d.webhook_id and w.user_id = private.account_id() and d.origin <> 'test';
  if found then
    return jsonb_build_object('delivery_id', p_delivery_id);
  end if;
  select * into v_log from public.webhook_logs where delivery_id = p_delivery_id and user_id = private.account_id() limit 1;
  if found then
    select * into v_webhook from public.webhooks where id = v_log.webhook_id and user_id = private.account_id();
  end if;
  if v_webhook.id is null or v_log.origin = 'test' then
    raise exception using errcode = 'PT404', message = 'No such delivery', detail = 'not_found';
  end if;
  perform private.require_enabled(v_webhook);
  insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, origin)
    select v_webhook.id, v_webhook.user_id, e.id, e.created_at, e.type, 'resend'
      from public.webhook_events e where e.id = v_log.event_id and e.created_at = v_log.event_created_at
    returning id into v_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'The event is no longer kept', detail = 'not_found';
  end if;
  return jsonb_build_object('delivery_id', v_id);
end
$$;

--
-- Name: FUNCTION resend_own_webhook_delivery(p_delivery_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.resend_own_webhook_delivery(p_delivery_id uuid) IS 'Sends a delivery of the caller again: one that is still queued at once, one that is over as a new delivery: {delivery_id}. Security definer because no API role may write the queue; it acts for private.account_id() only.';

--
-- Name: retain(bigint, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.retain(p_run bigint, p_now timestamp with time zone DEFAULT clock_timestamp()) RETURNS double precision
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  c_least constant integer := 20;
  c_first constant integer := 100;
  c_most constant integer := 2000;
  -- 1 + 2 + 4 + 8 + 16 seconds.
  c_tries constant integer := 6;
  v_run private.maintenance_runs;
  v_table private.retention_tables;
  v_size integer;
  v_tries integer;
  v_drops boolean;
  v_done jsonb;
  v_rows bigint := 0;
  v_wait double precision := 0;
begin
  -- Locks last until the commit does, and what a crash forgets of a batch the next run does again. Dropping files waits for the disk
  -- in any case.
  perform set_config('synchronous_commit', 'off', true);
  select * into v_run from private.maintenance_runs where id = p_run and state = 'running' for update skip locked;
  -- One at a time, whoever began which run: two would only be in each other's way.
  if not found or not pg_try_advisory_xact_lock(hashtextextended('switchboard retention', 0)) then
    update private.maintenance_runs set state = 'done', ended_at = greatest(p_now, started_at), counts = counts || '{"busy": 1}' where id = v_run.id;
    return null;
  end if;
  v_size := coalesce((v_run.progress ->> 'size')::integer, c_first);
  v_tries := coalesce((v_run.progress ->> 'tries')::integer, 0);
  select * into v_table from private.retention_tables t where t.place > coalesce((v_run.progress ->> 'place')::integer, 0) order by t.place limit 1;
  if not found or p_now > v_run.started_at + interval '2 hours' then
    update private.maintenance_runs set ended_at = greatest(p_now, started_at), seen_at = p_now, progress = '{}',
        state = case when error is null then 'done' else 'failed' end
      where id = p_run;
    return null;
  end if;
  begin
    v_drops := (select c.relkind = 'p' from pg_class c where c.oid = v_table.name::regclass) and not v_run.progress ? 'dropped';
    if v_drops then
      v_rows := private.drop_due_partition(v_table, p_now);
      v_run.progress := v_run.progress - 'tries' || case when v_rows is null then '{"dropped": true}' else '{}' end::jsonb;
      if v_rows is not null then
        v_run.counts := v_run.counts || jsonb_build_object('partitions', coalesce((v_run.counts ->> 'partitions')::integer, 0) + 1);
      end if;
    else
      v_done := private.delete_due_rows(v_table, v_run.progress -> 'at', v_size, p_now);
      v_rows := (v_done ->> 'rows')::bigint;
      v_size := case when (v_done ->> 'held_ms')::double precision > 60 then greatest(c_least, v_size / 2)
        when (v_done ->> 'held_ms')::double precision < 20 then least(c_most, v_size * 2) else v_size end;
      -- The next table's rows may take others along, and take longer.
      v_run.progress := case when v_done ? 'at' then v_run.progress || jsonb_build_object('at', v_done -> 'at', 'size', v_size)
        else jsonb_build_object('place', v_table.place) end;
    end if;
  exception when lock_not_available then
    -- Somebody reads the table. Clients that queued up behind this are served before it is tried again.
    if v_tries + 1 < c_tries then
      v_run.progress := v_run.progress || jsonb_build_object('tries', v_tries + 1);
      v_wait := 2 ^ v_tries;
    else
      v_run.progress := case when v_drops then v_run.progress - 'tries' || '{"dropped": true}' else jsonb_build_object('place', v_table.place) end;
      v_run.counts := v_run.counts || jsonb_build_object('in_use', coalesce((v_run.counts ->> 'in_use')::integer, 0) + 1);
    end if;
  when others then
    -- The other tables are not to wait for this one's cure.
    v_run.error := left(format('%s: %s %s', v_table.name, sqlstate, sqlerrm), 500);
    v_run.progress := jsonb_build_object('place', v_table.place);
  end;
  if v_rows > 0 then
    v_run.counts := v_run.counts || jsonb_build_object(v_table.name, coalesce((v_run.counts ->> v_table.name)::bigint, 0) + v_rows);
  end if;
  update private.maintenance_runs set counts = v_run.counts, error = v_run.error, seen_at = p_now, progress = v_run.progress where id = p_run;
  return v_wait;
end
$$;

--
-- Name: FUNCTION retain(p_run bigint, p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.retain(p_run bigint, p_now timestamp with time zone) IS 'One step of a run of the job retention, to be committed by itself: a month dropped, or a batch of rows deleted whose locks last well under 200 ms. Returns how many seconds to wait before the next; null where there is nothing more to do, or another run is at it.';

--
-- Name: retell_account(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.retell_account(p_user_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object(
    'user_id', p.user_id,
    'sealed_api_key', p.encrypted_retell_api_key,
    'sealed_call_agent_id', p.encrypted_call_agent_id,
    'sealed_sms_agent_id', p.encrypted_sms_agent_id,
    'api_key_fingerprint', p.retell_secrets #>> '{api_key,fingerprint}',
    'phone_number', p.phone_number,
    'webhook_config', p.webhook_config,
    'encrypts_health_data', exists (select from private.health_settings s where s.user_id = p.user_id and s.encrypts))
  from public.user_profiles p where p.user_id = p_user_id
$$;

--
-- Name: FUNCTION retell_account(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.retell_account(p_user_id uuid) IS 'A user''s account at Retell with its sealed secrets, each null where it is not set; null where there is no such user.';

--
-- Name: retell_config_content(public.user_profiles); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.retell_config_content(p_profile public.user_profiles) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$ select jsonb_build_array(p_profile.retell_secrets, p_profile.phone_number, p_profile.webhook_config)::text $$;

--
-- Name: FUNCTION retell_config_content(p_profile public.user_profiles); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.retell_config_content(p_profile public.user_profiles) IS 'What a configuration says, as text: decides between two writes of one time and device. Sealed texts differ from one sealing to the next and are left out.';

--
-- Name: retell_config_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.retell_config_problems(p_config jsonb) RETURNS TABLE(path text, message text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
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
$_$;

--
-- Name: FUNCTION retell_config_problems(p_config jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.retell_config_problems(p_config jsonb) IS 'What is wrong with a configuration that is to be stored, field by field.';

--
-- Name: retry_waits(public.webhooks); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.retry_waits(p_webhook public.webhooks) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
declare
  v_waits constant integer[] := coalesce(p_webhook.retry_schedule, '{5,300,1800,7200,18000,36000,50400,72000,86400}');
begin
  -- The last one goes for all that follow.
  return v_waits[:p_webhook.retry_count]
    || array_fill(v_waits[cardinality(v_waits)], array[greatest(p_webhook.retry_count - cardinality(v_waits), 0)]);
end
$$;

--
-- Name: FUNCTION retry_waits(p_webhook public.webhooks); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.retry_waits(p_webhook public.webhooks) IS 'The seconds to wait before each retry of a delivery to the endpoint.';

--
-- Name: revoke_own_api_key(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.revoke_own_api_key(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  if v_key.revoked_at is null then
    update public.api_keys set revoked_at = now() where id = p_id returning * into v_key;
  end if;
  return private.describe_api_key(v_key);
end
$$;

--
-- Name: FUNCTION revoke_own_api_key(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.revoke_own_api_key(p_id uuid) IS 'Refuses a key of the caller for good; a second time changes nothing. Security definer as private.create_own_api_key is.';

--
-- Name: rollback_own_ivr_menu(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.rollback_own_ivr_menu(p_menu_id uuid, p_version integer) RETURNS public.ivr_menu_versions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_version public.ivr_menu_versions;
begin
  -- It takes turns with publications, so that each gets its own version number.
  perform from public.ivr_menus where id = p_menu_id and user_id = v_user_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  insert into public.ivr_menu_versions (user_id, menu_id, version, document, restored_from, created_at)
    select v.user_id, v.menu_id, (select max(version) + 1 from public.ivr_menu_versions where menu_id = p_menu_id), v.document, v.version, clock_timestamp()
      from public.ivr_menu_versions v where v.menu_id = p_menu_id and v.version = p_version
    returning * into v_version;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found';
  end if;
  update public.ivr_menus set published_version_id = v_version.id where id = p_menu_id;
  return v_version;
end
$$;

--
-- Name: FUNCTION rollback_own_ivr_menu(p_menu_id uuid, p_version integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.rollback_own_ivr_menu(p_menu_id uuid, p_version integer) IS 'Publishes what a version of a menu of the caller holds once more, under a new number; drafts stay as they are. Security definer because versions are closed to API roles; it acts for private.account_id() only.';

--
-- Name: rotate_own_api_key(uuid, text, text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_old public.api_keys;
  v_counter public.api_keys;
  v_new public.api_keys;
begin
  if p_overlap_hours is null or p_overlap_hours not between 0 and 168 then
    raise exception using errcode = 'PT422', message = 'The overlap is out of range', detail = 'validation_failed',
      hint = '[{"path": "overlap_hours", "message": "Must be 0 to 168"}]';
  end if;
  v_old := private.lock_own_api_key(p_id);
  if v_old.revoked_at is not null then
    raise exception using errcode = 'PT409', message = 'The key is revoked', detail = 'key_revoked';
  elsif v_old.expires_at <= clock_timestamp() then
    raise exception using errcode = 'PT409', message = 'The key has expired', detail = 'key_expired';
  end if;
  select * into v_counter from public.api_keys where id = coalesce(v_old.counted_by, v_old.id);
  insert into public.api_keys (user_id, key_hash, key_prefix, rotated_from, name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata,
      usage_count, window_start, window_count)
    values (v_old.user_id, p_key_hash, p_key_prefix, v_old.id, v_old.name, v_old.scopes, v_old.expires_at, v_old.rate_limit, v_old.usage_quota,
      v_old.allowed_ips, v_old.metadata, v_counter.usage_count, v_counter.window_start, v_counter.window_count)
    returning * into v_new;
  update public.api_keys set counted_by = v_new.id where id = v_counter.id or counted_by = v_counter.id;
  update public.api_keys set expires_at = least(expires_at, now() + make_interval(hours => p_overlap_hours))
    where id = p_id returning * into v_old;
  return jsonb_build_object('api_key', private.describe_api_key(v_new), 'previous', private.describe_api_key(v_old));
end
$$;

--
-- Name: FUNCTION rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) IS 'Replaces a key of the caller by one with the same settings and one count for both; the old one works for p_overlap_hours more, never past its own expiry. Security definer as private.create_own_api_key is.';

--
-- Name: rotate_own_connection_secret(uuid, uuid, text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) IS 'Gives a connection of the caller a new signing secret; the one before is accepted beside it for p_overlap_hours, or, with 0, no longer. PT409 conflict while two are accepted. Security definer as private.create_own_phone_connection is.';

--
-- Name: rotate_own_webhook_secret(uuid, text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) IS 'Gives an endpoint of the caller a new secret; those before it go on signing beside it for p_overlap_hours, or, with 0, stop at once. Security definer as private.create_own_webhook is.';

--
-- Name: run_job(text, text, boolean); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.run_job(p_job text, p_command text, p_quiet boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_count bigint;
  v_error text;
begin
  begin
    execute p_command into v_count;
  exception when others then
    v_error := left(sqlstate || ' ' || sqlerrm, 500);
  end;
  if v_error is not null or not p_quiet or coalesce(v_count, 0) <> 0
    or (select r.state from private.maintenance_runs r where r.job = p_job order by r.id desc limit 1) = 'failed'
  then
    insert into private.maintenance_runs (job, state, counts, error, started_at, ended_at)
      values (p_job, case when v_error is null then 'done' else 'failed' end, jsonb_build_object('count', coalesce(v_count, 0)), v_error,
        v_started_at, clock_timestamp());
  end if;
  return v_error;
end
$$;

--
-- Name: FUNCTION run_job(p_job text, p_command text, p_quiet boolean); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.run_job(p_job text, p_command text, p_quiet boolean) IS 'Runs a query that answers one number, and keeps what became of it; p_quiet: only if there was something to do. Returns why it failed, null if it did not.';

--
-- Name: run_maintenance(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.run_maintenance() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if exists (select from private.jobs where state = 'queued' and coalesce(leased_until, due_at) <= clock_timestamp()) then
    return private.invoke_function('/maintenance', interval '90 seconds');
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION run_maintenance(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.run_maintenance() IS 'Calls the function maintenance if a job is due; returns the id of the request.';

--
-- Name: same_recording(text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.same_recording(p_url text, p_other text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$ select regexp_replace(p_url, '(\.[a-z0-9]{2,4})?([?#].*)?$', '') = regexp_replace(p_other, '(\.[a-z0-9]{2,4})?([?#].*)?$', '') $_$;

--
-- Name: FUNCTION same_recording(p_url text, p_other text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.same_recording(p_url text, p_other text) IS 'Whether two URLs name one recording: but for the format that they ask for, and a query that only signs.';

--
-- Name: schedule(text, text, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.schedule(p_name text, p_schedule text, p_command text, p_each_minute text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
  v_job_id bigint;
begin
  if to_regprocedure('cron.schedule(text,text,text)') is null then
    raise notice 'No cron on this server: job % is not scheduled', p_name;
    return null;
  end if;
  begin
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, p_schedule, p_command;
  exception when others then
    if p_schedule !~ '^\d+ seconds$' then
      raise;
    end if;
    -- pg_cron before 1.5 knows no seconds.
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, '* * * * *', coalesce(p_each_minute, p_command);
  end;
  return v_job_id;
end
$_$;

--
-- Name: FUNCTION schedule(p_name text, p_schedule text, p_command text, p_each_minute text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.schedule(p_name text, p_schedule text, p_command text, p_each_minute text) IS 'Schedules a named job (cron syntax or "N seconds"); the same name replaces the job. A notice where the server has no cron. p_each_minute: what is run where only minutes are known.';

--
-- Name: schedule_job(text, text, text, boolean); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  -- The row is committed before the failure is raised, or it would go with it.
  v_once text := format(
    'v_error := private.run_job(%L, %L, %L); commit; if v_error is not null then raise exception using message = v_error; end if;', p_name, p_query, p_quiet);
begin
  return private.schedule(p_name, p_schedule, format('do %L', format('declare v_error text; begin %s end', v_once)),
    format('do %L', format('declare v_error text; begin for n in 1 .. 6 loop %s exit when n = 6; perform pg_sleep(9.9); end loop; end', v_once)));
end
$$;

--
-- Name: FUNCTION schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean) IS 'Schedules a query that answers one number, each run of which is kept as private.run_job does. "10 seconds" is six times a minute where only minutes are known.';

--
-- Name: schema_health(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.schema_health(p_expected jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_checks jsonb := jsonb_build_array(private.check_migrations(p_expected))
    || (select jsonb_agg(c) from private.check_objects(p_expected) c)
    || jsonb_build_array(private.check_row_level_security(p_expected), private.check_index_use(), private.check_extensions(),
      private.check_scheduled_jobs(p_expected), private.check_partitions(), private.check_queues());
  v_status text := case
    when v_checks @> '[{"status": "failed"}]' then 'unhealthy'
    when v_checks @> '[{"status": "skipped"}]' then 'incomplete'
    when v_checks @> '[{"status": "warning"}]' then 'degraded'
    else 'healthy' end;
begin
  return jsonb_build_object('is_healthy', v_status <> 'unhealthy', 'overall_status', v_status, 'checked_at', now(), 'checks', v_checks);
end
$$;

--
-- Name: FUNCTION schema_health(p_expected jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.schema_health(p_expected jsonb) IS 'public.schema_health. Security definer because the catalogue''s history, cron and the queues are closed to API roles.';

--
-- Name: schema_objects(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.schema_objects() RETURNS TABLE(kind text, name text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  with relations as (
    select c.oid, c.relkind, c.relrowsecurity, c.relacl, format('%I.%I', n.nspname, c.relname) as name
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      -- Which partitions there are depends on the time.
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
  ), functions as (
    select p.oid, p.proacl, p.oid::regprocedure::text as name
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'private')
  ), grants as (
    select a.grantee, a.privilege_type, r.name from relations r cross join lateral aclexplode(r.relacl) a
    union all
    select x.grantee, format('%s (%s)', x.privilege_type, a.attname), r.name
      from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid cross join lateral aclexplode(a.attacl) x
      where a.attnum > 0 and not a.attisdropped
    union all
    select a.grantee, a.privilege_type, f.name from functions f cross join lateral aclexplode(f.proacl) a
    union all
    select a.grantee, a.privilege_type, 'schema ' || n.nspname
      from pg_catalog.pg_namespace n cross join lateral aclexplode(n.nspacl) a where n.nspname in ('public', 'private')
  )
  select 'tables', r.name from relations r where r.relkind in ('r', 'p', 'v', 'm')
  union all
  select 'columns', format('%s.%s %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod))
    from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
    where r.relkind <> 'S' and a.attnum > 0 and not a.attisdropped
  union all
  select 'indexes', i.indexrelid::regclass::text
    from relations r join pg_catalog.pg_index i on i.indrelid = r.oid
  union all
  select 'constraints', format('%s: %s', r.name, c.conname)
    from relations r join pg_catalog.pg_constraint c on c.conrelid = r.oid where c.contype in ('c', 'f', 'p', 'u', 'x')
  union all
  select 'row_level_security', r.name from relations r where r.relrowsecurity
  union all
  select 'policies', format('%s: %s', p.polrelid::regclass, p.polname)
    from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'storage')
  union all
  -- Ours are on tables of the platform, too.
  select 'triggers', format('%s: %s', t.tgrelid::regclass, t.tgname)
    from pg_catalog.pg_trigger t join functions f on f.oid = t.tgfoid join pg_catalog.pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgenabled <> 'D' and not c.relispartition
  union all
  select 'functions', f.name from functions f
  union all
  select 'grants', format('%s: %s on %s', o.rolname, lower(g.privilege_type), g.name)
    from grants g join pg_catalog.pg_roles o on o.oid = g.grantee
    where o.rolname in ('anon', 'authenticated', 'service_role', 'switchboard_hot')
$$;

--
-- Name: FUNCTION schema_objects(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.schema_objects() IS 'What public and private consist of, by kind and name, with our triggers and policies on tables of the platform. From it the expectation is written with which schema_health compares.';

--
-- Name: schema_version(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.schema_version() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  return (select max(version) from supabase_migrations.schema_migrations);
exception when undefined_table or invalid_schema_name then
  return null;
end
$$;

--
-- Name: FUNCTION schema_version(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.schema_version() IS 'The newest applied migration, or null where the history is kept elsewhere. Security definer because the history is closed to API roles.';

--
-- Name: seal_events(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.seal_events(p_user_id uuid, p_events jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_done integer;
begin
  update public.webhook_events e set payload = s.payload, sealed = s.sealed
    from jsonb_to_recordset(p_events) s (id uuid, created_at timestamptz, payload text, sealed text)
    where e.id = s.id and e.created_at = s.created_at and e.user_id = p_user_id and e.sealed is null;
  get diagnostics v_done = row_count;
  return v_done;
end
$$;

--
-- Name: FUNCTION seal_events(p_user_id uuid, p_events jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.seal_events(p_user_id uuid, p_events jsonb) IS 'See public.seal_events. Security definer because no API role may write events.';

--
-- Name: sealed_with(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.sealed_with(p_sealed text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
declare
  v_header text := translate(split_part(p_sealed, '.', 1), '-_', '+/');
begin
  return convert_from(decode(rpad(v_header, (length(v_header) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb ->> 'kid';
exception when others then
  -- What is no sealed value was sealed with no key: it is found, and told of.
  return null;
end
$$;

--
-- Name: FUNCTION sealed_with(p_sealed text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.sealed_with(p_sealed text) IS 'The id of the key that a value is sealed with, from the protected header of its JWE; null where there is none.';

--
-- Name: webhook_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_events (
    id uuid DEFAULT private.uuid_v7() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    user_id uuid NOT NULL,
    type text NOT NULL,
    agent_id uuid,
    ordering_key text,
    payload text NOT NULL,
    sealed text,
    CONSTRAINT webhook_events_ordering_key_check CHECK (((length(ordering_key) >= 1) AND (length(ordering_key) <= 200))),
    CONSTRAINT webhook_events_payload_check CHECK ((octet_length(payload) <= 262144)),
    CONSTRAINT webhook_events_sealed_check CHECK ((octet_length(sealed) <= 1048576))
)
PARTITION BY RANGE (created_at);

--
-- Name: TABLE webhook_events; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_events IS 'What happened: each event once, with the body that every endpoint gets.';

--
-- Name: COLUMN webhook_events.ordering_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_events.ordering_key IS 'Events with the same key reach an ordered endpoint one after the other.';

--
-- Name: COLUMN webhook_events.payload; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_events.payload IS 'The body as it is sent, byte for byte: {type, timestamp, data}.';

--
-- Name: COLUMN webhook_events.sealed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_events.sealed IS 'What the payload leaves out because it tells of somebody''s health, a compact JWE bound to user, table, column and row: {members}, to be put into data, or {body}, the whole of it.';

--
-- Name: select_for_replay(public.webhooks, jsonb, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer) RETURNS SETOF public.webhook_events
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_kind text := p_selection ->> 'kind';
  v_since timestamptz := (p_selection ->> 'since')::timestamptz;
  v_until timestamptz := coalesce((p_selection ->> 'until')::timestamptz, clock_timestamp());
  v_types text[] := case when p_selection ? 'types' then array(select jsonb_array_elements_text(p_selection -> 'types')) end;
  v_filter jsonb := nullif(p_selection -> 'filter', 'null');
begin
  return query
    select e.* from public.webhook_events e
    where e.user_id = p_webhook.user_id
      and case when v_kind = 'event' then e.id = (p_selection ->> 'event_id')::uuid else e.created_at >= v_since and e.created_at < v_until end
      and e.type <> 'test.ping'
      and (v_types is null or v_types && private.event_patterns(e.type))
      and (v_filter is null or private.matches_filter(v_filter, e.payload::jsonb -> 'data'))
      and not exists (select from private.webhook_deliveries d where d.webhook_id = p_webhook.id and d.event_id = e.id)
      and case v_kind
        when 'event' then true
        when 'all' then private.wants_event(p_webhook, e)
        when 'failed' then
          exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id and l.delivered_at is not null)
        when 'skipped' then
          exists (select from private.webhook_skipped s where s.webhook_id = p_webhook.id and s.event_id = e.id and s.created_at >= v_since)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id and l.delivered_at is not null)
        when 'missing' then
          private.wants_event(p_webhook, e)
          and not exists (select from public.webhook_logs l where l.event_id = e.id and l.webhook_id = p_webhook.id)
      end
    order by e.created_at, e.id
    limit p_limit;
end
$$;

--
-- Name: FUNCTION select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer) IS 'The events that a replay is about, oldest first, without those on their way already. failed: none of the attempts was acknowledged; skipped: came while the endpoint was disabled; missing: never tried, though the endpoint as it is now wants them; all: whatever it wants. since (inclusive) and until (exclusive) are times of events.';

--
-- Name: set_api_secret(public.phone_connections, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_api_secret(p_connection public.phone_connections, p_secret jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  delete from private.credentials where connection_id = p_connection.id and purpose = 'api';
  if jsonb_typeof(p_secret) = 'object' then
    insert into private.credentials (id, user_id, connection_id, purpose, sealed)
      values ((p_secret ->> 'id')::uuid, p_connection.user_id, p_connection.id, 'api', p_secret ->> 'sealed');
  end if;
end
$$;

--
-- Name: FUNCTION set_api_secret(p_connection public.phone_connections, p_secret jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_api_secret(p_connection public.phone_connections, p_secret jsonb) IS 'Gives a connection the secret {id, sealed} to ask its provider''s API with, in place of any other; takes it away where there is none.';

--
-- Name: set_own_health_data(boolean); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_own_health_data(p_encrypt boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  elsif p_encrypt is null then
    raise exception using errcode = 'PT422', message = 'Say whether to encrypt', detail = 'validation_failed', hint = 'encrypt';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('health data of ' || v_user_id, 0));
  insert into private.health_settings as s (user_id, encrypts) values (v_user_id, p_encrypt)
    on conflict (user_id) do update set encrypts = excluded.encrypts where s.encrypts <> excluded.encrypts;
  if found then
    perform private.audit(v_user_id, 'retell.health-data', 'health_settings', v_user_id, jsonb_build_object('encrypt', p_encrypt));
  end if;
  return private.describe_own_health_data();
end
$$;

--
-- Name: FUNCTION set_own_health_data(p_encrypt boolean); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_own_health_data(p_encrypt boolean) IS 'Sets whether the caller''s health data is stored sealed from now on: {encrypt, plain}. Security definer because the settings are closed to every role; it acts for private.account_id() only.';

--
-- Name: set_own_retention(text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_own_retention(p_policy text, p_days integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.lock_own_account();
  v_policy private.retention_policies;
begin
  select * into v_policy from private.retention_policies p
    where p.name = p_policy and exists (select from private.retention_tables t where t.policy = p.name and t.owner is not null);
  if not found then
    raise exception using errcode = 'PT404', message = 'There is no such policy', detail = 'not_found', hint = 'policy';
  elsif p_days is null then
    delete from public.retention_overrides where user_id = v_user_id and policy = p_policy;
  elsif p_days not between v_policy.min_days and v_policy.max_days then
    raise exception using errcode = 'PT422', detail = 'validation_failed', hint = 'days',
      message = format('These records can be kept for %s to %s days', v_policy.min_days, v_policy.max_days);
  else
    insert into public.retention_overrides as o (user_id, policy, days) values (v_user_id, p_policy, p_days)
      on conflict (user_id, policy) do update set days = excluded.days where o.days <> excluded.days;
  end if;
end
$$;

--
-- Name: FUNCTION set_own_retention(p_policy text, p_days integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_own_retention(p_policy text, p_days integer) IS 'How many days the caller keeps a kind of record; null for what the policy says. Security definer because no API role may write the table; it looks at the caller''s account only.';

--
-- Name: set_own_transfer_rules(text[], text[], integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) RETURNS private.transfer_rules
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_user_id uuid := private.account_id();
  v_rules private.transfer_rules;
begin
  if v_user_id is null then
    raise exception using errcode = 'PT401', message = 'Sign in first', detail = 'unauthenticated';
  end if;
  insert into private.transfer_rules (user_id, countries, prefixes, max_per_hour) values (v_user_id, p_countries, p_prefixes, p_max_per_hour)
    on conflict (user_id) do update set countries = excluded.countries, prefixes = excluded.prefixes,
      max_per_hour = excluded.max_per_hour, updated_at = now()
    returning * into v_rules;
  perform private.audit(v_user_id, 'ivr.transfer-rules.set', 'transfer_rules', v_user_id, '{}');
  return v_rules;
end
$$;

--
-- Name: FUNCTION set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) IS 'Says where the caller''s own callers may be transferred to. Security definer because the rules are closed to API roles; it acts for private.account_id() only.';

--
-- Name: set_updated_at(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  -- A value that is sealed with another key is the same value.
  new.updated_at := case when current_setting('switchboard.resealing', true) = 'on' then old.updated_at else now() end;
  return new;
end
$$;

--
-- Name: FUNCTION set_updated_at(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_updated_at() IS 'Trigger: stamps updated_at on every update, whatever the caller sent.';

--
-- Name: set_webhook_limit(uuid, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.set_webhook_limit(p_user_id uuid, p_limit integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION set_webhook_limit(p_user_id uuid, p_limit integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.set_webhook_limit(p_user_id uuid, p_limit integer) IS 'Sets how many endpoints a tenant may have. Security definer because no API role may write limits.';

--
-- Name: settle_month(private.retention_tables, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.settle_month(p_table private.retention_tables, p_month text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  -- Counting a hundred million rows would take longer than the platform lets a statement run.
  c_counted constant integer := 1000000;
  v_count bigint;
begin
  if p_table.name = 'public.audit_logs' then
    -- What follows must still be seen to follow from something.
    execute format(
      'insert into private.audit_checkpoints as c (subject_id, entries, hash)
         select distinct on (subject_id) subject_id, entry, hash from private.%I order by subject_id, entry desc
         on conflict (subject_id) do update set entries = excluded.entries, hash = excluded.hash, created_at = now()
           where c.entries < excluded.entries', p_month);
  end if;
  execute format('select count(*) from (select from private.%I limit %s) t', p_month, c_counted) into v_count;
  if v_count = c_counted then
    v_count := greatest(v_count, (select c.reltuples::bigint from pg_catalog.pg_class c where c.oid = format('private.%I', p_month)::regclass));
  end if;
  return v_count;
end
$$;

--
-- Name: FUNCTION settle_month(p_table private.retention_tables, p_month text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.settle_month(p_table private.retention_tables, p_month text) IS 'What is to be done before a month is dropped, all that takes time and no lock; returns how many rows it has, from a million on what the planner takes it to have.';

--
-- Name: settle_restored(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.settle_restored(p_restored_at timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  -- As private.claim_webhook_deliveries has it.
  c_lease constant interval := interval '30 seconds';
  v_sessions integer;
  v_replays integer;
  v_deliveries integer;
  v_counts jsonb;
begin
  if p_restored_at is null or p_restored_at > clock_timestamp() then
    raise exception using errcode = 'PT422', message = 'Must be when the database was restored, which is over', detail = 'validation_failed',
      hint = 'restored_at';
  end if;
  -- Their calls are long over; what they publish by ending is skipped below with the rest.
  update public.ivr_sessions set ended_at = now(), end_reason = 'timed_out' where ended_at is null and last_activity < p_restored_at;
  get diagnostics v_sessions = row_count;

  perform private.lock_webhook_queue();
  update private.webhook_replays r set cancelled_at = now() where r.cancelled_at is null and r.created_at < p_restored_at
    and exists (select from private.webhook_deliveries d where d.replay_id = r.id);
  get diagnostics v_replays = row_count;
  with gone as (
    delete from private.webhook_deliveries d
      -- The worker of a lease from before the restoration is of the database that is gone.
      where (d.leased_until is null or d.leased_until <= clock_timestamp() or d.leased_until - c_lease < p_restored_at)
        -- When it was asked for: a resend that nobody has tried is due since then.
        and (coalesce((select r.created_at from private.webhook_replays r where r.id = d.replay_id),
            case when d.origin = 'resend' and d.attempts = 0 then d.due_at end, d.event_created_at) < p_restored_at
          -- Those that timed out before this was called, too.
          or d.type = 'ivr.session.ended' and exists (
            select from public.webhook_events e join public.ivr_sessions s on s.id = (e.payload::jsonb #>> '{data,session_id}')::uuid
              where e.id = d.event_id and e.created_at = d.event_created_at and s.last_activity < p_restored_at))
      returning d.webhook_id, d.event_id, d.event_created_at, d.origin
  ), kept as (
    insert into private.webhook_skipped (webhook_id, event_id, event_created_at)
      select distinct webhook_id, event_id, event_created_at from gone where origin <> 'test'
  )
  select count(*) into v_deliveries from gone;
  update private.webhook_deliveries d set waiting = false where d.waiting and not exists (
    select from private.webhook_deliveries e where e.webhook_id = d.webhook_id and e.ordering_key = d.ordering_key and e.seq < d.seq);

  v_counts := jsonb_build_object('deliveries', v_deliveries, 'replays', v_replays, 'sessions', v_sessions);
  perform private.audit('00000000-0000-0000-0000-000000000000', 'restore.settle', 'webhook_deliveries', null,
    v_counts || jsonb_build_object('restored_at', p_restored_at));
  return v_counts;
end
$$;

--
-- Name: FUNCTION settle_restored(p_restored_at timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.settle_restored(p_restored_at timestamp with time zone) IS 'Keeps what was to be delivered before the time as skipped, to be replayed, stops replays and ends sessions of before it. Security definer because no API role may write the queue.';

--
-- Name: shelve_deliveries(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.shelve_deliveries(p_webhook_id uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  with shelved as (
    delete from private.webhook_deliveries where webhook_id = p_webhook_id and leased_until is null and origin <> 'test'
      returning webhook_id, event_id, event_created_at
  )
  insert into private.webhook_skipped (webhook_id, event_id, event_created_at) select webhook_id, event_id, event_created_at from shelved
$$;

--
-- Name: FUNCTION shelve_deliveries(p_webhook_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.shelve_deliveries(p_webhook_id uuid) IS 'Keeps what a disabled endpoint was still to be sent as skipped, to be replayed. What is under way follows when it is over.';

--
-- Name: shelve_disabled_webhook(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.shelve_disabled_webhook() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  perform private.shelve_deliveries(new.id);
  return null;
end
$$;

--
-- Name: FUNCTION shelve_disabled_webhook(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.shelve_disabled_webhook() IS 'Row trigger: see private.shelve_deliveries. Security definer because no API role may write the queue.';

--
-- Name: shown_ivr_session(public.ivr_sessions); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.shown_ivr_session(p_session public.ivr_sessions) RETURNS jsonb
    LANGUAGE sql STABLE STRICT
    SET search_path TO ''
    AS $$
  select jsonb_build_object('id', s.id, 'session_id', s.session_id, 'channel', s.channel,
    'menu_id', v.document -> 'root', 'menu_name', v.document #> array['menus', v.document ->> 'root', 'name'], 'version', v.version,
    'current_menu_id', s.menu_stack -> -1, 'current_menu_name', v.document #> array['menus', s.menu_stack ->> -1, 'name'], 'menu_stack', s.menu_stack,
    'step', s.step, 'retry_count', s.retry_count, 'language', s.language, 'pending', s.pending ->> 'kind',
    'from', coalesce(s.from_number, l.from_number), 'to', coalesce(s.to_number, l.to_number),
    'start_time', s.start_time, 'last_activity', s.last_activity, 'ended_at', s.ended_at, 'end_reason', s.end_reason, 'created_at', s.created_at,
    'call', case when l.id is not null then jsonb_build_object('id', l.id, 'provider', l.provider, 'provider_call_id', l.provider_call_id,
      'direction', l.direction, 'status', l.status, 'started_at', l.started_at, 'ended_at', l.ended_at, 'duration_seconds', l.duration_seconds,
      'recording_path', l.recording_path) end)
  from (select (p_session).*) s
    left join public.ivr_menu_versions v on v.id = s.menu_version_id
    left join public.call_logs l on l.id = s.call_log_id
$$;

--
-- Name: FUNCTION shown_ivr_session(p_session public.ivr_sessions); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.shown_ivr_session(p_session public.ivr_sessions) IS 'A session as its owner is shown it, with its call. Security invoker: policies apply to what it looks up.';

--
-- Name: skipped_check(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.skipped_check(p_name text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$ select private.health_check(p_name, '{}') || '{"status": "skipped", "problems": ["It was not said what is expected"]}' $$;

--
-- Name: FUNCTION skipped_check(p_name text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.skipped_check(p_name text) IS 'A check of schema_health that could not be made.';

--
-- Name: start_own_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_version public.ivr_menu_versions;
  v_menu_id uuid;
  v_item text := p_state ->> 'item';
  v_known jsonb;
begin
  select * into v_version from public.ivr_menu_versions where id = p_menu_version_id and user_id = private.account_id();
  if not found then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found';
  end if;
  perform private.check_ivr_app_turn(p_state, p_input, p_outcome, p_reply, v_version.document);
  v_menu_id := (p_state -> 'menu_stack' ->> -1)::uuid;

  insert into public.ivr_sessions (id, session_id, user_id, channel, from_number, to_number, menu_version_id, current_menu_id, menu_stack, language, step)
    values (p_id, p_session_id, v_version.user_id, 'app', p_from, p_to, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack', p_state ->> 'language', 1)
    on conflict (user_id, session_id) where channel = 'app' do nothing;
  if not found then
    -- Another request of the same name won; its reply is the reply, if it was for the same menu.
    select jsonb_build_object('reply', t.reply, 'asks', false) into v_known
      from public.ivr_sessions s join public.ivr_turns t on t.session_id = s.id and t.step = 0
        join public.ivr_menu_versions v on v.id = s.menu_version_id
      where s.user_id = v_version.user_id and s.channel = 'app' and s.session_id = p_session_id
        and v.document -> 'root' = v_version.document -> 'root';
    if not found then
      raise exception using errcode = 'PT409', message = 'A session of this name is in another menu', detail = 'conflict',
        hint = '[{"path": "session_id", "message": "Is taken by a session that began in another menu"}]';
    end if;
    return v_known;
  end if;

  if p_state ? 'otherwise' and not private.count_transfer(v_version.user_id) then
    p_outcome := p_state -> 'otherwise' ->> 'outcome';
    p_reply := p_state -> 'otherwise' ->> 'reply';
    p_state := p_state -> 'otherwise' -> 'state';
  end if;
  update public.ivr_sessions set
      menu_stack = p_state -> 'menu_stack',
      no_input_count = (p_state ->> 'no_input_count')::integer,
      invalid_count = (p_state ->> 'invalid_count')::integer,
      digits = p_state ->> 'digits',
      pending = nullif(p_state -> 'pending', 'null'),
      ended_at = case when p_state ->> 'end_reason' is not null then now() end,
      end_reason = p_state ->> 'end_reason'
    where id = p_id;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
    values (p_id, 0, v_version.user_id, v_menu_id, p_input, v_item, p_outcome, p_reply);
  return jsonb_build_object('reply', p_reply, 'asks', private.begin_ivr_callout(p_id, p_state -> 'pending') is not null);
end
$$;

--
-- Name: FUNCTION start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'Commits the first turn of an app''s session. Returns {reply, asks}: what to send, which is an earlier request''s where that has won, and whether this request is to ask outside. Security definer because sessions are closed to API roles; it acts for private.account_id() only.';

--
-- Name: start_own_webhook_test(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.start_own_webhook_test(p_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_webhook public.webhooks := private.lock_own_webhook(p_id);
  v_event_id uuid := private.uuid_v7();
  v_delivery_id uuid;
begin
  insert into public.webhook_events (id, user_id, type, payload)
    values (v_event_id, v_webhook.user_id, 'test.ping', format('{"type":"test.ping","timestamp":"%s","data":{"webhook_id":"%s"}}',
      to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), v_webhook.id));
  -- For the caller to claim and send at once. Should it die before that, whoever works the queue sends it in a minute.
  insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type, origin, due_at)
    values (v_webhook.id, v_webhook.user_id, v_event_id, now(), 'test.ping', 'test', now() + interval '1 minute') returning id into v_delivery_id;
  return jsonb_build_object('delivery_id', v_delivery_id, 'event_id', v_event_id);
end
$$;

--
-- Name: FUNCTION start_own_webhook_test(p_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.start_own_webhook_test(p_id uuid) IS 'Makes a test.ping for an endpoint of the caller alone, enabled or not: {delivery_id, event_id}. Security definer because no API role may write the queue; it acts for private.account_id() only.';

--
-- Name: store_own_retell_config(jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) IS 'Stores the caller''s configuration, whole: what p_config leaves out is not set afterwards. Security definer because sealed columns are closed to API roles; it acts for private.account_id() only.';

--
-- Name: stray_archives(integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.stray_archives(p_limit integer) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $_$
begin
  if to_regclass('storage.objects') is null then
    return;
  end if;
  return query execute
    'select o.name::text from storage.objects o
       where o.bucket_id = ''archives'' and o.created_at < now() - interval ''1 hour''
         and not exists (select from private.archives a where a.object = o.name) limit $1' using p_limit;
end
$_$;

--
-- Name: FUNCTION stray_archives(p_limit integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.stray_archives(p_limit integer) IS 'Objects in the bucket archives for which nothing was deleted, as workers leave behind that were lost. Security definer because no API role may read them all.';

--
-- Name: tables(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.tables() RETURNS TABLE(table_id oid, name text, platform boolean)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select c.oid, format('%s.%s', n.nspname, c.relname), n.nspname = 'auth'
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and not c.relispartition
      -- What the platform keeps beside users and objects is its own; objects are removed by the storage service.
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'cron', 'extensions', 'graphql', 'graphql_public', 'net', 'pgbouncer',
        'pgmq', 'pgsodium', 'pgsodium_masks', 'realtime', '_realtime', '_analytics', '_supavisor', 'storage', 'supabase_functions',
        'supabase_migrations', 'vault')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
$$;

--
-- Name: FUNCTION tables(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.tables() IS 'Every table that may hold rows of users: ours, and those of the auth service.';

--
-- Name: take_recording(uuid, text, text, integer); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_session public.ivr_sessions;
  v_recording public.call_recordings;
begin
  -- A recording is announced by a turn and by a callback of its own, perhaps at once, and each may name it otherwise:
  -- who has the session's row is the only one to look whether it is known.
  select * into strict v_session from public.ivr_sessions where id = p_session_id for no key update;
  select r.* into v_recording from public.call_recordings r join private.recording_sources s on s.recording_id = r.id
    where (r.connection_id = v_session.connection_id and r.provider_recording_id = p_recording_id)
      or (r.session_id = p_session_id and (r.provider_recording_id is null or p_recording_id is null) and private.same_recording(s.url, p_url))
    order by (r.provider_recording_id is not distinct from p_recording_id) desc limit 1;
  if v_recording.id is null then
    -- More than any caller leaves: what signs for so many would fill the storage.
    if (select count(*) from public.call_recordings where session_id = p_session_id) >= 50 then
      raise exception using errcode = 'PT409', message = 'The call has as many recordings as it may have', detail = 'conflict';
    end if;
    insert into public.call_recordings (user_id, call_log_id, session_id, connection_id, provider_recording_id, kind, duration_seconds)
      values (v_session.user_id, v_session.call_log_id, p_session_id, v_session.connection_id, p_recording_id, 'voicemail', p_duration_seconds)
      returning * into v_recording;
    insert into private.recording_sources (recording_id, url) values (v_recording.id, p_url);
    return jsonb_build_object('id', v_recording.id, 'pending', true);
  elsif v_recording.session_id is distinct from p_session_id then
    raise exception using errcode = 'PT409', message = 'This recording belongs to another call', detail = 'conflict';
  end if;
  -- A URL that is good for minutes is replaced by the newer one.
  update private.recording_sources set url = p_url where recording_id = v_recording.id and due_at is not null and url <> p_url;
  update public.call_recordings set provider_recording_id = coalesce(provider_recording_id, p_recording_id),
      duration_seconds = coalesce(duration_seconds, p_duration_seconds)
    where id = v_recording.id
      and (provider_recording_id is null and p_recording_id is not null or duration_seconds is null and p_duration_seconds is not null);
  return jsonb_build_object('id', v_recording.id, 'pending', v_recording.status = 'pending');
end
$$;

--
-- Name: FUNCTION take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer) IS 'Takes in a recording of a session''s call, once however often and in whichever words it is announced; PT409 for one of another call, and past 50 of this one. Security definer because turns announce recordings too.';

--
-- Name: take_recording_of_turn(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.take_recording_of_turn() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
  -- An app keeps its recordings itself, and where they are is its own to tell.
  if not exists (select from public.ivr_sessions where id = new.session_id and call_log_id is not null) then
    return new;
  end if;
  if coalesce((new.input ->> 'durationSeconds')::integer, 1) > 0 then
    begin
      perform private.take_recording(new.session_id, new.input ->> 'recordingId', new.input ->> 'url', (new.input ->> 'durationSeconds')::integer);
    exception when sqlstate 'PT409' then
      -- Another call's already, or one too many, of which the caller need not hear.
      null;
    end;
  end if;
  new.input := jsonb_set(new.input, '{url}', 'null');
  return new;
end
$$;

--
-- Name: FUNCTION take_recording_of_turn(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.take_recording_of_turn() IS 'Row trigger: takes in the recording that a turn brings, in its transaction, and its URL out of the turn, which owners and their endpoints see. Security definer as private.take_recording is.';

--
-- Name: take_up_retention(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.take_up_retention(p_now timestamp with time zone DEFAULT clock_timestamp()) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_last private.maintenance_runs;
begin
  select * into v_last from private.maintenance_runs where job = 'retention' order by id desc limit 1;
  if v_last.state = 'running' and v_last.seen_at between p_now - interval '10 minutes' and p_now + interval '10 minutes' then
    return v_last.id;
  -- One that did not end by itself still has its place, or was lost before it had one.
  elsif v_last.started_at between p_now - interval '12 hours' and p_now + interval '12 hours'
    and v_last.state <> 'running' and v_last.progress = '{}' and v_last.error is distinct from 'lost'
  then
    return null;
  end if;
  return private.begin_retention(p_now);
end
$$;

--
-- Name: FUNCTION take_up_retention(p_now timestamp with time zone); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.take_up_retention(p_now timestamp with time zone) IS 'The run of the job retention that is under way, where it was left; else a new one, once a night. Null where there is none to go on with.';

--
-- Name: transfer_rules_of(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.transfer_rules_of(p_user_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select jsonb_build_object('countries', r.countries, 'prefixes', coalesce(r.prefixes, '{}'))
    from (values (1)) one left join private.transfer_rules r on r.user_id = p_user_id
$$;

--
-- Name: FUNCTION transfer_rules_of(p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.transfer_rules_of(p_user_id uuid) IS 'Where a tenant''s callers may be transferred to: {countries, prefixes}.';

--
-- Name: unarchived(private.retention_tables, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.unarchived(p_table private.retention_tables, p_partition text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_found boolean;
begin
  -- Rows of the trail stay until their month goes; others go one by one, once they were read back from their archive.
  execute format(case when p_table.name = 'public.audit_logs'
    then 'select exists (select from private.%I t group by t.subject_id having max(t.entry) > '
      || private.archived_until('t.subject_id', 'min(t.created_at)') || ')'
    else 'select exists (select from private.%I)' end, p_partition) into v_found;
  return v_found;
end
$$;

--
-- Name: FUNCTION unarchived(p_table private.retention_tables, p_partition text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.unarchived(p_table private.retention_tables, p_partition text) IS 'Whether a month holds rows that no archive holds.';

--
-- Name: unlike_audit_heads(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.unlike_audit_heads(p_heads jsonb) RETURNS TABLE(subject_id uuid, entry bigint, problem text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select e.subject_id, e.entries, case when h.entries is null or h.entries < e.entries then 'missing_at_end' else 'changed' end
    from jsonb_to_recordset(p_heads) e (subject_id uuid, entries bigint, hash text)
      left join private.audit_heads h using (subject_id)
      left join private.audit_checkpoints c using (subject_id)
      left join lateral (
        select l.hash from public.audit_logs l where l.subject_id = e.subject_id and l.entry = e.entries limit 1) l on true
    -- Of what was dropped since, only the last link is known: that what is there follows from it, verify_audit_chain tells.
    where h.entries is null or h.entries < e.entries
      or (coalesce(c.entries, 0) <= e.entries
        and coalesce(l.hash, case when c.entries = e.entries then c.hash end) is distinct from decode(e.hash, 'hex'))
$$;

--
-- Name: FUNCTION unlike_audit_heads(p_heads jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.unlike_audit_heads(p_heads jsonb) IS 'The exported heads that the trail does not lead to any more: missing_at_end, where the chain is shorter now, or changed.';

--
-- Name: unmapped(inet); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.unmapped(p_address inet) RETURNS inet
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select case when p_address <<= '::ffff:0:0/96'::inet
    then (regexp_replace(host(p_address), '^.*:', '') || '/' || masklen(p_address) - 96)::inet
    else p_address end
$$;

--
-- Name: FUNCTION unmapped(p_address inet); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.unmapped(p_address inet) IS 'The IPv4 address or network that is mapped into IPv6, and any other as it is.';

--
-- Name: unqueued(private.retention_tables); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.unqueued(p_table private.retention_tables) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select case p_table.policy when 'webhook_logs' then format(' and t.%I < (select private.queued_since())', p_table.aged_by) else '' end
$$;

--
-- Name: FUNCTION unqueued(p_table private.retention_tables); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.unqueued(p_table private.retention_tables) IS 'A condition, to be appended, for a row t that is not still to be delivered.';

--
-- Name: update_own_api_key(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.update_own_api_key(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys := private.lock_own_api_key(p_id);
begin
  if v_key.revoked_at is not null then
    raise exception using errcode = 'PT409', message = 'The key is revoked', detail = 'key_revoked';
  end if;
  v_key := private.with_api_key_settings(v_key, p_settings);
  update public.api_keys set name = v_key.name, scopes = v_key.scopes, enabled = v_key.enabled, expires_at = v_key.expires_at,
      rate_limit = v_key.rate_limit, usage_quota = v_key.usage_quota, allowed_ips = v_key.allowed_ips, metadata = v_key.metadata
    where id = p_id returning * into v_key;
  return private.describe_api_key(v_key);
end
$$;

--
-- Name: FUNCTION update_own_api_key(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.update_own_api_key(p_id uuid, p_settings jsonb) IS 'Changes settings of a key of the caller; those left out stay. Security definer as private.create_own_api_key is.';

--
-- Name: update_own_phone_connection(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.update_own_phone_connection(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION update_own_phone_connection(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.update_own_phone_connection(p_id uuid, p_settings jsonb) IS 'Changes settings of a connection of the caller; those left out stay. api_secret is {id, sealed}, or null to take it away. Security definer as private.create_own_phone_connection is.';

--
-- Name: update_own_webhook(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.update_own_webhook(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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
      enabled_at = case when v_webhook.enabled and not v_old.enabled then now() else enabled_at end,
      failing_since = case when v_webhook.enabled and not v_old.enabled then null else failing_since end,
      failure_count = case when v_webhook.enabled and not v_old.enabled then 0 else failure_count end,
      warned_share = case when v_webhook.enabled and not v_old.enabled then 0 else warned_share end
    where id = p_id returning * into v_webhook;
  return private.describe_webhook(v_webhook);
end
$$;

--
-- Name: FUNCTION update_own_webhook(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.update_own_webhook(p_id uuid, p_settings jsonb) IS 'Changes settings of an endpoint of the caller; those left out stay. Security definer as private.create_own_webhook is.';

--
-- Name: user_of_tenant(private.retention_tables, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.user_of_tenant(p_table private.retention_tables, p_tenant uuid) RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select u.id from auth.users u where u.id = case when p_table.name = 'public.audit_logs'
    then (select s.user_id from private.audit_subjects s where s.subject_id = p_tenant) else p_tenant end
$$;

--
-- Name: FUNCTION user_of_tenant(p_table private.retention_tables, p_tenant uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.user_of_tenant(p_table private.retention_tables, p_tenant uuid) IS 'The user whose rows these are: of the trail, whose subject it is. Null for nobody.';

--
-- Name: values_to_reseal(text, integer, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.values_to_reseal(p_active text, p_limit integer, p_after jsonb) RETURNS TABLE(relation text, column_name text, row_id uuid, user_id uuid, sealed text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $_$
declare
  v_column record;
  v_left integer := p_limit;
begin
  for v_column in
    select c.relation::text as relation, c.column_name::text as name, a.atttypid = 'jsonb'::regtype as is_json
      from private.sealed_columns c join pg_catalog.pg_attribute a on a.attrelid = c.relation and a.attname = c.column_name
      where p_after is null or (c.relation::text, c.column_name::text) >= (p_after ->> 'relation', p_after ->> 'column_name')
      order by c.relation::text, c.column_name::text
  loop
    for relation, column_name, row_id, user_id, sealed in execute format(
      'select %L, %L, t.id, t.user_id, v.sealed from %s t cross join lateral %s v (sealed)
         where private.sealed_with(v.sealed) is distinct from $1 and ($2 is null or t.id > $2) order by t.id limit $3',
      v_column.relation, v_column.name, v_column.relation,
      case when v_column.is_json
        then format('(select e ->> ''sealed'' from jsonb_array_elements(case when jsonb_typeof(t.%1$I) = ''array'' then t.%1$I else ''[]'' end) e
          union all select t.%1$I #>> ''{}'' where jsonb_typeof(t.%1$I) = ''string'')', v_column.name)
        else format('(select t.%1$I where t.%1$I is not null)', v_column.name) end)
      using p_active, case when v_column.relation = p_after ->> 'relation' and v_column.name = p_after ->> 'column_name' then (p_after ->> 'row_id')::uuid end, v_left
    loop
      v_left := v_left - 1;
      return next;
    end loop;
    exit when v_left <= 0;
  end loop;
end
$_$;

--
-- Name: FUNCTION values_to_reseal(p_active text, p_limit integer, p_after jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.values_to_reseal(p_active text, p_limit integer, p_after jsonb) IS 'Sealed values that are not sealed with the key p_active, in the order of table, column and row, after the row that p_after names {relation, column_name, row_id}. Security definer because sealed columns are closed to every role.';

--
-- Name: vault_secret(text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.vault_secret(p_name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_secret text;
begin
  if to_regclass('vault.decrypted_secrets') is not null then
    execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_secret using p_name;
  end if;
  if v_secret is null then
    raise exception 'The Vault has no secret named %', p_name;
  end if;
  return v_secret;
end
$_$;

--
-- Name: FUNCTION vault_secret(p_name text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.vault_secret(p_name text) IS 'A secret of the Vault by its name. Raises where there is none.';

--
-- Name: verify_api_key(text, text, text, uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.verify_api_key(p_key_hash text, p_scope text DEFAULT NULL::text, p_ip text DEFAULT NULL::text, p_user_id uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_verdict jsonb := private.judge_api_key(p_key_hash, p_scope, p_ip, p_user_id, clock_timestamp());
begin
  -- Of those who guess. An owner who asks about a key of somebody else has said who they are.
  if v_verdict ->> 'code' = 'not_found' and p_user_id is null then
    return v_verdict || jsonb_strip_nulls(jsonb_build_object('retry_after', private.limit_requests('wrong_keys', null, p_ip)));
  end if;
  return v_verdict;
end
$$;

--
-- Name: FUNCTION verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) IS 'Judges and counts a key now; for one that is not known, retry_after says in how many seconds its address may try again, where it has tried too often. Security definer because the hot role may execute and nothing else, and no API role may write keys.';

--
-- Name: verify_api_keys(jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.verify_api_keys(p_calls jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
  v_calls jsonb[];
  v_places integer[];
  v_held uuid[];
  v_call jsonb;
  v_verdicts jsonb[] := array_fill(null::jsonb, array[jsonb_array_length(p_calls)]);
begin
  -- In the order of the rows that will be locked, the same for everybody: nobody waits in a circle. Wrong keys come last,
  -- which lock what counts the wrong keys of an address.
  select array_agg(c.call order by c.counter, c.address), array_agg(c.place order by c.counter, c.address),
      array_agg(c.id) filter (where c.id <> c.counter)
    into v_calls, v_places, v_held
    from (
      select e.call, e.place, k.id, k.counter, case when k.id is null then private.address_block(e.call ->> 'p_ip') end as address
        from jsonb_array_elements(p_calls) with ordinality e (call, place)
          -- One by one, by the index: a join might read all keys.
          left join lateral (
            select id, coalesce(counted_by, id) as counter from public.api_keys where key_hash = e.call ->> 'p_key_hash' limit 1
          ) k on true
    ) c;
  if v_held is not null then
    -- A key that another one counts for is held while that one is waited for, so all of these come first; in the order in
    -- which private.lock_own_api_key takes them.
    perform from public.api_keys where id = any (v_held) order by created_at, id for update;
  end if;
  for n in 1 .. coalesce(cardinality(v_calls), 0) loop
    v_call := v_calls[n];
    v_verdicts[v_places[n]] := private.verify_api_key(
      v_call ->> 'p_key_hash', v_call ->> 'p_scope', v_call ->> 'p_ip', (v_call ->> 'p_user_id')::uuid);
  end loop;
  return to_jsonb(v_verdicts);
end
$$;

--
-- Name: FUNCTION verify_api_keys(p_calls jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.verify_api_keys(p_calls jsonb) IS 'The verdicts of private.verify_api_key on a list of {p_key_hash, p_scope, p_ip, p_user_id}, in its order, each counted by itself. What fails fails for all of them. Security definer as that is.';

--
-- Name: verify_audit_chain(uuid); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.verify_audit_chain(p_subject_id uuid) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  -- A subject that has no chain has none that could be whole.
  select case when not exists (select from private.audit_heads where subject_id = p_subject_id) then 0
    else (select min(b.entry) from private.broken_audit_links(p_subject_id) b) end
$$;

--
-- Name: FUNCTION verify_audit_chain(p_subject_id uuid); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.verify_audit_chain(p_subject_id uuid) IS 'The first entry of a subject''s chain whose hash does not follow, null when the chain is whole, 0 when there is none.';

--
-- Name: verify_own_audit_chain(); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.verify_own_audit_chain() RETURNS TABLE(subject_id uuid, entry bigint, entry_id uuid, problem text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
  select b.* from private.audit_subjects s cross join lateral private.broken_audit_links(s.subject_id) b
    where s.user_id = private.account_id()
$$;

--
-- Name: FUNCTION verify_own_audit_chain(); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.verify_own_audit_chain() IS 'The broken links of the caller''s own chain. Security definer because chains'' heads are closed to API roles; it looks at private.account_id() only.';

--
-- Name: wants_event(public.webhooks, public.webhook_events); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.wants_event(p_webhook public.webhooks, p_event public.webhook_events) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select p_webhook.events && private.event_patterns(p_event.type) and (p_webhook.agent_id is null or p_webhook.agent_id = p_event.agent_id)
    and (p_webhook.filter is null or private.matches_filter(p_webhook.filter, p_event.payload::jsonb -> 'data'))
$$;

--
-- Name: FUNCTION wants_event(p_webhook public.webhooks, p_event public.webhook_events); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.wants_event(p_webhook public.webhooks, p_event public.webhook_events) IS 'Whether the endpoint as it is now would be sent the event.';

--
-- Name: wider_api_key_settings(public.api_keys, public.api_keys); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
  select array_remove(array[
    case when '*' = any (p_bounds.scopes) or p_key.scopes <@ p_bounds.scopes then null else 'scopes' end,
    case when p_bounds.expires_at is null or p_key.expires_at <= p_bounds.expires_at then null else 'expires_at' end,
    case when p_bounds.rate_limit is null or p_key.rate_limit <= p_bounds.rate_limit then null else 'rate_limit' end,
    case when p_bounds.usage_quota is null or p_key.usage_quota <= p_bounds.usage_quota then null else 'usage_quota' end,
    case when p_bounds.allowed_ips is null
      or (p_key.allowed_ips is not null and (select bool_and(ip <<= any (p_bounds.allowed_ips)) from unnest(p_key.allowed_ips) ip))
      then null else 'allowed_ips' end
  ], null)
$$;

--
-- Name: FUNCTION wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys) IS 'The settings in which a key reaches further than another one.';

--
-- Name: with_api_key_settings(public.api_keys, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.with_api_key_settings(p_key public.api_keys, p_settings jsonb) RETURNS public.api_keys
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_key public.api_keys := p_key;
  v_problems jsonb := '[]'::jsonb;
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
      if v_field not in ('name', 'scopes', 'enabled', 'expires_at', 'rate_limit', 'usage_quota', 'allowed_ips', 'metadata') then
        v_message := 'A key has no such setting';
      elsif v_field = 'allowed_ips' and jsonb_typeof(v_value) = 'array' then
        -- A string that is no network becomes null here, and is found below.
        v_key.allowed_ips := array(select private.as_cidr(ip) from jsonb_array_elements_text(v_value) ip);
      else
        v_key := jsonb_populate_record(v_key, jsonb_build_object(v_field, v_value));
      end if;
    exception when data_exception then
      v_message := 'Is not of the right type';
    end;
    v_message := coalesce(v_message, case v_field
      when 'name' then case when length(v_key.name) between 1 and 100 and v_key.name ~ '\S' then null else 'Must have 1 to 100 characters' end
      when 'scopes' then case when cardinality(v_key.scopes) > 0 and v_key.scopes <@ ('*'::text || private.api_key_scopes()) then null
        else 'Must be one or more of ' || array_to_string('*'::text || private.api_key_scopes(), ', ') end
      when 'enabled' then case when v_key.enabled is null then 'Must be true or false' end
      when 'expires_at' then case when v_key.expires_at <= clock_timestamp() then 'Must be in the future'
        when v_key.expires_at > clock_timestamp() + interval '100 years' then 'Must be within 100 years' end
      when 'rate_limit' then case when v_key.rate_limit not between 1 and 1000000 then 'Must be 1 to 1000000 an hour, or null for no limit' end
      when 'usage_quota' then case when v_key.usage_quota not between 1 and 1000000000000 then 'Must be 1 to 1000000000000, or null for no limit' end
      when 'allowed_ips' then case when cardinality(v_key.allowed_ips) not between 1 and 100 or array_position(v_key.allowed_ips, null) is not null
        then 'Must be 1 to 100 addresses or networks such as 203.0.113.0/24, or null for anywhere' end
      when 'metadata' then case when jsonb_typeof(v_key.metadata) = 'object' and octet_length(v_key.metadata::text) <= 4096 then null
        else 'Must be an object of at most 4096 bytes' end
    end);
    if v_message is not null then
      v_problems := v_problems || jsonb_build_object('path', v_field, 'message', v_message);
    end if;
  end loop;
  if v_key.name is null and not p_settings ? 'name' then
    v_problems := v_problems || '{"path": "name", "message": "Is required"}';
  end if;
  if v_key.scopes is null and not p_settings ? 'scopes' then
    v_problems := v_problems || '{"path": "scopes", "message": "Is required"}';
  end if;
  if v_problems <> '[]' then
    raise exception using errcode = 'PT422', message = 'The settings of the key are not valid', detail = 'validation_failed', hint = v_problems::text;
  end if;
  v_key.scopes := array(select distinct s from unnest(v_key.scopes) s order by s);
  return v_key;
end
$$;

--
-- Name: FUNCTION with_api_key_settings(p_key public.api_keys, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.with_api_key_settings(p_key public.api_keys, p_settings jsonb) IS 'The key with some of its settings set. PT422 validation_failed lists every field at fault. The only way that settings come into the table.';

--
-- Name: with_webhook_settings(public.webhooks, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.with_webhook_settings(p_webhook public.webhooks, p_settings jsonb) RETURNS public.webhooks
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
declare
  v_webhook public.webhooks := p_webhook;
  v_problems jsonb := '[]'::jsonb;
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
      elsif v_field in ('events', 'header_names', 'retry_schedule') and jsonb_typeof(v_value) <> 'null' and not coalesce(
        jsonb_typeof(v_value) = 'array'
          and (select bool_and(jsonb_typeof(e) in ('string', 'number')) from jsonb_array_elements(v_value) e) is not false, false)
      then
        -- Postgres would also take text of its own form, arrays of arrays, and null among the elements.
        v_message := 'Is not of the right type';
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
      when 'url' then case when private.is_refused_url(v_webhook.url) then 'Must be an https URL at a public address'
        when length(v_webhook.url) <= 2048 and v_webhook.url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$' then null
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
$_$;

--
-- Name: FUNCTION with_webhook_settings(p_webhook public.webhooks, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.with_webhook_settings(p_webhook public.webhooks, p_settings jsonb) IS 'The endpoint with some of its settings set. PT422 validation_failed lists every field at fault. The only way that settings come into the table. What the address resolves to is checked by the function that writes it and again at each delivery.';

--
-- Name: withheld_columns(oid, text); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.withheld_columns(p_table oid, p_name text) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}') from pg_attribute a
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
      and (a.attname ~ '(password|secret|token|cipher|sealed|encrypted|hash|hmac|nonce|challenge|credential|auth_code|authorization_code|recovery_code|otp|jwe)'
          and a.attname !~ '_(at|method|counter|fields)$'
          and not exists (select from private.table_classes c where c.name = p_name and a.attname = any (c.opened))
        or a.attname = any ((select c.withheld from private.table_classes c where c.name = p_name)::text[]))
$_$;

--
-- Name: FUNCTION withheld_columns(p_table oid, p_name text); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.withheld_columns(p_table oid, p_name text) IS 'The columns that an export leaves out: those that private.table_classes names, and those whose name says that they hold a secret, sealed or not, unless it opens them.';

--
-- Name: write_ivr_menu(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -
--

CREATE FUNCTION private.write_ivr_menu(p_id uuid, p_settings jsonb) RETURNS public.ivr_menus
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
declare
  -- A new menu has a name, or is refused for having none.
  v_keys text[] := array(select key from jsonb_object_keys(case when p_id is null then '{"name": null}' || p_settings else p_settings end) key where key <> 'id');
  v_columns text := (select string_agg(quote_ident(key), ', ') from unnest(v_keys) key);
  v_values text := (select string_agg('s.' || quote_ident(key), ', ') from unnest(v_keys) key);
  v_id uuid := coalesce(p_id, gen_random_uuid());
  v_menu public.ivr_menus;
  v_constraint text;
begin
  if p_id is null then
    execute format('insert into public.ivr_menus (id, %s) select $2, %s from jsonb_populate_record(null::public.ivr_menus, $1) s', v_columns, v_values)
      using p_settings, v_id;
  elsif v_columns is not null then
    execute format('update public.ivr_menus m set (%s) = row(%s) from jsonb_populate_record(null::public.ivr_menus, $1) s where m.id = $2', v_columns, v_values)
      using p_settings, v_id;
  end if;
  select * into v_menu from public.ivr_menus where id = v_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  return v_menu;
exception
  when check_violation or foreign_key_violation then
    get stacked diagnostics v_constraint = constraint_name;
    raise exception using errcode = 'PT422', message = 'A setting is out of bounds', detail = 'validation_failed',
      hint = jsonb_build_array(jsonb_build_object('path', private.ivr_menu_field(v_constraint), 'message',
        case when private.ivr_menu_field(v_constraint) = 'parent_menu_id' then 'Must be another menu of yours' else 'Is too large or out of bounds' end))::text;
  when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    raise exception using errcode = 'PT409', message = 'Another menu has this', detail = 'conflict',
      hint = jsonb_build_array(jsonb_build_object('path', private.ivr_menu_field(v_constraint), 'message', 'Another menu of yours has it'))::text;
end
$_$;

--
-- Name: FUNCTION write_ivr_menu(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON FUNCTION private.write_ivr_menu(p_id uuid, p_settings jsonb) IS 'Adds a menu with the settings given by their columns, or sets these in the one of p_id. PT422 and PT409 name the field. Acts as its caller, under row level security.';

--
-- Name: begin_erasure(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.begin_erasure(p_job_id uuid, p_fence integer) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.begin_erasure(p_job_id, p_fence) $$;

--
-- Name: FUNCTION begin_erasure(p_job_id uuid, p_fence integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.begin_erasure(p_job_id uuid, p_fence integer) IS 'Begins an erasure; false while another job of the user is under way.';

--
-- Name: cancel_account_deletion(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cancel_account_deletion() RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.cancel_own_account_deletion() $$;

--
-- Name: FUNCTION cancel_account_deletion(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.cancel_account_deletion() IS 'Keeps the caller''s account, while its erasure has not begun.';

--
-- Name: cancel_webhook_replay(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.cancel_own_webhook_replay(p_webhook_id, p_replay_id) $$;

--
-- Name: FUNCTION cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid) IS 'Takes back what a replay of the caller has not sent yet.';

--
-- Name: check_api_key(text, text, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_api_key(p_key_hash text, p_scope text DEFAULT NULL::text, p_ip text DEFAULT NULL::text, p_limit text DEFAULT 'requests'::text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.check_api_key(p_key_hash, p_scope, p_ip, p_limit);
end
$$;

--
-- Name: FUNCTION check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) IS 'The verdict on a key as public.verify_api_key gives it, without counting its use: for asking about another key, which is what counts. retry_after, where there were too many such requests: in how many seconds there may be another.';

--
-- Name: check_audit_heads(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_audit_heads(p_heads jsonb) RETURNS TABLE(subject_id uuid, entry bigint, problem text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select * from private.unlike_audit_heads(p_heads) $$;

--
-- Name: FUNCTION check_audit_heads(p_heads jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.check_audit_heads(p_heads jsonb) IS 'Compares the trail with heads that were exported before ([{subject_id, entries, hash}]): what it does not lead to any more, nothing where it is whole. For the operator.';

--
-- Name: check_ivr_menu(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_ivr_menu(p_menu_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.check_own_ivr_menu(p_menu_id) $$;

--
-- Name: FUNCTION check_ivr_menu(p_menu_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.check_ivr_menu(p_menu_id uuid) IS 'What publishing one of the caller''s menus would freeze and what stands in the way: {document, digest, problems, numbers, transfer_rules}. Changes nothing.';

--
-- Name: claim_job(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.claim_job(p_lease_seconds integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  update private.jobs j set
      -- A lease that ran out is a slice that nobody finished.
      attempts = j.attempts + (j.leased_until is not null)::integer,
      leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds),
      fence = j.fence + 1
    where j.id = (
      select d.id from private.jobs d
        where d.state = 'queued' and coalesce(d.leased_until, d.due_at) <= clock_timestamp()
        order by coalesce(d.leased_until, d.due_at), d.id limit 1 for update skip locked)
    returning jsonb_build_object('id', j.id, 'user_id', j.user_id, 'kind', j.kind, 'progress', j.progress, 'attempts', j.attempts, 'fence', j.fence)
$$;

--
-- Name: FUNCTION claim_job(p_lease_seconds integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.claim_job(p_lease_seconds integer) IS 'Takes the job that has been due for longest, for so many seconds: {id, user_id, kind, progress, attempts, fence}, or null where none is due.';

--
-- Name: claim_webhook_deliveries(integer, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid DEFAULT NULL::uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.claim_webhook_deliveries(p_limit, p_delivery_id);
end
$$;

--
-- Name: FUNCTION claim_webhook_deliveries(p_limit integer, p_delivery_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) IS 'Leases due deliveries to a worker; see private.claim_webhook_deliveries.';

--
-- Name: cleanup_old_logs(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cleanup_old_logs(p_days integer) RETURNS bigint
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.cleanup_old_audit_logs(p_days) $$;

--
-- Name: FUNCTION cleanup_old_logs(p_days integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.cleanup_old_logs(p_days integer) IS 'Drops the oldest month of the audit trail that ended more than p_days ago and that no tenant has chosen to keep longer; for the operator, who calls it until it returns 0. Returns how many entries went.';

--
-- Name: commit_ivr_app_turn(uuid, integer, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.commit_own_ivr_turn(p_id, p_step, p_state, p_input, p_outcome, p_reply) $$;

--
-- Name: FUNCTION commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'Advances an app''s session of the caller from p_step by compare and swap.';

--
-- Name: complete_webhook_deliveries(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.complete_webhook_deliveries(p_outcomes jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.complete_webhook_deliveries(p_outcomes);
end
$$;

--
-- Name: FUNCTION complete_webhook_deliveries(p_outcomes jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.complete_webhook_deliveries(p_outcomes jsonb) IS 'Takes in what became of leased deliveries; see private.complete_webhook_deliveries.';

--
-- Name: count_personal_rows(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.count_personal_rows(p_user_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.count_personal_rows(p_user_id) $$;

--
-- Name: FUNCTION count_personal_rows(p_user_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.count_personal_rows(p_user_id uuid) IS 'What there is of a user: {table: count}; for the operator.';

--
-- Name: count_values_to_reseal(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.count_values_to_reseal(p_active text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select count(*) from private.values_to_reseal(p_active, 2147483647, null) $$;

--
-- Name: FUNCTION count_values_to_reseal(p_active text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.count_values_to_reseal(p_active text) IS 'How many sealed values are not sealed with the key p_active. For the operator.';

--
-- Name: create_account_export(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_account_export() RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.create_own_account_export() $$;

--
-- Name: FUNCTION create_account_export(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_account_export() IS 'Begins an export of everything that there is of the caller.';

--
-- Name: create_account_export_once(text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_account_export_once(p_idempotency_key text, p_request_hash text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('account.export', p_idempotency_key, p_request_hash),
    private.remember_request('account.export', p_idempotency_key, p_request_hash, private.create_own_account_export()))
$$;

--
-- Name: FUNCTION create_account_export_once(p_idempotency_key text, p_request_hash text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_account_export_once(p_idempotency_key text, p_request_hash text) IS 'public.create_account_export at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: create_api_key(text, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.create_own_api_key(p_key_hash, p_key_prefix, p_settings) $$;

--
-- Name: FUNCTION create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) IS 'Adds a key of the caller: name, scopes, expires_at, rate_limit, usage_quota, allowed_ips, metadata and enabled in p_settings.';

--
-- Name: create_api_key_once(text, text, text, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('api-keys.create', p_idempotency_key, p_request_hash),
    private.remember_request('api-keys.create', p_idempotency_key, p_request_hash,
      private.create_own_api_key(p_key_hash, p_key_prefix, p_settings)))
$$;

--
-- Name: FUNCTION create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb) IS 'public.create_api_key at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: create_ivr_menu(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_ivr_menu(p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select to_jsonb(private.write_ivr_menu(null, p_settings)) $$;

--
-- Name: FUNCTION create_ivr_menu(p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_ivr_menu(p_settings jsonb) IS 'Adds a menu of the caller, as a draft.';

--
-- Name: create_ivr_menu_once(text, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('ivr.menus.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.menus.create', p_idempotency_key, p_request_hash, public.create_ivr_menu(p_settings)))
$$;

--
-- Name: FUNCTION create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb) IS 'public.create_ivr_menu at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: create_phone_connection(uuid, text, text, text, uuid, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.create_own_phone_connection(p_id, p_provider, p_name, p_account_sid, p_credential_id, p_sealed, p_api_secret) $$;

--
-- Name: FUNCTION create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) IS 'Adds a phone connection of the caller. Secrets arrive sealed: compact JWEs bound to private.credentials.sealed and their ids, p_api_secret as {id, sealed}.';

--
-- Name: create_phone_connection_once(text, text, uuid, text, text, text, uuid, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('ivr.connections.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.connections.create', p_idempotency_key, p_request_hash,
      private.create_own_phone_connection(p_id, p_provider, p_name, p_account_sid, p_credential_id, p_sealed, p_api_secret)))
$$;

--
-- Name: FUNCTION create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) IS 'public.create_phone_connection at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: phone_numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.phone_numbers (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid DEFAULT private.account_id() NOT NULL,
    connection_id uuid NOT NULL,
    menu_id uuid,
    number text NOT NULL,
    label text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT phone_numbers_label_check CHECK (((length(label) >= 1) AND (length(label) <= 100))),
    CONSTRAINT phone_numbers_number_check CHECK ((number ~ '^\+[1-9][0-9]{1,14}$'::text))
);

--
-- Name: TABLE phone_numbers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.phone_numbers IS 'Numbers that are answered, each with the menu that its callers hear first.';

--
-- Name: COLUMN phone_numbers.number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.phone_numbers.number IS 'E.164.';

--
-- Name: create_phone_number(uuid, text, uuid, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid DEFAULT NULL::uuid, p_label text DEFAULT NULL::text) RETURNS public.phone_numbers
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid, p_label text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) IS 'Adds a number of the caller to a connection and a menu of the caller. PT409 and PT422 name the field at fault.';

--
-- Name: create_phone_number_once(text, text, uuid, text, uuid, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid DEFAULT NULL::uuid, p_label text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('ivr.numbers.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.numbers.create', p_idempotency_key, p_request_hash,
      to_jsonb(public.create_phone_number(p_connection_id, p_number, p_menu_id, p_label))))
$$;

--
-- Name: FUNCTION create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid, p_label text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) IS 'public.create_phone_number at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: create_webhook(uuid, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_webhook(p_id uuid, p_secret text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.create_own_webhook(p_id, p_secret, p_settings) $$;

--
-- Name: FUNCTION create_webhook(p_id uuid, p_secret text, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_webhook(p_id uuid, p_secret text, p_settings jsonb) IS 'Adds an endpoint of the caller, with its secret sealed for the given id.';

--
-- Name: create_webhook_once(text, text, uuid, text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('webhooks.create', p_idempotency_key, p_request_hash),
    private.remember_request('webhooks.create', p_idempotency_key, p_request_hash, private.create_own_webhook(p_id, p_secret, p_settings)))
$$;

--
-- Name: FUNCTION create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb) IS 'public.create_webhook at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: delete_api_key(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delete_api_key(p_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.delete_own_api_key(p_id) $$;

--
-- Name: FUNCTION delete_api_key(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.delete_api_key(p_id uuid) IS 'Deletes a key of the caller with what it used, and answers what it was.';

--
-- Name: delete_ivr_menu(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delete_ivr_menu(p_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_menu public.ivr_menus;
  v_users jsonb;
begin
  select * into v_menu from public.ivr_menus where id = p_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  select jsonb_agg(to_jsonb(u) order by u.path) into v_users from private.ivr_menu_users(v_menu) u;
  if v_users is not null then
    raise exception using errcode = 'PT409', message = 'The menu is needed', detail = 'conflict', hint = v_users::text;
  end if;
  delete from public.ivr_menus where id = p_id;
end
$$;

--
-- Name: FUNCTION delete_ivr_menu(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.delete_ivr_menu(p_id uuid) IS 'Deletes a menu of the caller. PT409 names the numbers and drafts that lead to it. Versions that hold it, its own among them, stay.';

--
-- Name: delete_webhook(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delete_webhook(p_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.delete_own_webhook(p_id) $$;

--
-- Name: FUNCTION delete_webhook(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.delete_webhook(p_id uuid) IS 'Deletes an endpoint of the caller, and answers what it was.';

--
-- Name: describe_personal_tables(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.describe_personal_tables() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.describe_personal_tables() $$;

--
-- Name: FUNCTION describe_personal_tables(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.describe_personal_tables() IS 'The tables that an export reads, what it leaves out of each and what it opens: [{name, withheld, opened}].';

--
-- Name: disable_leaked_api_key(text, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.disable_leaked_api_key(p_key_hash, p_source, p_url) $$;

--
-- Name: FUNCTION disable_leaked_api_key(p_key_hash text, p_source text, p_url text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) IS 'Disables a key that was found in public and puts that on its owner''s trail: {key_id, user_id}, or null for an unknown key.';

--
-- Name: encrypts_health_data(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.encrypts_health_data(p_user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select exists (select from private.health_settings where user_id = p_user_id and encrypts) $$;

--
-- Name: FUNCTION encrypts_health_data(p_user_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.encrypts_health_data(p_user_id uuid) IS 'Whether a tenant''s health data is to be stored sealed, for functions that act for the tenant.';

--
-- Name: end_ivr_session(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.end_ivr_session(p_id uuid, p_step integer DEFAULT NULL::integer) RETURNS uuid
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.end_own_ivr_session(p_id, p_step) $$;

--
-- Name: FUNCTION end_ivr_session(p_id uuid, p_step integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.end_ivr_session(p_id uuid, p_step integer) IS 'Ends an app''s session of the caller; a second time changes nothing.';

--
-- Name: erase_personal_rows(uuid, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.erase_personal_rows(p_user_id, p_table, p_rows) $$;

--
-- Name: FUNCTION erase_personal_rows(p_user_id uuid, p_table text, p_rows integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) IS 'Deletes at most so many of a user''s rows of a table; returns how many.';

--
-- Name: fail_job(uuid, integer, text, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  update private.jobs set attempts = attempts + 1, error = left(p_error, 500), leased_until = null,
      state = case when p_final then 'failed' else 'queued' end,
      -- 10 s, doubled each time, at most an hour.
      due_at = clock_timestamp() + make_interval(secs => least(10 * 2 ^ least(attempts, 10), 3600))
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;

--
-- Name: FUNCTION fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean) IS 'Ends a slice that failed: the job is tried again later, or not at all where p_final. False where another worker has taken it over.';

--
-- Name: finish_erasure(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.finish_erasure(p_job_id uuid, p_fence integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.finish_erasure(p_job_id, p_fence) $$;

--
-- Name: FUNCTION finish_erasure(p_job_id uuid, p_fence integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.finish_erasure(p_job_id uuid, p_fence integer) IS 'Ends an erasure, or says what is left of the account: {table: count}.';

--
-- Name: forget_archived(uuid, integer, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.forget_archived(p_job_id, p_fence, p_chunk, p_object, p_sha256) $$;

--
-- Name: FUNCTION forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) IS 'Deletes rows that were archived and read back; false where they are not the same any more.';

--
-- Name: get_account_deletion(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_account_deletion() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.get_own_account_deletion() $$;

--
-- Name: FUNCTION get_account_deletion(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_account_deletion() IS 'Whether and when the caller''s account will be erased: {state, requested_at, erased_after}.';

--
-- Name: get_account_export(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_account_export(p_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.get_own_account_export(p_id) $$;

--
-- Name: FUNCTION get_account_export(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_account_export(p_id uuid) IS 'How far an export of the caller is, and its files.';

--
-- Name: get_api_key_usage(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_from timestamptz := date_trunc('hour', p_from, 'UTC');
begin
  if not exists (select from public.api_keys where id = p_id and user_id = private.account_id()) then
    raise exception using errcode = 'PT404', message = 'No such key', detail = 'not_found';
  end if;
  if v_from is null or p_to is null or not isfinite(v_from) or not isfinite(p_to) or p_to <= p_from or p_to > v_from + interval '92 days' then
    raise exception using errcode = 'PT422', message = 'The time span is not valid', detail = 'validation_failed',
      hint = '[{"path": "to", "message": "Must be after from, by at most 92 days"}]';
  end if;
  -- One value, not rows: the Data API cuts rows off at a thousand.
  return (
    select jsonb_build_object('total', coalesce(sum(u.count), 0),
      'hours', jsonb_agg(jsonb_build_object('hour', h.hour, 'count', coalesce(u.count, 0)) order by h.hour))
    from generate_series(v_from, p_to - interval '1 microsecond', interval '1 hour') h (hour)
      left join (
        select hour, sum(count) as count from (
          select hour, count from public.api_key_usage where key_id = p_id and hour >= v_from and hour < p_to
          union all
          select last_hour, last_hour_count from public.api_keys where id = p_id
        ) all_hours group by hour
      ) u using (hour)
  );
end
$$;

--
-- Name: FUNCTION get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) IS 'How often a key of the caller was used: {total, hours: [{hour, count}]}, every hour of UTC that p_from to p_to touches, also those without use. Security invoker: policies apply.';

--
-- Name: get_complete_user_profile(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_complete_user_profile() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.get_own_user_profile() $$;

--
-- Name: FUNCTION get_complete_user_profile(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_complete_user_profile() IS 'The caller''s whole profile, with the configuration of Retell under retell; of secrets whether they are there, how they end, and a digest.';

--
-- Name: get_consents(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_consents() RETURNS SETOF public.consents
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select distinct on (c.purpose) c.* from public.consents c where c.user_id = (select private.account_id())
    order by c.purpose, c.created_at desc, c.id desc
$$;

--
-- Name: FUNCTION get_consents(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_consents() IS 'What the caller consents to, or no longer does: the latest of each purpose.';

--
-- Name: get_ivr_menu_stats(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET jit TO 'off'
    AS $$
declare
  v_user_id uuid := private.account_id();
begin
  if not exists (select from public.ivr_menus where id = p_menu_id and user_id = v_user_id) then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  if p_from is null or p_to is null or not isfinite(p_from) or not isfinite(p_to) or p_to <= p_from or p_to > p_from + interval '92 days' then
    raise exception using errcode = 'PT422', message = 'The time span is not valid', detail = 'validation_failed',
      hint = '[{"path": "to", "message": "Must be after from, by at most 92 days"}]';
  end if;
  return (
    with
    -- This menu, and every menu that one of its versions leads to, as the newest version with it has it.
    wanted as (
      select p_menu_id as id, null::jsonb as frozen, false as is_current, 0 as version
      union all
      select w.key::uuid, w.value, coalesce(v.id = m.published_version_id, false), v.version
        from public.ivr_menus m join public.ivr_menu_versions v on v.menu_id = m.id cross join jsonb_each(v.document -> 'menus') w
        where m.id = p_menu_id and v.user_id = v_user_id
    ),
    menu as (
      select distinct on (w.id) w.id, w.frozen, w.is_current from wanted w order by w.id, w.is_current desc, w.version desc
    ),
    -- A turn leads to the menu in which the next input is given. The next turn may come after the time that is counted.
    turn as (
      select t.session_id, t.step, t.menu_id, t.item, t.outcome, t.created_at,
          case
            -- Of what an answer from outside took for the caller, the caller's own turn before is the choice.
            when t.step = 0 or t.outcome in ('answered', 'unanswered') then null
            when t.item is not null then 'chosen'
            -- What was entered in a sensitive menu is masked, and so is which item it was.
            when t.input ? 'masked' and t.outcome in ('chosen', 'closed', 'not_allowed') then 'chosen'
            when t.outcome in ('invalid', 'no_input') then t.outcome
            -- The limit was spent, and its final transfer is one that is not allowed.
            when t.outcome = 'not_allowed' then case when t.input ->> 'kind' in ('digits', 'speech') then 'invalid' else 'no_input' end
          end as result,
          lead(t.menu_id) over (partition by t.session_id order by t.step) as next_menu_id
        from public.ivr_turns t
        where t.user_id = v_user_id and t.created_at >= p_from
    ),
    placed as (
      select t.*, s.menu_version_id, coalesce(t.next_menu_id, (s.menu_stack ->> -1)::uuid) as leads_to
        from turn t join public.ivr_sessions s on s.id = t.session_id
        where t.created_at < p_to
    ),
    visit as (
      select p.session_id, p.leads_to as menu_id
        from placed p join menu m on m.id = p.leads_to join public.ivr_menu_versions v on v.id = p.menu_version_id
        where (p.step = 0 or p.leads_to <> p.menu_id) and p.outcome <> 'refused'
          -- Outside its hours a menu is not offered; one that is offered in its place has no hours.
          and not (p.outcome = 'closed' and v.document #> array['menus', p.leads_to::text, 'hours'] <> 'null')
    ),
    reached as (
      select menu_id, count(*) as visits, count(distinct session_id) as sessions from visit group by menu_id
    ),
    result as (
      select menu_id, count(*) filter (where result = 'chosen') as chosen, count(*) filter (where result = 'invalid') as invalid,
          count(*) filter (where result = 'no_input') as no_input
        from placed where result is not null group by menu_id
    ),
    dropped as (
      select (s.menu_stack ->> -1)::uuid as menu_id, count(*) as dropped
        from public.ivr_sessions s
        where s.user_id = v_user_id and s.ended_at >= p_from and s.ended_at < p_to
          and s.end_reason in ('caller_hung_up', 'timed_out') and s.pending is null
        group by 1
    ),
    -- A digit may have led elsewhere in another version: an item is its digit and what it leads to.
    picked as (
      select c.menu_id, i.value ->> 'digit' as digit, i.value ->> 'action' as action, i.value ->> 'target' as target,
          c.chosen, v.created_at as published_at, i.value ->> 'label' as label
        from (select menu_id, item, menu_version_id, count(*) as chosen from placed where result = 'chosen' and item is not null group by 1, 2, 3) c
          join menu m on m.id = c.menu_id
          join public.ivr_menu_versions v on v.id = c.menu_version_id
          cross join lateral jsonb_array_elements(v.document #> array['menus', c.menu_id::text, 'items']) i
        where i.value ->> 'digit' = c.item
    ),
    item as (
      select m.id as menu_id, i.value ->> 'digit' as digit, i.value ->> 'action' as action, i.value ->> 'target' as target,
          0 as chosen, null::timestamptz as published_at, i.value ->> 'label' as label, i.ordinality as position, m.is_current
        from menu m cross join lateral jsonb_array_elements(m.frozen -> 'items') with ordinality i
      union all
      select p.menu_id, p.digit, p.action, p.target, p.chosen, p.published_at, p.label, null, false from picked p
    ),
    counted as (
      select i.menu_id, i.digit, i.action, i.target, sum(i.chosen) as chosen, min(i.position) as position, bool_or(i.is_current) as is_current,
          (array_agg(i.label order by i.published_at desc nulls first))[1] as label
        from item i group by 1, 2, 3, 4
    )
    select jsonb_agg(jsonb_build_object('menu_id', m.id, 'key', coalesce(d.key, m.frozen ->> 'key'), 'name', coalesce(d.name, m.frozen ->> 'name'),
        'reached', coalesce(r.visits, 0), 'sessions', coalesce(r.sessions, 0), 'chosen', coalesce(c.chosen, 0),
        'invalid', coalesce(c.invalid, 0), 'no_input', coalesce(c.no_input, 0), 'dropped', coalesce(x.dropped, 0),
        'items', (select coalesce(jsonb_agg(jsonb_build_object('digit', i.digit, 'label', i.label, 'action', i.action, 'target', i.target,
              'current', i.is_current, 'chosen', i.known, 'share', round(i.known / nullif(c.chosen, 0), 4))
              order by i.position nulls last, i.digit, i.action, i.target), '[]')
            -- Which item it was is kept of no choice in a sensitive menu.
            from (select *, case when chosen > 0 or m.frozen -> 'sensitive' is distinct from 'true' then chosen end as known
              from counted where menu_id = m.id) i))
      order by m.id <> p_menu_id, coalesce(r.visits, 0) desc, m.id)
    from menu m left join public.ivr_menus d on d.id = m.id and d.user_id = v_user_id
      left join reached r on r.menu_id = m.id left join result c on c.menu_id = m.id left join dropped x on x.menu_id = m.id
  );
end
$$;

--
-- Name: FUNCTION get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) IS 'How a menu of the caller and those that its versions lead to were used from p_from until p_to, over all sessions and versions. Of each menu: reached is how often callers came to where it was offered, however often it was offered again while they stayed, and sessions in how many sessions; chosen, invalid and no_input are turns; dropped are sessions that the caller left, or that timed out, while it was offered. Of each item: chosen, and its share of all choices of the menu; null where the menu is sensitive. Security invoker: policies apply.';

--
-- Name: get_ivr_session(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_ivr_session(p_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select private.shown_ivr_session(s) || jsonb_build_object('turns', (
    select coalesce(jsonb_agg(jsonb_build_object('step', t.step, 'created_at', t.created_at,
        'menu_id', t.menu_id, 'menu_name', v.document #> array['menus', t.menu_id::text, 'name'],
        'input', t.input, 'outcome', t.outcome, 'item', t.item, 'item_label', (
          select i.value ->> 'label' from jsonb_array_elements(v.document #> array['menus', t.menu_id::text, 'items']) i
            where i.value ->> 'digit' = t.item limit 1),
        'reply', t.reply) order by t.step), '[]')
      from public.ivr_turns t left join public.ivr_menu_versions v on v.id = s.menu_version_id
      where t.session_id = s.id))
  from public.ivr_sessions s
  where s.id = p_id and s.user_id = (select private.account_id())
$$;

--
-- Name: FUNCTION get_ivr_session(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_ivr_session(p_id uuid) IS 'A session of the caller with every turn and its call, or null. Security invoker: policies apply.';

--
-- Name: get_own_sign_in(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_own_sign_in() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.own_sign_in() $$;

--
-- Name: FUNCTION get_own_sign_in(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_own_sign_in() IS 'What the caller signs in with, and when the session began: {email, phone, session_began}.';

--
-- Name: get_transfer_rules(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_transfer_rules() RETURNS TABLE(countries text[], prefixes text[], max_per_hour integer)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select r.countries, coalesce(r.prefixes, '{}'), coalesce(r.max_per_hour, 100) from private.own_transfer_rules() r $$;

--
-- Name: FUNCTION get_transfer_rules(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_transfer_rules() IS 'Where the caller''s own callers may be transferred to, and how often: as set by set_transfer_rules, or what holds where nothing was set.';

--
-- Name: get_webhook_replay(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.get_webhook_replay(p_webhook_id uuid, p_replay_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.get_own_webhook_replay(p_webhook_id, p_replay_id) $$;

--
-- Name: FUNCTION get_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.get_webhook_replay(p_webhook_id uuid, p_replay_id uuid) IS 'How far a replay of the caller is.';

--
-- Name: health_data(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.health_data() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.describe_own_health_data() $$;

--
-- Name: FUNCTION health_data(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.health_data() IS 'Whether the caller''s health data is stored sealed, and how many calls and events are not: {encrypt, plain}.';

--
-- Name: is_archive(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.is_archive(p_object text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select exists (select from private.archives where object = p_object) $$;

--
-- Name: FUNCTION is_archive(p_object text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.is_archive(p_object text) IS 'Whether rows were deleted because this object holds them.';

--
-- Name: ivr_announce_recording(uuid, text, text, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_session_id uuid;
begin
  select id into v_session_id from public.ivr_sessions
    where connection_id = p_connection_id and session_id = p_call_id and call_log_id is not null;
  if v_session_id is null then
    raise exception using errcode = 'PT404', message = 'No call has this id', detail = 'unknown_session';
  end if;
  return private.take_recording(v_session_id, p_recording_id, p_url, p_duration_seconds);
end
$$;

--
-- Name: FUNCTION ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer) IS 'Takes in a recording that a provider announces. Returns its id and whether it is still to be copied. PT404 unknown_session where the connection had no such call.';

--
-- Name: ivr_callout_grant(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_callout_grant(p_session_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.ivr_callout_grant(p_session_id) $$;

--
-- Name: FUNCTION ivr_callout_grant(p_session_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_callout_grant(p_session_id uuid) IS 'What asking outside takes that a session waits for. For sessions of apps, whose turns are committed as a user who may not see it.';

--
-- Name: ivr_claim_recordings(integer, integer, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_claimed uuid[];
  v_spent uuid[];
begin
  with due as (
    select s.recording_id from private.recording_sources s
      where s.due_at is not null and coalesce(s.leased_until, s.due_at) <= clock_timestamp()
        and (p_recording_id is null or s.recording_id = p_recording_id)
      order by coalesce(s.leased_until, s.due_at) limit p_limit for update skip locked
  ), claimed as (
    update private.recording_sources s set leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds), fence = s.fence + 1
      from due where s.recording_id = due.recording_id returning s.recording_id
  )
  select coalesce(array_agg(recording_id), '{}') into v_claimed from claimed;

  -- Of a recording that ends every process that copies it, the last attempt is never reported.
  select coalesce(array_agg(id), '{}') into v_spent from public.call_recordings
    where id = any (v_claimed) and private.recording_wait(attempts) is null and attempts > 0;
  update public.call_recordings set status = 'failed', error = 'interrupted' where id = any (v_spent);
  update private.recording_sources set due_at = null, leased_until = null where recording_id = any (v_spent);
  -- Counted before it is made, so that one that never ends is counted too.
  update public.call_recordings set attempts = attempts + 1 where id = any (v_claimed) and id <> all (v_spent);

  return (select coalesce(jsonb_agg(jsonb_build_object(
      'id', r.id, 'fence', s.fence, 'user_id', r.user_id, 'call_log_id', r.call_log_id, 'url', s.url,
      'provider', l.provider, 'account_sid', c.account_sid,
      'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'purpose', k.purpose, 'sealed', k.sealed)
            order by k.expires_at is not null, k.created_at desc), '[]')
          from private.credentials k where k.connection_id = r.connection_id and (k.expires_at is null or k.expires_at > now())))), '[]')
    from public.call_recordings r
    join private.recording_sources s on s.recording_id = r.id
    join public.call_logs l on l.id = r.call_log_id
    left join public.phone_connections c on c.id = r.connection_id
    where r.id = any (v_claimed) and r.id <> all (v_spent));
end
$$;

--
-- Name: FUNCTION ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid) IS 'Takes recordings that are due to be copied, each for one worker until its lease ends, with what their provider must be asked with, sealed.';

--
-- Name: ivr_commit_known_turn(text, uuid, text, text, uuid, text, uuid, integer, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return public.ivr_commit_known_turns(jsonb_build_array(jsonb_build_object('p_provider', p_provider, 'p_connection_id', p_connection_id,
    'p_call_id', p_call_id, 'p_to', p_to, 'p_known_version', p_known_version, 'p_settings', p_settings, 'p_session_id', p_session_id,
    'p_step', p_step, 'p_menu_id', p_menu_id, 'p_state', p_state, 'p_input', p_input, 'p_outcome', p_outcome, 'p_reply', p_reply))) -> 0;
end
$$;

--
-- Name: FUNCTION ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.ivr_commit_turn for a turn that was decided without loading it. Where the settings are no longer those whose digest is p_settings, or the session has ended or stands elsewhere, nothing is committed and {loaded} is returned: what public.ivr_load_turn says now.';

--
-- Name: ivr_commit_known_turns(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_commit_known_turns(p_calls jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_settings jsonb;
  v_turns jsonb;
  v_advanced jsonb;
begin
  select jsonb_object_agg(provider || ' ' || connection_id, md5(private.ivr_call_settings(provider, connection_id::uuid)::text)) into v_settings
    from (select distinct call ->> 'p_provider' as provider, call ->> 'p_connection_id' as connection_id from jsonb_array_elements(p_calls) call) known;
  -- The same settings and the same step: the turn was decided by what would have been loaded.
  select jsonb_agg(case when v_settings ->> ((call ->> 'p_provider') || ' ' || (call ->> 'p_connection_id')) = call ->> 'p_settings'
      then call else '{}' end order by place) into v_turns
    from jsonb_array_elements(p_calls) with ordinality c (call, place);
  v_advanced := private.advance_ivr_sessions(v_turns);
  return (
    select coalesce(jsonb_agg(coalesce(
        v_advanced -> c.place::text,
        (select jsonb_build_object('callout', null, 'reply', t.reply) from public.ivr_turns t
          where t.session_id = (v.turn ->> 'p_session_id')::uuid and t.step = (v.turn ->> 'p_step')::integer),
        jsonb_build_object('loaded', public.ivr_load_turn(c.call ->> 'p_provider', (c.call ->> 'p_connection_id')::uuid, c.call ->> 'p_call_id',
          c.call ->> 'p_to', (c.call ->> 'p_step')::integer, (c.call ->> 'p_known_version')::uuid))) order by c.place), '[]')
      from jsonb_array_elements(p_calls) with ordinality c (call, place) join jsonb_array_elements(v_turns) with ordinality v (turn, place) using (place));
end
$$;

--
-- Name: FUNCTION ivr_commit_known_turns(p_calls jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_commit_known_turns(p_calls jsonb) IS 'What public.ivr_commit_known_turn answers to each of a list of its arguments, in its order. Each waits for the slowest, and what fails fails for all of them.';

--
-- Name: ivr_commit_turn(uuid, integer, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_advanced jsonb := private.advance_ivr_sessions(jsonb_build_array(jsonb_build_object('p_session_id', p_session_id, 'p_step', p_step,
    'p_menu_id', p_menu_id, 'p_state', p_state, 'p_input', p_input, 'p_outcome', p_outcome, 'p_reply', p_reply)));
begin
  return coalesce(v_advanced -> '1', jsonb_build_object('callout', null,
    'reply', (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step)));
end
$$;

--
-- Name: FUNCTION ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'Advances a session from p_step by compare and swap. Returns {reply, callout, session}: the reply to send, which is the given one, the one already committed for this step, or null when the session has ended or stands elsewhere, and, to the delivery that won alone, what private.begin_ivr_callout answers and the session''s {id, started_at}. p_state.otherwise is committed instead where the tenant has no transfer left.';

--
-- Name: ivr_complete_recording(uuid, text, bigint, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_recording public.call_recordings;
begin
  -- The source's row first, as whoever claims takes them.
  perform from private.recording_sources where recording_id = p_recording_id for update;
  -- Whichever worker it was: all of them write the same bytes to the same place, and the first to say so publishes.
  update public.call_recordings set status = 'copied', path = p_path, bytes = p_bytes, content_type = p_content_type,
      copied_at = now(), error = null
    where id = p_recording_id and status <> 'copied' returning * into v_recording;
  if not found then
    return exists (select from public.call_recordings where id = p_recording_id);
  end if;
  update private.recording_sources set due_at = null, leased_until = null where recording_id = p_recording_id;
  update public.call_logs set recording_path = p_path where id = v_recording.call_log_id;
  if v_recording.kind = 'voicemail' then
    perform private.publish_event(v_recording.user_id, 'voicemail.received', jsonb_build_object('call_id', v_recording.call_log_id,
      'recording_id', v_recording.id, 'recording_path', p_path, 'duration_seconds', v_recording.duration_seconds));
  end if;
  return true;
end
$$;

--
-- Name: FUNCTION ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text) IS 'Says that a recording is in storage: links it to its call and publishes voicemail.received, once. False where the recording is gone, so that its object must go too.';

--
-- Name: ivr_fail_recording(uuid, integer, text, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_wait interval;
  v_status text;
begin
  perform from private.recording_sources where recording_id = p_recording_id and fence = p_fence and due_at is not null for update;
  if not found then
    return null;
  end if;
  update public.call_recordings set error = p_error,
      status = case when p_final or private.recording_wait(attempts) is null then 'failed' else 'pending' end
    where id = p_recording_id returning status, private.recording_wait(attempts) into v_status, v_wait;
  update private.recording_sources set leased_until = null,
      due_at = case when v_status = 'pending' then clock_timestamp() + v_wait end
    where recording_id = p_recording_id;
  return v_status;
end
$$;

--
-- Name: FUNCTION ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean) IS 'Says that an attempt failed: the next is scheduled, or none is left. Returns the recording''s status; null where another worker has taken it over.';

--
-- Name: ivr_load_connection(text, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_load_connection(p_provider text, p_connection_id uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  return private.ivr_call_settings(p_provider, p_connection_id) -> 'connection';
end
$$;

--
-- Name: FUNCTION ivr_load_connection(p_provider text, p_connection_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_load_connection(p_provider text, p_connection_id uuid) IS 'An enabled connection with its caller lists, the sealed signing secrets that are accepted now, newest first, and whether its tenant has endpoints that events may go to, or null.';

--
-- Name: ivr_load_turn(text, uuid, text, text, integer, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
declare
  v_settings jsonb := private.ivr_call_settings(p_provider, p_connection_id);
begin
  if v_settings is null then
    return null;
  end if;
  return (
    select v_settings || jsonb_build_object(
      'settings', md5(v_settings::text),
      'session', case when s.id is not null then jsonb_build_object(
        'id', s.id, 'step', s.step, 'ended', s.ended_at is not null, 'menu_stack', s.menu_stack,
        'no_input_count', s.no_input_count, 'invalid_count', s.invalid_count, 'digits', s.digits,
        'language', s.language, 'pending', s.pending, 'started_at', s.start_time) end,
      'callout', case when s.pending is not null then private.ivr_callout_state(s.id, s.pending) end,
      'reply', (select t.reply from public.ivr_turns t where t.session_id = s.id and t.step = p_step),
      'number_known', n.id is not null,
      'menu_version', case when v.id is not null then jsonb_build_object('id', v.id,
        'document', case when v.id is distinct from p_known_version then v.document end) end,
      'language', coalesce(s.language, case when v.id is distinct from p_known_version
        then v.document #>> array['menus', coalesce(s.menu_stack ->> -1, v.document ->> 'root'), 'language'] end))
    from (values (1)) one
    left join public.ivr_sessions s on s.connection_id = p_connection_id and s.session_id = p_call_id
    left join public.phone_numbers n on n.connection_id = p_connection_id and n.number = p_to
    left join public.ivr_menus m on m.id = n.menu_id
    left join public.ivr_menu_versions v on v.id = coalesce(s.menu_version_id, m.published_version_id));
end
$$;

--
-- Name: FUNCTION ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) IS 'All that a turn needs in one round trip: connection with sealed secrets, session, the callout that it waits for, the reply already given at p_step, the menu version of the session or else of the number, where calls may be transferred to, the language spoken there, and as settings a digest of what private.ivr_call_settings answers. Null when there is no such connection. Of the version p_known_version, neither the document nor the language that it says is sent: the asker has them.';

--
-- Name: ivr_record_status(uuid, text, text, integer, integer, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_connection public.phone_connections;
  v_final boolean := p_status in ('completed', 'busy', 'failed', 'no-answer', 'canceled');
  v_taken boolean;
begin
  select * into strict v_connection from public.phone_connections where id = p_connection_id;
  insert into public.call_logs as l (user_id, connection_id, provider, provider_call_id, from_number, to_number,
      status, status_sequence, ended_at, duration_seconds)
    values (v_connection.user_id, p_connection_id, v_connection.provider, p_call_id, p_from, p_to,
      p_status, p_sequence, case when v_final then now() end, p_duration_seconds)
    on conflict (provider, provider_call_id) do update set
      status = excluded.status,
      status_sequence = coalesce(excluded.status_sequence, l.status_sequence),
      ended_at = excluded.ended_at,
      duration_seconds = coalesce(excluded.duration_seconds, l.duration_seconds)
    -- Callbacks overtake one another: a call that has ended stays ended, and an older status says nothing new.
    where l.connection_id = p_connection_id and l.ended_at is null
      and (v_final or excluded.status_sequence is null or l.status_sequence is null or excluded.status_sequence > l.status_sequence);
  v_taken := found;
  if v_taken and v_final then
    update public.ivr_sessions set ended_at = now(), end_reason = 'caller_hung_up'
      where connection_id = p_connection_id and session_id = p_call_id and ended_at is null;
  end if;
  return v_taken;
end
$$;

--
-- Name: FUNCTION ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) IS 'Takes in a call''s status; repeats and late arrivals change nothing. A final status ends the IVR session. Returns whether it was taken.';

--
-- Name: ivr_settle_callout(uuid, integer, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  -- A repeat of one that was thought lost may answer too: the first answer is the answer.
  update private.ivr_callouts set result = p_result where session_id = p_session_id and step = p_step and result is null;
  if not found then
    return false;
  end if;
  -- Before the call is dialled, so that Retell's first news of it finds its row.
  -- A caller who has moved on meanwhile is not handed over.
  update public.call_logs l set retell_call_id = p_result ->> 'call_id' from public.ivr_sessions s
    where p_result ->> 'kind' = 'registered' and s.id = p_session_id and l.id = s.call_log_id
      and s.ended_at is null and s.pending ->> 'kind' = 'callout' and (s.pending ->> 'step')::integer = p_step;
  return true;
end
$$;

--
-- Name: FUNCTION ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) IS 'Keeps what came of a callout, unless something did before. Returns whether it was taken.';

--
-- Name: ivr_start_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_connection public.phone_connections;
  v_call_log_id uuid;
  v_call_ended timestamptz;
  v_session_id uuid;
  v_started_at timestamptz;
  v_menu_id uuid := (p_state -> 'menu_stack' ->> -1)::uuid;
  v_item text := p_state ->> 'item';
begin
  select * into strict v_connection from public.phone_connections where id = p_connection_id;

  insert into public.ivr_sessions (session_id, user_id, connection_id, menu_version_id, current_menu_id, menu_stack,
      no_input_count, invalid_count, digits, language, pending, step, ended_at, end_reason)
    values (p_call_id, v_connection.user_id, p_connection_id, p_menu_version_id,
      (select m.id from public.ivr_menus m where m.id = v_menu_id), p_state -> 'menu_stack',
      (p_state ->> 'no_input_count')::integer, (p_state ->> 'invalid_count')::integer, p_state ->> 'digits',
      p_state ->> 'language', nullif(p_state -> 'pending', 'null'), 1,
      case when p_state ->> 'end_reason' is not null then now() end, p_state ->> 'end_reason')
    on conflict (connection_id, session_id) do nothing
    returning id, start_time into v_session_id, v_started_at;
  if v_session_id is null then
    -- Another delivery of the same callback won; its reply is the reply.
    return jsonb_build_object('callout', null, 'reply', (select t.reply from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id
      where s.connection_id = p_connection_id and s.session_id = p_call_id and t.step = 0));
  end if;

  if p_state ? 'otherwise' and not private.count_transfer(v_connection.user_id) then
    p_outcome := p_state -> 'otherwise' ->> 'outcome';
    p_reply := p_state -> 'otherwise' ->> 'reply';
    p_state := p_state -> 'otherwise' -> 'state';
  end if;

  insert into public.call_logs (user_id, connection_id, provider, provider_call_id, from_number, to_number, status)
    values (v_connection.user_id, p_connection_id, v_connection.provider, p_call_id, p_from, p_to, 'in-progress')
    on conflict (provider, provider_call_id) do nothing
    returning id into v_call_log_id;
  if v_call_log_id is null then
    -- A status callback came first, perhaps the last one. Another connection's call of the same id is not ours to touch.
    update public.call_logs set status = case when ended_at is null then 'in-progress' else status end
      where provider = v_connection.provider and provider_call_id = p_call_id and connection_id = p_connection_id
      returning id, ended_at into v_call_log_id, v_call_ended;
    if v_call_log_id is null then
      raise exception using errcode = 'PT409', message = 'This call id belongs to another connection', detail = 'conflict';
    end if;
  end if;

  update public.ivr_sessions set call_log_id = v_call_log_id,
      menu_stack = p_state -> 'menu_stack',
      pending = nullif(p_state -> 'pending', 'null'),
      ended_at = coalesce(ended_at, case when p_state ->> 'end_reason' is not null then now() end, v_call_ended),
      end_reason = coalesce(end_reason, p_state ->> 'end_reason', case when v_call_ended is not null then 'caller_hung_up' end)
    where id = v_session_id;
  insert into public.ivr_turns (session_id, step, user_id, menu_id, input, item, outcome, reply)
    values (v_session_id, 0, v_connection.user_id, v_menu_id, p_input, v_item, p_outcome, p_reply);
  return jsonb_build_object('reply', p_reply, 'callout', private.begin_ivr_callout(v_session_id, p_state -> 'pending'),
    'session', jsonb_build_object('id', v_session_id, 'started_at', v_started_at));
end
$$;

--
-- Name: FUNCTION ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'Commits the first turn of a call: session, call log and turn. Returns {reply, callout, session}: the reply to send, which is an earlier delivery''s when one has won, and, to the delivery that won alone, what private.begin_ivr_callout answers and the session''s {id, started_at}. p_state.otherwise is committed instead where the tenant has no transfer left.';

--
-- Name: limit_requests(text, uuid, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.limit_requests(p_name text, p_user_id uuid DEFAULT NULL::uuid, p_address text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.limit_requests(p_name, p_user_id, p_address);
end
$$;

--
-- Name: FUNCTION limit_requests(p_name text, p_user_id uuid, p_address text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.limit_requests(p_name text, p_user_id uuid, p_address text) IS 'Counts a request of a kind of private.request_limits: null, or in how many seconds to come back.';

--
-- Name: list_archive_keys(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_archive_keys() RETURNS TABLE(key_id text, archives bigint)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select k, count(*) from private.archives a cross join unnest(a.key_ids) k group by k order by k $$;

--
-- Name: FUNCTION list_archive_keys(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_archive_keys() IS 'With which encryption keys values in how many archives are sealed. For the operator.';

--
-- Name: list_audit_heads(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_audit_heads(p_after uuid, p_count integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select coalesce(jsonb_agg(jsonb_build_object('subject_id', h.subject_id, 'entries', h.entries, 'hash', encode(h.hash, 'hex')) order by h.subject_id), '[]')
    from (select * from private.audit_heads where entries > 0 and (p_after is null or subject_id > p_after) order by subject_id limit p_count) h
$$;

--
-- Name: FUNCTION list_audit_heads(p_after uuid, p_count integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_audit_heads(p_after uuid, p_count integer) IS 'The newest link of each chain of the trail, in the order of the subjects after one: [{subject_id, entries, hash}], the hash in hex. For the function maintenance.';

--
-- Name: list_erasure_order(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_erasure_order() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.list_erasure_order() $$;

--
-- Name: FUNCTION list_erasure_order(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_erasure_order() IS 'The tables that an erasure empties, in its order.';

--
-- Name: list_ivr_sessions(integer, timestamp with time zone, uuid, uuid, text, boolean, text, text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone DEFAULT NULL::timestamp with time zone, p_before_id uuid DEFAULT NULL::uuid, p_menu_id uuid DEFAULT NULL::uuid, p_channel text DEFAULT NULL::text, p_open boolean DEFAULT NULL::boolean, p_end_reason text DEFAULT NULL::text, p_session_id text DEFAULT NULL::text, p_caller text DEFAULT NULL::text, p_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_to timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
begin
  -- One value, not rows: the Data API cuts rows off at a thousand.
  return (
  select coalesce(jsonb_agg(private.shown_ivr_session(s) order by s.created_at desc, s.id desc), '[]')
  from (
    select * from public.ivr_sessions s
    where s.user_id = (select private.account_id())
      and (p_before_time is null or (s.created_at, s.id) < (p_before_time, p_before_id))
      and (p_from is null or s.created_at >= p_from)
      and (p_to is null or s.created_at < p_to)
      and (p_channel is null or s.channel = p_channel)
      and (p_open is null or (s.ended_at is null) = p_open)
      and (p_end_reason is null or s.end_reason = p_end_reason)
      and (p_session_id is null or s.session_id = p_session_id)
      and (p_menu_id is null or exists (select from public.ivr_menu_versions v where v.id = s.menu_version_id and v.document ->> 'root' = p_menu_id::text))
      and (p_caller is null or s.from_number = p_caller
        or exists (select from public.call_logs l where l.id = s.call_log_id and l.from_number = p_caller))
    order by s.created_at desc, s.id desc
    limit least(greatest(p_limit, 0), 101)
  ) s
  );
end
$$;

--
-- Name: FUNCTION list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone, p_before_id uuid, p_menu_id uuid, p_channel text, p_open boolean, p_end_reason text, p_session_id text, p_caller text, p_from timestamp with time zone, p_to timestamp with time zone); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone, p_before_id uuid, p_menu_id uuid, p_channel text, p_open boolean, p_end_reason text, p_session_id text, p_caller text, p_from timestamp with time zone, p_to timestamp with time zone) IS 'The caller''s sessions, newest first, from the one before (p_before_time, p_before_id) on. p_menu_id is the menu in which they began. Security invoker: policies apply.';

--
-- Name: list_personal_objects(uuid, text, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$
  -- Byte by byte, in which order a folder's objects lie together.
  select coalesce(jsonb_agg(jsonb_build_object('bucket', o.bucket, 'name', o.name) order by o.bucket collate "C", o.name collate "C"), '[]')
    from (select * from private.personal_objects(p_user_id) p
      where p_after_bucket is null or (p.bucket collate "C", p.name collate "C") > (p_after_bucket, p_after_name)
      order by p.bucket collate "C", p.name collate "C" limit p_count) o
$$;

--
-- Name: FUNCTION list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer) IS 'At most so many objects of a user after one of them: [{bucket, name}].';

--
-- Name: list_retell_users(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_retell_users(p_after uuid, p_count integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.list_retell_users(p_after, p_count) $$;

--
-- Name: FUNCTION list_retell_users(p_after uuid, p_count integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_retell_users(p_after uuid, p_count integer) IS 'Users who have stored a key of Retell''s, in the order of their ids after one; for the function maintenance.';

--
-- Name: list_retention(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_retention() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.list_own_retention() $$;

--
-- Name: FUNCTION list_retention(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.list_retention() IS 'How long the caller''s records are kept, and the bounds within which they may choose.';

--
-- Name: load_call(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.load_call(p_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.load_own_call(p_id) $$;

--
-- Name: FUNCTION load_call(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.load_call(p_id uuid) IS 'A call of the caller with its sealed texts: {call, texts: {field: {id, sealed}}}.';

--
-- Name: load_ivr_app_turn(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.load_ivr_app_turn(p_id uuid, p_step integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.load_own_ivr_turn(p_id, p_step) $$;

--
-- Name: FUNCTION load_ivr_app_turn(p_id uuid, p_step integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.load_ivr_app_turn(p_id uuid, p_step integer) IS 'All that a turn of an app''s session of the caller needs.';

--
-- Name: load_ivr_simulation(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.load_ivr_simulation(p_menu_id uuid, p_version integer DEFAULT NULL::integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.load_own_ivr_simulation(p_menu_id, p_version) $$;

--
-- Name: FUNCTION load_ivr_simulation(p_menu_id uuid, p_version integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.load_ivr_simulation(p_menu_id uuid, p_version integer) IS 'What a call in a menu of the caller would run on: the published version, or another.';

--
-- Name: load_ivr_start(text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.load_ivr_start(p_menu text, p_session_id text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.load_own_ivr_start(p_menu, p_session_id) $$;

--
-- Name: FUNCTION load_ivr_start(p_menu text, p_session_id text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.load_ivr_start(p_menu text, p_session_id text) IS 'What the first turn of an app''s session in a menu of the caller needs.';

--
-- Name: next_archive_chunk(integer, integer, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.next_archive_chunk(p_rows, p_bytes, p_last) $$;

--
-- Name: FUNCTION next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb) IS 'The next rows to be archived: {table, tenant, user_id, keys, lines, rows, begun_at, ended_at}, or null.';

--
-- Name: plain_calls(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.plain_calls(p_user_id uuid, p_limit integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'texts', jsonb_strip_nulls(jsonb_build_object(
      'transcript', l.transcript, 'summary', l.summary, 'sentiment', l.sentiment, 'recording_url', l.recording_url)))), '[]')
    from (select * from public.call_logs where user_id = p_user_id and num_nonnulls(transcript, summary, sentiment, recording_url) > 0
      order by id limit p_limit) l
$$;

--
-- Name: FUNCTION plain_calls(p_user_id uuid, p_limit integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.plain_calls(p_user_id uuid, p_limit integer) IS 'Calls of a tenant that tell in plain text what was said: [{id, texts}].';

--
-- Name: plain_events(uuid, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'created_at', e.created_at, 'type', e.type, 'payload', e.payload) order by e.created_at, e.id), '[]')
    from (select * from public.webhook_events where user_id = p_user_id and created_at >= p_from and sealed is null
      and private.carries_health_data(type, payload::jsonb -> 'data') order by created_at, id limit p_limit) e
$$;

--
-- Name: FUNCTION plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone) IS 'Events of a tenant from a time on that tell in plain text what was said in calls, oldest first: [{id, created_at, type, payload}].';

--
-- Name: publish_event(text, jsonb, uuid, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.publish_event(p_type text, p_data jsonb, p_agent_id uuid DEFAULT NULL::uuid, p_ordering_key text DEFAULT NULL::text, p_idempotency_key text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.publish_own_event(p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key) $$;

--
-- Name: FUNCTION publish_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.publish_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) IS 'Publishes an event of the caller: {id, created_at, deliveries, replayed, bytes}, the last the length of the body. At most once in 24 hours for one p_idempotency_key; a repeat waits for the first and gets its event.';

--
-- Name: publish_ivr_menu(uuid, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.publish_ivr_menu(p_menu_id uuid, p_digest text DEFAULT NULL::text) RETURNS TABLE(version_id uuid, version integer, created_at timestamp with time zone)
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select v.id, v.version, v.created_at from private.publish_own_ivr_menu(p_menu_id, p_digest) v $$;

--
-- Name: FUNCTION publish_ivr_menu(p_menu_id uuid, p_digest text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.publish_ivr_menu(p_menu_id uuid, p_digest text) IS 'Publishes one of the caller''s menus; new calls run on the new version, calls in progress stay on theirs. With p_digest of check_ivr_menu only what was checked.';

--
-- Name: publish_sealed_event(uuid, text, jsonb, jsonb, uuid, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid DEFAULT NULL::uuid, p_ordering_key text DEFAULT NULL::text, p_idempotency_key text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  if p_agent_id is not null and not exists (select from public.agents where id = p_agent_id and user_id = p_user_id) then
    raise exception using errcode = 'PT422', message = 'There is no such agent', detail = 'validation_failed', hint = 'agent_id';
  end if;
  return private.publish_event(p_user_id, p_type, p_data, p_agent_id, p_ordering_key, p_idempotency_key, null, p_sealed);
end
$$;

--
-- Name: FUNCTION publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) IS 'Publishes an event of a tenant of which p_sealed is sealed: {id, sealed, bytes, digest}. As public.publish_event otherwise, for functions that act for the tenant: whoever chose the id of an event could choose another''s.';

--
-- Name: read_personal_rows(uuid, text, jsonb, integer, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET statement_timeout TO '40s'
    AS $$ select private.read_personal_rows(p_user_id, p_table, p_after, p_rows, p_bytes) $$;

--
-- Name: FUNCTION read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) IS 'A user''s rows of a table, a part at a time: {lines, rows, after}.';

--
-- Name: readiness(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.readiness() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select jsonb_build_object('schema_version', private.schema_version(), 'failing_jobs', private.failing_jobs()) $$;

--
-- Name: FUNCTION readiness(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.readiness() IS 'What a health check asks of the database: that it answers, which migration is the newest, and which jobs failed twice in a row.';

--
-- Name: record_consent(text, boolean, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.record_consent(p_purpose text, p_given boolean, p_version text) RETURNS public.consents
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select * from private.record_own_consent(p_purpose, p_given, p_version) $$;

--
-- Name: FUNCTION record_consent(p_purpose text, p_given boolean, p_version text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.record_consent(p_purpose text, p_given boolean, p_version text) IS 'Records that the caller gives or withdraws a consent.';

--
-- Name: release_job(uuid, integer, jsonb, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  update private.jobs set progress = p_progress, state = p_state, attempts = 0, error = null, leased_until = null,
      due_at = clock_timestamp() + make_interval(secs => p_wait_seconds)
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;

--
-- Name: FUNCTION release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer) IS 'Ends a slice: the job is done, or queued for its next slice in so many seconds. False where another worker has taken it over.';

--
-- Name: replace_avatar(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.replace_avatar(p_url text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_old text;
begin
  select avatar_url into v_old from public.user_profiles where user_id = private.account_id() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The account is no more', detail = 'not_found';
  end if;
  update public.user_profiles set avatar_url = p_url where user_id = private.account_id();
  return jsonb_build_object('replaced', v_old);
end
$$;

--
-- Name: FUNCTION replace_avatar(p_url text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.replace_avatar(p_url text) IS 'Sets the address of the caller''s picture and returns the one before: {replaced}. Of two at once, each is told another.';

--
-- Name: replay_webhook(uuid, jsonb, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.replay_own_webhook(p_id, p_selection, p_dry_run) $$;

--
-- Name: FUNCTION replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) IS 'Sends events to an endpoint of the caller again: {replay_id, count}. p_selection: {kind: event, event_id} or {kind: failed | skipped | missing | all, since, until?, types?, filter?}, and per_second.';

--
-- Name: request_account_deletion(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.request_account_deletion(p_user_id uuid, p_grace_days integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.request_account_deletion(p_user_id, p_grace_days) $$;

--
-- Name: FUNCTION request_account_deletion(p_user_id uuid, p_grace_days integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.request_account_deletion(p_user_id uuid, p_grace_days integer) IS 'Has an account erased after so many days, for the function account, which has asked its user to sign in again.';

--
-- Name: reseal_values(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.reseal_values(p_values jsonb) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.reseal_values(p_values) $$;

--
-- Name: FUNCTION reseal_values(p_values jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.reseal_values(p_values jsonb) IS 'Puts values that were sealed anew in the place of the ones that they were: [{relation, column_name, row_id, was, becomes}]; returns how many still stood there. For the operator.';

--
-- Name: resend_webhook_delivery(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.resend_webhook_delivery(p_delivery_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.resend_own_webhook_delivery(p_delivery_id) $$;

--
-- Name: FUNCTION resend_webhook_delivery(p_delivery_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.resend_webhook_delivery(p_delivery_id uuid) IS 'Sends a delivery of the caller again: {delivery_id}.';

--
-- Name: retell_account(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.retell_account(p_user_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.retell_account(p_user_id) $$;

--
-- Name: FUNCTION retell_account(p_user_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.retell_account(p_user_id uuid) IS 'private.retell_account, for functions that act for a user or a caller of the user''s.';

--
-- Name: retell_import_calls(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.retell_import_calls(p_user_id uuid, p_events jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_event jsonb;
  v_is_known boolean;
  v_counts integer[] := '{0, 0, 0}'::integer[];
begin
  -- In one order, so that two imports do not wait for one another crosswise.
  for v_event in select e.value from jsonb_array_elements(p_events) e order by e.value ->> 'call_id' loop
    v_is_known := exists (select from private.retell_calls where user_id = p_user_id and call_id = v_event ->> 'call_id');
    -- Of an hour ago Retell's own events may still be on their way, and this is the first to tell.
    perform set_config('switchboard.importing',
      case when (v_event #>> '{facts,ended_at}')::timestamptz < now() - interval '1 hour' then 'on' else '' end, true);
    begin
      perform private.record_retell_event(p_user_id, v_event);
      v_counts[case when v_is_known then 2 else 1 end] := v_counts[case when v_is_known then 2 else 1 end] + 1;
    exception when sqlstate 'PT409' then
      v_counts[3] := v_counts[3] + 1;
    end;
  end loop;
  perform set_config('switchboard.importing', '', true);
  update public.user_profiles set last_retell_sync = now() where user_id = p_user_id;
  return jsonb_build_object('added', v_counts[1], 'updated', v_counts[2], 'refused', v_counts[3]);
end
$$;

--
-- Name: FUNCTION retell_import_calls(p_user_id uuid, p_events jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.retell_import_calls(p_user_id uuid, p_events jsonb) IS 'Takes in calls that were fetched from Retell, as retell_record_event does; of those that ended over an hour ago nobody is told. {added, updated, refused}, the last of those whose id is another account''s.';

--
-- Name: retell_load_hook(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.retell_load_hook(p_hook_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
  select private.retell_account(p.user_id)
      || jsonb_build_object('has_endpoints', exists (select from public.webhooks w where w.user_id = p.user_id and w.enabled))
    from public.user_profiles p where p.retell_hook_id = p_hook_id and p.encrypted_retell_api_key is not null
$$;

--
-- Name: FUNCTION retell_load_hook(p_hook_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.retell_load_hook(p_hook_id uuid) IS 'The account whose calls are told at this hook, with its sealed key and whether its tenant has endpoints; null where there is none with a key.';

--
-- Name: retell_record_event(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.retell_record_event(p_user_id uuid, p_event jsonb) RETURNS uuid
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.record_retell_event(p_user_id, p_event) $$;

--
-- Name: FUNCTION retell_record_event(p_user_id uuid, p_event jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.retell_record_event(p_user_id uuid, p_event jsonb) IS 'Takes in an event of a call at Retell: {call_id, session_id, rank, facts, is_analyzed, transfer}; returns the call''s row. Repeats change nothing, and neither does the order.';

--
-- Name: revoke_api_key(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.revoke_api_key(p_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.revoke_own_api_key(p_id) $$;

--
-- Name: FUNCTION revoke_api_key(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.revoke_api_key(p_id uuid) IS 'Refuses a key of the caller for good.';

--
-- Name: rollback_ivr_menu(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rollback_ivr_menu(p_menu_id uuid, p_version integer) RETURNS TABLE(version_id uuid, version integer, created_at timestamp with time zone, restored_from integer)
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select v.id, v.version, v.created_at, v.restored_from from private.rollback_own_ivr_menu(p_menu_id, p_version) v $$;

--
-- Name: FUNCTION rollback_ivr_menu(p_menu_id uuid, p_version integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.rollback_ivr_menu(p_menu_id uuid, p_version integer) IS 'Publishes an earlier version of one of the caller''s menus again, as a new one. Calls in progress stay on theirs, drafts as they are.';

--
-- Name: rotate_api_key(uuid, text, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.rotate_own_api_key(p_id, p_key_hash, p_key_prefix, p_overlap_hours) $$;

--
-- Name: FUNCTION rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) IS 'Replaces a key of the caller: {api_key, previous}.';

--
-- Name: rotate_connection_secret(uuid, uuid, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.rotate_own_connection_secret(p_id, p_credential_id, p_sealed, p_overlap_hours) $$;

--
-- Name: FUNCTION rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) IS 'Gives a connection of the caller a new signing secret, sealed for p_credential_id.';

--
-- Name: rotate_webhook_secret(uuid, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.rotate_own_webhook_secret(p_id, p_secret, p_overlap_hours) $$;

--
-- Name: FUNCTION rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) IS 'Gives an endpoint of the caller a new secret, sealed for it.';

--
-- Name: save_job(uuid, integer, jsonb, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  update private.jobs set progress = p_progress, attempts = 0, error = null, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where id = p_id and fence = p_fence and state = 'queued' and leased_until is not null;
  return found;
end
$$;

--
-- Name: FUNCTION save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer) IS 'Saves how far a job is and goes on with it; false where another worker has taken it over.';

--
-- Name: schema_health(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.schema_health(p_expected jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.schema_health(p_expected) $$;

--
-- Name: FUNCTION schema_health(p_expected jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.schema_health(p_expected jsonb) IS 'What is wrong with the schema: {is_healthy, overall_status: healthy, degraded by warnings, incomplete where something was skipped, or unhealthy, checked_at, checks: [{name, status: ok, warning, failed or skipped, problems, details}]}. p_expected says what should be there: {migrations, migration_texts, tables, columns, indexes, …, jobs}, lists of names as private.schema_objects gives them; what needs it is skipped without.';

--
-- Name: seal_calls(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.seal_calls(p_user_id uuid, p_texts jsonb) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
  v_text record;
  v_log jsonb;
  v_done integer := 0;
begin
  -- The same text, sealed, is no change of the call.
  perform set_config('switchboard.resealing', 'on', true);
  for v_text in
    select * from jsonb_to_recordset(p_texts) t (call_log_id uuid, field text, was text, id uuid, sealed text, weight integer, digest text)
      order by t.call_log_id, t.field
  loop
    select to_jsonb(l) into v_log from public.call_logs l where l.id = v_text.call_log_id and l.user_id = p_user_id for update;
    -- Compared with what was read: what was told of the call since is newer.
    continue when v_log ->> v_text.field is distinct from v_text.was;
    insert into private.call_texts (id, user_id, call_log_id, field, sealed, weight, digest)
      values (v_text.id, p_user_id, v_text.call_log_id, v_text.field, v_text.sealed, v_text.weight, v_text.digest)
      on conflict (call_log_id, field) do update
        set id = excluded.id, sealed = excluded.sealed, weight = excluded.weight, digest = excluded.digest;
    update public.call_logs set
        transcript = case when v_text.field <> 'transcript' then transcript end,
        summary = case when v_text.field <> 'summary' then summary end,
        sentiment = case when v_text.field <> 'sentiment' then sentiment end,
        recording_url = case when v_text.field <> 'recording_url' then recording_url end,
        sealed_fields = (select array_agg(field order by field) from private.call_texts where call_log_id = v_text.call_log_id)
      where id = v_text.call_log_id;
    v_done := v_done + 1;
  end loop;
  perform set_config('switchboard.resealing', '', true);
  return v_done;
end
$$;

--
-- Name: FUNCTION seal_calls(p_user_id uuid, p_texts jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.seal_calls(p_user_id uuid, p_texts jsonb) IS 'Puts sealed texts in the place of plain ones of a tenant''s calls: [{call_log_id, field, was, id, sealed, weight, digest}]; returns how many still stood there.';

--
-- Name: seal_events(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.seal_events(p_user_id uuid, p_events jsonb) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.seal_events(p_user_id, p_events) $$;

--
-- Name: FUNCTION seal_events(p_user_id uuid, p_events jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.seal_events(p_user_id uuid, p_events jsonb) IS 'Puts payloads without what is sealed in the place of a tenant''s plain ones: [{id, created_at, payload, sealed}]; returns how many were plain.';

--
-- Name: set_health_data(boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.set_health_data(p_encrypt boolean) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.set_own_health_data(p_encrypt) $$;

--
-- Name: FUNCTION set_health_data(p_encrypt boolean); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.set_health_data(p_encrypt boolean) IS 'Sets whether the caller''s health data is stored sealed from now on: {encrypt, plain}. What is plain is sealed by PUT /retell/health-data; what is sealed stays so.';

--
-- Name: set_retention(text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.set_retention(p_policy text, p_days integer) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.set_own_retention(p_policy, p_days) $$;

--
-- Name: FUNCTION set_retention(p_policy text, p_days integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.set_retention(p_policy text, p_days integer) IS 'How many days the caller keeps a kind of record, within its bounds; null for what the policy says.';

--
-- Name: set_retention_policy(text, integer, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.set_retention_policy(p_name text, p_days integer, p_archive boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  update private.retention_policies set days = p_days, archive = p_archive where name = p_name;
  if not found then
    raise exception using errcode = 'PT404', message = 'There is no such policy', detail = 'not_found', hint = 'policy';
  end if;
exception when check_violation then
  raise exception using errcode = 'PT422', detail = 'validation_failed', hint = 'days',
    message = 'Records are kept for 1 to 36500 days, and runs are not archived';
end
$$;

--
-- Name: FUNCTION set_retention_policy(p_name text, p_days integer, p_archive boolean); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.set_retention_policy(p_name text, p_days integer, p_archive boolean) IS 'How many days a kind of record is kept, null for ever, and whether it is archived before it goes; for the operator.';

--
-- Name: set_transfer_rules(text[], text[], integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.set_transfer_rules(p_countries text[], p_prefixes text[] DEFAULT '{}'::text[], p_max_per_hour integer DEFAULT 100) RETURNS TABLE(countries text[], prefixes text[], max_per_hour integer)
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select r.countries, r.prefixes, r.max_per_hour from private.set_own_transfer_rules(p_countries, p_prefixes, p_max_per_hour) r $$;

--
-- Name: FUNCTION set_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.set_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) IS 'Says where the caller''s own callers may be transferred to: countries (null for that of the number called), prefixes that are dialled whatever they are, transfers in an hour.';

--
-- Name: set_webhook_limit(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.set_webhook_limit(p_user_id uuid, p_limit integer) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.set_webhook_limit(p_user_id, p_limit) $$;

--
-- Name: FUNCTION set_webhook_limit(p_user_id uuid, p_limit integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.set_webhook_limit(p_user_id uuid, p_limit integer) IS 'For the operator: how many endpoints a tenant may have.';

--
-- Name: settle_restored(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.settle_restored(p_restored_at timestamp with time zone) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.settle_restored(p_restored_at) $$;

--
-- Name: FUNCTION settle_restored(p_restored_at timestamp with time zone); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.settle_restored(p_restored_at timestamp with time zone) IS 'After a backup was restored, for the operator: has nothing sent that may have been sent since the backup. p_restored_at: when the restored database began to serve. What was skipped can be replayed. {deliveries, replays, sessions}: how many.';

--
-- Name: start_ivr_session(uuid, text, text, text, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.start_own_ivr_session(p_id, p_session_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply) $$;

--
-- Name: FUNCTION start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'Commits the first turn of an app''s session of the caller.';

--
-- Name: start_ivr_session_once(text, text, uuid, text, text, text, uuid, jsonb, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  select coalesce(
    private.recall_request('ivr.sessions.start', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.sessions.start', p_idempotency_key, p_request_hash,
      private.start_own_ivr_session(p_id, p_session_id, p_from, p_to, p_menu_version_id, p_state, p_input, p_outcome, p_reply)))
$$;

--
-- Name: FUNCTION start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) IS 'public.start_ivr_session at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';

--
-- Name: start_webhook_test(uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.start_webhook_test(p_id uuid) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.start_own_webhook_test(p_id) $$;

--
-- Name: FUNCTION start_webhook_test(p_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.start_webhook_test(p_id uuid) IS 'Makes a test.ping for an endpoint of the caller, to be sent at once: {delivery_id, event_id}.';

--
-- Name: store_retell_config(jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.store_retell_config(p_config jsonb, p_updated_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_device_id text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.store_own_retell_config(p_config, p_updated_at, p_device_id) $$;

--
-- Name: FUNCTION store_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.store_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) IS 'Stores the caller''s account at Retell: {api_key, call_agent_id, sms_agent_id} as {sealed, last_four, fingerprint}, agent_config sealed, phone_number, webhook_config. The latest p_updated_at wins, then the greater p_device_id. {stored, config}: where stored is false, config is what has won. PT422 for a time more than 5 minutes ahead.';

--
-- Name: stray_archives(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.stray_archives(p_limit integer) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select private.stray_archives(p_limit) $$;

--
-- Name: FUNCTION stray_archives(p_limit integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.stray_archives(p_limit integer) IS 'Objects in the bucket archives for which nothing was deleted.';

--
-- Name: update_api_key(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_api_key(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.update_own_api_key(p_id, p_settings) $$;

--
-- Name: FUNCTION update_api_key(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_api_key(p_id uuid, p_settings jsonb) IS 'Changes the settings of a key of the caller that p_settings names.';

--
-- Name: update_ivr_menu(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_ivr_menu(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select to_jsonb(private.write_ivr_menu(p_id, p_settings)) $$;

--
-- Name: FUNCTION update_ivr_menu(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_ivr_menu(p_id uuid, p_settings jsonb) IS 'Changes the draft of a menu of the caller; what is published stays.';

--
-- Name: update_phone_connection(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_phone_connection(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.update_own_phone_connection(p_id, p_settings) $$;

--
-- Name: FUNCTION update_phone_connection(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_phone_connection(p_id uuid, p_settings jsonb) IS 'Changes the settings of a connection of the caller that p_settings names.';

--
-- Name: update_phone_number(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_phone_number(p_id uuid, p_settings jsonb) RETURNS public.phone_numbers
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

--
-- Name: FUNCTION update_phone_number(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_phone_number(p_id uuid, p_settings jsonb) IS 'Changes what p_settings names of a number of the caller: connection_id, number, menu_id, label. PT409 and PT422 name the field at fault.';

--
-- Name: update_retell_integration_status(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
  update public.user_profiles p set
      retell_integration_status = p_status,
      last_retell_sync = case when p_status = 'connected' then now() else p.last_retell_sync end
    -- What was found out about a key says nothing of the one that has taken its place.
    where p.user_id = p_user_id and p.retell_secrets #>> '{api_key,fingerprint}' is not distinct from p_fingerprint
    returning private.describe_retell_config(p)
$$;

--
-- Name: FUNCTION update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text) IS 'Notes what Retell said of the key with this fingerprint; connected also means that it answered now. Returns the configuration as its owner is shown it, or null where the key is another by now.';

--
-- Name: update_webhook(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.update_webhook(p_id uuid, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$ select private.update_own_webhook(p_id, p_settings) $$;

--
-- Name: FUNCTION update_webhook(p_id uuid, p_settings jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.update_webhook(p_id uuid, p_settings jsonb) IS 'Changes the settings of an endpoint of the caller that p_settings names.';

--
-- Name: values_to_reseal(text, integer, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.values_to_reseal(p_active text, p_limit integer, p_after jsonb DEFAULT NULL::jsonb) RETURNS TABLE(relation text, column_name text, row_id uuid, user_id uuid, sealed text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$ select * from private.values_to_reseal(p_active, p_limit, p_after) $$;

--
-- Name: FUNCTION values_to_reseal(p_active text, p_limit integer, p_after jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.values_to_reseal(p_active text, p_limit integer, p_after jsonb) IS 'Sealed values that are not sealed with the key p_active, in the order of table, column and row, after the row that p_after names {relation, column_name, row_id}. For the operator.';

--
-- Name: verify_api_key(text, text, text, uuid); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.verify_api_key(p_key_hash text, p_scope text DEFAULT NULL::text, p_ip text DEFAULT NULL::text, p_user_id uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.verify_api_key(p_key_hash, p_scope, p_ip, p_user_id);
end
$$;

--
-- Name: FUNCTION verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) IS 'The verdict on a key for a scope (null for none in particular) and a caller''s address, counted if allowed. With p_user_id, a key of anyone else is not found.';

--
-- Name: verify_api_keys(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.verify_api_keys(p_calls jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
  return private.verify_api_keys(p_calls);
end
$$;

--
-- Name: FUNCTION verify_api_keys(p_calls jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.verify_api_keys(p_calls jsonb) IS 'The verdicts of public.verify_api_key on a list of its arguments, in its order.';

--
-- Name: verify_audit_chain(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.verify_audit_chain() RETURNS TABLE(subject_id uuid, entry bigint, entry_id uuid, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
begin
  if current_user = 'authenticated' then
    return query select * from private.verify_own_audit_chain();
  else
    return query select * from private.broken_audit_links();
  end if;
end
$$;

--
-- Name: FUNCTION verify_audit_chain(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.verify_audit_chain() IS 'The broken links of the audit trail, none where it is whole: of every chain for the operator, of their own for a signed-in user.';

--
-- Name: archives; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.archives (
    object text NOT NULL,
    user_id uuid,
    subject_id uuid,
    table_name text NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    last_entry bigint,
    rows integer NOT NULL,
    sha256 text NOT NULL,
    key_ids text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT archives_check CHECK (((user_id IS NOT NULL) OR (subject_id IS NOT NULL))),
    CONSTRAINT archives_check1 CHECK (((subject_id IS NULL) = (last_entry IS NULL))),
    CONSTRAINT archives_rows_check CHECK ((rows > 0)),
    CONSTRAINT archives_sha256_check CHECK ((length(sha256) = 64))
);

--
-- Name: TABLE archives; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.archives IS 'What lies in the bucket archives: gzip JSON Lines of rows that were deleted, or of the trail that may go, in a folder of their tenant''s id.';

--
-- Name: COLUMN archives.user_id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.archives.user_id IS 'Null for what is nobody''s: the trail of the project, and of accounts that had been erased by then.';

--
-- Name: COLUMN archives.subject_id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.archives.subject_id IS 'Of the trail: whose chain it is.';

--
-- Name: COLUMN archives.last_entry; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.archives.last_entry IS 'Of the trail: up to which entry of the chain there are archives.';

--
-- Name: COLUMN archives.sha256; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.archives.sha256 IS 'Of the lines before they were compressed, in hex.';

--
-- Name: COLUMN archives.key_ids; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.archives.key_ids IS 'The encryption keys that values in it are sealed with: no others open them, whatever is sealed anew elsewhere.';

--
-- Name: audit_checkpoints; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.audit_checkpoints (
    subject_id uuid NOT NULL,
    entries bigint NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: TABLE audit_checkpoints; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.audit_checkpoints IS 'Where each chain begins since its older entries were dropped: the number and the hash of the last that went.';

--
-- Name: audit_heads; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.audit_heads (
    subject_id uuid NOT NULL,
    entries bigint NOT NULL,
    hash bytea NOT NULL
);

--
-- Name: TABLE audit_heads; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.audit_heads IS 'The newest link of each subject''s hash chain; its row lock serialises appends.';

--
-- Name: audit_subjects; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.audit_subjects (
    user_id uuid NOT NULL,
    subject_id uuid DEFAULT gen_random_uuid() NOT NULL
);

--
-- Name: TABLE audit_subjects; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.audit_subjects IS 'Who an audit subject is. No foreign key to auth.users: the trail outlives the user, and erasing this row leaves a pseudonym.';

--
-- Name: call_texts; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.call_texts (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    call_log_id uuid NOT NULL,
    field text NOT NULL,
    sealed text NOT NULL,
    weight integer NOT NULL,
    digest text NOT NULL,
    CONSTRAINT call_texts_field_check CHECK ((field = ANY (ARRAY['transcript'::text, 'summary'::text, 'sentiment'::text, 'recording_url'::text]))),
    CONSTRAINT call_texts_sealed_check CHECK ((sealed ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'::text))
);

--
-- Name: TABLE call_texts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.call_texts IS 'What was said in calls, sealed: each row in the place of a column of call_logs.';

--
-- Name: COLUMN call_texts.id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.call_texts.id IS 'Chosen by who sealed it, for this row.';

--
-- Name: COLUMN call_texts.weight; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.call_texts.weight IS 'How many characters the text has.';

--
-- Name: COLUMN call_texts.digest; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.call_texts.digest IS 'A keyed digest of the text: decides between two of the same rank and length, and gives nothing away.';

--
-- Name: credentials; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.credentials (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    purpose text DEFAULT 'signing'::text NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT credentials_expires_at_check CHECK (((purpose = 'signing'::text) OR (expires_at IS NULL))),
    CONSTRAINT credentials_purpose_check CHECK ((purpose = ANY (ARRAY['signing'::text, 'api'::text]))),
    CONSTRAINT credentials_sealed_check CHECK (((length(sealed) <= 8192) AND (sealed ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'::text)))
);

--
-- Name: TABLE credentials; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.credentials IS 'Third-party secrets, each a compact JWE bound to its user, table, column and row.';

--
-- Name: COLUMN credentials.purpose; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.credentials.purpose IS 'signing: what the provider''s requests are verified with. api: what its API is asked with, for recordings; never needed to take a call.';

--
-- Name: COLUMN credentials.expires_at; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.credentials.expires_at IS 'Until when a signing secret is accepted beside the one that replaces it; null for the one in force.';

--
-- Name: event_types; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.event_types (
    type text NOT NULL,
    description text NOT NULL
);

--
-- Name: TABLE event_types; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.event_types IS 'The catalogue of shared/webhooks/event_catalogue.ts, which a test compares with it. Types under custom. need no row.';

--
-- Name: health_settings; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.health_settings (
    user_id uuid NOT NULL,
    encrypts boolean NOT NULL
);

--
-- Name: TABLE health_settings; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.health_settings IS 'Tenants who have decided whether what was said in calls is stored sealed. It is not where there is no row.';

--
-- Name: idempotency_keys; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.idempotency_keys (
    user_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    response jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255))),
    CONSTRAINT idempotency_keys_request_hash_check CHECK ((length(request_hash) = 64))
);

--
-- Name: TABLE idempotency_keys; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.idempotency_keys IS 'What was answered to requests with an Idempotency-Key, for 24 hours. Answers as the database gives them: without the secrets that only the function knew.';

--
-- Name: ivr_callouts; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.ivr_callouts (
    session_id uuid NOT NULL,
    step integer NOT NULL,
    attempt integer NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    result jsonb,
    CONSTRAINT ivr_callouts_result_check CHECK ((jsonb_typeof(result) = 'object'::text))
);

--
-- Name: TABLE ivr_callouts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.ivr_callouts IS 'What callers wait for that somebody outside is asked, and what came of it.';

--
-- Name: COLUMN ivr_callouts.step; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.ivr_callouts.step IS 'The step that asked first.';

--
-- Name: COLUMN ivr_callouts.attempt; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.ivr_callouts.attempt IS 'From 1; one more where the process that asked died.';

--
-- Name: COLUMN ivr_callouts.result; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.ivr_callouts.result IS 'What came first: {kind: item, place}, {kind: registered, call_id} or {kind: failed}. Null until then.';

--
-- Name: maintenance_runs; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.maintenance_runs (
    id bigint NOT NULL,
    job text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    error text,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    duration_ms integer GENERATED ALWAYS AS ((LEAST((EXTRACT(epoch FROM (ended_at - started_at)) * (1000)::numeric), (2147483647)::numeric))::integer) STORED,
    CONSTRAINT maintenance_runs_check CHECK (((state = 'running'::text) = (ended_at IS NULL))),
    CONSTRAINT maintenance_runs_counts_check CHECK ((jsonb_typeof(counts) = 'object'::text)),
    CONSTRAINT maintenance_runs_error_check CHECK ((length(error) <= 500)),
    CONSTRAINT maintenance_runs_progress_check CHECK ((jsonb_typeof(progress) = 'object'::text)),
    CONSTRAINT maintenance_runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);

--
-- Name: TABLE maintenance_runs; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.maintenance_runs IS 'Runs of scheduled jobs. One that found nothing to do in a job of every minute leaves no row, unless the run before it failed.';

--
-- Name: COLUMN maintenance_runs.counts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.maintenance_runs.counts IS 'What was done: {what: how many}.';

--
-- Name: COLUMN maintenance_runs.progress; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.maintenance_runs.progress IS 'Where a run of several transactions is.';

--
-- Name: COLUMN maintenance_runs.seen_at; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.maintenance_runs.seen_at IS 'When the run last gave a sign of life.';

--
-- Name: maintenance_runs_id_seq; Type: SEQUENCE; Schema: private; Owner: -
--

ALTER TABLE private.maintenance_runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME private.maintenance_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: recording_sources; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.recording_sources (
    recording_id uuid NOT NULL,
    url text NOT NULL,
    due_at timestamp with time zone DEFAULT now(),
    leased_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL,
    CONSTRAINT recording_sources_check CHECK (((leased_until IS NULL) OR (due_at IS NOT NULL))),
    CONSTRAINT recording_sources_url_check CHECK ((length(url) <= 2048))
);

--
-- Name: TABLE recording_sources; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.recording_sources IS 'Where recordings are at their providers, and the queue of those that are still to be copied. A URL may open what it names, so owners do not see it.';

--
-- Name: COLUMN recording_sources.due_at; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.recording_sources.due_at IS 'When the next attempt is due; null when it is copied or given up.';

--
-- Name: COLUMN recording_sources.leased_until; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.recording_sources.leased_until IS 'Until when a worker has it to itself.';

--
-- Name: COLUMN recording_sources.fence; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.recording_sources.fence IS 'Counts the claims: a worker whose lease was taken over cannot say that it failed.';

--
-- Name: request_counts; Type: TABLE; Schema: private; Owner: -
--

CREATE UNLOGGED TABLE private.request_counts (
    subject text NOT NULL,
    window_end timestamp with time zone NOT NULL,
    count integer NOT NULL,
    CONSTRAINT request_counts_count_check CHECK ((count > 0))
)
WITH (fillfactor='50');

--
-- Name: TABLE request_counts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.request_counts IS 'How often a user or an address has asked for something in the present window.';

--
-- Name: request_limits; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.request_limits (
    name text NOT NULL,
    per_user integer,
    per_address integer,
    seconds integer NOT NULL,
    CONSTRAINT request_limits_name_check CHECK (((length(name) >= 1) AND (length(name) <= 50))),
    CONSTRAINT request_limits_per_address_check CHECK ((per_address > 0)),
    CONSTRAINT request_limits_per_user_check CHECK ((per_user > 0)),
    CONSTRAINT request_limits_seconds_check CHECK (((seconds >= 1) AND (seconds <= 86400)))
);

--
-- Name: TABLE request_limits; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.request_limits IS 'How many requests of a kind a user and an address may make in so many seconds; null for no limit. The operator''s to change, with effect from the next request on.';

--
-- Name: retell_calls; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.retell_calls (
    user_id uuid NOT NULL,
    call_id text NOT NULL,
    call_log_id uuid NOT NULL,
    ranks jsonb DEFAULT '{}'::jsonb NOT NULL,
    transfers text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT retell_calls_call_id_check CHECK (((length(call_id) >= 1) AND (length(call_id) <= 128)))
);

--
-- Name: TABLE retell_calls; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.retell_calls IS 'What is known of each call at Retell, and how well: each column keeps the best that was told, so that the order of arrival is of no matter.';

--
-- Name: COLUMN retell_calls.call_log_id; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retell_calls.call_log_id IS 'The call''s row: its own, or that of the call which a menu handed over.';

--
-- Name: COLUMN retell_calls.ranks; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retell_calls.ranks IS 'For each column of the row, the rank of the event that it is from; analyzed once that was published.';

--
-- Name: COLUMN retell_calls.transfers; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retell_calls.transfers IS 'Digests of the transfer events that were published.';

--
-- Name: retention_policies; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.retention_policies (
    name text NOT NULL,
    days integer,
    min_days integer NOT NULL,
    max_days integer NOT NULL,
    archive boolean DEFAULT false NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT retention_policies_archive_check CHECK (((NOT archive) OR (name <> 'maintenance_runs'::text))),
    CONSTRAINT retention_policies_check CHECK ((min_days <= max_days)),
    CONSTRAINT retention_policies_days_check CHECK (((days >= 1) AND (days <= 36500))),
    CONSTRAINT retention_policies_max_days_check CHECK (((max_days >= 1) AND (max_days <= 36500))),
    CONSTRAINT retention_policies_min_days_check CHECK (((min_days >= 1) AND (min_days <= 36500)))
);

--
-- Name: TABLE retention_policies; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.retention_policies IS 'How long each kind of record is kept. The operator changes them by SQL or public.set_retention_policy.';

--
-- Name: COLUMN retention_policies.days; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_policies.days IS 'For tenants who have set nothing else; null keeps for ever.';

--
-- Name: COLUMN retention_policies.min_days; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_policies.min_days IS 'The least that a tenant may choose; with max_days their bounds.';

--
-- Name: COLUMN retention_policies.archive; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.retention_policies.archive IS 'Whether rows are written to the bucket archives, and read back, before they go.';

--
-- Name: CONSTRAINT retention_policies_archive_check ON retention_policies; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON CONSTRAINT retention_policies_archive_check ON private.retention_policies IS 'Runs are nobody''s.';

--
-- Name: sealed_columns; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.sealed_columns (
    relation regclass NOT NULL,
    column_name name NOT NULL
);

--
-- Name: TABLE sealed_columns; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.sealed_columns IS 'Every column that holds sealed values (compact JWE): text, jsonb that is one as a string, or a jsonb array of {sealed, …}. Each such table has id and user_id.';

--
-- Name: table_classes; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.table_classes (
    name text NOT NULL,
    handling text NOT NULL,
    found_by text,
    withheld text[] DEFAULT '{}'::text[] NOT NULL,
    opened text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT table_classes_handling_check CHECK ((handling = ANY (ARRAY['owned'::text, 'pseudonym'::text, 'last'::text, 'nobody'::text]))),
    CONSTRAINT table_classes_name_check CHECK ((name ~ '^[a-z_]+\.[a-z0-9_]+$'::text))
);

--
-- Name: TABLE table_classes; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.table_classes IS 'What each table holds. One that is missing here stops exports and erasures.';

--
-- Name: COLUMN table_classes.handling; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.table_classes.handling IS 'owned: rows of users, exported and erased. pseudonym: kept, under a subject that names nobody once private.audit_subjects is erased. last: erased in the transaction that ends an erasure. nobody: no rows of users.';

--
-- Name: COLUMN table_classes.found_by; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.table_classes.found_by IS 'How a user''s rows are found where neither a column user_id nor a foreign key says it: a condition for format(), in which %1$s is the table''s alias and $1 the user.';

--
-- Name: COLUMN table_classes.withheld; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.table_classes.withheld IS 'Columns that are not exported, beside those whose name says that they hold a secret.';

--
-- Name: COLUMN table_classes.opened; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON COLUMN private.table_classes.opened IS 'Sealed columns whose text an export has in clear: shared/account/opened_rows.ts says how they are opened.';

--
-- Name: transfer_counts; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.transfer_counts (
    user_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    transfers integer NOT NULL
);

--
-- Name: TABLE transfer_counts; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.transfer_counts IS 'How many transfers each tenant has had in the hour of its latest.';

--
-- Name: webhook_deliveries_seq_seq; Type: SEQUENCE; Schema: private; Owner: -
--

ALTER TABLE private.webhook_deliveries ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME private.webhook_deliveries_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: webhook_limits; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.webhook_limits (
    user_id uuid NOT NULL,
    max_webhooks integer NOT NULL,
    CONSTRAINT webhook_limits_max_webhooks_check CHECK (((max_webhooks >= 0) AND (max_webhooks <= 100000)))
);

--
-- Name: TABLE webhook_limits; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.webhook_limits IS 'Tenants for whom the operator has set another number of endpoints than private.max_webhooks gives.';

--
-- Name: webhook_logs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_logs (
    id uuid DEFAULT private.uuid_v7() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    user_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_created_at timestamp with time zone NOT NULL,
    event text NOT NULL,
    origin text NOT NULL,
    attempt_number integer NOT NULL,
    status_code integer,
    response_body text,
    error text,
    duration_ms integer,
    delivered_at timestamp with time zone
)
PARTITION BY RANGE (created_at);

--
-- Name: TABLE webhook_logs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_logs IS 'Every attempt to deliver an event. Without a foreign key to the endpoint, which it outlives; the body is reached through the event.';

--
-- Name: COLUMN webhook_logs.event_created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_logs.event_created_at IS 'Where the event is found: together with event_id its key.';

--
-- Name: COLUMN webhook_logs.event; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_logs.event IS 'The event''s type.';

--
-- Name: COLUMN webhook_logs.delivered_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_logs.delivered_at IS 'When the endpoint acknowledged; null for a failed attempt.';

--
-- Name: webhook_pace; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.webhook_pace (
    webhook_id uuid NOT NULL,
    next_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

--
-- Name: TABLE webhook_pace; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.webhook_pace IS 'When an endpoint with a rate limit may be sent something again.';

--
-- Name: webhook_skipped; Type: TABLE; Schema: private; Owner: -
--

CREATE TABLE private.webhook_skipped (
    id uuid DEFAULT private.uuid_v7() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_created_at timestamp with time zone NOT NULL
)
PARTITION BY RANGE (created_at);

--
-- Name: TABLE webhook_skipped; Type: COMMENT; Schema: private; Owner: -
--

COMMENT ON TABLE private.webhook_skipped IS 'Events that came for an endpoint while it was disabled, to be replayed.';

--
-- Name: agents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.agents (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid DEFAULT private.account_id() NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    avatar_url text,
    is_active_for_dialer boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agents_avatar_url_check CHECK (((length(avatar_url) <= 2048) AND (avatar_url ~ '^https://'::text))),
    CONSTRAINT agents_description_check CHECK ((length(description) <= 2000)),
    CONSTRAINT agents_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

--
-- Name: TABLE agents; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.agents IS 'Voice agents of a tenant. At most one of them dials.';

--
-- Name: COLUMN agents.is_active_for_dialer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.agents.is_active_for_dialer IS 'Whether the dialer uses this agent; the others of the tenant must not be.';

--
-- Name: api_key_usage; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.api_key_usage (
    key_id uuid NOT NULL,
    user_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT api_key_usage_count_check CHECK ((count > 0))
)
WITH (fillfactor='80');

--
-- Name: TABLE api_key_usage; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.api_key_usage IS 'How often each key was used in each hour of UTC before the one of api_keys.last_hour; an hour without use has no row.';

--
-- Name: call_recordings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_recordings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    call_log_id uuid NOT NULL,
    session_id uuid,
    connection_id uuid,
    provider_recording_id text,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    path text,
    bytes bigint,
    content_type text,
    duration_seconds integer,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    copied_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT call_recordings_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT call_recordings_bytes_check CHECK ((bytes > 0)),
    CONSTRAINT call_recordings_copied_check CHECK (((status = 'copied'::text) = ((path IS NOT NULL) AND (bytes IS NOT NULL) AND (content_type IS NOT NULL) AND (copied_at IS NOT NULL)))),
    CONSTRAINT call_recordings_duration_seconds_check CHECK ((duration_seconds >= 0)),
    CONSTRAINT call_recordings_error_check CHECK ((error ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT call_recordings_kind_check CHECK ((kind = ANY (ARRAY['voicemail'::text, 'call'::text]))),
    CONSTRAINT call_recordings_provider_recording_id_check CHECK (((length(provider_recording_id) >= 1) AND (length(provider_recording_id) <= 128))),
    CONSTRAINT call_recordings_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'copied'::text, 'failed'::text])))
);

--
-- Name: TABLE call_recordings; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.call_recordings IS 'Recordings that a provider announced, and what became of copying each into storage.';

--
-- Name: COLUMN call_recordings.provider_recording_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_recordings.provider_recording_id IS 'The provider''s name for it; null where it was announced by its URL alone.';

--
-- Name: COLUMN call_recordings.path; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_recordings.path IS 'The object in the bucket "recordings": <user id>/<call log id>/<recording id>.<extension>.';

--
-- Name: COLUMN call_recordings.error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_recordings.error IS 'Why the latest attempt failed, as a code; null while there was none that failed, and when it is copied.';

--
-- Name: ivr_turns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ivr_turns (
    session_id uuid NOT NULL,
    step integer NOT NULL,
    user_id uuid NOT NULL,
    menu_id uuid NOT NULL,
    input jsonb NOT NULL,
    outcome text NOT NULL,
    reply text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    item text,
    CONSTRAINT ivr_turns_step_check CHECK ((step >= 0))
);

--
-- Name: TABLE ivr_turns; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ivr_turns IS 'Each turn of a session with the exact reply that was sent, so that a repeated callback gets the same bytes.';

--
-- Name: COLUMN ivr_turns.menu_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_turns.menu_id IS 'The menu in which the input was given.';

--
-- Name: COLUMN ivr_turns.item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ivr_turns.item IS 'The digit of the item that was chosen, as the menu''s version has it. Null where none was, and in a sensitive menu.';

--
-- Name: phone_connection_details; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.phone_connection_details WITH (security_invoker='true') AS
 SELECT c.id,
    c.provider,
    c.name,
    c.account_sid,
    c.enabled,
    c.allowed_callers,
    c.blocked_callers,
    COALESCE(private.connection_secrets(c.id), '[]'::jsonb) AS secrets,
    c.created_at,
    c.updated_at
   FROM public.phone_connections c;

--
-- Name: VIEW phone_connection_details; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.phone_connection_details IS 'Connections as their owner is shown them: with which secrets there are, since when and until when.';

--
-- Name: profiles; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.profiles WITH (security_invoker='true') AS
 SELECT user_profiles.id,
    user_profiles.updated_at,
    user_profiles.username,
    user_profiles.full_name,
    user_profiles.avatar_url,
    user_profiles.email
   FROM public.user_profiles;

--
-- Name: VIEW profiles; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.profiles IS 'user_profiles as the support dashboard knows it; updatable, under the rules of the table.';

--
-- Name: retention_overrides; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.retention_overrides (
    user_id uuid NOT NULL,
    policy text NOT NULL,
    days integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT retention_overrides_days_check CHECK (((days >= 1) AND (days <= 36500)))
);

--
-- Name: TABLE retention_overrides; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.retention_overrides IS 'Tenants who keep something longer or shorter than the policy says.';

--
-- Name: archives archives_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.archives
    ADD CONSTRAINT archives_pkey PRIMARY KEY (object);

--
-- Name: audit_checkpoints audit_checkpoints_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.audit_checkpoints
    ADD CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (subject_id);

--
-- Name: audit_heads audit_heads_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (subject_id);

--
-- Name: audit_subjects audit_subjects_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.audit_subjects
    ADD CONSTRAINT audit_subjects_pkey PRIMARY KEY (user_id);

--
-- Name: audit_subjects audit_subjects_subject_id_key; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.audit_subjects
    ADD CONSTRAINT audit_subjects_subject_id_key UNIQUE (subject_id);

--
-- Name: call_texts call_texts_call_log_id_field_key; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.call_texts
    ADD CONSTRAINT call_texts_call_log_id_field_key UNIQUE (call_log_id, field);

--
-- Name: call_texts call_texts_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.call_texts
    ADD CONSTRAINT call_texts_pkey PRIMARY KEY (id);

--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (id);

--
-- Name: event_types event_types_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (type);

--
-- Name: health_settings health_settings_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.health_settings
    ADD CONSTRAINT health_settings_pkey PRIMARY KEY (user_id);

--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, operation, key);

--
-- Name: ivr_callouts ivr_callouts_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.ivr_callouts
    ADD CONSTRAINT ivr_callouts_pkey PRIMARY KEY (session_id, step);

--
-- Name: jobs jobs_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

--
-- Name: maintenance_runs maintenance_runs_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.maintenance_runs
    ADD CONSTRAINT maintenance_runs_pkey PRIMARY KEY (id);

--
-- Name: recording_sources recording_sources_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.recording_sources
    ADD CONSTRAINT recording_sources_pkey PRIMARY KEY (recording_id);

--
-- Name: request_counts request_counts_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.request_counts
    ADD CONSTRAINT request_counts_pkey PRIMARY KEY (subject);

--
-- Name: request_limits request_limits_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.request_limits
    ADD CONSTRAINT request_limits_pkey PRIMARY KEY (name);

--
-- Name: retell_calls retell_calls_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retell_calls
    ADD CONSTRAINT retell_calls_pkey PRIMARY KEY (user_id, call_id);

--
-- Name: retention_policies retention_policies_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retention_policies
    ADD CONSTRAINT retention_policies_pkey PRIMARY KEY (name);

--
-- Name: retention_tables retention_tables_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retention_tables
    ADD CONSTRAINT retention_tables_pkey PRIMARY KEY (name);

--
-- Name: retention_tables retention_tables_place_key; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retention_tables
    ADD CONSTRAINT retention_tables_place_key UNIQUE (place);

--
-- Name: sealed_columns sealed_columns_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.sealed_columns
    ADD CONSTRAINT sealed_columns_pkey PRIMARY KEY (relation, column_name);

--
-- Name: table_classes table_classes_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.table_classes
    ADD CONSTRAINT table_classes_pkey PRIMARY KEY (name);

--
-- Name: transfer_counts transfer_counts_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.transfer_counts
    ADD CONSTRAINT transfer_counts_pkey PRIMARY KEY (user_id);

--
-- Name: transfer_rules transfer_rules_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.transfer_rules
    ADD CONSTRAINT transfer_rules_pkey PRIMARY KEY (user_id);

--
-- Name: webhook_deliveries webhook_deliveries_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

--
-- Name: webhook_limits webhook_limits_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_limits
    ADD CONSTRAINT webhook_limits_pkey PRIMARY KEY (user_id);

--
-- Name: webhook_pace webhook_pace_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_pace
    ADD CONSTRAINT webhook_pace_pkey PRIMARY KEY (webhook_id);

--
-- Name: webhook_replays webhook_replays_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_replays
    ADD CONSTRAINT webhook_replays_pkey PRIMARY KEY (id);

--
-- Name: webhook_skipped webhook_skipped_pkey; Type: CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_skipped
    ADD CONSTRAINT webhook_skipped_pkey PRIMARY KEY (id, created_at);

--
-- Name: agents agents_id_user_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_id_user_id_key UNIQUE (id, user_id);

--
-- Name: agents agents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

--
-- Name: api_key_usage api_key_usage_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_key_usage
    ADD CONSTRAINT api_key_usage_pkey PRIMARY KEY (key_id, hour);

--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

--
-- Name: audit_logs audit_logs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (id, created_at);

--
-- Name: call_logs call_logs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_logs
    ADD CONSTRAINT call_logs_pkey PRIMARY KEY (id);

--
-- Name: call_logs call_logs_provider_provider_call_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_logs
    ADD CONSTRAINT call_logs_provider_provider_call_id_key UNIQUE (provider, provider_call_id);

--
-- Name: call_recordings call_recordings_connection_id_provider_recording_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_connection_id_provider_recording_id_key UNIQUE (connection_id, provider_recording_id);

--
-- Name: call_recordings call_recordings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_pkey PRIMARY KEY (id);

--
-- Name: consents consents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (id);

--
-- Name: ivr_menu_versions ivr_menu_versions_menu_id_version_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menu_versions
    ADD CONSTRAINT ivr_menu_versions_menu_id_version_key UNIQUE (menu_id, version);

--
-- Name: ivr_menu_versions ivr_menu_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menu_versions
    ADD CONSTRAINT ivr_menu_versions_pkey PRIMARY KEY (id);

--
-- Name: ivr_menus ivr_menus_id_user_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_id_user_id_key UNIQUE (id, user_id);

--
-- Name: ivr_menus ivr_menus_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_pkey PRIMARY KEY (id);

--
-- Name: ivr_menus ivr_menus_user_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_user_id_key_key UNIQUE (user_id, key);

--
-- Name: ivr_sessions ivr_sessions_connection_id_session_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_connection_id_session_id_key UNIQUE (connection_id, session_id);

--
-- Name: ivr_sessions ivr_sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_pkey PRIMARY KEY (id);

--
-- Name: ivr_turns ivr_turns_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_turns
    ADD CONSTRAINT ivr_turns_pkey PRIMARY KEY (session_id, step);

--
-- Name: phone_connections phone_connections_id_user_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_connections
    ADD CONSTRAINT phone_connections_id_user_id_key UNIQUE (id, user_id);

--
-- Name: phone_connections phone_connections_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_connections
    ADD CONSTRAINT phone_connections_pkey PRIMARY KEY (id);

--
-- Name: phone_numbers phone_numbers_connection_id_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_numbers
    ADD CONSTRAINT phone_numbers_connection_id_number_key UNIQUE (connection_id, number);

--
-- Name: phone_numbers phone_numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_numbers
    ADD CONSTRAINT phone_numbers_pkey PRIMARY KEY (id);

--
-- Name: retention_overrides retention_overrides_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retention_overrides
    ADD CONSTRAINT retention_overrides_pkey PRIMARY KEY (user_id, policy);

--
-- Name: user_profiles user_profiles_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_id_key UNIQUE (id);

--
-- Name: user_profiles user_profiles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (user_id);

--
-- Name: user_profiles user_profiles_retell_hook_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_retell_hook_id_key UNIQUE (retell_hook_id);

--
-- Name: webhook_events webhook_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_events
    ADD CONSTRAINT webhook_events_pkey PRIMARY KEY (id, created_at);

--
-- Name: webhook_logs webhook_logs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_logs
    ADD CONSTRAINT webhook_logs_pkey PRIMARY KEY (id, created_at);

--
-- Name: webhooks webhooks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

--
-- Name: idx_archives_subject_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_archives_subject_id ON private.archives USING btree (subject_id, last_entry) WHERE (subject_id IS NOT NULL);

--
-- Name: idx_archives_user_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_archives_user_id ON private.archives USING btree (user_id, table_name, begun_at);

--
-- Name: idx_call_texts_user_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_call_texts_user_id ON private.call_texts USING btree (user_id);

--
-- Name: idx_credentials_connection_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_credentials_connection_id ON private.credentials USING btree (connection_id);

--
-- Name: idx_credentials_in_force; Type: INDEX; Schema: private; Owner: -
--

CREATE UNIQUE INDEX idx_credentials_in_force ON private.credentials USING btree (connection_id, purpose) WHERE (expires_at IS NULL);

--
-- Name: idx_credentials_replaced; Type: INDEX; Schema: private; Owner: -
--

CREATE UNIQUE INDEX idx_credentials_replaced ON private.credentials USING btree (connection_id) WHERE (expires_at IS NOT NULL);

--
-- Name: idx_credentials_user_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_credentials_user_id ON private.credentials USING btree (user_id);

--
-- Name: idx_idempotency_keys_created_at; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_idempotency_keys_created_at ON private.idempotency_keys USING btree (created_at);

--
-- Name: idx_jobs_due; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_jobs_due ON private.jobs USING btree (COALESCE(leased_until, due_at)) WHERE (state = 'queued'::text);

--
-- Name: idx_jobs_user_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_jobs_user_id ON private.jobs USING btree (user_id, kind, created_at DESC);

--
-- Name: idx_maintenance_runs_job; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_maintenance_runs_job ON private.maintenance_runs USING btree (job, id DESC);

--
-- Name: idx_maintenance_runs_started_at; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_maintenance_runs_started_at ON private.maintenance_runs USING btree (started_at);

--
-- Name: idx_recording_sources_due_at; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_recording_sources_due_at ON private.recording_sources USING btree (COALESCE(leased_until, due_at)) WHERE (due_at IS NOT NULL);

--
-- Name: idx_retell_calls_call_log_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_retell_calls_call_log_id ON private.retell_calls USING btree (call_log_id);

--
-- Name: idx_retention_tables_policy; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_retention_tables_policy ON private.retention_tables USING btree (policy);

--
-- Name: idx_webhook_deliveries_due; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_due ON private.webhook_deliveries USING btree (due_at, webhook_id, user_id) WHERE ((leased_until IS NULL) AND (NOT waiting));

--
-- Name: idx_webhook_deliveries_heads; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_heads ON private.webhook_deliveries USING btree (due_at) WHERE ((ordering_key IS NOT NULL) AND (leased_until IS NULL) AND (NOT waiting));

--
-- Name: idx_webhook_deliveries_leased; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_leased ON private.webhook_deliveries USING btree (leased_until, webhook_id, user_id) WHERE (leased_until IS NOT NULL);

--
-- Name: idx_webhook_deliveries_ordered; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_ordered ON private.webhook_deliveries USING btree (webhook_id, ordering_key) WHERE ((leased_until IS NOT NULL) AND (ordering_key IS NOT NULL));

--
-- Name: idx_webhook_deliveries_ready; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_ready ON private.webhook_deliveries USING btree (webhook_id, due_at) WHERE ((leased_until IS NULL) AND (NOT waiting));

--
-- Name: idx_webhook_deliveries_replay_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_replay_id ON private.webhook_deliveries USING btree (replay_id) WHERE (replay_id IS NOT NULL);

--
-- Name: idx_webhook_deliveries_webhook_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_deliveries_webhook_id ON private.webhook_deliveries USING btree (webhook_id, ordering_key, seq);

--
-- Name: idx_webhook_replays_webhook_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_replays_webhook_id ON private.webhook_replays USING btree (webhook_id);

--
-- Name: idx_webhook_skipped_webhook_id; Type: INDEX; Schema: private; Owner: -
--

CREATE INDEX idx_webhook_skipped_webhook_id ON ONLY private.webhook_skipped USING btree (webhook_id, created_at);

--
-- Name: idx_agents_active_for_dialer; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX idx_agents_active_for_dialer ON public.agents USING btree (user_id) WHERE is_active_for_dialer;

--
-- Name: idx_agents_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_agents_user_id ON public.agents USING btree (user_id);

--
-- Name: idx_api_key_usage_hour; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_key_usage_hour ON public.api_key_usage USING btree (hour);

--
-- Name: idx_api_key_usage_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_key_usage_user_id ON public.api_key_usage USING btree (user_id);

--
-- Name: idx_api_keys_counted_by; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_keys_counted_by ON public.api_keys USING btree (counted_by) WHERE (counted_by IS NOT NULL);

--
-- Name: idx_api_keys_enabled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_keys_enabled ON public.api_keys USING btree (user_id) WHERE (enabled AND (revoked_at IS NULL));

--
-- Name: idx_api_keys_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_keys_expires_at ON public.api_keys USING btree (expires_at) WHERE (expires_at IS NOT NULL);

--
-- Name: idx_api_keys_key_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX idx_api_keys_key_hash ON public.api_keys USING btree (key_hash);

--
-- Name: idx_api_keys_rotated_from; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_keys_rotated_from ON public.api_keys USING btree (rotated_from);

--
-- Name: idx_api_keys_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_api_keys_user_id ON public.api_keys USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_audit_logs_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_audit_logs_subject ON ONLY public.audit_logs USING btree (subject_id, created_at DESC);

--
-- Name: idx_call_logs_connection_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_logs_connection_id ON public.call_logs USING btree (connection_id);

--
-- Name: idx_call_logs_retell_call_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_logs_retell_call_id ON public.call_logs USING btree (retell_call_id) WHERE (retell_call_id IS NOT NULL);

--
-- Name: idx_call_logs_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_logs_user_id ON public.call_logs USING btree (user_id, started_at DESC);

--
-- Name: idx_call_recordings_call_log_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_recordings_call_log_id ON public.call_recordings USING btree (call_log_id);

--
-- Name: idx_call_recordings_session_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_recordings_session_id ON public.call_recordings USING btree (session_id);

--
-- Name: idx_call_recordings_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_call_recordings_user_id ON public.call_recordings USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_consents_purpose; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_consents_purpose ON public.consents USING btree (user_id, purpose, created_at DESC, id DESC);

--
-- Name: idx_consents_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_consents_user_id ON public.consents USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_ivr_menu_versions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_menu_versions_user_id ON public.ivr_menu_versions USING btree (user_id);

--
-- Name: idx_ivr_menus_parent_menu_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_menus_parent_menu_id ON public.ivr_menus USING btree (parent_menu_id, user_id);

--
-- Name: idx_ivr_menus_published_version_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_menus_published_version_id ON public.ivr_menus USING btree (published_version_id);

--
-- Name: idx_ivr_menus_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_menus_user_id ON public.ivr_menus USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_ivr_sessions_app_session_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX idx_ivr_sessions_app_session_id ON public.ivr_sessions USING btree (user_id, session_id) WHERE (channel = 'app'::text);

--
-- Name: idx_ivr_sessions_call_log_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_call_log_id ON public.ivr_sessions USING btree (call_log_id);

--
-- Name: idx_ivr_sessions_current_menu_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_current_menu_id ON public.ivr_sessions USING btree (current_menu_id);

--
-- Name: idx_ivr_sessions_ended_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_ended_at ON public.ivr_sessions USING btree (ended_at) WHERE (ended_at IS NOT NULL);

--
-- Name: idx_ivr_sessions_last_activity; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_last_activity ON public.ivr_sessions USING btree (last_activity);

--
-- Name: idx_ivr_sessions_menu_version_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_menu_version_id ON public.ivr_sessions USING btree (menu_version_id);

--
-- Name: idx_ivr_sessions_newest; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_newest ON public.ivr_sessions USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_ivr_sessions_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_open ON public.ivr_sessions USING btree (last_activity) WHERE (ended_at IS NULL);

--
-- Name: idx_ivr_sessions_session_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_session_id ON public.ivr_sessions USING btree (session_id);

--
-- Name: idx_ivr_sessions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_sessions_user_id ON public.ivr_sessions USING btree (user_id);

--
-- Name: idx_ivr_turns_user_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_ivr_turns_user_time ON public.ivr_turns USING btree (user_id, created_at);

--
-- Name: idx_phone_connections_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_phone_connections_user_id ON public.phone_connections USING btree (user_id);

--
-- Name: idx_phone_numbers_connection_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_phone_numbers_connection_id ON public.phone_numbers USING btree (connection_id, user_id);

--
-- Name: idx_phone_numbers_menu_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_phone_numbers_menu_id ON public.phone_numbers USING btree (menu_id, user_id);

--
-- Name: idx_phone_numbers_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_phone_numbers_user_id ON public.phone_numbers USING btree (user_id);

--
-- Name: idx_retention_overrides_policy; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_retention_overrides_policy ON public.retention_overrides USING btree (policy, days);

--
-- Name: idx_user_profiles_active; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_active ON public.user_profiles USING btree (updated_at) WHERE is_active;

--
-- Name: idx_user_profiles_department; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_department ON public.user_profiles USING btree (department);

--
-- Name: idx_user_profiles_department_active; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_department_active ON public.user_profiles USING btree (department, is_active);

--
-- Name: idx_user_profiles_email; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_email ON public.user_profiles USING btree (email);

--
-- Name: idx_user_profiles_metadata; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_metadata ON public.user_profiles USING gin (metadata);

--
-- Name: idx_user_profiles_phone; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_phone ON public.user_profiles USING btree (phone);

--
-- Name: idx_user_profiles_preferences; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_preferences ON public.user_profiles USING gin (preferences);

--
-- Name: idx_user_profiles_retell_integration_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_retell_integration_status ON public.user_profiles USING btree (retell_integration_status);

--
-- Name: idx_user_profiles_status_sync; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_status_sync ON public.user_profiles USING btree (retell_integration_status, last_retell_sync);

--
-- Name: idx_user_profiles_webhook_config; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_webhook_config ON public.user_profiles USING gin (webhook_config);

--
-- Name: idx_user_profiles_with_retell; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_user_profiles_with_retell ON public.user_profiles USING btree (last_retell_sync) WHERE (encrypted_retell_api_key IS NOT NULL);

--
-- Name: idx_webhook_events_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_events_user_id ON ONLY public.webhook_events USING btree (user_id, created_at DESC, id DESC);

--
-- Name: idx_webhook_logs_created_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_logs_created_at ON ONLY public.webhook_logs USING brin (created_at);

--
-- Name: idx_webhook_logs_delivery_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_logs_delivery_id ON ONLY public.webhook_logs USING btree (delivery_id);

--
-- Name: idx_webhook_logs_event; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_logs_event ON ONLY public.webhook_logs USING btree (user_id, event, created_at DESC);

--
-- Name: idx_webhook_logs_event_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_logs_event_id ON ONLY public.webhook_logs USING btree (event_id);

--
-- Name: idx_webhook_logs_webhook_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhook_logs_webhook_id ON ONLY public.webhook_logs USING btree (webhook_id, created_at DESC, id DESC);

--
-- Name: idx_webhooks_agent_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhooks_agent_id ON public.webhooks USING btree (agent_id, user_id);

--
-- Name: idx_webhooks_enabled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhooks_enabled ON public.webhooks USING btree (user_id) WHERE enabled;

--
-- Name: idx_webhooks_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_webhooks_user_id ON public.webhooks USING btree (user_id, created_at DESC, id DESC);

--
-- Name: jobs set_updated_at; Type: TRIGGER; Schema: private; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON private.jobs FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: retention_policies set_updated_at; Type: TRIGGER; Schema: private; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON private.retention_policies FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: agents audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON public.agents FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('agents');

--
-- Name: api_keys audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE OF user_id, name, key_hash, scopes, enabled, expires_at, revoked_at, rate_limit, usage_quota, allowed_ips, metadata ON public.api_keys FOR EACH ROW EXECUTE FUNCTION private.audit_api_key_change();

--
-- Name: ivr_menu_versions audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE ON public.ivr_menu_versions FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('ivr.menu-versions');

--
-- Name: ivr_menus audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON public.ivr_menus FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('ivr.menus');

--
-- Name: phone_connections audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON public.phone_connections FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('ivr.connections');

--
-- Name: phone_numbers audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON public.phone_numbers FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('ivr.numbers');

--
-- Name: retention_overrides audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON public.retention_overrides FOR EACH ROW EXECUTE FUNCTION private.audit_retention();

--
-- Name: webhooks audit_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE OF agent_id, url, events, secret, old_secrets, enabled, description, headers, filter, ordered, retry_count, retry_schedule, max_in_flight, rate_limit ON public.webhooks FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('webhooks');

--
-- Name: user_profiles audit_profile; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_profile AFTER UPDATE OF username, full_name, department, "position", phone, avatar_url, timezone, language, is_active, preferences, metadata ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('account.profile');

--
-- Name: user_profiles audit_retell; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_retell AFTER UPDATE OF encrypted_retell_api_key, encrypted_call_agent_id, encrypted_sms_agent_id, encrypted_agent_config, phone_number, webhook_config ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION private.audit_row_change('retell.config');

--
-- Name: user_profiles check_new_timezone; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER check_new_timezone BEFORE INSERT ON public.user_profiles FOR EACH ROW WHEN ((new.timezone <> 'UTC'::text)) EXECUTE FUNCTION private.check_profile_timezone();

--
-- Name: user_profiles check_timezone; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER check_timezone BEFORE UPDATE OF timezone ON public.user_profiles FOR EACH ROW WHEN ((new.timezone IS DISTINCT FROM old.timezone)) EXECUTE FUNCTION private.check_profile_timezone();

--
-- Name: webhooks forget_webhook; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER forget_webhook AFTER DELETE ON public.webhooks FOR EACH ROW EXECUTE FUNCTION private.forget_webhook();

--
-- Name: api_keys keep_api_key_hour; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER keep_api_key_hour AFTER UPDATE OF last_hour ON public.api_keys FOR EACH ROW WHEN ((old.last_hour <> new.last_hour)) EXECUTE FUNCTION private.keep_api_key_hour();

--
-- Name: ivr_sessions publish_app_event; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER publish_app_event AFTER INSERT ON public.ivr_sessions FOR EACH ROW WHEN ((new.channel = 'app'::text)) EXECUTE FUNCTION private.publish_ivr_session_event();

--
-- Name: api_keys publish_event; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER publish_event AFTER INSERT ON public.api_keys DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.rotated_from IS NOT NULL)) EXECUTE FUNCTION private.publish_api_key_rotation();

--
-- Name: call_logs publish_event; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER publish_event AFTER INSERT OR UPDATE OF ended_at ON public.call_logs FOR EACH ROW WHEN ((COALESCE(current_setting('switchboard.importing'::text, true), ''::text) <> 'on'::text)) EXECUTE FUNCTION private.publish_call_event();

--
-- Name: ivr_sessions publish_event; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER publish_event AFTER UPDATE OF call_log_id, ended_at ON public.ivr_sessions FOR EACH ROW WHEN (((new.call_log_id IS DISTINCT FROM old.call_log_id) OR (new.ended_at IS DISTINCT FROM old.ended_at))) EXECUTE FUNCTION private.publish_ivr_session_event();

--
-- Name: ivr_turns publish_events; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER publish_events AFTER INSERT ON public.ivr_turns REFERENCING NEW TABLE AS turns FOR EACH STATEMENT EXECUTE FUNCTION private.publish_ivr_turn_events();

--
-- Name: audit_logs refuse_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION private.refuse_change();

--
-- Name: consents refuse_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_change BEFORE UPDATE ON public.consents FOR EACH ROW EXECUTE FUNCTION private.refuse_change();

--
-- Name: ivr_menu_versions refuse_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_change BEFORE UPDATE OF id, user_id, version, document, created_at ON public.ivr_menu_versions FOR EACH ROW EXECUTE FUNCTION private.refuse_change();

--
-- Name: ivr_menu_versions refuse_change_of_origin; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_change_of_origin BEFORE UPDATE OF restored_from ON public.ivr_menu_versions FOR EACH ROW EXECUTE FUNCTION private.refuse_change();

--
-- Name: api_key_usage refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.api_key_usage FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: api_keys refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.api_keys FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: audit_logs refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: call_logs refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.call_logs FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: call_recordings refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.call_recordings FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: consents refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.consents FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: ivr_menu_versions refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ivr_menu_versions FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: ivr_sessions refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ivr_sessions FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: ivr_turns refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ivr_turns FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: phone_connections refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT ON public.phone_connections FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: retention_overrides refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.retention_overrides FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: user_profiles refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE DELETE OR TRUNCATE ON public.user_profiles FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: webhook_events refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.webhook_events FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: webhook_logs refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.webhook_logs FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: webhooks refuse_direct_write; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_direct_write BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.webhooks FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_direct_write();

--
-- Name: call_logs refuse_plain_health_data; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_plain_health_data BEFORE INSERT OR UPDATE OF transcript, summary, sentiment, recording_url ON public.call_logs FOR EACH ROW WHEN (((new.transcript IS NOT NULL) OR (new.summary IS NOT NULL) OR (new.sentiment IS NOT NULL) OR (new.recording_url IS NOT NULL))) EXECUTE FUNCTION private.refuse_plain_health_data();

--
-- Name: agents refuse_protected_columns; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_protected_columns BEFORE INSERT OR UPDATE ON public.agents FOR EACH ROW EXECUTE FUNCTION private.refuse_protected_columns('created_at=now()', 'updated_at=now()');

--
-- Name: ivr_menus refuse_protected_columns; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_protected_columns BEFORE INSERT OR UPDATE ON public.ivr_menus FOR EACH ROW EXECUTE FUNCTION private.refuse_protected_columns('published_version_id', 'created_at=now()', 'updated_at=now()');

--
-- Name: phone_connections refuse_protected_columns; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_protected_columns BEFORE UPDATE ON public.phone_connections FOR EACH ROW EXECUTE FUNCTION private.refuse_protected_columns('id', 'provider', 'account_sid', 'created_at', 'updated_at');

--
-- Name: phone_numbers refuse_protected_columns; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_protected_columns BEFORE INSERT OR UPDATE ON public.phone_numbers FOR EACH ROW EXECUTE FUNCTION private.refuse_protected_columns('created_at=now()', 'updated_at=now()');

--
-- Name: user_profiles refuse_protected_columns; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_protected_columns BEFORE INSERT OR UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION private.refuse_protected_columns('email', 'is_active=true', 'encrypted_retell_api_key', 'encrypted_call_agent_id', 'encrypted_sms_agent_id', 'encrypted_agent_config', 'phone_number', 'webhook_config={}', 'retell_secrets={}', 'retell_config_updated_at', 'retell_config_device_id', 'retell_hook_id', 'retell_integration_status=disconnected', 'last_retell_sync', 'created_at=now()', 'updated_at=now()');

--
-- Name: api_keys refuse_revival; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_revival BEFORE UPDATE OF revoked_at ON public.api_keys FOR EACH ROW EXECUTE FUNCTION private.refuse_revival();

--
-- Name: audit_logs refuse_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();

--
-- Name: api_keys refuse_wider_key; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER refuse_wider_key BEFORE INSERT OR DELETE OR UPDATE OF user_id, name, key_hash, scopes, enabled, expires_at, revoked_at, rate_limit, usage_quota, allowed_ips, metadata ON public.api_keys FOR EACH ROW EXECUTE FUNCTION private.refuse_wider_key();

--
-- Name: agents set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.agents FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: api_keys set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE OF user_id, name, key_hash, scopes, enabled, expires_at, revoked_at, rate_limit, usage_quota, allowed_ips, metadata ON public.api_keys FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: call_logs set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.call_logs FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: call_recordings set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.call_recordings FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: ivr_menus set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.ivr_menus FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: ivr_sessions set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.ivr_sessions FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: phone_connections set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.phone_connections FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: phone_numbers set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.phone_numbers FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: retention_overrides set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.retention_overrides FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: user_profiles set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: webhooks set_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER set_updated_at BEFORE UPDATE OF agent_id, url, events, secret, old_secrets, enabled, description, headers, filter, ordered, retry_count, retry_schedule, max_in_flight, rate_limit ON public.webhooks FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

--
-- Name: webhooks shelve_deliveries; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER shelve_deliveries AFTER UPDATE OF enabled ON public.webhooks FOR EACH ROW WHEN ((old.enabled AND (NOT new.enabled))) EXECUTE FUNCTION private.shelve_disabled_webhook();

--
-- Name: ivr_turns take_recording; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER take_recording BEFORE INSERT ON public.ivr_turns FOR EACH ROW WHEN ((((new.input ->> 'kind'::text) = 'recorded'::text) AND ((new.input ->> 'url'::text) IS NOT NULL))) EXECUTE FUNCTION private.take_recording_of_turn();

--
-- Name: archives archives_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.archives
    ADD CONSTRAINT archives_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: call_texts call_texts_call_log_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.call_texts
    ADD CONSTRAINT call_texts_call_log_id_fkey FOREIGN KEY (call_log_id) REFERENCES public.call_logs(id) ON DELETE CASCADE;

--
-- Name: call_texts call_texts_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.call_texts
    ADD CONSTRAINT call_texts_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: credentials credentials_connection_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.credentials
    ADD CONSTRAINT credentials_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.phone_connections(id) ON DELETE CASCADE;

--
-- Name: credentials credentials_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.credentials
    ADD CONSTRAINT credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: health_settings health_settings_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.health_settings
    ADD CONSTRAINT health_settings_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: idempotency_keys idempotency_keys_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: ivr_callouts ivr_callouts_session_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.ivr_callouts
    ADD CONSTRAINT ivr_callouts_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.ivr_sessions(id) ON DELETE CASCADE;

--
-- Name: recording_sources recording_sources_recording_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.recording_sources
    ADD CONSTRAINT recording_sources_recording_id_fkey FOREIGN KEY (recording_id) REFERENCES public.call_recordings(id) ON DELETE CASCADE;

--
-- Name: retell_calls retell_calls_call_log_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retell_calls
    ADD CONSTRAINT retell_calls_call_log_id_fkey FOREIGN KEY (call_log_id) REFERENCES public.call_logs(id) ON DELETE CASCADE;

--
-- Name: retell_calls retell_calls_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retell_calls
    ADD CONSTRAINT retell_calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: retention_tables retention_tables_policy_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.retention_tables
    ADD CONSTRAINT retention_tables_policy_fkey FOREIGN KEY (policy) REFERENCES private.retention_policies(name);

--
-- Name: transfer_counts transfer_counts_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.transfer_counts
    ADD CONSTRAINT transfer_counts_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: transfer_rules transfer_rules_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.transfer_rules
    ADD CONSTRAINT transfer_rules_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: webhook_deliveries webhook_deliveries_webhook_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;

--
-- Name: webhook_limits webhook_limits_user_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_limits
    ADD CONSTRAINT webhook_limits_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: webhook_replays webhook_replays_webhook_id_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -
--

ALTER TABLE ONLY private.webhook_replays
    ADD CONSTRAINT webhook_replays_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;

--
-- Name: agents agents_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: api_key_usage api_key_usage_key_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_key_usage
    ADD CONSTRAINT api_key_usage_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.api_keys(id) ON DELETE CASCADE;

--
-- Name: api_key_usage api_key_usage_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_key_usage
    ADD CONSTRAINT api_key_usage_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: api_keys api_keys_counted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_counted_by_fkey FOREIGN KEY (counted_by) REFERENCES public.api_keys(id) ON DELETE SET NULL;

--
-- Name: api_keys api_keys_rotated_from_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_rotated_from_fkey FOREIGN KEY (rotated_from) REFERENCES public.api_keys(id) ON DELETE SET NULL;

--
-- Name: api_keys api_keys_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: call_logs call_logs_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_logs
    ADD CONSTRAINT call_logs_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.phone_connections(id) ON DELETE SET NULL;

--
-- Name: call_logs call_logs_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_logs
    ADD CONSTRAINT call_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: call_recordings call_recordings_call_log_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_call_log_id_fkey FOREIGN KEY (call_log_id) REFERENCES public.call_logs(id) ON DELETE CASCADE;

--
-- Name: call_recordings call_recordings_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.phone_connections(id) ON DELETE SET NULL;

--
-- Name: call_recordings call_recordings_session_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.ivr_sessions(id) ON DELETE SET NULL;

--
-- Name: call_recordings call_recordings_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: consents consents_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: ivr_menu_versions ivr_menu_versions_menu_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menu_versions
    ADD CONSTRAINT ivr_menu_versions_menu_id_fkey FOREIGN KEY (menu_id) REFERENCES public.ivr_menus(id) ON DELETE SET NULL;

--
-- Name: ivr_menu_versions ivr_menu_versions_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menu_versions
    ADD CONSTRAINT ivr_menu_versions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: ivr_menus ivr_menus_parent_menu_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_parent_menu_id_fkey FOREIGN KEY (parent_menu_id, user_id) REFERENCES public.ivr_menus(id, user_id) ON DELETE SET NULL (parent_menu_id);

--
-- Name: ivr_menus ivr_menus_published_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_published_version_id_fkey FOREIGN KEY (published_version_id) REFERENCES public.ivr_menu_versions(id) ON DELETE SET NULL;

--
-- Name: ivr_menus ivr_menus_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_menus
    ADD CONSTRAINT ivr_menus_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: ivr_sessions ivr_sessions_call_log_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_call_log_id_fkey FOREIGN KEY (call_log_id) REFERENCES public.call_logs(id) ON DELETE SET NULL;

--
-- Name: ivr_sessions ivr_sessions_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.phone_connections(id) ON DELETE SET NULL;

--
-- Name: ivr_sessions ivr_sessions_current_menu_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_current_menu_id_fkey FOREIGN KEY (current_menu_id) REFERENCES public.ivr_menus(id) ON DELETE SET NULL;

--
-- Name: ivr_sessions ivr_sessions_menu_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_menu_version_id_fkey FOREIGN KEY (menu_version_id) REFERENCES public.ivr_menu_versions(id);

--
-- Name: ivr_sessions ivr_sessions_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_sessions
    ADD CONSTRAINT ivr_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: ivr_turns ivr_turns_session_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_turns
    ADD CONSTRAINT ivr_turns_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.ivr_sessions(id) ON DELETE CASCADE;

--
-- Name: ivr_turns ivr_turns_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_turns
    ADD CONSTRAINT ivr_turns_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: phone_connections phone_connections_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_connections
    ADD CONSTRAINT phone_connections_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: phone_numbers phone_numbers_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_numbers
    ADD CONSTRAINT phone_numbers_connection_id_fkey FOREIGN KEY (connection_id, user_id) REFERENCES public.phone_connections(id, user_id) ON DELETE CASCADE;

--
-- Name: phone_numbers phone_numbers_menu_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_numbers
    ADD CONSTRAINT phone_numbers_menu_id_fkey FOREIGN KEY (menu_id, user_id) REFERENCES public.ivr_menus(id, user_id);

--
-- Name: phone_numbers phone_numbers_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phone_numbers
    ADD CONSTRAINT phone_numbers_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: retention_overrides retention_overrides_policy_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retention_overrides
    ADD CONSTRAINT retention_overrides_policy_fkey FOREIGN KEY (policy) REFERENCES private.retention_policies(name);

--
-- Name: retention_overrides retention_overrides_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retention_overrides
    ADD CONSTRAINT retention_overrides_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: user_profiles user_profiles_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: webhook_events webhook_events_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.webhook_events
    ADD CONSTRAINT webhook_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: webhook_logs webhook_logs_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.webhook_logs
    ADD CONSTRAINT webhook_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: webhooks webhooks_agent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_agent_id_fkey FOREIGN KEY (agent_id, user_id) REFERENCES public.agents(id, user_id);

--
-- Name: webhooks webhooks_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

--
-- Name: agents Owners can add agents; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can add agents" ON public.agents FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_menus Owners can add menus; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can add menus" ON public.ivr_menus FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_numbers Owners can add numbers; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can add numbers" ON public.phone_numbers FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: agents Owners can delete their agents; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can delete their agents" ON public.agents FOR DELETE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_connections Owners can delete their connections; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can delete their connections" ON public.phone_connections FOR DELETE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_menus Owners can delete their menus; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can delete their menus" ON public.ivr_menus FOR DELETE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_numbers Owners can delete their numbers; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can delete their numbers" ON public.phone_numbers FOR DELETE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: agents Owners can edit their agents; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can edit their agents" ON public.agents FOR UPDATE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id))) WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_menus Owners can edit their menus; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can edit their menus" ON public.ivr_menus FOR UPDATE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id))) WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_numbers Owners can edit their numbers; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can edit their numbers" ON public.phone_numbers FOR UPDATE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id))) WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: user_profiles Owners can edit their profile; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can edit their profile" ON public.user_profiles FOR UPDATE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id))) WITH CHECK (((user_id = ( SELECT private.account_id() AS account_id)) AND (id = ( SELECT private.account_id() AS account_id))));

--
-- Name: retention_overrides Owners can read how long they keep things; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read how long they keep things" ON public.retention_overrides FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: call_recordings Owners can read the recordings of their calls; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read the recordings of their calls" ON public.call_recordings FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_turns Owners can read the turns of their IVR sessions; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read the turns of their IVR sessions" ON public.ivr_turns FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_sessions Owners can read their IVR sessions; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their IVR sessions" ON public.ivr_sessions FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: agents Owners can read their agents; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their agents" ON public.agents FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: call_logs Owners can read their calls; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their calls" ON public.call_logs FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_connections Owners can read their connections; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their connections" ON public.phone_connections FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: consents Owners can read their consents; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their consents" ON public.consents FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: webhooks Owners can read their endpoints; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their endpoints" ON public.webhooks FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: webhook_events Owners can read their events; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their events" ON public.webhook_events FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: api_keys Owners can read their keys; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their keys" ON public.api_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_menu_versions Owners can read their menu versions; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their menu versions" ON public.ivr_menu_versions FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: ivr_menus Owners can read their menus; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their menus" ON public.ivr_menus FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_numbers Owners can read their numbers; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their numbers" ON public.phone_numbers FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: audit_logs Owners can read their own audit trail; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their own audit trail" ON public.audit_logs FOR SELECT TO authenticated USING ((subject_id = ( SELECT private.audit_subject_id() AS audit_subject_id)));

--
-- Name: user_profiles Owners can read their profile; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read their profile" ON public.user_profiles FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: webhook_logs Owners can read what became of their events; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read what became of their events" ON public.webhook_logs FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: api_key_usage Owners can read what their keys used; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can read what their keys used" ON public.api_key_usage FOR SELECT TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: phone_connections Owners can rename and switch their connections; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can rename and switch their connections" ON public.phone_connections FOR UPDATE TO authenticated USING ((user_id = ( SELECT private.account_id() AS account_id))) WITH CHECK ((user_id = ( SELECT private.account_id() AS account_id)));

--
-- Name: user_profiles Owners can upsert their profile; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "Owners can upsert their profile" ON public.user_profiles FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT private.account_id() AS account_id)) AND (id = ( SELECT private.account_id() AS account_id))));

--
-- Name: agents; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.agents ENABLE ROW LEVEL SECURITY;

--
-- Name: api_key_usage; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.api_key_usage ENABLE ROW LEVEL SECURITY;

--
-- Name: api_keys; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

--
-- Name: audit_logs; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.audit_logs ENABLE ROW LEVEL SECURITY;

--
-- Name: call_logs; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.call_logs ENABLE ROW LEVEL SECURITY;

--
-- Name: call_recordings; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.call_recordings ENABLE ROW LEVEL SECURITY;

--
-- Name: consents; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;

--
-- Name: ivr_menu_versions; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ivr_menu_versions ENABLE ROW LEVEL SECURITY;

--
-- Name: ivr_menus; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ivr_menus ENABLE ROW LEVEL SECURITY;

--
-- Name: ivr_sessions; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ivr_sessions ENABLE ROW LEVEL SECURITY;

--
-- Name: ivr_turns; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ivr_turns ENABLE ROW LEVEL SECURITY;

--
-- Name: phone_connections; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.phone_connections ENABLE ROW LEVEL SECURITY;

--
-- Name: phone_numbers; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.phone_numbers ENABLE ROW LEVEL SECURITY;

--
-- Name: retention_overrides; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.retention_overrides ENABLE ROW LEVEL SECURITY;

--
-- Name: user_profiles; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.user_profiles ENABLE ROW LEVEL SECURITY;

--
-- Name: webhook_events; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.webhook_events ENABLE ROW LEVEL SECURITY;

--
-- Name: webhook_logs; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.webhook_logs ENABLE ROW LEVEL SECURITY;

--
-- Name: webhooks; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA private; Type: ACL; Schema: -; Owner: -
--

GRANT USAGE ON SCHEMA private TO authenticated;
GRANT USAGE ON SCHEMA private TO service_role;
GRANT USAGE ON SCHEMA private TO switchboard_hot;

--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -
--

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

--
-- Name: FUNCTION account_id(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.account_id() FROM PUBLIC;
GRANT ALL ON FUNCTION private.account_id() TO authenticated;
GRANT ALL ON FUNCTION private.account_id() TO service_role;

--
-- Name: FUNCTION account_is_active(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.account_is_active(p_user_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION acting_key_id(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.acting_key_id() FROM PUBLIC;

--
-- Name: FUNCTION address_block(p_text text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.address_block(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION advance_ivr_sessions(p_turns jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.advance_ivr_sessions(p_turns jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.advance_ivr_sessions(p_turns jsonb) TO service_role;

--
-- Name: COLUMN api_keys.id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(id) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(id) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.user_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(user_id) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(user_id) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.name; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(name) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(name) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.key_prefix; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(key_prefix) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(key_prefix) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.scopes; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(scopes) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(scopes) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.enabled; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(enabled) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(enabled) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.expires_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(expires_at) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(expires_at) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.revoked_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(revoked_at) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(revoked_at) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.rate_limit; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(rate_limit) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(rate_limit) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.usage_quota; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(usage_quota) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(usage_quota) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.usage_count; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(usage_count) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(usage_count) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.window_start; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(window_start) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(window_start) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.window_count; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(window_count) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(window_count) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.last_used_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_used_at) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(last_used_at) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.allowed_ips; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(allowed_ips) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(allowed_ips) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.metadata; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(metadata) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(metadata) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.rotated_from; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(rotated_from) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(rotated_from) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.created_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(created_at) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(created_at) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.updated_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(updated_at) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(updated_at) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.last_hour; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_hour) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(last_hour) ON TABLE public.api_keys TO service_role;

--
-- Name: COLUMN api_keys.last_hour_count; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_hour_count) ON TABLE public.api_keys TO authenticated;
GRANT SELECT(last_hour_count) ON TABLE public.api_keys TO service_role;

--
-- Name: FUNCTION api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.api_key_refusal(p_key public.api_keys, p_scope text, p_ip text, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION api_key_scopes(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.api_key_scopes() FROM PUBLIC;

--
-- Name: FUNCTION api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.api_key_verdict(p_key public.api_keys, p_reason text, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION archive_lines(p_table private.retention_tables, p_keys jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.archive_lines(p_table private.retention_tables, p_keys jsonb) FROM PUBLIC;

--
-- Name: FUNCTION archived_until(p_subject text, p_time text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.archived_until(p_subject text, p_time text) FROM PUBLIC;

--
-- Name: FUNCTION as_address(p_text text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.as_address(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION as_cidr(p_text text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.as_cidr(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit(p_user_id uuid, p_action text, p_resource text, p_resource_id uuid, p_changes jsonb) FROM PUBLIC;

--
-- Name: FUNCTION audit_api_key_change(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_api_key_change() FROM PUBLIC;

--
-- Name: TABLE audit_logs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.audit_logs TO authenticated;
GRANT SELECT ON TABLE public.audit_logs TO service_role;

--
-- Name: FUNCTION audit_hash(p_previous bytea, p_entry public.audit_logs); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_hash(p_previous bytea, p_entry public.audit_logs) FROM PUBLIC;
GRANT ALL ON FUNCTION private.audit_hash(p_previous bytea, p_entry public.audit_logs) TO service_role;

--
-- Name: FUNCTION audit_retention(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_retention() FROM PUBLIC;

--
-- Name: FUNCTION audit_row_change(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_row_change() FROM PUBLIC;

--
-- Name: FUNCTION audit_schema_change(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_schema_change() FROM PUBLIC;

--
-- Name: FUNCTION audit_subject_id(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.audit_subject_id() FROM PUBLIC;
GRANT ALL ON FUNCTION private.audit_subject_id() TO authenticated;

--
-- Name: FUNCTION begin_erasure(p_job_id uuid, p_fence integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.begin_erasure(p_job_id uuid, p_fence integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.begin_erasure(p_job_id uuid, p_fence integer) TO service_role;

--
-- Name: FUNCTION begin_ivr_callout(p_session_id uuid, p_pending jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.begin_ivr_callout(p_session_id uuid, p_pending jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.begin_ivr_callout(p_session_id uuid, p_pending jsonb) TO service_role;

--
-- Name: FUNCTION begin_retention(p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.begin_retention(p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION broadcast_row(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.broadcast_row() FROM PUBLIC;

--
-- Name: FUNCTION broken_audit_links(p_subject_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.broken_audit_links(p_subject_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.broken_audit_links(p_subject_id uuid) TO service_role;

--
-- Name: FUNCTION caller_kind(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.caller_kind() FROM PUBLIC;

--
-- Name: FUNCTION cancel_own_account_deletion(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.cancel_own_account_deletion() FROM PUBLIC;
GRANT ALL ON FUNCTION private.cancel_own_account_deletion() TO authenticated;

--
-- Name: FUNCTION cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.cancel_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) TO authenticated;

--
-- Name: FUNCTION carries_health_data(p_type text, p_data jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.carries_health_data(p_type text, p_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.carries_health_data(p_type text, p_data jsonb) TO service_role;

--
-- Name: FUNCTION check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) TO service_role;

--
-- Name: FUNCTION check_extensions(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_extensions() FROM PUBLIC;

--
-- Name: FUNCTION check_index_use(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_index_use() FROM PUBLIC;

--
-- Name: FUNCTION check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_ivr_app_turn(p_state jsonb, p_input jsonb, p_outcome text, p_reply text, p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION check_ivr_menu(p_user_id uuid, p_menu_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_ivr_menu(p_user_id uuid, p_menu_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION check_migrations(p_expected jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_migrations(p_expected jsonb) FROM PUBLIC;

--
-- Name: FUNCTION check_objects(p_expected jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_objects(p_expected jsonb) FROM PUBLIC;

--
-- Name: FUNCTION check_own_ivr_menu(p_menu_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_own_ivr_menu(p_menu_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.check_own_ivr_menu(p_menu_id uuid) TO authenticated;

--
-- Name: FUNCTION check_partitions(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_partitions() FROM PUBLIC;

--
-- Name: FUNCTION check_profile_timezone(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_profile_timezone() FROM PUBLIC;

--
-- Name: FUNCTION check_queues(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_queues() FROM PUBLIC;

--
-- Name: FUNCTION check_row_level_security(p_expected jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_row_level_security(p_expected jsonb) FROM PUBLIC;

--
-- Name: FUNCTION check_scheduled_jobs(p_expected jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.check_scheduled_jobs(p_expected jsonb) FROM PUBLIC;

--
-- Name: FUNCTION claim_webhook_deliveries(p_limit integer, p_delivery_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) TO service_role;
GRANT ALL ON FUNCTION private.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) TO switchboard_hot;

--
-- Name: FUNCTION cleanup_old_audit_logs(p_days integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.cleanup_old_audit_logs(p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.cleanup_old_audit_logs(p_days integer) TO service_role;

--
-- Name: FUNCTION commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.commit_own_ivr_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO authenticated;

--
-- Name: FUNCTION complete_webhook_deliveries(p_outcomes jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.complete_webhook_deliveries(p_outcomes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.complete_webhook_deliveries(p_outcomes jsonb) TO service_role;
GRANT ALL ON FUNCTION private.complete_webhook_deliveries(p_outcomes jsonb) TO switchboard_hot;

--
-- Name: FUNCTION connection_secrets(p_connection_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.connection_secrets(p_connection_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.connection_secrets(p_connection_id uuid) TO authenticated;

--
-- Name: FUNCTION copy_recordings(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.copy_recordings() FROM PUBLIC;

--
-- Name: FUNCTION count_personal_rows(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.count_personal_rows(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_personal_rows(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION count_plain_health_data(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.count_plain_health_data(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_plain_health_data(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.count_request(p_subject text, p_limit integer, p_seconds integer, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION count_transfer(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.count_transfer(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_transfer(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION counted_as(p_key public.api_keys, p_counter public.api_keys); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.counted_as(p_key public.api_keys, p_counter public.api_keys) FROM PUBLIC;

--
-- Name: FUNCTION create_own_account_export(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.create_own_account_export() FROM PUBLIC;
GRANT ALL ON FUNCTION private.create_own_account_export() TO authenticated;

--
-- Name: FUNCTION create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.create_own_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.create_own_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) TO authenticated;

--
-- Name: FUNCTION create_own_webhook(p_id uuid, p_secret text, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.create_own_webhook(p_id uuid, p_secret text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.create_own_webhook(p_id uuid, p_secret text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.delete_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION delete_own_api_key(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.delete_own_api_key(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delete_own_api_key(p_id uuid) TO authenticated;

--
-- Name: FUNCTION delete_own_webhook(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.delete_own_webhook(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delete_own_webhook(p_id uuid) TO authenticated;

--
-- Name: FUNCTION describe_api_key(p_key public.api_keys); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_api_key(p_key public.api_keys) FROM PUBLIC;

--
-- Name: FUNCTION uuid_v7(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.uuid_v7() FROM PUBLIC;

--
-- Name: FUNCTION describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_claim(p_claimed private.webhook_deliveries[], p_next_due_ms bigint) FROM PUBLIC;

--
-- Name: TABLE jobs; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.jobs TO service_role;

--
-- Name: FUNCTION describe_deletion(p_job private.jobs); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_deletion(p_job private.jobs) FROM PUBLIC;

--
-- Name: FUNCTION describe_export(p_job private.jobs); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_export(p_job private.jobs) FROM PUBLIC;

--
-- Name: FUNCTION describe_own_health_data(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_own_health_data() FROM PUBLIC;
GRANT ALL ON FUNCTION private.describe_own_health_data() TO authenticated;

--
-- Name: FUNCTION describe_personal_tables(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_personal_tables() FROM PUBLIC;
GRANT ALL ON FUNCTION private.describe_personal_tables() TO service_role;

--
-- Name: FUNCTION describe_phone_connection(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_phone_connection(p_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION describe_replay(p_replay private.webhook_replays); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_replay(p_replay private.webhook_replays) FROM PUBLIC;

--
-- Name: TABLE user_profiles; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_profiles TO service_role;

--
-- Name: COLUMN user_profiles.user_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(user_id),INSERT(user_id),UPDATE(user_id) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(id),INSERT(id),UPDATE(id) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.email; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(email) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.username; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(username),INSERT(username),UPDATE(username) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.full_name; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(full_name),INSERT(full_name),UPDATE(full_name) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.department; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(department),INSERT(department),UPDATE(department) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles."position"; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT("position"),INSERT("position"),UPDATE("position") ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.phone; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(phone),INSERT(phone),UPDATE(phone) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.avatar_url; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(avatar_url),INSERT(avatar_url),UPDATE(avatar_url) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.timezone; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(timezone),INSERT(timezone),UPDATE(timezone) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.language; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(language),INSERT(language),UPDATE(language) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.is_active; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(is_active) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.preferences; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(preferences),INSERT(preferences),UPDATE(preferences) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.metadata; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(metadata),INSERT(metadata),UPDATE(metadata) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.phone_number; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(phone_number) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.webhook_config; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(webhook_config) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.retell_secrets; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retell_secrets) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.retell_config_updated_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retell_config_updated_at) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.retell_config_device_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retell_config_device_id) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.retell_hook_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retell_hook_id) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.retell_integration_status; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retell_integration_status) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.last_retell_sync; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_retell_sync) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.created_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(created_at) ON TABLE public.user_profiles TO authenticated;

--
-- Name: COLUMN user_profiles.updated_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(updated_at) ON TABLE public.user_profiles TO authenticated;

--
-- Name: FUNCTION describe_retell_config(p_profile public.user_profiles); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_retell_config(p_profile public.user_profiles) FROM PUBLIC;
GRANT ALL ON FUNCTION private.describe_retell_config(p_profile public.user_profiles) TO service_role;

--
-- Name: COLUMN webhooks.id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(id) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(id) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.user_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(user_id) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(user_id) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.agent_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(agent_id) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(agent_id) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.url; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(url) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(url) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.events; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(events) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(events) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.enabled; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(enabled) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(enabled) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.disabled_reason; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(disabled_reason) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(disabled_reason) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.description; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(description) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(description) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.header_names; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(header_names) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(header_names) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.filter; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(filter) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(filter) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.ordered; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(ordered) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(ordered) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.retry_count; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retry_count) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(retry_count) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.retry_schedule; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(retry_schedule) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(retry_schedule) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.max_in_flight; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(max_in_flight) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(max_in_flight) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.rate_limit; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(rate_limit) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(rate_limit) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.last_triggered_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_triggered_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(last_triggered_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.last_status; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_status) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(last_status) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.last_error; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_error) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(last_error) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.last_success_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_success_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(last_success_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.enabled_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(enabled_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(enabled_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.failing_since; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(failing_since) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(failing_since) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.failure_count; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(failure_count) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(failure_count) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.secret_rotated_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(secret_rotated_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(secret_rotated_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.old_secrets_expire_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(old_secrets_expire_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(old_secrets_expire_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.created_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(created_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(created_at) ON TABLE public.webhooks TO service_role;

--
-- Name: COLUMN webhooks.updated_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(updated_at) ON TABLE public.webhooks TO authenticated;
GRANT SELECT(updated_at) ON TABLE public.webhooks TO service_role;

--
-- Name: FUNCTION describe_webhook(p_webhook public.webhooks); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.describe_webhook(p_webhook public.webhooks) FROM PUBLIC;

--
-- Name: FUNCTION disable_leaked_api_key(p_key_hash text, p_source text, p_url text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) TO service_role;

--
-- Name: FUNCTION dispatch_webhooks(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.dispatch_webhooks() FROM PUBLIC;

--
-- Name: FUNCTION drop_due_partition(p_table private.retention_tables, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.drop_due_partition(p_table private.retention_tables, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION drop_month(p_month text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.drop_month(p_month text) FROM PUBLIC;

--
-- Name: FUNCTION due_for_archive(p_table private.retention_tables); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.due_for_archive(p_table private.retention_tables) FROM PUBLIC;

--
-- Name: FUNCTION due_months(p_table private.retention_tables, p_now timestamp with time zone, p_days integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.due_months(p_table private.retention_tables, p_now timestamp with time zone, p_days integer) FROM PUBLIC;

--
-- Name: FUNCTION encrypts_health_data(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.encrypts_health_data(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.encrypts_health_data(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION end_idle_ivr_sessions(p_idle interval, p_limit integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.end_idle_ivr_sessions(p_idle interval, p_limit integer) FROM PUBLIC;

--
-- Name: FUNCTION end_own_ivr_session(p_id uuid, p_step integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.end_own_ivr_session(p_id uuid, p_step integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.end_own_ivr_session(p_id uuid, p_step integer) TO authenticated;

--
-- Name: FUNCTION endpoint_failure_share(p_webhook public.webhooks, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.endpoint_failure_share(p_webhook public.webhooks, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION ensure_partitions(p_from date, p_months_ahead integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ensure_partitions(p_from date, p_months_ahead integer) FROM PUBLIC;

--
-- Name: FUNCTION erase_personal_rows(p_user_id uuid, p_table text, p_rows integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) TO service_role;

--
-- Name: FUNCTION erasure_order(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.erasure_order() FROM PUBLIC;

--
-- Name: FUNCTION event_patterns(p_type text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.event_patterns(p_type text) FROM PUBLIC;

--
-- Name: FUNCTION failing_jobs(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.failing_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION private.failing_jobs() TO service_role;

--
-- Name: FUNCTION filter_problem(p_filter jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.filter_problem(p_filter jsonb) FROM PUBLIC;

--
-- Name: FUNCTION find_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone, OUT relation text, OUT ids tid[], OUT next jsonb, OUT otherwise jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.find_due_rows(p_table private.retention_tables, p_at jsonb, p_limit integer, p_now timestamp with time zone, OUT relation text, OUT ids tid[], OUT next jsonb, OUT otherwise jsonb) FROM PUBLIC;

--
-- Name: TABLE ivr_sessions; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.ivr_sessions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ivr_sessions TO service_role;

--
-- Name: FUNCTION find_own_ivr_session(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.find_own_ivr_session(p_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION find_retell_call(p_user_id uuid, p_event jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.find_retell_call(p_user_id uuid, p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.find_retell_call(p_user_id uuid, p_event jsonb) TO service_role;

--
-- Name: FUNCTION find_rows_kept_shorter(p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamp with time zone, OUT ids tid[], OUT tenant uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.find_rows_kept_shorter(p_table private.retention_tables, p_relation text, p_after uuid, p_limit integer, p_now timestamp with time zone, OUT ids tid[], OUT tenant uuid) FROM PUBLIC;

--
-- Name: FUNCTION finish_erasure(p_job_id uuid, p_fence integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.finish_erasure(p_job_id uuid, p_fence integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.finish_erasure(p_job_id uuid, p_fence integer) TO service_role;

--
-- Name: FUNCTION follow_user(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.follow_user() FROM PUBLIC;

--
-- Name: FUNCTION forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) TO service_role;

--
-- Name: FUNCTION forget_idempotency_keys(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.forget_idempotency_keys() FROM PUBLIC;

--
-- Name: FUNCTION forget_request_counts(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.forget_request_counts() FROM PUBLIC;

--
-- Name: FUNCTION forget_webhook(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.forget_webhook() FROM PUBLIC;

--
-- Name: TABLE ivr_menu_versions; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.ivr_menu_versions TO authenticated;
GRANT SELECT ON TABLE public.ivr_menu_versions TO service_role;

--
-- Name: FUNCTION freeze_ivr_menu(p_user_id uuid, p_menu_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid) FROM PUBLIC;

--
-- Name: TABLE ivr_menus; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ivr_menus TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ivr_menus TO service_role;

--
-- Name: FUNCTION frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb) FROM PUBLIC;

--
-- Name: FUNCTION full_endpoints(p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.full_endpoints(p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION full_tenants(p_most integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.full_tenants(p_most integer) FROM PUBLIC;

--
-- Name: FUNCTION get_own_account_deletion(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.get_own_account_deletion() FROM PUBLIC;
GRANT ALL ON FUNCTION private.get_own_account_deletion() TO authenticated;

--
-- Name: FUNCTION get_own_account_export(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.get_own_account_export(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.get_own_account_export(p_id uuid) TO authenticated;

--
-- Name: FUNCTION get_own_user_profile(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.get_own_user_profile() FROM PUBLIC;
GRANT ALL ON FUNCTION private.get_own_user_profile() TO authenticated;

--
-- Name: FUNCTION get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.get_own_webhook_replay(p_webhook_id uuid, p_replay_id uuid) TO authenticated;

--
-- Name: FUNCTION has_webhooks(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.has_webhooks(p_user_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION health_check(p_name text, p_failed text[], p_warnings text[], p_details jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.health_check(p_name text, p_failed text[], p_warnings text[], p_details jsonb) FROM PUBLIC;

--
-- Name: FUNCTION invoke_function(p_path text, p_timeout interval); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.invoke_function(p_path text, p_timeout interval) FROM PUBLIC;

--
-- Name: FUNCTION is_due(p_table private.retention_tables); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_due(p_table private.retention_tables) FROM PUBLIC;

--
-- Name: FUNCTION is_event_pattern(p_pattern text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_event_pattern(p_pattern text) FROM PUBLIC;

--
-- Name: FUNCTION is_event_type(p_type text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_event_type(p_type text) FROM PUBLIC;

--
-- Name: FUNCTION is_importing(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_importing() FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_importing() TO service_role;

--
-- Name: FUNCTION is_ivr_entry(p_entry text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_entry(p_entry text) FROM PUBLIC;

--
-- Name: FUNCTION is_ivr_entry_hidden(p_entry text, p_by text[]); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_entry_hidden(p_entry text, p_by text[]) FROM PUBLIC;

--
-- Name: FUNCTION is_ivr_holiday(p_day text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_holiday(p_day text) FROM PUBLIC;

--
-- Name: FUNCTION is_ivr_number(p_value jsonb, p_least integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_number(p_value jsonb, p_least integer) FROM PUBLIC;

--
-- Name: FUNCTION is_ivr_pending(p_pending jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_pending(p_pending jsonb) FROM PUBLIC;

--
-- Name: FUNCTION is_ivr_text_blank(p_text text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_ivr_text_blank(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION is_refused_url(p_url text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.is_refused_url(p_url text) FROM PUBLIC;

--
-- Name: FUNCTION ivr_blank_problems(p_menu public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_blank_problems(p_menu public.ivr_menus) FROM PUBLIC;

--
-- Name: FUNCTION ivr_call_settings(p_provider text, p_connection_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_call_settings(p_provider text, p_connection_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_call_settings(p_provider text, p_connection_id uuid) TO service_role;

--
-- Name: FUNCTION ivr_callout_grant(p_session_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_callout_grant(p_session_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_callout_grant(p_session_id uuid) TO service_role;

--
-- Name: FUNCTION ivr_callout_state(p_session_id uuid, p_pending jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_callout_state(p_session_id uuid, p_pending jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_callout_state(p_session_id uuid, p_pending jsonb) TO service_role;

--
-- Name: FUNCTION ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus) FROM PUBLIC;

--
-- Name: FUNCTION ivr_choices(p_menu public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_choices(p_menu public.ivr_menus) FROM PUBLIC;

--
-- Name: FUNCTION ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO switchboard_hot;

--
-- Name: FUNCTION ivr_commit_known_turns(p_calls jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_commit_known_turns(p_calls jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_commit_known_turns(p_calls jsonb) TO switchboard_hot;

--
-- Name: FUNCTION ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO switchboard_hot;

--
-- Name: FUNCTION ivr_entry_positions(p_entry text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_entry_positions(p_entry text) FROM PUBLIC;

--
-- Name: FUNCTION ivr_entry_regex(p_entry text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_entry_regex(p_entry text) FROM PUBLIC;

--
-- Name: FUNCTION ivr_hours_problems(p_hours jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_hours_problems(p_hours jsonb) FROM PUBLIC;

--
-- Name: FUNCTION ivr_item_problems(p_menu public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_item_problems(p_menu public.ivr_menus) FROM PUBLIC;

--
-- Name: FUNCTION ivr_load_connection(p_provider text, p_connection_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_load_connection(p_provider text, p_connection_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_load_connection(p_provider text, p_connection_id uuid) TO switchboard_hot;

--
-- Name: FUNCTION ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) TO switchboard_hot;

--
-- Name: FUNCTION ivr_menu_field(p_constraint text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_menu_field(p_constraint text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_menu_field(p_constraint text) TO authenticated;

--
-- Name: FUNCTION ivr_menu_problems(p_menu public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_menu_problems(p_menu public.ivr_menus) FROM PUBLIC;

--
-- Name: FUNCTION ivr_menu_users(p_menu public.ivr_menus); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_menu_users(p_menu public.ivr_menus) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_menu_users(p_menu public.ivr_menus) TO authenticated;

--
-- Name: FUNCTION ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) TO switchboard_hot;

--
-- Name: FUNCTION ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) TO switchboard_hot;

--
-- Name: FUNCTION ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO switchboard_hot;

--
-- Name: FUNCTION ivr_translation_problems(p_translations jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.ivr_translation_problems(p_translations jsonb) FROM PUBLIC;

--
-- Name: FUNCTION judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.judge_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION keep_api_key_hour(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.keep_api_key_hour() FROM PUBLIC;

--
-- Name: TABLE call_logs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.call_logs TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_logs TO service_role;

--
-- Name: FUNCTION keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.keep_sealed_texts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) TO service_role;

--
-- Name: FUNCTION key_columns(p_table oid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.key_columns(p_table oid) FROM PUBLIC;

--
-- Name: FUNCTION latest_deletion(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.latest_deletion(p_user_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION limit_requests(p_name text, p_user_id uuid, p_address text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.limit_requests(p_name text, p_user_id uuid, p_address text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.limit_requests(p_name text, p_user_id uuid, p_address text) TO service_role;
GRANT ALL ON FUNCTION private.limit_requests(p_name text, p_user_id uuid, p_address text) TO switchboard_hot;

--
-- Name: FUNCTION list_erasure_order(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.list_erasure_order() FROM PUBLIC;
GRANT ALL ON FUNCTION private.list_erasure_order() TO service_role;

--
-- Name: FUNCTION list_own_retention(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.list_own_retention() FROM PUBLIC;
GRANT ALL ON FUNCTION private.list_own_retention() TO authenticated;

--
-- Name: FUNCTION list_retell_users(p_after uuid, p_count integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.list_retell_users(p_after uuid, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.list_retell_users(p_after uuid, p_count integer) TO service_role;

--
-- Name: FUNCTION load_own_call(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.load_own_call(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.load_own_call(p_id uuid) TO authenticated;

--
-- Name: FUNCTION load_own_ivr_simulation(p_menu_id uuid, p_version integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.load_own_ivr_simulation(p_menu_id uuid, p_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.load_own_ivr_simulation(p_menu_id uuid, p_version integer) TO authenticated;

--
-- Name: FUNCTION load_own_ivr_start(p_menu text, p_session_id text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.load_own_ivr_start(p_menu text, p_session_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.load_own_ivr_start(p_menu text, p_session_id text) TO authenticated;

--
-- Name: FUNCTION load_own_ivr_turn(p_id uuid, p_step integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.load_own_ivr_turn(p_id uuid, p_step integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.load_own_ivr_turn(p_id uuid, p_step integer) TO authenticated;

--
-- Name: FUNCTION lock_own_account(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_own_account() FROM PUBLIC;

--
-- Name: FUNCTION lock_own_api_key(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_own_api_key(p_id uuid) FROM PUBLIC;

--
-- Name: TABLE phone_connections; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,DELETE,UPDATE ON TABLE public.phone_connections TO authenticated;
GRANT SELECT,DELETE,UPDATE ON TABLE public.phone_connections TO service_role;

--
-- Name: FUNCTION lock_own_phone_connection(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_own_phone_connection(p_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION lock_own_replay(p_webhook_id uuid, p_replay_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_own_replay(p_webhook_id uuid, p_replay_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION lock_own_webhook(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_own_webhook(p_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION lock_webhook_queue(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.lock_webhook_queue() FROM PUBLIC;

--
-- Name: FUNCTION matches_filter(p_filter jsonb, p_data jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.matches_filter(p_filter jsonb, p_data jsonb) FROM PUBLIC;

--
-- Name: FUNCTION max_webhooks(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.max_webhooks(p_user_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.merge_retell_facts(p_log public.call_logs, p_ranks jsonb, p_event jsonb) TO service_role;

--
-- Name: FUNCTION months_of(p_table text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.months_of(p_table text) FROM PUBLIC;

--
-- Name: FUNCTION must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.must_wait(p_webhook_id uuid, p_ordering_key text, p_seq bigint, p_under_way text[]) FROM PUBLIC;

--
-- Name: FUNCTION name_number_fault(p_constraint text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.name_number_fault(p_constraint text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.name_number_fault(p_constraint text) TO authenticated;

--
-- Name: FUNCTION named_rows(p_table oid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.named_rows(p_table oid) FROM PUBLIC;

--
-- Name: FUNCTION next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb, p_now timestamp with time zone) TO service_role;

--
-- Name: FUNCTION note_failed_runs(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.note_failed_runs() FROM PUBLIC;

--
-- Name: FUNCTION offers_cron(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.offers_cron() FROM PUBLIC;

--
-- Name: FUNCTION own_sign_in(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.own_sign_in() FROM PUBLIC;
GRANT ALL ON FUNCTION private.own_sign_in() TO authenticated;

--
-- Name: TABLE transfer_rules; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.transfer_rules TO service_role;

--
-- Name: FUNCTION own_transfer_rules(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.own_transfer_rules() FROM PUBLIC;
GRANT ALL ON FUNCTION private.own_transfer_rules() TO authenticated;

--
-- Name: FUNCTION owner_condition(p_table oid, p_alias text, p_seen oid[]); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.owner_condition(p_table oid, p_alias text, p_seen oid[]) FROM PUBLIC;

--
-- Name: FUNCTION personal_objects(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.personal_objects(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.personal_objects(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION personal_tables(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.personal_tables() FROM PUBLIC;

--
-- Name: FUNCTION prune_cron_history(p_keep interval); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.prune_cron_history(p_keep interval) FROM PUBLIC;

--
-- Name: FUNCTION publish_api_key_rotation(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_api_key_rotation() FROM PUBLIC;

--
-- Name: FUNCTION publish_call_event(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_call_event() FROM PUBLIC;

--
-- Name: FUNCTION publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text, p_except uuid, p_sealed jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text, p_except uuid, p_sealed jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.publish_event(p_user_id uuid, p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text, p_except uuid, p_sealed jsonb) TO service_role;

--
-- Name: FUNCTION publish_ivr_session_event(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_ivr_session_event() FROM PUBLIC;

--
-- Name: FUNCTION publish_ivr_turn_events(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_ivr_turn_events() FROM PUBLIC;

--
-- Name: FUNCTION publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.publish_own_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) TO authenticated;

--
-- Name: FUNCTION publish_own_ivr_menu(p_menu_id uuid, p_digest text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.publish_own_ivr_menu(p_menu_id uuid, p_digest text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.publish_own_ivr_menu(p_menu_id uuid, p_digest text) TO authenticated;

--
-- Name: FUNCTION queue_archive(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.queue_archive() FROM PUBLIC;

--
-- Name: FUNCTION queue_audit_heads(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.queue_audit_heads() FROM PUBLIC;

--
-- Name: FUNCTION queue_job(p_kind text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.queue_job(p_kind text) FROM PUBLIC;

--
-- Name: FUNCTION queue_retell_status(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.queue_retell_status() FROM PUBLIC;

--
-- Name: FUNCTION queued_since(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.queued_since() FROM PUBLIC;

--
-- Name: FUNCTION read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) TO service_role;

--
-- Name: FUNCTION recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.recall_event(p_user_id uuid, p_idempotency_key text, p_request_hash text, p_event_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION recall_request(p_operation text, p_key text, p_request_hash text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.recall_request(p_operation text, p_key text, p_request_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.recall_request(p_operation text, p_key text, p_request_hash text) TO authenticated;

--
-- Name: FUNCTION record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.record_endpoint_health(p_webhook_id uuid, p_succeeded boolean, p_failures integer, p_disable text, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: TABLE consents; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.consents TO authenticated;
GRANT SELECT ON TABLE public.consents TO service_role;

--
-- Name: FUNCTION record_own_consent(p_purpose text, p_given boolean, p_version text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.record_own_consent(p_purpose text, p_given boolean, p_version text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_own_consent(p_purpose text, p_given boolean, p_version text) TO authenticated;

--
-- Name: FUNCTION record_retell_event(p_user_id uuid, p_event jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.record_retell_event(p_user_id uuid, p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_retell_event(p_user_id uuid, p_event jsonb) TO service_role;

--
-- Name: FUNCTION recording_wait(p_attempts integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.recording_wait(p_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.recording_wait(p_attempts integer) TO service_role;

--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_change() FROM PUBLIC;

--
-- Name: FUNCTION refuse_direct_write(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_direct_write() FROM PUBLIC;

--
-- Name: FUNCTION refuse_plain_health_data(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_plain_health_data() FROM PUBLIC;

--
-- Name: FUNCTION refuse_protected_columns(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_protected_columns() FROM PUBLIC;

--
-- Name: FUNCTION refuse_revival(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_revival() FROM PUBLIC;

--
-- Name: FUNCTION refuse_wider_key(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.refuse_wider_key() FROM PUBLIC;

--
-- Name: FUNCTION release_followers(p_done private.webhook_deliveries[]); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.release_followers(p_done private.webhook_deliveries[]) FROM PUBLIC;

--
-- Name: FUNCTION remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.remember_request(p_operation text, p_key text, p_request_hash text, p_response jsonb) TO authenticated;

--
-- Name: FUNCTION replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.replay_own_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) TO authenticated;

--
-- Name: FUNCTION replay_problems(p_selection jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.replay_problems(p_selection jsonb) FROM PUBLIC;

--
-- Name: FUNCTION request_account_deletion(p_user_id uuid, p_grace_days integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.request_account_deletion(p_user_id uuid, p_grace_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.request_account_deletion(p_user_id uuid, p_grace_days integer) TO service_role;

--
-- Name: FUNCTION request_id(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.request_id() FROM PUBLIC;

--
-- Name: FUNCTION require_account_of_api_secret(p_connection public.phone_connections); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.require_account_of_api_secret(p_connection public.phone_connections) FROM PUBLIC;

--
-- Name: FUNCTION require_enabled(p_webhook public.webhooks); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.require_enabled(p_webhook public.webhooks) FROM PUBLIC;

--
-- Name: FUNCTION reseal_values(p_values jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.reseal_values(p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.reseal_values(p_values jsonb) TO service_role;

--
-- Name: FUNCTION resend_own_webhook_delivery(p_delivery_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.resend_own_webhook_delivery(p_delivery_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.resend_own_webhook_delivery(p_delivery_id uuid) TO authenticated;

--
-- Name: FUNCTION retain(p_run bigint, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.retain(p_run bigint, p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION retell_account(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.retell_account(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.retell_account(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION retell_config_content(p_profile public.user_profiles); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.retell_config_content(p_profile public.user_profiles) FROM PUBLIC;

--
-- Name: FUNCTION retell_config_problems(p_config jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.retell_config_problems(p_config jsonb) FROM PUBLIC;

--
-- Name: FUNCTION retry_waits(p_webhook public.webhooks); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.retry_waits(p_webhook public.webhooks) FROM PUBLIC;

--
-- Name: FUNCTION revoke_own_api_key(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.revoke_own_api_key(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.revoke_own_api_key(p_id uuid) TO authenticated;

--
-- Name: FUNCTION rollback_own_ivr_menu(p_menu_id uuid, p_version integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.rollback_own_ivr_menu(p_menu_id uuid, p_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rollback_own_ivr_menu(p_menu_id uuid, p_version integer) TO authenticated;

--
-- Name: FUNCTION rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rotate_own_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rotate_own_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rotate_own_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION run_job(p_job text, p_command text, p_quiet boolean); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.run_job(p_job text, p_command text, p_quiet boolean) FROM PUBLIC;

--
-- Name: FUNCTION run_maintenance(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.run_maintenance() FROM PUBLIC;

--
-- Name: FUNCTION same_recording(p_url text, p_other text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.same_recording(p_url text, p_other text) FROM PUBLIC;

--
-- Name: FUNCTION schedule(p_name text, p_schedule text, p_command text, p_each_minute text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.schedule(p_name text, p_schedule text, p_command text, p_each_minute text) FROM PUBLIC;

--
-- Name: FUNCTION schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.schedule_job(p_name text, p_schedule text, p_query text, p_quiet boolean) FROM PUBLIC;

--
-- Name: FUNCTION schema_health(p_expected jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.schema_health(p_expected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.schema_health(p_expected jsonb) TO service_role;

--
-- Name: FUNCTION schema_objects(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.schema_objects() FROM PUBLIC;

--
-- Name: FUNCTION schema_version(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.schema_version() FROM PUBLIC;
GRANT ALL ON FUNCTION private.schema_version() TO service_role;

--
-- Name: FUNCTION seal_events(p_user_id uuid, p_events jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.seal_events(p_user_id uuid, p_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.seal_events(p_user_id uuid, p_events jsonb) TO service_role;

--
-- Name: FUNCTION sealed_with(p_sealed text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.sealed_with(p_sealed text) FROM PUBLIC;

--
-- Name: TABLE webhook_events; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.webhook_events TO authenticated;
GRANT SELECT ON TABLE public.webhook_events TO service_role;

--
-- Name: FUNCTION select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.select_for_replay(p_webhook public.webhooks, p_selection jsonb, p_limit integer) FROM PUBLIC;

--
-- Name: FUNCTION set_api_secret(p_connection public.phone_connections, p_secret jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_api_secret(p_connection public.phone_connections, p_secret jsonb) FROM PUBLIC;

--
-- Name: FUNCTION set_own_health_data(p_encrypt boolean); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_own_health_data(p_encrypt boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.set_own_health_data(p_encrypt boolean) TO authenticated;

--
-- Name: FUNCTION set_own_retention(p_policy text, p_days integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_own_retention(p_policy text, p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.set_own_retention(p_policy text, p_days integer) TO authenticated;

--
-- Name: FUNCTION set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.set_own_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) TO authenticated;

--
-- Name: FUNCTION set_updated_at(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_updated_at() FROM PUBLIC;

--
-- Name: FUNCTION set_webhook_limit(p_user_id uuid, p_limit integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.set_webhook_limit(p_user_id uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.set_webhook_limit(p_user_id uuid, p_limit integer) TO service_role;

--
-- Name: FUNCTION settle_month(p_table private.retention_tables, p_month text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.settle_month(p_table private.retention_tables, p_month text) FROM PUBLIC;

--
-- Name: FUNCTION settle_restored(p_restored_at timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.settle_restored(p_restored_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.settle_restored(p_restored_at timestamp with time zone) TO service_role;

--
-- Name: FUNCTION shelve_deliveries(p_webhook_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.shelve_deliveries(p_webhook_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION shelve_disabled_webhook(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.shelve_disabled_webhook() FROM PUBLIC;

--
-- Name: FUNCTION shown_ivr_session(p_session public.ivr_sessions); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.shown_ivr_session(p_session public.ivr_sessions) FROM PUBLIC;
GRANT ALL ON FUNCTION private.shown_ivr_session(p_session public.ivr_sessions) TO authenticated;

--
-- Name: FUNCTION skipped_check(p_name text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.skipped_check(p_name text) FROM PUBLIC;

--
-- Name: FUNCTION start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.start_own_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO authenticated;

--
-- Name: FUNCTION start_own_webhook_test(p_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.start_own_webhook_test(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.start_own_webhook_test(p_id uuid) TO authenticated;

--
-- Name: FUNCTION store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.store_own_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) TO authenticated;

--
-- Name: FUNCTION stray_archives(p_limit integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.stray_archives(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.stray_archives(p_limit integer) TO service_role;

--
-- Name: FUNCTION tables(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.tables() FROM PUBLIC;

--
-- Name: FUNCTION take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.take_recording(p_session_id uuid, p_recording_id text, p_url text, p_duration_seconds integer) TO service_role;

--
-- Name: FUNCTION take_recording_of_turn(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.take_recording_of_turn() FROM PUBLIC;

--
-- Name: FUNCTION take_up_retention(p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.take_up_retention(p_now timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION transfer_rules_of(p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.transfer_rules_of(p_user_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION unarchived(p_table private.retention_tables, p_partition text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.unarchived(p_table private.retention_tables, p_partition text) FROM PUBLIC;

--
-- Name: FUNCTION unlike_audit_heads(p_heads jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.unlike_audit_heads(p_heads jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.unlike_audit_heads(p_heads jsonb) TO service_role;

--
-- Name: FUNCTION unmapped(p_address inet); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.unmapped(p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION unqueued(p_table private.retention_tables); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.unqueued(p_table private.retention_tables) FROM PUBLIC;

--
-- Name: FUNCTION update_own_api_key(p_id uuid, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.update_own_api_key(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.update_own_api_key(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_own_phone_connection(p_id uuid, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.update_own_phone_connection(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.update_own_phone_connection(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_own_webhook(p_id uuid, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.update_own_webhook(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.update_own_webhook(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION user_of_tenant(p_table private.retention_tables, p_tenant uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.user_of_tenant(p_table private.retention_tables, p_tenant uuid) FROM PUBLIC;

--
-- Name: FUNCTION values_to_reseal(p_active text, p_limit integer, p_after jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.values_to_reseal(p_active text, p_limit integer, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.values_to_reseal(p_active text, p_limit integer, p_after jsonb) TO service_role;

--
-- Name: FUNCTION vault_secret(p_name text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.vault_secret(p_name text) FROM PUBLIC;

--
-- Name: FUNCTION verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) TO service_role;
GRANT ALL ON FUNCTION private.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) TO switchboard_hot;

--
-- Name: FUNCTION verify_api_keys(p_calls jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.verify_api_keys(p_calls jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.verify_api_keys(p_calls jsonb) TO service_role;
GRANT ALL ON FUNCTION private.verify_api_keys(p_calls jsonb) TO switchboard_hot;

--
-- Name: FUNCTION verify_audit_chain(p_subject_id uuid); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.verify_audit_chain(p_subject_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION verify_own_audit_chain(); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.verify_own_audit_chain() FROM PUBLIC;
GRANT ALL ON FUNCTION private.verify_own_audit_chain() TO authenticated;

--
-- Name: FUNCTION wants_event(p_webhook public.webhooks, p_event public.webhook_events); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.wants_event(p_webhook public.webhooks, p_event public.webhook_events) FROM PUBLIC;

--
-- Name: FUNCTION wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.wider_api_key_settings(p_key public.api_keys, p_bounds public.api_keys) FROM PUBLIC;

--
-- Name: FUNCTION with_api_key_settings(p_key public.api_keys, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.with_api_key_settings(p_key public.api_keys, p_settings jsonb) FROM PUBLIC;

--
-- Name: FUNCTION with_webhook_settings(p_webhook public.webhooks, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.with_webhook_settings(p_webhook public.webhooks, p_settings jsonb) FROM PUBLIC;

--
-- Name: FUNCTION withheld_columns(p_table oid, p_name text); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.withheld_columns(p_table oid, p_name text) FROM PUBLIC;

--
-- Name: FUNCTION write_ivr_menu(p_id uuid, p_settings jsonb); Type: ACL; Schema: private; Owner: -
--

REVOKE ALL ON FUNCTION private.write_ivr_menu(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_ivr_menu(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION begin_erasure(p_job_id uuid, p_fence integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.begin_erasure(p_job_id uuid, p_fence integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.begin_erasure(p_job_id uuid, p_fence integer) TO service_role;

--
-- Name: FUNCTION cancel_account_deletion(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.cancel_account_deletion() FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_account_deletion() TO authenticated;

--
-- Name: FUNCTION cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_webhook_replay(p_webhook_id uuid, p_replay_id uuid) TO authenticated;

--
-- Name: FUNCTION check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_api_key(p_key_hash text, p_scope text, p_ip text, p_limit text) TO service_role;

--
-- Name: FUNCTION check_audit_heads(p_heads jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.check_audit_heads(p_heads jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_audit_heads(p_heads jsonb) TO service_role;

--
-- Name: FUNCTION check_ivr_menu(p_menu_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.check_ivr_menu(p_menu_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_ivr_menu(p_menu_id uuid) TO authenticated;

--
-- Name: FUNCTION claim_job(p_lease_seconds integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.claim_job(p_lease_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_job(p_lease_seconds integer) TO service_role;

--
-- Name: FUNCTION claim_webhook_deliveries(p_limit integer, p_delivery_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_webhook_deliveries(p_limit integer, p_delivery_id uuid) TO service_role;

--
-- Name: FUNCTION cleanup_old_logs(p_days integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.cleanup_old_logs(p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cleanup_old_logs(p_days integer) TO service_role;

--
-- Name: FUNCTION commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.commit_ivr_app_turn(p_id uuid, p_step integer, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO authenticated;

--
-- Name: FUNCTION complete_webhook_deliveries(p_outcomes jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.complete_webhook_deliveries(p_outcomes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.complete_webhook_deliveries(p_outcomes jsonb) TO service_role;

--
-- Name: FUNCTION count_personal_rows(p_user_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.count_personal_rows(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_personal_rows(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION count_values_to_reseal(p_active text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.count_values_to_reseal(p_active text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_values_to_reseal(p_active text) TO service_role;

--
-- Name: FUNCTION create_account_export(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_account_export() FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_account_export() TO authenticated;

--
-- Name: FUNCTION create_account_export_once(p_idempotency_key text, p_request_hash text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_account_export_once(p_idempotency_key text, p_request_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_account_export_once(p_idempotency_key text, p_request_hash text) TO authenticated;

--
-- Name: FUNCTION create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key(p_key_hash text, p_key_prefix text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key_once(p_idempotency_key text, p_request_hash text, p_key_hash text, p_key_prefix text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_ivr_menu(p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_ivr_menu(p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_ivr_menu(p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_phone_connection(p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) TO authenticated;

--
-- Name: FUNCTION create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_phone_connection_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_provider text, p_name text, p_account_sid text, p_credential_id uuid, p_sealed text, p_api_secret jsonb) TO authenticated;

--
-- Name: TABLE phone_numbers; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.phone_numbers TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.phone_numbers TO service_role;

--
-- Name: FUNCTION create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid, p_label text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_phone_number(p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) TO authenticated;

--
-- Name: FUNCTION create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid, p_label text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_phone_number_once(p_idempotency_key text, p_request_hash text, p_connection_id uuid, p_number text, p_menu_id uuid, p_label text) TO authenticated;

--
-- Name: FUNCTION create_webhook(p_id uuid, p_secret text, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_webhook(p_id uuid, p_secret text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_webhook(p_id uuid, p_secret text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_webhook_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_secret text, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION delete_api_key(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.delete_api_key(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_api_key(p_id uuid) TO authenticated;

--
-- Name: FUNCTION delete_ivr_menu(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.delete_ivr_menu(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_ivr_menu(p_id uuid) TO authenticated;

--
-- Name: FUNCTION delete_webhook(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.delete_webhook(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_webhook(p_id uuid) TO authenticated;

--
-- Name: FUNCTION describe_personal_tables(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.describe_personal_tables() FROM PUBLIC;
GRANT ALL ON FUNCTION public.describe_personal_tables() TO service_role;

--
-- Name: FUNCTION disable_leaked_api_key(p_key_hash text, p_source text, p_url text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.disable_leaked_api_key(p_key_hash text, p_source text, p_url text) TO service_role;

--
-- Name: FUNCTION encrypts_health_data(p_user_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.encrypts_health_data(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.encrypts_health_data(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION end_ivr_session(p_id uuid, p_step integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.end_ivr_session(p_id uuid, p_step integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_ivr_session(p_id uuid, p_step integer) TO authenticated;

--
-- Name: FUNCTION erase_personal_rows(p_user_id uuid, p_table text, p_rows integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_personal_rows(p_user_id uuid, p_table text, p_rows integer) TO service_role;

--
-- Name: FUNCTION fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.fail_job(p_id uuid, p_fence integer, p_error text, p_final boolean) TO service_role;

--
-- Name: FUNCTION finish_erasure(p_job_id uuid, p_fence integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.finish_erasure(p_job_id uuid, p_fence integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_erasure(p_job_id uuid, p_fence integer) TO service_role;

--
-- Name: FUNCTION forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_archived(p_job_id uuid, p_fence integer, p_chunk jsonb, p_object text, p_sha256 text) TO service_role;

--
-- Name: FUNCTION get_account_deletion(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_account_deletion() FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_account_deletion() TO authenticated;

--
-- Name: FUNCTION get_account_export(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_account_export(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_account_export(p_id uuid) TO authenticated;

--
-- Name: FUNCTION get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_api_key_usage(p_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

--
-- Name: FUNCTION get_complete_user_profile(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_complete_user_profile() FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_complete_user_profile() TO authenticated;

--
-- Name: FUNCTION get_consents(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_consents() FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_consents() TO authenticated;

--
-- Name: FUNCTION get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_ivr_menu_stats(p_menu_id uuid, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

--
-- Name: FUNCTION get_ivr_session(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_ivr_session(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_ivr_session(p_id uuid) TO authenticated;

--
-- Name: FUNCTION get_own_sign_in(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_own_sign_in() FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_own_sign_in() TO authenticated;

--
-- Name: FUNCTION get_transfer_rules(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_transfer_rules() FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_transfer_rules() TO authenticated;

--
-- Name: FUNCTION get_webhook_replay(p_webhook_id uuid, p_replay_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.get_webhook_replay(p_webhook_id uuid, p_replay_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_webhook_replay(p_webhook_id uuid, p_replay_id uuid) TO authenticated;

--
-- Name: FUNCTION health_data(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.health_data() FROM PUBLIC;
GRANT ALL ON FUNCTION public.health_data() TO authenticated;

--
-- Name: FUNCTION is_archive(p_object text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.is_archive(p_object text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.is_archive(p_object text) TO service_role;

--
-- Name: FUNCTION ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_announce_recording(p_connection_id uuid, p_call_id text, p_recording_id text, p_url text, p_duration_seconds integer) TO service_role;

--
-- Name: FUNCTION ivr_callout_grant(p_session_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_callout_grant(p_session_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_callout_grant(p_session_id uuid) TO service_role;

--
-- Name: FUNCTION ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_claim_recordings(p_limit integer, p_lease_seconds integer, p_recording_id uuid) TO service_role;

--
-- Name: FUNCTION ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_commit_known_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_known_version uuid, p_settings text, p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO service_role;

--
-- Name: FUNCTION ivr_commit_known_turns(p_calls jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_commit_known_turns(p_calls jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_commit_known_turns(p_calls jsonb) TO service_role;

--
-- Name: FUNCTION ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_commit_turn(p_session_id uuid, p_step integer, p_menu_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO service_role;

--
-- Name: FUNCTION ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_complete_recording(p_recording_id uuid, p_path text, p_bytes bigint, p_content_type text) TO service_role;

--
-- Name: FUNCTION ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_fail_recording(p_recording_id uuid, p_fence integer, p_error text, p_final boolean) TO service_role;

--
-- Name: FUNCTION ivr_load_connection(p_provider text, p_connection_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_load_connection(p_provider text, p_connection_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_load_connection(p_provider text, p_connection_id uuid) TO service_role;

--
-- Name: FUNCTION ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_load_turn(p_provider text, p_connection_id uuid, p_call_id text, p_to text, p_step integer, p_known_version uuid) TO service_role;

--
-- Name: FUNCTION ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_record_status(p_connection_id uuid, p_call_id text, p_status text, p_sequence integer, p_duration_seconds integer, p_from text, p_to text) TO service_role;

--
-- Name: FUNCTION ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_settle_callout(p_session_id uuid, p_step integer, p_result jsonb) TO service_role;

--
-- Name: FUNCTION ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ivr_start_session(p_connection_id uuid, p_call_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO service_role;

--
-- Name: FUNCTION limit_requests(p_name text, p_user_id uuid, p_address text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.limit_requests(p_name text, p_user_id uuid, p_address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.limit_requests(p_name text, p_user_id uuid, p_address text) TO service_role;

--
-- Name: FUNCTION list_archive_keys(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_archive_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_archive_keys() TO service_role;

--
-- Name: FUNCTION list_audit_heads(p_after uuid, p_count integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_audit_heads(p_after uuid, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_audit_heads(p_after uuid, p_count integer) TO service_role;

--
-- Name: FUNCTION list_erasure_order(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_erasure_order() FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_erasure_order() TO service_role;

--
-- Name: FUNCTION list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone, p_before_id uuid, p_menu_id uuid, p_channel text, p_open boolean, p_end_reason text, p_session_id text, p_caller text, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone, p_before_id uuid, p_menu_id uuid, p_channel text, p_open boolean, p_end_reason text, p_session_id text, p_caller text, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_ivr_sessions(p_limit integer, p_before_time timestamp with time zone, p_before_id uuid, p_menu_id uuid, p_channel text, p_open boolean, p_end_reason text, p_session_id text, p_caller text, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

--
-- Name: FUNCTION list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_personal_objects(p_user_id uuid, p_after_bucket text, p_after_name text, p_count integer) TO service_role;

--
-- Name: FUNCTION list_retell_users(p_after uuid, p_count integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_retell_users(p_after uuid, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_retell_users(p_after uuid, p_count integer) TO service_role;

--
-- Name: FUNCTION list_retention(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.list_retention() FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_retention() TO authenticated;

--
-- Name: FUNCTION load_call(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.load_call(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.load_call(p_id uuid) TO authenticated;

--
-- Name: FUNCTION load_ivr_app_turn(p_id uuid, p_step integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.load_ivr_app_turn(p_id uuid, p_step integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.load_ivr_app_turn(p_id uuid, p_step integer) TO authenticated;

--
-- Name: FUNCTION load_ivr_simulation(p_menu_id uuid, p_version integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.load_ivr_simulation(p_menu_id uuid, p_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.load_ivr_simulation(p_menu_id uuid, p_version integer) TO authenticated;

--
-- Name: FUNCTION load_ivr_start(p_menu text, p_session_id text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.load_ivr_start(p_menu text, p_session_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.load_ivr_start(p_menu text, p_session_id text) TO authenticated;

--
-- Name: FUNCTION next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.next_archive_chunk(p_rows integer, p_bytes integer, p_last jsonb) TO service_role;

--
-- Name: FUNCTION plain_calls(p_user_id uuid, p_limit integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.plain_calls(p_user_id uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.plain_calls(p_user_id uuid, p_limit integer) TO service_role;

--
-- Name: FUNCTION plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.plain_events(p_user_id uuid, p_limit integer, p_from timestamp with time zone) TO service_role;

--
-- Name: FUNCTION publish_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.publish_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publish_event(p_type text, p_data jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) TO authenticated;

--
-- Name: FUNCTION publish_ivr_menu(p_menu_id uuid, p_digest text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.publish_ivr_menu(p_menu_id uuid, p_digest text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publish_ivr_menu(p_menu_id uuid, p_digest text) TO authenticated;

--
-- Name: FUNCTION publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publish_sealed_event(p_user_id uuid, p_type text, p_data jsonb, p_sealed jsonb, p_agent_id uuid, p_ordering_key text, p_idempotency_key text) TO service_role;

--
-- Name: FUNCTION read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.read_personal_rows(p_user_id uuid, p_table text, p_after jsonb, p_rows integer, p_bytes integer) TO service_role;

--
-- Name: FUNCTION readiness(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.readiness() FROM PUBLIC;
GRANT ALL ON FUNCTION public.readiness() TO service_role;

--
-- Name: FUNCTION record_consent(p_purpose text, p_given boolean, p_version text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.record_consent(p_purpose text, p_given boolean, p_version text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_consent(p_purpose text, p_given boolean, p_version text) TO authenticated;

--
-- Name: FUNCTION release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_job(p_id uuid, p_fence integer, p_progress jsonb, p_state text, p_wait_seconds integer) TO service_role;

--
-- Name: FUNCTION replace_avatar(p_url text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.replace_avatar(p_url text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.replace_avatar(p_url text) TO authenticated;

--
-- Name: FUNCTION replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.replay_webhook(p_id uuid, p_selection jsonb, p_dry_run boolean) TO authenticated;

--
-- Name: FUNCTION request_account_deletion(p_user_id uuid, p_grace_days integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.request_account_deletion(p_user_id uuid, p_grace_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_account_deletion(p_user_id uuid, p_grace_days integer) TO service_role;

--
-- Name: FUNCTION reseal_values(p_values jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.reseal_values(p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reseal_values(p_values jsonb) TO service_role;

--
-- Name: FUNCTION resend_webhook_delivery(p_delivery_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.resend_webhook_delivery(p_delivery_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resend_webhook_delivery(p_delivery_id uuid) TO authenticated;

--
-- Name: FUNCTION retell_account(p_user_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.retell_account(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retell_account(p_user_id uuid) TO service_role;

--
-- Name: FUNCTION retell_import_calls(p_user_id uuid, p_events jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.retell_import_calls(p_user_id uuid, p_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retell_import_calls(p_user_id uuid, p_events jsonb) TO service_role;

--
-- Name: FUNCTION retell_load_hook(p_hook_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.retell_load_hook(p_hook_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retell_load_hook(p_hook_id uuid) TO service_role;

--
-- Name: FUNCTION retell_record_event(p_user_id uuid, p_event jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.retell_record_event(p_user_id uuid, p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retell_record_event(p_user_id uuid, p_event jsonb) TO service_role;

--
-- Name: FUNCTION revoke_api_key(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.revoke_api_key(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.revoke_api_key(p_id uuid) TO authenticated;

--
-- Name: FUNCTION rollback_ivr_menu(p_menu_id uuid, p_version integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.rollback_ivr_menu(p_menu_id uuid, p_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollback_ivr_menu(p_menu_id uuid, p_version integer) TO authenticated;

--
-- Name: FUNCTION rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_api_key(p_id uuid, p_key_hash text, p_key_prefix text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_connection_secret(p_id uuid, p_credential_id uuid, p_sealed text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_webhook_secret(p_id uuid, p_secret text, p_overlap_hours integer) TO authenticated;

--
-- Name: FUNCTION save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.save_job(p_id uuid, p_fence integer, p_progress jsonb, p_lease_seconds integer) TO service_role;

--
-- Name: FUNCTION schema_health(p_expected jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.schema_health(p_expected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schema_health(p_expected jsonb) TO service_role;

--
-- Name: FUNCTION seal_calls(p_user_id uuid, p_texts jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.seal_calls(p_user_id uuid, p_texts jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.seal_calls(p_user_id uuid, p_texts jsonb) TO service_role;

--
-- Name: FUNCTION seal_events(p_user_id uuid, p_events jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.seal_events(p_user_id uuid, p_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.seal_events(p_user_id uuid, p_events jsonb) TO service_role;

--
-- Name: FUNCTION set_health_data(p_encrypt boolean); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.set_health_data(p_encrypt boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_health_data(p_encrypt boolean) TO authenticated;

--
-- Name: FUNCTION set_retention(p_policy text, p_days integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.set_retention(p_policy text, p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_retention(p_policy text, p_days integer) TO authenticated;

--
-- Name: FUNCTION set_retention_policy(p_name text, p_days integer, p_archive boolean); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.set_retention_policy(p_name text, p_days integer, p_archive boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_retention_policy(p_name text, p_days integer, p_archive boolean) TO service_role;

--
-- Name: FUNCTION set_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.set_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_transfer_rules(p_countries text[], p_prefixes text[], p_max_per_hour integer) TO authenticated;

--
-- Name: FUNCTION set_webhook_limit(p_user_id uuid, p_limit integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.set_webhook_limit(p_user_id uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_webhook_limit(p_user_id uuid, p_limit integer) TO service_role;

--
-- Name: FUNCTION settle_restored(p_restored_at timestamp with time zone); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.settle_restored(p_restored_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.settle_restored(p_restored_at timestamp with time zone) TO service_role;

--
-- Name: FUNCTION start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_ivr_session(p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO authenticated;

--
-- Name: FUNCTION start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_ivr_session_once(p_idempotency_key text, p_request_hash text, p_id uuid, p_session_id text, p_from text, p_to text, p_menu_version_id uuid, p_state jsonb, p_input jsonb, p_outcome text, p_reply text) TO authenticated;

--
-- Name: FUNCTION start_webhook_test(p_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.start_webhook_test(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_webhook_test(p_id uuid) TO authenticated;

--
-- Name: FUNCTION store_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.store_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.store_retell_config(p_config jsonb, p_updated_at timestamp with time zone, p_device_id text) TO authenticated;

--
-- Name: FUNCTION stray_archives(p_limit integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.stray_archives(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stray_archives(p_limit integer) TO service_role;

--
-- Name: FUNCTION update_api_key(p_id uuid, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_api_key(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_api_key(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_ivr_menu(p_id uuid, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_ivr_menu(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_ivr_menu(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_phone_connection(p_id uuid, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_phone_connection(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_phone_connection(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_phone_number(p_id uuid, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_phone_number(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_phone_number(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_retell_integration_status(p_user_id uuid, p_status text, p_fingerprint text) TO service_role;

--
-- Name: FUNCTION update_webhook(p_id uuid, p_settings jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.update_webhook(p_id uuid, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_webhook(p_id uuid, p_settings jsonb) TO authenticated;

--
-- Name: FUNCTION values_to_reseal(p_active text, p_limit integer, p_after jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.values_to_reseal(p_active text, p_limit integer, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.values_to_reseal(p_active text, p_limit integer, p_after jsonb) TO service_role;

--
-- Name: FUNCTION verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.verify_api_key(p_key_hash text, p_scope text, p_ip text, p_user_id uuid) TO service_role;

--
-- Name: FUNCTION verify_api_keys(p_calls jsonb); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.verify_api_keys(p_calls jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.verify_api_keys(p_calls jsonb) TO service_role;

--
-- Name: FUNCTION verify_audit_chain(); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.verify_audit_chain() FROM PUBLIC;
GRANT ALL ON FUNCTION public.verify_audit_chain() TO authenticated;
GRANT ALL ON FUNCTION public.verify_audit_chain() TO service_role;

--
-- Name: TABLE archives; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.archives TO service_role;

--
-- Name: TABLE audit_checkpoints; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.audit_checkpoints TO service_role;

--
-- Name: TABLE audit_heads; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.audit_heads TO service_role;

--
-- Name: TABLE call_texts; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.call_texts TO service_role;

--
-- Name: TABLE credentials; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.credentials TO service_role;

--
-- Name: TABLE health_settings; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.health_settings TO service_role;

--
-- Name: TABLE ivr_callouts; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,UPDATE ON TABLE private.ivr_callouts TO service_role;

--
-- Name: TABLE maintenance_runs; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT ON TABLE private.maintenance_runs TO service_role;

--
-- Name: TABLE recording_sources; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.recording_sources TO service_role;

--
-- Name: TABLE retell_calls; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.retell_calls TO service_role;

--
-- Name: TABLE retention_policies; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,UPDATE ON TABLE private.retention_policies TO service_role;

--
-- Name: TABLE transfer_counts; Type: ACL; Schema: private; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE private.transfer_counts TO service_role;

--
-- Name: TABLE webhook_logs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.webhook_logs TO authenticated;
GRANT SELECT ON TABLE public.webhook_logs TO service_role;

--
-- Name: TABLE agents; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO service_role;

--
-- Name: TABLE api_key_usage; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.api_key_usage TO authenticated;
GRANT SELECT ON TABLE public.api_key_usage TO service_role;

--
-- Name: TABLE call_recordings; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.call_recordings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_recordings TO service_role;

--
-- Name: TABLE ivr_turns; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.ivr_turns TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ivr_turns TO service_role;

--
-- Name: TABLE phone_connection_details; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.phone_connection_details TO authenticated;

--
-- Name: TABLE profiles; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.profiles TO authenticated;
GRANT SELECT ON TABLE public.profiles TO service_role;

--
-- Name: COLUMN profiles.id; Type: ACL; Schema: public; Owner: -
--

GRANT INSERT(id),UPDATE(id) ON TABLE public.profiles TO authenticated;
GRANT INSERT(id),UPDATE(id) ON TABLE public.profiles TO service_role;

--
-- Name: COLUMN profiles.username; Type: ACL; Schema: public; Owner: -
--

GRANT INSERT(username),UPDATE(username) ON TABLE public.profiles TO authenticated;
GRANT INSERT(username),UPDATE(username) ON TABLE public.profiles TO service_role;

--
-- Name: COLUMN profiles.full_name; Type: ACL; Schema: public; Owner: -
--

GRANT INSERT(full_name),UPDATE(full_name) ON TABLE public.profiles TO authenticated;
GRANT INSERT(full_name),UPDATE(full_name) ON TABLE public.profiles TO service_role;

--
-- Name: COLUMN profiles.avatar_url; Type: ACL; Schema: public; Owner: -
--

GRANT INSERT(avatar_url),UPDATE(avatar_url) ON TABLE public.profiles TO authenticated;
GRANT INSERT(avatar_url),UPDATE(avatar_url) ON TABLE public.profiles TO service_role;

--
-- Name: TABLE retention_overrides; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.retention_overrides TO authenticated;
GRANT SELECT ON TABLE public.retention_overrides TO service_role;

--
-- PostgreSQL database dump complete
--
