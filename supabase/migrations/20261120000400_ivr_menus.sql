-- Purpose: menus as their owner edits them, and the frozen versions that calls run on.
-- Tables:  ivr_menus, ivr_menu_versions.
-- Risk:    none for existing data.

create table public.ivr_menus (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default private.account_id() references auth.users on delete cascade,
  key text check (key ~ '^[a-z0-9][a-z0-9_-]{0,63}$' and key !~ '^[0-9a-f]{8}-[0-9a-f]{4}-'),
  name text not null check (length(name) between 1 and 100),
  language text not null default 'en-US' check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  prompt text not null check (length(prompt) between 1 and 1500),
  items jsonb not null default '[]'
    check (case when jsonb_typeof(items) = 'array' then jsonb_array_length(items) <= 12 and pg_column_size(items) <= 32768 else false end),
  timeout integer not null default 5000 check (timeout between 1000 and 60000),
  inter_digit_timeout integer not null default 3000 check (inter_digit_timeout between 1000 and 10000),
  max_retries integer not null default 3 check (max_retries between 0 and 10),
  no_input_limit integer check (no_input_limit between 0 and 10),
  invalid_limit integer check (invalid_limit between 0 and 10),
  timeout_prompt text check (length(timeout_prompt) between 1 and 1500),
  invalid_prompt text check (length(invalid_prompt) between 1 and 1500),
  no_input_final jsonb check (jsonb_typeof(no_input_final) = 'object' and pg_column_size(no_input_final) <= 4096),
  invalid_final jsonb check (jsonb_typeof(invalid_final) = 'object' and pg_column_size(invalid_final) <= 4096),
  parent_menu_id uuid,
  published_version_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, user_id),
  unique (user_id, key),
  constraint ivr_menus_parent_menu_id_fkey foreign key (parent_menu_id, user_id)
    references public.ivr_menus (id, user_id) on delete set null (parent_menu_id)
);
comment on table public.ivr_menus is 'Menus as drafts: edited freely by their owner, heard by no caller until published.';
comment on column public.ivr_menus.key is 'The owner''s own name for the menu; items may name a submenu by it.';
comment on column public.ivr_menus.items is 'Array of {digit, label, action, target}.';
comment on column public.ivr_menus.timeout is 'Wait for the first digit, in milliseconds.';
comment on column public.ivr_menus.inter_digit_timeout is 'Wait for each further digit, in milliseconds.';
comment on column public.ivr_menus.max_retries is 'Default of both limits: how often the menu is offered again after silence, and after a wrong entry.';
comment on column public.ivr_menus.no_input_limit is 'Repeats after silence; null means max_retries.';
comment on column public.ivr_menus.invalid_limit is 'Repeats after a wrong entry; null means max_retries.';
comment on column public.ivr_menus.no_input_final is 'What happens when the limit on silence is spent: {action, target}; null hangs up.';
comment on column public.ivr_menus.invalid_final is 'What happens when the limit on wrong entries is spent: {action, target}; null hangs up.';
comment on column public.ivr_menus.published_version_id is 'The version that new calls run on.';

create index idx_ivr_menus_user_id on public.ivr_menus (user_id);
create index idx_ivr_menus_parent_menu_id on public.ivr_menus (parent_menu_id, user_id);
create index idx_ivr_menus_published_version_id on public.ivr_menus (published_version_id);

create table public.ivr_menu_versions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  menu_id uuid references public.ivr_menus on delete set null,
  version integer not null check (version > 0),
  document jsonb not null,
  created_at timestamptz not null default now(),
  unique (menu_id, version)
);
comment on table public.ivr_menu_versions is
  'What was published: the whole graph reachable from a menu, frozen. A call stays on its version; the row outlives the draft.';
create index idx_ivr_menu_versions_user_id on public.ivr_menu_versions (user_id);

alter table public.ivr_menus add constraint ivr_menus_published_version_id_fkey
  foreign key (published_version_id) references public.ivr_menu_versions on delete set null;

alter table public.ivr_menus enable row level security;
alter table public.ivr_menu_versions enable row level security;
grant select, insert, update, delete on public.ivr_menus to authenticated, service_role;
grant select on public.ivr_menu_versions to authenticated, service_role;

create policy "Owners can read their menus" on public.ivr_menus
  for select to authenticated using (user_id = (select private.account_id()));
create policy "Owners can add menus" on public.ivr_menus
  for insert to authenticated with check (user_id = (select private.account_id()));
create policy "Owners can edit their menus" on public.ivr_menus
  for update to authenticated using (user_id = (select private.account_id())) with check (user_id = (select private.account_id()));
create policy "Owners can delete their menus" on public.ivr_menus
  for delete to authenticated using (user_id = (select private.account_id()));
create policy "Owners can read their menu versions" on public.ivr_menu_versions
  for select to authenticated using (user_id = (select private.account_id()));

create trigger refuse_protected_columns before insert or update on public.ivr_menus
  for each row execute function private.refuse_protected_columns('published_version_id', 'created_at=now()', 'updated_at=now()');
create trigger set_updated_at before update on public.ivr_menus
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.ivr_menus
  for each row execute function private.audit_row_change('ivr.menus');

create trigger refuse_direct_write before insert or update or delete or truncate on public.ivr_menu_versions
  for each statement execute function private.refuse_direct_write();
-- Not menu_id: it becomes null when the draft is deleted.
create trigger refuse_change before update of id, user_id, version, document, created_at on public.ivr_menu_versions
  for each row execute function private.refuse_change();
create trigger audit_change after insert or delete on public.ivr_menu_versions
  for each row execute function private.audit_row_change('ivr.menu-versions');

create function private.ivr_choice_problem(p_choice jsonb, p_target_is_menu boolean, p_final boolean, out field text, out message text)
language plpgsql immutable
set search_path = ''
as $$
declare
  v_action text := p_choice ->> 'action';
  v_target text := p_choice ->> 'target';
  v_actions text[] := case when p_final then array['agent', 'transfer', 'hangup']
    else array['submenu', 'agent', 'transfer', 'repeat', 'back', 'hangup'] end;
begin
  if v_action is null or v_action <> all (v_actions) then
    field := 'action';
    message := 'Must be one of ' || array_to_string(v_actions, ', ');
    return;
  end if;
  field := 'target';
  message := case
    when v_action in ('repeat', 'back', 'hangup') then case when v_target is not null then 'This action takes no target' end
    when v_target is null then 'This action needs a target'
    when v_action = 'submenu' then case when not p_target_is_menu then 'No menu of yours has this id or key' end
    when v_action = 'transfer' then case when v_target !~ '^\+[1-9][0-9]{6,14}$' then 'Must be a number in E.164 form, such as +15550100123' end
    when v_target !~ '^(sips?:[^[:space:]<>"'']{1,240}|[A-Za-z0-9][A-Za-z0-9 _.-]{0,63})$' then 'Must be a SIP address or the name of a queue'
  end;
end
$$;
comment on function private.ivr_choice_problem(jsonb, boolean, boolean) is
  'What is wrong with an action and its target: the field and a sentence, or a null message. A final choice may not lead back into a menu, or a silent line would never end.';

create function private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) returns public.ivr_menu_versions
language plpgsql
set search_path = ''
as $$
declare
  v_document jsonb;
  v_problems jsonb;
  v_version public.ivr_menu_versions;
begin
  -- Two publications of one menu take turns, so that each gets its own version number.
  perform from public.ivr_menus where id = p_menu_id and user_id = p_user_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;

  with recursive
  choice as (
    select m.id as menu_id, format('items[%s]', i.ordinality - 1) as path, i.value as choice, i.ordinality as position
      from public.ivr_menus m cross join jsonb_array_elements(m.items) with ordinality i where m.user_id = p_user_id
    union all
    select m.id, f.path, f.choice, null
      from public.ivr_menus m cross join lateral (values ('no_input_final', m.no_input_final), ('invalid_final', m.invalid_final)) f (path, choice)
      where m.user_id = p_user_id and f.choice is not null
  ),
  resolved as (
    select c.*, t.id as target_menu_id
      from choice c left join public.ivr_menus t
        on c.position is not null and c.choice ->> 'action' = 'submenu' and t.user_id = p_user_id and c.choice ->> 'target' in (t.id::text, t.key)
  ),
  reachable (id) as (
    select p_menu_id
    union
    select r.target_menu_id from resolved r join reachable on r.menu_id = reachable.id where r.target_menu_id is not null
  ),
  frozen as (
    select r.menu_id, r.path, r.position, r.choice,
      jsonb_strip_nulls(jsonb_build_object('digit', r.choice ->> 'digit', 'label', r.choice ->> 'label', 'action', r.choice ->> 'action',
        'target', coalesce(r.target_menu_id::text, r.choice ->> 'target'))) as value,
      problem.field, problem.message
    from resolved r join reachable on reachable.id = r.menu_id
      cross join lateral private.ivr_choice_problem(r.choice, r.target_menu_id is not null, r.position is null) problem
  ),
  problem as (
    select m.key, m.id, f.path || '.' || f.field as path, f.message from frozen f join public.ivr_menus m on m.id = f.menu_id
      where f.message is not null
    union all
    select m.key, m.id, f.path || '.digit', 'An entry is 1 to 20 of 0-9 * # A-D' from frozen f join public.ivr_menus m on m.id = f.menu_id
      where f.position is not null and coalesce(f.choice ->> 'digit', '') !~ '^[0-9*#A-D]{1,20}$'
    union all
    select m.key, m.id, f.path || '.label', 'A label has 1 to 100 characters' from frozen f join public.ivr_menus m on m.id = f.menu_id
      where f.position is not null and length(coalesce(f.choice ->> 'label', '')) not between 1 and 100
    union all
    select m.key, m.id, f.path || '.digit', 'This entry is taken by an earlier item'
      from frozen f join public.ivr_menus m on m.id = f.menu_id
      where f.position is not null and exists (
        select from frozen e where e.menu_id = f.menu_id and e.position < f.position and e.choice ->> 'digit' = f.choice ->> 'digit')
    union all
    select m.key, m.id, 'items', 'A menu has 1 to 12 items' from public.ivr_menus m join reachable on reachable.id = m.id
      where jsonb_array_length(m.items) = 0
    union all
    -- The whole document travels at every turn.
    select m.key, m.id, 'items', 'More than 100 menus can be reached from here' from public.ivr_menus m
      where m.id = p_menu_id and (select count(*) from reachable) > 100
  )
  select
    jsonb_build_object('root', p_menu_id, 'menus', jsonb_object_agg(m.id, jsonb_build_object(
      'id', m.id, 'key', m.key, 'name', m.name, 'language', m.language, 'prompt', m.prompt,
      'timeout', m.timeout, 'inter_digit_timeout', m.inter_digit_timeout,
      'items', (select coalesce(jsonb_agg(f.value order by f.position), '[]') from frozen f where f.menu_id = m.id and f.position is not null),
      'no_input', jsonb_build_object('limit', coalesce(m.no_input_limit, m.max_retries), 'prompt', m.timeout_prompt,
        'final', coalesce((select f.value from frozen f where f.menu_id = m.id and f.path = 'no_input_final'), '{"action": "hangup"}')),
      'invalid', jsonb_build_object('limit', coalesce(m.invalid_limit, m.max_retries), 'prompt', m.invalid_prompt,
        'final', coalesce((select f.value from frozen f where f.menu_id = m.id and f.path = 'invalid_final'), '{"action": "hangup"}'))))),
    (select jsonb_agg(jsonb_build_object('path', format('menus.%s.%s', coalesce(p.key, p.id::text), p.path), 'message', p.message)
      order by p.key, p.id, p.path) from problem p)
    into v_document, v_problems
    from public.ivr_menus m join reachable on reachable.id = m.id;

  if v_problems is not null then
    raise exception using errcode = 'PT422', message = 'The menu cannot be published', detail = 'invalid_menu', hint = v_problems::text;
  end if;

  insert into public.ivr_menu_versions (user_id, menu_id, version, document)
    select p_user_id, p_menu_id, coalesce(max(version), 0) + 1, v_document from public.ivr_menu_versions where menu_id = p_menu_id
    returning * into v_version;
  update public.ivr_menus set published_version_id = v_version.id where id = p_menu_id;
  return v_version;
end
$$;
comment on function private.freeze_ivr_menu(uuid, uuid) is
  'Checks and freezes the graph reachable from a menu and makes it the published version. PT422 invalid_menu lists every problem with its path.';

create function private.publish_own_ivr_menu(p_menu_id uuid) returns public.ivr_menu_versions
language sql volatile security definer
set search_path = ''
as $$ select private.freeze_ivr_menu(private.account_id(), p_menu_id) $$;
comment on function private.publish_own_ivr_menu(uuid) is
  'Publishes a menu of the caller. Security definer because versions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.publish_own_ivr_menu(uuid) to authenticated;

create function public.publish_ivr_menu(p_menu_id uuid) returns table (version_id uuid, version integer, created_at timestamptz)
language sql volatile
set search_path = ''
as $$ select v.id, v.version, v.created_at from private.publish_own_ivr_menu(p_menu_id) v $$;
comment on function public.publish_ivr_menu(uuid) is 'Publishes one of the caller''s menus; new calls run on the new version, calls in progress stay on theirs.';
grant execute on function public.publish_ivr_menu(uuid) to authenticated;
