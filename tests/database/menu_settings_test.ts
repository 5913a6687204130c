import assert from "node:assert/strict";
import { businessHours } from "#shared/ivr/hours.ts";
import { menuVersion } from "#shared/ivr/menu.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { addMenu, problemsOf, publish } from "#tests/support/menus.ts";
import { actAs, createTenants, type Tenants } from "#tests/support/tenants.ts";

const BYE = { digit: "1", label: "Bye", action: "hangup" };

Deno.test("Publishing freezes all that a menu may say and do", onPostgres, async () => {
  await using tenants = await createTenants();
  const night = await addMenu(tenants, { key: "night", items: [BYE] });
  const shift = { days: [1, 2], from: "09:00", to: "17:00" };
  const top = await addMenu(tenants, {
    key: "top",
    language: "de-DE",
    barge_in: false,
    invalid_barge_in: false,
    speech: true,
    max_depth: 3,
    max_turns: 20,
    max_minutes: 15,
    translations: { "en-US": { prompt: "Press 1.", invalid_prompt: "No." } },
    closed_prompt: "Geschlossen.",
    hours: {
      time_zone: "Europe/Berlin",
      weekly: [shift],
      holidays: ["12-25", "2027-02-28"],
      closed: { action: "submenu", target: "night" },
    },
    no_input_final: { action: "voicemail", prompt: "Sprechen Sie.", max_seconds: 60 },
    items: [
      { digit: "[1-4]xx", label: "Extension", action: "agent", target: "desk", then: "top" },
      { digit: "9", label: "English", action: "language", target: "en-US" },
      { digit: "0", label: "Anfang", action: "top", sensitive: true, labels: { "en-US": "Start" } },
    ],
  });
  await publish(tenants, top);
  const { rows: [row] } = await tenants.admin.query(
    "select document from public.ivr_menu_versions where menu_id = $1",
    [top],
  );
  const { limits, menus } = menuVersion.parse(row?.document);
  assert.deepEqual(limits, { depth: 3, turns: 20, minutes: 15 });
  assert.deepEqual(menus[top], {
    id: top,
    key: "top",
    name: "x",
    language: "de-DE",
    prompt: "x",
    barge_in: false,
    timeout: 5000,
    inter_digit_timeout: 3000,
    sensitive: true,
    speech: true,
    translations: {
      "en-US": {
        prompt: "Press 1.",
        timeout_prompt: null,
        invalid_prompt: "No.",
        closed_prompt: null,
      },
    },
    hours: {
      time_zone: "Europe/Berlin",
      weekly: [shift],
      holidays: ["12-25", "2027-02-28"],
      prompt: "Geschlossen.",
      closed: { action: "submenu", target: night },
    },
    items: [
      { digit: "[1-4]xx", label: "Extension", action: "agent", target: "desk", then: "top" },
      { digit: "9", label: "English", action: "language", target: "en-US" },
      { digit: "0", label: "Anfang", labels: { "en-US": "Start" }, action: "top" },
    ],
    no_input: {
      limit: 3,
      prompt: null,
      barge_in: true,
      final: { action: "voicemail", prompt: "Sprechen Sie.", max_seconds: 60 },
    },
    invalid: { limit: 3, prompt: null, barge_in: false, final: { action: "hangup" } },
  });
});

Deno.test("Every problem of a menu's settings is named with its path", onPostgres, async () => {
  await using tenants = await createTenants();
  await addMenu(tenants, {
    key: "closed",
    items: [BYE],
    hours: { time_zone: "UTC", weekly: [{ days: [7], from: "00:00", to: "24:00" }] },
  });
  const top = await addMenu(tenants, {
    key: "top",
    translations: { "de-DE": { prompt: "" }, "German": { prompt: "x", closed_prompt: "" } },
    hours: {
      time_zone: "Mars/Olympus",
      weekly: [{ days: [8], from: "9", to: "24:01" }, "shift"],
      holidays: ["02-30", "12-25", "2027-02-29", 5],
      closed: { action: "submenu", target: "closed" },
    },
    no_input_final: { action: "agent", target: "desk", then: "top" },
    invalid_final: { action: "language", target: "en-US" },
    items: [
      { digit: "[4-1]", label: "x", action: "top", then: "back" },
      { digit: "[]", label: "x", action: "voicemail", target: "x", prompt: "", max_seconds: 2 },
      { digit: "7", label: "x", action: "language", target: "fr-FR", labels: { "fr-FR": "" } },
      { digit: "8", label: "x", action: "hangup", prompt: "x", max_seconds: 9, sensitive: "yes" },
    ],
  });
  const problems = await problemsOf(tenants, top);
  assert.deepEqual(problems.map(({ path }) => path.replace("menus.top.", "")), [
    "hours.closed.target",
    "hours.holidays[0]",
    "hours.holidays[2]",
    "hours.holidays[3]",
    "hours.time_zone",
    "hours.weekly[0].days",
    "hours.weekly[0].from",
    "hours.weekly[0].to",
    "hours.weekly[1].days",
    "hours.weekly[1].from",
    "hours.weekly[1].to",
    "invalid_final.action",
    "items[0].digit",
    "items[0].then",
    "items[1].digit",
    "items[1].max_seconds",
    "items[1].prompt",
    "items[1].target",
    "items[2].labels",
    "items[2].target",
    "items[3].max_seconds",
    "items[3].prompt",
    "items[3].sensitive",
    "no_input_final.then",
    "translations.German",
    "translations.German.closed_prompt",
    "translations.de-DE.prompt",
  ]);
});

Deno.test("Hours that are no hours at all are problems, not crashes", onPostgres, async () => {
  await using tenants = await createTenants();
  for (const weekly of [undefined, null, [], {}, 5, "x"]) {
    const id = await addMenu(tenants, {
      items: [BYE],
      hours: { time_zone: 5, weekly, holidays: {} },
    });
    const problems = await problemsOf(tenants, id);
    assert.deepEqual(problems.map(({ path }) => path.replace(/^menus\.[^.]+\./, "")), [
      "hours.holidays",
      "hours.time_zone",
      "hours.weekly",
    ]);
  }
});

Deno.test("An entry is a problem when others take all that it matches", onPostgres, async () => {
  await using tenants = await createTenants();
  const isHidden = async (...digits: string[]) => {
    const { rows: [row] } = await tenants.admin.query<{ paths: string[] }>(
      `select array(select p.path from public.ivr_menus m, private.ivr_item_problems(m) p
         where m.id = $1 and p.message like 'All that%' order by 1) as paths`,
      [
        await addMenu(tenants, {
          items: digits.map((digit) => ({ digit, label: "x", action: "hangup" })),
        }),
      ],
    );
    return row?.paths;
  };
  assert.deepEqual(await isHidden("xxxxx", "1xxxx"), ["items[1].digit"]);
  assert.deepEqual(await isHidden("[12]", "1", "2"), ["items[0].digit"]);
  assert.deepEqual(await isHidden("[1-5]x", "[6-9]x", "0x", "xx"), ["items[3].digit"]);
  // A shorter entry waits for the longer one, an earlier one is narrower, one key is free.
  assert.deepEqual(await isHidden("1", "1x", "12"), []);
  assert.deepEqual(await isHidden("1xxxx", "xxxxx"), []);
  assert.deepEqual(await isHidden("[1-3]", "1", "2"), []);
});

Deno.test(
  "Every time zone that publishing takes is one that the engine knows",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows } = await tenants.admin.query<{ name: string }>(
      `select name from pg_catalog.pg_timezone_names z where not exists (
       select from private.ivr_hours_problems(jsonb_build_object('time_zone', z.name)) p where p.path = 'hours.time_zone')`,
    );
    assert.ok(rows.length > 400, `Only ${rows.length} time zones are taken`);
    const hours = { weekly: [], holidays: [] };
    const unknown = rows.filter(({ name }) =>
      !businessHours.safeParse({ ...hours, time_zone: name }).success
    );
    assert.deepEqual(unknown, []);
  },
);

Deno.test("What is published can be read, however oddly it was written", onPostgres, async () => {
  await using tenants = await createTenants();
  const odd: unknown[] = ["30", 30, 30.5, 3e1, null, true, "", "x", [], {}, -1, 1e9];
  let published = 0;
  for (const field of ["label", "labels", "then", "prompt", "max_seconds", "sensitive", "target"]) {
    for (const value of odd) {
      const item = { digit: "1", label: "x", action: "voicemail", [field]: value };
      const id = await addMenu(tenants, { items: [item] });
      if (!await publish(tenants, id).catch(() => null)) continue;
      published++;
      const { rows: [row] } = await tenants.admin.query(
        "select document from public.ivr_menu_versions where menu_id = $1",
        [id],
      );
      const read = menuVersion.safeParse(row?.document);
      assert.ok(read.success, `${field}: ${JSON.stringify(value)}`);
    }
  }
  assert.ok(published > 10, `Only ${published} were published`);
});

Deno.test(
  "A webhook item names an endpoint of the owner's by id or URL, and an item to fall back to",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { webhookId, disabledId } = await endpointsOf(tenants);
    const ask = { label: "Order", action: "webhook" };
    const id = await addMenu(tenants, {
      key: "asking",
      items: [
        { ...ask, digit: "2", target: "https://example.com/hook", fallback: "1" },
        { ...ask, digit: "3", target: disabledId.toUpperCase() },
        { ...BYE },
      ],
    });
    const version = await publish(tenants, id);
    const { rows: [row] } = await tenants.admin.query(
      "select document from public.ivr_menu_versions where id = $1",
      [version],
    );
    assert.deepEqual(menuVersion.parse(row?.document).menus[id]?.items, [
      { ...ask, digit: "2", target: webhookId, fallback: "1" },
      { ...ask, digit: "3", target: disabledId },
      BYE,
    ]);
  },
);

Deno.test(
  "Each fault of a webhook item or a Retell agent is named with its path",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { webhookId } = await endpointsOf(tenants);
    const ask = { label: "Order", action: "webhook", target: webhookId };
    const agent = { label: "Ada", action: "agent" };
    const id = await addMenu(tenants, {
      key: "m",
      items: [
        { ...ask, digit: "1", target: "https://example.com/another" },
        { ...ask, digit: "2", target: crypto.randomUUID() },
        { label: "Order", action: "webhook", digit: "3" },
        { ...ask, digit: "4", fallback: "8" },
        { ...ask, digit: "5", fallback: "4" },
        { ...ask, digit: "6", fallback: "6" },
        { ...ask, digit: "7", fallback: 9 },
        { ...ask, digit: "*", then: "repeat" },
        { ...agent, digit: "9", target: "desk", fallback: "1" },
        { ...agent, digit: "0", target: "retell:" },
        { ...agent, digit: "#", target: "retell:a b" },
        { ...agent, digit: "A", target: "retell:agent_1", then: "top" },
      ],
      no_input_final: { action: "webhook", target: webhookId },
      invalid_final: { action: "agent", target: "retell:default" },
      hours: {
        time_zone: "UTC",
        weekly: [{ days: [1], from: "09:00", to: "17:00" }],
        closed: { action: "webhook", target: webhookId },
      },
    });
    const endpoint = "Must be the id or the URL of one of your webhook endpoints";
    const fallback = "Must be the digit of an item of this menu that asks no webhook itself";
    const retell = "Must be retell: and the id of an agent, or retell:default";
    const found = await problemsOf(tenants, id);
    assert.deepEqual(
      new Map(found.map(({ path, message }) => [path, message])),
      new Map([
        [
          "menus.m.hours.closed.action",
          "Must be one of submenu, agent, transfer, voicemail, hangup",
        ],
        ["menus.m.items[0].target", endpoint],
        ["menus.m.items[10].target", retell],
        ["menus.m.items[1].target", endpoint],
        ["menus.m.items[2].target", "This action needs a target"],
        ["menus.m.items[3].fallback", fallback],
        ["menus.m.items[4].fallback", fallback],
        ["menus.m.items[5].fallback", fallback],
        ["menus.m.items[6].fallback", fallback],
        ["menus.m.items[7].then", "Nothing follows this action"],
        ["menus.m.items[8].fallback", "This action takes no fallback"],
        ["menus.m.items[9].target", retell],
        ["menus.m.no_input_final.action", "Must be one of agent, transfer, voicemail, hangup"],
      ]),
    );
  },
);

Deno.test("Another tenant's endpoint is none of the owner's", onPostgres, async () => {
  await using tenants = await createTenants();
  const theirs = crypto.randomUUID();
  await actAs(
    tenants.admin,
    "authenticated",
    tenants.stranger,
    () =>
      tenants.admin.query("select public.create_webhook($1, 'e30..AA.AA.AA', $2)", [
        theirs,
        JSON.stringify({ url: "https://example.org/theirs", events: ["custom.*"] }),
      ]),
    "commit",
  );
  for (const target of [theirs, "https://example.org/theirs"]) {
    const items = [{ digit: "1", label: "Order", action: "webhook", target }];
    const id = await addMenu(tenants, { items });
    assert.deepEqual((await problemsOf(tenants, id)).map(({ path }) => path), [
      `menus.${id}.items[0].target`,
    ]);
  }
});

/** The owner's endpoints: one that is enabled, and a disabled one of the same URL. */
async function endpointsOf({ admin, webhookId }: Tenants) {
  const { rows: [row] } = await admin.query(
    "select id from public.webhooks where not enabled",
  );
  return { webhookId, disabledId: String(row?.id) };
}
