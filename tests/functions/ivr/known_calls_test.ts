import assert from "node:assert/strict";
import {
  incomingCall,
  newLine,
  type Parameters,
  type PhoneLine,
  readProblem,
  readTwiml,
  twilioRequest,
  type Twiml,
} from "#tests/support/phone_line.ts";
import { SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as } from "#tests/support/webhook_owner.ts";

/** A call that this process has answered, and knows. */
interface KnownCall {
  readonly owner: Tenant;
  readonly line: PhoneLine;
  readonly call: Parameters;
  readonly welcome: Twiml;
  /** Presses a key in the menu last heard. */
  press(Digits: string, action?: string): Promise<Response>;
}

async function knownCall(stack: TestStack): Promise<KnownCall> {
  const owner = await stack.newTenant();
  const line = await newLine(stack.url, owner);
  const call = incomingCall(line);
  const welcome = await readTwiml(await line.post(line.urls.voice, call));
  const press = (Digits: string, action = welcome.action) => line.post(action, { ...call, Digits });
  return { owner, line, call, welcome, press };
}

/** The functions of the database that are called meanwhile, and what comes of it. */
async function tripsOf<Value>(action: () => Promise<Value>): Promise<[string[], Value]> {
  const real = globalThis.fetch;
  const trips: string[] = [];
  globalThis.fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    if (pathname.startsWith("/rest/v1/rpc/ivr_")) {
      trips.push(pathname.slice("/rest/v1/rpc/".length));
    }
    return real(input, init);
  };
  try {
    return [trips, await action()];
  } finally {
    globalThis.fetch = real;
  }
}

const [KNOWN, LOAD, COMMIT] = ["ivr_commit_known_turn", "ivr_load_turn", "ivr_commit_turn"];

async function steps(stack: TestStack): Promise<unknown[]> {
  const rows = await stack.database.query("select step from public.ivr_turns order by step");
  return rows.map(({ step }) => step);
}

Deno.test("Every turn of a call that this isolate knows is one round trip, a repeat too", async () => {
  await using stack = await testStack();
  const { welcome, press } = await knownCall(stack);
  const [first, sales] = await tripsOf(async () => await readTwiml(await press("1")));
  assert.deepEqual([first, sales.said], [[KNOWN], ["This is sales."]]);
  const [second, main] = await tripsOf(async () => await readTwiml(await press("*", sales.action)));
  assert.deepEqual([second, main.said], [[KNOWN], ["This is main."]]);
  for (const [action, text] of [[welcome.action, sales.text], [sales.action, main.text]]) {
    const [trips, repeat] = await tripsOf(async () => await readTwiml(await press("0", action)));
    assert.deepEqual([trips, repeat.text], [[LOAD], text]);
  }
  assert.deepEqual(await steps(stack), [0, 1, 2]);
});

Deno.test("A call that waits for somebody outside is loaded when it comes back, and known again after that", async () => {
  await using stack = await testStack();
  const { call, line, press } = await knownCall(stack);
  const transfer = await readTwiml(await press("2"));
  const busy = { ...call, DialCallStatus: "busy" };
  const [back, main] = await tripsOf(async () =>
    await readTwiml(await line.post(transfer.action, busy))
  );
  assert.deepEqual([back, main.said.at(-1)], [[LOAD, COMMIT], "This is main."]);
  const [known] = await tripsOf(async () => await readTwiml(await press("1", main.action)));
  assert.deepEqual(known, [KNOWN]);
});

Deno.test("A secret that was replaced is refused in the middle of a call, and the new one goes on", async () => {
  await using stack = await testStack();
  const { owner, line, call, welcome, press } = await knownCall(stack);
  const fresh = SIGNING_SECRETS.twilio();
  const { status } = await as(owner).post(
    stack,
    `/ivr/connections/${line.connectionId}/rotate-secret`,
    { auth_token: fresh, overlap_hours: 0 },
  );
  assert.equal(status, 200);
  const [trips, code] = await tripsOf(async () => await readProblem(await press("1")));
  assert.deepEqual([trips, code], [[KNOWN], "invalid_signature"]);
  assert.deepEqual(await steps(stack), [0]);
  const next = await fetch(twilioRequest(welcome.action, { ...call, Digits: "1" }, fresh));
  assert.deepEqual((await readTwiml(next)).said, ["This is sales."]);
});

Deno.test("A secret whose overlap has run out is refused in the middle of a call", async () => {
  await using stack = await testStack();
  const { owner, line, press } = await knownCall(stack);
  const { status } = await as(owner).post(
    stack,
    `/ivr/connections/${line.connectionId}/rotate-secret`,
    { auth_token: SIGNING_SECRETS.twilio(), overlap_hours: 1 },
  );
  assert.equal(status, 200);
  const sales = await readTwiml(await press("1"));
  await stack.database.query(
    "update private.credentials set expires_at = now() where expires_at is not null",
  );
  assert.equal(await readProblem(await press("*", sales.action)), "invalid_signature");
  assert.deepEqual(await steps(stack), [0, 1]);
});

Deno.test("A connection that is switched off or deleted takes no further turn of a known call", async () => {
  await using stack = await testStack();
  for (
    const change of [
      "update public.phone_connections set enabled = false",
      "delete from public.phone_connections",
    ]
  ) {
    const { line, press } = await knownCall(stack);
    await stack.database.query(`${change} where id = '${line.connectionId}'`);
    assert.equal(await readProblem(await press("1")), "unknown_connection", change);
  }
  assert.deepEqual(await steps(stack), [0, 0]);
});

Deno.test("Rules for transfers that change in the middle of a call decide its next turn", async () => {
  await using stack = await testStack();
  const one = await knownCall(stack);
  assert.equal((await one.owner.db.rpc("set_transfer_rules", { p_countries: ["DE"] })).error, null);
  const [trips, refused] = await tripsOf(async () => await readTwiml(await one.press("2")));
  assert.deepEqual(refused.said, ["The call could not be connected.", "This is main."]);
  assert.deepEqual(trips, [KNOWN, COMMIT]);
});

Deno.test("A known call that has ended meanwhile is over, and the caller is told so", async () => {
  await using stack = await testStack();
  const { line, call, press } = await knownCall(stack);
  const status = await line.post(line.urls.status, { ...call, CallStatus: "completed" });
  assert.equal(status.status, 204);
  const [trips, response] = await tripsOf(() => press("1"));
  assert.deepEqual([trips, response.headers.get("x-problem-code")], [[KNOWN], "session_ended"]);
  assert.deepEqual((await readTwiml(response)).verbs.at(-1), "Hangup");
  assert.deepEqual(await steps(stack), [0]);
});

Deno.test("Where another isolate took the step first, its reply is the reply", async () => {
  await using stack = await testStack();
  const { press, line } = await knownCall(stack);
  await stack.database.query(
    `select public.ivr_commit_turn(id, 1, '${line.menuId}', jsonb_build_object('menu_stack', menu_stack, 'no_input_count', 1,
        'invalid_count', 0, 'digits', '', 'language', null, 'pending', null, 'end_reason', null),
        '{"kind": "no_input"}', 'no_input', '<Response><Say>Elsewhere</Say></Response>')
      from public.ivr_sessions`,
  );
  const [trips, { said }] = await tripsOf(async () => await readTwiml(await press("1")));
  assert.deepEqual([trips, said], [[KNOWN], ["Elsewhere"]]);
  const [again] = await tripsOf(async () => await readTwiml(await press("1")));
  assert.deepEqual(again, [LOAD]);
  assert.deepEqual(await steps(stack), [0, 1]);
});

Deno.test("Where another isolate is further on, the caller hears what is true and nothing is committed", async () => {
  await using stack = await testStack();
  const { press } = await knownCall(stack);
  await stack.database.query("update public.ivr_sessions set step = 5");
  const [trips, response] = await tripsOf(() => press("1"));
  assert.deepEqual([trips, response.headers.get("x-problem-code")], [[KNOWN], "session_ended"]);
  assert.deepEqual(await steps(stack), [0]);
});

Deno.test("Twenty deliveries at once of a step that is known make one turn and get the same bytes", async () => {
  await using stack = await testStack();
  const { press } = await knownCall(stack);
  const replies = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, n) => (await readTwiml(await press(n % 2 ? "1" : "2"))).text,
    ),
  );
  assert.equal(new Set(replies).size, 1);
  assert.deepEqual(await steps(stack), [0, 1]);
});

Deno.test("Turns of many calls at once travel together, and each caller hears what was asked for", async () => {
  await using stack = await testStack();
  const calls = await Promise.all(Array.from({ length: 12 }, () => knownCall(stack)));
  const [trips, heard] = await tripsOf(() =>
    Promise.all(calls.map(async ({ press }, n) => await readTwiml(await press(n % 3 ? "1" : "9"))))
  );
  assert.ok(trips.includes("ivr_commit_known_turns") && trips.length < calls.length, String(trips));
  for (const [n, { said }] of heard.entries()) {
    assert.equal(said.at(-1), n % 3 ? "This is sales." : "This is main.");
  }
  const next = await Promise.all(
    calls.map(async ({ line, call }, n) =>
      await readTwiml(
        await line.post(heard[n]?.action ?? "", { ...call, Digits: n % 3 ? "*" : "1" }),
      )
    ),
  );
  assert.deepEqual(
    next.map(({ said }) => said.at(-1)),
    calls.map((_, n) => n % 3 ? "This is main." : "This is sales."),
  );
  assert.deepEqual(await steps(stack), [0, 1, 2].flatMap((step) => calls.map(() => step)));
});

Deno.test("A known call says nothing to a stranger, nor to another tenant's connection", async () => {
  await using stack = await testStack();
  const { call, welcome, press } = await knownCall(stack);
  const forged = await fetch(
    twilioRequest(welcome.action, { ...call, Digits: "1" }, SIGNING_SECRETS.twilio()),
  );
  assert.equal(await readProblem(forged), "invalid_signature");
  const other = await knownCall(stack);
  const across = welcome.action.replace(/twilio\/[^/]*/, `twilio/${other.line.connectionId}`);
  const asked = await other.line.post(across, { ...call, Digits: "1" });
  assert.equal(asked.headers.get("x-problem-code"), "invalid_step_token");
  await asked.body?.cancel();
  assert.deepEqual(await steps(stack), [0, 0]);
  const [trips] = await tripsOf(async () => await readTwiml(await press("1")));
  assert.deepEqual(trips, [KNOWN]);
});
