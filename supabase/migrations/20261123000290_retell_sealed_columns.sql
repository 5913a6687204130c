-- Purpose: has the rotation of keys find what is sealed of accounts at Retell.
-- Tables:  none new; adds to private.sealed_columns.
-- Risk:    none.

insert into private.sealed_columns values
  ('public.user_profiles', 'encrypted_retell_api_key'),
  ('public.user_profiles', 'encrypted_call_agent_id'),
  ('public.user_profiles', 'encrypted_sms_agent_id'),
  ('public.user_profiles', 'encrypted_agent_config');
