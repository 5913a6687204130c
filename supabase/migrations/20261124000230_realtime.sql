-- Purpose: owners see calls, sessions and deliveries as they happen: changes of their rows, and messages to a channel of their own.
-- Tables:  none of ours; the publication supabase_realtime, a policy on realtime.messages. Nothing where the server has no Realtime.
-- Risk:    writes to these tables are decoded for Realtime from now on.

do $migration$
declare
  v_table text;
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    raise notice 'No publication for Realtime on this server';
  else
    foreach v_table in array array['call_logs', 'ivr_sessions', 'webhook_logs'] loop
      if not exists (select from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = v_table) then
        execute format('alter publication supabase_realtime add table public.%I', v_table);
      end if;
    end loop;
    -- Subscribers know the parent; its monthly partitions are in private.
    execute 'alter publication supabase_realtime set (publish_via_partition_root = true)';
  end if;
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    raise notice 'No private channels on this server';
  else
    execute 'drop policy if exists "Users can listen to the channel of their own" on realtime.messages';
    execute $policy$
      create policy "Users can listen to the channel of their own" on realtime.messages for select to authenticated
        using ((select realtime.topic()) = 'user:' || (select private.account_id())::text)
    $policy$;
  end if;
exception when insufficient_privilege then
  raise notice 'This role may not set up Realtime: %', sqlerrm;
end
$migration$;

create function private.broadcast_row() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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
$$;
comment on function private.broadcast_row() is
  'Row trigger: tells the private channel user:<id> that a row came or changed, by its table and id only; the row is read under its own policies. Security definer because callers may not send.';
do $$
begin
  if to_regprocedure('realtime.send(jsonb,text,text,boolean)') is not null then
    create trigger broadcast_row after insert or update of status on public.call_logs
      for each row execute function private.broadcast_row('call_logs');
    create trigger broadcast_row after insert or update of current_menu_id, ended_at on public.ivr_sessions
      for each row execute function private.broadcast_row('ivr_sessions');
  end if;
end
$$;
