-- What policies hold by themselves, where every role has been granted everything, as a project's own
-- default privileges may do and the embedded stack does.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = extensions, public;
\ir support/two_tenants.psql
\ir support/outcome.psql
\ir support/cases.psql
select * from no_plan();

grant all on all tables in schema public to anon, authenticated, service_role;
-- Triggers that refuse direct writes would answer before any policy is asked.
do $$
declare
  v_table text;
begin
  for v_table in select relation from relations where schema = 'public' and is_table loop
    execute format('alter table %s disable trigger user', v_table);
  end loop;
end $$;

select is(
  pg_temp.outcome('authenticated', pg_temp.owner(), 'select from ' || relation),
  pg_temp.there_are(relation, owners),
  relation || ' shows the owner what is theirs alone')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), format('select from %s where %s', relation, owners)),
  '0',
  relation || ' shows another tenant no row of the owner')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), pg_temp.update_of(oid, 'authenticated', owners)),
  '0',
  relation || ' lets another tenant update no row of the owner')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), format('delete from %s where %s', relation, owners)),
  '0',
  relation || ' lets another tenant delete no row of the owner')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('authenticated', pg_temp.other(), pg_temp.of_tenant(coalesce(added, format('insert into %s default values', relation)), pg_temp.owner())),
  '42501',
  relation || ' takes no row from another tenant in the name of the owner')
from subjects where schema = 'public' order by relation;

select is(
  pg_temp.outcome('anon', null, 'select from ' || relation),
  '0',
  relation || ' shows anon nothing')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('anon', null, pg_temp.update_of(oid, 'anon', owners)),
  '0',
  relation || ' lets anon update nothing')
from subjects where schema = 'public' order by relation;
select is(
  pg_temp.outcome('anon', null, format('delete from %s where %s', relation, owners)),
  '0',
  relation || ' lets anon delete nothing')
from subjects where schema = 'public' order by relation;

select * from finish();
rollback;
