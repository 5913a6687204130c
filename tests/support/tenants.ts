// @ts-types="@types/pg"
import pg from "pg";
import { createDatabase, type TestDatabase } from "#tests/support/databases.ts";

/** Two tenants, of whom the first owns a row in every table. */
export interface Tenants extends AsyncDisposable {
  readonly database: TestDatabase;
  /** A connection of the superuser. */
  readonly admin: pg.Client;
  readonly owner: string;
  readonly stranger: string;
  /** What the owner has, for probes that need to name it. */
  readonly menuId: string;
  /** The published version of the menu. */
  readonly versionId: string;
  /** A session that an app drives. */
  readonly sessionId: string;
  readonly connectionId: string;
  readonly numberId: string;
  /** A call at Retell of which a text is sealed. */
  readonly callId: string;
  readonly keyId: string;
  readonly agentId: string;
  /** An endpoint that wants everything, with a delivery that is queued and one that is over. */
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly replayId: string;
  /** An export that is under way. */
  readonly exportId: string;
}

/** The hash of the owner's key, which is a hash of nothing. */
export const KEY_HASH = "0".repeat(64);

/** Makes a migrated database with two tenants, of whom the first has a call, a key and an endpoint, each of them used. */
export async function createTenants(): Promise<Tenants> {
  const database = await createDatabase();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const [owner, stranger] = [crypto.randomUUID(), crypto.randomUUID()];
  const [menuId, connectionId] = [crypto.randomUUID(), crypto.randomUUID()];
  const numberId = crypto.randomUUID();
  await admin.query(
    "insert into auth.users (id, email) values ($1, 'owner@example.com'), ($2, 'stranger@example.com')",
    [owner, stranger],
  );
  const keyId = await actAs(admin, "authenticated", owner, async () => {
    const items = JSON.stringify([{ digit: "1", label: "Bye", action: "hangup" }]);
    await admin.query(
      "insert into public.ivr_menus (id, key, name, prompt, items) values ($1, 'main', 'Main', 'Press 1.', $2)",
      [menuId, items],
    );
    await admin.query("select public.publish_ivr_menu($1)", [menuId]);
    await admin.query(
      "select public.create_phone_connection($1, 'twilio', 'Main line', null, gen_random_uuid(), 'e30..AA.AA.AA')",
      [connectionId],
    );
    await admin.query(
      "insert into public.phone_numbers (id, connection_id, number, menu_id) values ($1, $2, '+15550100100', $3)",
      [numberId, connectionId, menuId],
    );
    const { rows: [key] } = await admin.query<{ id: string }>(
      "select public.create_api_key_once('once', repeat('0', 64), $1, 'vx_0000000', $2) -> 'response' ->> 'id' as id",
      [KEY_HASH, JSON.stringify({ name: "Main key", scopes: ["ivr:read"] })],
    );
    return key?.id ?? "";
  }, "commit");
  await actAs(admin, "service_role", null, async () => {
    const state = JSON.stringify({
      menu_stack: [menuId],
      no_input_count: 0,
      invalid_count: 0,
      digits: "",
      end_reason: null,
    });
    await admin.query(
      `select public.ivr_start_session($1, 'CA1', '+15550100123', '+15550100100',
         (select published_version_id from public.ivr_menus where id = $2), $3, '{"kind": "call_started"}', 'entered', '<Response/>')`,
      [connectionId, menuId, state],
    );
    await admin.query(
      "select public.ivr_announce_recording($1, 'CA1', 'RE1', 'https://api.twilio.com/r1', 3)",
      [connectionId],
    );
    await admin.query("select public.verify_api_key($1)", [KEY_HASH]);
    await admin.query("select public.limit_requests('requests', $1)", [owner]);
  }, "commit");
  // The hours of a key that are over.
  await admin.query("insert into public.api_key_usage values ($1, $2, '2020-01-01', 1)", [
    keyId,
    owner,
  ]);
  const { rows: [menu] } = await admin.query<{ id: string }>(
    "select published_version_id as id from public.ivr_menus where id = $1",
    [menuId],
  );
  const [versionId, sessionId] = [menu?.id ?? "", crypto.randomUUID()];
  await actAs(admin, "authenticated", owner, async () => {
    const state = {
      ...{ menu_stack: [menuId], no_input_count: 0, invalid_count: 0, digits: "" },
      ...{ language: null, pending: null, end_reason: null },
    };
    await admin.query(
      `select public.start_ivr_session($1, 'chat-1', null, null, $2, $3, '{"kind": "call_started"}', 'entered', '{}')`,
      [sessionId, versionId, JSON.stringify(state)],
    );
  }, "commit");
  // What everybody has from the first would be seen by everybody: the owner's profile is the only one.
  await admin.query("delete from public.user_profiles where user_id = $1", [stranger]);
  const callId = await addRetell(admin, owner);
  await admin.query("insert into private.health_settings values ($1, false)", [owner]);
  await admin.query("insert into private.transfer_rules (user_id) values ($1)", [owner]);
  await admin.query(
    "insert into private.transfer_counts (user_id, hour, transfers) values ($1, '2020-01-01', 1)",
    [owner],
  );
  await admin.query(
    "insert into private.audit_checkpoints (subject_id, entries, hash) select subject_id, 0, '' from private.audit_subjects where user_id = $1",
    [owner],
  );
  await actAs(
    admin,
    "authenticated",
    owner,
    () => admin.query("select public.set_retention('ivr_sessions', 60)"),
    "commit",
  );
  await admin.query(
    `insert into private.archives (object, user_id, table_name, begun_at, ended_at, rows, sha256)
       values ($1 || '/public.ivr_sessions/1.jsonl.gz', $1::text::uuid, 'public.ivr_sessions', now(), now(), 1, repeat('0', 64))`,
    [owner],
  );
  await admin.query(
    "select private.run_job('cron-history', 'select 0', false)",
  );
  const exportId = await actAs(admin, "authenticated", owner, async () => {
    await admin.query("select public.record_consent('recordings', true, '1')");
    const { rows: [started] } = await admin.query<{ id: string }>(
      "select public.create_account_export() ->> 'id' as id",
    );
    return started?.id ?? "";
  }, "commit");
  await admin.query(
    "insert into private.ivr_callouts (session_id, step, attempt) select id, 0, 1 from public.ivr_sessions",
  );
  const endpoint = await addEndpoint(admin, owner);
  return {
    database,
    admin,
    owner,
    stranger,
    menuId,
    versionId,
    sessionId,
    connectionId,
    numberId,
    callId,
    keyId,
    exportId,
    ...endpoint,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A configuration of Retell's, and a call there. */
async function addRetell(admin: pg.Client, owner: string): Promise<string> {
  await actAs(admin, "authenticated", owner, async () => {
    const sealed = "e30..AA.AA.AA";
    const secret = { sealed, last_four: "AAAA", fingerprint: "0".repeat(16) };
    const config = { api_key: secret, call_agent_id: secret, sms_agent_id: secret };
    await admin.query("select public.store_retell_config($1)", [
      JSON.stringify({ ...config, phone_number: "+15550100100", agent_config: sealed }),
    ]);
  }, "commit");
  return await actAs(admin, "service_role", null, async () => {
    const sealed = { id: crypto.randomUUID(), sealed: "e30..AA.AA.AA" };
    const event = {
      ...{ call_id: "call_1", rank: 5, facts: { status: "completed" }, is_analyzed: true },
      sealed: { summary: { ...sealed, weight: 1, digest: "" } },
      analysis: { ...sealed, bytes: 2, digest: "" },
    };
    const { rows: [told] } = await admin.query<{ id: string }>(
      "select public.retell_record_event($1, $2) as id",
      [owner, JSON.stringify(event)],
    );
    return told?.id ?? "";
  }, "commit");
}

/** An agent, and an endpoint of which every table of the queue has a row. */
async function addEndpoint(admin: pg.Client, owner: string) {
  const [agentId, webhookId, disabledId] = [
    crypto.randomUUID(),
    crypto.randomUUID(),
    crypto.randomUUID(),
  ];
  await actAs(admin, "service_role", null, async () => {
    await admin.query("select public.set_webhook_limit($1, 60)", [owner]);
  }, "commit");
  await actAs(admin, "authenticated", owner, async () => {
    await admin.query("insert into public.agents (id, name) values ($1, 'Ada')", [agentId]);
    const settings = { url: "https://example.com/hook", events: ["custom.*"], rate_limit: 5 };
    for (const [id, enabled] of [[webhookId, true], [disabledId, false]] as const) {
      await admin.query("select public.create_webhook($1, 'e30..AA.AA.AA', $2)", [
        id,
        JSON.stringify({
          ...{ ...settings, enabled },
          ...{ headers: "e30..AA.AA.AA", header_names: ["x-tenant"] },
        }),
      ]);
    }
    await admin.query("select public.rotate_webhook_secret($1, 'e30..AA.AA.AB', 1)", [webhookId]);
    await admin.query("select public.publish_event('custom.first', '{}')");
  }, "commit");
  const deliveryId = await actAs(admin, "service_role", null, async () => {
    const { rows: [claimed] } = await admin.query<{ id: string; fence: number }>(
      "select d ->> 'id' as id, (d ->> 'fence')::integer as fence from json_array_elements(public.claim_webhook_deliveries(1) -> 'deliveries') d",
    );
    const outcome = { ...claimed, verdict: "delivered", status_code: 200, duration_ms: 1 };
    await admin.query("select public.complete_webhook_deliveries($1)", [JSON.stringify([outcome])]);
    return claimed?.id ?? "";
  }, "commit");
  const replayId = await actAs(admin, "authenticated", owner, async () => {
    const { rows: [replay] } = await admin.query<{ id: string }>(
      "select public.replay_webhook($1, $2, false) ->> 'replay_id' as id",
      [webhookId, JSON.stringify({ kind: "all", since: "2020-01-01" })],
    );
    return replay?.id ?? "";
  }, "commit");
  return { agentId, webhookId, deliveryId, replayId };
}

/**
 * Runs something as a role of the Data API, in a transaction of its own, as PostgREST does.
 *
 * @param then what becomes of the transaction if nothing was thrown.
 */
export async function actAs<Result>(
  client: pg.ClientBase,
  role: "anon" | "authenticated" | "service_role",
  userId: string | null,
  action: () => Promise<Result>,
  then: "commit" | "rollback" = "rollback",
): Promise<Result> {
  await client.query("begin");
  try {
    const claims = JSON.stringify({ role, ...userId !== null && { sub: userId } });
    await client.query(
      "select set_config('request.jwt.claims', $1, true), set_config('request.jwt.claim.sub', $2, true)",
      [claims, userId ?? ""],
    );
    await client.query(`set local role ${role}`);
    const result = await action();
    await client.query(then);
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** The SQLSTATE of what a query throws, or null when it throws nothing. */
export async function sqlState(action: () => Promise<unknown>): Promise<string | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code ?? "unknown";
    throw error;
  }
}
