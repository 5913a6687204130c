import assert from "node:assert/strict";
import { z } from "zod";
import { type FakeRetell, RETELL_KEY } from "#tests/support/fake_retell.ts";
import { faults } from "#tests/support/key_holder.ts";
import { ask, CONFIG, putConfig, retellStack, withAccount } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

async function rowOf({ database }: TestStack, { userId }: Tenant) {
  const [row] = await database.query(
    `select * from public.user_profiles where user_id = '${userId}'`,
  );
  return row ?? assert.fail("There is no profile");
}

const never = () => new Promise<Response>(() => {});

/** How Retell may fail, and what is said of it. */
const FAILURES: Record<string, [FakeRetell["behaviour"], number, string]> = {
  "refuses the key": [() => Response.json({}, { status: 401 }), 409, "retell_unauthorized"],
  "forbids": [() => Response.json({}, { status: 403 }), 409, "retell_unauthorized"],
  "has had enough": [
    () => Response.json({}, { status: 429, headers: { "retry-after": "7" } }),
    429,
    "retell_rate_limited",
  ],
  "fails": [() => new Response("oh", { status: 500 }), 503, "retell_unavailable"],
  "is away": [() => new Response(null, { status: 503 }), 503, "retell_unavailable"],
  "answers with HTML": [() => new Response("<html>"), 502, "retell_bad_answer"],
  "answers with nothing": [() => new Response(""), 502, "retell_bad_answer"],
  "answers with something else": [() => Response.json({ ok: 1 }), 502, "retell_bad_answer"],
  "answers with too much": [
    () => new Response(`"${"x".repeat(9_000_000)}"`),
    502,
    "retell_bad_answer",
  ],
  "leads elsewhere": [
    () => new Response(null, { status: 302, headers: { location: "https://example.com" } }),
    502,
    "retell_bad_answer",
  ],
  "refuses the request": [() => Response.json({}, { status: 422 }), 422, "retell_refused"],
};

const ROUTES: readonly [string, string, unknown][] = [
  ["POST", "/config/check", undefined],
  ["GET", "/agents", undefined],
  ["GET", "/voices", undefined],
  ["GET", "/phone-numbers", undefined],
  ["POST", "/sync", { since: "2026-01-01T00:00:00Z" }],
];

Deno.test("However Retell fails, the problem says whose fault it is and what is stored stays", async (t) => {
  await using it = await retellStack();
  const { stack, retell } = it;
  await stack.database.query(
    "update private.request_limits set per_user = null, per_address = null",
  );
  const { owner } = await withAccount(stack, CONFIG);
  for (const [name, [behaviour, status, code]] of Object.entries(FAILURES)) {
    await t.step(`Retell ${name}`, async () => {
      retell.behaviour = behaviour;
      for (const [method, path, json] of ROUTES) {
        const before = await rowOf(stack, owner);
        const reply = await ask(stack, owner, method, path, json);
        assert.deepEqual([reply.status, reply.body.code], [status, code], path);
        assert.equal(reply.headers.get("content-type"), "application/problem+json");
        if (status === 429) assert.equal(reply.headers.get("retry-after"), "7");
        assert.match(String(reply.body.title), /Retell/);
        const isVerdict = path === "/config/check" && code === "retell_unauthorized";
        const after = await rowOf(stack, owner);
        if (isVerdict) {
          assert.equal(after.retell_integration_status, "error");
          assert.deepEqual(after.encrypted_retell_api_key, before.encrypted_retell_api_key);
        } else assert.deepEqual(after, before, path);
      }
    });
  }
  assert.deepEqual(await stack.database.query("select 1 from public.call_logs"), []);
});

/** An answer that begins at once and then says nothing for ever. */
const trickle = () =>
  new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array([91])) }));

Deno.test("A Retell that does not answer, or not to the end, is given up on, and what is stored stays", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack, CONFIG);
  const before = await rowOf(stack, owner);
  for (const behaviour of [never, trickle]) {
    retell.behaviour = behaviour;
    const replies = await Promise.all(
      ROUTES.map(([method, path, json]) => ask(stack, owner, method, path, json)),
    );
    for (const { status, body } of replies) {
      assert.deepEqual([status, body.code], [504, "retell_timeout"]);
      assert.match(String(body.title), /Retell/);
    }
  }
  assert.deepEqual(await rowOf(stack, owner), before);
  assert.deepEqual(await stack.database.query("select 1 from public.call_logs"), []);
});

Deno.test("POST /retell/config/check says connected or error, and nothing of a key that was replaced", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  const checked = await ask(stack, owner, "POST", "/config/check");
  assert.deepEqual([checked.status, checked.body.status], [200, "connected"]);
  assert.ok(Math.abs(Date.parse(String(checked.body.last_retell_sync)) - Date.now()) < 60_000);
  const replaced = await putConfig(stack, owner, { api_key: "key_that_is_wrong" });
  assert.deepEqual([replaced.body.status, replaced.body.last_retell_sync], ["disconnected", null]);
  const refused = await ask(stack, owner, "POST", "/config/check");
  assert.deepEqual([refused.status, refused.body.code], [409, "retell_unauthorized"]);
  assert.equal((await ask(stack, owner, "GET", "/config")).body.status, "error");
  assert.equal(
    (await putConfig(stack, owner, { api_key: RETELL_KEY })).body.status,
    "disconnected",
  );
  retell.behaviour = async () => {
    await putConfig(stack, owner, { api_key: "key_of_another_device" });
    return Response.json({ items: [], has_more: false });
  };
  const late = await ask(stack, owner, "POST", "/config/check");
  assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
  assert.equal((await ask(stack, owner, "GET", "/config")).body.status, "disconnected");
});

Deno.test("Without a key every route that asks Retell says so and asks nobody", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const owner = await stack.newTenant();
  for (const [method, path, json] of ROUTES) {
    const { status, body } = await ask(stack, owner, method, path, json);
    assert.deepEqual([status, body.code], [409, "retell_not_configured"], path);
  }
  assert.deepEqual(retell.requests, []);
});

const page = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().nullable(),
});

Deno.test("What Retell lists comes in pages, is asked for once for a while, and is each tenant's own", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  const lists = { "/agents": "agent_id", "/voices": "voice_id", "/phone-numbers": "phone_number" };
  const seen: Record<string, unknown[]> = {};
  for (const [path, id] of Object.entries(lists)) {
    const ids: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await ask(stack, owner, "GET", `${path}?limit=2${more}`);
      assert.equal(status, 200, JSON.stringify(body));
      const read = page.parse(body);
      ids.push(...read.data.map((item) => item[id]));
      cursor = read.next_cursor;
    }
    seen[path] = ids;
  }
  assert.deepEqual(seen, {
    "/agents": ["agent_a", "agent_b", "agent_c"],
    "/voices": ["11labs-one", "11labs-two", "11labs-three"],
    "/phone-numbers": ["+15550100100"],
  });
  // Two pages of agents, one list of voices, one page of numbers.
  assert.equal(retell.requests.length, 4);
  assert.ok(retell.requests.every(({ authorization }) => authorization === `Bearer ${RETELL_KEY}`));
  await Promise.all([1, 2, 3].map(() => ask(stack, owner, "GET", "/agents?limit=2")));
  assert.equal(retell.requests.length, 4);
  const stranger = await stack.newTenant("stranger");
  assert.equal((await ask(stack, stranger, "GET", "/agents?limit=2")).status, 409);
  await putConfig(stack, owner, { api_key: "key_of_another_account" });
  assert.equal(
    (await ask(stack, owner, "GET", "/agents?limit=2")).body.code,
    "retell_unauthorized",
  );
  await putConfig(stack, owner, {});
  assert.equal((await ask(stack, owner, "GET", "/voices")).body.code, "retell_not_configured");
});

Deno.test("A page that cannot be is refused and asks nobody", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack);
  for (const query of ["limit=0", "limit=101", "limit=x", `cursor=${"x".repeat(2001)}`]) {
    const reply = await ask(stack, owner, "GET", `/agents?${query}`);
    assert.deepEqual([reply.status, reply.body.code], [422, "validation_failed"], query);
  }
  for (const cursor of ["-1", "x", "4", "1.5"]) {
    const reply = await ask(stack, owner, "GET", `/voices?cursor=${cursor}`);
    assert.deepEqual([reply.status, faults(reply)], [422, ["query.cursor"]], cursor);
  }
});
