import assert from "node:assert/strict";
import { z } from "zod";
import { faults } from "#tests/support/key_holder.ts";
import { BYE, makeMenu, publishMenu } from "#tests/support/menu_owner.ts";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { testStack } from "#tests/support/stack.ts";
import { as, list, listAll } from "#tests/support/webhook_owner.ts";

const DOWN = { digit: "2", label: "Down", action: "submenu", target: "below" };

Deno.test("Versions are listed a page at a time and shown with every menu that they hold", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const below = await makeMenu(stack, owner, { key: "below" });
  const main = await makeMenu(stack, owner, { key: "main", items: [BYE, DOWN] });
  const path = `/ivr/menus/${main}/versions`;
  assert.deepEqual((await list(stack, owner, path)).data, []);
  for (const version of [1, 2, 3]) {
    assert.equal(await publishMenu(stack, owner, main), version);
  }
  const versions = await listAll(stack, owner, `${path}?`);
  assert.deepEqual(
    versions.map(({ version, published, restored_from }) => [version, published, restored_from]),
    [[3, true, null], [2, false, null], [1, false, null]],
  );
  const { status, body } = await as(owner).get(stack, `${path}/2`);
  assert.deepEqual([status, body["version"], body["published"]], [200, 2, false]);
  const { root, menus } = z.object({ root: z.string(), menus: z.record(z.string(), z.unknown()) })
    .parse(body["document"]);
  assert.deepEqual([root, Object.keys(menus).sort()], [main, [main, below].sort()]);
  for (const wrong of ["4", "0", "-1", "draft", "1.5", "99999999999"]) {
    assert.equal((await as(owner).get(stack, `${path}/${wrong}`)).status, 404, wrong);
  }
  for (const at of [path, `${path}/1`, `${path}/1/diff`, `/ivr/menus/${main}/graph`]) {
    assert.equal((await as(stranger).get(stack, at)).status, 404, at);
  }
  assert.equal((await as(stranger).post(stack, `${path}/1/rollback`)).status, 404);
});

Deno.test("A difference names added, removed and changed menus with old and new", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const below = await makeMenu(stack, owner, { key: "below", name: "Below" });
  const other = await makeMenu(stack, owner, { key: "other", name: "Other" });
  const main = await makeMenu(stack, owner, { key: "main", name: "Main", items: [BYE, DOWN] });
  await publishMenu(stack, owner, main);
  await as(owner).patch(stack, `/ivr/menus/${main}`, {
    prompt: "Press 2.",
    max_turns: 50,
    items: [{ ...DOWN, label: "Elsewhere", target: "other" }, BYE, { ...BYE, digit: "3" }],
    hours: {
      time_zone: "UTC",
      weekly: [{ days: [1], from: "09:00", to: "17:00" }],
      closed: { action: "hangup" },
    },
  });
  const path = `/ivr/menus/${main}/versions`;
  const draft = await as(owner).get(stack, `${path}/1/diff?against=draft`);
  await publishMenu(stack, owner, main);
  const [forward, backward, unsaid, first] = await Promise.all([
    as(owner).get(stack, `${path}/2/diff?against=1`),
    as(owner).get(stack, `${path}/1/diff?against=2`),
    as(owner).get(stack, `${path}/2/diff`),
    as(owner).get(stack, `${path}/1/diff`),
  ]);
  const { call, menus, from, to, summary } = forward.body;
  assert.deepEqual([from, to], [1, 2]);
  assert.deepEqual(backward.body, forward.body);
  assert.deepEqual(unsaid.body, forward.body);
  assert.deepEqual(draft.body, { ...forward.body, to: "draft" });
  assert.deepEqual(call, [{ path: "limits.turns", old: 200, new: 50 }]);
  const { hours, ...changes } = Object.fromEntries(
    z.object({
      changed: z.tuple([
        z.object({
          changes: z.array(z.object({ path: z.string(), old: z.unknown(), new: z.unknown() })),
        }),
      ]),
    }).parse(menus).changed[0].changes.map((change) => [change.path, [change.old, change.new]]),
  );
  assert.equal(hours?.[0], null);
  assert.deepEqual(changes, {
    prompt: ["Press 1.", "Press 2."],
    items: [["1", "2"], ["2", "1", "3"]],
    'items["2"].label': ["Down", "Elsewhere"],
    'items["2"].target': [below, other],
    'items["3"]': [null, { ...BYE, digit: "3" }],
  });
  assert.deepEqual(z.object({ added: z.unknown(), removed: z.unknown() }).parse(menus), {
    added: [{ id: other, key: "other", name: "Other" }],
    removed: [{ id: below, key: "below", name: "Below" }],
  });
  assert.ok(
    z.array(z.string()).parse(summary).includes(
      'main: items["2"].target is now "other", was "below"',
    ),
  );
  assert.deepEqual([first.body["from"], first.body["to"]], [null, 1]);
  const same = await as(owner).get(stack, `${path}/2/diff?against=draft`);
  assert.deepEqual([same.body["call"], same.body["summary"]], [[], []]);
  const wrong = await as(owner).get(stack, `${path}/2/diff?against=x`);
  assert.deepEqual([wrong.status, faults(wrong)], [422, ["query.against"]]);
  assert.equal((await as(owner).get(stack, `${path}/2/diff?against=9`)).status, 404);
});

Deno.test("A rollback publishes an earlier version under a new number, whatever became of its targets, and leaves drafts alone", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  await as(tenant).patch(stack, `/ivr/menus/${line.menuId}`, { prompt: "Second.", items: [BYE] });
  await publishMenu(stack, tenant, line.menuId);
  const sales = (await list(stack, tenant, "/ivr/menus?key=sales")).data[0]?.id;
  assert.equal((await as(tenant).delete(stack, `/ivr/menus/${sales}`)).status, 204);
  const { status, body } = await as(tenant).post(
    stack,
    `/ivr/menus/${line.menuId}/versions/1/rollback`,
  );
  assert.equal(status, 201, JSON.stringify(body));
  const { version, restored_from, drafts } = body;
  assert.deepEqual([version, restored_from, drafts], [3, 1, "unchanged"]);
  const call = incomingCall(line);
  const welcome = await readTwiml(await line.post(line.urls.voice, call));
  assert.deepEqual(welcome.said, ["This is main."]);
  const below = await readTwiml(await line.post(welcome.action, { ...call, Digits: "1" }));
  assert.deepEqual(below.said, ["This is sales."]);
  const draft = await as(tenant).get(stack, `/ivr/menus/${line.menuId}`);
  assert.equal(draft.body["prompt"], "Second.");
  const listed = await list(stack, tenant, `/ivr/menus/${line.menuId}/versions`);
  assert.deepEqual(
    listed.data.map(({ version, published, restored_from }) => ({
      version,
      published,
      restored_from,
    })),
    [
      { version: 3, published: true, restored_from: 1 },
      { version: 2, published: false, restored_from: null },
      { version: 1, published: false, restored_from: null },
    ],
  );
  const unknown = await as(tenant).post(stack, `/ivr/menus/${line.menuId}/versions/9/rollback`);
  assert.equal(unknown.status, 404);
});

Deno.test("A call in progress finishes on its version while three newer ones are published", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const call = incomingCall(line);
  const sales = (await list(stack, tenant, "/ivr/menus?key=sales")).data[0]?.id;
  let { action } = await readTwiml(await line.post(line.urls.voice, call));
  const heard: string[] = [];
  for (const [n, digit] of ["1", "*", "1"].entries()) {
    for (const id of [line.menuId, sales]) {
      await as(tenant).patch(stack, `/ivr/menus/${id}`, { prompt: `Newer ${n}.` });
    }
    assert.equal(await publishMenu(stack, tenant, line.menuId), n + 2);
    const turn = await readTwiml(await line.post(action, { ...call, Digits: digit }));
    heard.push(...turn.said);
    action = turn.action;
  }
  assert.deepEqual(heard, ["This is sales.", "This is main.", "This is sales."]);
  const next = await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  assert.deepEqual(next.said, ["Newer 2."]);
});
