-- Purpose: once a day the heads of all chains of the trail are written outside the database, so that who rewrites a chain with
--          its head can be found out.
-- Tables:  none new; storage.buckets (a row); schedules the job audit-heads, which adds to private.jobs.
-- Risk:    none.

do $migration$
begin
  if to_regclass('storage.buckets') is null then
    raise notice 'No storage on this server: the heads of the trail are exported to nowhere';
    return;
  end if;
  insert into storage.buckets (id, name, public) values ('audit-heads', 'audit-heads', false) on conflict (id) do update set public = false;
end
$migration$;

create function public.list_audit_heads(p_after uuid, p_count integer) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('subject_id', h.subject_id, 'entries', h.entries, 'hash', encode(h.hash, 'hex')) order by h.subject_id), '[]')
    from (select * from private.audit_heads where entries > 0 and (p_after is null or subject_id > p_after) order by subject_id limit p_count) h
$$;
comment on function public.list_audit_heads(uuid, integer) is
  'The newest link of each chain of the trail, in the order of the subjects after one: [{subject_id, entries, hash}], the hash in hex. For the function maintenance.';

create function private.unlike_audit_heads(p_heads jsonb) returns table (subject_id uuid, entry bigint, problem text)
language sql stable
set search_path = ''
as $$
  select e.subject_id, e.entries, case when h.entries is null or h.entries < e.entries then 'missing_at_end' else 'changed' end
    from jsonb_to_recordset(p_heads) e (subject_id uuid, entries bigint, hash text)
      left join private.audit_heads h using (subject_id)
      left join private.audit_checkpoints c using (subject_id)
      left join lateral (
        select l.hash from public.audit_logs l where l.subject_id = e.subject_id and l.entry = e.entries limit 1) l on true
    -- Of what was dropped since, only the last link is known: that what is there follows from it, verify_audit_chain tells.
    where h.entries is null or h.entries < e.entries
      or (coalesce(c.entries, 0) <= e.entries
        and coalesce(l.hash, case when c.entries = e.entries then c.hash end) is distinct from decode(e.hash, 'hex'))
$$;
comment on function private.unlike_audit_heads(jsonb) is
  'The exported heads that the trail does not lead to any more: missing_at_end, where the chain is shorter now, or changed.';

create function public.check_audit_heads(p_heads jsonb) returns table (subject_id uuid, entry bigint, problem text)
language sql stable
set search_path = ''
as $$ select * from private.unlike_audit_heads(p_heads) $$;
comment on function public.check_audit_heads(jsonb) is
  'Compares the trail with heads that were exported before ([{subject_id, entries, hash}]): what it does not lead to any more, nothing where it is whole. For the operator.';
grant execute on function public.list_audit_heads(uuid, integer), private.unlike_audit_heads(jsonb), public.check_audit_heads(jsonb) to service_role;

create function private.queue_audit_heads() returns integer
language sql volatile
set search_path = ''
as $$ select private.queue_job('audit.heads') $$;
comment on function private.queue_audit_heads() is 'Has the heads of the trail exported.';
select private.schedule_job('audit-heads', '47 3 * * *', 'select private.queue_audit_heads()', false);
