import assert from "node:assert/strict";
import { accountStack, ask, hurry, maintain } from "#tests/support/account_owner.ts";
import { fetched, linesOf, manifest, ready, start } from "#tests/support/exports.ts";
import { bearer, call, makeKey } from "#tests/support/key_holder.ts";

Deno.test("An export has every row and file of its user, as its manifest says, and nobody else's", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  for (const { db, userId } of [owner, stranger]) {
    await db.from("agents").insert({ name: `Agent of ${userId}` });
  }
  // More rows than are read at once.
  await stack.database.query(
    `insert into public.webhook_events (user_id, type, payload)
       select '${owner.userId}', 'custom.many', '{"n": ' || n || '}' from generate_series(1, 1234) n`,
  );
  const recording = crypto.getRandomValues(new Uint8Array(3_000));
  await stack.admin.storage.from("recordings")
    .upload(`${owner.userId}/call/voice.mp3`, recording, { contentType: "audio/mpeg" });
  await stack.admin.storage.from("recordings")
    .upload(`${stranger.userId}/call/voice.mp3`, recording, { contentType: "audio/mpeg" });

  const id = await start(stack, owner);
  const running = await ask(stack, owner, "GET", `/exports/${id}`);
  assert.deepEqual([running.body.state, running.body.files], ["running", []]);
  assert.equal((await maintain(stack)).failed, 0);
  const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
  const complete = ready.parse(body);
  const listed = manifest.parse(
    JSON.parse(new TextDecoder().decode(await fetched(complete.manifest))),
  );
  assert.equal(listed.user_id, owner.userId);
  assert.deepEqual(listed.files, complete.files.map(({ url: _, ...rest }) => rest));

  const counts = new Map<string, number>();
  let everything = "";
  for (const file of complete.files) {
    const content = await fetched(file);
    if (file.object !== undefined) {
      assert.deepEqual([file.bucket, content], ["recordings", recording]);
      continue;
    }
    const rows = linesOf(content);
    assert.equal(rows.length, file.rows);
    everything += JSON.stringify(rows);
    counts.set(file.table ?? "", (counts.get(file.table ?? "") ?? 0) + rows.length);
  }
  for (const { name, rows } of listed.tables) assert.equal(counts.get(name) ?? 0, rows, name);
  assert.equal(counts.get("public.webhook_events"), 1234);
  assert.equal(counts.get("auth.users"), 1);
  assert.equal(listed.objects, 1);
  assert.ok(everything.includes(`Agent of ${owner.userId}`));
  assert.ok(!everything.includes(stranger.userId));
  const users = listed.tables.find(({ name }) => name === "auth.users");
  assert.ok(users?.withheld.includes("encrypted_password"));
});

Deno.test("One export is under way at a time, and a repeat with its Idempotency-Key is the same", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  const headers = { "idempotency-key": "once" };
  const first = await ask(stack, owner, "POST", "/export", { headers });
  assert.equal(first.status, 202);
  const again = await ask(stack, owner, "POST", "/export", { headers });
  assert.deepEqual([again.status, again.body.id, again.headers.get("idempotency-replayed")], [
    202,
    first.body.id,
    "true",
  ]);
  const other = await ask(stack, owner, "POST", "/export");
  assert.deepEqual([other.status, other.body.code], [409, "conflict"]);
  await maintain(stack);
  assert.equal((await ask(stack, owner, "POST", "/export")).status, 202);
});

Deno.test("An export is its owner's alone, over the routes and in storage", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const id = await start(stack, owner);
  await maintain(stack);
  assert.equal((await ask(stack, stranger, "GET", `/exports/${id}`)).status, 404);
  const path = `${owner.userId}/${id}/manifest.json`;
  assert.notEqual((await stranger.db.storage.from("exports").download(path)).error, null);
  assert.notEqual(
    (await stranger.db.storage.from("exports").createSignedUrl(path, 60)).error,
    null,
  );
  const own = owner.db.storage.from("exports");
  assert.notEqual((await own.upload(path, new Uint8Array(1), { upsert: true })).error, null);
  assert.equal((await own.download(path)).error, null);
});

Deno.test("A program with account:read finds an export and its links", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  const { key } = await makeKey(stack, owner, { scopes: ["account:read", "account:write"] });
  const started = await call(stack, "POST", "/account/export", { headers: bearer(key) });
  await maintain(stack);
  const { body } = await call(stack, "GET", `/account/exports/${started.body.id}`, {
    headers: bearer(key),
  });
  await fetched(ready.parse(body).manifest);
});

Deno.test("The files of an export are gone when it has been kept long enough", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  const id = await start(stack, owner);
  await maintain(stack);
  const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
  await hurry(stack);
  assert.equal((await maintain(stack)).done, 1);
  const expired = await ask(stack, owner, "GET", `/exports/${id}`);
  assert.deepEqual([expired.body.state, expired.body.files, expired.body.manifest], [
    "expired",
    [],
    null,
  ]);
  const gone = await fetch(ready.parse(body).manifest.url);
  await gone.body?.cancel();
  assert.equal(gone.status, 400);
});

Deno.test("A table that nobody has classed fails an export rather than being left out, and it goes on when it has a class", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await stack.database.exec(
    "create table public.unknown (id uuid primary key default gen_random_uuid(), user_id uuid)",
  );
  await stack.database.query(`insert into public.unknown (user_id) values ('${owner.userId}')`);
  const id = await start(stack, owner);
  assert.equal((await maintain(stack)).failed, 1);
  const [job] = await stack.database.query("select state, error from private.jobs");
  assert.deepEqual(job, { state: "queued", error: "internal_error public.unknown" });
  assert.equal((await ask(stack, owner, "GET", `/exports/${id}`)).body.state, "running");
  await stack.database.query(
    "insert into private.table_classes (name, handling) values ('public.unknown', 'owned')",
  );
  await hurry(stack);
  await maintain(stack);
  const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
  assert.ok(ready.parse(body).files.some(({ table }) => table === "public.unknown"));
});

Deno.test("An export begins at once, not when cron next looks", async () => {
  await using stack = await accountStack({ SWITCHBOARD_DISPATCH_KICK: "true" });
  const owner = await stack.newTenant();
  const id = await start(stack, owner);
  const deadline = performance.now() + 20_000;
  const stateOf = async () => (await ask(stack, owner, "GET", `/exports/${id}`)).body.state;
  while (await stateOf() === "running") assert.ok(performance.now() < deadline);
  assert.equal(await stateOf(), "ready");
});
