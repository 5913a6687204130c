import assert from "node:assert/strict";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { isVerified } from "#tests/support/verifiers.ts";
import {
  as,
  completeDue,
  list,
  type MadeWebhook,
  makeWebhook,
  webhookStack,
} from "#tests/support/webhook_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

async function test(stack: TestStack, owner: Tenant, { id }: MadeWebhook) {
  const { status, body } = await as(owner).post(stack, `/webhooks/${id}/test`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

Deno.test("POST /webhooks/:id/test sends a signed test.ping now and tells what came back", async () => {
  await using receiver = startReceiver(answersWith(201, "thanks"));
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const headers = { "x-tenant": "acme" };
  const webhook = await makeWebhook(stack, owner, {
    url: receiver.url,
    events: ["call.*"],
    headers,
  });
  const { duration_ms, delivery_id, event_id, ...told } = await test(stack, owner, webhook);
  assert.deepEqual(told, {
    delivered: true,
    status_code: 201,
    error: null,
    response_body: "thanks",
  });
  assert.ok(Number(duration_ms) >= 0);
  const [request, ...others] = receiver.requests;
  assert.ok(request && others.length === 0);
  assert.deepEqual(
    [request.headers["webhook-id"], request.headers["x-tenant"]],
    [event_id, "acme"],
  );
  assert.ok(isVerified(request.headers, request.body, webhook.secret));
  const { timestamp, ...payload } = JSON.parse(request.body);
  assert.deepEqual(payload, { type: "test.ping", data: { webhook_id: webhook.id } });
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
  const { data: [entry] } = await list(stack, owner, `/webhooks/${webhook.id}/logs`);
  assert.deepEqual(
    [entry?.delivery_id, entry?.event, entry?.origin, entry?.status_code, entry?.response_body],
    [delivery_id, "test.ping", "test", 201, "thanks"],
  );
  assert.deepEqual(await stack.database.query("select id from private.webhook_deliveries"), []);
});

Deno.test("a test that is taken was delivered, even by an endpoint that ends itself with it", async () => {
  const disable = { "webhook-delivery": "disable" };
  await using receiver = startReceiver(answersWith(200, "", disable));
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url: receiver.url });
  const { delivered, status_code, error } = await test(stack, owner, webhook);
  assert.deepEqual([delivered, status_code, error], [true, 200, null]);
});

Deno.test("a test that fails says why, is not tried again and does not count against the endpoint", async () => {
  await using receiver = startReceiver(answersWith(503, "x".repeat(5_000), { "retry-after": "1" }));
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url: receiver.url });
  const { delivered, status_code, error, response_body } = await test(stack, owner, webhook);
  assert.deepEqual([delivered, status_code], [false, 503]);
  assert.match(String(error), /^refused: /);
  assert.equal(response_body, "x".repeat(1_000));
  assert.deepEqual(await stack.database.query("select id from private.webhook_deliveries"), []);
  const { body } = await as(owner).get(stack, `/webhooks/${webhook.id}`);
  assert.deepEqual([body.failing_since, body.failure_count, body.last_status], [null, 0, 503]);
});

Deno.test("a test of an endpoint where nobody listens tells that no answer came", async () => {
  let url = "";
  {
    await using receiver = startReceiver(answersWith(200));
    url = receiver.url;
  }
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url });
  const { delivered, status_code, error, response_body } = await test(stack, owner, webhook);
  assert.deepEqual([delivered, status_code, response_body], [false, null, null]);
  assert.match(String(error), /^connection_failed: /);
  assert.ok(!JSON.stringify(error).includes("secret"), "The path and query stay out of it");
});

Deno.test("a disabled endpoint can be tested and stays disabled", async () => {
  await using receiver = startReceiver(answersWith(204));
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url: receiver.url, enabled: false });
  assert.equal((await test(stack, owner, webhook)).delivered, true);
  assert.equal(receiver.requests.length, 1);
  assert.equal((await as(owner).get(stack, `/webhooks/${webhook.id}`)).body.enabled, false);
  assert.deepEqual(await completeDue({ verdict: "delivered" }), []);
});

Deno.test("tests are limited, so that nobody makes us call somebody else at will", async () => {
  await using receiver = startReceiver(answersWith(204));
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url: receiver.url });
  await stack.database.query(
    "update private.request_limits set per_user = 2, seconds = 86400 where name = 'tests'",
  );
  await test(stack, owner, webhook);
  await test(stack, owner, webhook);
  const refused = await as(owner).post(stack, `/webhooks/${webhook.id}/test`);
  assert.deepEqual([refused.status, refused.body.code], [429, "rate_limited"]);
  assert.equal(receiver.requests.length, 2);
});
