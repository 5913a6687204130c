-- Every table, view and partition has a case, and grants what its case says and nothing else.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = extensions, public;
\ir support/two_tenants.psql
\ir support/outcome.psql
\ir support/cases.psql
select * from no_plan();

select is_empty(
  'select relation from relations where case_of not in (select relation from cases) order by 1',
  'Every table, view and partition has a line in support/cases.psql');
select is_empty(
  'select relation from cases where relation not in (select case_of from relations) order by 1',
  'Every case is of a table that is there');

select ok(has_row_security, relation || ' has row level security')
from relations where schema = 'public' and is_table order by relation;

select is(pg_temp.privileges_of('anon', oid), '', relation || ' grants anon nothing')
from relations order by relation;
select is(pg_temp.privileges_of('authenticated', oid), to_tenants, relation || ' grants tenants what its case says')
from subjects order by relation;
select is(pg_temp.privileges_of('service_role', oid), to_service, relation || ' grants the functions what its case says')
from subjects order by relation;
select ok(not has_table_privilege(role, oid, 'truncate, references, trigger'), format('%s lets %s neither empty nor refer to it', relation, role))
from relations, unnest(array['anon', 'authenticated']) role order by relation, role;

select * from finish();
rollback;
