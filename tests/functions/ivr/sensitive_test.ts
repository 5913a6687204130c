import assert from "node:assert/strict";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test("What is entered in a sensitive menu is in no row and no event, and still counts", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const pin = "48159";
  const { error } = await tenant.db.from("ivr_menus").update({
    prompt: "Enter your code.",
    items: [
      { digit: "481", label: "Shorter", action: "hangup", sensitive: true },
      { digit: pin, label: "Code", action: "submenu", target: "sales" },
    ],
  }).eq("id", line.menuId);
  assert.equal(error, null);
  const { error: refused } = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.equal(refused, null);

  const call = incomingCall(line);
  const asked = await readTwiml(await line.post(line.urls.voice, call));
  assert.match(asked.text, /numDigits="5"/);
  const wrong = await readTwiml(await line.post(asked.action, { ...call, Digits: "48158" }));
  assert.deepEqual(wrong.said, ["That is not one of the choices.", "Enter your code."]);
  const right = await readTwiml(await line.post(wrong.action, { ...call, Digits: pin }));
  assert.deepEqual(right.said, ["This is sales."]);

  const turns = await stack.database.query(
    "select step, input, outcome, item from public.ivr_turns order by 1",
  );
  assert.deepEqual(turns, [
    { step: 0, input: { kind: "call_started" }, outcome: "entered", item: null },
    { step: 1, input: { kind: "digits", masked: true }, outcome: "invalid", item: null },
    { step: 2, input: { kind: "digits", masked: true }, outcome: "chosen", item: null },
  ]);
  const events = await stack.database.query(
    "select payload::jsonb -> 'data' -> 'input' as input from public.webhook_events where type = 'ivr.input'",
  );
  assert.deepEqual(events, [
    { input: { kind: "digits", masked: true } },
    { input: { kind: "digits", masked: true } },
  ]);
  for (const table of ["ivr_sessions", "ivr_turns", "webhook_events", "call_logs", "audit_logs"]) {
    const rows = await stack.database.query(`select t::text as row from public.${table} t`);
    // Hashes and ids are made of such digits too.
    const entered = /(?<![0-9a-f])4815[89](?![0-9a-f])/;
    assert.doesNotMatch(JSON.stringify(rows), entered, `${table} holds what was entered`);
  }
});
