-- Purpose: publishing an event with expressions in place of small queries, of which even the smallest takes longer than these.
-- Tables:  none.
-- Risk:    replaces functions by others that answer the same.

create or replace function private.event_patterns(p_type text) returns text[]
language plpgsql immutable
set search_path = ''
as $$
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

create or replace function private.is_event_type(p_type text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  if not (length(p_type) <= 100 and p_type ~ '^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$') then
    return false;
  elsif p_type like 'custom.%' then
    return true;
  end if;
  return exists (select from private.event_types where type = p_type);
end
$$;
