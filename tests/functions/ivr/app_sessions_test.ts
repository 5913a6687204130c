import assert from "node:assert/strict";
import {
  askIvr,
  countRows,
  type IvrReply,
  publishMenus,
  readAnswer,
  said,
} from "#tests/support/app_session.ts";
import { faults } from "#tests/support/key_holder.ts";
import { incomingCall, MENUS, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

/** Menus of a tenant: 1 down to sales, 2 a transfer, 3 a queue, 4 a voicemail, 0 the end. */
const TREE = [
  {
    key: "main",
    prompt: "This is main.",
    items: [
      ...MENUS.main,
      { digit: "4", label: "Message", action: "voicemail", then: "repeat" },
    ],
  },
  { key: "sales", prompt: "This is sales.", items: MENUS.sales },
];

/** A tenant whose tree is published, and how it asks. */
async function withTree(stack: TestStack) {
  const owner = await stack.newTenant("owner");
  // A submenu must be there when the menu that leads to it is published.
  const [main = {}, sales = {}] = TREE;
  const { error } = await owner.db.from("ivr_menus").insert({ name: "Sales", ...sales });
  assert.equal(error, null);
  const menuId = await publishMenus(owner, [main]);
  const post = (path: string, json?: unknown, headers = {}) =>
    askIvr(stack, owner, "POST", path, json, headers);
  return { owner, menuId, post };
}

const problemOf = (reply: IvrReply) => [reply.status, reply.body["code"], ...faults(reply)];

Deno.test("An app takes a session through the menus, and every turn is kept as it was answered", async () => {
  await using stack = await testStack();
  const { owner, menuId, post } = await withTree(stack);
  const begun = await post("/sessions", { menu: "main", session_id: "chat-1", from: "Ada" });
  assert.equal(begun.status, 201);
  const first = readAnswer(begun);
  assert.deepEqual([first.session_id, first.step, first.ended], ["chat-1", 1, false]);
  assert.deepEqual(said(first), ["This is main."]);
  assert.equal(first.then.kind, "listen");
  assert.deepEqual(first.then["entries"], [
    { digit: "1", label: "Sales" },
    { digit: "2", label: "Billing" },
    { digit: "3", label: "Support" },
    { digit: "0", label: "Bye" },
    { digit: "4", label: "Message" },
  ]);

  const texts = [begun.text];
  const turn = async (path: string, json: object) => {
    const reply = await post(`/sessions/${first.id}/${path}`, json);
    assert.equal(reply.status, 200, reply.text);
    texts.push(reply.text);
    return readAnswer(reply);
  };
  assert.deepEqual(said(await turn("input", { step: 1, digits: "1" })), ["This is sales."]);
  assert.deepEqual(said(await turn("back", { step: 2 })), ["This is main."]);
  assert.deepEqual(said(await turn("input", { step: 3, no_input: true })), [
    "We did not hear your choice.",
    "This is main.",
  ]);
  assert.equal((await turn("input", { step: 4, digits: "7" })).outcome, "invalid");
  const queued = await turn("input", { step: 5, digits: "3" });
  assert.deepEqual([queued.pending, queued.then], ["connection", {
    kind: "enqueue",
    queue: "support-queue",
  }]);
  assert.deepEqual(said(await turn("input", { step: 6, connection_ended: "busy" })), [
    "The call could not be connected.",
    "This is main.",
  ]);
  assert.equal((await turn("input", { step: 7, digits: "4" })).then.kind, "record");
  assert.equal((await turn("input", { step: 8, recorded: true })).outcome, "recorded");
  const over = await turn("input", { step: 9, digits: "0" });
  assert.deepEqual([over.ended, over.end_reason, over.then], [true, "hung_up", { kind: "hangup" }]);

  const turns = await stack.database.query(
    "select reply, item from public.ivr_turns order by step",
  );
  assert.deepEqual(turns.map(({ reply }) => reply), texts);
  assert.deepEqual(turns.map(({ item }) => item), [
    ...[null, "1", null, null, null, "3", null, "4", null, "0"],
  ]);
  const detail = await askIvr(stack, owner, "GET", `/sessions/${first.id}`);
  assert.deepEqual(
    [detail.body["channel"], detail.body["from"], detail.body["call"], detail.body["menu_id"]],
    ["app", "Ada", null, menuId],
  );
  assert.equal((await stack.database.query("select 1 from public.call_logs")).length, 0);
});

Deno.test("Where an app keeps a recording is told in its turn, and nothing is fetched from there", async () => {
  await using stack = await testStack();
  const { owner, post } = await withTree(stack);
  const { id } = readAnswer(await post("/sessions", { menu: "main" }));
  await post(`/sessions/${id}/input`, { step: 1, digits: "4" });
  const recorded = {
    url: "https://example.com/left.mp3",
    recording_id: "r-1",
    duration_seconds: 4,
  };
  const after = readAnswer(await post(`/sessions/${id}/input`, { step: 2, recorded }));
  assert.deepEqual([after.outcome, after.then.kind], ["recorded", "listen"]);
  const { text } = await askIvr(stack, owner, "GET", `/sessions/${id}`);
  assert.match(text, /left\.mp3/);
  assert.deepEqual(await stack.database.query("select id from public.call_recordings"), []);
});

Deno.test("The same post again gets the same bytes and changes nothing", async () => {
  await using stack = await testStack();
  const { post } = await withTree(stack);
  const start = { menu: "main", session_id: "chat-1" };
  const begun = await post("/sessions", start);
  const { id } = readAnswer(begun);
  const chosen = await post(`/sessions/${id}/input`, { step: 1, digits: "1" });
  const back = await post(`/sessions/${id}/back`, { step: 2 });
  const before = await countRows(stack);
  assert.equal((await post("/sessions", start)).text, begun.text);
  assert.equal((await post(`/sessions/${id}/input`, { step: 1, digits: "1" })).text, chosen.text);
  assert.equal((await post(`/sessions/${id}/input`, { step: 1, digits: "0" })).text, chosen.text);
  assert.equal((await post(`/sessions/${id}/back`, { step: 2 })).text, back.text);
  const ended = await post(`/sessions/${id}/end`, {});
  assert.equal((await post(`/sessions/${id}/end`, {})).text, ended.text);
  assert.equal((await post(`/sessions/${id}/input`, { step: 1, digits: "1" })).text, chosen.text);
  assert.equal((await post("/sessions", { ...start, menu: "main" })).text, begun.text);
  const { events, ...rows } = { ...Object(before) };
  assert.deepEqual(await countRows(stack), { ...rows, events: events + 1 });
});

Deno.test("A session without a name of its own is named by its id, and an Idempotency-Key begins it once", async () => {
  await using stack = await testStack();
  const { post } = await withTree(stack);
  const key = { "idempotency-key": "first" };
  const begun = await post("/sessions", { menu: "main" }, key);
  const { id, session_id } = readAnswer(begun);
  assert.equal(session_id, id);
  assert.equal((await post("/sessions", { menu: "main" }, key)).text, begun.text);
  assert.notEqual((await post("/sessions", { menu: "main" })).text, begun.text);
  assert.deepEqual(problemOf(await post("/sessions", { menu: "main", from: "Bob" }, key)), [
    422,
    "idempotency_key_reused",
    "header.idempotency-key",
  ]);
});

Deno.test("Wrong steps, sessions that are over and sessions of others are refused, and change nothing", async () => {
  await using stack = await testStack();
  const { post, menuId, owner } = await withTree(stack);
  const stranger = await stack.newTenant("stranger");
  const { id } = readAnswer(await post("/sessions", { menu: menuId, session_id: "chat-1" }));
  const other = readAnswer(await post("/sessions", { menu: "main" }));
  await post(`/sessions/${other.id}/end`, { step: 1 });
  const { data: sales } = await owner.db.from("ivr_menus").select("id").eq("key", "sales").single();
  await owner.db.rpc("publish_ivr_menu", { p_menu_id: sales?.id });

  const before = await countRows(stack);
  const cases: [string, unknown, unknown[]][] = [
    [`/sessions/${id}/input`, { step: 2, digits: "1" }, [409, "conflict", "step"]],
    [`/sessions/${id}/back`, { step: 7 }, [409, "conflict", "step"]],
    [`/sessions/${id}/end`, { step: 7 }, [409, "conflict", "step"]],
    [`/sessions/${id}/input`, { step: 0, digits: "1" }, [422, "validation_failed", "step"]],
    [`/sessions/${id}/input`, { digits: "1" }, [422, "validation_failed", "step"]],
    [`/sessions/${id}/input`, { step: 1 }, [422, "validation_failed", "body"]],
    [`/sessions/${id}/input`, { step: 1, digits: "1", no_input: true }, [
      422,
      "validation_failed",
      "body",
    ]],
    [`/sessions/${id}/input`, { step: 1, digits: "1x" }, [422, "validation_failed", "digits"]],
    [`/sessions/${id}/input`, { step: 1, speech: "\0" }, [422, "validation_failed", "speech"]],
    [`/sessions/${id}/input`, { step: 1, connection_ended: "lost" }, [
      422,
      "validation_failed",
      "connection_ended",
    ]],
    [`/sessions/${id}/input`, { step: 1, back: true }, [422, "validation_failed", "back", "body"]],
    [`/sessions/${other.id}/input`, { step: 1, digits: "1" }, [409, "session_ended"]],
    [`/sessions/${other.id}/back`, { step: 1 }, [409, "session_ended"]],
    [`/sessions/${crypto.randomUUID()}/input`, { step: 1, digits: "1" }, [404, "not_found"]],
    ["/sessions/chat-1/input", { step: 1, digits: "1" }, [404, "not_found", "path.id"]],
    ["/sessions", { menu: "nowhere" }, [404, "not_found"]],
    ["/sessions", { menu: "sales", session_id: "chat-1" }, [409, "conflict", "session_id"]],
    ["/sessions", { menu: "main", session_id: "a b" }, [422, "validation_failed", "session_id"]],
    ["/sessions", { menu: "main", language: "?" }, [422, "validation_failed", "language"]],
    ["/sessions", { menu: "main", from: "\0" }, [422, "validation_failed", "from"]],
    ["/sessions", {}, [422, "validation_failed", "menu"]],
  ];
  for (const [path, json, expected] of cases) {
    assert.deepEqual(
      problemOf(await post(path, json)),
      expected,
      `${path} ${JSON.stringify(json)}`,
    );
  }
  for (const path of ["input", "back", "end"]) {
    const json = { step: 1, ...path === "input" && { digits: "1" } };
    const reply = await askIvr(stack, stranger, "POST", `/sessions/${id}/${path}`, json);
    assert.deepEqual(problemOf(reply), [404, "not_found"], path);
  }
  assert.deepEqual(
    problemOf(await askIvr(stack, stranger, "POST", "/sessions", { menu: menuId })),
    [404, "not_found"],
  );
  assert.deepEqual(await countRows(stack), before);
});

Deno.test("A menu without a published version begins no session", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  await owner.db.from("ivr_menus").insert({ key: "main", name: "Main", prompt: "Hello" });
  const reply = await askIvr(stack, owner, "POST", "/sessions", { menu: "main" });
  assert.deepEqual(problemOf(reply), [409, "menu_not_published"]);
});

Deno.test("A session that a phone provider drives is told to be so, and goes on as it was", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const line = await newLine(stack.url, owner);
  const call = incomingCall(line);
  const welcome = await readTwiml(await line.post(line.urls.voice, call));
  const [row] = await stack.database.query("select id from public.ivr_sessions");
  for (
    const [path, json] of [["input", { step: 1, digits: "0" }], ["back", { step: 1 }], ["end", {}]]
  ) {
    const reply = await askIvr(stack, owner, "POST", `/sessions/${row?.["id"]}/${path}`, json);
    assert.deepEqual(problemOf(reply), [409, "conflict", "path.id"]);
  }
  const sales = await readTwiml(await line.post(welcome.action, { ...call, Digits: "1" }));
  assert.deepEqual(sales.said, ["This is sales."]);
});

Deno.test("The guard of transfers holds in apps too: where they may go, and how many an hour", async () => {
  await using stack = await testStack();
  const { owner, post } = await withTree(stack);
  const dial = async (to?: string) => {
    const { id } = readAnswer(await post("/sessions", { menu: "main", ...to && { to } }));
    return readAnswer(await post(`/sessions/${id}/input`, { step: 1, digits: "2" }));
  };
  await owner.db.rpc("set_transfer_rules", { p_countries: null, p_max_per_hour: 1 });
  assert.equal((await dial()).outcome, "not_allowed", "no number called, no country");
  assert.equal((await dial("+4930123456")).outcome, "not_allowed");
  const allowed = await dial("+12125550100");
  assert.deepEqual([allowed.then.kind, allowed.then["number"]], ["dial", "+15550100199"]);
  const capped = await dial("+12125550100");
  assert.deepEqual([capped.outcome, capped.then.kind], ["not_allowed", "listen"]);
  assert.equal(capped.item, "2");
});

Deno.test("What is entered in a sensitive menu of an app's session is in no row, no event and no answer", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  await publishMenus(owner, [{
    key: "pin",
    prompt: "Your code.",
    items: [{ digit: "48159", label: "Code", action: "repeat", sensitive: true }],
  }]);
  const { id } = readAnswer(await askIvr(stack, owner, "POST", "/sessions", { menu: "pin" }));
  for (const [n, digits] of ["48158", "48159"].entries()) {
    const reply = await askIvr(stack, owner, "POST", `/sessions/${id}/input`, {
      step: n + 1,
      digits,
    });
    assert.equal(readAnswer(reply).item, null);
  }
  for (const table of ["ivr_sessions", "ivr_turns", "webhook_events", "audit_logs"]) {
    const rows = await stack.database.query(`select t::text as row from public.${table} t`);
    // Hashes and ids are made of such digits too.
    const entered = /(?<![0-9a-f])4815[89](?![0-9a-f])/;
    assert.doesNotMatch(JSON.stringify(rows), entered, `${table} holds what was entered`);
  }
});

Deno.test("Turns and minutes are limited in apps too, and a session that is left alone times out", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  await publishMenus(owner, [{
    key: "main",
    prompt: "Again?",
    max_turns: 10,
    items: [{ digit: "1", label: "Again", action: "repeat" }],
  }]);
  const begin = async () =>
    readAnswer(await askIvr(stack, owner, "POST", "/sessions", { menu: "main" })).id;
  const press = async (id: string, step: number) =>
    readAnswer(await askIvr(stack, owner, "POST", `/sessions/${id}/input`, { step, digits: "1" }));
  const long = await begin();
  for (let step = 1; step < 10; step++) assert.equal((await press(long, step)).ended, false);
  assert.equal((await press(long, 10)).end_reason, "too_many_turns");
  const late = await begin();
  await stack.database.query(
    "update public.ivr_sessions set start_time = now() - interval '121 minutes' where ended_at is null",
  );
  assert.equal((await press(late, 1)).end_reason, "too_long");
  const left = await begin();
  await stack.database.query("select private.end_idle_ivr_sessions(interval '-1 second', 10)");
  const { body } = await askIvr(stack, owner, "GET", `/sessions/${left}`);
  assert.equal(body["end_reason"], "timed_out");
});

Deno.test("A session stays on its version while newer ones are published, and speaks the language that was asked for", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const menuId = await publishMenus(owner, [{
    key: "main",
    prompt: "Hello.",
    translations: { "de-DE": { prompt: "Hallo." } },
    items: [{ digit: "1", label: "Again", action: "repeat" }],
  }]);
  const begin = { menu: "main", session_id: "chat-1", language: "de" };
  const first = await askIvr(stack, owner, "POST", "/sessions", begin);
  assert.deepEqual(said(readAnswer(first)), ["Hallo."]);
  for (const prompt of ["Two.", "Three.", "Four."]) {
    await owner.db.from("ivr_menus").update({ key: "other", prompt, translations: {} })
      .eq("id", menuId);
    await owner.db.rpc("publish_ivr_menu", { p_menu_id: menuId });
  }
  const { id } = readAnswer(first);
  const again = await askIvr(stack, owner, "POST", `/sessions/${id}/input`, {
    step: 1,
    digits: "1",
  });
  assert.deepEqual(said(readAnswer(again)), ["Hallo."]);
  assert.equal((await askIvr(stack, owner, "POST", "/sessions", begin)).text, first.text);
  const fresh = await askIvr(stack, owner, "POST", "/sessions", { menu: "other" });
  assert.deepEqual(said(readAnswer(fresh)), ["Four."]);
});

Deno.test("Events of an app's session name no call, in the transaction of their turn", async () => {
  await using stack = await testStack();
  const { owner, post } = await withTree(stack);
  const { id } = readAnswer(await post("/sessions", { menu: "main", session_id: "chat-1" }));
  await post(`/sessions/${id}/input`, { step: 1, digits: "1" });
  await post(`/sessions/${id}/end`, {});
  const rows = await stack.database.query(
    `select type, ordering_key, payload::jsonb -> 'data' as data from public.webhook_events
      where user_id = $1 order by created_at, id`,
    [owner.userId],
  );
  assert.deepEqual(rows.map(({ type, ordering_key }) => [type, ordering_key]), [
    ["ivr.session.started", id],
    ["ivr.input", id],
    ["ivr.session.ended", id],
  ]);
  const [started, , ended] = rows.map(({ data }) => Object(data));
  assert.deepEqual(
    [started.session_id, started.app_session_id, started.call_id, started.provider_call_id],
    [id, "chat-1", null, null],
  );
  assert.deepEqual([ended.call_id, ended.end_reason], [null, "caller_hung_up"]);
});

Deno.test("Owners who commit turns past the function can put a session nowhere that its menus do not have", async () => {
  await using stack = await testStack();
  const { owner, post, menuId } = await withTree(stack);
  const { id } = readAnswer(await post("/sessions", { menu: "main" }));
  const state = {
    menu_stack: [menuId],
    no_input_count: 0,
    invalid_count: 0,
    digits: "",
    language: null,
    pending: null,
    end_reason: null,
    item: null,
  };
  const after = { then: "repeat", final: false };
  const wrong: object[] = [
    { menu_stack: [] },
    { menu_stack: [crypto.randomUUID()] },
    { menu_stack: "main" },
    { digits: "abc" },
    { no_input_count: -1 },
    { no_input_count: "many" },
    { end_reason: "bored" },
    { item: "1".repeat(1001) },
    { pending: "voicemail" },
    { pending: { kind: "dream", ...after } },
    { pending: { kind: "voicemail", then: 5, final: false } },
    { pending: { kind: "connection", then: "top" } },
    { pending: { kind: "callout", ...after } },
    ...[
      { step: "a", choice: { action: "agent", target: null } },
      { step: -1, choice: { action: "agent", target: null } },
      { step: 1, choice: { action: "agent" } },
      { step: 1, choice: { action: "transfer", target: "+15550100123" } },
      { step: 1, choice: { action: "webhook", target: "mine", fallback: null } },
      { step: 1, choice: { action: "webhook", target: menuId, fallback: 0.5 } },
    ].map((asked) => ({ pending: { kind: "callout", attempt: 1, ...after, ...asked } })),
    { otherwise: { state: { ...state, menu_stack: [] }, outcome: "chosen", reply: "{}" } },
  ];
  const commit = (p_state: object, p_step = 1) =>
    owner.db.rpc("commit_ivr_app_turn", {
      p_id: id,
      p_step,
      p_state,
      p_input: { kind: "no_input" },
      p_outcome: "chosen",
      p_reply: "{}",
    });
  for (const part of wrong) {
    const { error } = await commit({ ...state, ...part });
    assert.equal(error?.details, "validation_failed", JSON.stringify(part));
  }
  assert.equal((await commit(state, 201)).error?.details, "validation_failed");
  assert.equal(readAnswer(await post(`/sessions/${id}/input`, { step: 1, digits: "1" })).step, 2);

  // What they write as their own answers is theirs to read, and not ours to fail over.
  assert.equal(
    (await commit({ ...state, pending: { kind: "voicemail", ...after } }, 2)).error,
    null,
  );
  const repeated = await post(`/sessions/${id}/input`, { step: 2, no_input: true });
  assert.deepEqual(problemOf(repeated), [422, "validation_failed"]);
  assert.equal(
    readAnswer(await post(`/sessions/${id}/input`, { step: 3, recorded: true })).step,
    4,
  );
});

Deno.test("A turn of an app costs two round trips to the database beside who asks, a repeat one", async () => {
  await using stack = await testStack();
  const { post } = await withTree(stack);
  const { id } = readAnswer(await post("/sessions", { menu: "main" }));
  const real = globalThis.fetch;
  let trips: string[] = [];
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.includes("/rest/v1/")) trips.push(new URL(url).pathname.slice("/rest/v1/rpc/".length));
    return real(input, init);
  };
  try {
    await post(`/sessions/${id}/input`, { step: 1, digits: "1" });
    assert.deepEqual(trips, ["limit_requests", "load_ivr_app_turn", "commit_ivr_app_turn"]);
    trips = [];
    await post(`/sessions/${id}/input`, { step: 1, digits: "1" });
    assert.deepEqual(trips, ["limit_requests", "load_ivr_app_turn"]);
    trips = [];
    await post("/sessions", { menu: "main" });
    assert.deepEqual(trips, ["limit_requests", "load_ivr_start", "start_ivr_session"]);
  } finally {
    globalThis.fetch = real;
  }
});
