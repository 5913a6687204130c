import assert from "node:assert/strict";
import { incomingCall, newLine, type PhoneLine, readTwiml } from "#tests/support/phone_line.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

async function lineOn(stack: TestStack): Promise<PhoneLine> {
  return await newLine(stack.url, await stack.newTenant());
}

async function rows(stack: TestStack, sql: string): Promise<readonly Record<string, unknown>[]> {
  return await stack.database.query(sql);
}

Deno.test("A call signed by Twilio's SDK goes through the menus, and every turn is kept", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const welcome = await readTwiml(await line.post(line.urls.voice, call));
  assert.deepEqual(welcome.verbs, ["Gather", "Redirect"]);
  assert.deepEqual(welcome.said, ["This is main."]);
  assert.ok(
    welcome.action.startsWith(
      `${stack.url}/functions/v1/ivr/twilio/${line.connectionId}/turn?token=1.`,
    ),
  );

  const sales = await readTwiml(await line.post(welcome.action, { ...call, Digits: "1" }));
  assert.deepEqual(sales.said, ["This is sales."]);
  const silence = await readTwiml(await line.post(sales.action, call));
  assert.deepEqual(silence.said, ["We did not hear your choice.", "This is sales."]);
  const back = await readTwiml(await line.post(silence.action, { ...call, Digits: "*" }));
  assert.deepEqual(back.said, ["This is main."]);
  const transfer = await readTwiml(await line.post(back.action, { ...call, Digits: "2" }));
  assert.deepEqual(transfer.verbs, ["Dial"]);
  const busy = await readTwiml(
    await line.post(transfer.action, { ...call, DialCallStatus: "busy" }),
  );
  assert.deepEqual(busy.said, ["The call could not be connected.", "This is main."]);
  const bye = await readTwiml(await line.post(busy.action, { ...call, Digits: "0" }));
  assert.deepEqual(bye.verbs, ["Hangup"]);

  assert.deepEqual(
    (await rows(stack, "select outcome, item from public.ivr_turns order by step")).map((
      { outcome, item },
    ) => [outcome, item]),
    [
      ["entered", null],
      ["chosen", "1"],
      ["no_input", null],
      ["chosen", "*"],
      ["chosen", "2"],
      ["not_connected", null],
      ["chosen", "0"],
    ],
  );
  const [session] = await rows(
    stack,
    "select step, end_reason, ended_at is not null as ended, retry_count from public.ivr_sessions",
  );
  assert.deepEqual(session, { step: 7, end_reason: "hung_up", ended: true, retry_count: 0 });
});

Deno.test("A callback posted twice, and one posted twenty times at once, gets the same bytes and makes one turn", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const repeat = async (url: string, parameters: typeof call) => {
    const once = [
      await (await line.post(url, parameters)).text(),
      await (await line.post(url, parameters)).text(),
    ];
    const atOnce = await Promise.all(
      Array.from({ length: 20 }, async () => await (await line.post(url, parameters)).text()),
    );
    assert.equal(new Set([...once, ...atOnce]).size, 1);
    return once[0] ?? assert.fail();
  };
  const together = incomingCall(line);
  const first = await Promise.all(
    Array.from(
      { length: 20 },
      async () => await (await line.post(line.urls.voice, together)).text(),
    ),
  );
  assert.equal(new Set(first).size, 1);
  await repeat(line.urls.voice, call);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  await repeat(action, { ...call, Digits: "1" });
  const [count] = await rows(
    stack,
    "select count(*)::int as turns, count(distinct session_id)::int as sessions from public.ivr_turns",
  );
  assert.deepEqual(count, { turns: 3, sessions: 2 });
});

Deno.test("Of two different inputs for one step the first wins, and the second gets its reply", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const first = await (await line.post(action, { ...call, Digits: "1" })).text();
  const second = await (await line.post(action, { ...call, Digits: "0" })).text();
  assert.equal(second, first);
  const [session] = await rows(stack, "select step, end_reason from public.ivr_sessions");
  assert.deepEqual(session, { step: 2, end_reason: null });
});

Deno.test("A call stays on the version it began with, whatever is published or deleted meanwhile", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  for (const prompt of ["Newer.", "Newer still.", "Changed."]) {
    await tenant.db.from("ivr_menus").update({ prompt }).in("key", ["main", "sales"]);
    const published = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
    assert.equal(published.error, null);
  }
  await tenant.db.from("ivr_menus").delete().eq("key", "sales");
  const sales = await readTwiml(await line.post(action, { ...call, Digits: "1" }));
  assert.deepEqual(sales.said, ["This is sales."]);
  const main = await readTwiml(await line.post(sales.action, { ...call, Digits: "*" }));
  assert.deepEqual(main.said, ["This is main."]);
  const next = await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  assert.deepEqual(next.said, ["Changed."]);
});

Deno.test("A status is taken in once and in order, and the last one ends the session", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  await readTwiml(await line.post(line.urls.voice, call));
  const report = async (CallStatus: string, SequenceNumber: string, CallDuration = "0") => {
    const response = await line.post(line.urls.status, {
      ...call,
      CallStatus,
      SequenceNumber,
      CallDuration,
    });
    assert.equal(response.status, 204);
    const [log] = await rows(
      stack,
      "select status, duration_seconds, ended_at is not null as ended from public.call_logs",
    );
    return log;
  };
  assert.deepEqual(await report("in-progress", "2"), {
    status: "in-progress",
    duration_seconds: 0,
    ended: false,
  });
  assert.deepEqual(await report("ringing", "1"), {
    status: "in-progress",
    duration_seconds: 0,
    ended: false,
  });
  assert.deepEqual(await report("completed", "3", "42"), {
    status: "completed",
    duration_seconds: 42,
    ended: true,
  });
  assert.deepEqual(await report("completed", "3", "43"), {
    status: "completed",
    duration_seconds: 42,
    ended: true,
  });
  assert.deepEqual(await report("in-progress", "4"), {
    status: "completed",
    duration_seconds: 42,
    ended: true,
  });
  const [session] = await rows(stack, "select end_reason from public.ivr_sessions");
  assert.deepEqual(session, { end_reason: "caller_hung_up" });
});

Deno.test("A status that comes before the call does, or without it, is kept", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const early = await line.post(line.urls.status, {
    ...call,
    CallStatus: "initiated",
    SequenceNumber: "0",
  });
  assert.equal(early.status, 204);
  await readTwiml(await line.post(line.urls.voice, call));
  const [joined] = await rows(
    stack,
    "select count(*)::int as calls, count(s.call_log_id)::int as joined from public.call_logs l left join public.ivr_sessions s on s.call_log_id = l.id",
  );
  assert.deepEqual(joined, { calls: 1, joined: 1 });
});

Deno.test("A call whose last status came first is over before it began", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  await line.post(line.urls.status, { ...call, CallStatus: "completed", SequenceNumber: "3" });
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const late = await line.post(action, { ...call, Digits: "1" });
  assert.equal(late.headers.get("x-problem-code"), "session_ended");
  await late.body?.cancel();
  const [session] = await rows(
    stack,
    "select step, end_reason, ended_at is not null as ended from public.ivr_sessions",
  );
  assert.deepEqual(session, { step: 1, end_reason: "caller_hung_up", ended: true });
});

Deno.test("A call id that another connection has used is refused without touching that call", async () => {
  await using stack = await testStack();
  const [first, second] = [await lineOn(stack), await lineOn(stack)];
  const call = incomingCall(first);
  await readTwiml(await first.post(first.urls.voice, call));
  const taken = await second.post(second.urls.voice, { ...call, To: second.number });
  assert.equal(taken.headers.get("x-problem-code"), "conflict");
  assert.deepEqual((await readTwiml(taken)).verbs, ["Say", "Hangup"]);
  const [count] = await rows(stack, "select count(*)::int as sessions from public.ivr_sessions");
  assert.deepEqual(count, { sessions: 1 });
  // Nor does its status reach the other's call.
  const status = await second.post(second.urls.status, {
    ...call,
    CallStatus: "completed",
    SequenceNumber: "9",
  });
  assert.equal(status.status, 204);
  const [log] = await rows(stack, "select status from public.call_logs");
  assert.deepEqual(log, { status: "in-progress" });
});

Deno.test("A signed URL may carry a query of its own and the connection's id in upper case", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const upper = line.urls.voice.replace(line.connectionId, line.connectionId.toUpperCase());
  const welcome = await readTwiml(
    await line.post(`${upper}?a=2&a=1&b=%20x%2Fy&c=&d=%C3%A9&e=it's`, call),
  );
  const sales = await readTwiml(
    await line.post(`${welcome.action}&z=1&z=0&q=%27`, { ...call, Digits: "1" }),
  );
  assert.deepEqual(sales.said, ["This is sales."]);
  // A second token is as good as none, but the caller still hears a word.
  const twice = await line.post(`${sales.action.replace("token=2.", "token=9.")}&token=x`, call);
  assert.equal(twice.headers.get("x-problem-code"), "invalid_step_token");
  await readTwiml(twice);
});
