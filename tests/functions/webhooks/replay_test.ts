import assert from "node:assert/strict";
import { z } from "zod";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import {
  as,
  completeDue,
  list,
  makeWebhook,
  publish,
  webhookStack,
} from "#tests/support/webhook_owner.ts";

const HOUR_MS = 3_600_000;
const since = new Date(Date.now() - HOUR_MS).toISOString();

/** An endpoint with one event of each fate, and the time after the first two. */
async function withFates(stack: TestStack, owner: Tenant) {
  await publish(stack, owner, "custom.missing", { n: 1 });
  await publish(stack, owner, "conversation.updated", {
    conversation_id: crypto.randomUUID(),
    call_id: null,
    message: null,
  });
  const { id } = await makeWebhook(stack, owner, { events: ["custom.*"] });
  await publish(stack, owner, "custom.delivered", { n: 2 });
  await completeDue({ verdict: "delivered", status_code: 200 });
  await publish(stack, owner, "custom.failed", { n: 3 });
  await completeDue({ verdict: "failed", status_code: 500 });
  await as(owner).patch(stack, `/webhooks/${id}`, { enabled: false });
  await publish(stack, owner, "custom.skipped", { n: 4 });
  await as(owner).patch(stack, `/webhooks/${id}`, { enabled: true });
  const { data: events } = await list(stack, owner, "/webhooks/events");
  return {
    id,
    eventId: (type: string) => events.find((event) => event.type === type)?.id,
    at: (type: string) => String(events.find((event) => event.type === type)?.created_at),
  };
}

const started = z.object({ replay_id: z.string().nullable(), count: z.int() });

async function replay(stack: TestStack, owner: Tenant, id: string, selection: object) {
  const { status, body } = await as(owner).post(stack, `/webhooks/${id}/replay`, selection);
  assert.equal(status, 202, JSON.stringify(body));
  return started.parse(body);
}

/** What a replay has put into the queue, in the order in which it is to be sent. */
async function queuedBy({ database }: TestStack, replayId: string | null): Promise<unknown[]> {
  const rows = await database.query(
    `select type from private.webhook_deliveries where replay_id = '${replayId}' order by due_at`,
  );
  return rows.map(({ type }) => type);
}

Deno.test("a replay sends what its kind, time, types and filter say, and a dry run counts just that", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id, eventId, at } = await withFates(stack, owner);
  const all = ["custom.missing", "custom.delivered", "custom.failed", "custom.skipped"];
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ kind: "failed", since }, ["custom.failed"]],
    [{ kind: "skipped", since }, ["custom.skipped"]],
    [{ kind: "missing", since }, ["custom.missing", "custom.skipped"]],
    [{ kind: "all", since }, all],
    [{ kind: "all", since: at("custom.delivered") }, all.slice(1)],
    [{ kind: "all", since, until: at("custom.failed") }, all.slice(0, 2)],
    [{ kind: "all", since, types: ["custom.failed", "call.*"] }, ["custom.failed"]],
    [{ kind: "all", since, types: ["call.*"] }, []],
    [{ kind: "all", since, filter: { n: { gt: 1, lte: 3 } } }, all.slice(1, 3)],
    [{ kind: "missing", since, filter: { n: 1 } }, ["custom.missing"]],
    [{ kind: "event", event_id: eventId("custom.delivered") }, ["custom.delivered"]],
    [{ kind: "event", event_id: eventId("conversation.updated") }, ["conversation.updated"]],
  ];
  for (const [selection, types] of cases) {
    const dry = await replay(stack, owner, id, { ...selection, dry_run: true });
    assert.deepEqual(dry, { replay_id: null, count: types.length }, JSON.stringify(selection));
    assert.deepEqual(await stack.database.query("select id from private.webhook_deliveries"), []);
    const real = await replay(stack, owner, id, selection);
    assert.equal(real.count, dry.count);
    assert.deepEqual(await queuedBy(stack, real.replay_id), types, JSON.stringify(selection));
    const again = await replay(stack, owner, id, { ...selection, dry_run: true });
    assert.equal(again.count, 0, "What is on its way is not sent again");
    await as(owner).delete(stack, `/webhooks/${id}/replays/${real.replay_id}`);
  }
});

Deno.test("a replay is spread out, tells how far it is, and can be cancelled", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await withFates(stack, owner);
  const { replay_id } = await replay(stack, owner, id, { kind: "all", since, per_second: 2 });
  const path = `/webhooks/${id}/replays/${replay_id}`;
  const [row] = await stack.database.query(
    `select extract(epoch from max(due_at) - min(due_at))::float8 as seconds
       from private.webhook_deliveries where replay_id = '${replay_id}'`,
  );
  assert.equal(row?.seconds, 1.5);
  await completeDue({ verdict: "delivered", status_code: 200 });
  const { status, body } = await as(owner).get(stack, path);
  assert.equal(status, 200);
  const { pending, ...rest } = z.looseObject({ pending: z.int() }).parse(body);
  assert.ok(pending >= 1 && pending <= 3, String(pending));
  assert.deepEqual([rest.id, rest.webhook_id, rest.count, rest.cancelled_at], [
    replay_id,
    id,
    4,
    null,
  ]);
  assert.deepEqual(rest.selection, { kind: "all", since, per_second: 2 });
  const cancelled = await as(owner).delete(stack, path);
  assert.deepEqual([cancelled.status, cancelled.body.pending], [200, 0]);
  assert.ok(cancelled.body.cancelled_at);
  assert.deepEqual(await queuedBy(stack, replay_id), []);
  assert.deepEqual((await as(owner).delete(stack, path)).body, cancelled.body);
  assert.deepEqual((await as(owner).get(stack, path)).body, cancelled.body);
});

Deno.test("nothing is replayed or sent again to a disabled endpoint, and a dry run still counts", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await withFates(stack, owner);
  await as(owner).patch(stack, `/webhooks/${id}`, { enabled: false });
  const selection = { kind: "all", since };
  assert.equal((await replay(stack, owner, id, { ...selection, dry_run: true })).count, 4);
  const refused = await as(owner).post(stack, `/webhooks/${id}/replay`, selection);
  assert.deepEqual([refused.status, refused.body.code], [409, "conflict"]);
  const { data: [entry] } = await list(stack, owner, `/webhooks/${id}/logs`);
  const path = `/webhooks/deliveries/${entry?.delivery_id}/resend`;
  assert.equal((await as(owner).post(stack, path)).status, 409);
  assert.deepEqual(await stack.database.query("select id from private.webhook_deliveries"), []);
});

Deno.test("POST /webhooks/deliveries/:id/resend sends the event of a delivery again, and hurries one that waits", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const resend = async (deliveryId: string | undefined) => {
    const { status, body } = await as(owner).post(
      stack,
      `/webhooks/deliveries/${deliveryId}/resend`,
    );
    assert.equal(status, 202, JSON.stringify(body));
    return body.delivery_id;
  };
  await publish(stack, owner, "custom.over");
  const [over] = await completeDue({ verdict: "delivered", status_code: 200 });
  const fresh = await resend(over);
  assert.notEqual(fresh, over);
  assert.deepEqual(await completeDue({ verdict: "delivered", status_code: 200 }), [fresh]);
  const { data: [again, first] } = await list(stack, owner, `/webhooks/${id}/logs`);
  assert.deepEqual([again?.event_id, again?.origin], [first?.event_id, "resend"]);

  await publish(stack, owner, "custom.waiting");
  const [waiting] = await completeDue({ verdict: "retry", status_code: 503 });
  assert.deepEqual(await completeDue({ verdict: "delivered" }), []);
  assert.equal(await resend(waiting), waiting);
  assert.deepEqual(await completeDue({ verdict: "delivered" }), [waiting]);
});

Deno.test("another tenant's deliveries cannot be sent again", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner);
  await publish(stack, owner, "custom.a");
  const [over] = await completeDue({ verdict: "delivered", status_code: 200 });
  const stranger = await stack.newTenant();
  const { status } = await as(stranger).post(stack, `/webhooks/deliveries/${over}/resend`);
  assert.equal(status, 404);
});
