-- Purpose: once a day Retell is asked with every stored key whether it is still taken.
-- Tables:  none new; schedules the job retell-status, which adds to private.jobs.
-- Risk:    a request a day to Retell for every account.

create function private.queue_job(p_kind text) returns integer
language sql volatile
set search_path = ''
as $$
  with queued as (
    insert into private.jobs (kind) select p_kind where not exists (select from private.jobs where kind = p_kind and state = 'queued') returning 1)
  select count(*)::integer from queued
$$;
comment on function private.queue_job(text) is 'Has the function maintenance do a kind of the operator''s work, unless it is queued; returns how many jobs were added.';

create function private.queue_retell_status() returns integer
language sql volatile
set search_path = ''
as $$
  select private.queue_job('retell.status') where exists (select from public.user_profiles where encrypted_retell_api_key is not null)
$$;
comment on function private.queue_retell_status() is 'Has every account at Retell checked, if there are any.';

create function private.list_retell_users(p_after uuid, p_count integer) returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select user_id from public.user_profiles where encrypted_retell_api_key is not null and (p_after is null or user_id > p_after)
    order by user_id limit p_count
$$;
comment on function private.list_retell_users(uuid, integer) is
  'Users who have stored a key of Retell''s, in the order of their ids after one. Security definer because sealed columns are closed to every role.';
create function public.list_retell_users(p_after uuid, p_count integer) returns setof uuid
language sql stable
set search_path = ''
as $$ select private.list_retell_users(p_after, p_count) $$;
comment on function public.list_retell_users(uuid, integer) is 'Users who have stored a key of Retell''s, in the order of their ids after one; for the function maintenance.';
grant execute on function private.list_retell_users(uuid, integer), public.list_retell_users(uuid, integer) to service_role;

select private.schedule_job('retell-status', '11 3 * * *', 'select private.queue_retell_status()', false);
