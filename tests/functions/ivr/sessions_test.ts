import assert from "node:assert/strict";
import { z } from "zod";
import { askIvr, readAnswer } from "#tests/support/app_session.ts";
import { faults } from "#tests/support/key_holder.ts";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const shown = z.looseObject({ id: z.string(), session_id: z.string() });
const page = z.object({ data: z.array(shown), next_cursor: z.string().nullable() });
const detail = shown.extend({
  menu_stack: z.array(z.string()),
  retry_count: z.number(),
  last_activity: z.string(),
  start_time: z.string(),
  ended_at: z.string().nullable(),
  end_reason: z.string().nullable(),
  from: z.string().nullable(),
  call: z.looseObject({ status: z.string() }).nullable(),
  turns: z.array(z.looseObject({ step: z.number(), outcome: z.string(), reply: z.string() })),
});

async function listed(stack: TestStack, tenant: Tenant, query = "") {
  const reply = await askIvr(stack, tenant, "GET", `/sessions${query}`);
  assert.equal(reply.status, 200, reply.text);
  return page.parse(reply.body);
}

async function sessionOf(stack: TestStack, tenant: Tenant, id: string) {
  const reply = await askIvr(stack, tenant, "GET", `/sessions/${id}`);
  assert.equal(reply.status, 200, reply.text);
  return detail.parse(reply.body);
}

Deno.test("A phone's session is shown with its menus, retries and turns, and the status and recording of its call", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const line = await newLine(stack.url, owner);
  const incoming = incomingCall(line, { From: "+15550100199" });
  const welcome = await readTwiml(await line.post(line.urls.voice, incoming));
  const sales = await readTwiml(await line.post(welcome.action, { ...incoming, Digits: "1" }));
  const again = await readTwiml(await line.post(sales.action, incoming));
  const { data: [listedRow] } = await listed(stack, owner);
  const open = await sessionOf(stack, owner, listedRow?.id ?? "");
  assert.deepEqual([open.retry_count, open.ended_at, open.call?.status], [1, null, "in-progress"]);
  assert.equal(open.menu_stack.length, 2);
  assert.equal(open.menu_stack[0], line.menuId);
  assert.equal(open["menu_name"], "main");
  assert.equal(open["current_menu_name"], "sales");
  assert.deepEqual([open.session_id, open.from], [incoming["CallSid"], "+15550100199"]);
  assert.ok(open.last_activity > open.start_time);
  assert.deepEqual(
    open.turns.map(({ step, menu_name, input, outcome, item, item_label }) => [
      step,
      menu_name,
      input,
      outcome,
      item,
      item_label,
    ]),
    [
      [0, "main", { kind: "call_started" }, "entered", null, null],
      [1, "main", { kind: "digits", digits: "1" }, "chosen", "1", "Sales"],
      [2, "sales", { kind: "no_input" }, "no_input", null, null],
    ],
  );
  assert.deepEqual(open.turns.map(({ reply }) => reply), [welcome.text, sales.text, again.text]);

  await (await line.post(line.urls.status, {
    ...incoming,
    CallStatus: "completed",
    CallDuration: "12",
  })).body?.cancel();
  await stack.database.query("update public.call_logs set recording_path = 'a/b.mp3'");
  const ended = await sessionOf(stack, owner, open.id);
  assert.equal(ended.end_reason, "caller_hung_up");
  assert.deepEqual(
    [ended.call?.status, ended.call?.["duration_seconds"], ended.call?.["recording_path"]],
    ["completed", 12, "a/b.mp3"],
  );
  assert.ok(ended.ended_at);
});

Deno.test("Sessions are listed a page at a time, by menu, state, end, channel, name, caller and time", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const line = await newLine(stack.url, owner);
  await readTwiml(await line.post(line.urls.voice, incomingCall(line, { From: "+15550100199" })));
  const begin = async (session_id: string, more: object = {}) =>
    readAnswer(
      await askIvr(stack, owner, "POST", "/sessions", { menu: "main", session_id, ...more }),
    );
  const left = await begin("left", { from: "Ada" });
  await askIvr(stack, owner, "POST", `/sessions/${left.id}/end`, {});
  const over = await begin("over", { from: "Bob" });
  await askIvr(stack, owner, "POST", `/sessions/${over.id}/input`, { step: 1, digits: "0" });
  await begin("open", { from: "Ada" });

  const names = async (query: string) =>
    (await listed(stack, owner, query)).data.map(({ session_id, channel }) =>
      channel === "app" ? session_id : "phone"
    );
  assert.deepEqual(await names(""), ["open", "over", "left", "phone"]);
  assert.deepEqual(await names("?state=open"), ["open", "phone"]);
  assert.deepEqual(await names("?state=ended"), ["over", "left"]);
  assert.deepEqual(await names("?end_reason=hung_up"), ["over"]);
  assert.deepEqual(await names("?channel=phone"), ["phone"]);
  assert.deepEqual(await names("?caller=Ada"), ["open", "left"]);
  assert.deepEqual(await names("?caller=%2B15550100199"), ["phone"]);
  assert.deepEqual(await names("?session_id=over"), ["over"]);
  assert.deepEqual(await names(`?menu_id=${line.menuId}&channel=app&state=ended`), [
    "over",
    "left",
  ]);
  assert.deepEqual(await names(`?menu_id=${crypto.randomUUID()}`), []);
  assert.deepEqual(await names("?from=2031-01-01T00:00:00Z"), []);
  assert.deepEqual(await names("?from=2020-01-01T00:00:00Z&to=2031-01-01T00:00:00Z&limit=1"), [
    "open",
  ]);

  const seen: string[] = [];
  let cursor = "";
  do {
    const { data, next_cursor } = await listed(stack, owner, `?limit=3${cursor}`);
    seen.push(...data.map(({ session_id }) => session_id));
    cursor = next_cursor === null ? "" : `&cursor=${next_cursor}`;
  } while (cursor !== "");
  assert.equal(new Set(seen).size, 4);
  assert.equal(seen.length, 4);
});

Deno.test("Another tenant sees no session, and a wrong query names its field", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const line = await newLine(stack.url, owner);
  await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  const [row] = await stack.database.query("select id from public.ivr_sessions");
  assert.deepEqual((await listed(stack, stranger)).data, []);
  const hidden = await askIvr(stack, stranger, "GET", `/sessions/${row?.["id"]}`);
  assert.deepEqual([hidden.status, hidden.body["code"]], [404, "not_found"]);
  const wrong = {
    "cursor=x": "query.cursor",
    "state=asleep": "query.state",
    "end_reason=boredom": "query.end_reason",
    "limit=0": "query.limit",
    "from=yesterday": "query.from",
    "menu_id=main": "query.menu_id",
    "caller=%00": "query.caller",
  };
  for (const [query, field] of Object.entries(wrong)) {
    const reply = await askIvr(stack, owner, "GET", `/sessions?${query}`);
    assert.deepEqual([reply.status, ...faults(reply)], [422, field], query);
  }
});
