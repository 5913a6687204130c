-- A demo tenant with a small menu tree, for local work only. Safe to run twice.
--
-- `deno task start` signs the demo user up first and names it in the setting switchboard.demo_user_id;
-- `supabase start` has no such step, so a user without a password is made here.

do $$
declare
  v_user_id uuid := coalesce(
    nullif(current_setting('switchboard.demo_user_id', true), ''), '5eed0000-0000-4000-8000-000000000001');
  v_main uuid := '5eed0000-0000-4000-8000-0000000000a1';
  v_sales uuid := '5eed0000-0000-4000-8000-0000000000a2';
  v_support uuid := '5eed0000-0000-4000-8000-0000000000a3';
begin
  insert into auth.users (id, email) values (v_user_id, 'demo@switchboard.example') on conflict do nothing;

  insert into public.ivr_menus (id, user_id, key, name, prompt, items, parent_menu_id) values
    (v_main, v_user_id, 'main', 'Main menu',
      'Welcome to Switchboard. For sales, press 1. For support, press 2. For billing, press 3. To hear this again, press 9.',
      '[{"digit": "1", "label": "Sales", "action": "submenu", "target": "sales"},
        {"digit": "2", "label": "Support", "action": "submenu", "target": "support"},
        {"digit": "3", "label": "Billing", "action": "transfer", "target": "+15550100199"},
        {"digit": "9", "label": "Repeat", "action": "repeat"}]', null),
    (v_sales, v_user_id, 'sales', 'Sales',
      'You have reached sales. To talk to somebody, press 1. To go back, press star.',
      '[{"digit": "1", "label": "Talk to sales", "action": "agent", "target": "sales-queue"},
        {"digit": "*", "label": "Back", "action": "back"}]', v_main),
    (v_support, v_user_id, 'support', 'Support',
      'You have reached support. To talk to somebody, press 1. To end the call, press 0. To go back, press star.',
      '[{"digit": "1", "label": "Talk to support", "action": "agent", "target": "support-queue"},
        {"digit": "0", "label": "End the call", "action": "hangup"},
        {"digit": "*", "label": "Back", "action": "back"}]', v_main)
    on conflict do nothing;

  if exists (select from public.ivr_menus where id = v_main and published_version_id is null) then
    perform private.freeze_ivr_menu(v_user_id, v_main);
  end if;
end
$$;
