import assert from "node:assert/strict";
import { z } from "zod";
import { bearer, call, faults, makeKey } from "#tests/support/key_holder.ts";
import { testStack } from "#tests/support/stack.ts";

const usage = z.object({
  from: z.string(),
  to: z.string(),
  total: z.number(),
  hours: z.array(z.object({ hour: z.string(), count: z.number() })),
});

Deno.test("GET /api-keys/:id/usage counts hour by hour, zero where there was none", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const headers = bearer(owner.jwt);
  const { id } = await makeKey(stack, owner);
  await stack.database.query(
    `insert into public.api_key_usage (key_id, user_id, hour, count) values
      ('${id}', '${owner.userId}', '2026-11-01T09:00Z', 5),
      ('${id}', '${owner.userId}', '2026-11-01T12:00Z', 7),
      ('${id}', '${owner.userId}', '2026-11-02T09:00Z', 100)`,
  );
  const span = "from=2026-11-01T10:30:00%2B01:00&to=2026-11-01T12:00:01Z";
  const reply = await call(stack, "GET", `/api-keys/${id}/usage?${span}`, { headers });
  const { total, hours } = usage.parse(reply.body);
  assert.equal(total, 12);
  assert.deepEqual(
    hours.map(({ hour, count }) => [new Date(hour).toISOString().slice(11, 13), count]),
    [["09", 5], ["10", 0], ["11", 0], ["12", 7]],
  );
});

Deno.test("GET /api-keys/:id/usage shows the last day unless told otherwise, and the use just made", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id, key } = await makeKey(stack, owner);
  const path = `/api-keys/${id}/usage`;
  const { total, hours } = usage.parse(
    (await call(stack, "GET", path, { headers: bearer(key) })).body,
  );
  assert.equal(total, 1);
  // 24 hours touch 25 hours of the clock, unless they begin with one.
  assert.ok(hours.length === 25 || hours.length === 24, String(hours.length));
  assert.equal(hours.reduce((sum, { count }) => sum + count, 0), 1);
});

Deno.test("GET /api-keys/:id/usage names what is wrong with a span", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeKey(stack, owner);
  const wrong: readonly [string, string][] = [
    ["from=yesterday", "query.from"],
    ["to=2026-11-01", "query.to"],
    ["from=0000-01-01T00:00:00Z", "query.from"],
    ["to=0000-01-01T12:00:00Z", "query.to"],
    ["to=2026-11-01T00:00:00%2B23:59", "query.to"],
    ["from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
    ["from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
    ["from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
  ];
  for (const [query, path] of wrong) {
    const reply = await call(stack, "GET", `/api-keys/${id}/usage?${query}`, {
      headers: bearer(owner.jwt),
    });
    assert.deepEqual([reply.status, faults(reply)], [422, [path]], query);
  }
});
