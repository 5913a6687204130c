import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { backgroundSettled } from "#shared/http/background.ts";
import { askIvr, publishMenus, readAnswer, said } from "#tests/support/app_session.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { makeWebhook, webhookStack } from "#tests/support/webhook_owner.ts";

Deno.test("An item of an app's session asks the owner's endpoint once, however often its step is posted", async () => {
  await using stack = await webhookStack();
  await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
  const owner = await stack.newTenant();
  const endpoint = await makeWebhook(stack, owner, { url: receiver.url, events: ["custom.*"] });
  await publishMenus(owner, [{
    key: "main",
    prompt: "Hello.",
    items: [
      { digit: "1", label: "Order", action: "webhook", target: endpoint.id },
      { digit: "2", label: "Bye", action: "hangup" },
    ],
  }]);
  const start = { menu: "main", from: "Ada", to: "+15550100100" };
  const { id } = readAnswer(await askIvr(stack, owner, "POST", "/sessions", start));
  const post = (json: object) => askIvr(stack, owner, "POST", `/sessions/${id}/input`, json);
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => post({ step: 1, digits: "1" })),
  );
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
  const asked = readAnswer(replies[0] ?? assert.fail());
  assert.deepEqual([said(asked), asked.pending, asked.then], [["One moment, please."], "callout", {
    kind: "wait",
    seconds: 0,
  }]);
  await backgroundSettled();
  const over = readAnswer(await post({ step: 2, waited: true }));
  assert.deepEqual([over.outcome, over.item, over.ended], ["answered", "2", true]);
  assert.equal(receiver.requests.length, 1);
  const { body, headers } = receiver.requests[0] ?? assert.fail();
  new Webhook(endpoint.secret).verify(body, headers);
  const { data } = JSON.parse(body);
  assert.deepEqual([data.session_id, data.call_id, data.from, data.to], [
    id,
    null,
    "Ada",
    "+15550100100",
  ]);
});

Deno.test("Whoever commits a turn past the function is shown nothing of what asking takes", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id: target } = await makeWebhook(stack, owner);
  const items = [{ digit: "1", label: "Order", action: "webhook", target }];
  const menuId = await publishMenus(owner, [{ key: "main", prompt: "Hello.", items }]);
  const { id } = readAnswer(await askIvr(stack, owner, "POST", "/sessions", { menu: "main" }));
  const choice = { action: "webhook", target, fallback: null };
  const pending = { kind: "callout", step: 1, attempt: 1, choice, then: "repeat", final: false };
  const { data, error } = await owner.db.rpc("commit_ivr_app_turn", {
    p_id: id,
    p_step: 1,
    p_state: {
      ...{ menu_stack: [menuId], no_input_count: 0, invalid_count: 0, digits: "" },
      ...{ language: null, pending, end_reason: null, item: null },
    },
    p_input: { kind: "no_input" },
    p_outcome: "chosen",
    p_reply: "{}",
  });
  assert.equal(error, null);
  assert.deepEqual(data, { reply: "{}", asks: true });
  const grant = await owner.db.rpc("ivr_callout_grant", { p_session_id: id });
  assert.equal(grant.data, null);
});
