import assert from "node:assert/strict";
import { bearer, call as request, makeKey } from "#tests/support/key_holder.ts";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { WRITABLE } from "#tests/support/writable_columns.ts";

// The embedded platform grants every role everything on tables with row level security, so here the
// policies and triggers stand alone.

const unwrapped = async <Data>(request: PromiseLike<{ data: Data; error: unknown }>) => {
  const { data, error } = await request;
  assert.equal(error, null);
  return data;
};

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** Whether its owner may read it. */
  readonly readable: boolean;
}

/** A stack with a call, a key and an endpoint, each of them used, whose owner has a row in every public table. */
async function withCall(stack: TestStack): Promise<Tenant> {
  const owner = await stack.newTenant("owner");
  const { id, key } = await makeKey(stack, owner);
  // The hours of a key that are over.
  await stack.database.query(
    `insert into public.api_key_usage values ('${id}', '${owner.userId}', '2020-01-01', 1)`,
  );
  const used = await request(stack, "GET", "/api-keys", { headers: bearer(key) });
  assert.equal(used.status, 200);
  const line = await newLine(stack.url, owner);
  const call = incomingCall(line);
  await readTwiml(await line.post(line.urls.voice, call));
  await unwrapped(stack.admin.rpc("ivr_announce_recording", {
    p_connection_id: line.connectionId,
    p_call_id: call.CallSid,
    p_recording_id: "RE1",
    p_url: "https://api.twilio.com/r1",
    p_duration_seconds: 3,
  }));
  await unwrapped(owner.db.rpc("record_consent", {
    p_purpose: "recordings",
    p_given: true,
    p_version: null,
  }));
  await unwrapped(owner.db.rpc("set_retention", { p_policy: "ivr_sessions", p_days: 60 }));
  await addEndpoint(stack, owner);
  return owner;
}

/** A user who has nothing, not even the profile that everybody has from the first. */
async function newStranger(stack: TestStack): Promise<Tenant> {
  const stranger = await stack.newTenant("stranger");
  await stack.database.query(
    `delete from public.user_profiles where user_id = '${stranger.userId}'`,
  );
  return stranger;
}

/** An agent, and an endpoint that was sent something. */
async function addEndpoint(stack: TestStack, { db }: Tenant): Promise<void> {
  await unwrapped(db.from("agents").insert({ name: "Ada" }));
  await unwrapped(db.rpc("create_webhook", {
    p_id: crypto.randomUUID(),
    p_secret: "e30..AA.AA.AA",
    p_settings: { url: "https://example.com/hook", events: ["custom.*"] },
  }));
  await unwrapped(db.rpc("publish_event", { p_type: "custom.first", p_data: {} }));
  const claim = await unwrapped(stack.admin.rpc("claim_webhook_deliveries", { p_limit: 1 }));
  await unwrapped(stack.admin.rpc("complete_webhook_deliveries", {
    p_outcomes: [{ ...claim.deliveries[0], verdict: "delivered", status_code: 200 }],
  }));
}

async function columns({ database }: TestStack): Promise<Column[]> {
  const rows = await database.query(
    `select table_name as table, column_name as column, data_type as type,
        has_column_privilege('authenticated', format('public.%I', table_name), column_name, 'select') as readable
       from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`,
  );
  return rows.map(({ table, column, type, readable }) => ({
    table: String(table),
    column: String(column),
    type: String(type),
    readable: readable === true,
  }));
}

/** What a user sees of a table: all columns that users may read. */
function read({ db }: Tenant, table: string, all: readonly Column[]) {
  const names = all.filter((column) => column.table === table && column.readable)
    .map(({ column }) => column);
  return db.from(table).select(names.join(","));
}

function tablesOf(all: readonly Column[]): string[] {
  return [...new Set(all.map(({ table }) => table))];
}

/** A value of a type that differs from whatever the row holds. */
function otherValue(type: string): unknown {
  switch (type) {
    case "uuid":
      return crypto.randomUUID();
    case "integer":
    case "bigint":
    case "numeric":
      return 424242;
    case "boolean":
      return null;
    case "jsonb":
      return { another: true };
    case "ARRAY":
      return [];
    case "bytea":
      return "\\x00";
    case "timestamp with time zone":
      return "2001-01-01T00:00:00Z";
    case "text":
      return "another";
    default:
      return assert.fail(`No value of type ${type}`);
  }
}

Deno.test("Through REST a stranger sees no row of any table, and the owner sees theirs", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  const stranger = await newStranger(stack);
  const all = await columns(stack);
  for (const table of tablesOf(all)) {
    const own = await read(owner, table, all);
    assert.ok((own.data?.length ?? 0) > 0, `${table}: ${own.error?.message}`);
    const seen = await read(stranger, table, all);
    assert.deepEqual(seen.data ?? [], [], table);
  }
});

Deno.test("Through REST no owner can set a protected column, in an update or in an insert", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  const all = await columns(stack);
  for (const { table, column, type } of all) {
    if (WRITABLE[table]?.includes(column)) continue;
    const [before, value] = [await read(owner, table, all), otherValue(type)];
    assert.ok(before.data, table);
    const updated = await owner.db.from(table).update({ [column]: value }).not(
      "created_at",
      "is",
      null,
    );
    const inserted = await owner.db.from(table).insert({ [column]: value });
    assert.ok(inserted.error, `insert of ${table}.${column}`);
    // A table without an update policy matches no row, which is no error and changes nothing.
    const after = await read(owner, table, all);
    assert.deepEqual(after.data, before.data, `update of ${table}.${column}: ${updated.status}`);
  }
});

Deno.test("Through REST a stranger changes and deletes nothing of the owner's", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  const stranger = await newStranger(stack);
  const all = await columns(stack);
  for (const table of tablesOf(all)) {
    const before = await read(owner, table, all);
    for (const column of WRITABLE[table] ?? ["created_at"]) {
      await stranger.db.from(table).update({ [column]: null }).not("created_at", "is", null);
    }
    await stranger.db.from(table).delete().not("created_at", "is", null);
    assert.ok(before.data, table);
    assert.deepEqual((await read(owner, table, all)).data, before.data, table);
  }
});

Deno.test("Through REST neither private nor a function for our own use can be reached", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  for (const schema of ["private", "auth", "supabase_migrations", "cron"]) {
    const { data, error } = await owner.db.schema(schema).from("credentials").select("*");
    assert.ok(error && !data, schema);
  }
  const ours = await stack.database.query(
    `select p.proname as name, p.proargnames[1:p.pronargs] as args from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public' and not has_function_privilege('authenticated', p.oid, 'execute')`,
  );
  assert.ok(ours.length >= 5);
  for (const { name, args } of ours) {
    const values = Object.fromEntries((Array.isArray(args) ? args : []).map((arg) => [arg, null]));
    const { data, error } = await owner.db.rpc(String(name), values);
    assert.ok(error && !data, `${name} answered ${JSON.stringify(data)}`);
    assert.equal(error.code, "42501", `${name}: ${error.code} ${error.message}`);
  }
});
