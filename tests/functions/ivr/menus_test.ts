import assert from "node:assert/strict";
import { bearer, call, faults } from "#tests/support/key_holder.ts";
import { BYE, makeMenu, publishMenu } from "#tests/support/menu_owner.ts";
import { type Refused, refusesAll } from "#tests/support/refusals.ts";
import { testStack } from "#tests/support/stack.ts";
import { as, list, listAll } from "#tests/support/webhook_owner.ts";

/** Every setting of a menu, none of them the default. */
const SETTINGS = {
  key: "main",
  name: "Main menu",
  language: "de-DE",
  prompt: "Drücken Sie die 1. 👋",
  barge_in: false,
  items: [{ ...BYE, labels: { "en-US": "Bye" } }],
  timeout: 7000,
  inter_digit_timeout: 2000,
  max_retries: 1,
  no_input_limit: 2,
  invalid_limit: 0,
  timeout_prompt: "Hallo?",
  timeout_barge_in: false,
  invalid_prompt: "Nein.",
  invalid_barge_in: false,
  no_input_final: { action: "agent", target: "desk" },
  invalid_final: { action: "voicemail" },
  sensitive: true,
  speech: true,
  translations: { "en-US": { prompt: "Press 1." } },
  hours: {
    time_zone: "Europe/Berlin",
    weekly: [{ days: [1], from: "09:00", to: "17:00" }],
    closed: { action: "hangup" },
  },
  closed_prompt: "Geschlossen.",
  max_depth: 3,
  max_turns: 20,
  max_minutes: 5,
};

Deno.test("A menu is made with every setting, read, changed field by field and deleted", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const parent = await makeMenu(stack, owner);
  const all = { ...SETTINGS, parent_menu_id: parent };
  const made = await as(owner).post(stack, "/ivr/menus", all);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id, created_at, updated_at, ...rest } = made.body;
  assert.ok(created_at && updated_at);
  assert.deepEqual(rest, { ...all, published_version_id: null });
  const path = `/ivr/menus/${id}`;
  const read = await as(owner).get(stack, path);
  assert.deepEqual({ ...read.body, created_at, updated_at }, made.body);

  let expected: Record<string, unknown> = rest;
  const changes = [
    ...Object.entries({ hours: null, no_input_final: null, closed_prompt: null, key: null }),
    ...Object.entries({ timeout: 1000, items: [], parent_menu_id: null, translations: {} }),
  ];
  for (const [field, value] of changes) {
    const changed = await as(owner).patch(stack, path, { [field]: value });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    expected = { ...expected, [field]: value };
    const { id: _id, created_at: _created, updated_at: _updated, ...now } = changed.body;
    assert.deepEqual(now, expected, field);
  }
  const nothing = await as(owner).patch(stack, path, {});
  assert.deepEqual([nothing.status, nothing.body["timeout"]], [200, 1000]);
  assert.equal((await as(owner).delete(stack, path)).status, 204);
  assert.equal((await as(owner).get(stack, path)).status, 404);
  assert.equal((await as(owner).delete(stack, path)).status, 404);
});

Deno.test("A menu made twice with one Idempotency-Key is one menu", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = { ...bearer(owner.jwt), "idempotency-key": "once" };
  const json = { name: "Menu", prompt: "Hello." };
  const make = (body: object) => call(stack, "POST", "/ivr/menus", { headers, json: body });
  const [first, second] = [await make(json), await make(json)];
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.equal(second.body["id"], first.body["id"]);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  const other = await make({ ...json, name: "Another" });
  assert.deepEqual([other.status, other.body["code"]], [422, "idempotency_key_reused"]);
  assert.equal((await list(stack, owner, "/ivr/menus")).data.length, 1);
});

Deno.test("Menus are listed a page at a time, by parent, key and whether they are published", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const main = await makeMenu(stack, owner, { key: "main" });
  const below = [];
  for (let n = 0; n < 4; n++) {
    below.unshift(await makeMenu(stack, owner, { key: `m${n}`, parent_menu_id: main }));
  }
  const [last = ""] = below;
  await publishMenu(stack, owner, last);
  const ids = async (query: string) =>
    (await listAll(stack, owner, `/ivr/menus?${query}`)).map(({ id }) => id);
  assert.deepEqual(await ids(""), [...below, main]);
  assert.deepEqual(await ids(`parent=${main}&`), below);
  assert.deepEqual(await ids("parent=none&"), [main]);
  assert.deepEqual(await ids("key=m2&"), [below[1]]);
  assert.deepEqual(await ids("published=true&"), [last]);
  assert.deepEqual(await ids("published=false&"), [...below.slice(1), main]);
  assert.deepEqual(await ids(`published=false&parent=${main}&`), below.slice(1));
});

Deno.test("A setting that no menu can have is refused by its field, and nothing is written", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const theirs = await makeMenu(stack, stranger, { key: "theirs" });
  const id = await makeMenu(stack, owner, { key: "main" });
  await makeMenu(stack, owner, { key: "taken" });
  const wrong: Record<string, unknown[]> = {
    key: ["", "Main", "a".repeat(65), "-a", "5eed0000-0000-4000-8000-000000000001", 5],
    name: ["", "x".repeat(101), null, "a\u0000"],
    language: ["", "english", "EN", "en_US", null],
    prompt: ["", "x".repeat(1501), "👋".repeat(1501), null, "\ud800"],
    items: [null, {}, ["x"], Array.from({ length: 13 }, () => BYE), [{ a: "x".repeat(33_000) }]],
    timeout: [999, 60_001, 5000.5, "5000", null],
    inter_digit_timeout: [999, 10_001],
    max_retries: [-1, 11, null],
    no_input_limit: [-1, 11],
    invalid_limit: [-1, 11],
    timeout_prompt: ["", "x".repeat(1501)],
    invalid_prompt: ["", "x".repeat(1501)],
    closed_prompt: ["", "x".repeat(1501)],
    no_input_final: [[], "hangup", { action: "x".repeat(5000) }],
    invalid_final: [[], 5],
    barge_in: [null, "true"],
    sensitive: [1],
    speech: [null],
    translations: [null, [], { "de-DE": "x".repeat(66_000) }],
    hours: [[], "always", { time_zone: "x".repeat(17_000) }],
    max_depth: [0, 13],
    max_turns: [9, 501],
    max_minutes: [0, 241],
    parent_menu_id: ["main", crypto.randomUUID(), theirs],
    published_version_id: [null],
    user_id: [owner.userId],
  };
  const requests: Refused[] = Object.entries(wrong).flatMap(([field, values]) =>
    values.flatMap((value): Refused[] => {
      const place = field === "items" && Array.isArray(value) && value[0] === "x"
        ? "items.0"
        : field;
      const expected = [422, "validation_failed", [place]] as const;
      return [
        { method: "PATCH", path: `/ivr/menus/${id}`, json: { [field]: value }, expected },
        {
          method: "POST",
          path: "/ivr/menus",
          json: { name: "Menu", prompt: "Hello.", [field]: value },
          expected,
        },
      ];
    })
  );
  await refusesAll(stack, owner, [
    ...requests,
    {
      method: "PATCH",
      path: `/ivr/menus/${id}`,
      json: { parent_menu_id: id },
      expected: [422, "validation_failed", ["parent_menu_id"]],
    },
    {
      method: "POST",
      path: "/ivr/menus",
      json: {},
      expected: [422, "validation_failed", ["name", "prompt"]],
    },
    // Small as text, and too large as the database keeps it.
    {
      method: "PATCH",
      path: `/ivr/menus/${id}`,
      json: { items: [{ a: Array.from({ length: 6000 }, (_, n) => n % 10) }] },
      expected: [422, "validation_failed", ["items"]],
    },
    {
      method: "PATCH",
      path: `/ivr/menus/${id}`,
      json: { key: "taken" },
      expected: [409, "conflict", ["key"]],
    },
    {
      method: "POST",
      path: "/ivr/menus",
      json: { name: "x", prompt: "x", key: "taken" },
      expected: [409, "conflict", ["key"]],
    },
    {
      method: "PATCH",
      path: `/ivr/menus/${theirs}`,
      json: { name: "Mine" },
      expected: [404, "not_found", []],
    },
    { method: "DELETE", path: `/ivr/menus/${theirs}`, expected: [404, "not_found", []] },
    { method: "GET", path: `/ivr/menus/${theirs}`, expected: [404, "not_found", []] },
    { method: "GET", path: "/ivr/menus/main", expected: [404, "not_found", ["path.id"]] },
    {
      method: "GET",
      path: "/ivr/menus?parent=x",
      expected: [422, "validation_failed", ["query.parent"]],
    },
    {
      method: "GET",
      path: "/ivr/menus?published=1",
      expected: [422, "validation_failed", ["query.published"]],
    },
    {
      method: "GET",
      path: "/ivr/menus?cursor=x",
      expected: [422, "validation_failed", ["query.cursor"]],
    },
  ]);
});

Deno.test("A menu is not deleted while something leads to it, and the refusal names what does", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const sales = await makeMenu(stack, owner, {
    key: "sales",
    items: [{ ...BYE, action: "submenu", target: "sales" }],
  });
  const main = await makeMenu(stack, owner, {
    key: "main",
    items: [BYE, { digit: "2", label: "Sales", action: "submenu", target: sales }],
    hours: { closed: { action: "submenu", target: "sales" } },
  });
  const connection = await as(owner).post(stack, "/ivr/connections", {
    provider: "twilio",
    name: "Line",
    auth_token: "0123456789abcdef0123456789abcdef",
  });
  await owner.db.from("phone_numbers").insert({
    connection_id: connection.body["id"],
    number: "+15550100100",
    menu_id: sales,
  });
  const refused = await as(owner).delete(stack, `/ivr/menus/${sales}`);
  assert.deepEqual([refused.status, refused.body["code"], faults(refused)], [409, "conflict", [
    "menus.main.hours.closed.target",
    "menus.main.items[1].target",
    "numbers.+15550100100",
  ]]);
  await owner.db.from("phone_numbers").delete().eq("menu_id", sales);
  await as(owner).patch(stack, `/ivr/menus/${main}`, { items: [BYE], hours: null });
  assert.equal((await as(owner).delete(stack, `/ivr/menus/${sales}`)).status, 204);
});
