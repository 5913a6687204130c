-- Purpose: finds what is sealed with another key than the active one and puts the same, sealed anew, in its place.
-- Tables:  private.sealed_columns (new): the register of every column that holds sealed values.
-- Risk:    replaces the triggers' functions private.set_updated_at and private.audit_row_change, which pass over a
--          value that is only sealed anew.

create table private.sealed_columns (
  relation regclass not null,
  column_name name not null,
  primary key (relation, column_name)
);
comment on table private.sealed_columns is
  'Every column that holds sealed values (compact JWE): text, jsonb that is one as a string, or a jsonb array of {sealed, …}. Each such table has id and user_id.';
insert into private.sealed_columns values
  ('private.credentials', 'sealed'),
  ('public.webhooks', 'secret'),
  ('public.webhooks', 'old_secrets'),
  ('public.webhooks', 'headers');

create function private.sealed_with(p_sealed text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v_header text := translate(split_part(p_sealed, '.', 1), '-_', '+/');
begin
  return convert_from(decode(rpad(v_header, (length(v_header) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb ->> 'kid';
exception when others then
  -- What is no sealed value was sealed with no key: it is found, and told of.
  return null;
end
$$;
comment on function private.sealed_with(text) is 'The id of the key that a value is sealed with, from the protected header of its JWE; null where there is none.';

create function private.values_to_reseal(p_active text, p_limit integer, p_after jsonb)
returns table (relation text, column_name text, row_id uuid, user_id uuid, sealed text)
language plpgsql stable security definer
set search_path = ''
as $$
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
$$;
comment on function private.values_to_reseal(text, integer, jsonb) is
  'Sealed values that are not sealed with the key p_active, in the order of table, column and row, after the row that p_after names {relation, column_name, row_id}. Security definer because sealed columns are closed to every role.';

create function public.values_to_reseal(p_active text, p_limit integer, p_after jsonb default null)
returns table (relation text, column_name text, row_id uuid, user_id uuid, sealed text)
language sql stable
set search_path = ''
as $$ select * from private.values_to_reseal(p_active, p_limit, p_after) $$;
comment on function public.values_to_reseal(text, integer, jsonb) is
  'Sealed values that are not sealed with the key p_active, in the order of table, column and row, after the row that p_after names {relation, column_name, row_id}. For the operator.';

create function public.count_values_to_reseal(p_active text) returns bigint
language sql stable
set search_path = ''
as $$ select count(*) from private.values_to_reseal(p_active, 2147483647, null) $$;
comment on function public.count_values_to_reseal(text) is 'How many sealed values are not sealed with the key p_active. For the operator.';

create function private.reseal_values(p_values jsonb) returns integer
language plpgsql security definer
set search_path = ''
as $$
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
$$;
comment on function private.reseal_values(jsonb) is
  'Puts values that were sealed anew in the place of the ones that they were: [{relation, column_name, row_id, was, becomes}]; returns how many still stood there. Security definer because sealed columns are closed to every role.';

create function public.reseal_values(p_values jsonb) returns integer
language sql volatile
set search_path = ''
as $$ select private.reseal_values(p_values) $$;
comment on function public.reseal_values(jsonb) is
  'Puts values that were sealed anew in the place of the ones that they were: [{relation, column_name, row_id, was, becomes}]; returns how many still stood there. For the operator.';

grant execute on function private.values_to_reseal(text, integer, jsonb), private.reseal_values(jsonb),
  public.values_to_reseal(text, integer, jsonb), public.count_values_to_reseal(text), public.reseal_values(jsonb) to service_role;

create or replace function private.set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- A value that is sealed with another key is the same value.
  new.updated_at := case when current_setting('switchboard.resealing', true) = 'on' then old.updated_at else now() end;
  return new;
end
$$;

create or replace function private.audit_row_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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
