-- Purpose: scheduled work in edge functions, and the first of it: sending what is due.
-- Tables:  none.
-- Risk:    replaces private.schedule; creates the extension pg_net where the server offers it. The job "webhook-dispatch" fails, and says so in
--          cron.job_run_details, until the Vault holds where the functions are and the key named "cron":
--            select vault.create_secret('https://<project>.supabase.co/functions/v1', 'switchboard_functions_url');
--            select vault.create_secret('sb_secret_…', 'switchboard_cron_key');

do $$
begin
  if to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is null
    and exists (select from pg_available_extensions where name = 'pg_net')
  then
    begin
      create extension if not exists pg_net;
    exception when others then
      raise notice 'pg_net cannot be created here: %', sqlerrm;
    end;
  end if;
end
$$;

create function private.vault_secret(p_name text) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_secret text;
begin
  if to_regclass('vault.decrypted_secrets') is not null then
    execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_secret using p_name;
  end if;
  if v_secret is null then
    raise exception 'The Vault has no secret named %', p_name;
  end if;
  return v_secret;
end
$$;
comment on function private.vault_secret(text) is 'A secret of the Vault by its name. Raises where there is none.';

create function private.invoke_function(p_path text, p_timeout interval) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_request bigint;
begin
  execute 'select net.http_post(url := $1, body := $2, headers := $3, timeout_milliseconds := $4)' into v_request
    using private.vault_secret('switchboard_functions_url') || p_path, '{}'::jsonb,
      jsonb_build_object('content-type', 'application/json', 'apikey', private.vault_secret('switchboard_cron_key')),
      (extract(epoch from p_timeout) * 1000)::integer;
  return v_request;
end
$$;
comment on function private.invoke_function(text, interval) is
  'Posts to an edge function as cron, when the transaction is over; the answer is not waited for. Returns the request''s id in pg_net. Raises where pg_net or the Vault''s secrets are missing.';

create function private.dispatch_webhooks() returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from private.webhook_deliveries where leased_until is null and not waiting and due_at <= clock_timestamp())
    or exists (select from private.webhook_deliveries where leased_until <= clock_timestamp())
  then
    return private.invoke_function('/webhook-dispatch', interval '60 seconds');
  end if;
  return null;
end
$$;
comment on function private.dispatch_webhooks() is 'Calls the function webhook-dispatch if something is due; returns the id of the request.';

drop function private.schedule(text, text, text);
create function private.schedule(p_name text, p_schedule text, p_command text, p_each_minute text default null) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  if to_regprocedure('cron.schedule(text,text,text)') is null then
    raise notice 'No cron on this server: job % is not scheduled', p_name;
    return null;
  end if;
  begin
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, p_schedule, p_command;
  exception when others then
    if p_schedule !~ '^\d+ seconds$' then
      raise;
    end if;
    -- pg_cron before 1.5 knows no seconds.
    execute 'select cron.schedule($1, $2, $3)' into v_job_id using p_name, '* * * * *', coalesce(p_each_minute, p_command);
  end;
  return v_job_id;
end
$$;
comment on function private.schedule(text, text, text, text) is
  'Schedules a named job (cron syntax or "N seconds"); the same name replaces the job. A notice where the server has no cron. p_each_minute: what is run where only minutes are known.';

select private.schedule('webhook-dispatch', '10 seconds', 'select private.dispatch_webhooks()',
  'do $$ begin for n in 1..6 loop perform private.dispatch_webhooks(); commit; exit when n = 6; perform pg_sleep(9.9); end loop; end $$');
