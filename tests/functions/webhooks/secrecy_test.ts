import assert from "node:assert/strict";
import { setLogSink } from "#shared/log.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { bearer, call, type Sent } from "#tests/support/key_holder.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { everyRow } from "#tests/support/rows.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test("no row, no log line and no other reply holds a signing secret or what a custom header says", async () => {
  await using receiver = startReceiver(answersWith(200));
  await using stack = await testStack({
    environment: {
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
      SWITCHBOARD_DISPATCH_KICK: "false",
      SWITCHBOARD_LOG_LEVEL: "debug",
    },
  });
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  const owner = await stack.newTenant();
  const replies: string[] = [];
  const run = async (method: string, path: string, sent: Sent = {}) => {
    const headers = { ...bearer(owner.jwt), ...sent.headers };
    const { status, headers: told, body } = await call(stack, method, `/webhooks${path}`, {
      ...sent,
      headers,
    });
    const { secret, ...rest } = body;
    replies.push(JSON.stringify([status, [...told], rest]));
    return { id: String(rest.id), secret: String(secret) };
  };
  const opensesame = "opensesame-0123";
  const custom = { authorization: `Bearer ${opensesame}`, "x-plain": opensesame };
  const wanted = { url: receiver.url, events: ["*"], headers: custom };
  const once = { headers: { "idempotency-key": "once" }, json: wanted };
  const made = await run("POST", "", once);
  assert.equal((await run("POST", "", once)).secret, "undefined");
  const rotated = await run("POST", `/${made.id}/rotate-secret`, { json: {} });
  await run("PATCH", `/${made.id}`, { json: { headers: { ...custom, "x-more": opensesame } } });
  await run("PATCH", `/${made.id}`, { json: { headers: { "x-bad": `${opensesame}\n` } } });
  await run("POST", `/${made.id}/test`);
  const data = { text: "a-body-of-an-event" };
  await run("POST", "/events", { json: { type: "custom.a", data } });
  const known = [made.secret, rotated.secret];
  for (const secret of [...known, newSecret()]) {
    await run("GET", `/${encodeURIComponent(secret)}`);
    await run("PATCH", `/${made.id}`, { json: { [secret]: 1 } });
    await run("PATCH", `/${made.id}`, { json: { headers: { [secret]: "1" } } });
    await run("GET", `?cursor=${encodeURIComponent(secret)}`);
    await run("POST", "", { text: secret });
  }
  // A failure of the database, whose cause is logged.
  await stack.database.exec("alter table public.webhooks rename column description to gone");
  await stack.reloadSchema();
  await run("PATCH", `/${made.id}`, { json: { headers: custom, description: "x" } });
  await run("POST", "", { json: wanted });
  await run("GET", "");

  const rows = await everyRow(stack);
  assert.ok(lines.length > 20 && rows.includes(made.id));
  assert.ok(rows.includes(data.text) && !lines.join("\n").includes(data.text));
  for (const secret of [...known, opensesame]) {
    // From its middle, so that a part of it is found as well.
    const part = secret.slice(-14, -2);
    assert.ok(!rows.includes(part), "a row holds a secret");
    assert.equal(lines.find((line) => line.includes(part)), undefined);
    assert.equal(replies.find((reply) => reply.includes(part)), undefined);
  }
});
