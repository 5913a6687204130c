import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { bearer, call, faults } from "#tests/support/key_holder.ts";
import type { TestStack } from "#tests/support/stack.ts";
import { makeWebhook, URL_OF_NOBODY, webhookStack } from "#tests/support/webhook_owner.ts";

const EVENT = { type: "custom.once", data: { n: 1 } };
const WEBHOOK = { url: URL_OF_NOBODY, events: ["custom.*"], headers: { "x-a": "1" } };

function send(stack: TestStack, jwt: string, path: string, idempotencyKey: string, json: unknown) {
  const headers = { ...bearer(jwt), "idempotency-key": idempotencyKey };
  return call(stack, "POST", path, { headers, json });
}

async function count({ database }: TestStack, table: string): Promise<unknown> {
  return (await database.query(`select count(*)::integer as n from ${table}`))[0]?.n;
}

Deno.test("a repeated publication gets the same status and id, and nothing is sent again", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner);
  const publish = (key: string, json: unknown = EVENT) =>
    send(stack, owner.jwt, "/webhooks/events", key, json);
  const first = await publish("one");
  const again = await publish("one");
  const { deliveries, ...shown } = first.body;
  assert.deepEqual([first.status, deliveries], [202, 1]);
  assert.deepEqual([again.status, again.body], [202, shown]);
  assert.deepEqual(
    [first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")],
    [null, "true"],
  );
  const other = await publish("one", { ...EVENT, data: { n: 2 } });
  assert.deepEqual([other.status, other.body.code, faults(other)], [
    422,
    "idempotency_key_reused",
    ["header.idempotency-key"],
  ]);
  assert.notEqual((await publish("two")).body.id, first.body.id);
  const { jwt: stranger } = await stack.newTenant();
  const foreign = await send(stack, stranger, "/webhooks/events", "one", EVENT);
  assert.notEqual(foreign.body.id, first.body.id);
  assert.equal(await count(stack, "public.webhook_events"), 3);
  assert.equal(await count(stack, "private.webhook_deliveries"), 2);
});

Deno.test("a repeated creation gets the same endpoint, and not the secret again", async () => {
  await using stack = await webhookStack();
  const { jwt } = await stack.newTenant();
  const first = await send(stack, jwt, "/webhooks", "one", WEBHOOK);
  const again = await send(stack, jwt, "/webhooks", "one", WEBHOOK);
  const { secret, ...shown } = first.body;
  assert.match(String(secret), /^whsec_/);
  assert.deepEqual([again.status, again.body], [201, shown]);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  const other = await send(stack, jwt, "/webhooks", "one", { ...WEBHOOK, headers: { "x-a": "2" } });
  assert.deepEqual([other.status, other.body.code], [422, "idempotency_key_reused"]);
  assert.equal(await count(stack, "public.webhooks"), 1);
});

Deno.test(
  "of 32 publications at once with one key one makes the event, and all are answered with it",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await webhookStack({ databaseUrl: database.url });
    const owner = await stack.newTenant();
    await makeWebhook(stack, owner);
    const replies = await Promise.all(
      Array.from({ length: 32 }, () => send(stack, owner.jwt, "/webhooks/events", "one", EVENT)),
    );
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([202]));
    assert.equal(new Set(replies.map(({ body }) => body.id)).size, 1);
    assert.equal(replies.filter(({ body }) => body.deliveries === 1).length, 1);
    assert.equal(await count(stack, "public.webhook_events"), 1);
    assert.equal(await count(stack, "private.webhook_deliveries"), 1);
  },
);

Deno.test(
  "of many creations at once with one key one makes the endpoint",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await webhookStack({ databaseUrl: database.url });
    const { jwt } = await stack.newTenant();
    const replies = await Promise.all(
      Array.from({ length: 16 }, () => send(stack, jwt, "/webhooks", "one", WEBHOOK)),
    );
    assert.equal(replies.filter(({ body }) => body.secret !== undefined).length, 1);
    for (const { status, body } of replies) {
      assert.ok(status === 201 || body.code === "request_in_progress", JSON.stringify(body));
    }
    assert.equal(await count(stack, "public.webhooks"), 1);
  },
);
