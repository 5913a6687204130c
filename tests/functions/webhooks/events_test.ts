import assert from "node:assert/strict";
import { z } from "zod";
import { EVENT_CATALOGUE } from "#shared/webhooks/event_catalogue.ts";
import {
  as,
  list,
  listAll,
  makeWebhook,
  publish,
  webhookStack,
} from "#tests/support/webhook_owner.ts";

Deno.test("POST /webhooks/events stores an event of every type of the catalogue, and queues it for who wants it", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, await stack.newTenant());
  await makeWebhook(stack, owner, { events: ["call.*"] });
  await makeWebhook(stack, owner, { events: ["call.transfer.*", "api_key.leaked"] });
  for (const [type, { example }] of Object.entries(EVENT_CATALOGUE)) {
    const { id, deliveries } = await publish(stack, owner, type, { ...example });
    const wanted = Number(type.startsWith("call.")) +
      Number(type.startsWith("call.transfer.") || type === "api_key.leaked");
    assert.equal(deliveries, wanted, type);
    const { data: [row] } = await list(stack, owner, `/webhooks/events?type=${type}`);
    assert.equal(row?.id, id);
    const payload = JSON.parse(String(row?.payload));
    assert.deepEqual(Object.keys(payload), ["type", "timestamp", "data"]);
    assert.deepEqual([payload.type, payload.data], [type, example]);
    assert.ok(Math.abs(Date.parse(payload.timestamp) - Date.now()) < 60_000);
  }
});

Deno.test("an event keeps its agent and its ordering key, which is the call's id unless given", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { data } = await owner.db.from("agents").insert({ name: "Ada" }).select("id").single();
  const { id: agent_id } = z.object({ id: z.string() }).parse(data);
  await makeWebhook(stack, owner, { agent_id });
  const { example } = EVENT_CATALOGUE["call.analyzed"];
  assert.equal((await publish(stack, owner, "call.analyzed", example)).deliveries, 0);
  const more = { agent_id, ordering_key: "a" };
  assert.equal((await publish(stack, owner, "call.analyzed", example, more)).deliveries, 1);
  assert.deepEqual(
    (await list(stack, owner, "/webhooks/events")).data.map((event) => [
      event.agent_id,
      event.ordering_key,
    ]),
    [[agent_id, "a"], [null, example.call_id]],
  );
});

Deno.test("a payload filter decides by what is in the data", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner, { filter: { "order.total": { gte: 10 }, paid: true } });
  const deliveries = async (data: object) =>
    (await publish(stack, owner, "custom.order", data)).deliveries;
  assert.equal(await deliveries({ order: { total: 10 }, paid: true }), 1);
  assert.equal(await deliveries({ order: { total: 9.99 }, paid: true }), 0);
  assert.equal(await deliveries({ order: { total: "10" }, paid: true }), 0);
  assert.equal(await deliveries({ order: { total: 10 } }), 0);
});

Deno.test("a body of more than 20 kB is accepted with a warning", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const warnings = async (length: number) =>
    (await publish(stack, owner, "custom.a", { text: "x".repeat(length) })).warnings;
  assert.equal(await warnings(19_900), undefined);
  assert.equal(z.array(z.string()).parse(await warnings(20_000)).length, 1);
  // The number is that of the body that endpoints get.
  const { id, warnings: told } = await publish(stack, owner, "custom.a", {
    text: "ü".repeat(20_000),
  });
  const { data: [row] } = await list(stack, owner, "/webhooks/events");
  assert.equal(row?.id, id);
  const bytes = new TextEncoder().encode(String(row?.payload)).byteLength;
  assert.match(String(told), new RegExp(`has ${bytes} bytes`));
});

Deno.test("GET /webhooks/events goes through all events of the owner, by type and time", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await publish(stack, await stack.newTenant(), "custom.a_b.x");
  const types = ["custom.a_b.x", "custom.aXb.x", "custom.a_b.y", "custom.a_b", "custom.other"];
  for (const type of types) await publish(stack, owner, type);
  const all = await listAll(stack, owner, "/webhooks/events?");
  assert.deepEqual(all.map(({ type }) => type), types.toReversed());
  const typesOf = async (query: string) =>
    (await listAll(stack, owner, `/webhooks/events?${query}&`)).map(({ type }) => type);
  assert.deepEqual(await typesOf("type=custom.a_b.*"), ["custom.a_b.y", "custom.a_b.x"]);
  assert.deepEqual(await typesOf("type=custom.a_b"), ["custom.a_b"]);
  assert.deepEqual(await typesOf("type=*"), types.toReversed());
  assert.deepEqual(await typesOf("type=call.*"), []);
  const at = (n: number) => encodeURIComponent(String(all[n]?.created_at));
  assert.deepEqual(await typesOf(`from=${at(1)}`), ["custom.other", "custom.a_b"]);
  assert.deepEqual(await typesOf(`to=${at(3)}`), ["custom.a_b.x"]);
  assert.deepEqual(await typesOf(`type=custom.a_b.*&from=${at(2)}&to=${at(0)}`), ["custom.a_b.y"]);
});

Deno.test("GET /webhooks/event-types describes every type, with a JSON Schema and an example", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { status, body } = await as(owner).get(stack, "/webhooks/event-types");
  assert.equal(status, 200);
  const { data } = z.object({
    data: z.array(z.object({
      type: z.string(),
      description: z.string().min(1),
      schema: z.object({ type: z.literal("object"), required: z.array(z.string()) }),
      example: z.record(z.string(), z.unknown()),
    })),
    subscriptions: z.record(z.string(), z.string()),
  }).parse(body);
  assert.deepEqual(data.map(({ type }) => type), Object.keys(EVENT_CATALOGUE));
  for (const { type, schema, example } of data) {
    for (const field of schema.required) assert.ok(field in example, `${type} ${field}`);
  }
});

Deno.test("the database knows the types of the catalogue and no other", async () => {
  await using stack = await webhookStack();
  const rows = await stack.database.query("select type from private.event_types");
  const known = Object.keys(EVENT_CATALOGUE);
  assert.deepEqual(rows.map(({ type }) => type).toSorted(), known.toSorted());
});
