-- Purpose: going back to a version that was published before.
-- Tables:  ivr_menu_versions (a column).
-- Risk:    none for existing data.

alter table public.ivr_menu_versions add column restored_from integer check (restored_from > 0);
comment on column public.ivr_menu_versions.restored_from is 'The version of the same menu whose document this is; null where drafts were frozen.';
create trigger refuse_change_of_origin before update of restored_from on public.ivr_menu_versions
  for each row execute function private.refuse_change();

create function private.rollback_own_ivr_menu(p_menu_id uuid, p_version integer) returns public.ivr_menu_versions
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_version public.ivr_menu_versions;
begin
  -- It takes turns with publications, so that each gets its own version number.
  perform from public.ivr_menus where id = p_menu_id and user_id = v_user_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  insert into public.ivr_menu_versions (user_id, menu_id, version, document, restored_from, created_at)
    select v.user_id, v.menu_id, (select max(version) + 1 from public.ivr_menu_versions where menu_id = p_menu_id), v.document, v.version, clock_timestamp()
      from public.ivr_menu_versions v where v.menu_id = p_menu_id and v.version = p_version
    returning * into v_version;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found';
  end if;
  update public.ivr_menus set published_version_id = v_version.id where id = p_menu_id;
  return v_version;
end
$$;
comment on function private.rollback_own_ivr_menu(uuid, integer) is
  'Publishes what a version of a menu of the caller holds once more, under a new number; drafts stay as they are. Security definer because versions are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.rollback_own_ivr_menu(uuid, integer) to authenticated;

create function public.rollback_ivr_menu(p_menu_id uuid, p_version integer)
returns table (version_id uuid, version integer, created_at timestamptz, restored_from integer)
language sql volatile
set search_path = ''
as $$ select v.id, v.version, v.created_at, v.restored_from from private.rollback_own_ivr_menu(p_menu_id, p_version) v $$;
comment on function public.rollback_ivr_menu(uuid, integer) is
  'Publishes an earlier version of one of the caller''s menus again, as a new one. Calls in progress stay on theirs, drafts as they are.';
grant execute on function public.rollback_ivr_menu(uuid, integer) to authenticated;
