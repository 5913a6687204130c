import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { bearer, call, faults } from "#tests/support/key_holder.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

const WANTED = { name: "Once", scopes: ["ivr:read"], expires_in_days: 1 };

function create(stack: TestStack, jwt: string, idempotencyKey: string, json: unknown = WANTED) {
  const headers = { ...bearer(jwt), "idempotency-key": idempotencyKey };
  return call(stack, "POST", "/api-keys", { headers, json });
}

async function countKeys({ database }: TestStack): Promise<unknown> {
  return (await database.query("select count(*)::integer as n from public.api_keys"))[0]?.n;
}

Deno.test("a repeated creation gets the same status and id, and not the key again", async () => {
  await using stack = await testStack();
  const { jwt } = await stack.newTenant();
  const first = await create(stack, jwt, "one");
  const again = await create(stack, jwt, "one");
  const { key, ...shown } = first.body;
  assert.match(String(key), /^vx_/);
  assert.deepEqual([again.status, again.body], [201, shown]);
  assert.deepEqual(
    [first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")],
    [null, "true"],
  );
  assert.equal(await countKeys(stack), 1);
});

Deno.test("an Idempotency-Key stands for one request, of one tenant, for a day", async () => {
  await using stack = await testStack();
  const { jwt } = await stack.newTenant();
  const { jwt: stranger } = await stack.newTenant();
  const first = await create(stack, jwt, "one");
  const other = await create(stack, jwt, "one", { ...WANTED, name: "Other" });
  assert.deepEqual([other.status, other.body.code, faults(other)], [
    422,
    "idempotency_key_reused",
    ["header.idempotency-key"],
  ]);
  assert.notEqual((await create(stack, jwt, "two")).body.id, first.body.id);
  assert.ok((await create(stack, stranger, "one")).body.key);
  await stack.database.query(
    "update private.idempotency_keys set created_at = now() - interval '24 hours'",
  );
  const late = await create(stack, jwt, "one");
  assert.equal(late.status, 201);
  assert.notEqual(late.body.id, first.body.id);
});

Deno.test("a creation that failed is not remembered: it can be put right and sent again", async () => {
  await using stack = await testStack();
  const { jwt } = await stack.newTenant();
  const wrong = { ...WANTED, allowed_ips: ["10.0.0.1/8"] };
  assert.equal((await create(stack, jwt, "one", wrong)).status, 422);
  assert.equal((await create(stack, jwt, "one")).status, 201);
  assert.equal(await countKeys(stack), 1);
});

Deno.test("an Idempotency-Key that is none is named", async () => {
  await using stack = await testStack();
  const { jwt } = await stack.newTenant();
  for (const key of ["a b", "x".repeat(256)]) {
    const reply = await create(stack, jwt, key);
    assert.deepEqual([reply.status, faults(reply)], [422, ["header.idempotency-key"]]);
  }
  assert.equal(await countKeys(stack), 0);
});

Deno.test(
  "of many at once one creates; the others are told so, or to come again",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await testStack({ databaseUrl: database.url });
    const { jwt } = await stack.newTenant();
    for (let round = 1; round <= 5; round++) {
      const replies = await Promise.all(
        Array.from({ length: 16 }, () => create(stack, jwt, `round-${round}`)),
      );
      assert.equal(replies.filter(({ body }) => body.key !== undefined).length, 1);
      for (const { status, headers, body } of replies) {
        if (status === 201) continue;
        assert.deepEqual([status, body.code, headers.get("retry-after")], [
          409,
          "request_in_progress",
          "1",
        ]);
      }
      assert.equal(await countKeys(stack), round);
      const [{ id } = {}] = replies.map(({ body }) => body).filter(({ key }) => key);
      assert.equal((await create(stack, jwt, `round-${round}`)).body.id, id);
    }
  },
);

Deno.test(
  "while the first request is carried out, a second one is told so rather than kept waiting",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await testStack({ databaseUrl: database.url });
    const { jwt, userId } = await stack.newTenant();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const first = stack.database.transaction(async (transaction) => {
      await transaction.query(
        `select set_config('request.jwt.claims', '{"sub": "${userId}"}', true)`,
      );
      await transaction.query(`select set_config('request.jwt.claim.sub', '${userId}', true)`);
      await transaction.query(
        `select private.recall_request('api-keys.create', 'slow', repeat('0', 64))`,
      );
      begin();
      await done;
    });
    await begun;
    const second = await create(stack, jwt, "slow");
    assert.deepEqual([second.status, second.body.code], [409, "request_in_progress"]);
    finish();
    await first;
    assert.equal((await create(stack, jwt, "slow")).status, 201);
  },
);
