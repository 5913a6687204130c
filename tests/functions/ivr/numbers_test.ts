import assert from "node:assert/strict";
import { z } from "zod";
import { bearer, call, faults } from "#tests/support/key_holder.ts";
import { SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as, listAll } from "#tests/support/webhook_owner.ts";

async function connect(stack: TestStack, owner: Tenant): Promise<string> {
  const body = { provider: "twilio", name: "Main", auth_token: SIGNING_SECRETS.twilio() };
  return z.string().parse((await as(owner).post(stack, "/ivr/connections", body)).body.id);
}

async function menu({ db }: Tenant): Promise<string> {
  const { data } = await db.from("ivr_menus").insert({ name: "Main", prompt: "Hello" })
    .select("id").single();
  return z.string().parse(data?.id);
}

Deno.test("A number is kept in E.164 form, shown, changed and deleted", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const connection_id = await connect(stack, owner);
  const menu_id = await menu(owner);
  const made = await as(owner).post(stack, "/ivr/numbers", {
    connection_id,
    number: "+49 (30) 1234-56",
    label: " Berlin ",
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { number, label, menu_id: none } = made.body;
  assert.deepEqual([number, label, none], ["+4930123456", "Berlin", null]);
  const path = `/ivr/numbers/${made.body.id}`;
  assert.deepEqual((await as(owner).get(stack, path)).body, made.body);
  const changed = await as(owner).patch(stack, path, { menu_id, label: null });
  assert.deepEqual([changed.status, changed.body.menu_id, changed.body.label], [
    200,
    menu_id,
    null,
  ]);
  assert.equal(changed.body.number, "+4930123456");
  assert.equal((await as(owner).delete(stack, path)).status, 204);
  for (
    const reply of [
      await as(owner).get(stack, path),
      await as(owner).patch(stack, path, { label: "x" }),
      await as(owner).delete(stack, path),
    ]
  ) assert.deepEqual([reply.status, reply.body.code], [404, "not_found"]);
});

Deno.test("What is wrong with a number is named, and nothing of another tenant is taken", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const connection_id = await connect(stack, owner);
  const good = { connection_id, number: "+15550100100" };
  const { body } = await as(owner).post(stack, "/ivr/numbers", good);
  const second = await as(owner).post(stack, "/ivr/numbers", { ...good, number: "+15550100101" });
  const another = { connection_id: await connect(stack, stranger), menu_id: await menu(stranger) };
  const cases: [object, number, string][] = [
    [{ number: "+1555010" }, 422, "number"],
    [{ number: "15550100100" }, 422, "number"],
    [{ number: "+999123456789" }, 422, "number"],
    [{ number: "+15550100100 ext. 5" }, 422, "number"],
    [{ number: "call +15550100100" }, 422, "number"],
    [{ number: "sip:a@example.com" }, 422, "number"],
    [{ number: "" }, 422, "number"],
    [{ number: null }, 422, "number"],
    [{ label: "" }, 422, "label"],
    [{ label: "a\nb" }, 422, "label"],
    [{ label: "x".repeat(101) }, 422, "label"],
    [{ connection_id: another.connection_id }, 422, "connection_id"],
    [{ connection_id: crypto.randomUUID() }, 422, "connection_id"],
    [{ connection_id: "main" }, 422, "connection_id"],
    [{ menu_id: another.menu_id }, 422, "menu_id"],
    [{ menu_id: crypto.randomUUID() }, 422, "menu_id"],
    [{ user_id: stranger.userId }, 422, "user_id"],
  ];
  const path = `/ivr/numbers/${body.id}`;
  for (const [wrong, status, field] of cases) {
    const posted = await as(owner).post(stack, "/ivr/numbers", {
      ...good,
      number: "+15550100102",
      ...wrong,
    });
    const patched = await as(owner).patch(stack, path, wrong);
    for (const reply of [posted, patched]) {
      assert.deepEqual([reply.status, ...faults(reply)], [status, field], JSON.stringify(wrong));
    }
  }
  const taken = [
    await as(owner).post(stack, "/ivr/numbers", { ...good, number: "+1 555 010 0100" }),
    await as(owner).patch(stack, path, { number: second.body.number }),
  ];
  for (const reply of taken) {
    assert.deepEqual([reply.status, reply.body.code, ...faults(reply)], [
      409,
      "conflict",
      "number",
    ]);
  }
  assert.deepEqual((await as(owner).get(stack, path)).body, body);
  const elsewhere = await as(stranger).post(stack, "/ivr/numbers", {
    ...good,
    connection_id: another.connection_id,
  });
  assert.equal(elsewhere.status, 201, "the same number on another connection is another number");
});

Deno.test("Numbers are listed by connection and menu, and a repeated request adds one", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const [first, second] = [await connect(stack, owner), await connect(stack, owner)];
  const menu_id = await menu(owner);
  const add = async (body: object) =>
    z.string().parse((await as(owner).post(stack, "/ivr/numbers", body)).body.id);
  const ids = [
    await add({ connection_id: first, number: "+15550100100" }),
    await add({ connection_id: first, number: "+15550100101", menu_id }),
    await add({ connection_id: second, number: "+15550100102" }),
  ];
  const found = async (query: string) =>
    (await listAll(stack, owner, `/ivr/numbers?${query}`)).map(({ id }) => id).reverse();
  assert.deepEqual(await found(""), ids);
  assert.deepEqual(await found(`connection_id=${first}&`), ids.slice(0, 2));
  assert.deepEqual(await found(`menu_id=${menu_id}&`), ids.slice(1, 2));
  const once = () =>
    call(stack, "POST", "/ivr/numbers", {
      json: { connection_id: second, number: "+15550100103" },
      headers: { ...bearer(owner.jwt), "idempotency-key": "one" },
    });
  const [made, again] = [await once(), await once()];
  assert.deepEqual([again.status, again.body], [201, made.body]);
  assert.equal((await found("")).length, 4);
});

Deno.test("Transfer rules are what holds where none were set, and are replaced as a whole", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const path = "/ivr/transfer-rules";
  const put = (json: unknown) => call(stack, "PUT", path, { json, headers: bearer(owner.jwt) });
  const unset = { countries: null, prefixes: [], max_per_hour: 100 };
  assert.deepEqual((await as(owner).get(stack, path)).body, unset);
  const rules = { countries: ["DE", "AT"], prefixes: ["+1900"], max_per_hour: 7 };
  const set = await put(rules);
  assert.deepEqual([set.status, set.body], [200, rules]);
  assert.deepEqual((await as(owner).get(stack, path)).body, rules);
  assert.deepEqual((await as(stranger).get(stack, path)).body, unset);
  assert.deepEqual((await put({ countries: [] })).body, { ...unset, countries: [] });
  const cases: [unknown, string][] = [
    [{}, "countries"],
    [{ countries: ["Germany"] }, "countries.0"],
    [{ countries: ["DE", "UK"] }, "countries.1"],
    [{ countries: ["de"] }, "countries.0"],
    [{ countries: null, prefixes: ["1900"] }, "prefixes.0"],
    [{ countries: null, prefixes: ["+"] }, "prefixes.0"],
    [{ countries: null, max_per_hour: -1 }, "max_per_hour"],
    [{ countries: null, max_per_hour: 100_001 }, "max_per_hour"],
    [{ countries: null, user_id: stranger.userId }, "user_id"],
  ];
  for (const [body, field] of cases) {
    const reply = await put(body);
    assert.deepEqual([reply.status, ...faults(reply)], [422, field], JSON.stringify(body));
  }
  assert.deepEqual((await as(owner).get(stack, path)).body, { ...unset, countries: [] });
});
