-- Purpose: what a call would run on, to be tried without a call.
-- Tables:  none.
-- Risk:    none for existing data.

create function private.load_own_ivr_simulation(p_menu_id uuid, p_version integer) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.account_id();
  v_menu public.ivr_menus;
  v_version integer;
  v_document jsonb;
begin
  select * into v_menu from public.ivr_menus where id = p_menu_id and user_id = v_user_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'No such menu', detail = 'not_found';
  end if;
  select v.version, v.document into v_version, v_document from public.ivr_menu_versions v
    where v.menu_id = p_menu_id and case when p_version is null then v.id = v_menu.published_version_id else v.version = p_version end;
  if not found and p_version is not null then
    raise exception using errcode = 'PT404', message = 'No such version', detail = 'not_found',
      hint = '[{"path": "version", "message": "Was never published"}]';
  end if;
  return jsonb_build_object('version', v_version, 'document', v_document, 'transfer_rules', private.transfer_rules_of(v_user_id));
end
$$;
comment on function private.load_own_ivr_simulation(uuid, integer) is
  'A version of a menu of the caller, the published one if p_version is null, and where calls may go: {version, document, transfer_rules}, the document null where nothing is published. Security definer because versions and rules are closed to API roles; it acts for private.account_id() only.';
grant execute on function private.load_own_ivr_simulation(uuid, integer) to authenticated;

create function public.load_ivr_simulation(p_menu_id uuid, p_version integer default null) returns jsonb
language sql stable
set search_path = ''
as $$ select private.load_own_ivr_simulation(p_menu_id, p_version) $$;
comment on function public.load_ivr_simulation(uuid, integer) is
  'What a call in a menu of the caller would run on: the published version, or another.';
grant execute on function public.load_ivr_simulation(uuid, integer) to authenticated;
