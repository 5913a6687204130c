import assert from "node:assert/strict";
import { rotate } from "#operator/keys/rotate.ts";
import { SealedStore } from "#operator/keys/sealed_store.ts";
import { env } from "#shared/env.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { claimDeliveries, completeDeliveries } from "#shared/webhooks/queue.ts";
import { webhookSender } from "#shared/webhooks/sender.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { dump } from "#tests/support/dump.ts";
import { type FakeRetell, RETELL_KEY } from "#tests/support/fake_retell.ts";
import { analyzed, healthStack, setting } from "#tests/support/health_data.ts";
import { bearer, call } from "#tests/support/key_holder.ts";
import { answersWith, type Received, startReceiver } from "#tests/support/receivers.ts";
import { ask, tell, withAccount } from "#tests/support/retell_owner.ts";
import { everyRow } from "#tests/support/rows.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import { isVerified } from "#tests/support/verifiers.ts";
import { as, listAll, makeWebhook, publish } from "#tests/support/webhook_owner.ts";

/** Tells of a call, fetches another, and publishes events that tell of a third. */
async function plant(
  { stack, retell }: { stack: TestStack; retell: FakeRetell },
  { owner, hook }: { owner: Tenant; hook: string },
  word: string,
): Promise<void> {
  const update = {
    event: "transcript_updated",
    call: {
      ...{ call_id: `call_${word}`, call_status: "ongoing", transcript: `${word}-early` },
    },
  };
  for (const webhook of [update, analyzed(`call_${word}`, word), analyzed(`call_${word}`, word)]) {
    const { status, body } = await tell(stack, hook, webhook);
    assert.equal(status, 204, JSON.stringify(body));
  }
  retell.calls = [analyzed(`old_${word}`, `${word}-old`).call];
  const synced = await ask(stack, owner, "POST", "/sync", { since: "2025-01-01T00:00:00Z" });
  assert.deepEqual([synced.status, synced.body.refused], [200, 0], JSON.stringify(synced.body));
  const call_id = crypto.randomUUID();
  await publish(stack, owner, "conversation.updated", {
    ...{ conversation_id: crypto.randomUUID(), call_id, message: `${word}-message` },
  });
  await publish(stack, owner, "custom.retell", { n: 1, call: { transcript: `${word}-nested` } });
  await publish(stack, owner, "call.analyzed", {
    ...{ call_id, summary: `${word}-own`, sentiment: null, cost: 1 },
  });
}

async function callOf(stack: TestStack, owner: Tenant, callId: string) {
  const { data } = await owner.db.from("call_logs").select("*").eq("retell_call_id", callId)
    .single();
  const { body } = await call(stack, "GET", `/retell/calls/${data.id}`, {
    headers: bearer(owner.jwt),
  });
  return { row: data, shown: body };
}

/** How two tenants' words are found where everything is, of whom the first encrypts. */
async function holdsNothingPlain(
  it: { stack: TestStack; retell: FakeRetell },
  everything: () => Promise<string>,
): Promise<void> {
  const { stack } = it;
  const [sealing, plain, late] = [
    await withAccount(stack),
    await withAccount(stack),
    await withAccount(stack),
  ];
  for (const { owner } of [sealing, plain, late]) await makeWebhook(stack, owner);
  assert.deepEqual(await setting(stack, sealing.owner, true), { encrypt: true, plain: 0 });
  await plant(it, sealing, "quokka");
  await plant(it, plain, "wombat");
  await plant(it, late, "numbat");
  const before = await everything();
  assert.ok(!before.includes("quokka-") && !before.includes(RETELL_KEY));
  for (
    const part of [
      "transcript",
      "summary",
      "sentiment",
      "recording",
      "message",
      "nested",
      "own",
      "old-summary",
    ]
  ) {
    assert.ok(before.includes(`wombat-${part}`) && before.includes(`numbat-${part}`), part);
  }
  assert.deepEqual(await setting(stack, late.owner, true), { encrypt: true, plain: 0 });
  const after = await everything();
  assert.ok(!after.includes("numbat-") && after.includes("wombat-transcript"));
  for (
    const [{ owner }, word] of [[sealing, "quokka"], [plain, "wombat"], [late, "numbat"]] as const
  ) {
    const { shown } = await callOf(stack, owner, `call_${word}`);
    const { call: told } = analyzed("x", word);
    assert.deepEqual(
      [shown.transcript, shown.summary, shown.sentiment, shown.recording_url, shown.cost],
      [
        told.transcript,
        told.call_analysis.call_summary,
        `${word}-sentiment`,
        told.recording_url,
        0.13,
      ],
    );
    const events = await listAll(stack, owner, "/webhooks/events?");
    const bodies = events.map(({ type, payload }) => [type, JSON.parse(String(payload)).data]);
    const of = (type: string) => bodies.filter(([one]) => one === type).map(([, data]) => data);
    assert.deepEqual(of("custom.retell"), [{ n: 1, call: { transcript: `${word}-nested` } }]);
    assert.equal(of("conversation.updated")[0].message, `${word}-message`);
    assert.deepEqual(of("call.analyzed").map(({ summary }) => summary).sort(), [
      told.call_analysis.call_summary,
      `${word}-own`,
    ]);
  }
}

Deno.test("No row tells what was said in the calls of a tenant who encrypts health data, before or after it was turned on", async () => {
  await using it = await healthStack();
  await holdsNothingPlain(it, () => everyRow(it.stack));
});

Deno.test(
  "A dump of the database holds no secret and nothing that was said in the calls of a tenant who encrypts",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using it = await healthStack(database.url);
    await holdsNothingPlain(it, () => dump(database.url));
  },
);

Deno.test("Endpoints get what is sealed in plain text, the same bytes each time, also where it was sealed after it was sent", async () => {
  const arrived: Received[] = [];
  await using receiver = startReceiver(async (connection, request) => {
    await answersWith(200)(connection, request);
    arrived.push(request);
  });
  await using it = await healthStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  const webhook = await makeWebhook(stack, owner, { url: receiver.url, events: ["call.analyzed"] });
  const work = async () => {
    const { deliveries } = await claimDeliveries(10);
    for (const delivery of deliveries) {
      const outcome = await webhookSender().send(delivery);
      assert.equal(outcome.error, null);
      await completeDeliveries([outcome]);
    }
    return arrived.splice(0);
  };
  await tell(stack, hook, analyzed("call_1", "plain"));
  const sent = await work();
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed("call_2", "sealed"));
  sent.push(...await work());
  const summaries = sent.map(({ body }) => JSON.parse(body).data.summary);
  assert.deepEqual(summaries, ["Told of a plain-summary.", "Told of a sealed-summary."]);
  await as(owner).post(stack, `/webhooks/${webhook.id}/replay`, {
    ...{ kind: "all", since: "2020-01-01T00:00:00Z", per_second: 1000 },
  });
  const again: Received[] = [];
  while (again.length < 2) again.push(...await work());
  const byId = (requests: Received[]) =>
    Object.fromEntries(requests.map(({ headers, body }) => [headers["webhook-id"], body]));
  assert.deepEqual(byId(again), byId(sent));
  for (const { headers, body } of again) assert.ok(isVerified(headers, body, webhook.secret));
});

Deno.test("Sealed or not, what is told of a call in either order, twice, leaves the same texts", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  await setting(stack, owner, true);
  const updates = ["one", "one two", "on2 two"].map((transcript) => ({
    event: "transcript_updated",
    call: { call_status: "ongoing", transcript },
  }));
  const end = analyzed("", "end");
  const orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]];
  const left = new Set<unknown>();
  for (const [index, order] of orders.entries()) {
    const told = order.flatMap((at) => updates[at] ?? []);
    for (const { event, call } of [...told, ...told]) {
      await tell(stack, hook, { event, call: { ...call, call_id: `call_${index}` } });
    }
    const { row, shown } = await callOf(stack, owner, `call_${index}`);
    assert.deepEqual([row.transcript, row.sealed_fields], [null, ["transcript"]]);
    left.add(shown.transcript);
  }
  assert.equal(left.size, 1);
  for (const webhooks of [[end, updates[1]], [updates[1], end]]) {
    const callId = crypto.randomUUID();
    for (const webhook of webhooks) {
      assert.ok(webhook);
      await tell(stack, hook, { ...webhook, call: { ...webhook.call, call_id: callId } });
    }
    assert.equal((await callOf(stack, owner, callId)).shown.transcript, end.call.transcript);
  }
});

Deno.test("Turned off, what is sealed stays sealed and readable, and what comes then is plain", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed("call_1", "first"));
  assert.deepEqual(await setting(stack, owner, false), { encrypt: false, plain: 0 });
  await tell(stack, hook, analyzed("call_2", "second"));
  const [first, second] = [
    await callOf(stack, owner, "call_1"),
    await callOf(stack, owner, "call_2"),
  ];
  assert.deepEqual([first.row.summary, first.shown.summary], [null, "Told of a first-summary."]);
  assert.deepEqual(
    [second.row.summary, second.shown.summary, second.row.sealed_fields],
    ["Told of a second-summary.", "Told of a second-summary.", []],
  );
  const { body } = await ask(stack, owner, "GET", "/health-data");
  assert.deepEqual(body, { encrypt: false, plain: 2 });
});

Deno.test("Nothing plain gets in by another way once it is turned on", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const { owner } = await withAccount(stack);
  await setting(stack, owner, true);
  const data = { call_id: crypto.randomUUID(), summary: "quokka", sentiment: null, cost: null };
  const { error } = await owner.db.rpc("publish_event", { p_type: "call.analyzed", p_data: data });
  assert.deepEqual([error?.code, error?.details], ["PT422", "validation_failed"]);
  // As a function would that loaded the setting before it was turned on.
  const event = { call_id: "call_1", rank: 5, facts: { status: "completed", summary: "quokka" } };
  const late = await stack.admin.rpc("retell_record_event", {
    ...{ p_user_id: owner.userId, p_event: event },
  });
  assert.deepEqual([late.error?.code, late.error?.details], ["PT503", "not_ready"]);
  assert.ok(!(await everyRow(stack)).includes("quokka"));
});

Deno.test("An event under an idempotency key is the same one only with the same sealed part", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  await setting(stack, owner, true);
  const send = (summary: string) =>
    call(stack, "POST", "/webhooks/events", {
      headers: { ...bearer(owner.jwt), "idempotency-key": "once" },
      json: { type: "custom.a", data: { summary } },
    });
  const [first, again, other] = [await send("one"), await send("one"), await send("two")];
  assert.equal(again.body.id, first.body.id);
  assert.deepEqual([other.status, other.body.code], [422, "idempotency_key_reused"]);
});

Deno.test("Who looks at what is sealed is in the audit trail, and nobody else may look", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const [{ owner, hook }, stranger] = [await withAccount(stack), await stack.newTenant()];
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed("call_1", "one"));
  const { row } = await callOf(stack, owner, "call_1");
  const { status, body } = await ask(stack, stranger, "GET", `/calls/${row.id}`);
  assert.deepEqual([status, body.code], [404, "not_found"]);
  const { data } = await owner.db.from("audit_logs").select("action,resource_id,changes")
    .in("action", ["call-logs.disclose", "retell.health-data"]).order("entry");
  const fields = ["recording_url", "sentiment", "summary", "transcript"];
  assert.deepEqual(data, [
    { action: "retell.health-data", resource_id: null, changes: { encrypt: true } },
    { action: "call-logs.disclose", resource_id: row.id, changes: { fields } },
  ]);
});

Deno.test("What is no setting is refused with what is wrong, and changes nothing", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  for (const json of [{}, { encrypt: "yes" }, { encrypt: null }, { encrypt: true, more: 1 }, []]) {
    const { status, body } = await ask(stack, owner, "PUT", "/health-data", json);
    assert.deepEqual([status, body.code], [422, "validation_failed"], JSON.stringify(json));
  }
  const { body } = await ask(stack, owner, "GET", "/health-data");
  assert.deepEqual(body, { encrypt: false, plain: 0 });
});

Deno.test("The rotation of keys seals texts of calls and events anew, and they read as before", async () => {
  await using it = await healthStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  await tell(stack, hook, analyzed("call_1", "early"));
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed("call_2", "late"));
  const read = async () => [
    (await callOf(stack, owner, "call_1")).shown,
    (await callOf(stack, owner, "call_2")).shown,
    (await as(owner).get(stack, "/webhooks/events")).body,
  ];
  const before = await read();
  const { active, keys } = requireKeyring();
  const added = crypto.getRandomValues(new Uint8Array(32));
  const both = { active: "k_new", keys: new Map([...keys, ["k_new", added]]) };
  const { resealed, refused } = await rotate(new SealedStore(stack.admin), both);
  assert.deepEqual(refused, []);
  assert.ok(resealed >= 10, String(resealed));
  const old = keys.get(active) ?? assert.fail();
  const environment = env();
  try {
    Object.assign(environment, { keyring: { active: "k_new", keys: new Map([["k_new", added]]) } });
    assert.deepEqual(await read(), before);
    Object.assign(environment, { keyring: { active, keys: new Map([[active, old]]) } });
    const { status, body } = await as(owner).get(stack, "/webhooks/events");
    assert.deepEqual([status, body.code], [503, "not_configured"]);
  } finally {
    Object.assign(environment, { keyring: both });
  }
});
