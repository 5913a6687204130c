import assert from "node:assert/strict";
import { z } from "zod";
import { ask } from "#tests/support/account_owner.ts";
import { testStack } from "#tests/support/stack.ts";

const page = z.object({
  data: z.array(z.looseObject({ purpose: z.string(), given: z.boolean() })),
  next_cursor: z.string().nullable().optional(),
});

Deno.test("Consents are given and withdrawn, the latest holds, and the history keeps all", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const set = (purpose: string, json: object) =>
    ask(stack, owner, "PUT", `/consents/${purpose}`, { json });
  assert.equal((await set("recordings", { given: false })).status, 404);
  const given = await set("recordings", { given: true, version: "1" });
  assert.deepEqual([given.status, given.body.given, given.body.version], [200, true, "1"]);
  // What holds already is no new decision; another text is.
  assert.equal((await set("recordings", { given: true, version: "1" })).body.id, given.body.id);
  assert.notEqual((await set("recordings", { given: true, version: "2" })).body.id, given.body.id);
  const withdrawn = await set("recordings", { given: false });
  assert.deepEqual([withdrawn.body.given, withdrawn.body.version], [false, "2"]);
  assert.equal((await set("recordings", { given: false })).body.id, withdrawn.body.id);
  await set("marketing.email", { given: true });

  const current = page.parse((await ask(stack, owner, "GET", "/consents")).body);
  assert.deepEqual(current.data.map(({ purpose, given }) => [purpose, given]), [
    ["marketing.email", true],
    ["recordings", false],
  ]);
  const seen: [string, boolean][] = [];
  let cursor: string | null | undefined = "";
  while (cursor !== null) {
    const path = `/consents/history?limit=2${cursor && `&cursor=${cursor}`}`;
    const { data, next_cursor } = page.parse((await ask(stack, owner, "GET", path)).body);
    seen.push(...data.map(({ purpose, given }): [string, boolean] => [purpose, given]));
    cursor = next_cursor ?? null;
  }
  assert.deepEqual(seen, [
    ["marketing.email", true],
    ["recordings", false],
    ["recordings", true],
    ["recordings", true],
  ]);
  const ofOne = await ask(stack, owner, "GET", "/consents/history?purpose=marketing.email");
  assert.equal(page.parse(ofOne.body).data.length, 1);
});

Deno.test("The history of consents changes for nobody, and shows to nobody else", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const { body } = await ask(stack, owner, "PUT", "/consents/recordings", {
    json: { given: true },
  });
  const change = { given: false };
  for (const { db } of [owner, stranger]) {
    assert.notEqual(
      (await db.from("consents").update(change).eq("id", String(body.id))).error,
      null,
    );
    assert.notEqual((await db.from("consents").delete().eq("id", String(body.id))).error, null);
    assert.notEqual(
      (await db.from("consents").insert({ ...change, purpose: "x", user_id: owner.userId })).error,
      null,
    );
  }
  await assert.rejects(stack.database.query("update public.consents set given = false"));
  assert.deepEqual((await ask(stack, stranger, "GET", "/consents")).body, { data: [] });
  const history = await ask(stack, stranger, "GET", "/consents/history");
  assert.deepEqual(history.body, { data: [], next_cursor: null });
});

Deno.test("A consent that is none is refused with its field", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  for (
    const json of [{}, { given: "yes" }, { given: true, version: "" }, {
      given: true,
      version: "x".repeat(101),
    }, { given: true, more: 1 }]
  ) {
    assert.equal((await ask(stack, owner, "PUT", "/consents/recordings", { json })).status, 422);
  }
  for (const purpose of ["Recordings", "1", "a%00b", "x".repeat(101)]) {
    const json = { given: true };
    assert.equal((await ask(stack, owner, "PUT", `/consents/${purpose}`, { json })).status, 404);
  }
});

Deno.test("The trail shows its owner what was done, a page at a time, and nobody else", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  for (let n = 0; n < 5; n++) {
    await ask(stack, owner, "PUT", "/consents/recordings", { json: { given: n % 2 === 0 } });
  }
  const audit = z.object({
    data: z.array(
      z.looseObject({
        entry: z.number(),
        action: z.string(),
        actor: z.string(),
        subject_id: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  });
  const entries: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const path = `/audit?limit=2${cursor && `&cursor=${cursor}`}`;
    const read: z.output<typeof audit> = audit.parse((await ask(stack, owner, "GET", path)).body);
    for (const { entry, actor, subject_id } of read.data) {
      assert.equal(actor, subject_id);
      entries.push(entry);
    }
    cursor = read.next_cursor;
  }
  assert.deepEqual(entries, [5, 4, 3, 2, 1]);
  const withdrawals = await ask(stack, owner, "GET", "/audit?action=account.consents.withdraw");
  assert.equal(audit.parse(withdrawals.body).data.length, 2);
  assert.deepEqual(audit.parse((await ask(stack, stranger, "GET", "/audit")).body).data, []);
  assert.equal((await ask(stack, owner, "GET", "/audit?cursor=x")).status, 422);
});
