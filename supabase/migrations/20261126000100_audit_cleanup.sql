-- Purpose: cutting the trail off by hand keeps what tenants have chosen to keep and what is still to be archived, and never waits long.
-- Tables:  none new; drops months of audit_logs when it is called.
-- Risk:    none for existing data until it is called.

create function private.cleanup_old_audit_logs(p_days integer) returns bigint
language plpgsql security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_table private.retention_tables := (select t from private.retention_tables t where t.name = 'public.audit_logs');
  v_month text;
  v_dropped bigint;
begin
  if p_days is null or p_days not between 1 and 3653 then
    raise exception using errcode = 'PT422', message = 'The trail is kept for 1 to 3653 days', detail = 'validation_failed', hint = 'days';
  end if;
  -- Locks last until the transaction ends: one month in each. Empty ones are left to the job retention.
  foreach v_month in array private.due_months(v_table, now(), p_days) loop
    v_dropped := private.settle_month(v_table, v_month);
    if v_dropped > 0 then
      perform private.drop_month(v_month);
      return v_dropped;
    end if;
  end loop;
  return 0;
exception when lock_not_available then
  raise exception using errcode = 'PT409', message = 'Somebody is reading the trail: try again', detail = 'conflict';
end
$$;
comment on function private.cleanup_old_audit_logs(integer) is
  'Drops the oldest month of the audit trail that ended more than p_days ago and has entries, but for those that a tenant has chosen to keep longer or that are still to be archived, and keeps where each chain goes on; returns how many entries went, 0 where no such month is left. PT409 where somebody is reading one. Security definer because nobody else may drop partitions.';
grant execute on function private.cleanup_old_audit_logs(integer) to service_role;

create function public.cleanup_old_logs(p_days integer) returns bigint
language sql volatile
set search_path = ''
as $$ select private.cleanup_old_audit_logs(p_days) $$;
comment on function public.cleanup_old_logs(integer) is
  'Drops the oldest month of the audit trail that ended more than p_days ago and that no tenant has chosen to keep longer; for the operator, who calls it until it returns 0. Returns how many entries went.';
grant execute on function public.cleanup_old_logs(integer) to service_role;
