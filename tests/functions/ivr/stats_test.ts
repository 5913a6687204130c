import assert from "node:assert/strict";
import { z } from "zod";
import { askIvr, publishMenus, readAnswer } from "#tests/support/app_session.ts";
import { faults } from "#tests/support/key_holder.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const counts = z.object({
  key: z.string().nullable(),
  reached: z.number(),
  sessions: z.number(),
  chosen: z.number(),
  invalid: z.number(),
  no_input: z.number(),
  dropped: z.number(),
  items: z.array(z.object({
    digit: z.string(),
    label: z.string(),
    current: z.boolean(),
    chosen: z.number().nullable(),
    share: z.number().nullable(),
  })),
});

const MAIN = {
  key: "main",
  prompt: "This is main.",
  max_retries: 1,
  items: [
    { digit: "1", label: "Sales", action: "submenu", target: "sales" },
    { digit: "2", label: "Billing", action: "transfer", target: "+15550100199", then: "repeat" },
    { digit: "[3-5]x", label: "Rooms", action: "repeat" },
    { digit: "0", label: "Bye", action: "hangup" },
  ],
};
const SALES = {
  key: "sales",
  prompt: "This is sales.",
  items: [{ digit: "*", label: "Back", action: "back" }],
};

/** A tenant with two menus, and how an app's caller walks through them. */
async function withMenus(stack: TestStack) {
  const owner = await stack.newTenant("owner");
  const { error } = await owner.db.from("ivr_menus").insert({ name: "Sales", ...SALES });
  assert.equal(error, null);
  const menuId = await publishMenus(owner, [MAIN]);
  const walk = async (inputs: readonly object[], then?: "end") => {
    const ask = (path: string, json: object) => askIvr(stack, owner, "POST", path, json);
    const begin = { menu: "main", to: "+12125550100" };
    const { id } = readAnswer(await ask("/sessions", begin));
    for (const [n, input] of inputs.entries()) {
      const path = "back" in input ? "back" : "input";
      const json = path === "back" ? {} : input;
      readAnswer(await ask(`/sessions/${id}/${path}`, { step: n + 1, ...json }));
    }
    if (then === "end") await ask(`/sessions/${id}/end`, {});
  };
  return { owner, menuId, walk };
}

async function statsOf(stack: TestStack, tenant: Tenant, id: string, query = "") {
  const reply = await askIvr(stack, tenant, "GET", `/menus/${id}/stats${query}`);
  assert.equal(reply.status, 200, reply.text);
  return z.object({ data: z.array(counts) }).parse(reply.body).data;
}

const figures = (menu: z.output<typeof counts> | undefined) =>
  menu &&
  [
    ...[menu.key, menu.reached, menu.sessions],
    ...[menu.chosen, menu.invalid, menu.no_input, menu.dropped],
  ];

Deno.test("Visits, choices, wrong entries, silences and drops are counted for each menu and item", async () => {
  await using stack = await testStack();
  const { owner, menuId, walk } = await withMenus(stack);
  assert.deepEqual((await statsOf(stack, owner, menuId)).map(figures), [
    ["main", 0, 0, 0, 0, 0, 0],
    ["sales", 0, 0, 0, 0, 0, 0],
  ]);

  // Down and up twice: three visits to main, two to sales, and the caller leaves in main.
  await walk([{ digits: "1" }, { digits: "*" }, { digits: "1" }, { back: true }], "end");
  // Wrong, then silent, then rooms, digit by digit: one visit all the while. Then the end.
  await walk([
    ...[{ digits: "9" }, { no_input: true }, { digits: "3" }, { digits: "1" }],
    { digits: "0" },
  ]);
  // A transfer that fails counts where it was chosen; who leaves while connected is not dropped.
  await walk([{ digits: "2" }, { connection_ended: "busy" }, { digits: "2" }], "end");
  // Still there, which is no drop.
  await walk([{ digits: "1" }]);

  const [main, sales] = await statsOf(stack, owner, menuId);
  assert.deepEqual(figures(main), ["main", 6, 4, 7, 1, 1, 1]);
  assert.deepEqual(figures(sales), ["sales", 3, 2, 1, 0, 0, 0]);
  assert.deepEqual(main?.items.map(({ digit, chosen, share }) => [digit, chosen, share]), [
    ["1", 3, 0.4286],
    ["2", 2, 0.2857],
    ["[3-5]x", 1, 0.1429],
    ["0", 1, 0.1429],
  ]);
  assert.deepEqual(
    sales?.items,
    [
      { digit: "*", label: "Back", current: true, chosen: 1, share: 1 },
    ].map((item) => ({ ...item })),
  );
});

Deno.test("Choices count across versions, by what they led to", async () => {
  await using stack = await testStack();
  const { owner, menuId, walk } = await withMenus(stack);
  await walk([{ digits: "0" }]);
  await walk([{ digits: "2" }]);
  const [one, two, rooms] = MAIN.items;
  await owner.db.from("ivr_menus").update({
    items: [
      { ...one, label: "Sales and service" },
      { ...two, target: "+15550100177", label: "Invoices" },
      rooms,
      { digit: "0", label: "The end", action: "hangup" },
    ],
  }).eq("id", menuId);
  await owner.db.rpc("publish_ivr_menu", { p_menu_id: menuId });
  await walk([{ digits: "0" }]);
  await walk([{ digits: "2" }]);
  const [main] = await statsOf(stack, owner, menuId);
  assert.deepEqual(
    main?.items.map(({ digit, label, current, chosen }) => [digit, label, current, chosen]),
    [
      ["1", "Sales and service", true, 0],
      ["2", "Invoices", true, 1],
      ["[3-5]x", "Rooms", true, 0],
      ["0", "The end", true, 2],
      ["2", "Billing", false, 1],
    ],
  );
});

Deno.test("A closed menu is not reached, and choices in a sensitive menu count without their items", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const ask = (path: string, json: object) => askIvr(stack, owner, "POST", path, json);
  // Three days from now, so that the test may run over midnight.
  const another = (new Date().getUTCDay() + 3) % 7 + 1;
  const hours = (closed: object) => ({
    time_zone: "UTC",
    weekly: [{ days: [another], from: "00:00", to: "24:00" }],
    closed,
  });
  const items = [{ digit: "1", label: "Again", action: "repeat" }];
  const closed = await publishMenus(owner, [{
    key: "closed",
    prompt: "Open.",
    hours: hours({ action: "voicemail" }),
    items,
  }]);
  await publishMenus(owner, [{ key: "night", prompt: "Good night.", items }]);
  const elsewhere = await publishMenus(owner, [{
    key: "day",
    prompt: "Good day.",
    hours: hours({ action: "submenu", target: "night" }),
    items,
  }]);
  const pin = await publishMenus(owner, [{
    key: "pin",
    prompt: "Code.",
    items: [{ digit: "481", label: "Code", action: "repeat", sensitive: true }],
  }]);
  assert.equal(readAnswer(await ask("/sessions", { menu: "closed" })).outcome, "closed");
  assert.deepEqual(figures((await statsOf(stack, owner, closed))[0]), [
    "closed",
    ...[0, 0, 0, 0, 0, 0],
  ]);
  const { id: nightly } = readAnswer(await ask("/sessions", { menu: "day" }));
  await ask(`/sessions/${nightly}/end`, {});
  assert.deepEqual((await statsOf(stack, owner, elsewhere)).map(figures), [
    ["day", ...[0, 0, 0, 0, 0, 0]],
    ["night", ...[1, 1, 0, 0, 0, 1]],
  ]);
  const { id } = readAnswer(await ask("/sessions", { menu: "pin" }));
  await ask(`/sessions/${id}/input`, { step: 1, digits: "482" });
  await ask(`/sessions/${id}/input`, { step: 2, digits: "481" });
  const [counted] = await statsOf(stack, owner, pin);
  assert.deepEqual(figures(counted), ["pin", 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(counted?.items.map(({ chosen, share }) => [chosen, share]), [[null, null]]);
});

Deno.test("Statistics are of a time span that makes sense, and of one's own menus", async () => {
  await using stack = await testStack();
  const { owner, menuId, walk } = await withMenus(stack);
  await walk([{ digits: "1" }], "end");
  const before = "?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
  assert.deepEqual(figures((await statsOf(stack, owner, menuId, before))[0]), [
    "main",
    ...[0, 0, 0, 0, 0, 0],
  ]);
  for (
    const query of [
      "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
      "from=2025-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ]
  ) {
    const reply = await askIvr(stack, owner, "GET", `/menus/${menuId}/stats?${query}`);
    assert.deepEqual([reply.status, ...faults(reply)], [422, "to"]);
  }
  const wrong = await askIvr(stack, owner, "GET", `/menus/${menuId}/stats?from=x`);
  assert.deepEqual([wrong.status, ...faults(wrong)], [422, "query.from"]);
  const stranger = await stack.newTenant("stranger");
  const hidden = await askIvr(stack, stranger, "GET", `/menus/${menuId}/stats`);
  assert.deepEqual([hidden.status, hidden.body["code"]], [404, "not_found"]);
});
