import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { verifyApiKey } from "#shared/api_keys/verify.ts";
import { HOT_FUNCTIONS, hotCall } from "#shared/db/hot.ts";
import { Problem } from "#shared/http/problem.ts";
import { createDatabase, hotUrl, onPostgres } from "#tests/support/databases.ts";
import { newKey } from "#tests/support/keys.ts";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";
import { createTenants, sqlState } from "#tests/support/tenants.ts";

interface Home {
  readonly stack: TestStack;
  /** A connection of the superuser. */
  readonly admin: pg.Client;
}

/** Runs a test over one database twice, once with each transport; the address must not matter. */
function overBoth(name: string, test: (home: Home) => Promise<void>): void {
  for (const transport of ["through the Data API", "straight"] as const) {
    Deno.test(`${name}, ${transport}`, onPostgres, async () => {
      await using database = await createDatabase();
      await using stack = await testStack({
        databaseUrl: database.url,
        environment: transport === "straight" ? { SWITCHBOARD_DB_URL: hotUrl(database.url) } : {},
      });
      const admin = new pg.Client({ connectionString: database.url });
      await admin.connect();
      try {
        await test({ stack, admin });
        assert.equal(await hotSessions(admin), transport === "straight");
      } finally {
        await admin.end();
      }
    });
  }
}

/** Whether anybody came straight. */
async function hotSessions(admin: pg.Client): Promise<boolean> {
  const sql =
    "select from pg_stat_activity where usename = 'switchboard_hot' and datname = current_database()";
  return ((await admin.query(sql)).rowCount ?? 0) > 0;
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

overBoth("A key is judged and counted", async ({ stack, admin }) => {
  const { userId } = await stack.newTenant();
  const { key, id } = await newKey(admin, userId, { scopes: ["ivr:read"], rate_limit: 2 });
  const { reset, ...verdict } = {
    reset: null,
    ...await verifyApiKey(key, { scope: "ivr:read", ip: "203.0.113.1", userId }),
  };
  assert.deepEqual(verdict, {
    valid: true,
    code: "valid",
    key_id: id,
    user_id: userId,
    scopes: ["ivr:read"],
    limit: 2,
    remaining: 1,
    quota: null,
    quota_remaining: null,
  });
  assert.ok(reset !== null && reset >= 1 && reset <= 3600);
  assert.equal((await verifyApiKey(key, { scope: "ivr:write" })).code, "insufficient_scope");
  assert.deepEqual(await verifyApiKey(key, { userId: crypto.randomUUID() }), {
    valid: false,
    code: "not_found",
  });
  assert.deepEqual(await verifyApiKey(generateApiKey()), { valid: false, code: "not_found" });
});

overBoth("What an owner changes holds for the next call", async ({ stack, admin }) => {
  const { userId, db } = await stack.newTenant();
  const { key, id } = await newKey(admin, userId);
  const change = async (p_settings: object) => {
    assert.equal((await db.rpc("update_api_key", { p_id: id, p_settings })).error, null);
  };
  const code = async () => (await verifyApiKey(key)).code;
  assert.equal(await code(), "valid");
  await change({ enabled: false });
  assert.equal(await code(), "disabled");
  await change({ enabled: true, usage_quota: 1 });
  assert.equal(await code(), "quota_exceeded");
  await change({ usage_quota: 2 });
  assert.equal(await code(), "valid");
  assert.equal((await db.rpc("revoke_api_key", { p_id: id })).error, null);
  assert.equal(await code(), "revoked");
});

overBoth("A call is taken, stepped and ended", async ({ stack, admin }) => {
  const line = await newLine(stack.url, await stack.newTenant());
  const call = incomingCall(line);
  const first = await readTwiml(await line.post(line.urls.voice, call));
  assert.deepEqual(first.said, ["This is main."]);
  const second = await readTwiml(await line.post(first.action, { ...call, Digits: "1" }));
  assert.deepEqual(second.said, ["This is sales."]);
  const again = await readTwiml(await line.post(first.action, { ...call, Digits: "0" }));
  assert.equal(again.text, second.text);
  const status = await line.post(line.urls.status, {
    ...call,
    CallStatus: "completed",
    CallDuration: "7",
  });
  await status.body?.cancel();
  const { rows } = await admin.query(
    "select l.status, l.duration_seconds, s.end_reason from public.call_logs l join public.ivr_sessions s on s.call_log_id = l.id",
  );
  assert.deepEqual(rows, [{
    status: "completed",
    duration_seconds: 7,
    end_reason: "caller_hung_up",
  }]);
});

overBoth("What the database refuses is the same problem", async ({ stack, admin }) => {
  const { connectionId: ours, menuId } = await newLine(stack.url, await stack.newTenant());
  const { connectionId: theirs } = await newLine(stack.url, await stack.newTenant());
  const { rows: [row] } = await admin.query<{ id: string }>(
    "select published_version_id as id from public.ivr_menus where id = $1",
    [menuId],
  );
  const start = (connection: string) =>
    hotCall("ivr_start_session", {
      p_connection_id: connection,
      p_call_id: "CA1",
      p_from: "+15550100123",
      p_to: "+15550100100",
      p_menu_version_id: row?.id ?? assert.fail(),
      p_state: { menu_stack: [menuId], no_input_count: 0, invalid_count: 0, digits: "" },
      p_input: { kind: "call_started" },
      p_outcome: "entered",
      p_reply: "<Response/>",
    }, z.object({ reply: z.string() }));
  assert.deepEqual(await start(ours), { reply: "<Response/>" });
  // Raised by us, by the server for a value, and by the server for a row that must be there.
  assert.equal(await codeOf(() => start(theirs)), "conflict");
  assert.equal(await codeOf(() => start("no uuid")), "validation_failed");
  assert.equal(await codeOf(() => start(crypto.randomUUID())), "internal_error");
});

Deno.test(
  "The role that comes straight may execute the hot functions, and touch nothing else",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, database } = tenants;
    const { rows: functions } = await admin.query<{ name: string }>(
      `select format('%s.%s', n.nspname, p.proname) as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema')
          and has_schema_privilege('switchboard_hot', n.oid, 'usage') and has_function_privilege('switchboard_hot', p.oid, 'execute')
        order by 1`,
    );
    assert.deepEqual(
      functions.map(({ name }) => name),
      HOT_FUNCTIONS.map((name) => `private.${name}`).sort(),
    );
    const { rows: relations } = await admin.query(
      `select c.oid::regclass::text as name, p.privilege from pg_class c join pg_namespace n on n.oid = c.relnamespace,
          unnest(array['select', 'insert', 'update', 'references']) p (privilege)
        where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and (has_any_column_privilege('switchboard_hot', c.oid, p.privilege) or has_table_privilege('switchboard_hot', c.oid, 'delete, truncate, trigger'))`,
    );
    assert.deepEqual(relations, []);
    const { rows: [role] } = await admin.query(
      `select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
         (select count(*)::int from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname = 'switchboard_hot'`,
    );
    assert.deepEqual(role, {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolbypassrls: false,
      rolreplication: false,
      memberships: 0,
    });

    const hot = new pg.Client({ connectionString: hotUrl(database.url) });
    await hot.connect();
    try {
      const { rows: [setting] } = await hot.query("show statement_timeout");
      assert.equal(setting?.statement_timeout, "3500ms");
      for (
        const sql of [
          "select * from public.api_keys",
          "select * from private.credentials",
          "select * from auth.users",
          "select private.judge_api_key('x', null, null, null, now())",
          "select public.verify_api_key('x')",
          "select private.audit(gen_random_uuid(), 'x', 'x', null, '{}')",
          "set role service_role",
          "create table public.mine ()",
        ]
      ) {
        assert.equal(await sqlState(() => hot.query(sql)), "42501", sql);
      }
    } finally {
      await hot.end();
    }
  },
);

Deno.test("A hot function is the same by both names", onPostgres, async () => {
  await using tenants = await createTenants();
  const { rows } = await tenants.admin.query(
    `select p.proname, count(distinct n.nspname)::int as schemas,
       count(distinct (p.proargnames::text, p.proargtypes::text, p.prorettype))::int as signatures,
       bool_and(has_function_privilege('service_role', p.oid, 'execute')) filter (where n.nspname = 'public') as by_service_role
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'private') and p.proname = any ($1) group by 1 order by 1`,
    [HOT_FUNCTIONS],
  );
  assert.deepEqual(
    rows,
    HOT_FUNCTIONS.toSorted().map((proname) => ({
      proname,
      schemas: 2,
      signatures: 1,
      by_service_role: true,
    })),
  );
});
