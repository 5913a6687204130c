-- Purpose: how menus are used, counted from turns.
-- Tables:  ivr_turns (an index in the place of another).
-- Risk:    none for existing data.

create index idx_ivr_turns_user_time on public.ivr_turns (user_id, created_at);
drop index public.idx_ivr_turns_user_id;

create function public.get_ivr_menu_stats(p_menu_id uuid, p_from timestamptz, p_to timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
-- Compiling the query takes longer than counting.
set jit = off
as $$
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
comment on function public.get_ivr_menu_stats(uuid, timestamptz, timestamptz) is
  'How a menu of the caller and those that its versions lead to were used from p_from until p_to, over all sessions and versions. Of each menu: reached is how often callers came to where it was offered, however often it was offered again while they stayed, and sessions in how many sessions; chosen, invalid and no_input are turns; dropped are sessions that the caller left, or that timed out, while it was offered. Of each item: chosen, and its share of all choices of the menu; null where the menu is sensitive. Security invoker: policies apply.';
grant execute on function public.get_ivr_menu_stats(uuid, timestamptz, timestamptz) to authenticated;
