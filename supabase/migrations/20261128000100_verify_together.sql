-- Purpose: judging several keys in one round trip, as a busy function has them to judge.
-- Tables:  none.
-- Risk:    adds functions only.

create function private.verify_api_keys(p_calls jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
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
comment on function private.verify_api_keys(jsonb) is
  'The verdicts of private.verify_api_key on a list of {p_key_hash, p_scope, p_ip, p_user_id}, in its order, each counted by itself. What fails fails for all of them. Security definer as that is.';
grant execute on function private.verify_api_keys(jsonb) to service_role;

create function public.verify_api_keys(p_calls jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return private.verify_api_keys(p_calls);
end
$$;
comment on function public.verify_api_keys(jsonb) is
  'The verdicts of public.verify_api_key on a list of its arguments, in its order.';
grant execute on function public.verify_api_keys(jsonb) to service_role;

do $$
begin
  if to_regrole('switchboard_hot') is not null then
    grant execute on function private.verify_api_keys(jsonb) to switchboard_hot;
  end if;
end
$$;
