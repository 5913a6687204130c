import assert from "node:assert/strict";
import { readToEnd, startReceiver } from "#tests/support/receivers.ts";
import { makeWebhook, publish, webhookStack } from "#tests/support/webhook_owner.ts";

/** Requests in progress alone would be waited for longer, and a receiver that hangs for 15 s. */
const MAX_STOP_MS = 2_500;

Deno.test("the stack stops at once with receivers that hang", async () => {
  const { promise: isAsked, resolve } = Promise.withResolvers<void>();
  await using receiver = startReceiver(async (connection) => {
    resolve();
    await readToEnd(connection);
  });
  await using stack = await webhookStack({ kick: true });
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner, { url: receiver.url });
  await publish(stack, owner, "custom.a");
  await isAsked;
  const start = performance.now();
  await stack.close();
  const took = performance.now() - start;
  assert.ok(took < MAX_STOP_MS, `${took} ms`);
});
