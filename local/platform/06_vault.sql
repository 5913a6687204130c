-- The Vault, as far as migrations read it. Its secrets are those of a stack on this machine, and are not encrypted.

create schema if not exists vault;

create table if not exists vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  secret text not null
);

create or replace view vault.decrypted_secrets as select id, name, secret, secret as decrypted_secret from vault.secrets;
