import assert from "node:assert/strict";
import { incomingCall, newLine, type PhoneLine, readTwiml } from "#tests/support/phone_line.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

async function tenantOn(stack: TestStack): Promise<{ tenant: Tenant; line: PhoneLine }> {
  const tenant = await stack.newTenant();
  return { tenant, line: await newLine(stack.url, tenant) };
}

async function edit({ tenant, line }: { tenant: Tenant; line: PhoneLine }, columns: object) {
  const { error } = await tenant.db.from("ivr_menus").update(columns).eq("id", line.menuId);
  assert.equal(error, null);
  const published = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.equal(published.error, null);
}

async function outcomes(stack: TestStack): Promise<unknown[]> {
  const rows = await stack.database.query(
    "select t.outcome from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id order by s.created_at, t.step",
  );
  return rows.map(({ outcome }) => outcome);
}

Deno.test("A blocked caller is told so and hung up on, whatever the connection's other callers hear", async () => {
  await using stack = await testStack();
  const { tenant, line } = await tenantOn(stack);
  const { error } = await tenant.db.from("phone_connections")
    .update({ blocked_callers: ["+1555012*", "anonymous"] }).eq("id", line.connectionId);
  assert.equal(error, null);
  const heard = async (From: string) =>
    (await readTwiml(await line.post(line.urls.voice, incomingCall(line, { From })))).said;
  assert.deepEqual(await heard("+15550120001"), [
    "This number does not take calls from yours. Goodbye.",
  ]);
  assert.deepEqual(await heard("+15550130001"), ["This is main."]);
  const [session] = await stack.database.query(
    "select end_reason from public.ivr_sessions where ended_at is not null",
  );
  assert.deepEqual(session, { end_reason: "refused" });
});

Deno.test("When the hour has no transfer left, the caller stays in the menu and nothing is dialled", async () => {
  await using stack = await testStack();
  const { tenant, line } = await tenantOn(stack);
  const { error } = await tenant.db.rpc("set_transfer_rules", {
    p_countries: null,
    p_max_per_hour: 1,
  });
  assert.equal(error, null);
  const verbs = async () => {
    const call = incomingCall(line);
    const { action } = await readTwiml(await line.post(line.urls.voice, call));
    const reply = await readTwiml(await line.post(action, { ...call, Digits: "2" }));
    const repeat = await readTwiml(await line.post(action, { ...call, Digits: "2" }));
    assert.equal(repeat.text, reply.text);
    return reply.verbs;
  };
  assert.deepEqual(await verbs(), ["Dial"]);
  assert.deepEqual(await verbs(), ["Gather", "Redirect"]);
  assert.deepEqual(await outcomes(stack), ["entered", "chosen", "entered", "not_allowed"]);
});

Deno.test("A number in a country that the tenant does not allow is not dialled", async () => {
  await using stack = await testStack();
  const { tenant, line } = await tenantOn(stack);
  const { error } = await tenant.db.rpc("set_transfer_rules", { p_countries: ["DE"] });
  assert.equal(error, null);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const reply = await readTwiml(await line.post(action, { ...call, Digits: "2" }));
  assert.deepEqual(reply.said, ["The call could not be connected.", "This is main."]);
});

Deno.test("A voicemail is recorded, and a finished one leads back to the top where the item says so", async () => {
  await using stack = await testStack();
  const on = await tenantOn(stack);
  const { line } = on;
  await edit(on, {
    items: [
      { digit: "1", label: "Message", action: "voicemail", then: "top", max_seconds: 30 },
      { digit: "2", label: "Last message", action: "voicemail" },
    ],
  });
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const first = await readTwiml(await line.post(action, { ...call, Digits: "1" }));
  assert.deepEqual(first.said, ["Please leave a message after the tone."]);
  assert.match(first.text, /<Record [^>]*maxLength="30"/);
  const recording = { RecordingUrl: "https://api.twilio.com/r", RecordingDuration: "4" };
  const top = await readTwiml(await line.post(first.action, { ...call, ...recording }));
  assert.deepEqual(top.said, ["This is main."]);
  const second = await readTwiml(await line.post(top.action, { ...call, Digits: "2" }));
  const bye = await readTwiml(await line.post(second.action, { ...call, ...recording }));
  assert.deepEqual([bye.said, bye.verbs], [["Thank you. Goodbye."], ["Say", "Hangup"]]);
  const [session] = await stack.database.query(
    "select end_reason, pending from public.ivr_sessions",
  );
  assert.deepEqual(session, { end_reason: "recorded", pending: null });
});

Deno.test("A chosen language stays with the call from turn to turn", async () => {
  await using stack = await testStack();
  const on = await tenantOn(stack);
  const { line } = on;
  await edit(on, {
    translations: { "de-DE": { prompt: "Hauptmenü." } },
    items: [{ digit: "1", label: "Deutsch", action: "language", target: "de-DE" }],
  });
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const german = await readTwiml(await line.post(action, { ...call, Digits: "1" }));
  assert.deepEqual(german.said, ["Hauptmenü."]);
  const silence = await readTwiml(await line.post(german.action, call));
  assert.deepEqual(silence.said, ["Wir haben Ihre Auswahl nicht gehört.", "Hauptmenü."]);
});

Deno.test("A menu that is closed sends callers to its voicemail", async () => {
  await using stack = await testStack();
  const on = await tenantOn(stack);
  await edit(on, {
    closed_prompt: "Nobody is here.",
    hours: {
      time_zone: "America/Argentina/Buenos_Aires",
      // Open on a day that the test is not run on, whichever time zone it is run in.
      weekly: [{ days: [(new Date().getUTCDay() + 3) % 7 + 1], from: "09:00", to: "10:00" }],
      closed: { action: "voicemail" },
    },
  });
  const reply = await readTwiml(await on.line.post(on.line.urls.voice, incomingCall(on.line)));
  assert.deepEqual(reply.said, ["Nobody is here.", "Please leave a message after the tone."]);
  assert.deepEqual(await outcomes(stack), ["closed"]);
});
