import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { accountStack, ask, hurry, maintain } from "#tests/support/account_owner.ts";
import { bearer, call, makeKey } from "#tests/support/key_holder.ts";
import { everyRow } from "#tests/support/rows.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

/** The user's token as it would be so many seconds after a sign-in, renewed just now. */
async function tokenOf(
  { secrets }: TestStack,
  { userId }: Tenant,
  claims: { amr?: unknown; iat?: number },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({
    role: "authenticated",
    ...claims.amr !== undefined && { amr: claims.amr },
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setAudience("authenticated")
    .setIssuedAt(claims.iat ?? now)
    .setExpirationTime(now + 3600)
    .sign(new TextEncoder().encode(secrets.jwt_secret));
}

async function remains({ database }: TestStack, { userId }: Tenant): Promise<unknown> {
  const [row] = await database.query(
    `select private.count_personal_rows('${userId}')::text as counts`,
  );
  return JSON.parse(String(row?.counts));
}

Deno.test("An account is deleted for who has just signed in, or knows the password, and for nobody else", async () => {
  await using stack = await accountStack();
  const now = Math.floor(Date.now() / 1000);
  const password = (timestamp: number) => [{ method: "password", timestamp }];
  const cases: readonly [string, { amr?: unknown; iat?: number }, object, number][] = [
    ["signed in a minute ago", { amr: password(now - 60) }, {}, 202],
    ["signed in six minutes ago, renewed now", { amr: password(now - 360) }, {}, 403],
    [
      "renewed now, and nothing else",
      { amr: [{ method: "token_refresh", timestamp: now }] },
      {},
      403,
    ],
    [
      "a second factor a minute ago",
      { amr: [...password(now - 9000), { method: "totp", timestamp: now - 60 }] },
      {},
      202,
    ],
    ["ways without their times", { amr: ["pwd"] }, {}, 403],
    ["a new token that says nothing", {}, {}, 403],
    ["an old token and a wrong password", { iat: now - 360 }, { password: "wrong" }, 403],
    ["a new token and a wrong password", {}, { password: "wrong" }, 403],
  ];
  for (const [what, claims, json, status] of cases) {
    const owner = await stack.newTenant();
    const headers = bearer(await tokenOf(stack, owner, claims));
    const reply = await call(stack, "DELETE", "/account", { headers, json });
    assert.equal(reply.status, status, what);
    if (status === 403) assert.equal(reply.body.code, "reauthentication_required", what);
    const { body } = await call(stack, "GET", "/account/deletion", { headers });
    assert.equal(body.state, status === 202 ? "requested" : "none", what);
  }
  const owner = await stack.newTenant();
  const headers = bearer(await tokenOf(stack, owner, { iat: now - 360 }));
  const json = { password: owner.password };
  assert.equal((await call(stack, "DELETE", "/account", { headers, json })).status, 202);
  // The session that the password opened is closed again.
  const [sessions] = await stack.database.query(
    `select count(*)::integer as n from auth.sessions where user_id = '${owner.userId}'`,
  );
  assert.equal(sessions?.n, 1);
});

Deno.test("Renewing a token is no sign-in, where tokens do not say how their user signed in either", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await stack.database.query(
    "update auth.sessions set created_at = created_at - interval '6 minutes'",
  );
  const { data } = await owner.db.auth.refreshSession();
  const headers = bearer(data.session?.access_token ?? assert.fail("No token"));
  const { status, body } = await call(stack, "DELETE", "/account", { headers, json: {} });
  assert.deepEqual([status, body.code], [403, "reauthentication_required"]);
});

Deno.test("No program deletes an account, not even with the password", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  const { key } = await makeKey(stack, owner);
  const json = { password: owner.password };
  const { status, body } = await call(stack, "DELETE", "/account", { headers: bearer(key), json });
  assert.deepEqual([status, body.code], [403, "forbidden"]);
});

Deno.test("Passwords cannot be tried without end", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  const json = { password: "wrong" };
  let reply = await ask(stack, owner, "DELETE", "", { json });
  // At most 20 in five minutes, and the tries of a test may be in two of those.
  for (let tries = 1; reply.status === 403; tries++) {
    assert.ok(tries <= 40);
    reply = await ask(stack, owner, "DELETE", "", { json });
  }
  assert.deepEqual([reply.status, reply.body.code], [429, "rate_limited"]);
});

Deno.test("In the time of grace everything stays as it is, and the deletion can be taken back", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await owner.db.from("agents").insert({ name: "Ada" });
  const asked = await ask(stack, owner, "DELETE", "", { json: {} });
  assert.deepEqual([asked.status, asked.body.state], [202, "requested"]);
  const again = await ask(stack, owner, "DELETE", "", { json: {} });
  assert.deepEqual(again.body, asked.body);
  const [entry] = await stack.database.query(
    "select request_id, caller from public.audit_logs where action = 'account.delete'",
  );
  assert.deepEqual(entry, { request_id: asked.headers.get("x-request-id"), caller: "service" });
  assert.deepEqual(await maintain(stack), { slices: 0, done: 0, failed: 0, lost: 0 });
  assert.equal((await owner.db.from("agents").select("name")).data?.length, 1);
  assert.equal((await ask(stack, owner, "DELETE", "/deletion")).body.state, "none");
  assert.equal((await ask(stack, owner, "DELETE", "/deletion")).body.state, "none");
  await hurry(stack);
  assert.equal((await maintain(stack)).slices, 0);
  assert.equal((await owner.db.from("agents").select("name")).data?.length, 1);
  assert.equal((await ask(stack, owner, "DELETE", "", { json: {} })).body.state, "requested");
});

Deno.test("The time of grace is a setting", async () => {
  for (const days of ["0", "30"]) {
    await using stack = await accountStack({ SWITCHBOARD_DELETION_GRACE_DAYS: days });
    const owner = await stack.newTenant();
    const { body } = await ask(stack, owner, "DELETE", "", { json: {} });
    const after = Date.parse(String(body.erased_after)) - Date.parse(String(body.requested_at));
    assert.equal(Math.round(after / 86_400_000), Number(days));
    assert.equal((await maintain(stack)).done, days === "0" ? 1 : 0);
  }
});

Deno.test("An erasure takes rows, files, keys and the user, and nobody else's", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  for (const { db } of [owner, stranger]) await db.from("agents").insert({ name: "Ada" });
  const audio = { contentType: "audio/mpeg" };
  for (const { userId } of [owner, stranger]) {
    await stack.admin.storage.from("recordings")
      .upload(`${userId}/call/voice.mp3`, new Uint8Array([1]), audio);
  }
  await stack.database.query(
    `insert into public.webhook_events (user_id, type, payload)
       select '${owner.userId}', 'custom.many', '{}' from generate_series(1, 2500) n`,
  );
  // What an operator did to a user is told of as the operator's.
  await stack.database.query(
    `insert into auth.audit_log_entries (id, payload) values (gen_random_uuid(), json_build_object(
       'action', 'user_modified', 'actor_id', '00000000-0000-0000-0000-000000000000',
       'traits', json_build_object('user_id', '${owner.userId}', 'user_email', '${owner.email}')))`,
  );
  const { key } = await makeKey(stack, owner);
  // An export that is ready has files too, and one that is under way is given up.
  await ask(stack, owner, "POST", "/export");
  await maintain(stack);
  await ask(stack, owner, "POST", "/export");
  const theirs = await remains(stack, stranger);

  await ask(stack, owner, "DELETE", "", { json: {} });
  await stack.database.query(
    "update private.jobs set due_at = now() - interval '1 h' where kind = 'account.erase'",
  );
  // A slow machine takes it in several slices.
  const { done, failed, lost } = await maintain(stack);
  assert.deepEqual({ done, failed, lost }, { done: 1, failed: 0, lost: 0 });
  assert.deepEqual(await remains(stack, owner), {});
  assert.deepEqual(await remains(stack, stranger), theirs);
  const rows = await everyRow(stack);
  assert.ok(!rows.includes(owner.userId) && !rows.includes(owner.email));

  assert.equal(
    (await call(stack, "GET", "/account/profile", { headers: bearer(key) })).status,
    401,
  );
  const { error } = await owner.db.auth.signInWithPassword(owner);
  assert.equal(error?.code, "invalid_credentials");
  // A token outlives its user, and begins nothing.
  assert.equal((await ask(stack, owner, "GET", "/profile")).status, 404);
  assert.equal((await ask(stack, owner, "POST", "/export")).status, 401);
  assert.equal((await ask(stack, owner, "DELETE", "", { json: {} })).status, 401);
  assert.equal(
    (await ask(stack, owner, "PUT", "/consents/recordings", { json: { given: true } })).status,
    401,
  );
});

Deno.test("An erasure waits while an export of the account is under way", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await ask(stack, owner, "POST", "/export");
  await stack.database.query("update private.jobs set leased_until = now() + interval '1 minute'");
  await ask(stack, owner, "DELETE", "", { json: {} });
  await stack.database.query("update private.jobs set due_at = now() where kind = 'account.erase'");
  assert.deepEqual(await maintain(stack), { slices: 1, done: 0, failed: 0, lost: 0 });
  assert.equal((await ask(stack, owner, "GET", "/profile")).status, 200);
  assert.equal((await ask(stack, owner, "GET", "/deletion")).body.state, "running");
  const late = await ask(stack, owner, "DELETE", "/deletion");
  assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
  await hurry(stack);
  await stack.database.query(
    "update private.jobs set due_at = now() - interval '1 h' where kind = 'account.erase'",
  );
  await stack.database.query(
    "update private.jobs set leased_until = now() - interval '1 s' where kind = 'account.export'",
  );
  await maintain(stack);
  await hurry(stack);
  await maintain(stack);
  assert.deepEqual(await remains(stack, owner), {});
});

Deno.test("A table that nobody has classed stops an erasure before it takes anything", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await owner.db.from("agents").insert({ name: "Ada" });
  await stack.database.exec("create table private.unknown (id uuid primary key)");
  await ask(stack, owner, "DELETE", "", { json: {} });
  await hurry(stack);
  assert.equal((await maintain(stack)).failed, 1);
  assert.equal((await owner.db.from("agents").select("name")).data?.length, 1);
  await stack.database.exec("drop table private.unknown");
  await hurry(stack);
  assert.equal((await maintain(stack)).done, 1);
});
