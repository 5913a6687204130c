import assert from "node:assert/strict";
import {
  as,
  completeDue,
  list,
  listAll,
  type MadeUpOutcome,
  makeWebhook,
  publish,
  webhookStack,
} from "#tests/support/webhook_owner.ts";

/** Attempts in the order in which they are made. */
const ATTEMPTS: readonly (readonly [string, MadeUpOutcome])[] = [
  ["custom.a", { verdict: "delivered", status_code: 200, response_body: "thanks" }],
  ["custom.b", { verdict: "failed", status_code: 302, error: "redirected: Was sent elsewhere" }],
  ["custom.b.c", { verdict: "failed", status_code: 404 }],
  ["custom.b_c", { verdict: "retry", status_code: 503 }],
  ["custom.d", { verdict: "failed", error: "timed_out: No whole answer within 15 s" }],
  ["custom.a", { verdict: "delivered", status_code: 204 }],
];

Deno.test("GET /webhooks/:id/logs shows every attempt, newest first, by type, class of status and time", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  for (const [type, outcome] of ATTEMPTS) {
    await publish(stack, owner, type);
    await completeDue(outcome);
  }
  // Another endpoint of the owner has a log of its own.
  const other = await makeWebhook(stack, owner);
  assert.deepEqual((await list(stack, owner, `/webhooks/${other.id}/logs`)).data, []);

  const path = `/webhooks/${id}/logs?`;
  const all = await listAll(stack, owner, path);
  const last = all.at(-1);
  assert.deepEqual(
    [last?.event, last?.status_code, last?.response_body, last?.error, last?.attempt_number],
    ["custom.a", 200, "thanks", null, 1],
  );
  assert.deepEqual([last?.origin, last?.duration_ms, last?.webhook_id], ["event", 7, id]);
  assert.ok(last?.delivered_at);
  const seen = async (query: string) =>
    (await listAll(stack, owner, `${path}${query}&`)).map(({ event, status_code }) =>
      `${event} ${status_code}`
    );
  const newest = ATTEMPTS.map(([type, { status_code = null }]) => `${type} ${status_code}`)
    .toReversed();
  assert.deepEqual(await seen(""), newest);
  assert.deepEqual(await seen("status=2xx"), ["custom.a 204", "custom.a 200"]);
  assert.deepEqual(await seen("status=3xx"), ["custom.b 302"]);
  assert.deepEqual(await seen("status=4xx"), ["custom.b.c 404"]);
  assert.deepEqual(await seen("status=5xx"), ["custom.b_c 503"]);
  assert.deepEqual(await seen("status=none"), ["custom.d null"]);
  assert.deepEqual(await seen("event=custom.b"), ["custom.b 302"]);
  assert.deepEqual(await seen("event=custom.b.*"), ["custom.b.c 404"]);
  assert.deepEqual(await seen("event=custom.a&status=2xx"), ["custom.a 204", "custom.a 200"]);
  assert.deepEqual(await seen("event=custom.*&status=none"), ["custom.d null"]);
  const at = (n: number) => encodeURIComponent(String(all[n]?.created_at));
  assert.deepEqual(await seen(`from=${at(1)}`), newest.slice(0, 2));
  assert.deepEqual(await seen(`to=${at(4)}`), newest.slice(5));
  assert.deepEqual(await seen(`from=${at(3)}&to=${at(1)}&status=4xx`), ["custom.b.c 404"]);
});

Deno.test("the log of a deleted endpoint can still be read, by its owner alone", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  await publish(stack, owner, "custom.a");
  await completeDue({ verdict: "delivered", status_code: 200 });
  const unused = await makeWebhook(stack, owner);
  for (const each of [id, unused.id]) await as(owner).delete(stack, `/webhooks/${each}`);
  const seen = async (query = "") =>
    (await list(stack, owner, `/webhooks/${id}/logs${query}`)).data.map(({ event }) => event);
  assert.deepEqual(await seen(), ["custom.a"]);
  assert.deepEqual(await seen("?status=5xx"), []);
  const stranger = await stack.newTenant();
  const statusFor = async (reader: typeof owner, webhookId: string) =>
    (await as(reader).get(stack, `/webhooks/${webhookId}/logs`)).status;
  assert.equal(await statusFor(stranger, id), 404);
  assert.equal(await statusFor(owner, unused.id), 404);
  assert.equal(await statusFor(owner, crypto.randomUUID()), 404);
});
