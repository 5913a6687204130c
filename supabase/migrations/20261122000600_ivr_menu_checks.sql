-- Purpose: what publishing checks beyond single choices: menus that nothing reaches, circles without a key press, entries
--          that others take together, blank texts, the size of a version; and the same check without publishing.
-- Tables:  none.
-- Risk:    replaces private.freeze_ivr_menu and what it checks: a draft that was publishable may now be refused, with every
--          reason named. Versions published before stay as they are. public.publish_ivr_menu has one more parameter, which
--          may be left out.

create or replace function private.is_ivr_entry_hidden(p_entry text, p_by text[]) returns boolean
language plpgsql immutable
set search_path = ''
as $$
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

create function private.is_ivr_text_blank(p_text text) returns boolean
language sql immutable
set search_path = ''
as $$
  select p_text <> '' and p_text !~ '[^[:space:][:cntrl:]\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]'
$$;
comment on function private.is_ivr_text_blank(text) is
  'Whether a text, not the empty one, holds nothing that can be spoken: spaces of all kinds, controls, invisible characters.';

create function private.ivr_blank_problems(p_menu public.ivr_menus) returns table (path text, message text)
language sql stable
set search_path = ''
as $$
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
comment on function private.ivr_blank_problems(public.ivr_menus) is 'The texts of a menu that are there and say nothing.';

create or replace function private.ivr_menu_problems(p_menu public.ivr_menus) returns table (path text, message text)
language sql stable
set search_path = ''
as $$
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

create function private.check_ivr_menu(p_user_id uuid, p_menu_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
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
comment on function private.check_ivr_menu(uuid, uuid) is
  '{document, problems}: the graph reachable from a menu as publishing would freeze it (null beyond 100 menus), and all that stands in the way, with paths. Null where the user has no such menu.';

create or replace function private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) returns public.ivr_menu_versions
language plpgsql
set search_path = ''
as $$
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

create function private.check_own_ivr_menu(p_menu_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
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
comment on function private.check_own_ivr_menu(uuid) is
  'What private.check_ivr_menu says of a menu of the caller, with what its transfers are judged by and a digest of the document for publish_ivr_menu. Security definer because rules of transfers are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.check_own_ivr_menu(uuid) to authenticated;

create function public.check_ivr_menu(p_menu_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.check_own_ivr_menu(p_menu_id) $$;
comment on function public.check_ivr_menu(uuid) is
  'What publishing one of the caller''s menus would freeze and what stands in the way: {document, digest, problems, numbers, transfer_rules}. Changes nothing.';
grant execute on function public.check_ivr_menu(uuid) to authenticated;

drop function public.publish_ivr_menu(uuid);
drop function private.publish_own_ivr_menu(uuid);

create function private.publish_own_ivr_menu(p_menu_id uuid, p_digest text) returns public.ivr_menu_versions
language plpgsql security definer
set search_path = ''
as $$
declare
  v_version public.ivr_menu_versions := private.freeze_ivr_menu(private.account_id(), p_menu_id);
begin
  if md5(v_version.document::text) <> p_digest then
    raise exception using errcode = 'PT409', message = 'The menu was edited while it was checked', detail = 'conflict';
  end if;
  return v_version;
end
$$;
comment on function private.publish_own_ivr_menu(uuid, text) is
  'Publishes a menu of the caller, if it is still what the digest was made of; null takes it as it is. PT409 otherwise. Security definer because versions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.publish_own_ivr_menu(uuid, text) to authenticated;

create function public.publish_ivr_menu(p_menu_id uuid, p_digest text default null)
returns table (version_id uuid, version integer, created_at timestamptz)
language sql volatile
set search_path = ''
as $$ select v.id, v.version, v.created_at from private.publish_own_ivr_menu(p_menu_id, p_digest) v $$;
comment on function public.publish_ivr_menu(uuid, text) is
  'Publishes one of the caller''s menus; new calls run on the new version, calls in progress stay on theirs. With p_digest of check_ivr_menu only what was checked.';
grant execute on function public.publish_ivr_menu(uuid, text) to authenticated;
