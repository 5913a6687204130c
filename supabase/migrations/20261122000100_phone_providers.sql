-- Purpose: connections to every provider that Switchboard speaks with.
-- Tables:  phone_connections (its check alone).
-- Risk:    none for existing data.

alter table public.phone_connections drop constraint phone_connections_provider_check;
alter table public.phone_connections add constraint phone_connections_provider_check
  check (provider in ('twilio', 'signalwire', 'telnyx', 'plivo', 'vonage'));
comment on column public.phone_connections.provider is 'The name in the URLs that the provider calls.';
