import assert from "node:assert/strict";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { WRITABLE } from "#tests/support/writable_columns.ts";

// The embedded platform grants every role everything on tables with row level security, so here the
// policies and triggers stand alone.

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** A stack with a call, whose owner has a row in every public table. */
async function withCall(stack: TestStack): Promise<Tenant> {
  const owner = await stack.newTenant("owner");
  const line = await newLine(stack.url, owner);
  await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  return owner;
}

async function columns({ database }: TestStack): Promise<Column[]> {
  const rows = await database.query(
    `select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'public' order by 1, ordinal_position`,
  );
  return rows.map(({ table, column, type }) => ({
    table: String(table),
    column: String(column),
    type: String(type),
  }));
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
      return 424242;
    case "boolean":
      return null;
    case "jsonb":
      return { another: true };
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
  const stranger = await stack.newTenant("stranger");
  for (const table of tablesOf(await columns(stack))) {
    const own = await owner.db.from(table).select("*");
    assert.ok((own.data?.length ?? 0) > 0, `${table}: ${own.error?.message}`);
    const seen = await stranger.db.from(table).select("*");
    assert.deepEqual(seen.data ?? [], [], table);
  }
});

Deno.test("Through REST no owner can set a protected column, in an update or in an insert", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  for (const { table, column, type } of await columns(stack)) {
    if (WRITABLE[table]?.includes(column)) continue;
    const [before, value] = [await owner.db.from(table).select("*"), otherValue(type)];
    const updated = await owner.db.from(table).update({ [column]: value }).not(
      "created_at",
      "is",
      null,
    );
    const inserted = await owner.db.from(table).insert({ [column]: value });
    assert.ok(inserted.error, `insert of ${table}.${column}`);
    // A table without an update policy matches no row, which is no error and changes nothing.
    const after = await owner.db.from(table).select("*");
    assert.deepEqual(after.data, before.data, `update of ${table}.${column}: ${updated.status}`);
  }
});

Deno.test("Through REST a stranger changes and deletes nothing of the owner's", async () => {
  await using stack = await testStack();
  const owner = await withCall(stack);
  const stranger = await stack.newTenant("stranger");
  for (const table of tablesOf(await columns(stack))) {
    const before = await owner.db.from(table).select("*");
    for (const column of WRITABLE[table] ?? ["created_at"]) {
      await stranger.db.from(table).update({ [column]: null }).not("created_at", "is", null);
    }
    await stranger.db.from(table).delete().not("created_at", "is", null);
    assert.deepEqual((await owner.db.from(table).select("*")).data, before.data, table);
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
