-- Purpose: what a menu may say and do beyond its first form: voicemail, the way to the top, patterns, hours, languages,
--          speech, sensitive entries, limits of a call; each checked and frozen when a menu is published.
-- Tables:  ivr_menus (columns with defaults).
-- Risk:    replaces private.freeze_ivr_menu. Versions published before stay as they are and are heard as they were.

alter table public.ivr_menus
  add column barge_in boolean not null default true,
  add column timeout_barge_in boolean not null default true,
  add column invalid_barge_in boolean not null default true,
  add column sensitive boolean not null default false,
  add column speech boolean not null default false,
  add column translations jsonb not null default '{}'
    check (jsonb_typeof(translations) = 'object' and pg_column_size(translations) <= 65536),
  add column hours jsonb check (jsonb_typeof(hours) = 'object' and pg_column_size(hours) <= 16384),
  add column closed_prompt text check (length(closed_prompt) between 1 and 1500),
  add column max_depth integer not null default 12 check (max_depth between 1 and 12),
  add column max_turns integer not null default 200 check (max_turns between 10 and 500),
  add column max_minutes integer not null default 120 check (max_minutes between 1 and 240);
comment on column public.ivr_menus.items is
  'Array of {digit, label, labels, action, target, then, prompt, max_seconds, sensitive}. A digit is 1 to 20 positions: a key, x for any of 0-9, or a class such as [1-4].';
comment on column public.ivr_menus.barge_in is 'Whether an entry cuts the prompt short.';
comment on column public.ivr_menus.timeout_barge_in is 'Whether an entry cuts timeout_prompt short.';
comment on column public.ivr_menus.invalid_barge_in is 'Whether an entry cuts invalid_prompt short.';
comment on column public.ivr_menus.sensitive is 'Whether entries are kept nowhere. An item that is sensitive makes its menu so.';
comment on column public.ivr_menus.speech is 'Whether callers may say the label of an item instead, where the provider hears it.';
comment on column public.ivr_menus.translations is
  'The menu in other languages: an object by BCP 47 tag of {prompt, timeout_prompt, invalid_prompt, closed_prompt}.';
comment on column public.ivr_menus.hours is
  '{time_zone, weekly: [{days, from, to}], holidays, closed}: days are 1 (Monday) to 7, times HH:MM as the clock on the wall shows them, holidays YYYY-MM-DD or each year''s MM-DD, closed is {action, target} outside hours. Null is always open.';
comment on column public.ivr_menus.closed_prompt is 'Spoken outside hours; null for the standard sentence.';
comment on column public.ivr_menus.max_depth is 'Of calls that start here: menus that back remembers; entering one more forgets the oldest.';
comment on column public.ivr_menus.max_turns is 'Of calls that start here: turns after which the call ends.';
comment on column public.ivr_menus.max_minutes is 'Of calls that start here: minutes after which the call ends, connections included.';

create function private.is_ivr_entry(p_entry text) returns boolean
language sql immutable
set search_path = ''
as $$
  select coalesce(p_entry ~ '^([0-9*#A-Dx]|\[([0-9](-[0-9])?)+\]){1,20}$', false)
    and not exists (select from regexp_matches(p_entry, '([0-9])-([0-9])', 'g') m where m[1] > m[2])
$$;
comment on function private.is_ivr_entry(text) is 'Whether a text is an entry: keys, x for any digit, classes such as [1-4].';

create function private.ivr_entry_regex(p_entry text) returns text
language sql immutable
set search_path = ''
as $$ select '^' || replace(replace(p_entry, '*', '\*'), 'x', '[0-9]') || '$' $$;
comment on function private.ivr_entry_regex(text) is 'The regular expression that matches what an entry matches.';

create function private.ivr_entry_positions(p_entry text) returns text[]
language sql immutable
set search_path = ''
as $$
  select array_agg((select string_agg(key, '' order by key) from unnest(array['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D']) key
      where key ~ private.ivr_entry_regex(p.m[1])) order by p.ordinality)
    from regexp_matches(p_entry, '(\[[^]]*\]|.)', 'g') with ordinality p (m, ordinality)
$$;
comment on function private.ivr_entry_positions(text) is 'The keys that an entry accepts at each of its positions.';

create function private.is_ivr_entry_hidden(p_entry text, p_by text[]) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  v_positions text[] := private.ivr_entry_positions(p_entry);
  v_keys text;
  v_matched text[] := array[''];
begin
  if exists (select from unnest(p_by) other cross join lateral private.ivr_entry_positions(other) o (positions)
      where cardinality(o.positions) = cardinality(v_positions)
        and not exists (select from unnest(v_positions, o.positions) p (own, others) where translate(p.own, p.others, '') <> '')) then
    return true;
  end if;
  foreach v_keys in array v_positions loop
    v_matched := array(select start || key from unnest(v_matched) start, regexp_split_to_table(v_keys, '') key);
    -- What matches more than this is hidden by no dozen entries together.
    if cardinality(v_matched) > 1000 then
      return false;
    end if;
  end loop;
  return not exists (select from unnest(v_matched) entered
    where not exists (select from unnest(p_by) other where entered ~ private.ivr_entry_regex(other)));
end
$$;
comment on function private.is_ivr_entry_hidden(text, text[]) is 'Whether all that an entry matches is matched by others.';

create function private.is_ivr_holiday(p_day text) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  -- The year that has every day stands for each year.
  return p_day ~ '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$' and right('2024-' || p_day, 10)::date is not null;
exception when datetime_field_overflow or invalid_datetime_format then
  return false;
end
$$;
comment on function private.is_ivr_holiday(text) is 'Whether a text is a day that exists, YYYY-MM-DD, or a day of each year, MM-DD.';

create function private.ivr_hours_problems(p_hours jsonb) returns table (path text, message text)
language sql stable
set search_path = ''
as $$
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
$$;
comment on function private.ivr_hours_problems(jsonb) is 'What is wrong with business hours, but for the choice outside them.';

create function private.ivr_translation_problems(p_translations jsonb) returns table (path text, message text)
language sql immutable
set search_path = ''
as $$
  select format('translations.%s%s', t.key, p.field), p.message
    from jsonb_each(p_translations) t cross join lateral (
      select '' as field, 'Must be named by a language, such as de-DE' as message where t.key !~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'
      union all
      select '.prompt', 'A prompt has 1 to 1500 characters' where length(coalesce(t.value ->> 'prompt', '')) not between 1 and 1500
      union all
      select '.' || f.field, 'A prompt has 1 to 1500 characters' from (values ('timeout_prompt'), ('invalid_prompt'), ('closed_prompt')) f (field)
        where length(t.value ->> f.field) not between 1 and 1500
    ) p
$$;
comment on function private.ivr_translation_problems(jsonb) is 'What is wrong with a menu''s sentences in other languages.';

create function private.ivr_choices(p_menu public.ivr_menus) returns table (path text, role text, choice jsonb, ordinal bigint)
language sql immutable
set search_path = ''
as $$
  select format('items[%s]', i.ordinality - 1), 'item', i.value, i.ordinality from jsonb_array_elements(p_menu.items) with ordinality i
  union all
  select f.path, f.role, f.choice, null
    from (values ('no_input_final', 'final', p_menu.no_input_final), ('invalid_final', 'final', p_menu.invalid_final),
      ('hours.closed', 'closed', p_menu.hours -> 'closed')) f (path, role, choice)
    where f.choice is not null
$$;
comment on function private.ivr_choices(public.ivr_menus) is
  'Every choice of a menu with its path: items in their order, what follows a spent limit (final), what happens outside hours (closed).';

create function private.ivr_choice_problems(p_choice jsonb, p_role text, p_menu public.ivr_menus, p_target public.ivr_menus)
returns table (field text, message text)
language plpgsql immutable
set search_path = ''
as $$
declare
  v_action text := p_choice ->> 'action';
  v_target text := p_choice ->> 'target';
  -- Outside its hours, and when a limit is spent, a menu is over: what leads back into it would never end.
  v_actions text[] := case p_role
    when 'item' then array['submenu', 'agent', 'transfer', 'voicemail', 'repeat', 'back', 'top', 'language', 'hangup']
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
      when v_target !~ '^(sips?:[^[:space:]<>"'']{1,240}|[A-Za-z0-9][A-Za-z0-9 _.-]{0,63})$' then 'Must be a SIP address or the name of a queue'
    end as problem) p where problem is not null
    union all
    select 'then', case when v_action not in ('agent', 'transfer', 'voicemail') then 'Nothing follows this action'
        else 'Must be one of ' || array_to_string(v_thens, ', ') end
      where p_choice ? 'then' and (v_action not in ('agent', 'transfer', 'voicemail') or coalesce(p_choice ->> 'then', '') <> all (v_thens))
    union all
    select 'prompt', case when v_action <> 'voicemail' then 'This action takes no prompt' else 'A prompt has 1 to 1500 characters' end
      where p_choice ? 'prompt' and (v_action <> 'voicemail' or length(coalesce(p_choice ->> 'prompt', '')) not between 1 and 1500)
    union all
    select 'max_seconds', case when v_action <> 'voicemail' then 'Nothing is recorded by this action' else 'Must be 3 to 3600 seconds' end
      where p_choice ? 'max_seconds' and (v_action <> 'voicemail' or jsonb_typeof(p_choice -> 'max_seconds') <> 'number' or p_choice ->> 'max_seconds' !~ '^([3-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)$');
end
$$;
comment on function private.ivr_choice_problems(jsonb, text, public.ivr_menus, public.ivr_menus) is
  'What is wrong with a choice of a menu, by field. p_target is the menu that a submenu leads to.';

create function private.ivr_item_problems(p_menu public.ivr_menus) returns table (path text, message text)
language sql immutable
set search_path = ''
as $$
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
comment on function private.ivr_item_problems(public.ivr_menus) is 'What is wrong with the entries of a menu, but for what they lead to.';

create function private.ivr_menu_problems(p_menu public.ivr_menus) returns table (path text, message text)
language sql stable
set search_path = ''
as $$
  select * from private.ivr_item_problems(p_menu)
  union all
  select 'items', 'A menu has 1 to 12 items' where jsonb_array_length(p_menu.items) = 0
  union all
  select * from private.ivr_translation_problems(p_menu.translations)
  union all
  select p.* from private.ivr_hours_problems(p_menu.hours) p where p_menu.hours is not null
$$;
comment on function private.ivr_menu_problems(public.ivr_menus) is 'What is wrong with a menu, but for what its choices lead to.';

create function private.frozen_ivr_choice(p_choice jsonb, p_target_menu_id uuid) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('digit', p_choice ->> 'digit', 'label', p_choice ->> 'label', 'labels', p_choice -> 'labels',
    'action', p_choice ->> 'action', 'target', coalesce(p_target_menu_id::text, p_choice ->> 'target'), 'then', p_choice ->> 'then',
    'prompt', p_choice ->> 'prompt', 'max_seconds', p_choice -> 'max_seconds'))
$$;
comment on function private.frozen_ivr_choice(jsonb, uuid) is 'A choice as a version holds it, with its menu by id.';

create function private.frozen_ivr_menu(p_menu public.ivr_menus, p_choices jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
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
comment on function private.frozen_ivr_menu(public.ivr_menus, jsonb) is 'A menu as a version holds it. p_choices are its frozen choices by path.';

create or replace function private.freeze_ivr_menu(p_user_id uuid, p_menu_id uuid) returns public.ivr_menu_versions
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
  problem as (
    select m.key, m.id, r.path || '.' || p.field as path, p.message
      from reachable join resolved r on r.menu_id = reachable.id join public.ivr_menus m on m.id = r.menu_id
        left join public.ivr_menus t on t.id = r.target_menu_id
        cross join lateral private.ivr_choice_problems(r.choice, r.role, m, t) p
    union all
    select m.key, m.id, p.path, p.message
      from reachable join public.ivr_menus m on m.id = reachable.id cross join lateral private.ivr_menu_problems(m) p
    union all
    -- The whole document travels at every turn.
    select m.key, m.id, 'items', 'More than 100 menus can be reached from here' from public.ivr_menus m
      where m.id = p_menu_id and (select count(*) from reachable) > 100
  )
  select
    jsonb_build_object('root', p_menu_id,
      'limits', (select jsonb_build_object('depth', m.max_depth, 'turns', m.max_turns, 'minutes', m.max_minutes) from public.ivr_menus m where m.id = p_menu_id),
      'menus', jsonb_object_agg(m.id, private.frozen_ivr_menu(m,
        (select jsonb_object_agg(r.path, private.frozen_ivr_choice(r.choice, r.target_menu_id)) from resolved r where r.menu_id = m.id)))),
    (select jsonb_agg(jsonb_build_object('path', format('menus.%s.%s', coalesce(p.key, p.id::text), p.path), 'message', p.message)
      order by p.key, p.id, p.path, p.message) from problem p)
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

drop function private.ivr_choice_problem(jsonb, boolean, boolean);
