-- The roles that the platform's API acts as.

do $$
begin
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- What the platform's API signs in as, and what its auth service does. Nobody signs in as them here.
  if to_regrole('authenticator') is null then
    create role authenticator nologin noinherit;
  end if;
  if to_regrole('supabase_auth_admin') is null then
    create role supabase_auth_admin nologin noinherit createrole;
  end if;
end
$$;

grant anon, authenticated, service_role to authenticator;
-- Whoever runs the stack acts as them.
grant anon, authenticated, service_role to current_user;
