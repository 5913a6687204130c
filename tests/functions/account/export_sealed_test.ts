import assert from "node:assert/strict";
import { env } from "#shared/env.ts";
import { sealMembers } from "#shared/health_data/event_bodies.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { ask, hurry, maintain } from "#tests/support/account_owner.ts";
import { fetched, manifest, ready, rowsOf, start } from "#tests/support/exports.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { analyzed, healthStack, setting } from "#tests/support/health_data.ts";
import { tell, withAccount } from "#tests/support/retell_owner.ts";
import { everyRow } from "#tests/support/rows.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import { as, publish } from "#tests/support/webhook_owner.ts";

/** A tenant of whom a call was told before health data was encrypted, and one after. */
async function withCalls(stack: TestStack, word: string): Promise<Tenant> {
  const { owner, hook } = await withAccount(stack);
  await tell(stack, hook, analyzed(`early_${word}`, `early-${word}`));
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed(`late_${word}`, `late-${word}`));
  await publish(stack, owner, "custom.plain", { n: 1 });
  return owner;
}

/** Events whose text is sealed, more of them than are read at once. */
async function sealMany(stack: TestStack, { userId }: Tenant, count: number): Promise<void> {
  const events = await Promise.all(Array.from({ length: count }, async (_, n) => {
    const { id, sealed } = await sealMembers({ summary: `many-${n}.` }, userId, requireKeyring());
    return { id, sealed };
  }));
  await stack.database.query(
    `insert into public.webhook_events (id, user_id, type, payload, sealed)
       select e.id, '${userId}', 'custom.many', '{"type":"custom.many","data":{}}', e.sealed
         from jsonb_to_recordset('${JSON.stringify(events)}') e (id uuid, sealed text)`,
  );
}

/** Runs something without the keys that anything was sealed with. */
async function withoutKeys(action: () => Promise<void>): Promise<void> {
  const environment = env();
  const { keyring } = environment;
  const other = new Map([["k_other", crypto.getRandomValues(new Uint8Array(32))]]);
  try {
    for (const missing of [undefined, { active: "k_other", keys: other }]) {
      Object.assign(environment, { keyring: missing });
      await action();
    }
  } finally {
    Object.assign(environment, { keyring });
  }
}

async function filesOf(stack: TestStack, owner: Tenant, id: string): Promise<number> {
  const [objects] = await stack.database.query(
    `select count(*)::integer as n from storage.objects where name like '${owner.userId}/${id}/%'`,
  );
  return Number(objects?.n);
}

Deno.test("An export has in clear what is stored sealed, all of it, and nothing sealed", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const [owner, stranger] = [await withCalls(stack, "quokka"), await withCalls(stack, "wombat")];
  await sealMany(stack, owner, 1100);
  const { body: { data: shown } } = await as(owner).get(stack, "/webhooks/events?limit=100");

  const id = await start(stack, owner);
  assert.equal((await maintain(stack)).failed, 0);
  const tables = await rowsOf(stack, owner, id);
  const texts = tables.get("private.call_texts") ?? [];
  const told = ["early", "late"].flatMap((time) => {
    const { call } = analyzed("x", `${time}-quokka`);
    const { call_summary, user_sentiment } = call.call_analysis;
    return [call.transcript, call_summary, user_sentiment, call.recording_url];
  });
  assert.deepEqual(texts.map(({ text }) => text).sort(), told.sort());
  const byCall = Map.groupBy(texts, ({ call_log_id }) => call_log_id);
  for (const { id, sealed_fields } of tables.get("public.call_logs") ?? []) {
    assert.deepEqual((byCall.get(id) ?? []).map(({ field }) => field).sort(), sealed_fields);
  }

  const events = tables.get("public.webhook_events") ?? [];
  const bodies = new Map(events.map(({ id, payload }) => [id, payload]));
  assert.ok(Array.isArray(shown) && shown.length === 100);
  for (const event of shown) assert.equal(bodies.get(event.id), event.payload);
  const many = events.filter(({ type }) => type === "custom.many")
    .map(({ payload }) => JSON.parse(String(payload)).data.summary);
  assert.equal(new Set(many).size, 1100);
  assert.ok(many.includes("many-0.") && many.includes("many-1099."));

  const everything = JSON.stringify([...tables]);
  assert.doesNotMatch(everything, /[A-Za-z0-9_-]{2,}\.\.[\w-]+\.[\w-]+\.[\w-]+/);
  assert.ok(!everything.includes("wombat") && !everything.includes(stranger.userId));
  assert.ok(!everything.includes(RETELL_KEY));
  const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
  const listed = manifest.parse(
    JSON.parse(new TextDecoder().decode(await fetched(ready.parse(body).manifest))),
  );
  for (const { name, rows } of listed.tables) {
    assert.equal(tables.get(name)?.length ?? 0, rows, name);
  }
  const withheld = new Map(listed.tables.map(({ name, withheld }) => [name, withheld]));
  assert.deepEqual(withheld.get("public.webhook_events"), []);
  assert.deepEqual(withheld.get("private.call_texts"), ["digest"]);
  assert.ok(withheld.get("public.user_profiles")?.includes("encrypted_retell_api_key"));
});

Deno.test("A key that is missing stops an export, which says so and goes on once the key is there", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await withCalls(stack, "quokka");
  const id = await start(stack, owner);
  await withoutKeys(async () => {
    await hurry(stack);
    assert.deepEqual(await maintain(stack), { slices: 1, done: 0, failed: 1, lost: 0 });
    const [job] = await stack.database.query("select state, error from private.jobs");
    assert.deepEqual(job, { state: "queued", error: "not_configured private.call_texts" });
    const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
    assert.deepEqual([body.state, body.error, body.files], ["running", "not_configured", []]);
  });
  await hurry(stack);
  await maintain(stack);
  const { body } = await ask(stack, owner, "GET", `/exports/${id}`);
  assert.deepEqual([body.state, body.error], ["ready", null]);
  assert.equal((await rowsOf(stack, owner, id)).get("private.call_texts")?.length, 8);
});

Deno.test("A text that was moved to another row stops an export", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await withCalls(stack, "quokka");
  await stack.database.query(
    `update private.call_texts set sealed = (select sealed from private.call_texts where field = 'summary' limit 1)
       where field = 'transcript'`,
  );
  await start(stack, owner);
  assert.equal((await maintain(stack)).failed, 1);
  const [job] = await stack.database.query("select error from private.jobs");
  assert.equal(job?.error, "not_configured private.call_texts");
});

Deno.test("An export opens nothing of which nobody has said how", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  await stack.database.query(
    "update private.table_classes set opened = '{sealed}' where name = 'private.credentials'",
  );
  await start(stack, owner);
  assert.equal((await maintain(stack)).failed, 1);
  const [job] = await stack.database.query("select error from private.jobs");
  assert.equal(job?.error, "internal_error private.credentials");
});

Deno.test("An export that is given up leaves no file, and stands in no other's way", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await withCalls(stack, "quokka");
  const id = await start(stack, owner);
  await stack.database.query("update private.jobs set attempts = 19");
  const environment = env();
  const { keyring } = environment;
  Object.assign(environment, { keyring: undefined });
  assert.equal((await maintain(stack)).failed, 1);
  Object.assign(environment, { keyring });
  assert.ok(await filesOf(stack, owner, id) > 0, "nothing was written that could be left");
  const look = async () => (await ask(stack, owner, "GET", `/exports/${id}`)).body;
  const { state, error, files } = await look();
  assert.deepEqual([state, error, files], ["failed", "not_configured", []]);

  const next = await start(stack, owner);
  await maintain(stack);
  const written = await filesOf(stack, owner, next);
  await stack.database.query(
    `update private.jobs set due_at = now() where id = '${id}'`,
  );
  assert.equal((await maintain(stack)).done, 1);
  assert.deepEqual([await filesOf(stack, owner, id), await filesOf(stack, owner, next)], [
    0,
    written,
  ]);
  const [job] = await stack.database.query(
    `select state, error from private.jobs where id = '${id}'`,
  );
  assert.deepEqual(job, { state: "failed", error: "not_configured private.call_texts" });
  assert.deepEqual([(await look()).state, (await look()).error], ["failed", "not_configured"]);
  assert.equal((await rowsOf(stack, owner, next)).get("private.call_texts")?.length, 8);
});

Deno.test("An erasure takes sealed texts and events, and nobody else's", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const [owner, stranger] = [await withCalls(stack, "quokka"), await withCalls(stack, "wombat")];
  const rowsOfUser = async ({ userId }: Tenant) => {
    const [row] = await stack.database.query(
      `select (select count(*)::integer from private.call_texts where user_id = '${userId}') as texts,
         (select count(*)::integer from public.webhook_events where user_id = '${userId}' and sealed is not null) as events`,
    );
    return row;
  };
  const theirs = await rowsOfUser(stranger);
  assert.deepEqual([await rowsOfUser(owner), theirs], [{ texts: 8, events: 2 }, {
    texts: 8,
    events: 2,
  }]);
  await ask(stack, owner, "DELETE", "", { json: {} });
  await hurry(stack);
  assert.equal((await maintain(stack)).done, 1);
  assert.deepEqual(await rowsOfUser(owner), { texts: 0, events: 0 });
  assert.deepEqual(await rowsOfUser(stranger), theirs);
  assert.ok(!(await everyRow(stack)).includes(owner.userId));
});
