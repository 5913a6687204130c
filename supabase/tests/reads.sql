-- Who sees which rows of every table, view and partition: its owner, another tenant, anon, and the functions.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = extensions, public;
\ir support/two_tenants.psql
\ir support/outcome.psql
\ir support/cases.psql
select * from no_plan();

-- Where there is nothing to see, seeing nothing would prove nothing.
select isnt(pg_temp.there_are(relation, owners), '0', relation || ' has rows of the owner')
from subjects where schema = 'public' order by relation;
select isnt(pg_temp.there_are(relation, others), '0', relation || ' has rows of the other tenant')
from subjects where schema = 'public' order by relation;

select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), 'select from ' || relation),
  pg_temp.there_are(relation, owners),
  relation || ' shows the owner as many rows as are theirs')
from subjects where to_tenants ~ 's' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), format('select from %s where %s', relation, owners)),
  pg_temp.there_are(relation, owners),
  relation || ' shows the owner every row that is theirs')
from subjects where to_tenants ~ 's' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), format('select from %s where %s', relation, owners)),
  '0',
  relation || ' shows another tenant no row of the owner')
from subjects where to_tenants ~ 's' order by relation;
select is(
  pg_temp.outcome('authenticated', null, 'select from ' || relation),
  case when to_tenants ~ 's' then '0' else '42501' end,
  relation || ' shows nothing to a token without a subject')
from subjects order by relation;

select is(
  pg_temp.outcome('authenticated', tenant, 'select from ' || relation),
  '42501',
  relation || ' is closed to tenants')
from subjects, unnest(array[pg_temp.owner(), pg_temp.other()]) tenant where to_tenants !~ 's' order by relation;
select is(
  pg_temp.outcome('anon', null, 'select from ' || relation),
  '42501',
  relation || ' is closed to anon')
from relations order by relation;

select is(
  pg_temp.outcome('service_role', null, 'select from ' || relation),
  case when to_service ~ 's' then pg_temp.there_are(relation, null) else '42501' end,
  relation || ' shows the functions all or nothing')
from subjects order by relation;

select * from finish();
rollback;
