-- Purpose: making, changing and deleting menus over HTTP, with every fault named by its field.
-- Tables:  ivr_menus (an index, a check).
-- Risk:    a menu that is its own parent has none from now on.
--
-- Owners may write the table itself, so these functions act as their caller: policies and triggers hold as they do there.

drop index public.idx_ivr_menus_user_id;
create index idx_ivr_menus_user_id on public.ivr_menus (user_id, created_at desc, id desc);

update public.ivr_menus set parent_menu_id = null where parent_menu_id = id;
alter table public.ivr_menus add constraint ivr_menus_parent_is_another check (parent_menu_id <> id);

create function private.ivr_menu_field(p_constraint text) returns text
language sql stable
set search_path = ''
as $$
  select a.attname::text from pg_catalog.pg_constraint c join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.conrelid = 'public.ivr_menus'::regclass and c.conname = p_constraint and a.attname not in ('id', 'user_id') limit 1
$$;
comment on function private.ivr_menu_field(text) is 'The column of a menu that a constraint is about.';
grant execute on function private.ivr_menu_field(text) to authenticated;

create function private.write_ivr_menu(p_id uuid, p_settings jsonb) returns public.ivr_menus
language plpgsql
set search_path = ''
as $$
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
$$;
comment on function private.write_ivr_menu(uuid, jsonb) is
  'Adds a menu with the settings given by their columns, or sets these in the one of p_id. PT422 and PT409 name the field. Acts as its caller, under row level security.';
grant execute on function private.write_ivr_menu(uuid, jsonb) to authenticated;

create function public.create_ivr_menu(p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select to_jsonb(private.write_ivr_menu(null, p_settings)) $$;
comment on function public.create_ivr_menu(jsonb) is 'Adds a menu of the caller, as a draft.';
grant execute on function public.create_ivr_menu(jsonb) to authenticated;

create function public.create_ivr_menu_once(p_idempotency_key text, p_request_hash text, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    private.recall_request('ivr.menus.create', p_idempotency_key, p_request_hash),
    private.remember_request('ivr.menus.create', p_idempotency_key, p_request_hash, public.create_ivr_menu(p_settings)))
$$;
comment on function public.create_ivr_menu_once(text, text, jsonb) is
  'public.create_ivr_menu at most once for one p_idempotency_key in 24 hours: {state: done | replayed | reused | in_progress, response}.';
grant execute on function public.create_ivr_menu_once(text, text, jsonb) to authenticated;

create function public.update_ivr_menu(p_id uuid, p_settings jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$ select to_jsonb(private.write_ivr_menu(p_id, p_settings)) $$;
comment on function public.update_ivr_menu(uuid, jsonb) is 'Changes the draft of a menu of the caller; what is published stays.';
grant execute on function public.update_ivr_menu(uuid, jsonb) to authenticated;

create function private.ivr_menu_users(p_menu public.ivr_menus) returns table (path text, message text)
language sql stable
set search_path = ''
as $$
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
comment on function private.ivr_menu_users(public.ivr_menus) is
  'What a menu is needed by: numbers, and choices of other drafts. Not versions, which hold all that they need.';
grant execute on function private.ivr_menu_users(public.ivr_menus) to authenticated;

create function public.delete_ivr_menu(p_id uuid) returns void
language plpgsql
set search_path = ''
as $$
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
comment on function public.delete_ivr_menu(uuid) is
  'Deletes a menu of the caller. PT409 names the numbers and drafts that lead to it. Versions that hold it, its own among them, stay.';
grant execute on function public.delete_ivr_menu(uuid) to authenticated;
