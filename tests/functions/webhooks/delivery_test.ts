import assert from "node:assert/strict";
import { answersWith, type Received, startReceiver } from "#tests/support/receivers.ts";
import { isVerified } from "#tests/support/verifiers.ts";
import { as, makeWebhook, publish, webhookStack } from "#tests/support/webhook_owner.ts";

/** A receiver that hands its requests to the test, one by one. */
function startInbox() {
  const arrived: Received[] = [];
  let notify = Promise.withResolvers<void>();
  const receiver = startReceiver(async (connection, request) => {
    await answersWith(200, "ok")(connection, request);
    arrived.push(request);
    notify.resolve();
  });
  return {
    url: receiver.url,
    async next(): Promise<Received> {
      if (arrived.length === 0) await notify.promise;
      notify = Promise.withResolvers<void>();
      return arrived.shift() ?? assert.fail("Nothing arrived");
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

Deno.test("what is published over HTTP reaches its endpoint at once, and verifies before, during and after a rotation", async () => {
  await using inbox = startInbox();
  await using stack = await webhookStack({ kick: true });
  const owner = await stack.newTenant();
  const webhook = await makeWebhook(stack, owner, { url: inbox.url, events: ["custom.*"] });
  const send = async (n: number) => {
    const { id } = await publish(stack, owner, "custom.order.paid", { n, text: 'ü 😀 \\ "' });
    const request = await inbox.next();
    assert.equal(request.headers["webhook-id"], id);
    return request;
  };
  const verifies = (secret: string, { body, headers }: Received) =>
    isVerified(headers, body, secret);
  const rotate = async (overlap_hours: number) => {
    const path = `/webhooks/${webhook.id}/rotate-secret`;
    return String((await as(owner).post(stack, path, { overlap_hours })).body.secret);
  };
  const before = await send(1);
  assert.deepEqual(JSON.parse(before.body).data, { n: 1, text: 'ü 😀 \\ "' });
  assert.ok(verifies(webhook.secret, before));
  const second = await rotate(1);
  const during = await send(2);
  assert.deepEqual([webhook.secret, second].map((secret) => verifies(secret, during)), [
    true,
    true,
  ]);
  const third = await rotate(0);
  const after = await send(3);
  assert.deepEqual(
    [webhook.secret, second, third].map((secret) => verifies(secret, after)),
    [false, false, true],
  );
});

Deno.test("a replay and a delivery that is sent again go out at once too, under the same webhook-id", async () => {
  await using inbox = startInbox();
  await using stack = await webhookStack({ kick: true });
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner, { url: inbox.url });
  const event = await publish(stack, owner, "custom.a");
  await inbox.next();
  const logged = async (count: number) => {
    for (;;) {
      const { body } = await as(owner).get(stack, `/webhooks/${id}/logs`);
      if (Array.isArray(body.data) && body.data.length >= count) return body.data[0];
    }
  };
  const { delivery_id } = await logged(1);
  await as(owner).post(stack, `/webhooks/deliveries/${delivery_id}/resend`);
  assert.equal((await inbox.next()).headers["webhook-id"], event.id);
  await logged(2);
  await as(owner).post(stack, `/webhooks/${id}/replay`, { kind: "event", event_id: event.id });
  assert.equal((await inbox.next()).headers["webhook-id"], event.id);
});
