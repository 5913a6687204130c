import assert from "node:assert/strict";
import { z } from "zod";
import { bearer, call, faults, makeKey, setColumns } from "#tests/support/key_holder.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const page = z.object({
  data: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  next_cursor: z.string().nullable(),
});

async function list(stack: TestStack, { jwt }: Tenant, query: Record<string, string> = {}) {
  const path = `/api-keys?${new URLSearchParams(query)}`;
  const { status, body } = await call(stack, "GET", path, { headers: bearer(jwt) });
  assert.equal(status, 200, JSON.stringify(body));
  const { data, next_cursor } = page.parse(body);
  return { names: data.map(({ name }) => name), next: next_cursor };
}

Deno.test("GET /api-keys goes through all keys of the owner, newest first, page by page", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const stranger = await stack.newTenant();
  await makeKey(stack, stranger);
  for (const name of ["a", "b", "c", "d", "e"]) await makeKey(stack, owner, { name });
  // Made at the same time, they are told apart by their ids.
  await stack.database.query(
    "update public.api_keys set created_at = '2026-01-01' where name in ('b', 'c', 'd')",
  );
  const all = await list(stack, owner);
  assert.deepEqual(all.names.toSorted(), ["a", "b", "c", "d", "e"]);
  assert.equal(all.next, null);

  const seen: string[] = [];
  let query: Record<string, string> = { limit: "2" };
  for (let pages = 0; pages < 3; pages++) {
    const { names, next } = await list(stack, owner, query);
    seen.push(...names);
    // What comes in the meantime is newer than the rest of the list.
    if (pages === 0) await makeKey(stack, owner, { name: "late" });
    assert.equal(next === null, pages === 2);
    query = { limit: "2", cursor: next ?? "" };
  }
  assert.deepEqual(seen, all.names);
});

Deno.test("GET /api-keys filters, also from page to page, and leaves out neither expired nor revoked keys", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  for (const name of ["plain", "off", "expired", "revoked", "ends"]) {
    const settings = name === "ends" ? { expires_in_days: 1 } : {};
    const { id } = await makeKey(stack, owner, { name, enabled: name !== "off", ...settings });
    if (name === "expired") await setColumns(stack, id, "expires_at = '2026-01-01'");
    if (name === "revoked") {
      await setColumns(stack, id, "revoked_at = now(), scopes = '{ivr:read}'");
    }
  }
  const wanted: readonly [Record<string, string>, readonly string[]][] = [
    [{}, ["ends", "revoked", "expired", "off", "plain"]],
    [{ enabled: "false" }, ["off"]],
    [{ revoked: "true" }, ["revoked"]],
    [{ revoked: "false", enabled: "true" }, ["ends", "expired", "plain"]],
    [{ expired: "true" }, ["expired"]],
    [{ expired: "false" }, ["ends", "revoked", "off", "plain"]],
    [{ scope: "ivr:read" }, ["revoked"]],
    [{ scope: "*", expired: "false", enabled: "true" }, ["ends", "plain"]],
  ];
  for (const [query, names] of wanted) {
    assert.deepEqual((await list(stack, owner, query)).names, names, JSON.stringify(query));
    const { names: first, next } = await list(stack, owner, { ...query, limit: "1" });
    const rest = next === null ? [] : (await list(stack, owner, { ...query, cursor: next })).names;
    assert.deepEqual([...first, ...rest], names, JSON.stringify(query));
  }
});

Deno.test("GET /api-keys names what is wrong with a query", async () => {
  await using stack = await testStack();
  const headers = bearer((await stack.newTenant()).jwt);
  const wrong: Record<string, string[]> = {
    limit: ["0", "101", "1.5", "x", ""],
    cursor: ["", "x", "W10"],
    enabled: ["yes"],
    revoked: ["1"],
    expired: [""],
    scope: ["ivr", "IVR:read"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const reply = await call(stack, "GET", `/api-keys?${name}=${value}`, { headers });
      assert.deepEqual([reply.status, faults(reply)], [422, [`query.${name}`]], `${name}=${value}`);
    }
  }
});
