-- The Vault, as far as migrations read it. Its secrets are those of a stack on this machine, and are not encrypted.

create schema if not exists vault;

create table if not exists vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  secret text not null
);

create or replace view vault.decrypted_secrets as select id, name, secret, secret as decrypted_secret from vault.secrets;

create or replace function vault.create_secret(new_secret text, new_name text) returns uuid
language sql
set search_path = ''
as $$ insert into vault.secrets (name, secret) values (new_name, new_secret) returning id $$;

create or replace function vault.update_secret(secret_id uuid, new_secret text) returns void
language sql
set search_path = ''
as $$ update vault.secrets set secret = new_secret where id = secret_id $$;
