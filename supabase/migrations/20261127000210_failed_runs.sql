-- Purpose: a scheduled job of plain SQL that failed twice shows in health/ready until it succeeds; a run of the job retention that was
--          killed and taken up again is not noted as failed, and one that is noted is begun anew in the same night.
-- Tables:  none new.
-- Risk:    none for existing data.

create or replace function private.note_failed_runs() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_run record;
  v_cut_off bigint;
  v_noted bigint := 0;
begin
  for v_run in execute
    -- The names are those of the functions by which our own jobs say themselves what became of them.
    'select j.jobname as job, coalesce(d.start_time, d.end_time) as started_at, d.end_time as ended_at, d.status = ''failed'' as failed,
         j.command ~ ''private\.(run_job|take_up_retention)\('' as speaks, left(coalesce(d.return_message, d.status), 500) as error
       from cron.job_run_details d join cron.job j using (jobid)
       where d.status in (''failed'', ''succeeded'') and d.end_time > now() - interval ''15 minutes'' and j.jobname is not null
       order by d.end_time, d.runid'
  loop
    if not v_run.failed then
      -- What never speaks says by this that it is well again.
      continue when v_run.speaks;
      insert into private.maintenance_runs (job, state, started_at, seen_at, ended_at)
        select v_run.job, 'done', v_run.started_at, v_run.ended_at, greatest(v_run.ended_at, v_run.started_at)
          from (select * from private.maintenance_runs r where r.job = v_run.job order by r.id desc limit 1) last
          where last.state = 'failed' and last.ended_at <= v_run.started_at;
      continue;
    end if;
    -- What the run itself has said is known; so is what it was about to say.
    continue when exists (select from private.maintenance_runs r
      where r.job = v_run.job and r.state = 'failed' and r.ended_at between v_run.started_at - interval '1 second' and v_run.ended_at + interval '1 second');
    select r.id into v_cut_off from private.maintenance_runs r
      where r.job = v_run.job and r.state = 'running' and r.started_at <= v_run.ended_at and r.seen_at >= v_run.started_at - interval '1 second'
      order by r.id desc limit 1;
    if v_cut_off is not null then
      -- Not what was taken up again since, be it while this waited for it.
      update private.maintenance_runs set state = 'failed', error = v_run.error, ended_at = greatest(v_run.ended_at, started_at),
          progress = progress || '{"cut_off": true}'
        where id = v_cut_off and state = 'running' and seen_at <= v_run.ended_at + interval '1 second';
      continue when not found;
    else
      continue when exists (select from private.maintenance_runs r
        where r.job = v_run.job and r.started_at <= v_run.ended_at and r.seen_at > v_run.ended_at + interval '1 second');
      insert into private.maintenance_runs (job, state, error, started_at, seen_at, ended_at)
        values (v_run.job, 'failed', v_run.error, v_run.started_at, v_run.ended_at, greatest(v_run.ended_at, v_run.started_at));
    end if;
    v_noted := v_noted + 1;
  end loop;
  return v_noted;
end
$$;
comment on function private.note_failed_runs() is
  'Notes runs of scheduled jobs that ended within 15 minutes and could not say themselves that they failed, because they were cancelled or killed, or are plain SQL of the operator''s, and of these the first that succeeded after one that failed; returns how many failures.';
