-- Who may write which rows of every table, view and partition: its owner, another tenant, anon, and the functions.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = extensions, public;
\ir support/two_tenants.psql
\ir support/outcome.psql
\ir support/cases.psql
select * from no_plan();

-- What the owner may do to rows of their own.
select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), pg_temp.of_tenant(coalesce(added, format('insert into %s default values', relation)), pg_temp.owner())),
  case when to_tenants ~ 'i' then '1' else '42501' end,
  relation || ' takes new rows from the owner if its case says so')
from subjects order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), pg_temp.update_of(oid, 'authenticated', coalesce(owners, 'true'))),
  case when to_tenants ~ 'u' then pg_temp.there_are(relation, owners) else '42501' end,
  relation || ' lets the owner update their rows if its case says so')
from subjects order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), format('delete from %s where %s', relation, coalesce(owners, 'true'))),
  case when to_tenants ~ 'd' then pg_temp.there_are(relation, owners) else '42501' end,
  relation || ' lets the owner delete their rows if its case says so')
from subjects order by relation;

-- What another tenant may do to them.
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), pg_temp.of_tenant(coalesce(added, format('insert into %s default values', relation)), pg_temp.owner())),
  '42501',
  relation || ' takes no row from another tenant in the name of the owner')
from subjects order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), pg_temp.update_of(oid, 'authenticated', coalesce(owners, 'true'))),
  case when to_tenants ~ 'u' then '0' else '42501' end,
  relation || ' lets another tenant update no row of the owner')
from subjects order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), format('delete from %s where %s', relation, coalesce(owners, 'true'))),
  case when to_tenants ~ 'd' then '0' else '42501' end,
  relation || ' lets another tenant delete no row of the owner')
from subjects order by relation;

-- What anon may do: nothing.
select is(
  pg_temp.outcome('anon', null, pg_temp.of_tenant(coalesce(added, format('insert into %s default values', relation)), pg_temp.owner())),
  '42501',
  relation || ' takes no row from anon')
from subjects order by relation;
select is(
  pg_temp.outcome('anon', null, pg_temp.update_of(oid, 'anon', coalesce(owners, 'true'))),
  '42501',
  relation || ' lets anon update nothing')
from subjects order by relation;
select is(
  pg_temp.outcome('anon', null, format('delete from %s where %s', relation, coalesce(owners, 'true'))),
  '42501',
  relation || ' lets anon delete nothing')
from subjects order by relation;

-- What the functions may do as the service: what is not in the case is refused before anything else is looked at.
select is(
  pg_temp.outcome('service_role', null, format('insert into %s default values', relation)) = '42501',
  to_service !~ 'i',
  relation || ' takes new rows from the functions if its case says so')
from subjects order by relation;
select is(
  pg_temp.outcome('service_role', null, pg_temp.update_of(oid, 'service_role', 'true')),
  case when to_service ~ 'u' then pg_temp.there_are(relation, null) else '42501' end,
  relation || ' lets the functions update its rows if its case says so')
from subjects order by relation;
select is(
  pg_temp.outcome('service_role', null, 'delete from ' || relation),
  case when to_service ~ 'd' then pg_temp.there_are(relation, null) else '42501' end,
  relation || ' lets the functions delete its rows if its case says so')
from subjects order by relation;

select * from finish();
rollback;
