-- Purpose: a turn that publishes its event without planning a query anew, and leaves the session's triggers alone where
--          nothing that they tell of happened.
-- Tables:  public.ivr_sessions (a trigger's condition). Replaces private.carries_health_data by one that answers the same.
-- Risk:    none for rows.

create or replace function private.carries_health_data(p_type text, p_data jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return p_type in ('call.analyzed', 'conversation.updated')
      and jsonb_strip_nulls(p_data) - array['call_id', 'conversation_id', 'retell_call_id', 'cost'] <> '{}'
    or jsonb_path_exists(jsonb_strip_nulls(p_data), '$.** ? (exists(@.transcript) || exists(@.transcript_object) || exists(@.transcript_with_tool_calls)
      || exists(@.summary) || exists(@.call_summary) || exists(@.call_analysis) || exists(@.sentiment) || exists(@.user_sentiment) || exists(@.recording_url))');
end
$$;

drop trigger publish_event on public.ivr_sessions;
create trigger publish_event after update of call_log_id, ended_at on public.ivr_sessions
  for each row when (new.call_log_id is distinct from old.call_log_id or new.ended_at is distinct from old.ended_at)
  execute function private.publish_ivr_session_event();
