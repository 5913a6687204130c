-- Purpose: one way to schedule a job on every home, with or without pg_cron.
-- Tables:  none of ours; pg_cron's own cron.job where it exists.
-- Risk:    creates the extension pg_cron where the server offers it.

do $$
begin
  if to_regprocedure('cron.schedule(text,text,text)') is null
    and exists (select from pg_available_extensions where name = 'pg_cron')
  then
    begin
      create extension if not exists pg_cron;
    exception when others then
      -- Installed on the machine but not preloaded, or meant for another database: the migration must still land.
      raise notice 'pg_cron cannot be created here: %', sqlerrm;
    end;
  end if;
end
$$;

create function private.schedule(p_name text, p_schedule text, p_command text) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  if to_regprocedure('cron.schedule(text,text,text)') is null then
    raise notice 'No cron on this server: job % is not scheduled', p_name;
    return null;
  end if;
  begin
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, p_schedule, p_command;
  exception when others then
    if p_schedule !~ '^\d+ seconds$' then
      raise;
    end if;
    -- pg_cron before 1.5 knows no seconds.
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, '* * * * *', p_command;
  end;
  return v_job_id;
end
$$;
comment on function private.schedule(text, text, text) is
  'Schedules a named job (cron syntax or "N seconds"); the same name replaces the job. A notice where the server has no cron.';

create function private.prune_cron_history(p_keep interval) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_deleted bigint;
begin
  execute 'delete from cron.job_run_details where end_time < now() - $1' using p_keep;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;
comment on function private.prune_cron_history(interval) is
  'Forgets runs of jobs that ended longer ago than p_keep, which pg_cron never does by itself; returns how many.';

select private.schedule('cron-history', '23 2 * * *', $$select private.prune_cron_history(interval '7 days')$$);
