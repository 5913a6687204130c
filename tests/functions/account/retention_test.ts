import assert from "node:assert/strict";
import { z } from "zod";
import { ask } from "#tests/support/account_owner.ts";
import { testStack } from "#tests/support/stack.ts";

const answer = z.object({
  data: z.array(z.looseObject({ policy: z.string(), days: z.number().nullable() })),
});

Deno.test("Owners see how long records are kept and choose within bounds, for themselves", async () => {
  await using stack = await testStack();
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  const set = (policy: string, json: object) =>
    ask(stack, owner, "PUT", `/retention/${policy}`, { json });
  const days = (body: unknown) =>
    Object.fromEntries(answer.parse(body).data.map((each) => [each.policy, each.days]));
  const defaults = { api_key_usage: null, audit_logs: 365, ivr_sessions: 30, webhook_logs: 90 };
  assert.deepEqual(days((await ask(stack, owner, "GET", "/retention")).body), defaults);
  const chosen = await set("webhook_logs", { days: 30 });
  assert.deepEqual([chosen.status, days(chosen.body)], [200, { ...defaults, webhook_logs: 30 }]);
  assert.deepEqual(days((await ask(stack, other, "GET", "/retention")).body), defaults);
  assert.equal((await set("webhook_logs", { days: 6 })).status, 422);
  assert.equal((await set("webhook_logs", { days: 1.5 })).status, 422);
  assert.equal((await set("audit_logs", { days: 30 })).status, 422);
  assert.equal((await set("maintenance_runs", { days: 90 })).status, 404);
  assert.equal((await set("nothing", { days: 90 })).status, 404);
  assert.deepEqual(days((await set("webhook_logs", { days: null })).body), defaults);
});
