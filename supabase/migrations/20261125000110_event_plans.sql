-- Purpose: publishing an event without planning its small queries anew each time.
-- Tables:  none.
-- Risk:    replaces functions by others that answer the same.

create or replace function private.uuid_v7() returns uuid
language plpgsql volatile
set search_path = ''
as $$
begin
  return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;
end
$$;

create or replace function private.event_patterns(p_type text) returns text[]
language plpgsql immutable
set search_path = ''
as $$
begin
  return array['*', p_type] || array(
    select array_to_string(parts[1:n], '.') || '.*'
    from string_to_array(p_type, '.') parts, generate_series(1, cardinality(parts) - 1) n);
end
$$;

create or replace function private.is_event_type(p_type text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return length(p_type) <= 100 and p_type ~ '^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$'
    and (p_type like 'custom.%' or exists (select from private.event_types where type = p_type));
end
$$;
