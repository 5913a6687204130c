-- Purpose: what a restored database still had to send was sent since its backup: it is to be kept, and not sent again.
-- Tables:  none new; moves rows from private.webhook_deliveries to private.webhook_skipped, ends ivr_sessions.
-- Risk:    none: nothing calls it but the operator.

create function private.settle_restored(p_restored_at timestamptz) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  -- As private.claim_webhook_deliveries has it.
  c_lease constant interval := interval '30 seconds';
  v_sessions integer;
  v_replays integer;
  v_deliveries integer;
  v_counts jsonb;
begin
  if p_restored_at is null or p_restored_at > clock_timestamp() then
    raise exception using errcode = 'PT422', message = 'Must be when the database was restored, which is over', detail = 'validation_failed',
      hint = 'restored_at';
  end if;
  -- Their calls are long over; what they publish by ending is skipped below with the rest.
  update public.ivr_sessions set ended_at = now(), end_reason = 'timed_out' where ended_at is null and last_activity < p_restored_at;
  get diagnostics v_sessions = row_count;

  perform private.lock_webhook_queue();
  update private.webhook_replays r set cancelled_at = now() where r.cancelled_at is null and r.created_at < p_restored_at
    and exists (select from private.webhook_deliveries d where d.replay_id = r.id);
  get diagnostics v_replays = row_count;
  with gone as (
    delete from private.webhook_deliveries d
      -- The worker of a lease from before the restoration is of the database that is gone.
      where (d.leased_until is null or d.leased_until <= clock_timestamp() or d.leased_until - c_lease < p_restored_at)
        -- When it was asked for: a resend that nobody has tried is due since then.
        and (coalesce((select r.created_at from private.webhook_replays r where r.id = d.replay_id),
            case when d.origin = 'resend' and d.attempts = 0 then d.due_at end, d.event_created_at) < p_restored_at
          -- Those that timed out before this was called, too.
          or d.type = 'ivr.session.ended' and exists (
            select from public.webhook_events e join public.ivr_sessions s on s.id = (e.payload::jsonb #>> '{data,session_id}')::uuid
              where e.id = d.event_id and e.created_at = d.event_created_at and s.last_activity < p_restored_at))
      returning d.webhook_id, d.event_id, d.event_created_at, d.origin
  ), kept as (
    insert into private.webhook_skipped (webhook_id, event_id, event_created_at)
      select distinct webhook_id, event_id, event_created_at from gone where origin <> 'test'
  )
  select count(*) into v_deliveries from gone;
  update private.webhook_deliveries d set waiting = false where d.waiting and not exists (
    select from private.webhook_deliveries e where e.webhook_id = d.webhook_id and e.ordering_key = d.ordering_key and e.seq < d.seq);

  v_counts := jsonb_build_object('deliveries', v_deliveries, 'replays', v_replays, 'sessions', v_sessions);
  perform private.audit('00000000-0000-0000-0000-000000000000', 'restore.settle', 'webhook_deliveries', null,
    v_counts || jsonb_build_object('restored_at', p_restored_at));
  return v_counts;
end
$$;
comment on function private.settle_restored(timestamptz) is
  'Keeps what was to be delivered before the time as skipped, to be replayed, stops replays and ends sessions of before it. Security definer because no API role may write the queue.';
grant execute on function private.settle_restored(timestamptz) to service_role;

create function public.settle_restored(p_restored_at timestamptz) returns jsonb
language sql volatile
set search_path = ''
as $$ select private.settle_restored(p_restored_at) $$;
comment on function public.settle_restored(timestamptz) is
  'After a backup was restored, for the operator: has nothing sent that may have been sent since the backup. p_restored_at: when the restored database began to serve. What was skipped can be replayed. {deliveries, replays, sessions}: how many.';
grant execute on function public.settle_restored(timestamptz) to service_role;
