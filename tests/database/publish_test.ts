import assert from "node:assert/strict";
import { menuVersion } from "#shared/ivr/menu.ts";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { addMenu, problemsOf, publish } from "#tests/support/menus.ts";
import { actAs, createTenants } from "#tests/support/tenants.ts";

const BYE = { digit: "1", label: "Bye", action: "hangup" };

Deno.test(
  "Publishing freezes every menu within reach, with keys resolved and limits filled in",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const back = await addMenu(tenants, {
      key: "deep",
      items: [{ digit: "*", label: "Back", action: "back" }, {
        digit: "1",
        label: "Up",
        action: "submenu",
        target: "top",
      }],
    });
    const top = await addMenu(tenants, {
      key: "top",
      max_retries: 2,
      invalid_limit: 0,
      timeout_prompt: "Hello?",
      no_input_final: { action: "agent", target: "desk" },
      items: [{ digit: "1", label: "Down", action: "submenu", target: "deep" }, {
        digit: "2",
        label: "Down",
        action: "submenu",
        target: back,
      }],
    });
    await addMenu(tenants, { key: "unreachable", items: [BYE] });
    await publish(tenants, top);
    const { rows: [row] } = await admin.query(
      "select version, document from public.ivr_menu_versions where menu_id = $1",
      [top],
    );
    const { root, menus } = menuVersion.parse(row?.document);
    assert.equal(root, top);
    assert.deepEqual(Object.keys(menus).sort(), [top, back].sort());
    assert.deepEqual(menus[top]?.items.map((item) => item.action === "submenu" && item.target), [
      back,
      back,
    ]);
    assert.deepEqual(menus[back]?.items[1], {
      digit: "1",
      label: "Up",
      action: "submenu",
      target: top,
    });
    assert.deepEqual(menus[top]?.no_input, {
      limit: 2,
      prompt: "Hello?",
      barge_in: true,
      final: { action: "agent", target: "desk" },
    });
    assert.deepEqual(menus[top]?.invalid, {
      limit: 0,
      prompt: null,
      barge_in: true,
      final: { action: "hangup" },
    });
  },
);

Deno.test(
  "Every problem of every menu within reach is named with its path, and nothing is published",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    await addMenu(tenants, {
      key: "below",
      items: [{ digit: "1", label: "Far", action: "transfer", target: "555" }],
    });
    const top = await addMenu(tenants, {
      key: "top",
      no_input_final: { action: "submenu", target: "below" },
      items: [
        { digit: "1y", label: "", action: "hangup" },
        { digit: "2", label: "Down", action: "submenu", target: "below" },
        { digit: "2", label: "Twice", action: "repeat" },
        { digit: "3", label: "Nowhere", action: "submenu", target: "missing" },
        { digit: "4", label: "What", action: "fly" },
        { digit: "5", label: "Agent", action: "agent" },
        { digit: "6", label: "Too much", action: "hangup", target: "x" },
        "not an object",
      ],
    });
    const problems = await problemsOf(tenants, top);
    assert.ok(Array.isArray(problems));
    assert.deepEqual(problems.map(({ path }) => path), [
      "menus.below.items[0].target",
      "menus.top.items[0].digit",
      "menus.top.items[0].label",
      "menus.top.items[2].digit",
      "menus.top.items[3].target",
      "menus.top.items[4].action",
      "menus.top.items[5].target",
      "menus.top.items[6].target",
      "menus.top.items[7].action",
      "menus.top.items[7].digit",
      "menus.top.items[7].label",
      "menus.top.no_input_final.action",
    ]);
    const { rows: [row] } = await admin.query(
      "select published_version_id from public.ivr_menus where id = $1",
      [top],
    );
    assert.equal(row?.published_version_id, null);
  },
);

Deno.test(
  "A menu without items is not published, and one with thirteen not even written",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const problems = await problemsOf(tenants, await addMenu(tenants, { key: "empty", items: [] }));
    assert.deepEqual(problems, [{
      path: "menus.empty.items",
      message: "A menu has 1 to 12 items",
    }]);
    const many = Array.from({ length: 13 }, (_, n) => ({ ...BYE, digit: String(10 + n) }));
    await assert.rejects(addMenu(tenants, { items: many }), { code: "23514" });
  },
);

Deno.test(
  "A version that would be too large to travel at every turn is not published",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await admin.query(
      `insert into public.ivr_menus (user_id, key, name, prompt, items)
     select $1, 'chain-' || n, 'x', 'x', jsonb_build_array(jsonb_build_object('digit', '1', 'label', 'x', 'action', 'submenu', 'target', 'chain-' || (n % 101 + 1)))
       from generate_series(1, 101) n`,
      [owner],
    );
    const { rows: [first] } = await admin.query(
      "select id from public.ivr_menus where key = 'chain-1'",
    );
    assert.deepEqual(await problemsOf(tenants, first?.id), [
      { path: "menus.chain-1.items", message: "More than 100 menus can be reached from here" },
    ]);
  },
);

Deno.test("Another tenant's menu is no target, not even by its id", onPostgres, async () => {
  await using tenants = await createTenants();
  const theirs = await addMenu({ ...tenants, owner: tenants.stranger }, {
    key: "theirs",
    items: [BYE],
  });
  for (const target of [theirs, "theirs"]) {
    const problems = await problemsOf(
      tenants,
      await addMenu(tenants, { items: [{ digit: "1", label: "x", action: "submenu", target }] }),
    );
    assert.ok(Array.isArray(problems) && problems.length === 1);
  }
});

Deno.test("Eight publications at once get eight version numbers", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, database, owner, menuId } = tenants;
  const results = await withPool(
    database.url,
    8,
    (pool) =>
      Promise.allSettled(
        Array.from({ length: 8 }, () =>
          pool.query("select private.freeze_ivr_menu($1, $2)", [owner, menuId])),
      ),
  );
  assert.deepEqual(results.filter(({ status }) => status === "rejected"), []);
  const { rows } = await admin.query(
    "select version from public.ivr_menu_versions where menu_id = $1 order by 1",
    [menuId],
  );
  assert.deepEqual(rows.map(({ version }) => version), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("A published version cannot be changed, and outlives its draft", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, menuId } = tenants;
  await assert.rejects(admin.query("update public.ivr_menu_versions set document = '{}'"), {
    code: "PT403",
  });
  await admin.query("delete from public.phone_numbers");
  await admin.query("delete from public.ivr_menus where id = $1", [menuId]);
  const { rows } = await admin.query("select menu_id from public.ivr_menu_versions");
  assert.deepEqual(rows, [{ menu_id: null }]);
});

Deno.test(
  "A menu that a number leads to cannot be deleted from under its callers",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, menuId } = tenants;
    await assert.rejects(
      actAs(
        admin,
        "authenticated",
        owner,
        () => admin.query("delete from public.ivr_menus where id = $1", [menuId]),
      ),
      { code: "23503" },
    );
  },
);
