import assert from "node:assert/strict";
import { z } from "zod";
import { dataOf, EVENT_CATALOGUE, isPublishable } from "#shared/webhooks/event_catalogue.ts";
import { call, makeKey } from "#tests/support/key_holder.ts";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { newScannerKey, signatureHeaders, startKeyServer } from "#tests/support/scanner.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const body = z.object({ type: z.string(), timestamp: z.iso.datetime(), data: z.unknown() });

/** What was published so far, in its order; each body is what the catalogue says of its type. */
async function published(stack: TestStack, { userId }: Tenant) {
  const rows = await stack.database.query(
    "select type, payload from public.webhook_events where user_id = $1 order by created_at, type desc",
    [userId],
  );
  return rows.map(({ type, payload }) => {
    const event = body.parse(JSON.parse(String(payload)));
    assert.equal(event.type, type);
    assert.ok(isPublishable(event.type));
    return {
      type: event.type,
      data: z.record(z.string(), z.unknown()).parse(dataOf(event.type).parse(event.data)),
    };
  });
}

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);

Deno.test("A call publishes what happens in it, each event in the transaction of its turn", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const line = await newLine(stack.url, owner);
  const incoming = incomingCall(line);
  const welcome = await readTwiml(await line.post(line.urls.voice, incoming));
  assert.deepEqual(types(await published(stack, owner)).sort(), [
    "call.started",
    "ivr.session.started",
  ]);
  await readTwiml(await line.post(line.urls.voice, incoming));
  assert.equal((await published(stack, owner)).length, 2, "A repeated callback publishes nothing");

  const sales = await readTwiml(await line.post(welcome.action, { ...incoming, Digits: "1" }));
  await readTwiml(await line.post(sales.action, incoming));
  await (await line.post(line.urls.status, {
    ...incoming,
    CallStatus: "completed",
    CallDuration: "12",
  })).body?.cancel();
  const events = await published(stack, owner);
  assert.deepEqual(types(events).sort(), [
    "call.ended",
    "call.started",
    "ivr.input",
    "ivr.input",
    "ivr.session.ended",
    "ivr.session.started",
  ]);

  const of = (type: string) =>
    events.filter((event) => event.type === type).map(({ data }) => data);
  const [started] = of("call.started");
  const [ended] = of("call.ended");
  assert.deepEqual([started?.provider_call_id, started?.direction], [incoming.CallSid, "inbound"]);
  assert.deepEqual([ended?.call_id, ended?.status, ended?.duration_seconds], [
    started?.call_id,
    "completed",
    12,
  ]);
  assert.deepEqual(of("ivr.input").map(({ step, input, outcome }) => [step, input, outcome]), [
    [1, { kind: "digits", digits: "1" }, "chosen"],
    [2, { kind: "no_input" }, "no_input"],
  ]);
  assert.ok(events.every(({ data }) => data.call_id === started?.call_id));
  assert.equal(of("ivr.session.ended")[0]?.end_reason, "caller_hung_up");
});

Deno.test("A session that times out says so", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const line = await newLine(stack.url, owner);
  await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  await stack.database.query("select private.end_idle_ivr_sessions(interval '-1 second', 10)");
  const [ended] = (await published(stack, owner)).filter(({ type }) =>
    type === "ivr.session.ended"
  );
  assert.equal(ended?.data.end_reason, "timed_out");
});

Deno.test("Rotating a key publishes it, with the end of the overlap", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeKey(stack, owner);
  const rotated = await call(stack, "POST", `/api-keys/${id}/rotate`, {
    headers: { authorization: `Bearer ${owner.jwt}` },
    json: { overlap_hours: 24 },
  });
  assert.equal(rotated.status, 201);
  const [event] = await published(stack, owner);
  assert.equal(event?.type, "api_key.rotated");
  assert.equal(event.data.previous_key_id, id);
  assert.ok(Date.parse(String(event.data.overlap_ends_at)) > Date.now());
});

Deno.test("A leaked key publishes where it was found, once for each report, and no key", async () => {
  const scanner = newScannerKey("k1");
  await using server = startKeyServer([scanner]);
  await using stack = await testStack({ environment: { SWITCHBOARD_LEAK_KEYS_URL: server.url } });
  const owner = await stack.newTenant();
  const { id, key } = await makeKey(stack, owner);
  const text = JSON.stringify([{
    token: key,
    type: "a",
    url: "https://example.com/a",
    source: "commit",
  }]);
  await call(stack, "POST", "/api-keys/leaks", { headers: signatureHeaders(scanner, text), text });
  const [event] = await published(stack, owner);
  assert.equal(event?.type, "api_key.leaked");
  assert.deepEqual([event.data.key_id, event.data.url], [id, "https://example.com/a"]);
  assert.ok(!JSON.stringify(event).includes(key.slice(10)));
});

Deno.test("The database knows the types of the catalogue, and no others", async () => {
  await using stack = await testStack();
  const rows = await stack.database.query("select type from private.event_types order by type");
  assert.deepEqual(rows.map(({ type }) => type), Object.keys(EVENT_CATALOGUE).sort());
});
