import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { sign } from "retell-sdk";
import { eventOfWebhook } from "#shared/retell/events.ts";
import { RETELL_EVENTS, retellWebhook } from "#shared/retell/webhook.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { call, type Reply } from "#tests/support/key_holder.ts";
import { CONFIG, putConfig, retellStack, tell, withAccount } from "#tests/support/retell_owner.ts";
import { randomFrom } from "#tests/support/random.ts";
import type { TestStack } from "#tests/support/stack.ts";

const BASE = {
  call_id: "call_life",
  call_type: "phone_call",
  agent_id: "agent_a",
  direction: "inbound",
  from_number: "+15550100199",
  to_number: "+15550100100",
  start_timestamp: Date.UTC(2026, 0, 1, 12),
  metadata: { mine: 1 },
};
const ENDED = {
  ...BASE,
  call_status: "ended",
  end_timestamp: Date.UTC(2026, 0, 1, 12, 1, 30),
  duration_ms: 90_000,
  disconnection_reason: "user_hangup",
  transcript: "Agent: Hello\nUser: Hello, when do you open?\nAgent: At nine.",
  recording_url: "https://recordings.example/1.wav",
  call_cost: { combined_cost: 12.5, product_costs: [] },
};

/** The full life of a call. */
const LIFE = [
  { event: "call_started", call: { ...BASE, call_status: "ongoing" } },
  {
    event: "transcript_updated",
    call: { ...BASE, call_status: "ongoing", transcript: "Agent: Hello" },
  },
  {
    event: "transcript_updated",
    call: { ...BASE, call_status: "ongoing", transcript: "Agent: Hello\nUser: Hello" },
  },
  {
    event: "transfer_started",
    call: { ...BASE, call_status: "ongoing" },
    transfer_destination: { number: "+4930123456" },
  },
  { event: "call_ended", call: ENDED },
  {
    event: "call_analyzed",
    call: {
      ...ENDED,
      call_cost: { combined_cost: 13 },
      call_analysis: {
        call_summary: "Asked for the hours.",
        user_sentiment: "Positive",
        call_successful: true,
      },
    },
  },
] as const;

/** All orders of some things. */
function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

/** The rows of a call, without what is of this run. */
async function logsOf({ database }: TestStack, callId: string) {
  const rows = await database.query(
    `select to_jsonb(l) - '{id,user_id,created_at,updated_at,provider_call_id,retell_call_id}'::text[] as row
       from public.call_logs l where retell_call_id = '${callId}'`,
  );
  return rows.map(({ row }) => Object(row));
}

/** What was published of a call, in order. */
async function eventsOf({ database }: TestStack, callId: string) {
  const rows = await database.query(
    `select e.type, e.payload from public.webhook_events e join public.call_logs l on e.ordering_key = l.id::text
      where l.retell_call_id = '${callId}' order by e.created_at, e.id`,
  );
  return rows.map(({ type, payload }) => ({
    type: String(type),
    data: JSON.parse(String(payload)).data,
  }));
}

/** A webhook about another call. */
function about(callId: string, { call, ...webhook }: { event: string; call: object }) {
  return { ...webhook, call: { ...call, call_id: callId } };
}

/** Tells every event in an order, twice, and says what is left. */
async function live(
  stack: TestStack,
  hook: string,
  callId: string,
  order: readonly { event: string; call: object }[],
) {
  // Each event a second time at the end: a retry.
  for (const webhook of [...order, ...order]) {
    const { status, body } = await tell(stack, hook, about(callId, webhook));
    assert.equal(status, 204, JSON.stringify(body));
  }
  return await whatIsLeft(stack, callId);
}

async function whatIsLeft(stack: TestStack, callId: string) {
  const types = (await eventsOf(stack, callId)).map(({ type }) => type).sort();
  return { rows: await logsOf(stack, callId), types };
}

async function recordEvent({ database }: TestStack, userId: string, event: unknown) {
  const json = JSON.stringify(event).replaceAll("'", "''");
  await database.query(`select public.retell_record_event('${userId}', '${json}')`);
}

Deno.test("The full life of a call in every order of arrival, each event twice, ends in the same row and the same events", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  const expected = await live(stack, hook, "call_in_order", LIFE);
  assert.deepEqual(expected.types, [
    "call.analyzed",
    "call.ended",
    "call.started",
    "call.transfer.started",
  ]);
  const [row] = expected.rows;
  assert.deepEqual(
    [row.status, row.summary, row.sentiment, row.cost, row.duration_seconds, row.transcript],
    ["completed", "Asked for the hours.", "positive", 0.13, 90, ENDED.transcript],
  );
  assert.deepEqual(
    [row.disconnection_reason, row.recording_url, row.retell_agent_id, row.call_successful],
    ["user_hangup", ENDED.recording_url, "agent_a", true],
  );
  const { userId } = owner;
  for (const [index, order] of [...permutations(LIFE)].entries()) {
    const callId = `call_${index}`;
    // What the function makes of each, twice, without the way over HTTP, which knows no order.
    for (const webhook of [...order, ...order].map((one) => about(callId, one))) {
      const body = new TextEncoder().encode(JSON.stringify(webhook));
      await recordEvent(stack, userId, eventOfWebhook(retellWebhook.parse(webhook), body));
    }
    const end = await whatIsLeft(stack, callId);
    assert.deepEqual(end, expected, order.map(({ event }) => event).join(", "));
  }
});

const ONGOING = { ...BASE, call_status: "ongoing" };

/** What may come beside {@linkcode LIFE}: every kind of event, and one that found the call over already. */
const BESIDE = [
  { event: "transfer_bridged", call: ONGOING, transfer_destination: "+4930123456" },
  { event: "transfer_ended", call: { ...ONGOING, transcript: "Agent: Hello\nUser: Again" } },
  { event: "transfer_cancelled", call: { ...ONGOING, transfer_destination: "+4930123457" } },
  {
    event: "transcript_updated",
    call: { ...BASE, call_status: "ended", transcript: "Agent: Hello\nUser: Bye" },
  },
] as const;

Deno.test("Whichever events of whatever kinds come, their order is of no matter", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack);
  const all = [...LIFE, ...BESIDE];
  assert.deepEqual(new Set(all.map(({ event }) => event)), new Set(RETELL_EVENTS));
  const random = randomFrom(20261121);
  const shuffled = <Item>(items: readonly Item[]) =>
    items.map((item) => ({ item, place: random(1_000_000) }))
      .sort((a, b) => a.place - b.place).map(({ item }) => item);
  const tellAll = async (callId: string, events: readonly { event: string; call: object }[]) => {
    const told = events.map((webhook) => about(callId, webhook)).map((webhook) =>
      eventOfWebhook(
        retellWebhook.parse(webhook),
        new TextEncoder().encode(JSON.stringify(webhook)),
      )
    );
    await stack.database.query(
      `select public.retell_record_event($1, e.value)
         from jsonb_array_elements($2) with ordinality e order by e.ordinality`,
      [owner.userId, JSON.stringify(told)],
    );
    const { rows: [row], types } = await whatIsLeft(stack, callId);
    // Where nobody tells when it ended, it is the time of the first who says that it has.
    const isTold = events.some(({ event }) => /^call_(?:ended|analyzed)$/.test(event));
    return { types, row: isTold ? row : { ...row, ended_at: row.ended_at !== null } };
  };
  for (let index = 0; index < 150; index++) {
    const some = index === 0 ? all : shuffled(all).slice(0, 2 + random(all.length - 1));
    const order = shuffled([...some, ...some]);
    assert.deepEqual(
      await tellAll(`b_${index}`, order),
      await tellAll(`a_${index}`, some),
      `${some.map(({ event }) => event)}: ${order.map(({ event }) => event)}`,
    );
  }
});

Deno.test("Of transcripts that grow the longest stays, in whatever order they come", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { hook } = await withAccount(stack);
  const ongoing = { ...BASE, call_status: "ongoing" };
  const updates = ["Agent: Hello", "Agent: Hello\nUser: Hello", "Agent: Hello\nUser: Hello\n"]
    .map((transcript) => ({ event: "transcript_updated", call: { ...ongoing, transcript } }));
  for (const [index, order] of [...permutations(updates)].entries()) {
    const { rows: [row] } = await live(stack, hook, `call_${index}`, order);
    assert.equal(row.transcript, "Agent: Hello\nUser: Hello\n");
    assert.equal(row.status, "in-progress");
  }
});

Deno.test("Events go out in the order of the call, also where the analysis came first", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { hook } = await withAccount(stack);
  await live(stack, hook, "call_1", LIFE.toReversed());
  const events = await eventsOf(stack, "call_1");
  assert.deepEqual(events.map(({ type }) => type).slice(0, 3), [
    "call.started",
    "call.ended",
    "call.analyzed",
  ]);
  const [started, ended, analyzed] = events.map(({ data }) => data);
  assert.deepEqual([started.provider, started.from, started.provider_call_id], [
    "retell",
    BASE.from_number,
    "call_1",
  ]);
  assert.deepEqual([ended.status, ended.duration_seconds], ["completed", 90]);
  assert.deepEqual([analyzed.summary, analyzed.sentiment, analyzed.cost], [
    "Asked for the hours.",
    "positive",
    0.13,
  ]);
});

Deno.test("A call that never connected ends without having started", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { hook } = await withAccount(stack);
  const call = { call_id: "x", call_status: "not_connected", disconnection_reason: "dial_busy" };
  const { rows: [row], types } = await live(stack, hook, "call_1", [{ event: "call_ended", call }]);
  assert.deepEqual([row.status, row.ended_at !== null], ["busy", true]);
  assert.deepEqual(types, ["call.ended", "call.started"]);
});

Deno.test("The configuration says which events are taken in, and those of a later kind are let pass", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack, CONFIG);
  assert.equal((await tell(stack, hook, LIFE[1])).status, 204);
  assert.equal((await tell(stack, hook, { event: "call_dreamt", call: {} })).status, 204);
  assert.deepEqual(await logsOf(stack, "call_life"), []);
  assert.equal((await tell(stack, hook, LIFE[0])).status, 204);
  assert.equal((await logsOf(stack, "call_life")).length, 1);
  await putConfig(stack, owner, { api_key: RETELL_KEY, webhook_config: { enabled: false } });
  assert.equal((await tell(stack, hook, LIFE[3])).status, 204);
  assert.equal((await logsOf(stack, "call_life"))[0].status, "in-progress");
});

/** Posts a body under a signature. */
function post(stack: TestStack, hook: string, text: string, signature?: string): Promise<Reply> {
  const headers = signature === undefined ? {} : { "x-retell-signature": signature };
  return call(stack, "POST", hook, { text, headers });
}

/** A signature as it was some seconds ago. */
function signedAgo(text: string, seconds: number): string {
  const time = Date.now() - seconds * 1_000;
  return `v=${time},d=${createHmac("sha256", RETELL_KEY).update(text + time).digest("hex")}`;
}

Deno.test("What Retell did not sign for this account now is answered 401, and leaves no row", async (t) => {
  await using it = await retellStack();
  const { stack } = it;
  const { hook } = await withAccount(stack);
  const text = JSON.stringify(LIFE[0]);
  const good = await sign(text, RETELL_KEY);
  const attempts: Record<string, [string, string | undefined]> = {
    "no signature": [text, undefined],
    "an empty signature": [text, ""],
    "another account's key": [text, await sign(text, "key_of_somebody_else")],
    "a byte changed": [text.replace("call_life", "call_lifE"), good],
    "a byte more": [`${text} `, good],
    "301 seconds old": [text, signedAgo(text, 301)],
    "301 seconds ahead": [text, signedAgo(text, -301)],
    "no JSON at all": ["<xml/>", good],
  };
  for (const [name, [body, signature]] of Object.entries(attempts)) {
    await t.step(name, async () => {
      const reply = await post(stack, hook, body, signature);
      assert.deepEqual([reply.status, reply.body.code], [401, "invalid_webhook_signature"]);
    });
  }
  assert.deepEqual(await stack.database.query("select 1 from public.call_logs"), []);
  assert.deepEqual(await stack.database.query("select 1 from private.retell_calls"), []);
  assert.equal((await post(stack, hook, text, signedAgo(text, 290))).status, 204);
});

Deno.test("What is signed and no webhook is refused with what is wrong, and leaves no row", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { hook } = await withAccount(stack);
  const wrong: unknown[] = [
    [],
    "call_started",
    { event: "call_started" },
    { event: "call_started", call: {} },
    { event: "call_started", call: { call_id: "a b" } },
    { event: "call_started", call: { call_id: "x".repeat(129) } },
    { event: "call_ended", call: { call_id: "c", duration_ms: -1 } },
    { event: "call_ended", call: { call_id: "c", start_timestamp: 1e18 } },
    { event: 7, call: { call_id: "c" } },
  ];
  for (const webhook of wrong) {
    const { status, body } = await tell(stack, hook, webhook);
    assert.deepEqual([status, body.code], [422, "validation_failed"], JSON.stringify(webhook));
  }
  assert.deepEqual(await stack.database.query("select 1 from public.call_logs"), []);
});

Deno.test("A hook that is nobody's, or whose key was deleted, is not there", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner, hook } = await withAccount(stack);
  const nobody = `/retell/webhook/${crypto.randomUUID()}`;
  for (const path of [nobody, "/retell/webhook/x"]) {
    assert.equal((await tell(stack, path, LIFE[0])).status, 404, path);
  }
  await putConfig(stack, owner, {});
  assert.equal((await tell(stack, hook, LIFE[0])).status, 404);
});

Deno.test("A call of another tenant's is not touched by who knows its id", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const [{ hook }, { hook: stranger }] = [await withAccount(stack), await withAccount(stack)];
  await live(stack, hook, "call_1", LIFE);
  const before = await logsOf(stack, "call_1");
  const { status, body } = await tell(stack, stranger, about("call_1", LIFE[4]));
  assert.deepEqual([status, body.code], [409, "conflict"]);
  assert.deepEqual(await logsOf(stack, "call_1"), before);
});
