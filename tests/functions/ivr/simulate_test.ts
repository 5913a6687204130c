import assert from "node:assert/strict";
import { z } from "zod";
import { askIvr, countRows, publishMenus } from "#tests/support/app_session.ts";
import { faults } from "#tests/support/key_holder.ts";
import { newLine } from "#tests/support/phone_line.ts";
import { testStack } from "#tests/support/stack.ts";
import { makeWebhook, webhookStack } from "#tests/support/webhook_owner.ts";

const transcript = z.object({
  version: z.number().nullable(),
  ended: z.boolean(),
  end_reason: z.string().nullable(),
  unused_inputs: z.number(),
  turns: z.array(z.object({
    step: z.number(),
    at: z.string(),
    input: z.looseObject({ kind: z.string() }),
    asked: z.object({ key: z.string().nullable() }),
    menu: z.object({ key: z.string().nullable() }),
    outcome: z.string(),
    item: z.string().nullable(),
    pending: z.string().nullable(),
    say: z.array(z.object({ text: z.string() })),
    then: z.looseObject({ kind: z.string() }),
  })),
});

/** A stack with a published line, and how its owner simulates. */
async function withLine() {
  const stack = await testStack();
  const owner = await stack.newTenant("owner");
  const line = await newLine(stack.url, owner);
  const ask = (json: unknown, tenant = owner, id = line.menuId) =>
    askIvr(stack, tenant, "POST", `/menus/${id}/simulate`, json);
  const simulate = async (json: object) => {
    const reply = await ask(json);
    assert.equal(reply.status, 200, reply.text);
    return transcript.parse(reply.body);
  };
  return { stack, owner, line, ask, simulate };
}

Deno.test("A simulated call tells each turn's input, words, outcome, item and place, and writes nothing", async () => {
  const { stack, simulate } = await withLine();
  await using _ = stack;
  const before = await countRows(stack);
  const inputs = [
    { digits: "1" },
    { no_input: true },
    { digits: "*" },
    { digits: "2" },
    { connection_ended: "busy" },
    { digits: "0" },
    { digits: "1" },
  ];
  const made = await simulate({ inputs, to: "+12125550100" });
  assert.deepEqual(
    [made.version, made.ended, made.end_reason, made.unused_inputs],
    [1, true, "hung_up", 1],
  );
  assert.deepEqual(
    made.turns.map(({ step, asked, menu, outcome, item, then }) => [
      step,
      asked.key,
      outcome,
      item,
      menu.key,
      then.kind,
    ]),
    [
      [0, "main", "entered", null, "main", "listen"],
      [1, "main", "chosen", "1", "sales", "listen"],
      [2, "sales", "no_input", null, "sales", "listen"],
      [3, "sales", "chosen", "*", "main", "listen"],
      [4, "main", "chosen", "2", "main", "dial"],
      [5, "main", "not_connected", null, "main", "listen"],
      [6, "main", "chosen", "0", "main", "hangup"],
    ],
  );
  assert.deepEqual(made.turns[5]?.say.map(({ text }) => text), [
    "The call could not be connected.",
    "This is main.",
  ]);
  assert.deepEqual(made.turns[1]?.input, { kind: "digits", digits: "1" });
  await simulate({ inputs, version: "draft" });
  assert.deepEqual(await countRows(stack), before);
});

Deno.test("The draft is heard as publishing would freeze it, and versions as they were frozen", async () => {
  const { stack, owner, line, simulate, ask } = await withLine();
  await using _ = stack;
  const edit = (columns: object) =>
    owner.db.from("ivr_menus").update(columns).eq("id", line.menuId);
  await edit({ prompt: "This is newer." });
  const heard = async (version?: unknown) => {
    const made = await simulate({ inputs: [], ...version !== undefined && { version } });
    return [made.version, made.turns[0]?.say[0]?.text];
  };
  assert.deepEqual(await heard(), [1, "This is main."]);
  assert.deepEqual(await heard("draft"), [null, "This is newer."]);
  await owner.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.deepEqual(await heard(), [2, "This is newer."]);
  assert.deepEqual(await heard(1), [1, "This is main."]);

  await edit({ items: [{ digit: "1", label: "x", action: "submenu", target: "nowhere" }] });
  const broken = await ask({ inputs: [], version: "draft" });
  assert.deepEqual([broken.status, broken.body["code"], ...faults(broken)], [
    422,
    "invalid_menu",
    "menus.main.items[0].target",
  ]);
  // What SQL cannot know stands in a draft's way as it stands in publishing's.
  await edit({ items: [{ digit: "1", label: "x", action: "transfer", target: "+99912345678" }] });
  assert.equal((await ask({ inputs: [], version: "draft" })).body["code"], "invalid_menu");
  assert.deepEqual(await heard(), [2, "This is newer."]);
});

Deno.test("A draft that was never published can be simulated, and nothing else of it", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { data } = await owner.db.from("ivr_menus").insert({
    key: "main",
    name: "Main",
    prompt: "Hello.",
    items: [{ digit: "1", label: "Bye", action: "hangup" }],
  }).select("id").single();
  const ask = (json: object) => askIvr(stack, owner, "POST", `/menus/${data?.id}/simulate`, json);
  const draft = await ask({ inputs: [{ digits: "1" }], version: "draft" });
  assert.equal(draft.body["end_reason"], "hung_up");
  const published = await ask({ inputs: [] });
  assert.deepEqual([published.status, published.body["code"]], [409, "menu_not_published"]);
  const version = await ask({ inputs: [], version: 1 });
  assert.deepEqual([version.status, version.body["code"], ...faults(version)], [
    404,
    "not_found",
    "version",
  ]);
});

Deno.test("The clock of a simulated call is the one that is given, and goes on with its turns", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const weekly = [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }];
  const id = await publishMenus(owner, [{
    key: "main",
    prompt: "We are here.",
    closed_prompt: "We are not here.",
    hours: { time_zone: "Europe/Berlin", weekly, closed: { action: "voicemail" } },
    max_minutes: 30,
    items: [{ digit: "1", label: "Again", action: "top" }],
  }]);
  const simulate = async (json: object) => {
    const { body } = await askIvr(stack, owner, "POST", `/menus/${id}/simulate`, json);
    return transcript.parse(body);
  };
  const monday = await simulate({ inputs: [], at: "2026-11-23T10:00:00+01:00" });
  assert.equal(monday.turns[0]?.say[0]?.text, "We are here.");
  const sunday = await simulate({
    inputs: [{ recorded: { duration_seconds: 4 } }],
    at: "2026-11-22T10:00:00+01:00",
  });
  assert.deepEqual([sunday.turns[0]?.outcome, sunday.turns[0]?.then.kind], ["closed", "record"]);
  assert.equal(sunday.end_reason, "recorded");
  const evening = await simulate({
    inputs: [{ digits: "1", after_seconds: 1500 }],
    at: "2026-11-23T16:50:00+01:00",
  });
  assert.deepEqual([evening.turns[1]?.outcome, evening.turns[1]?.at], [
    "closed",
    "2026-11-23T16:15:00.000Z",
  ]);
  const long = await simulate({
    inputs: [{ digits: "1", after_seconds: 1800 }],
    at: "2026-11-23T10:00:00+01:00",
  });
  assert.equal(long.end_reason, "too_long");
});

Deno.test("A simulated call shows what is entered in a sensitive menu as it would be kept", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const id = await publishMenus(owner, [{
    key: "pin",
    prompt: "Your code.",
    items: [{ digit: "48159", label: "Code", action: "repeat", sensitive: true }],
  }]);
  const { text, body } = await askIvr(stack, owner, "POST", `/menus/${id}/simulate`, {
    inputs: [{ digits: "48159" }, { digits: "48158" }],
  });
  assert.ok(!text.includes("4815"), text);
  const { turns } = transcript.parse(body);
  assert.deepEqual(turns.map(({ outcome }) => outcome), ["entered", "chosen", "invalid"]);
});

Deno.test("A simulation that cannot be read names the field, and no other tenant's menu is simulated", async () => {
  const { stack, ask } = await withLine();
  await using _ = stack;
  const cases: [unknown, unknown[]][] = [
    [{}, ["inputs"]],
    [{ inputs: Array(201).fill({ no_input: true }) }, ["inputs"]],
    [{ inputs: [{}] }, ["inputs.0"]],
    [{ inputs: [{ digits: "1", speech: "Sales" }] }, ["inputs.0"]],
    [{ inputs: [{ digits: "1", back: true }] }, ["inputs.0"]],
    [{ inputs: [{ digits: "eight" }] }, ["inputs.0.digits"]],
    [{ inputs: [{ digits: "1", after_seconds: -1 }] }, ["inputs.0.after_seconds"]],
    [{ inputs: [], version: 0 }, ["version"]],
    [{ inputs: [], version: "newest" }, ["version"]],
    [{ inputs: [], at: "yesterday" }, ["at"]],
    [{ inputs: [], session_id: "x" }, ["session_id"]],
  ];
  for (const [json, expected] of cases) {
    const reply = await ask(json);
    assert.deepEqual([reply.status, reply.body["code"]], [422, "validation_failed"], reply.text);
    assert.deepEqual(faults(reply), expected, JSON.stringify(json).slice(0, 100));
  }
  assert.equal((await ask({ inputs: Array(200).fill({ no_input: true }) })).status, 200);
  assert.equal((await ask({ inputs: [] }, await stack.newTenant("stranger"))).status, 404);
});

Deno.test("What a simulated item asks outside is answered by the inputs, and nobody is asked", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id: target } = await makeWebhook(stack, owner);
  const id = await publishMenus(owner, [{
    key: "main",
    prompt: "Hello.",
    items: [
      { digit: "1", label: "Order", action: "webhook", target, fallback: "3" },
      { digit: "2", label: "Again", action: "repeat" },
      { digit: "3", label: "Ada", action: "agent", target: "retell:agent_1" },
    ],
  }]);
  const walk = async (...inputs: object[]) => {
    const reply = await askIvr(stack, owner, "POST", `/menus/${id}/simulate`, { inputs });
    return transcript.parse(reply.body).turns.map(({ outcome, item, then }) => [
      outcome,
      item,
      then.kind,
    ]);
  };
  const asked = ["chosen", "1", "wait"];
  const entered = ["entered", null, "listen"];
  assert.deepEqual(await walk({ digits: "1" }, { callout: { digit: "2" } }), [
    entered,
    asked,
    ["answered", "2", "listen"],
  ]);
  assert.deepEqual(
    await walk({ digits: "1" }, { waited: true }, { callout: "failed" }, { callout: "registered" }),
    [
      entered,
      asked,
      ["waiting", null, "wait"],
      ["unanswered", "3", "wait"],
      ["answered", null, "dial_sip"],
    ],
  );
  assert.deepEqual((await walk({ digits: "1" }, { callout: { digit: "9" } })).at(-1), [
    "unanswered",
    "3",
    "wait",
  ]);
});
