import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, KEY_HASH, sqlState, type Tenants } from "#tests/support/tenants.ts";

const OURS = "n.nspname in ('public', 'private')";

interface Relation {
  readonly name: string;
  readonly kind: string;
  readonly partition: boolean;
}

async function relations(admin: pg.Client): Promise<Relation[]> {
  const { rows } = await admin.query<Relation>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, c.relispartition as partition
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${OURS} and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
  return rows;
}

async function count(client: pg.Client, relation: string): Promise<number> {
  const { rows: [row] } = await client.query<{ n: string }>(
    `select count(*) as n from ${relation}`,
  );
  return Number(row?.n);
}

/** How many rows a role sees: none also where it may not look at all. */
async function visible(
  { admin }: Tenants,
  role: "anon" | "authenticated",
  userId: string | null,
  relation: string,
): Promise<number> {
  let seen = 0;
  const state = await sqlState(() =>
    actAs(admin, role, userId, async () => (seen = await count(admin, relation)))
  );
  assert.ok(state === null || state === "42501", `${relation}: ${state}`);
  return seen;
}

Deno.test(
  "No table, partition or view shows a row to another tenant or to nobody",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    // Partitions of months to come are made like those of today; one gets a row, to be looked for.
    await admin.query("select private.ensure_partitions('2031-01-01', 2)");
    await admin.query(
      `insert into public.audit_logs (created_at, subject_id, entry, actor, action, resource, hash)
     select '2031-01-15', subject_id, 99, 'test', 'test', 'test', '' from private.audit_subjects where user_id = $1`,
      [owner],
    );
    const all = await relations(admin);
    assert.ok(all.some(({ name }) => name === "private.audit_logs_2031_01"));
    for (const { name, kind, partition } of all) {
      assert.ok(
        kind === "p" || partition || await count(admin, name) > 0,
        `${name} is empty, so that seeing nothing proves nothing`,
      );
      assert.equal(
        await visible(tenants, "authenticated", stranger, name),
        0,
        `${name} shows rows to another tenant`,
      );
      assert.equal(
        await visible(tenants, "authenticated", null, name),
        0,
        `${name} shows rows to a token without a subject`,
      );
      assert.equal(await visible(tenants, "anon", null, name), 0, `${name} shows rows to anon`);
    }
  },
);

/** The audit trail without the project's own chain, which is nobody's. */
const OWNERS_TRAIL =
  "public.audit_logs where subject_id <> (select subject_id from private.audit_subjects where user_id = '00000000-0000-0000-0000-000000000000')";

Deno.test("The owner sees every row of every public table", onPostgres, async () => {
  await using tenants = await createTenants();
  const tables = (await relations(tenants.admin)).filter(({ name }) => name.startsWith("public."));
  for (const { name } of tables) {
    const there = await count(tenants.admin, name === "public.audit_logs" ? OWNERS_TRAIL : name);
    assert.equal(await visible(tenants, "authenticated", tenants.owner, name), there, name);
  }
});

Deno.test(
  "Nothing in private can be read or written through any API role of a user",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows } = await tenants.admin.query(
      `select format('%s %s on %I.%I', r.role, p.privilege, n.nspname, c.relname) as grant
       from pg_class c join pg_namespace n on n.oid = c.relnamespace,
            unnest(array['anon', 'authenticated']) r (role),
            unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p (privilege)
      where n.nspname = 'private' and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_table_privilege(r.role, c.oid, p.privilege)`,
    );
    assert.deepEqual(rows, []);
  },
);

Deno.test(
  "Every public table has row level security and grants anon nothing",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows } = await tenants.admin.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and (not c.relrowsecurity
        or has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')
        or has_table_privilege('authenticated', c.oid, 'truncate, references, trigger'))`,
    );
    assert.deepEqual(rows, []);
  },
);

const KEY_SETTINGS = JSON.stringify({ name: "x", scopes: ["*"] });

/** The two ways to one thing that may be done to a key, tried on a key of somebody else. */
function ofAnotherKey(verb: string, types: string, args: string) {
  const probe = (name: string) => ({ keyId }: Tenants) => ({
    sql: `select ${name}(${args})`,
    values: [keyId],
    expect: "PT404",
  });
  return {
    [`private.${verb}_own_api_key${types}`]: probe(`private.${verb}_own_api_key`),
    [`public.${verb}_api_key${types}`]: probe(`public.${verb}_api_key`),
  };
}

/** The same for a connection. */
function ofAnotherConnection(verb: string, noun: string, types: string, args: string) {
  const probe = (name: string) => ({ connectionId }: Tenants) => ({
    sql: `select ${name}(${args})`,
    values: [connectionId],
    expect: "PT404",
  });
  return {
    [`private.${verb}_own_${noun}${types}`]: probe(`private.${verb}_own_${noun}`),
    [`public.${verb}_${noun}${types}`]: probe(`public.${verb}_${noun}`),
  };
}

/** The same for a menu. */
function ofAnotherMenu(verb: string, types: string, args: string) {
  const probe = (name: string) => ({ menuId }: Tenants) => ({
    sql: `select ${name}(${args})`,
    values: [menuId],
    expect: "PT404",
  });
  return {
    [`private.${verb}_own_ivr_menu${types}`]: probe(`private.${verb}_own_ivr_menu`),
    [`public.${verb}_ivr_menu${types}`]: probe(`public.${verb}_ivr_menu`),
  };
}

const ENDPOINT_SETTINGS = JSON.stringify({ url: "https://example.com/", events: ["*"] });

/** The same for something of an endpoint: the function in private, and the one in public that calls it. */
function ofAnotherEndpoint(verb: string, noun: string, types: string, args: string) {
  const probe = (name: string) => (tenants: Tenants) => ({
    sql: `select ${name}(${args.replace("$id", "$1").replace("$replay", "$2")})`,
    values: noun === "webhook_delivery"
      ? [tenants.deliveryId]
      : args.includes("$replay")
      ? [tenants.webhookId, tenants.replayId]
      : [tenants.webhookId],
    expect: "PT404",
  });
  return {
    [`private.${verb}_own_${noun}${types}`]: probe(`private.${verb}_own_${noun}`),
    [`public.${verb}_${noun}${types}`]: probe(`public.${verb}_${noun}`),
  };
}

/** The two ways to what is asked of one's own account, which show nothing that is the owner's. */
function ofOwnAccount(verb: string, noun: string, shown: string) {
  const probe = (name: string) => () => ({
    sql: `select ${name} ${shown}`,
    values: [],
    expect: null,
  });
  return {
    [`private.${verb}_own_${noun}`]: probe(`private.${verb}_own_${noun}`),
    [`public.${verb}_${noun}`]: probe(`public.${verb}_${noun}`),
  };
}

const TURN = "'{}', '{}', 'chosen', ''";

/** The same for an app's session: the function in private, and the one in public that calls it. */
function ofAnotherSession(own: string, offered: string, types: string, args: string) {
  const probe = (name: string) => ({ sessionId }: Tenants) => ({
    sql: `select ${name}(${args})`,
    values: [sessionId],
    expect: "PT404",
  });
  return {
    [`private.${own}${types}`]: probe(`private.${own}`),
    [`public.${offered}${types}`]: probe(`public.${offered}`),
  };
}

/** What a stranger gets from each function that a user may call, when it names the owner's things. */
const PROBES: Record<
  string,
  (tenants: Tenants) => { sql: string; values: unknown[]; expect: string | null }
> = {
  "private.account_id()": () => ({
    sql: "select private.account_id() = $1",
    values: [],
    expect: null,
  }),
  "private.audit_subject_id()": () => ({
    sql: "select private.audit_subject_id()",
    values: [],
    expect: null,
  }),
  "private.verify_own_audit_chain()": () => ({
    sql: "select entry from private.verify_own_audit_chain()",
    values: [],
    expect: null,
  }),
  "public.verify_audit_chain()": () => ({
    sql: "select entry from public.verify_audit_chain()",
    values: [],
    expect: null,
  }),
  ...ofAnotherMenu("check", "(uuid)", "$1"),
  ...ofAnotherMenu("publish", "(uuid,text)", "$1, null"),
  ...ofAnotherMenu("rollback", "(uuid,integer)", "$1, 1"),
  // These act as their caller; a menu that is made is the maker's own.
  "private.write_ivr_menu(uuid,jsonb)": ({ menuId }) => ({
    sql: 'select private.write_ivr_menu($1, \'{"name": "x"}\')',
    values: [menuId],
    expect: "PT404",
  }),
  "public.create_ivr_menu(jsonb)": () => ({
    sql: 'select null from public.create_ivr_menu(\'{"name": "x", "prompt": "x"}\')',
    values: [],
    expect: null,
  }),
  "public.create_ivr_menu_once(text,text,jsonb)": () => ({
    sql:
      'select null from public.create_ivr_menu_once(\'once\', repeat(\'0\', 64), \'{"name": "x", "prompt": "x"}\')',
    values: [],
    expect: null,
  }),
  "public.update_ivr_menu(uuid,jsonb)": ({ menuId }) => ({
    sql: "select public.update_ivr_menu($1, '{}')",
    values: [menuId],
    expect: "PT404",
  }),
  "public.delete_ivr_menu(uuid)": ({ menuId }) => ({
    sql: "select public.delete_ivr_menu($1)",
    values: [menuId],
    expect: "PT404",
  }),
  "private.ivr_menu_users(ivr_menus)": ({ menuId }) => ({
    sql:
      "select u.path from public.ivr_menus m cross join lateral private.ivr_menu_users(m) u where m.id = $1",
    values: [menuId],
    expect: null,
  }),
  // Names of columns are nobody's.
  "private.ivr_menu_field(text)": () => ({
    sql: "select private.ivr_menu_field('none')",
    values: [],
    expect: null,
  }),
  ...ofAnotherSession("load_own_ivr_turn", "load_ivr_app_turn", "(uuid,integer)", "$1, 0"),
  ...ofAnotherSession(
    "commit_own_ivr_turn",
    "commit_ivr_app_turn",
    "(uuid,integer,jsonb,jsonb,text,text)",
    `$1, 1, ${TURN}`,
  ),
  ...ofAnotherSession("end_own_ivr_session", "end_ivr_session", "(uuid,integer)", "$1, null"),
  // Of the owner's menu and version a stranger begins nothing; a name is each tenant's own.
  ...Object.fromEntries(
    ["private.load_own_ivr_start", "public.load_ivr_start"].map((name) => [
      `${name}(text,text)`,
      ({ menuId }: Tenants) => ({
        sql: `select ${name}($1, 'chat-1')`,
        values: [menuId],
        expect: "PT404",
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["private.start_own_ivr_session", "public.start_ivr_session"].map((name) => [
      `${name}(uuid,text,text,text,uuid,jsonb,jsonb,text,text)`,
      ({ versionId }: Tenants) => ({
        sql: `select ${name}(gen_random_uuid(), 'chat-1', null, null, $1, ${TURN})`,
        values: [versionId],
        expect: "PT404",
      }),
    ]),
  ),
  "public.start_ivr_session_once(text,text,uuid,text,text,text,uuid,jsonb,jsonb,text,text)": (
    { versionId },
  ) => ({
    sql:
      `select public.start_ivr_session_once('once', repeat('0', 64), gen_random_uuid(), 'chat-1', null, null, $1, ${TURN})`,
    values: [versionId],
    expect: "PT404",
  }),
  "private.load_own_ivr_simulation(uuid,integer)": ({ menuId }) => ({
    sql: "select private.load_own_ivr_simulation($1, null)",
    values: [menuId],
    expect: "PT404",
  }),
  "public.load_ivr_simulation(uuid,integer)": ({ menuId }) => ({
    sql: "select public.load_ivr_simulation($1, 1)",
    values: [menuId],
    expect: "PT404",
  }),
  "private.shown_ivr_session(ivr_sessions)": ({ sessionId }) => ({
    sql: "select private.shown_ivr_session(s) from public.ivr_sessions s where s.id = $1",
    values: [sessionId],
    expect: null,
  }),
  "public.get_ivr_session(uuid)": ({ sessionId }) => ({
    sql: "select public.get_ivr_session($1)",
    values: [sessionId],
    expect: null,
  }),
  "public.list_ivr_sessions(integer,timestamp with time zone,uuid,uuid,text,boolean,text,text,text,timestamp with time zone,timestamp with time zone)":
    () => ({
      sql: "select nullif(public.list_ivr_sessions(100), '[]')",
      values: [],
      expect: null,
    }),
  "public.get_ivr_menu_stats(uuid,timestamp with time zone,timestamp with time zone)": (
    { menuId },
  ) => ({
    sql: "select public.get_ivr_menu_stats($1, now() - interval '1 day', now())",
    values: [menuId],
    expect: "PT404",
  }),
  // The id of the owner's connection is taken; a connection made by a stranger is the stranger's own.
  "private.create_own_phone_connection(uuid,text,text,text,uuid,text,jsonb)": (
    { connectionId },
  ) => ({
    sql:
      "select private.create_own_phone_connection($1, 'twilio', 'x', null, gen_random_uuid(), 'e30..AA.AA.AA')",
    values: [connectionId],
    expect: "23505",
  }),
  "public.create_phone_connection(uuid,text,text,text,uuid,text,jsonb)": ({ connectionId }) => ({
    sql:
      "select public.create_phone_connection($1, 'twilio', 'x', null, gen_random_uuid(), 'e30..AA.AA.AA')",
    values: [connectionId],
    expect: "23505",
  }),
  // What is said of an account is said of the caller's own; nobody's is named.
  "private.own_sign_in()": () => ({
    sql: "select private.own_sign_in() ->> 'email' = 'owner@example.com'",
    values: [],
    expect: null,
  }),
  "public.get_own_sign_in()": () => ({
    sql: "select public.get_own_sign_in() ->> 'email' = 'owner@example.com'",
    values: [],
    expect: null,
  }),
  ...ofOwnAccount("get", "account_deletion()", "->> 'requested_at'"),
  ...ofOwnAccount("cancel", "account_deletion()", "->> 'requested_at'"),
  "private.record_own_consent(text,boolean,text)": () => ({
    sql: "select private.record_own_consent('recordings', false, null)",
    values: [],
    expect: "PT404",
  }),
  "public.set_retention(text,integer)": () => ({
    sql: "select public.set_retention('nothing', 60)",
    values: [],
    expect: "PT404",
  }),
  "private.set_own_retention(text,integer)": () => ({
    sql: "select private.set_own_retention('nothing', 60)",
    values: [],
    expect: "PT404",
  }),
  // Nothing that a stranger chose.
  "public.list_retention()": () => ({
    sql:
      "select p from jsonb_array_elements(public.list_retention()) p where (p ->> 'chosen')::boolean",
    values: [],
    expect: null,
  }),
  // Nothing that a stranger chose.
  "private.list_own_retention()": () => ({
    sql:
      "select p from jsonb_array_elements(private.list_own_retention()) p where (p ->> 'chosen')::boolean",
    values: [],
    expect: null,
  }),
  "public.record_consent(text,boolean,text)": () => ({
    sql: "select public.record_consent('recordings', false, null)",
    values: [],
    expect: "PT404",
  }),
  "public.get_consents()": () => ({
    sql: "select id from public.get_consents()",
    values: [],
    expect: null,
  }),
  // This stranger has no profile.
  "public.replace_avatar(text)": () => ({
    sql: "select public.replace_avatar(null) ->> 'replaced'",
    values: [],
    expect: "PT404",
  }),
  // The owner's export is under way; a stranger's own is another, and the owner's is not found.
  ...ofOwnAccount("create", "account_export()", "->> 'ready_at'"),
  "public.create_account_export_once(text,text)": () => ({
    sql:
      "select public.create_account_export_once('once', repeat('0', 64)) -> 'response' ->> 'ready_at'",
    values: [],
    expect: null,
  }),
  "private.get_own_account_export(uuid)": ({ exportId }) => ({
    sql: "select private.get_own_account_export($1)",
    values: [exportId],
    expect: "PT404",
  }),
  "public.get_account_export(uuid)": ({ exportId }) => ({
    sql: "select public.get_account_export($1)",
    values: [exportId],
    expect: "PT404",
  }),
  "public.create_phone_connection_once(text,text,uuid,text,text,text,uuid,text,jsonb)": (
    { connectionId },
  ) => ({
    sql:
      "select public.create_phone_connection_once('once', repeat('0', 64), $1, 'twilio', 'x', null, gen_random_uuid(), 'e30..AA.AA.AA')",
    values: [connectionId],
    expect: "23505",
  }),
  "private.connection_secrets(uuid)": ({ connectionId }) => ({
    sql: "select private.connection_secrets($1)",
    values: [connectionId],
    expect: null,
  }),
  ...ofAnotherConnection("update", "phone_connection", "(uuid,jsonb)", "$1, '{}'"),
  ...ofAnotherConnection(
    "rotate",
    "connection_secret",
    "(uuid,uuid,text,integer)",
    "$1, gen_random_uuid(), 'e30..AA.AA.AA', 0",
  ),
  "private.name_number_fault(text)": () => ({
    sql: "select private.name_number_fault('phone_numbers_pkey')",
    values: [],
    expect: null,
  }),
  "public.create_phone_number(uuid,text,uuid,text)": ({ connectionId }) => ({
    sql: "select public.create_phone_number($1, '+15550100177')",
    values: [connectionId],
    expect: "PT422",
  }),
  "public.create_phone_number_once(text,text,uuid,text,uuid,text)": ({ connectionId }) => ({
    sql: "select public.create_phone_number_once('once', repeat('0', 64), $1, '+15550100177')",
    values: [connectionId],
    expect: "PT422",
  }),
  "public.update_phone_number(uuid,jsonb)": ({ numberId }) => ({
    sql: "select public.update_phone_number($1, '{}')",
    values: [numberId],
    expect: "PT404",
  }),
  // Rules are the caller's own; nobody's are named.
  "private.own_transfer_rules()": () => ({
    sql: "select r.user_id from private.own_transfer_rules() r",
    values: [],
    expect: null,
  }),
  "public.get_transfer_rules()": () => ({
    sql: "select nullif(max_per_hour, 100) from public.get_transfer_rules()",
    values: [],
    expect: null,
  }),
  "private.set_own_transfer_rules(text[],text[],integer)": () => ({
    sql: "select null from private.set_own_transfer_rules(null, '{}', 0)",
    values: [],
    expect: null,
  }),
  "public.set_transfer_rules(text[],text[],integer)": () => ({
    sql: "select null from public.set_transfer_rules(null, '{}', 0)",
    values: [],
    expect: null,
  }),
  // A hash is of one key, and that is the owner's.
  "private.create_own_api_key(text,text,jsonb)": () => ({
    sql: "select private.create_own_api_key($1, 'vx_0000000', $2)",
    values: [KEY_HASH, KEY_SETTINGS],
    expect: "23505",
  }),
  "public.create_api_key(text,text,jsonb)": () => ({
    sql: "select public.create_api_key($1, 'vx_0000000', $2)",
    values: [KEY_HASH, KEY_SETTINGS],
    expect: "23505",
  }),
  "public.create_api_key_once(text,text,text,text,jsonb)": () => ({
    sql: "select public.create_api_key_once('once', repeat('0', 64), $1, 'vx_0000000', $2)",
    values: [KEY_HASH, KEY_SETTINGS],
    expect: "23505",
  }),
  // The owner's Idempotency-Key is another one than the stranger's of the same text.
  "private.recall_request(text,text,text)": () => ({
    sql: "select private.recall_request('api-keys.create', 'once', repeat('0', 64))",
    values: [],
    expect: null,
  }),
  "private.remember_request(text,text,text,jsonb)": () => ({
    sql:
      "select private.remember_request('api-keys.create', 'once', repeat('0', 64), '{}') -> 'response' ->> 'id'",
    values: [],
    expect: null,
  }),
  ...ofAnotherKey("update", "(uuid,jsonb)", "$1, '{}'"),
  ...ofAnotherKey("rotate", "(uuid,text,text,integer)", "$1, 'x', 'x', 0"),
  ...ofAnotherKey("revoke", "(uuid)", "$1"),
  ...ofAnotherKey("delete", "(uuid)", "$1"),
  // The id of the owner's endpoint is taken; an endpoint made by a stranger is the stranger's own.
  "private.create_own_webhook(uuid,text,jsonb)": ({ webhookId }) => ({
    sql: "select private.create_own_webhook($1, 'e30..AA.AA.AA', $2)",
    values: [webhookId, ENDPOINT_SETTINGS],
    expect: "23505",
  }),
  "public.create_webhook(uuid,text,jsonb)": ({ webhookId }) => ({
    sql: "select public.create_webhook($1, 'e30..AA.AA.AA', $2)",
    values: [webhookId, ENDPOINT_SETTINGS],
    expect: "23505",
  }),
  "public.create_webhook_once(text,text,uuid,text,jsonb)": ({ webhookId }) => ({
    sql: "select public.create_webhook_once('once', repeat('0', 64), $1, 'e30..AA.AA.AA', $2)",
    values: [webhookId, ENDPOINT_SETTINGS],
    expect: "23505",
  }),
  ...ofAnotherEndpoint("update", "webhook", "(uuid,jsonb)", "$id, '{}'"),
  ...ofAnotherEndpoint("delete", "webhook", "(uuid)", "$id"),
  ...ofAnotherEndpoint("rotate", "webhook_secret", "(uuid,text,integer)", "$id, 'x', 0"),
  ...ofAnotherEndpoint("start", "webhook_test", "(uuid)", "$id"),
  ...ofAnotherEndpoint(
    "replay",
    "webhook",
    "(uuid,jsonb,boolean)",
    `$id, '{"kind": "all", "since": "2020-01-01"}', true`,
  ),
  ...ofAnotherEndpoint("get", "webhook_replay", "(uuid,uuid)", "$id, $replay"),
  ...ofAnotherEndpoint("cancel", "webhook_replay", "(uuid,uuid)", "$id, $replay"),
  ...ofAnotherEndpoint("resend", "webhook_delivery", "(uuid)", "$id"),
  // An event names no endpoint; it reaches those of its publisher, and may not name another's agent.
  "private.publish_own_event(text,jsonb,uuid,text,text)": ({ agentId }) => ({
    sql: "select private.publish_own_event('custom.first', '{}', $1, null, null)",
    values: [agentId],
    expect: "PT422",
  }),
  "public.publish_event(text,jsonb,uuid,text,text)": ({ agentId }) => ({
    sql: "select public.publish_event('custom.first', '{}', $1)",
    values: [agentId],
    expect: "PT422",
  }),
  // Configuration and profile are the caller's own; nobody's are named.
  // The setting is the caller's own; nobody's is named.
  ...Object.fromEntries(
    ["private.describe_own_health_data", "public.health_data"].map((name) => [
      `${name}()`,
      () => ({ sql: `select nullif(${name}() ->> 'plain', '0')`, values: [], expect: null }),
    ]),
  ),
  ...Object.fromEntries(
    ["private.set_own_health_data", "public.set_health_data"].map((name) => [
      `${name}(boolean)`,
      () => ({ sql: `select nullif(${name}(false) ->> 'plain', '0')`, values: [], expect: null }),
    ]),
  ),
  ...Object.fromEntries(
    ["private.load_own_call", "public.load_call"].map((name) => [
      `${name}(uuid)`,
      ({ callId }: Tenants) => ({ sql: `select ${name}($1)`, values: [callId], expect: "PT404" }),
    ]),
  ),
  "private.store_own_retell_config(jsonb,timestamp with time zone,text)": () => ({
    sql:
      "select nullif(private.store_own_retell_config('{}', null, null) #> '{config,phone_number}', 'null')",
    values: [],
    expect: null,
  }),
  "public.store_retell_config(jsonb,timestamp with time zone,text)": () => ({
    sql: "select nullif(public.store_retell_config('{}') #> '{config,phone_number}', 'null')",
    values: [],
    expect: null,
  }),
  "private.get_own_user_profile()": () => ({
    sql: "select private.get_own_user_profile()",
    values: [],
    expect: null,
  }),
  "public.get_complete_user_profile()": () => ({
    sql: "select public.get_complete_user_profile()",
    values: [],
    expect: null,
  }),
  "public.get_api_key_usage(uuid,timestamp with time zone,timestamp with time zone)": (
    { keyId },
  ) => ({
    sql: "select public.get_api_key_usage($1, now() - interval '1 hour', now())",
    values: [keyId],
    expect: "PT404",
  }),
};

Deno.test(
  "No function that a user may call gives a stranger anything of the owner's",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const { rows } = await admin.query<{ signature: string }>(
      `select format('%I.%I(%s)', n.nspname, p.proname, (select string_agg(format_type(t, null), ',' order by o) from unnest(p.proargtypes) with ordinality a (t, o))) as signature
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and p.prorettype <> 'trigger'::regtype and has_function_privilege('authenticated', p.oid, 'execute') order by 1`,
    );
    assert.deepEqual(
      rows.map(({ signature }) => signature),
      Object.keys(PROBES).sort(),
      "Each function that users may call needs a probe",
    );
    // Something for those to find that look for what is broken.
    await admin.query("update private.audit_heads set hash = ''");
    for (const [signature, probe] of Object.entries(PROBES)) {
      const { sql, values, expect } = probe(tenants);
      const all = sql.includes("= $1") ? [owner] : values;
      let answer: unknown;
      const state = await sqlState(() =>
        actAs(admin, "authenticated", stranger, async () => {
          const { rows: [row] } = await admin.query<Record<string, unknown>>(sql, all);
          answer = Object.values(row ?? {})[0];
        })
      );
      assert.equal(state, expect, signature);
      assert.ok(!answer, `${signature} answered ${JSON.stringify(answer)}`);
    }
  },
);

Deno.test("Anon may call no function of ours", onPostgres, async () => {
  await using tenants = await createTenants();
  const { rows } = await tenants.admin.query(
    `select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and p.prorettype <> 'trigger'::regtype and has_function_privilege('anon', p.oid, 'execute')`,
  );
  assert.deepEqual(rows, []);
});

Deno.test(
  "Every function has an empty search path, and every table and function a comment",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows } = await tenants.admin.query(
      `select p.oid::regprocedure::text as what from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${OURS} and (not coalesce(p.proconfig, '{}') @> array['search_path=""'] or obj_description(p.oid, 'pg_proc') is null)
     union all
     select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${OURS} and c.relkind in ('r', 'p', 'v') and not c.relispartition and obj_description(c.oid, 'pg_class') is null`,
    );
    assert.deepEqual(rows, []);
  },
);

Deno.test("Security definer functions live in private", onPostgres, async () => {
  await using tenants = await createTenants();
  const { rows } = await tenants.admin.query(
    "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef",
  );
  assert.deepEqual(rows, []);
});
