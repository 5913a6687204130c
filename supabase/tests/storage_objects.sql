-- Who sees and writes which objects of every bucket: their owner, another tenant, anon.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = extensions, public;
\ir support/two_tenants.psql
\ir support/outcome.psql
select * from no_plan();

-- Whether owners may look at what is theirs. Through the Storage API nobody but the functions writes anywhere.
create temporary table buckets (id text primary key, is_public boolean not null, shown_to_owners boolean not null);
insert into buckets values
  ('archives', false, false),
  ('audit-heads', false, false),
  ('avatars', true, true),
  ('exports', false, true),
  ('recordings', false, true);

select set_eq('select id::text, public from storage.buckets', 'select id, is_public from buckets', 'Every bucket has a case');

insert into storage.objects (bucket_id, name)
select b.id, tenant || '/' || b.id
from buckets b, unnest(array[pg_temp.owner(), pg_temp.other()]) tenant;

create temporary view attempts as
select
  b.*,
  format('from storage.objects where bucket_id = %L', b.id) as of_bucket,
  format('from storage.objects where name = %L', pg_temp.owner() || '/' || b.id) as of_owner,
  format('update storage.objects set name = name where name = %L', pg_temp.owner() || '/' || b.id) as change,
  format('insert into storage.objects (bucket_id, name) values (%L, %L)', b.id, pg_temp.owner() || '/another') as addition
from buckets b;

select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), 'select ' || of_bucket),
  case when shown_to_owners then '1' else '0' end,
  id || ' shows the owner no more than what its case says')
from attempts order by id;
select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), 'select ' || of_owner),
  case when shown_to_owners then '1' else '0' end,
  id || ' shows the owner what is theirs if its case says so')
from attempts order by id;
select is(pg_temp.outcome('authenticated', pg_temp.other(), 'select ' || of_owner), '0', id || ' shows another tenant nothing of the owner')
from attempts order by id;
select is(pg_temp.outcome('anon', null, 'select ' || of_bucket), '0', id || ' lists nothing to anon')
from attempts order by id;

select is(pg_temp.outcome('authenticated', tenant, change), '0', id || ' lets no tenant update an object')
from attempts, unnest(array[pg_temp.owner(), pg_temp.other()]) tenant order by id;
select is(pg_temp.outcome('authenticated', tenant, addition), '42501', id || ' takes no object from a tenant')
from attempts, unnest(array[pg_temp.owner(), pg_temp.other()]) tenant order by id;
select is(pg_temp.outcome('anon', null, addition), '42501', id || ' takes no object from anon')
from attempts order by id;
-- Refused by a policy that finds nothing, or by the platform, which lets nobody delete through SQL.
select ok(pg_temp.outcome('authenticated', tenant, 'delete ' || of_owner) in ('0', '42501'), id || ' lets no tenant delete an object')
from attempts, unnest(array[pg_temp.owner(), pg_temp.other()]) tenant order by id;

select * from finish();
rollback;
