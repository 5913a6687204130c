import assert from "node:assert/strict";
import { faults } from "#tests/support/key_holder.ts";
import { BYE, checkMenu, makeMenu } from "#tests/support/menu_owner.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as } from "#tests/support/webhook_owner.ts";

/** Choices that leave nothing to hint at. */
const PERSON = { digit: "0", label: "Desk", action: "agent", target: "desk" };
const DESK = { action: "agent", target: "desk" };
const FINALS = { no_input_final: DESK, invalid_final: DESK };

function submenu(digit: string, target: string) {
  return { digit, label: `To ${target}`, action: "submenu", target };
}

function hours(target: string) {
  const weekly = [{ days: [1], from: "09:00", to: "17:00" }];
  return { time_zone: "UTC", weekly, closed: { action: "submenu", target } };
}

/** Problems alone: what the main menu is then, and what is wrong with it. */
const ALONE: Record<string, readonly [settings: object, ...paths: string[]]> = {
  "a missing target": [{ items: [PERSON, submenu("1", "nowhere")] }, "main.items[1].target"],
  "a duplicate entry": [{ items: [PERSON, { ...BYE, digit: "0" }] }, "main.items[1].digit"],
  "the same keys in other words": [
    { items: [{ ...BYE, digit: "[12]" }, { ...BYE, digit: "[1-2]" }] },
    "main.items[1].digit",
  ],
  "an entry that others take together": [
    {
      items: [{ ...BYE, digit: "[0-4]xxx" }, { ...BYE, digit: "[5-9]xxx" }, {
        ...PERSON,
        digit: "xxxx",
      }],
    },
    "main.items[2].digit",
  ],
  "an entry of 21 keys": [
    { items: [PERSON, { ...BYE, digit: "1".repeat(21) }] },
    "main.items[1].digit",
  ],
  "a blank prompt": [{ prompt: " \u00a0\u200b\t" }, "main.prompt"],
  "a blank prompt after silence": [{ timeout_prompt: "  " }, "main.timeout_prompt"],
  "a blank prompt after a wrong entry": [{ invalid_prompt: "\n" }, "main.invalid_prompt"],
  "a blank prompt outside hours": [{ closed_prompt: "\u3000" }, "main.closed_prompt"],
  "a blank translation": [
    { translations: { "de-DE": { prompt: " ", invalid_prompt: "x" } } },
    "main.translations.de-DE.prompt",
  ],
  "a missing translation": [{ translations: { "de-DE": {} } }, "main.translations.de-DE.prompt"],
  "a blank label": [{ items: [{ ...PERSON, label: "  " }] }, "main.items[0].label"],
  "a blank label in another language": [
    { items: [{ ...PERSON, labels: { "de-DE": " " } }] },
    "main.items[0].labels.de-DE",
  ],
  "a label too long": [{ items: [{ ...PERSON, label: "x".repeat(101) }] }, "main.items[0].label"],
  "a prompt of an item too long": [
    { items: [PERSON, { ...BYE, action: "voicemail", prompt: "x".repeat(1501) }] },
    "main.items[1].prompt",
  ],
  "a translation too long": [
    { translations: { "de-DE": { prompt: "x".repeat(1501) } } },
    "main.translations.de-DE.prompt",
  ],
  "a blank prompt of a voicemail": [
    { no_input_final: { action: "voicemail", prompt: " " } },
    "main.no_input_final.prompt",
  ],
  "no number": [{ items: [{ ...BYE, action: "transfer", target: "555" }] }, "main.items[0].target"],
  "a number of no country": [
    { items: [{ ...BYE, action: "transfer", target: "+999123456789" }] },
    "main.items[0].target",
  ],
  "a number too short for its country": [
    { items: [{ ...BYE, action: "transfer", target: "+1202555" }] },
    "main.items[0].target",
  ],
  "a premium number": [
    { invalid_final: { action: "transfer", target: "+19002345678" } },
    "main.invalid_final.target",
  ],
  "no time zone": [
    { hours: { ...hours("main"), time_zone: "Mars/Olympus", closed: DESK } },
    "main.hours.time_zone",
  ],
  "a final choice that leads back": [
    { no_input_final: { action: "submenu", target: "main" } },
    "main.no_input_final.action",
  ],
  "a final choice that repeats": [
    { no_input_final: { action: "agent", target: "desk", then: "repeat" } },
    "main.no_input_final.then",
  ],
  "no items": [{ items: [] }, "main.items"],
};

Deno.test("Every problem alone is found with its path by a dry run, and by publishing", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const good = { prompt: "Press 0.", items: [PERSON], hours: null, translations: {}, ...FINALS };
  const none = { timeout_prompt: null, invalid_prompt: null, closed_prompt: null };
  const main = await makeMenu(stack, owner, { key: "main", ...good });
  for (const [name, [settings, ...paths]] of Object.entries(ALONE)) {
    const set = await as(owner).patch(stack, `/ivr/menus/${main}`, {
      ...good,
      ...none,
      ...settings,
    });
    assert.equal(set.status, 200, `${name}: ${JSON.stringify(set.body)}`);
    const { publishable, problems } = await checkMenu(stack, owner, main);
    const expected = paths.map((path) => `menus.${path}`);
    assert.deepEqual([publishable, problems.map(({ path }) => path)], [false, expected], name);
    const refused = await as(owner).post(stack, `/ivr/menus/${main}/publish`);
    assert.deepEqual([refused.status, refused.body["code"], faults(refused)], [
      422,
      "invalid_menu",
      expected,
    ], name);
  }
  const { data } = await owner.db.from("ivr_menu_versions").select("id");
  assert.deepEqual(data, []);
  await as(owner).patch(stack, `/ivr/menus/${main}`, { ...good, ...none });
  assert.deepEqual(await checkMenu(stack, owner, main), {
    publishable: true,
    problems: [],
    hints: [],
  });
  const published = await as(owner).post(stack, `/ivr/menus/${main}/publish`);
  assert.deepEqual([published.status, published.body["version"], published.body["hints"]], [
    201,
    1,
    [],
  ]);
});

async function shop(stack: TestStack, owner: Tenant) {
  const main = await makeMenu(stack, owner, {
    key: "main",
    items: [PERSON, submenu("1", "a")],
    ...FINALS,
  });
  const a = await makeMenu(stack, owner, {
    key: "a",
    parent_menu_id: main,
    items: [PERSON],
    ...FINALS,
  });
  return { main, a };
}

Deno.test("A menu below this one that no choice reaches is a problem; one elsewhere is none", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { main, a } = await shop(stack, owner);
  await makeMenu(stack, owner, { key: "elsewhere" });
  assert.deepEqual((await checkMenu(stack, owner, main)).problems, []);
  const lost = await makeMenu(stack, owner, { key: "lost", parent_menu_id: a });
  await makeMenu(stack, owner, { key: "deeper", parent_menu_id: lost });
  assert.deepEqual((await checkMenu(stack, owner, main)).problems.map(({ path }) => path), [
    "menus.deeper.parent_menu_id",
    "menus.lost.parent_menu_id",
  ]);
  await as(owner).patch(stack, `/ivr/menus/${a}`, { items: [submenu("1", "lost")] });
  await as(owner).patch(stack, `/ivr/menus/${lost}`, {
    items: [submenu("1", "deeper"), submenu("2", "main")],
  });
  assert.deepEqual((await checkMenu(stack, owner, main)).problems, []);
  // Parents in a circle are followed once.
  await as(owner).patch(stack, `/ivr/menus/${main}`, { parent_menu_id: lost });
  assert.deepEqual((await checkMenu(stack, owner, main)).problems, []);
});

Deno.test("Menus that lead to each other outside hours are a circle without a key press", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { main, a } = await shop(stack, owner);
  await as(owner).patch(stack, `/ivr/menus/${main}`, { hours: hours("a") });
  assert.deepEqual((await checkMenu(stack, owner, main)).problems, []);
  await as(owner).patch(stack, `/ivr/menus/${a}`, { hours: hours("main") });
  const { problems } = await checkMenu(stack, owner, main);
  const circles = problems.filter(({ message }) => message.includes("circle")).map(({ path }) =>
    path
  );
  assert.deepEqual(circles, ["menus.a.hours.closed.target", "menus.main.hours.closed.target"]);
  await as(owner).patch(stack, `/ivr/menus/${main}`, { hours: hours("main") });
  await as(owner).patch(stack, `/ivr/menus/${a}`, { hours: null });
  const own = (await checkMenu(stack, owner, main)).problems.filter(({ message }) =>
    message.includes("circle")
  );
  assert.deepEqual(own.map(({ path }) => path), ["menus.main.hours.closed.target"]);
});

Deno.test("Problems of all kinds and menus are found in one go, in order", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const main = await makeMenu(stack, owner, {
    key: "main",
    prompt: "  ",
    items: [
      submenu("1", "below"),
      submenu("2", "nowhere"),
      { digit: "2", label: "Twice", action: "repeat" },
      { digit: "3", label: "Far", action: "transfer", target: "+999123456789" },
      ...[4, 5, 6, 7, 8, 9].map((n) => ({ ...BYE, digit: String(n) })),
      { digit: "*", label: "", action: "transfer", target: "12" },
    ],
    hours: {
      time_zone: "Nowhere/City",
      weekly: [],
      closed: { action: "submenu", target: "below" },
    },
  });
  await makeMenu(stack, owner, {
    key: "below",
    hours: hours("main"),
    no_input_final: { action: "top" },
  });
  await makeMenu(stack, owner, { key: "lost", parent_menu_id: main });
  const { problems } = await checkMenu(stack, owner, main);
  assert.deepEqual([...new Set(problems.map(({ path }) => path))], [
    "menus.below.hours.closed.target",
    "menus.below.no_input_final.action",
    "menus.lost.parent_menu_id",
    "menus.main.hours.closed.target",
    "menus.main.hours.time_zone",
    "menus.main.hours.weekly",
    "menus.main.items[1].target",
    "menus.main.items[2].digit",
    "menus.main.items[3].target",
    "menus.main.items[10].label",
    "menus.main.items[10].target",
    "menus.main.prompt",
  ]);
});

Deno.test("A transfer that the tenant's rules refuse is a problem, and one for some callers a hint", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const berlin = { ...BYE, action: "transfer", target: "+493012345678" };
  const main = await makeMenu(stack, owner, { key: "main", items: [berlin], ...FINALS });
  const at = "menus.main.items[0].target";
  const found = async () => {
    const { problems, hints } = await checkMenu(stack, owner, main);
    return [problems.map(({ path }) => path), hints.map(({ path }) => path)];
  };
  assert.deepEqual(await found(), [[], []]);
  const { body: { id: connection_id } } = await as(owner).post(stack, "/ivr/connections", {
    provider: "twilio",
    name: "Line",
    auth_token: "0123456789abcdef0123456789abcdef",
  });
  const number = (text: string) =>
    owner.db.from("phone_numbers").insert({ connection_id, number: text, menu_id: main });
  await number("+12025550123");
  assert.deepEqual(await found(), [[at], []]);
  await number("+4930987654");
  assert.deepEqual(await found(), [[], [at]]);
  await owner.db.rpc("set_transfer_rules", { p_countries: ["DE"] });
  assert.deepEqual(await found(), [[], []]);
  await owner.db.rpc("set_transfer_rules", { p_countries: ["FR"] });
  assert.deepEqual(await found(), [[at], []]);
  await owner.db.rpc("set_transfer_rules", { p_countries: [], p_prefixes: ["+4930"] });
  assert.deepEqual(await found(), [[], []]);
  await owner.db.rpc("set_transfer_rules", { p_countries: ["DE"], p_max_per_hour: 0 });
  assert.deepEqual(await found(), [[at], []]);
});

Deno.test("What callers may stumble over is hinted at, and does not stand in the way", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const main = await makeMenu(stack, owner, {
    key: "main",
    speech: true,
    items: [submenu("1", "a"), ...[2, 3, 4, 5, 6].map((n) => ({ ...BYE, digit: String(n) }))],
    hours: { time_zone: "UTC", weekly: [{ days: [1], from: "09:00", to: "17:00" }] },
  });
  await makeMenu(stack, owner, { key: "a", ...FINALS });
  const published = await as(owner).post(stack, `/ivr/menus/${main}/publish`);
  assert.equal(published.status, 201, JSON.stringify(published.body));
  assert.deepEqual(faults({ ...published, body: { errors: published.body["hints"] } }), [
    "menus.a.items",
    "menus.main.hours.closed",
    "menus.main.invalid_final",
    "menus.main.items",
    "menus.main.items",
    "menus.main.items[2].label",
    "menus.main.items[3].label",
    "menus.main.items[4].label",
    "menus.main.items[5].label",
    "menus.main.no_input_final",
  ]);
});
