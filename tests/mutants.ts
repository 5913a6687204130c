/**
 * Takes the guards out one by one and expects the tests that watch them to turn red, as
 * `deno task test:mutants` does. A guard whose removal nobody notices is a guard nobody tests.
 *
 * Usage: deno run -A tests/mutants.ts [part of a guard's name …]
 */
import { basename, dirname, join } from "node:path";

/** A guard, where it stands, what the tree is without it, and who should notice. */
interface Mutant {
  readonly guard: string;
  readonly file: string;
  /** The text that makes the guard; it must occur exactly once. */
  readonly code: string;
  /** What stands there instead. */
  readonly without: string;
  readonly tests: readonly string[];
}

const TURNS = "supabase/migrations/20261120000700_ivr_turns.sql";
const CALL_RULES = "supabase/migrations/20261122000300_ivr_call_rules.sql";
const CALLOUTS = "supabase/migrations/20261122000410_ivr_callouts.sql";
const KNOWN_TURNS = "supabase/migrations/20261127000310_known_turns.sql";
const TURNS_TOGETHER = "supabase/migrations/20261128000300_turns_together.sql";
const MENU_CHECKS = "supabase/migrations/20261122000600_ivr_menu_checks.sql";
const CALLS = "supabase/migrations/20261120000600_calls.sql";
const MENUS = "supabase/migrations/20261120000400_ivr_menus.sql";
const PHONES = "supabase/migrations/20261120000500_phone_connections.sql";
const KEYS = "supabase/migrations/20261120000800_api_keys.sql";
const BOUNDS = "supabase/migrations/20261121000000_api_key_bounds.sql";
const JUDGING = "supabase/migrations/20261128000110_key_hours.sql";
const SEVERAL = "supabase/migrations/20261128000100_verify_together.sql";
const LIMITS = "supabase/migrations/20261121000100_request_limits.sql";
const AUDIT = "supabase/migrations/20261120000300_audit.sql";
const AUDIT_APPEND = "supabase/migrations/20261123000310_personal_data.sql";
const WEBHOOKS = "supabase/migrations/20261121000300_webhooks.sql";
const EVENTS = "supabase/migrations/20261121000400_webhook_events.sql";
const PUBLISH = "supabase/migrations/20261121000500_publish_event.sql";
const QUEUE = "supabase/migrations/20261121000600_webhook_queue.sql";
const REPLAY = "supabase/migrations/20261121000700_webhook_replay.sql";
const APP_SESSIONS = "supabase/migrations/20261122000700_ivr_app_sessions.sql";
const RETELL_CONFIG = "supabase/migrations/20261123000110_retell_config.sql";
const RETELL_CALLS = "supabase/migrations/20261123000120_retell_calls.sql";

const CONNECTIONS = "supabase/migrations/20261122000810_connection_settings.sql";
const LINT = "supabase/migrations/20261124000100_lint.sql";
const HEALTH_SEALED = "supabase/migrations/20261123000410_health_data_sealed.sql";
const QUEUE_PLANS = "supabase/migrations/20261125000100_queue_plans.sql";

const RUNS = "supabase/migrations/20261124000200_maintenance_runs.sql";
const RETENTION = "supabase/migrations/20261124000210_retention.sql";
const ARCHIVES = "supabase/migrations/20261124000220_archives.sql";
const RETENTION_GROWTH = "supabase/migrations/20261127000200_retention_growth.sql";
const FAILED_RUNS = "supabase/migrations/20261127000210_failed_runs.sql";

const RESTORE = "supabase/migrations/20261126000700_restore.sql";
const DELIVERIES = "supabase/migrations/20261128000200_cheaper_deliveries.sql";

const DOOR = "local/page/door.ts";

const RETENTION_TESTS = "tests/database/retention_test.ts";
const ARCHIVE_TESTS = "tests/shared/retention/archive_job_test.ts";
const CLIENT_TESTS = "tests/shared/webhooks/client_test.ts";

const MUTANTS: readonly Mutant[] = [
  {
    guard: "every address of an endpoint's name must be global",
    file: "shared/webhooks/destination.ts",
    code: "addresses.every(isThere)",
    without: "addresses.some(isThere)",
    tests: [CLIENT_TESTS, "tests/shared/webhooks/destination_test.ts"],
  },
  {
    guard: "a connection to an endpoint ends at a vetted address",
    file: "shared/webhooks/pinned_connector.ts",
    code: "if (isAt(socket, vetted)) {",
    without: "if (isAt(socket, vetted) || vetted !== undefined) {",
    tests: [CLIENT_TESTS],
  },
  {
    guard: "a runtime that does not ask where to connect is cut off",
    file: "shared/webhooks/pinned_connector.ts",
    code: "vetted?.includes(reached) === true",
    without: "vetted?.includes(reached) !== false",
    tests: [CLIENT_TESTS],
  },
  {
    guard: "addresses of IPv6 that are not given out are not global",
    file: "shared/webhooks/addresses.ts",
    code: "return address.match(GLOBAL_V6) && ",
    without: "return GLOBAL_V6.length > 0 && ",
    tests: ["tests/shared/webhooks/addresses_test.ts"],
  },
  {
    guard: "what is not read of an answer is cut off",
    file: "shared/webhooks/exchange.ts",
    code: "    this.#controller?.abort(fault);\n",
    without: "",
    tests: [CLIENT_TESTS],
  },
  {
    guard: "a hosted deployment sends no webhooks to its own machine",
    file: "shared/env.ts",
    code: "!read.SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS || !isHosted(read)",
    without: "true || !isHosted(read)",
    tests: ["tests/shared/env_test.ts"],
  },
  {
    guard: "what one row's secret was opened for",
    file: "shared/webhooks/sealed_texts.ts",
    code: "[binding.user, binding.table, binding.column, binding.row, jwe]",
    without: "[jwe]",
    tests: ["tests/shared/webhooks/sealed_texts_test.ts"],
  },
  {
    guard: "a run does not end on a look at the queue from before its last delivery",
    file: "shared/webhooks/dispatch.ts",
    code: "if (taken > 0 || !wasIdle) {",
    without: "if (taken > 0 || !(wasIdle || this.#isIdle)) {",
    tests: ["tests/shared/webhooks/dispatch_test.ts"],
  },
  {
    guard: "compare-and-swap on the session's step",
    file: TURNS_TOGETHER,
    code: "where s.id = t.p_session_id and s.step = t.p_step and s.ended_at is null",
    without: "where s.id = t.p_session_id and s.ended_at is null",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "one session for one call",
    file: KNOWN_TURNS,
    code: "    on conflict (connection_id, session_id) do nothing\n",
    without: "",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "settings that changed since a call was last heard of",
    file: TURNS_TOGETHER,
    code:
      "case when v_settings ->> ((call ->> 'p_provider') || ' ' || (call ->> 'p_connection_id')) = call ->> 'p_settings'",
    without: "case when call ->> 'p_settings' is not null",
    tests: ["tests/functions/ivr/known_calls_test.ts"],
  },
  {
    guard: "the signature, once more, where what was known no longer holds",
    file: "supabase/functions/ivr/provider_turn.ts",
    code: "    return await answerLoaded(c, delivery, { value: taken.value.loaded });",
    without:
      "    return await answerGenuine(c, delivery, { whom, loading: { value: taken.value.loaded }, known: null });",
    tests: ["tests/functions/ivr/known_calls_test.ts"],
  },
  {
    guard: "the signature of a request in a known call",
    file: "supabase/functions/ivr/provider_turn.ts",
    code: "  if (!await isGenuine(provider, request, known.connection)) return undefined;\n",
    without:
      "  if (!await isGenuine(provider, request, known.connection) && step < 0) return undefined;\n",
    tests: ["tests/functions/ivr/known_calls_test.ts"],
  },
  {
    guard: "one delivery for what is known of a call",
    file: "shared/ivr/known_calls.ts",
    code: "  if (known.get(key) !== turn) return false;\n",
    without: '  if (known.get(key) !== turn && key === "") return false;\n',
    tests: ["tests/shared/ivr/known_calls_test.ts"],
  },
  {
    guard: "an opened secret's place",
    file: "supabase/functions/ivr/opened_secrets.ts",
    code: "const key = `${userId} ${id} ${sealed}`;",
    without: "const key = sealed;",
    tests: ["tests/functions/ivr/opened_secrets_test.ts"],
  },
  {
    guard: "the reply that was committed first",
    file: TURNS_TOGETHER,
    code:
      "'reply', (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step)));",
    without: "'reply', p_reply));",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "the reply that was committed first for a turn of a known call",
    file: TURNS_TOGETHER,
    code: "'reply', t.reply) from public.ivr_turns t",
    without: "'reply', v.turn -> 'p_reply') from public.ivr_turns t",
    tests: ["tests/functions/ivr/known_calls_test.ts"],
  },
  {
    guard: "counts of transfers are taken in one order",
    file: TURNS_TOGETHER,
    code: "from (select * from held order by user_id) h",
    without: "from held h",
    tests: ["tests/database/known_turns_test.ts"],
  },
  {
    guard: "what a caller did is queued for who listens",
    file: TURNS_TOGETHER,
    code: "exists (select from public.webhooks w where w.user_id = t.user_id) or ",
    without: "",
    tests: ["tests/database/known_turns_test.ts"],
  },
  {
    guard: "what a caller did is held against what the tenant encrypts",
    file: TURNS_TOGETHER,
    code: " or private.carries_health_data('ivr.input', d.data) as",
    without: " as",
    tests: ["tests/database/known_turns_test.ts"],
  },
  {
    guard: "a cap on transfers that hurried callers share",
    file: CALL_RULES,
    code: "    where c.hour <> excluded.hour or c.transfers < v_max;",
    without: "    ;",
    tests: ["tests/database/transfer_rules_test.ts"],
  },
  {
    guard: "what is entered in a sensitive menu is kept nowhere",
    file: "shared/ivr/take_turn.ts",
    code: "maskInput(input, menuOf(menus, session).sensitive)",
    without: "maskInput(input, false && menuOf(menus, session).sensitive)",
    tests: ["tests/functions/ivr/sensitive_test.ts"],
  },
  {
    guard: "every call ends, however long a machine goes on",
    file: "shared/ivr/step.ts",
    code: "  if (turn >= turns) return",
    without: "  if (turn >= turns * 1000) return",
    tests: ["tests/shared/ivr/generated_calls_test.ts"],
  },
  {
    guard: "a final choice that failed is not offered again",
    file: "shared/ivr/choices.ts",
    code: "  return final\n",
    without: "  return final && !final\n",
    tests: ["tests/shared/ivr/step_test.ts"],
  },
  {
    guard: "the stored reply of a repeat",
    file: "shared/ivr/take_turn.ts",
    code: "  if (loaded.reply !== null) return { reply: loaded.reply, callout: null };\n",
    without: "",
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "a call that has ended stays ended",
    file: TURNS,
    code: "where l.connection_id = p_connection_id and l.ended_at is null",
    without: "where l.connection_id = p_connection_id",
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "a call id belongs to the connection that used it first",
    file: KNOWN_TURNS,
    code:
      `      where provider = v_connection.provider and provider_call_id = p_call_id and connection_id = p_connection_id
      returning id, ended_at`,
    without: `      where provider = v_connection.provider and provider_call_id = p_call_id
      returning id, ended_at`,
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "the provider's signature",
    file: "supabase/functions/ivr/provider_request.ts",
    code: "  if (!await isGenuine(provider, request, connection)) {",
    without: '  if (!await isGenuine(provider, request, connection) && connection.id === "") {',
    tests: ["tests/functions/ivr/bad_input_test.ts"],
  },
  {
    guard: "the step token's binding to its call",
    file: "shared/ivr/step_token.ts",
    code: ": [connectionId, callId, step];",
    without: ": [connectionId, callId.length, step];",
    tests: ["tests/shared/ivr/step_token_test.ts"],
  },
  {
    guard: "row level security of sessions",
    file: CALLS,
    code: "alter table public.ivr_sessions enable row level security;\n",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the owner in a policy",
    file: CALLS,
    code: `create policy "Owners can read their calls" on public.call_logs
  for select to authenticated using (user_id = (select private.account_id()));`,
    without: `create policy "Owners can read their calls" on public.call_logs
  for select to authenticated using (true);`,
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the owner of a menu that is published",
    file: MENU_CHECKS,
    code: "where id = p_menu_id and user_id = p_user_id for update;",
    without: "where id = p_menu_id for update;",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the protected columns of menus",
    file: MENUS,
    code: `create trigger refuse_protected_columns before insert or update on public.ivr_menus
  for each row execute function private.refuse_protected_columns('published_version_id', 'created_at=now()', 'updated_at=now()');\n`,
    without: "",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "the owner in the key of a number's menu",
    file: PHONES,
    code:
      "foreign key (connection_id, user_id)\n    references public.phone_connections (id, user_id) on delete cascade",
    without:
      "foreign key (connection_id)\n    references public.phone_connections (id) on delete cascade",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "publications of one menu take turns",
    file: MENU_CHECKS,
    code: "where id = p_menu_id and user_id = p_user_id for update;",
    without: "where id = p_menu_id and user_id = p_user_id;",
    tests: ["tests/database/publish_test.ts"],
  },
  {
    guard: "appends to an audit chain take turns",
    file: AUDIT_APPEND,
    code: "from private.audit_heads where subject_id = v_entry.subject_id for update;",
    without: "from private.audit_heads where subject_id = v_entry.subject_id;",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "the trail is append-only",
    file: AUDIT,
    code:
      "create trigger refuse_change before update or delete on public.audit_logs\n  for each row execute function private.refuse_change();\n",
    without: "",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "a partition cannot be emptied past its parent",
    file: EVENTS,
    code:
      `          execute format('create trigger refuse_truncate before truncate on private.%I for each statement execute function private.refuse_change()', v_name);\n`,
    without: "",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "one process per data folder",
    file: "local/start/lock.ts",
    code: "if (await file.tryLock(true)) return file;",
    without: "if (await file.tryLock(false)) return file;",
    tests: ["tests/local/start_test.ts"],
  },
  {
    guard: "a key's limit per hour",
    file: KEYS,
    code:
      "    when p_key.window_start >= date_trunc('hour', p_now, 'UTC') and p_key.window_count >= p_key.rate_limit then 'rate_limited'\n",
    without: "",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "a key's quota",
    file: KEYS,
    code: "    when p_key.usage_count >= p_key.usage_quota then 'quota_exceeded'\n",
    without: "",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "a use is judged by the row that it locked, not by the one that it saw",
    file: JUDGING,
    code: "        and (k.usage_quota is null or k.usage_count < k.usage_quota)\n",
    without:
      "        and (k.usage_quota is null or (select s.usage_count from public.api_keys s where s.key_hash = p_key_hash) < k.usage_quota)\n",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "a key's limit per hour, in the update",
    file: JUDGING,
    code:
      "        and (k.rate_limit is null or k.window_start < v_hour or k.window_count < k.rate_limit)\n",
    without: "",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "a key's quota, in the update",
    file: JUDGING,
    code: "        and (k.usage_quota is null or k.usage_count < k.usage_quota)\n",
    without: "",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "a revoked key is not counted",
    file: JUDGING,
    code: "k.revoked_at is null and k.enabled\n",
    without: "k.enabled\n",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a disabled key is not counted",
    file: JUDGING,
    code: "k.revoked_at is null and k.enabled\n",
    without: "k.revoked_at is null\n",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a key of an account that is closed is not counted",
    file: JUDGING,
    code: "        and private.account_is_active(k.user_id)\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "an expired key is not counted",
    file: JUDGING,
    code: "        and (k.expires_at is null or k.expires_at > p_now)\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a key without the scope is not counted",
    file: JUDGING,
    code: "        and (p_scope is null or k.scopes && array['*', p_scope])\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a key from elsewhere is not counted",
    file: JUDGING,
    code: "private.as_address(p_ip) <<= any (k.allowed_ips))\n",
    without: "coalesce(private.as_address(p_ip) <<= any (k.allowed_ips), true))\n",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "what was used in an hour is kept when the next begins",
    file: JUDGING,
    code:
      "create trigger keep_api_key_hour after update of last_hour on public.api_keys\n  for each row when (old.last_hour <> new.last_hour) execute function private.keep_api_key_hour();\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "several keys are locked in one order",
    file: SEVERAL,
    code:
      "array_agg(c.call order by c.counter, c.address), array_agg(c.place order by c.counter, c.address)",
    without: "array_agg(c.call), array_agg(c.place)",
    tests: ["tests/database/verify_api_keys_test.ts"],
  },
  {
    guard: "of several keys those that others count for are held first",
    file: SEVERAL,
    code:
      "    perform from public.api_keys where id = any (v_held) order by created_at, id for update;\n",
    without: "    null;\n",
    tests: ["tests/database/verify_api_keys_test.ts"],
  },
  {
    guard: "a window of an hour never moves back",
    file: JUDGING,
    code: "        window_start = greatest(k.window_start, v_hour),",
    without: "        window_start = v_hour,",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "the window rolls with the hour",
    file: JUDGING,
    code: "window_count = case when k.window_start >= v_hour then k.window_count + 1 else 1 end,",
    without: "window_count = k.window_count + 1,",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a revoked key is refused",
    file: KEYS,
    code: "    when p_key.revoked_at is not null then 'revoked'\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a disabled key is refused",
    file: KEYS,
    code: "    when not p_key.enabled then 'disabled'\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "a key of an account that is closed is refused",
    file: KEYS,
    code: "    when not private.account_is_active(p_key.user_id) then 'owner_inactive'\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "an expired key is refused",
    file: KEYS,
    code: "    when p_key.expires_at <= p_now then 'expired'\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "the scope of a key",
    file: KEYS,
    code:
      "    when not (p_scope is null or p_key.scopes && array['*', p_scope]) then 'insufficient_scope'\n",
    without: "",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "an allow-list that cannot be answered refuses",
    file: KEYS,
    code: "not coalesce(private.as_address(p_ip) <<= any (p_key.allowed_ips), false)",
    without: "not coalesce(private.as_address(p_ip) <<= any (p_key.allowed_ips), true)",
    tests: ["tests/database/verify_api_key_test.ts"],
  },
  {
    guard: "an allowed use is counted by the hour",
    file: JUDGING,
    code: "then k.last_hour_count + 1 else 1 end,\n        last_hour = greatest(",
    without: "then k.last_hour_count else 1 end,\n        last_hour = greatest(",
    tests: ["tests/shared/api_keys/hammer_test.ts"],
  },
  {
    guard: "revoking is one-way",
    file: KEYS,
    code:
      "create trigger refuse_revival before update of revoked_at on public.api_keys\n  for each row execute function private.refuse_revival();\n",
    without: "",
    tests: ["tests/database/api_keys_test.ts"],
  },
  {
    guard: "the owner of a key that is changed",
    file: BOUNDS,
    code: "where id = p_id and user_id = private.account_id() for update;",
    without: "where id = p_id for update;",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "a program gets no hand on a key that reaches further",
    file: BOUNDS,
    code: "      v_wider := private.wider_api_key_settings(old, v_own);\n",
    without: "      null;\n",
    tests: ["tests/database/api_keys_test.ts"],
  },
  {
    guard: "a program makes no key that reaches further",
    file: BOUNDS,
    code: "      v_wider := v_wider || private.wider_api_key_settings(new, v_own);\n",
    without: "      null;\n",
    tests: ["tests/database/api_keys_test.ts"],
  },
  {
    guard: "a key without an expiry reaches further than one with",
    file: BOUNDS,
    code: "p_key.expires_at <= p_bounds.expires_at then",
    without: "p_key.expires_at is null or p_key.expires_at <= p_bounds.expires_at then",
    tests: ["tests/functions/api_keys/keys_test.ts"],
  },
  {
    guard: "a rotated key is counted with its successor",
    file: BOUNDS,
    code:
      "  update public.api_keys set counted_by = v_new.id where id = v_counter.id or counted_by = v_counter.id;\n",
    without: "",
    tests: ["tests/database/rotated_keys_test.ts"],
  },
  {
    guard: "a key that was rotated meanwhile does not count for itself",
    file: JUDGING,
    code: "(p_user_id is null or k.user_id = p_user_id) and k.counted_by is null\n",
    without:
      "(p_user_id is null or k.user_id = p_user_id)\n          and not exists (select from public.api_keys s where s.key_hash = p_key_hash and s.counted_by is not null)\n",
    tests: ["tests/database/rotated_keys_test.ts"],
  },
  {
    guard: "who rotates or deletes a key holds those that share its count",
    file: BOUNDS,
    code: "    order by k.created_at, k.id for update of k;\n",
    without: "    order by k.created_at, k.id;\n",
    tests: ["tests/database/rotated_keys_test.ts"],
  },
  {
    guard: "a rotated key is held while the row of its count is waited for",
    file: JUDGING,
    code: "      select * into v_key from public.api_keys k where k.id = v_key.id for update;\n",
    without: "",
    tests: ["tests/database/rotated_keys_test.ts"],
  },
  {
    guard: "what a deleted key has counted is not forgotten",
    file: BOUNDS,
    code:
      "  update public.api_keys set counted_by = nullif(v_heir, id), usage_count = v_key.usage_count,",
    without:
      "  update public.api_keys set counted_by = nullif(v_heir, id), usage_count = usage_count,",
    tests: ["tests/database/rotated_keys_test.ts"],
  },
  {
    guard: "the limit of a user or an address",
    file: LIMITS,
    code: "      where r.window_end < v_end or r.count < p_limit;",
    without: "      where r.window_end < v_end or r.count <= p_limit;",
    tests: ["tests/database/request_limits_test.ts"],
  },
  {
    guard: "a window of requests never moves back",
    file: LIMITS,
    code: "count = case when r.window_end >= v_end then",
    without: "count = case when r.window_end = v_end then",
    tests: ["tests/database/request_limits_test.ts"],
  },
  {
    guard: "wrong keys are counted",
    file: LIMITS,
    code: "  if v_verdict ->> 'code' = 'not_found' and p_user_id is null then",
    without: "  if v_verdict ->> 'code' = 'not_found' and p_user_id is not null then",
    tests: ["tests/database/request_limits_test.ts"],
  },
  {
    guard: "an IPv6 caller is counted by its network",
    file: LIMITS,
    code: "set_masklen(a.address, 64)",
    without: "set_masklen(a.address, 128)",
    tests: ["tests/database/request_limits_test.ts"],
  },
  {
    guard: "the limit of signed-in users",
    file: "shared/auth/admit_user.ts",
    code: 'const limit = actor.via === "jwt" ? users : programs;',
    without: "const limit = programs;",
    tests: ["tests/functions/api_keys/request_limits_test.ts"],
  },
  {
    guard: "a rotation refills no quota",
    file: BOUNDS,
    code:
      "v_old.allowed_ips, v_old.metadata, v_counter.usage_count, v_counter.window_start, v_counter.window_count)",
    without:
      "v_old.allowed_ips, v_old.metadata, 0, v_counter.window_start, v_counter.window_count)",
    tests: ["tests/database/api_keys_test.ts"],
  },
  {
    guard: "an overlap ends with the key's own expiry",
    file: BOUNDS,
    code: "expires_at = least(expires_at, now() + make_interval(hours => p_overlap_hours))",
    without: "expires_at = now() + make_interval(hours => p_overlap_hours)",
    tests: ["tests/database/api_keys_test.ts"],
  },
  {
    guard: "the checksum of a key",
    file: "shared/api_keys/format.ts",
    code: "  return text === body + checksum(body);",
    without: "  return text.startsWith(body);",
    tests: ["tests/shared/api_keys/format_test.ts", "tests/shared/api_keys/verify_test.ts"],
  },
  {
    guard: "at most two connections",
    file: "shared/db/direct.ts",
    code: "const MAX_CONNECTIONS = 2;",
    without: "const MAX_CONNECTIONS = 3;",
    tests: ["tests/shared/db/direct_test.ts"],
  },
  {
    guard: "statements without a name",
    file: "shared/db/direct.ts",
    code: "        ...statement(name, args),\n",
    without: "        ...statement(name, args),\n        name,\n",
    tests: ["tests/shared/db/direct_test.ts"],
  },
  {
    guard: "the certificate of a database server",
    file: "shared/db/direct.ts",
    code: "rejectUnauthorized: true",
    without: "rejectUnauthorized: false",
    tests: ["tests/shared/db/direct_test.ts"],
  },
  {
    guard: "the time limit of a call to the database",
    file: "shared/db/direct.ts",
    code: "        query_timeout: Math.max(1, deadline - performance.now()),",
    without: "        query_timeout: 60_000 + Math.max(1, deadline - performance.now()),",
    tests: ["tests/shared/db/direct_test.ts"],
  },
  {
    guard: "the address of a caller is what the last proxy saw",
    file: "shared/auth/caller_address.ts",
    code: '.split(",").at(-1)',
    without: '.split(",").at(0)',
    tests: ["tests/shared/auth/caller_address_test.ts"],
  },
  {
    guard: "a program's token names its key",
    file: "shared/auth/acting_token.ts",
    code: 'new SignJWT({ role: "authenticated", switchboard_key: keyId })',
    without: 'new SignJWT({ role: "authenticated", key: keyId })',
    tests: ["tests/functions/api_keys/keys_test.ts"],
  },
  {
    guard: "an owner asks about their own keys alone",
    file: "supabase/functions/api-keys/routes/verify.ts",
    code: 'const userId = c.get("actor")?.userId;',
    without: "const userId = undefined;",
    tests: ["tests/functions/api_keys/verify_test.ts"],
  },
  {
    guard: "who calls is asked in front of what is loaded for them",
    file: "shared/http/lazy_routes.ts",
    code: "app.on(method, routingPath(path), guard, async (c) => {",
    without: "app.on(method, routingPath(path), async (c) => {",
    tests: ["tests/shared/http/lazy_routes_test.ts"],
  },
  {
    guard: "a loaded module has the routes that were named, each with its guard",
    file: "shared/http/lazy_routes.ts",
    code: "!guards.every((guard) => answers.has(guard))",
    without: "!guards.some((guard) => answers.has(guard))",
    tests: ["tests/shared/http/lazy_routes_test.ts"],
  },
  {
    guard: "the signature of a secret scanner",
    file: "shared/auth/require_scanner.ts",
    code: "if (!key || !isSigned(body, signature, key))",
    without: 'if (!key || (!isSigned(body, signature, key) && id === ""))',
    tests: ["tests/shared/auth/require_scanner_test.ts"],
  },
  {
    guard: "one of many equal requests is carried out, the others do not wait",
    file: LINT,
    code: "if not pg_try_advisory_xact_lock(",
    without: "if not pg_try_advisory_xact_lock_shared(",
    tests: ["tests/functions/api_keys/idempotency_test.ts"],
  },
  {
    guard: "an Idempotency-Key stands for one body",
    file: LINT,
    code: "when v_known.request_hash <> p_request_hash then",
    without: "when false then",
    tests: ["tests/functions/api_keys/idempotency_test.ts"],
  },
  {
    guard: "a leaked key is not put on the trail with where it was found",
    file: "supabase/functions/api-keys/leaked_keys.ts",
    code: '.replaceAll(/vx_\\w+/g, "vx_…")',
    without: "",
    tests: ["tests/functions/api_keys/secrecy_test.ts"],
  },
  {
    guard: "who lost the lease completes nothing",
    file: DELIVERIES,
    code: "o.verdict <> 'retry' and d.id = o.id and d.fence = o.fence and",
    without: "o.verdict <> 'retry' and d.id = o.id and",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "who lost the lease puts nothing off",
    file: DELIVERIES,
    code: "o.verdict = 'retry' and d.id = o.id and d.fence = o.fence and",
    without: "o.verdict = 'retry' and d.id = o.id and",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "what was given back is not completed again",
    file: DELIVERIES,
    code: "and num_nulls(d.leased_until) = 0\n      returning d, o, d.attempts + 1 as attempt",
    without: "\n      returning d, o, d.attempts + 1 as attempt",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "what was given back is not put off again",
    file: DELIVERIES,
    code: "and num_nulls(d.leased_until) = 0\n      returning d, o, d.attempts as attempt",
    without: "\n      returning d, o, d.attempts as attempt",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "a lease holds until it runs out",
    file: DELIVERIES,
    code: "where leased_until <= v_now for update skip locked",
    without: "where leased_until is not null for update skip locked",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "a claim waits for nobody who completes",
    file: DELIVERIES,
    code: "where leased_until <= v_now for update skip locked",
    without: "where leased_until <= v_now for update",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "what is under way is not claimed by its id",
    file: DELIVERIES,
    code: "where id = p_delivery_id and leased_until is null and not waiting",
    without: "where id = p_delivery_id and not waiting",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "claims take turns",
    file: DELIVERIES,
    code: "  perform private.lock_webhook_queue();\n  v_now := clock_timestamp();\n  -- Whoever",
    without: "  v_now := clock_timestamp();\n  -- Whoever",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "what an endpoint has under way counts against what it may have",
    file: DELIVERIES,
    code: "w.max_in_flight - coalesce((select sum(b.n) from busy b where b.webhook_id = w.id), 0))",
    without: "w.max_in_flight)",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "an endpoint's rate",
    file: QUEUE_PLANS,
    code: "select webhook_id from private.webhook_pace where next_at > p_now)",
    without: "select webhook_id from private.webhook_pace where next_at > 'infinity')",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "nothing overtakes an earlier event of its key",
    file: DELIVERIES,
    code: "where d.ordering_key is null or not private.must_wait(",
    without: "where true or not private.must_wait(",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "one delivery of a key is under way, also where commits overtake",
    file: QUEUE,
    code: "return format('%s %s', p_webhook_id, p_ordering_key) = any (p_under_way) or exists (",
    without: "return exists (",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "a tenant leaves room for others",
    file: DELIVERIES,
    code: "c_tenant constant integer := 100;",
    without: "c_tenant constant integer := 100000;",
    tests: ["tests/database/webhook_queue_test.ts"],
  },
  {
    guard: "who completes deliveries takes accounts before their endpoints",
    file: DELIVERIES,
    code:
      "  perform from auth.users u where u.id in (select w.user_id from public.webhooks w where w.id = any (v_webhook_ids)) order by u.id for key share;\n",
    without: "",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "who ends an ordered delivery waits for the claim in progress",
    file: DELIVERIES,
    code: "    perform private.lock_webhook_queue();\n  end if;",
    without: "    null;\n  end if;",
    tests: ["tests/database/webhook_races_test.ts"],
  },
  {
    guard: "what is published while its endpoint is disabled is not sent",
    file: DELIVERIES,
    code: "    where not w.enabled and w.id in (select d.webhook_id",
    without: "    where false and w.id in (select d.webhook_id",
    tests: ["tests/database/webhook_health_test.ts"],
  },
  {
    guard: "row level security of endpoints",
    file: WEBHOOKS,
    code: "alter table public.webhooks enable row level security;\n",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "row level security of events",
    file: EVENTS,
    code: "alter table public.webhook_events enable row level security;\n",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "row level security of the log",
    file: EVENTS,
    code: "alter table public.webhook_logs enable row level security;\n",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "nobody writes endpoints past their functions",
    file: WEBHOOKS,
    code:
      "create trigger refuse_direct_write before insert or update or delete or truncate on public.webhooks\n  for each statement execute function private.refuse_direct_write();\n",
    without: "",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "nobody writes the log past its functions",
    file: EVENTS,
    code:
      "create trigger refuse_direct_write before insert or update or delete or truncate on public.webhook_logs\n  for each statement execute function private.refuse_direct_write();\n",
    without: "",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "the owner of an endpoint that is changed",
    file: WEBHOOKS,
    code: "where id = p_id and user_id = private.account_id() for no key update;",
    without: "where id = p_id for no key update;",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the owner of a delivery that is sent again",
    file: REPLAY,
    code: "w.id = d.webhook_id and w.user_id = private.account_id() and d.origin <> 'test'",
    without: "w.id = d.webhook_id and d.origin <> 'test'",
    tests: ["tests/functions/webhooks/replay_test.ts"],
  },
  {
    guard: "two at once do not both take the last place",
    file: WEBHOOKS,
    code:
      "  perform pg_advisory_xact_lock(hashtextextended('webhooks ' || v_webhook.user_id, 0));\n",
    without: "",
    tests: ["tests/database/publish_event_test.ts"],
  },
  {
    guard: "one idempotency key makes one event",
    file: HEALTH_SEALED,
    code: "    if v_known is not null then",
    without: "    if v_known = 'null' then",
    tests: ["tests/database/publish_event_test.ts"],
  },
  {
    guard: "an idempotency key stands for one event",
    file: PUBLISH,
    code: "if v_known.request_hash <> p_request_hash then",
    without: "if false then",
    tests: ["tests/database/publish_event_test.ts"],
  },
  {
    guard: "an endpoint's address is of the public internet",
    file: "shared/webhooks/destination.ts",
    code: "if (!isReachable(destination, [host])) {",
    without: 'if (!isReachable(destination, [host]) && host === "") {',
    tests: ["tests/shared/webhooks/destination_test.ts"],
  },
  {
    guard: "special addresses of IPv4 are not global",
    file: "shared/webhooks/addresses.ts",
    code: 'parsed.range() !== "unicast"',
    without: 'parsed.range() === "loopback"',
    tests: ["tests/shared/webhooks/addresses_test.ts"],
  },
  {
    guard: "a redirect is no success",
    file: "shared/webhooks/judgement.ts",
    code: "if (status >= 200 && status < 300) return null;",
    without: "if (status >= 200 && status < 400) return null;",
    tests: ["tests/shared/webhooks/judgement_test.ts"],
  },
  {
    guard: "writes of Retell's configuration queue up before they compare",
    file: RETELL_CONFIG,
    code: "where user_id = v_user_id for update;",
    without: "where user_id = v_user_id;",
    tests: ["tests/database/retell_races_test.ts"],
  },
  {
    guard: "a late write of Retell's configuration changes nothing",
    file: RETELL_CONFIG,
    code: "if v_old.retell_config_updated_at is not null\n    and",
    without: "if v_old.retell_config_updated_at is null\n    and",
    tests: ["tests/functions/retell/config_test.ts"],
  },
  {
    guard: "events of one call at Retell queue up before they are merged",
    file: HEALTH_SEALED,
    code: "where id = v_id for update;",
    without: "where id = v_id;",
    tests: ["tests/database/retell_races_test.ts"],
  },
  {
    guard: "a column of a call keeps what the better informed event told",
    file: RETELL_CALLS,
    code: "v_known is null or v_rank > v_known",
    without: "v_known is null or v_rank <> v_known",
    tests: ["tests/functions/retell/webhook_test.ts"],
  },
  {
    guard: "another tenant's call of the same id is not touched",
    file: RETELL_CALLS,
    code: "provider_call_id = v_call_id and user_id = p_user_id;",
    without: "provider_call_id = v_call_id;",
    tests: ["tests/functions/retell/webhook_test.ts"],
  },
  {
    guard: "a session hands over only calls of its own tenant",
    file: RETELL_CALLS,
    code: "and s.user_id = p_user_id and l.id = s.call_log_id and l.user_id = p_user_id",
    without: "and l.id = s.call_log_id",
    tests: ["tests/functions/retell/handover_test.ts"],
  },
  {
    guard: "a signature of Retell's is of now",
    file: "shared/retell/signature.ts",
    code: "> TOLERANCE_MS",
    without: "> TOLERANCE_MS * now",
    tests: ["tests/shared/retell/signature_test.ts"],
  },
  {
    guard: "what is kept of Retell's lists is each key's own",
    file: "supabase/functions/retell/routes/lists.ts",
    code: "userId, fingerprint, query]",
    without: "query]",
    tests: ["tests/functions/retell/account_test.ts"],
  },
  {
    guard: "a value that is sealed anew replaces only the one that was read",
    file: "supabase/migrations/20261123000210_sealed_values.sql",
    code: "where id = $1 and %2$I = $2'",
    without: "where id = $1 and $2 is not null'",
    tests: ["tests/operator/keys/rotate_test.ts"],
  },
  {
    guard: "an announcement of a recording is of its own call",
    file: "supabase/functions/ivr/provider_recording.ts",
    code: "if (!tokens.isForRecordings(",
    without: "if (false && !tokens.isForRecordings(",
    tests: ["tests/functions/ivr/recordings_test.ts"],
  },
  {
    guard: "recordings are asked for at their provider alone",
    file: "shared/ivr/recordings/download.ts",
    code: "if (!isApi && !media.some((pattern) => pattern.test(place))) {",
    without: "if (!isApi && media.length > 1_000) {",
    tests: ["tests/shared/ivr/recordings/download_test.ts"],
  },
  {
    guard: "a secret goes to the provider's API alone",
    file: "shared/ivr/recordings/download.ts",
    code: "isApi && authorizations.length > 0",
    without: "authorizations.length > 0",
    tests: ["tests/shared/ivr/recordings/download_test.ts"],
  },
  {
    guard: "a recording has a largest size, whatever it says of itself",
    file: "shared/ivr/recordings/download.ts",
    code: "if (bytes > maxBytes) throw",
    without: "if (bytes > Infinity) throw",
    tests: ["tests/shared/ivr/recordings/download_test.ts"],
  },
  {
    guard: "whoever looks whether a recording is known has its session's row",
    file: "supabase/migrations/20261122000510_call_recordings.sql",
    code: "where id = p_session_id for no key update;",
    without: "where id = p_session_id;",
    tests: ["tests/database/recordings_test.ts"],
  },
  {
    guard: "a recording is claimed by one worker",
    file: "supabase/migrations/20261122000510_call_recordings.sql",
    code: "limit p_limit for update skip locked",
    without: "limit p_limit",
    tests: ["tests/database/recordings_test.ts"],
  },
  {
    guard: "a voicemail is told of once",
    file: "supabase/migrations/20261122000510_call_recordings.sql",
    code: "where id = p_recording_id and status <> 'copied' returning * into v_recording;",
    without: "where id = p_recording_id returning * into v_recording;",
    tests: ["tests/database/recordings_test.ts"],
  },
  {
    guard: "a worker whose lease was taken over says nothing",
    file: "supabase/migrations/20261122000510_call_recordings.sql",
    code: "and fence = p_fence and due_at is not null",
    without: "and due_at is not null",
    tests: ["tests/database/recordings_test.ts"],
  },
  {
    guard: "stored objects are seen under policies",
    file: "local/storage/objects.ts",
    code: "set_config('role', $3, true)`",
    without: "set_config('switchboard.role', $3, true)`",
    tests: ["tests/local/storage/storage_test.ts"],
  },
  {
    guard: "a table that nobody has classed stops exports and erasures",
    file: "supabase/migrations/20261123000310_personal_data.sql",
    code: "if v_table.class is null and not v_table.platform then",
    without: "if v_table.class is null and not v_table.platform and false then",
    tests: ["tests/database/personal_data_test.ts"],
  },
  {
    guard: "an erasure does not end while something is left",
    file: "supabase/migrations/20261123000310_personal_data.sql",
    code: "  if v_remains <> '{}' then\n    return v_remains;\n  end if;\n  perform private.audit",
    without: "  perform private.audit",
    tests: ["tests/database/personal_data_test.ts"],
  },
  {
    guard: "who ends an erasure must hold its lease",
    file: "supabase/migrations/20261123000310_personal_data.sql",
    code:
      "  select * into v_job from private.jobs where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update;\n  if not found then\n    raise exception using errcode = 'PT409', message = 'Another worker has taken this erasure over', detail = 'conflict';\n  end if;\n  select",
    without: "  select * into v_job from private.jobs where id = p_job_id for update;\n  select",
    tests: ["tests/database/personal_data_test.ts"],
  },
  {
    guard: "an erasure waits for the worker of an export",
    file: "shared/account/erasure_job.ts",
    code: "if (!free) return",
    without: "if (!free && slice === undefined) return",
    tests: ["tests/functions/account/deletion_test.ts"],
  },
  {
    guard: "a renewed token is no sign-in",
    file: "shared/auth/signed_in_at.ts",
    code: "method !== RENEWAL)",
    without: "method !== RENEWAL.toUpperCase())",
    tests: ["tests/functions/account/deletion_test.ts"],
  },
  {
    guard: "an account is deleted by who has just signed in alone",
    file: "supabase/functions/account/require_recent_sign_in.ts",
    code: "if (signedIn === undefined || now.getTime() / 1000 - signedIn > RECENT_S) {",
    without: "if (signedIn === undefined || now.getTime() / 1e9 - signedIn > RECENT_S) {",
    tests: ["tests/functions/account/deletion_test.ts"],
  },
  {
    guard: "an image is what its content says",
    file: "supabase/functions/account/image_type.ts",
    code: "pattern.test(beginning))?.[0]",
    without: "pattern.test(beginning) || true)?.[0]",
    tests: ["tests/functions/account/profile_test.ts"],
  },
  {
    guard: "a new avatar removes the user's own file alone",
    file: "supabase/functions/account/routes/avatar.ts",
    code: "`${folderUrl()}${userId}/`",
    without: "`${folderUrl()}${userId.slice(36)}`",
    tests: ["tests/functions/account/profile_test.ts"],
  },
  {
    guard: "a secret that was replaced is accepted until its overlap ends",
    file: TURNS_TOGETHER,
    code: "and (s.expires_at is null or s.expires_at > now()))",
    without: ")",
    tests: ["tests/database/credentials_test.ts"],
  },
  {
    guard: "no request is verified with an API secret",
    file: TURNS_TOGETHER,
    code: "s.purpose = 'signing' and ",
    without: "",
    tests: ["tests/database/credentials_test.ts"],
  },
  {
    guard: "a rotation that is sent twice ends no secret that is signed with",
    file: CONNECTIONS,
    code:
      "if exists (select from private.credentials where connection_id = p_id and expires_at is not null) then",
    without: "if false then",
    tests: ["tests/database/credentials_test.ts"],
  },
  {
    guard: "a connection is changed by its owner alone",
    file: CONNECTIONS,
    code:
      "from public.phone_connections where id = p_id and user_id = private.account_id() for no key update",
    without: "from public.phone_connections where id = p_id for no key update",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "which secrets a connection has is told to its owner alone",
    file: CONNECTIONS,
    code: "s.user_id = private.account_id() and ",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "what came of a callout first stands",
    file: CALLOUTS,
    code: "where session_id = p_session_id and step = p_step and result is null;",
    without: "where session_id = p_session_id and step = p_step;",
    tests: ["tests/database/callouts_test.ts"],
  },
  {
    guard: "a caller who goes on waiting asks nothing",
    file: CALLOUTS,
    code: "    where c.attempt < excluded.attempt and c.result is null;",
    without: "    ;",
    tests: ["tests/database/callouts_test.ts"],
  },
  {
    guard: "an endpoint of another tenant is not asked",
    file: CALLOUTS,
    code: "and w.user_id = v_session.user_id and w.enabled), '{}');",
    without: "and w.enabled), '{}');",
    tests: ["tests/database/callouts_test.ts"],
  },
  {
    guard: "what outsiders name is not dialled unread",
    file: "shared/ivr/run_callout.ts",
    code: "calloutResult.parse(await withinTime((signal) => answerTo(callout, grant, signal)))",
    without: "await withinTime((signal) => answerTo(callout, grant, signal))",
    tests: ["tests/functions/ivr/callout_test.ts"],
  },
  {
    guard: "an item that asks does not lead to one that asks",
    file: "shared/ivr/after_callout.ts",
    code: 'item === undefined || item.action === "webhook"',
    without: "item === undefined",
    tests: ["tests/shared/ivr/callout_test.ts", "tests/shared/ivr/generated_calls_test.ts"],
  },
  {
    guard: "a lost question is asked twice at most",
    file: "shared/ivr/callout.ts",
    code: "  if (pending.attempt >= ATTEMPTS) return null;\n",
    without: "",
    tests: ["tests/shared/ivr/callout_test.ts", "tests/shared/ivr/generated_calls_test.ts"],
  },
  {
    guard: "rollbacks take turns with publications",
    file: "supabase/migrations/20261122000610_ivr_menu_rollback.sql",
    code:
      "  perform from public.ivr_menus where id = p_menu_id and user_id = v_user_id for update;",
    without: "  perform from public.ivr_menus where id = p_menu_id and user_id = v_user_id;",
    tests: ["tests/database/menu_checks_test.ts"],
  },
  {
    guard: "what was edited since it was checked is not published",
    file: MENU_CHECKS,
    code: "  if md5(v_version.document::text) <> p_digest then",
    without: "  if false then",
    tests: ["tests/database/menu_checks_test.ts"],
  },
  {
    guard: "menus that lead to each other without a key press are not published",
    file: MENU_CHECKS,
    code: "      from led where led.at = led.menu_id\n",
    without: "      from led where false\n",
    tests: ["tests/database/menu_checks_test.ts"],
  },
  {
    guard: "texts of owners stay texts in a picture",
    file: "shared/ivr/picture/text.ts",
    code: '"<": "&lt;",',
    without: '"<": "<",',
    tests: ["tests/functions/ivr/menu_graph_test.ts"],
  },
  {
    guard: "one session for one name of an app",
    file: APP_SESSIONS,
    code: "    on conflict (user_id, session_id) where channel = 'app' do nothing;",
    without: "    ;",
    tests: ["tests/functions/ivr/app_session_races_test.ts"],
  },
  {
    guard: "an app's session is its owner's",
    file: APP_SESSIONS,
    code: "from public.ivr_sessions where id = p_id and user_id = private.account_id();",
    without: "from public.ivr_sessions where id = p_id;",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "apps drive no session of a phone provider",
    file: APP_SESSIONS,
    code: "  elsif v_session.channel <> 'app' then",
    without: "  elsif v_session.channel is null then",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "a session ends once",
    file: APP_SESSIONS,
    code: "where id = p_id and ended_at is null and step = coalesce(p_step, step);",
    without: "where id = p_id and step = coalesce(p_step, step);",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "a session stands in menus that its version has",
    file: APP_SESSIONS,
    code: "or not p_document -> 'menus' ? (m.value #>> '{}'))",
    without: "or false)",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "transfers of apps count against the cap",
    file: "shared/ivr/app_turn.ts",
    code: "...capped && { otherwise: decisionOf(turn, capped) },",
    without: "",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "what is entered in a sensitive menu of an app is kept nowhere",
    file: "shared/ivr/app_turn.ts",
    code: "maskInput(input, menuOf(version, session).sensitive)",
    without: "maskInput(input, false && menuOf(version, session).sensitive)",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "the entries of a sensitive menu are told to no app",
    file: "shared/ivr/plain_reply.ts",
    code: "    entries: menu.sensitive\n",
    without: "    entries: menu.sensitive && !menu.sensitive\n",
    tests: ["tests/shared/ivr/plain_reply_test.ts"],
  },
  {
    guard: "a draft that cannot be published is not simulated",
    file: "supabase/functions/ivr/routes/simulate.ts",
    code: "  if (check.problems.length > 0) throw refusal(check);\n",
    without: "",
    tests: ["tests/functions/ivr/simulate_test.ts"],
  },
  {
    guard: "what a session waits for can be read again, whoever wrote it",
    file: "supabase/migrations/20261122000700_ivr_app_sessions.sql",
    code: "      and private.is_ivr_pending(p_state -> 'pending')\n",
    without: "",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "owners commit no more turns than a session may have",
    file: "supabase/migrations/20261122000700_ivr_app_sessions.sql",
    code: "  if p_step > (select",
    without: "  if p_step < 0 and p_step > (select",
    tests: ["tests/functions/ivr/app_sessions_test.ts"],
  },
  {
    guard: "a call has so many recordings and no more",
    file: "supabase/migrations/20261122000510_call_recordings.sql",
    code: "where session_id = p_session_id) >= 50 then",
    without: "where session_id = p_session_id) >= 5000 then",
    tests: ["tests/database/recordings_test.ts"],
  },
  {
    guard: "Retell's late answer joins no call",
    file: "supabase/migrations/20261122000410_ivr_callouts.sql",
    code: " and s.pending ->> 'kind' = 'callout' and (s.pending ->> 'step')::integer = p_step;",
    without: ";",
    tests: ["tests/database/callouts_test.ts"],
  },
  {
    guard: "no URL names a call without a token",
    file: "supabase/functions/ivr/provider_request.ts",
    code: 'request.url.replace(/\\?.*$/s, "")',
    without: "request.url",
    tests: ["tests/functions/ivr/every_provider_test.ts"],
  },
  {
    guard: "health data is not turned to be encrypted while something is written in plain text",
    file: "supabase/migrations/20261123000400_health_data.sql",
    code:
      "  perform pg_advisory_xact_lock_shared(hashtextextended('health data of ' || p_user_id, 0));\n",
    without: "",
    tests: ["tests/database/health_data_test.ts"],
  },
  {
    guard: "who loaded the setting before it was turned on writes nothing in plain text",
    file: "supabase/migrations/20261123000400_health_data.sql",
    code: "    and private.encrypts_health_data(new.user_id)",
    without: "    and false",
    tests: ["tests/database/health_data_test.ts"],
  },
  {
    guard: "an event that tells what was said is not published in plain text",
    file: HEALTH_SEALED,
    code:
      "if private.carries_health_data(p_type, p_data) and private.encrypts_health_data(p_user_id) then",
    without: "if false then",
    tests: ["tests/functions/retell/health_data_test.ts"],
  },
  {
    guard: "a text that was told since is not replaced by the one that was read",
    file: HEALTH_SEALED,
    code: "    continue when v_log ->> v_text.field is distinct from v_text.was;\n",
    without: "",
    tests: ["tests/database/health_data_test.ts"],
  },
  {
    guard: "a renewed token is no sign-in where tokens do not say how their user signed in",
    file: "shared/auth/signed_in_at.ts",
    code: "if (amr === undefined) return sessionBegan;",
    without: "if (amr === undefined) return Date.now() / 1000;",
    tests: ["tests/functions/account/deletion_test.ts"],
  },
  {
    guard: "writing old entries anew makes no broken chain whole",
    file: AUDIT_APPEND,
    code: "case when v_follows then",
    without: "case when true then",
    tests: ["tests/database/old_audit_entries_test.ts"],
  },
  {
    guard: "the trail takes no text of a caller's choice for the id of a request",
    file: AUDIT_APPEND,
    code: " from '^[A-Za-z0-9_.=-]{1,128}$')",
    without: " from '^.*$')",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "rows go only if they are what was read back from the archive",
    file: ARCHIVES,
    code:
      "\n    or encode(sha256(convert_to(v_found ->> 'lines', 'UTF8')), 'hex') is distinct from p_sha256\n",
    without: "\n",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "what is compared with rows is what storage gave back",
    file: "shared/retention/archive_job.ts",
    code: "update(found)",
    without: "update(found.length < 0 ? found : lines)",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "rows whose tenant chose to keep them longer do not go",
    file: ARCHIVES,
    code: "  if v_due is distinct from (v_found ->> 'rows')::integer or v_due = 0\n    or ",
    without: "  if ",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "rows are deleted by who holds the archive's job",
    file: ARCHIVES,
    code:
      "where id = p_job_id and fence = p_fence and state = 'queued' and leased_until is not null for update",
    without: "where id = p_job_id for update",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "an archive lies in its tenant's folder",
    file: ARCHIVES,
    code: " or not starts_with(p_object, v_user_id || '/')",
    without: "",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "what has become an archive is not removed as if its worker had been lost",
    file: "shared/retention/archive_job.ts",
    code: "progress.pending !== null && !await isArchive(progress.pending)",
    without: "progress.pending !== null && !(await isArchive(progress.pending) && job.fence < 0)",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "an archive is no stray",
    file: ARCHIVES,
    code:
      "\n         and not exists (select from private.archives a where a.object = o.name) limit",
    without: " limit",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "what was just stored is no stray yet",
    file: ARCHIVES,
    code: " and o.created_at < now() - interval ''1 hour''",
    without: "",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "a month of the trail goes only when all of it is archived",
    file: RETENTION_GROWTH,
    code: "if not v_needed and v_policy.archive then",
    without: "if false then",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "what is archived of a chain is known by the month",
    file: ARCHIVES,
    code: " and date_trunc(''month'', a.begun_at, ''UTC'') = date_trunc(''month'', %2$s, ''UTC'')",
    without: "",
    tests: [ARCHIVE_TESTS],
  },
  {
    guard: "archives are made once at a time",
    file: ARCHIVES,
    code:
      "\n        and not exists (select from private.jobs where kind = 'retention.archive' and state = 'queued')",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "nothing is archived while a clock has leapt",
    file: ARCHIVES,
    code: ">= now() - interval '7 days'\n",
    without: "> '-infinity'\n",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "what a policy archives is not deleted in batches",
    file: RETENTION_GROWTH,
    code: "if p_table.name = 'public.audit_logs' or v_policy.archive then",
    without: "if p_table.name = 'public.audit_logs' then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a month stays for the tenants who keep it",
    file: RETENTION_GROWTH,
    code: "if cardinality(v_keepers) > 0 then",
    without: "if false then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a month of what is still to be delivered stays",
    file: RETENTION_GROWTH,
    code: " and (v_policy.name <> 'webhook_logs' or m.ended_at <= private.queued_since())",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "of what is still to be delivered no row goes",
    file: RETENTION_GROWTH,
    code: "case p_table.policy when 'webhook_logs' then",
    without: "case p_table.policy when 'none' then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a row goes when its own tenant keeps it no longer",
    file: RETENTION_GROWTH,
    code:
      "coalesce((select o.days from public.retention_overrides o where o.policy = $3 and o.user_id = %2$s), $2)",
    without: "$2",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a month that somebody reads is not emptied row by row",
    file: RETENTION_GROWTH,
    code: "        and m.name <> all (v_due)\n",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "rows that somebody has locked are not waited for",
    file: RETENTION_GROWTH,
    code: "for update of t skip locked",
    without: "for update of t nowait",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "what a tenant keeps shorter is found one tenant at a time, by an index",
    file: RETENTION_GROWTH,
    code: "(select t.ctid as id from %1$s t where %2$s and t.%3$I < $2 %4$s limit $3)",
    without: "(select t.ctid as id from %1$s t where (%2$s) is true and t.%3$I < $2 %4$s limit $3)",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "what follows a month of the trail that was cut off follows from something",
    file: RETENTION_GROWTH,
    code: "  if p_table.name = 'public.audit_logs' then\n    -- What follows",
    without: "  if false then\n    -- What follows",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "an older part of a chain that is cut off later sets its checkpoint not back",
    file: RETENTION_GROWTH,
    code: "\n           where c.entries < excluded.entries",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "of two runs of retention one steps back",
    file: RETENTION_GROWTH,
    code:
      "if not found or not pg_try_advisory_xact_lock(hashtextextended('switchboard retention', 0)) then",
    without: "if not found then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a run of retention ends after two hours",
    file: RETENTION_GROWTH,
    code: "if not found or p_now > v_run.started_at + interval '2 hours' then",
    without: "if not found then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "one table's failure is not the others'",
    file: RETENTION_GROWTH,
    code: "  when others then",
    without: "  when division_by_zero then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "nobody queues up for long behind a month that somebody reads",
    file: RETENTION,
    code: "  perform set_config('lock_timeout', '80ms', true);\n",
    without: "  perform set_config('lock_timeout', '2s', true);\n",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a clock that leaps deletes nothing at once",
    file: RETENTION,
    code: "  if v_last.started_at < p_now - interval '7 days' then",
    without: "  if false then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "retention begins once a night",
    file: RETENTION,
    code: "    return null;\n  end if;\n  return private.begin_retention(p_now);",
    without:
      "    return private.begin_retention(p_now);\n  end if;\n  return private.begin_retention(p_now);",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a run of retention goes on where it was in the next minute",
    file: RETENTION,
    code: "if v_last.state = 'running' and v_last.seen_at between",
    without: "if v_last.state = 'none' and v_last.seen_at between",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "tenants choose within the bounds of a policy",
    file: RETENTION,
    code: "elsif p_days not between v_policy.min_days and v_policy.max_days then",
    without: "elsif p_days < 1 then",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a job of every minute says that it is well again",
    file: RUNS,
    code:
      "\n    or (select r.state from private.maintenance_runs r where r.job = p_job order by r.id desc limit 1) = 'failed'\n",
    without: "\n",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a job shows when it failed twice",
    file: RUNS,
    code: "count(*) = 2 and bool_and",
    without: "count(*) >= 1 and bool_and",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a run that failed is noted once",
    file: FAILED_RUNS,
    code: "and r.state = 'failed' and r.ended_at between",
    without: "and r.state = 'none' and r.ended_at between",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a job that speaks for itself is well again when it says so",
    file: FAILED_RUNS,
    code: "continue when v_run.speaks;",
    without: "continue when v_run.speaks and false;",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a success before a failure makes no job well",
    file: FAILED_RUNS,
    code: " and last.ended_at <= v_run.started_at",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a run that was taken up again is not noted as failed",
    file: FAILED_RUNS,
    code: " and seen_at <= v_run.ended_at + interval '1 second'",
    without: "",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "a run that is noted as failed is begun anew that night",
    file: FAILED_RUNS,
    code: "progress = progress || '{\"cut_off\": true}'",
    without: "progress = progress",
    tests: [RETENTION_TESTS],
  },
  {
    guard: "what cannot be opened stops an export",
    file: "shared/account/opened_rows.ts",
    code: 'throw new Problem("not_configured", "An export cannot be complete", { errors, cause });',
    without: "return errors.length > 0 ? lines : String(cause);",
    tests: ["tests/functions/account/export_sealed_test.ts"],
  },
  {
    guard: "a job that is given up is cleared away by who holds it, in a slice of its own",
    file: "shared/jobs/run.ts",
    code: "if (final && kind?.clearAway !== undefined) return await",
    without: "if (final && kind?.clearAway !== undefined && maxAttempts < 0) return await",
    tests: ["tests/functions/account/export_sealed_test.ts"],
  },
  {
    guard: "a lease from before a restoration is gone",
    file: RESTORE,
    code: " or d.leased_until - c_lease < p_restored_at",
    without: "",
    tests: ["tests/database/restore_test.ts"],
  },
  {
    guard: "a lease from after a restoration is its worker's",
    file: RESTORE,
    code: "(d.leased_until is null or d.leased_until <=",
    without: "(true or d.leased_until <=",
    tests: ["tests/database/restore_test.ts"],
  },
  {
    guard: "scheduled jobs are refused while they are paused",
    file: "shared/auth/service_key.ts",
    code: "if (jobsPaused) throw",
    without: "if (jobsPaused && cronKey === undefined) throw",
    tests: ["tests/shared/auth/service_key_test.ts"],
  },
  {
    guard: "the pages are for whoever has the cookie",
    file: DOOR,
    code: " || !isKey(getCookie(c, cookie), key)",
    without: "",
    tests: ["tests/local/page/door_test.ts"],
  },
  {
    guard: "the pages are for requests of their own",
    file: DOOR,
    code: '!["same-origin", "none"].includes(from) || !own || ',
    without: "own === undefined || from === origin || ",
    tests: ["tests/local/page/door_test.ts"],
  },
  {
    guard: "the pages are at names of this machine alone",
    file: DOOR,
    code: 'if (!hosts.has(c.req.header("host") ?? ""))',
    without: "if (hosts.size === 0)",
    tests: ["tests/local/page/door_test.ts"],
  },
  {
    guard: "a link of the pages leads nowhere else",
    file: DOOR,
    code: " || !PLACES.includes(to)",
    without: "",
    tests: ["tests/local/page/door_test.ts"],
  },
];

const ROOT = join(import.meta.dirname ?? ".", "..");
const wanted = Deno.args;
const chosen = MUTANTS.filter(({ guard }) =>
  wanted.length === 0 || wanted.some((part) => guard.includes(part))
);

for (const mutant of chosen) await assertInForce(mutant);

const survivors: string[] = [];
const waiting = [...chosen];
// Two at a time: each waits for its processes to start more than it computes.
await Promise.all([1, 2].map(async () => {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const start = performance.now();
    const verdict = await judge(mutant);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${verdict.padEnd(8)} ${mutant.guard} (${seconds} s)`);
    if (verdict !== "killed") survivors.push(mutant.guard);
  }
}));
console.log(`${chosen.length - survivors.length} passed, ${survivors.length} failed`);
Deno.exit(survivors.length > 0 || chosen.length === 0 ? 1 : 0);

/** Runs the tests on a copy of the tree without the guard. Only failed tests kill; a broken tree does not. */
async function judge(mutant: Mutant): Promise<"killed" | "survived" | "broken"> {
  const copy = await Deno.makeTempDir({ prefix: "switchboard-mutant-" });
  try {
    await copyTree(copy);
    await removeGuard(mutant, join(copy, mutant.file));
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "tests/run.ts", "--without-cli", ...mutant.tests],
      cwd: copy,
      stdin: "null",
    }).output();
    const [, failed] = /^\d+ passed, (\d+) failed/m.exec(new TextDecoder().decode(stdout)) ?? [];
    if (success) return "survived";
    return Number(failed) > 0 ? "killed" : "broken";
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** Everything that git knows or would know of. */
async function copyTree(to: string): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  for (const file of new TextDecoder().decode(stdout).split("\0").filter(Boolean)) {
    await Deno.mkdir(dirname(join(to, file)), { recursive: true });
    await Deno.copyFile(join(ROOT, file), join(to, file)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** A guard in a function that a later migration defines anew guards nothing. */
async function assertInForce({ guard, code, file }: Mutant): Promise<void> {
  const [before = "", ...after] = (await Deno.readTextFile(join(ROOT, file))).split(code);
  if (after.length !== 1) throw new Error(`"${guard}" does not stand exactly once in ${file}`);
  const [, name, body] = /.*^create (?:or replace )?function ([a-z_.]+)\((.*)/ms.exec(before) ?? [];
  if (name === undefined || body?.includes("$$;")) return;
  const folder = join(ROOT, dirname(file));
  const definition = new RegExp(`^create (?:or replace )?function ${name}\\(`, "m");
  for await (const { name: other } of Deno.readDir(folder)) {
    if (other > basename(file) && definition.test(await Deno.readTextFile(join(folder, other)))) {
      throw new Error(`"${guard}" stands in a function that ${other} defines anew`);
    }
  }
}

async function removeGuard({ code, without }: Mutant, path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(code, () => without));
}
