import assert from "node:assert/strict";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

async function profileOf({ database }: TestStack, { userId }: Tenant) {
  const [row] = await database.query(
    `select * from public.user_profiles where user_id = '${userId}'`,
  );
  return row ?? assert.fail("There is no profile");
}

Deno.test("A new user has a profile with the e-mail address, which it follows", async () => {
  await using stack = await testStack();
  const user = await stack.newTenant();
  const { id, email, timezone, language, is_active } = await profileOf(stack, user);
  assert.deepEqual([id, email, timezone, language, is_active], [
    user.userId,
    user.email,
    "UTC",
    "en-US",
    true,
  ]);
  await stack.database.query(
    `update auth.users set email = 'new@example.com' where id = '${user.userId}'`,
  );
  assert.equal((await profileOf(stack, user)).email, "new@example.com");
});

Deno.test("A profile is updated, upserted by clients that send the id, and read as one of profiles", async () => {
  await using stack = await testStack();
  const user = await stack.newTenant();
  const stranger = await stack.newTenant("stranger");
  const edited = await user.db.from("user_profiles").update({
    department: "Cardiology",
    position: "Nurse",
    phone: "+4930123456",
    timezone: "Europe/Berlin",
    preferences: { theme: "dark" },
  }).eq("user_id", user.userId).select("department").single();
  assert.deepEqual(edited.data, { department: "Cardiology" });
  for (const table of ["user_profiles", "profiles"]) {
    const upserted = await user.db.from(table)
      .upsert({ id: user.userId, full_name: `By ${table}` }, { onConflict: "id" });
    assert.equal(upserted.error, null);
    const { data } = await user.db.from("profiles").select("*").eq("id", user.userId);
    assert.deepEqual(data?.map(({ full_name, email }) => [full_name, email]), [[
      `By ${table}`,
      user.email,
    ]]);
    const theirs = await stranger.db.from(table).update({ full_name: "Mine" })
      .eq("id", user.userId).select("id");
    assert.deepEqual(theirs.data, []);
  }
});

Deno.test("What is no time zone, language, number, picture or object is refused and changes nothing", async () => {
  await using stack = await testStack();
  const user = await stack.newTenant();
  const before = await profileOf(stack, user);
  const wrong: Record<string, unknown>[] = [
    { timezone: "Mars/Olympus" },
    { timezone: "posix/Europe/Berlin" },
    { timezone: "CET" },
    { language: "english" },
    { phone: "030 123456" },
    { avatar_url: "javascript:alert(1)" },
    { preferences: ["dark"] },
    { metadata: { long: "x".repeat(140_000) } },
    { username: "" },
  ];
  for (const values of wrong) {
    const { error } = await user.db.from("user_profiles").update(values).eq("id", user.userId);
    assert.ok(error, JSON.stringify(values).slice(0, 80));
  }
  assert.deepEqual(await profileOf(stack, user), before);
});

Deno.test("An owner's change is on the trail with the columns' names; a new e-mail address is not", async () => {
  await using stack = await testStack();
  const user = await stack.newTenant();
  await user.db.from("user_profiles").update({ department: "Secret ward" }).eq("id", user.userId);
  await stack.database.query(`update auth.users set email = 'new@example.com'`);
  const { data } = await user.db.from("audit_logs").select("action,changes").order("entry");
  assert.deepEqual(data, [
    { action: "account.profile.update", changes: { columns: ["department"] } },
  ]);
});

/** What clients of the healthcare CRM and the voice assistant look for. */
const COLUMNS = {
  id: "uuid",
  username: "text",
  full_name: "text",
  email: "text",
  department: "text",
  position: "text",
  phone: "text",
  preferences: "jsonb",
  encrypted_agent_config: "jsonb",
  encrypted_retell_api_key: "text",
  encrypted_call_agent_id: "text",
  encrypted_sms_agent_id: "text",
  phone_number: "text",
  webhook_config: "jsonb",
  retell_integration_status: "text",
  last_retell_sync: "timestamp with time zone",
  avatar_url: "text",
  timezone: "text",
  language: "text",
  is_active: "boolean",
  metadata: "jsonb",
  created_at: "timestamp with time zone",
  updated_at: "timestamp with time zone",
};

Deno.test("Every column that clients look for is there, and an index for each way to look", async () => {
  await using stack = await testStack();
  const columns = await stack.database.query(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = 'public.user_profiles'::regclass and attnum > 0 and not attisdropped`,
  );
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  for (const [name, type] of Object.entries(COLUMNS)) assert.equal(types.get(name), type, name);

  const indexes = await stack.database.query(
    `select regexp_replace(indexdef, '^.* USING ', '') as definition from pg_indexes
      where schemaname = 'public' and tablename = 'user_profiles'`,
  );
  const definitions = indexes.map(({ definition }) => String(definition));
  const wanted = [
    "btree (department)",
    "btree (phone)",
    "btree (retell_integration_status)",
    "gin (preferences)",
    "gin (webhook_config)",
    "gin (metadata)",
    "btree (department, is_active)",
    "btree (retell_integration_status, last_retell_sync)",
    "btree (updated_at) WHERE is_active",
    "btree (last_retell_sync) WHERE (encrypted_retell_api_key IS NOT NULL)",
  ];
  assert.deepEqual(wanted.filter((definition) => !definitions.includes(definition)), []);
});

Deno.test("profiles has the columns of the support dashboard, and shows each user their own row alone", async () => {
  await using stack = await testStack();
  const user = await stack.newTenant();
  await stack.newTenant("stranger");
  const { data } = await user.db.from("profiles").select("*");
  assert.deepEqual(data?.map((row) => [Object.keys(row).sort(), row.id]), [[
    ["avatar_url", "email", "full_name", "id", "updated_at", "username"],
    user.userId,
  ]]);
});
