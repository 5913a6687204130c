-- Purpose: what a secret of a connection is for, and a second signing secret while one replaces the other.
-- Tables:  private.credentials (columns with defaults). Replaces public.ivr_load_connection.
-- Risk:    none for existing data: every connection has had one secret, which signs and does not expire.

alter table private.credentials
  add column purpose text not null default 'signing' check (purpose in ('signing', 'api')),
  add column expires_at timestamptz,
  add constraint credentials_expires_at_check check (purpose = 'signing' or expires_at is null);
comment on column private.credentials.purpose is
  'signing: what the provider''s requests are verified with. api: what its API is asked with, for recordings; never needed to take a call.';
comment on column private.credentials.expires_at is
  'Until when a signing secret is accepted beside the one that replaces it; null for the one in force.';

-- One secret in force of each kind, and one that is being replaced: two that are accepted, never more.
create unique index idx_credentials_in_force on private.credentials (connection_id, purpose) where expires_at is null;
create unique index idx_credentials_replaced on private.credentials (connection_id) where expires_at is not null;

select private.schedule('replaced-credentials', '43 * * * *',
  $$delete from private.credentials where expires_at <= now()$$);

create or replace function public.ivr_load_connection(p_provider text, p_connection_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', c.id, 'user_id', c.user_id, 'account_sid', c.account_sid,
    'allowed_callers', c.allowed_callers, 'blocked_callers', c.blocked_callers,
    'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc, s.id), '[]')
      from private.credentials s
      where s.connection_id = c.id and s.purpose = 'signing' and (s.expires_at is null or s.expires_at > now())),
    'has_endpoints', exists (select from public.webhooks w where w.user_id = c.user_id and w.enabled))
  from public.phone_connections c
  where c.id = p_connection_id and c.provider = p_provider and c.enabled
$$;
comment on function public.ivr_load_connection(text, uuid) is
  'An enabled connection with its caller lists, the sealed signing secrets that are accepted now, newest first, and whether its tenant has endpoints that events may go to, or null.';
