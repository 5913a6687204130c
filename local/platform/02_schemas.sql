-- The schemas that the platform has beside public.

create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists storage;

grant usage on schema public, extensions, auth, storage to anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;

-- Older projects hand whatever is created in public to every API role, which is the harsher case for
-- migrations that mean to revoke it. Only where nothing was migrated yet: later, it would undo that.
do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is null then
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
  end if;
end
$$;
