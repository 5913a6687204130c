import assert from "node:assert/strict";
import type { PostgrestError } from "@supabase/supabase-js";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

/** What the tests below call; each home must answer it as PostgREST does. */
const FUNCTIONS = `
  create function public.who() returns jsonb language sql stable as $$
    select jsonb_build_object('role', current_user, 'uid', auth.uid(), 'claimed', auth.role(),
      'email', auth.email(), 'subject', auth.jwt() ->> 'sub', 'backend', pg_backend_pid()) $$;
  create function public.refuse(p_code text) returns void language plpgsql as $$
    begin raise exception using errcode = p_code, message = 'No', detail = 'why', hint = 'how'; end $$;
  create function public.echo(p_value jsonb) returns jsonb language sql as $$ select p_value $$;
  create table public.kinds (
    id integer primary key, at timestamptz, local timestamp, amount numeric, many bigint,
    bytes bytea, document jsonb, check (amount < 100));
  create table public.closed (id integer primary key);
  alter table public.closed enable row level security;
  revoke all on public.kinds, public.closed from anon, authenticated;
  grant all on public.kinds to service_role;
  grant execute on function public.who(), public.echo(jsonb) to anon, authenticated, service_role;
  grant execute on function public.refuse(text) to service_role;`;

async function curedStack(databaseUrl?: string): Promise<TestStack> {
  const stack = await testStack({ databaseUrl });
  await stack.database.exec(FUNCTIONS);
  await stack.reloadSchema();
  return stack;
}

async function checkIsolation(stack: TestStack): Promise<void> {
  const [one, two] = [await stack.newTenant("one"), await stack.newTenant("two")];
  const callers = [
    { db: one.db, role: "authenticated", uid: one.userId, email: one.email },
    { db: two.db, role: "authenticated", uid: two.userId, email: two.email },
    { db: stack.admin, role: "service_role", uid: null, email: null },
  ];
  const answers = await Promise.all(
    Array.from({ length: 45 }, async (_, index) => {
      const caller = callers[index % callers.length];
      assert.ok(caller);
      const { data } = await caller.db.rpc("who");
      const { backend: _backend, ...who } = data;
      return { who, caller };
    }),
  );
  for (const { who, caller: { role, uid, email } } of answers) {
    assert.deepEqual(who, { role, uid, claimed: role, email, subject: uid });
  }
}

async function errorOf(
  request: PromiseLike<{ status: number; error: PostgrestError | null }>,
): Promise<object> {
  const { status, error } = await request;
  return { status, code: error?.code, details: error?.details, hint: error?.hint };
}

async function checkErrors({ admin }: TestStack): Promise<void> {
  const answers: readonly (readonly [string, number])[] = [
    ["PT409", 409],
    ["P0001", 400],
    ["VX001", 400],
    ["23514", 400],
    ["23P01", 400],
    ["22023", 400],
    ["23505", 409],
    ["40001", 500],
    ["53300", 503],
    ["57014", 500],
    ["28000", 403],
  ];
  for (const [code, status] of answers) {
    const error = await errorOf(admin.rpc("refuse", { p_code: code }));
    // Lite leaves the hint of a unique violation out; everything else must arrive.
    const hint = code === "23505" ? null : "how";
    assert.deepEqual(error, { status, code, details: "why", hint }, code);
  }
  const checked = await errorOf(admin.from("kinds").insert({ id: 9, amount: 100 }));
  assert.deepEqual(checked, {
    status: 400,
    code: "23514",
    details: "Failing row contains (9, null, null, 100, null, null, null).",
    hint: null,
  });
}

async function checkValues({ admin }: TestStack): Promise<void> {
  const row = {
    id: 1,
    at: "2026-11-20T10:00:00.25+00:00",
    local: "2026-11-20T10:00:00",
    amount: 12.5,
    many: 4_294_967_296,
    bytes: "\\x00ff10",
    document: { list: [1, "two", null], text: 'a "quoted" word' },
  };
  const { data } = await admin.from("kinds").insert(row).select().single();
  assert.deepEqual(data, row);
  const values = ["text", "", 1, true, [1, { a: "b" }], { a: null }, 'a "quoted" \\ word'];
  for (const value of values) {
    const { data, error } = await admin.rpc("echo", { p_value: value });
    assert.equal(error, null);
    assert.deepEqual(data, value);
  }
}

async function checkGrants(stack: TestStack): Promise<void> {
  const { db } = await stack.newTenant();
  // Lite would have granted everything on every table at its first request.
  const { error, status } = await db.from("closed").select();
  assert.deepEqual([status, error?.code], [403, "42501"]);
}

async function checkAll(t: Deno.TestContext, stack: TestStack): Promise<void> {
  await t.step("requests at once never run as one another", () => checkIsolation(stack));
  await t.step("errors have PostgREST's status, code, details and hint", () => checkErrors(stack));
  await t.step("values are rendered and taken as PostgREST does", () => checkValues(stack));
  await t.step("nothing is granted that the migrations did not grant", () => checkGrants(stack));
}

Deno.test("Lite is cured on PGlite", async (t) => {
  await using stack = await curedStack();
  await checkAll(t, stack);
});

Deno.test({
  ...onPostgres,
  name: "Lite is cured on PostgreSQL",
  async fn(t) {
    await using database = await createDatabase();
    await using stack = await curedStack(database.url);
    await checkAll(t, stack);
  },
});
