import assert from "node:assert/strict";
import { RequestSender } from "#local/net/sender.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { makeWebhook, publish, webhookStack } from "#tests/support/webhook_owner.ts";

for (const kick of [true, false]) {
  const [on, off] = kick ? ["the kick", "cron"] : ["cron", "the kick"];
  Deno.test(`${on} alone delivers what is published, with ${off} switched off`, async () => {
    const arrived = Promise.withResolvers<string | undefined>();
    await using receiver = startReceiver(async (connection, request) => {
      await answersWith(204)(connection, request);
      arrived.resolve(request.headers["webhook-id"]);
    });
    await using stack = await webhookStack({ kick });
    const owner = await stack.newTenant();
    await makeWebhook(stack, owner, { url: receiver.url });
    const { id } = await publish(stack, owner, "custom.a");
    const sender = new RequestSender(stack.database);
    if (!kick) {
      assert.equal(receiver.requests.length, 0);
      // What the job does every ten seconds.
      await stack.database.query("select private.dispatch_webhooks()");
      sender.start();
    }
    assert.equal(await arrived.promise, id);
    await sender.close();
  });
}
