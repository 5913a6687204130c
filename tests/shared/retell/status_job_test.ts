import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { maintain } from "#tests/support/account_owner.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { type RetellStack, retellStack, withAccount } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

/** Tenants with an account each, in the order in which they are asked about. */
async function newOwners(stack: TestStack, count: number): Promise<Tenant[]> {
  const owners: Tenant[] = [];
  for (let n = 0; n < count; n++) owners.push((await withAccount(stack)).owner);
  return owners.sort((a, b) => a.userId < b.userId ? -1 : 1);
}

async function queue({ database }: TestStack): Promise<number> {
  const [row] = await database.query("select private.queue_retell_status() as queued");
  return Number(row?.queued);
}

/** Makes the job due, however long it was to wait. */
async function wait({ database }: TestStack): Promise<void> {
  await database.exec("update private.jobs set due_at = now() where state = 'queued'");
}

async function job({ database }: TestStack) {
  const [row] = await database.query(
    `select state, error, extract(epoch from due_at - now()) > 600 as waits,
       (progress ->> 'connected')::integer as connected, (progress ->> 'refused')::integer as refused,
       (progress ->> 'unknown')::integer as unknown, (progress ->> 'pauses')::integer as pauses
     from private.jobs where kind = 'retell.status' order by created_at desc limit 1`,
  );
  return row ?? assert.fail("No job was queued");
}

async function statuses({ database }: TestStack): Promise<Map<unknown, unknown>> {
  const rows = await database.query(
    "select user_id::text, retell_integration_status as status from public.user_profiles where encrypted_retell_api_key is not null",
  );
  return new Map(rows.map(({ user_id, status }) => [user_id, status]));
}

/** Has every request of Retell's fail, as in an outage. */
function fail({ retell }: RetellStack): void {
  retell.behaviour = () => new Response(null, { status: 503 });
}

Deno.test("every account is asked about, and a key that is refused is told", async () => {
  await using both = await retellStack();
  const { stack, retell } = both;
  assert.equal(await queue(stack), 0);
  const [first, second, third] = await newOwners(stack, 3);
  let asked = 0;
  retell.behaviour = () => ++asked === 2 ? new Response("{}", { status: 401 }) : undefined;
  assert.deepEqual([await queue(stack), await queue(stack)], [1, 0]);
  await maintain(stack);
  assert.deepEqual(
    await job(stack),
    { state: "done", error: null, waits: false, connected: 2, refused: 1, unknown: 0, pauses: 0 },
  );
  const told = await statuses(stack);
  assert.deepEqual(
    [first, second, third].map((owner) => told.get(owner?.userId)),
    ["connected", "error", "connected"],
  );
});

Deno.test("keys that cannot be opened are no outage, and the accounts after them are asked about", async () => {
  await using both = await retellStack();
  const { stack, retell } = both;
  const owners = await newOwners(stack, 7);
  // Sealed with a key that is no longer in the ring.
  const header = Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"gone"}').toString("base64url");
  await stack.database.query(
    "update public.user_profiles set encrypted_retell_api_key = $1 || '..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA' where user_id = any (string_to_array($2, ',')::uuid[])",
    [header, owners.slice(0, 6).map(({ userId }) => userId).join()],
  );
  retell.requests.length = 0;
  await queue(stack);
  await maintain(stack);
  const { state, connected, unknown, pauses } = await job(stack);
  assert.deepEqual({ state, connected, unknown, pauses }, {
    state: "done",
    connected: 1,
    unknown: 6,
    pauses: 0,
  });
  assert.deepEqual(retell.requests.map(({ authorization }) => authorization), [
    `Bearer ${RETELL_KEY}`,
  ]);
});

Deno.test("while Retell fails statuses stay, and later every account is asked about", async () => {
  await using both = await retellStack();
  const { stack, retell } = both;
  const owners = await newOwners(stack, 7);
  let answered = 0;
  retell.behaviour = () => ++answered > 1 ? new Response(null, { status: 503 }) : undefined;
  await queue(stack);
  await maintain(stack);
  const { state, waits, connected, unknown, pauses } = await job(stack);
  assert.deepEqual({ state, waits, connected, unknown, pauses }, {
    ...{ state: "queued", waits: true, connected: 1, unknown: 0, pauses: 1 },
  });
  const told = await statuses(stack);
  assert.deepEqual(
    owners.map(({ userId }) => told.get(userId)),
    ["connected", ...Array.from({ length: 6 }, () => "disconnected")],
  );
  retell.behaviour = undefined;
  retell.requests.length = 0;
  await wait(stack);
  await maintain(stack);
  assert.deepEqual([(await job(stack)).state, (await job(stack)).connected], ["done", 7]);
  assert.equal(retell.requests.length, owners.length - 1);
});

Deno.test("an outage of hours fails the job, however few accounts there are, and readiness names it", async () => {
  await using both = await retellStack();
  const { stack } = both;
  await newOwners(stack, 2);
  fail(both);
  await queue(stack);
  for (let pauses = 1; pauses <= 8; pauses++) {
    await wait(stack);
    await maintain(stack);
    const { state, waits, ...rest } = await job(stack);
    assert.deepEqual([state, waits, rest.pauses], ["queued", true, pauses]);
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    await wait(stack);
    await maintain(stack);
  }
  const { state, error } = await job(stack);
  assert.deepEqual([state, error], ["failed", "retell_unavailable"]);
  const [row] = await stack.database.query("select private.failing_jobs()::text as jobs");
  assert.equal(row?.jobs, '["retell.status"]');
});
