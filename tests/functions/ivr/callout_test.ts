import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { backgroundSettled } from "#shared/http/background.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import {
  incomingCall,
  newLine,
  type PhoneLine,
  readTwiml,
  type Twiml,
} from "#tests/support/phone_line.ts";
import { answersWith, type Behaviour, readToEnd, startReceiver } from "#tests/support/receivers.ts";
import { RETELL_KEY, setRetell } from "#tests/support/retell.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as, type MadeWebhook, makeWebhook, webhookStack } from "#tests/support/webhook_owner.ts";

const ONE_MOMENT = "One moment, please.";
const UNAVAILABLE = "This is not available at the moment.";

/** A line whose first item asks an endpoint. */
interface Asking {
  readonly stack: TestStack;
  readonly tenant: Tenant;
  readonly line: PhoneLine;
  readonly endpoint: MadeWebhook;
}

async function publish({ tenant, line }: Pick<Asking, "tenant" | "line">, columns: object) {
  const { error } = await tenant.db.from("ivr_menus").update(columns).eq("id", line.menuId);
  assert.equal(error, null);
  const { error: refused } = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.equal(refused, null);
}

async function askingLine(
  stack: TestStack,
  url: string,
  { item = {}, menu = {}, settings = {} }: { item?: object; menu?: object; settings?: object } = {},
): Promise<Asking> {
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const endpoint = await makeWebhook(stack, tenant, { url, events: ["custom.*"], ...settings });
  await publish({ tenant, line }, {
    items: [
      { digit: "1", label: "Order", action: "webhook", target: url, ...item },
      { digit: "2", label: "Sales", action: "submenu", target: "sales" },
      { digit: "3", label: "Again", action: "repeat" },
      { digit: "4", label: "Bye", action: "hangup" },
    ],
    ...menu,
  });
  return { stack, tenant, line, endpoint };
}

/** A call as its provider places it: every document in turn, and where the last one leads. */
class PlacedCall {
  readonly #parameters: ReturnType<typeof incomingCall>;

  constructor(private readonly line: PhoneLine) {
    this.#parameters = incomingCall(line);
  }

  async comeIn(): Promise<Twiml> {
    return await readTwiml(await this.line.post(this.line.urls.voice, this.#parameters));
  }

  /** Goes where a document leads. */
  async follow(document: Twiml, further: Record<string, string> = {}): Promise<Twiml> {
    const response = await this.line.post(linkIn(document), { ...this.#parameters, ...further });
    assert.equal(response.headers.get("x-problem-code"), null);
    return await readTwiml(response);
  }
}

function linkIn({ action, text }: Twiml): string {
  const [, redirect = ""] = /<Redirect [^>]*>([^<]*)</.exec(text) ?? [];
  return action || redirect.replaceAll("&amp;", "&");
}

/** Presses 1 and comes back once the answer is there. */
async function chooseFirst(line: PhoneLine): Promise<Twiml> {
  const call = new PlacedCall(line);
  const asked = await call.follow(await call.comeIn(), { Digits: "1" });
  assert.deepEqual([asked.said, asked.verbs], [[ONE_MOMENT], ["Say", "Redirect"]]);
  await backgroundSettled();
  return await call.follow(asked);
}

async function turns({ database }: TestStack) {
  return await database.query(
    "select t.outcome, t.item from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id order by s.created_at, t.step",
  );
}

const question = z.strictObject({
  type: z.literal("ivr.choice.requested"),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    session_id: z.guid(),
    call_id: z.guid(),
    from: z.literal("+15550100123"),
    to: z.string(),
    menu: z.strictObject({ id: z.guid(), key: z.literal("main"), name: z.literal("main") }),
    language: z.literal("en-US"),
    step: z.literal(1),
    items: z.array(z.unknown()),
  }),
});

Deno.test("A webhook item asks the owner's endpoint, signed, and takes the item that it names", async () => {
  await using stack = await webhookStack();
  await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
  const { line, endpoint, tenant } = await askingLine(stack, receiver.url, {
    settings: { headers: { "x-shop": "7" } },
  });
  const rotated = await as(tenant).post(stack, `/webhooks/${endpoint.id}/rotate-secret`, {
    overlap_hours: 1,
  });
  assert.equal(rotated.status, 200);
  const sales = await chooseFirst(line);
  assert.deepEqual(sales.said, ["This is sales."]);
  assert.deepEqual(await turns(stack), [
    { outcome: "entered", item: null },
    { outcome: "chosen", item: "1" },
    { outcome: "answered", item: "2" },
  ]);

  const [request, ...others] = receiver.requests;
  assert.equal(others.length, 0);
  const { headers, body } = request ?? assert.fail();
  const secrets = [endpoint.secret, z.object({ secret: z.string() }).parse(rotated.body).secret];
  for (const secret of secrets) new Webhook(secret).verify(body, headers);
  assert.equal(headers["x-shop"], "7");
  const { data } = question.parse(JSON.parse(body));
  assert.equal(headers["webhook-id"], `ivr_${data.session_id}_1`);
  assert.equal(data.to, line.number);
  assert.deepEqual(data.items, [
    { digit: "2", label: "Sales", action: "submenu" },
    { digit: "3", label: "Again", action: "repeat" },
    { digit: "4", label: "Bye", action: "hangup" },
  ]);
  const [health] = await stack.database.query(
    "select (select count(*)::int from public.webhook_logs) as logs, w.last_triggered_at, w.failure_count from public.webhooks w",
  );
  assert.deepEqual(health, { logs: 0, last_triggered_at: null, failure_count: 0 });
});

const USELESS: Record<string, Behaviour> = {
  "an error": answersWith(500, '{"digit":"2"}'),
  "a redirect": answersWith(302, '{"digit":"2"}', { location: "http://localhost:1/" }),
  "garbage": answersWith(200, "{digit:2}"),
  "another shape": answersWith(200, '{"digit":2}'),
  "an unknown digit": answersWith(200, '{"digit":"8"}'),
  "the item that asks": answersWith(200, '{"digit":"1"}'),
  "too much": answersWith(200, `{"digit":"2"}${" ".repeat(20_000)}`),
  "nothing": (connection) => connection.close(),
};

Deno.test("Without an answer that names an item the fallback is taken, or the menu is offered again", async () => {
  await using stack = await webhookStack();
  using _log = captureLog();
  for (const [what, behaviour] of Object.entries(USELESS)) {
    await using receiver = startReceiver(behaviour);
    const asking = await askingLine(stack, receiver.url, { item: { fallback: "4" } });
    assert.deepEqual((await chooseFirst(asking.line)).verbs, ["Hangup"], what);
    await publish(asking, {
      items: [{ digit: "1", label: "Order", action: "webhook", target: asking.endpoint.id }],
    });
    const again = await chooseFirst(asking.line);
    assert.deepEqual(again.said, [UNAVAILABLE, "This is main."], what);
    assert.equal(receiver.requests.length, 2, what);
  }
  assert.deepEqual((await turns(stack)).slice(0, 6), [
    { outcome: "entered", item: null },
    { outcome: "chosen", item: "1" },
    { outcome: "unanswered", item: "4" },
    { outcome: "entered", item: null },
    { outcome: "chosen", item: "1" },
    { outcome: "unanswered", item: null },
  ]);
});

Deno.test("An endpoint that is disabled or deleted is not asked, and the fallback is taken", async () => {
  await using stack = await webhookStack();
  using log = captureLog();
  await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
  const asking = await askingLine(stack, receiver.url, { item: { fallback: "4" } });
  const path = `/webhooks/${asking.endpoint.id}`;
  assert.equal((await as(asking.tenant).patch(stack, path, { enabled: false })).status, 200);
  assert.deepEqual((await chooseFirst(asking.line)).verbs, ["Hangup"]);
  assert.equal((await as(asking.tenant).delete(stack, path)).status, 204);
  assert.deepEqual((await chooseFirst(asking.line)).verbs, ["Hangup"]);
  assert.equal(receiver.requests.length, 0);
  const warned = log.lines.filter(({ event }) => event === "a callout came to nothing");
  assert.deepEqual(warned.map(({ level }) => level), ["warn", "warn"]);
});

Deno.test("A receiver that hangs delays no answer: the caller waits in turns of two round trips at most, and three seconds later the fallback is taken", async () => {
  await using stack = await webhookStack();
  using _log = captureLog();
  await using receiver = startReceiver(readToEnd);
  const { line } = await askingLine(stack, receiver.url, { item: { fallback: "4" } });
  const call = new PlacedCall(line);
  const menu = await call.comeIn();
  const trips: string[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    if (pathname.startsWith("/rest/v1/")) trips.push(pathname.slice("/rest/v1/rpc/".length));
    return real(input, init);
  };
  try {
    const began = performance.now();
    const asked = await call.follow(menu, { Digits: "1" });
    const waiting = await call.follow(asked);
    assert.ok(performance.now() - began < 2000, "An answer was held up");
    assert.deepEqual([waiting.said, waiting.verbs], [[], ["Pause", "Redirect"]]);
    // The step that asks is one of a known call; who waits has to be told what came of it.
    assert.deepEqual(trips, ["ivr_commit_known_turn", "ivr_load_turn", "ivr_commit_turn"]);
    await backgroundSettled();
    assert.deepEqual((await call.follow(waiting)).verbs, ["Hangup"]);
    assert.equal(receiver.requests.length, 1);
  } finally {
    globalThis.fetch = real;
  }
  // What did not come from the caller is no event.
  const events = await stack.database.query(
    "select payload::jsonb #>> '{data,outcome}' as outcome from public.webhook_events where type = 'ivr.input' order by id",
  );
  assert.deepEqual(events.map(({ outcome }) => outcome).sort(), ["chosen", "unanswered"]);
});

Deno.test("Twenty repeats of a step that asks, at once and afterwards, make one request and get the same bytes", async () => {
  await using stack = await webhookStack();
  await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
  const { line } = await askingLine(stack, receiver.url);
  const call = new PlacedCall(line);
  const menu = await call.comeIn();
  const press = () => call.follow(menu, { Digits: "1" });
  const asked = await Promise.all(Array.from({ length: 20 }, press));
  await backgroundSettled();
  asked.push(await press());
  assert.equal(new Set(asked.map(({ text }) => text)).size, 1);
  const [first] = asked;
  const next = await Promise.all(
    Array.from({ length: 20 }, () => call.follow(first ?? assert.fail())),
  );
  assert.equal(new Set(next.map(({ text }) => text)).size, 1);
  assert.deepEqual(next[0]?.said, ["This is sales."]);
  assert.equal(receiver.requests.length, 1);
});

Deno.test("A question that was lost is asked once more under the same id, and then no more", async () => {
  await using stack = await webhookStack();
  using _log = captureLog();
  await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
  const { line } = await askingLine(stack, receiver.url);
  const call = new PlacedCall(line);
  const asked = await call.follow(await call.comeIn(), { Digits: "1" });
  await backgroundSettled();
  // As a process leaves it that dies before it can tell.
  const lose = () =>
    stack.database.query(
      "update private.ivr_callouts set result = null, asked_at = now() - interval '5 seconds'",
    );
  await lose();
  const again = await Promise.all(Array.from({ length: 20 }, () => call.follow(asked)));
  assert.equal(new Set(again.map(({ text }) => text)).size, 1);
  await backgroundSettled();
  assert.equal(receiver.requests.length, 2);
  assert.equal(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size, 1);
  await lose();
  const given = await call.follow(again[0] ?? assert.fail());
  assert.deepEqual(given.said, [UNAVAILABLE, "This is main."]);
  assert.equal(receiver.requests.length, 2);
});

Deno.test("In a sensitive menu the question and the rows tell nothing of what was entered", async () => {
  await using stack = await webhookStack();
  await using receiver = startReceiver(answersWith(200, '{"digit":"77002"}'));
  const { line } = await askingLine(stack, receiver.url, {
    menu: {
      sensitive: true,
      items: [
        { digit: "48159", label: "Order", action: "webhook", target: receiver.url },
        { digit: "77002", label: "Sales", action: "submenu", target: "sales" },
      ],
    },
  });
  const call = new PlacedCall(line);
  const asked = await call.follow(await call.comeIn(), { Digits: "48159" });
  await backgroundSettled();
  assert.deepEqual((await call.follow(asked)).said, ["This is sales."]);
  assert.ok(!JSON.stringify(receiver.requests).includes("48159"));
  const tables = ["public.ivr_sessions", "public.ivr_turns", "private.ivr_callouts"];
  for (const table of [...tables, "public.webhook_events"]) {
    const text = JSON.stringify(await stack.database.query(`select t::text from ${table} t`));
    assert.ok(!/48159|77002/.test(text), `${table} holds what was entered`);
  }
});

Deno.test("A caller is handed to a Retell agent: registered with the tenant's key, dialled, and back in the menu afterwards", async () => {
  await using retell = startFakeApi(() => Response.json({ call_id: "call_7e6" }, { status: 201 }));
  await using stack = await testStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  await setRetell(stack, tenant);
  await publish({ tenant, line }, {
    items: [
      { digit: "1", label: "Ada", action: "agent", target: "retell:agent_ada", then: "repeat" },
      { digit: "2", label: "Mine", action: "agent", target: "retell:default" },
    ],
  });
  const call = new PlacedCall(line);
  const asked = await call.follow(await call.comeIn(), { Digits: "1" });
  assert.deepEqual(asked.said, [ONE_MOMENT]);
  await backgroundSettled();
  const dial = await call.follow(asked);
  assert.match(dial.text, /<Dial [^>]*><Sip>sip:call_7e6@sip\.retellai\.com;transport=tcp<\/Sip>/);
  const [log] = await stack.database.query("select id, retell_call_id from public.call_logs");
  assert.equal(log?.retell_call_id, "call_7e6");
  const menu = await call.follow(dial, { DialCallStatus: "completed" });
  assert.deepEqual(menu.said, ["This is main."]);
  await call.follow(menu, { Digits: "2" });
  await backgroundSettled();

  const [session] = await stack.database.query("select id from public.ivr_sessions");
  assert.deepEqual(
    retell.requests.map(({ path, headers, body }) => ({
      path,
      key: headers.get("authorization"),
      body: JSON.parse(body),
    })),
    ["agent_ada", "agent_default"].map((agent_id) => ({
      path: "/v2/register-phone-call",
      key: `Bearer ${RETELL_KEY}`,
      body: {
        agent_id,
        direction: "inbound",
        from_number: "+15550100123",
        to_number: line.number,
        metadata: { session_id: session?.id, call_id: log?.id },
      },
    })),
  );
});

Deno.test("Where Retell cannot be reached, refuses or is not set up, the call is not connected, and a final choice ends it", async () => {
  let answer = () => Response.json({ call_id: "call_1" });
  await using retell = startFakeApi(() => answer());
  await using stack = await testStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
  using log = captureLog();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const target = "retell:default";
  await publish({ tenant, line }, {
    no_input_limit: 0,
    no_input_final: { action: "agent", target },
    items: [{ digit: "1", label: "Ada", action: "agent", target }],
  });
  const failed = async () => assert.deepEqual((await chooseFirst(line)).said, NOT_CONNECTED);
  const NOT_CONNECTED = ["The call could not be connected.", "This is main."];
  await failed();
  await setRetell(stack, tenant, null);
  await failed();
  assert.equal(retell.requests.length, 0);
  await setRetell(stack, tenant);
  for (
    const refused of [
      () => new Response("no", { status: 401 }),
      () => new Response("sorry", { status: 503 }),
      () => Response.json({ call_id: "1@elsewhere.example" }),
    ]
  ) {
    answer = refused;
    await failed();
  }
  const call = new PlacedCall(line);
  const asked = await call.follow(await call.comeIn());
  await backgroundSettled();
  const over = await call.follow(asked);
  assert.deepEqual([over.said, over.verbs], [NOT_CONNECTED.slice(0, 1), ["Say", "Hangup"]]);
  assert.ok(
    log.lines.some(({ level, event }) => level === "warn" && event === "a callout came to nothing"),
  );
  assert.ok(!log.text.some((line) => line.includes(RETELL_KEY)));
});

Deno.test("Outside its hours a menu hands the call that comes in to a Retell agent", async () => {
  await using retell = startFakeApi(() => Response.json({ call_id: "call_1" }));
  await using stack = await testStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  await setRetell(stack, tenant);
  await publish({ tenant, line }, {
    hours: {
      time_zone: "UTC",
      // Open on a day that the test is not run on.
      weekly: [{ days: [(new Date().getUTCDay() + 3) % 7 + 1], from: "09:00", to: "10:00" }],
      closed: { action: "agent", target: "retell:default" },
    },
  });
  const call = new PlacedCall(line);
  const asked = await call.comeIn();
  assert.deepEqual(asked.said, ["We are closed at the moment.", ONE_MOMENT]);
  await backgroundSettled();
  const dial = await call.follow(asked);
  assert.match(dial.text, /sip:call_1@sip\.retellai\.com/);
  const over = await call.follow(dial, { DialCallStatus: "completed" });
  assert.deepEqual(over.verbs, ["Hangup"]);
});
