import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { HEADS_BUCKET } from "#shared/audit/heads_job.ts";
import { accountStack, hurry, maintain } from "#tests/support/account_owner.ts";
import type { TestStack } from "#tests/support/stack.ts";

/** What the files of every night hold, one array each. */
async function exported({ admin, database }: TestStack): Promise<object[][]> {
  const rows = await database.query(
    "select name from storage.objects where bucket_id = $1 order by name",
    [HEADS_BUCKET],
  );
  return await Promise.all(rows.map(async ({ name }) => {
    const { data } = await admin.storage.from(HEADS_BUCKET).download(String(name));
    assert.ok(data);
    const text = gunzipSync(new Uint8Array(await data.arrayBuffer())).toString();
    return text.trimEnd().split("\n").map((line) => JSON.parse(line));
  }));
}

async function problems({ admin }: TestStack, heads: readonly object[] | undefined) {
  const { data, error } = await admin.rpc("check_audit_heads", { p_heads: heads });
  if (error) throw error;
  return data.map(({ problem }: { problem: string }) => problem);
}

Deno.test("the heads of the trail lie in storage each night, and tell of a chain that was rewritten with its head", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant("owner");
  await owner.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: 200 });
  await stack.database.exec(
    "select private.queue_audit_heads(); select private.queue_audit_heads()",
  );
  assert.equal((await maintain(stack)).done, 1);
  const [first, ...others] = await exported(stack);
  assert.deepEqual(others, []);
  const [row] = await stack.database.query(
    "select count(*)::integer as chains from private.audit_heads where entries > 0",
  );
  assert.equal(first?.length, row?.chains);
  assert.deepEqual(await problems(stack, first), []);
  // What is written after belongs to a whole chain still.
  await owner.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: 201 });
  assert.deepEqual(await problems(stack, first), []);

  await stack.database.exec(
    `set session_replication_role = replica;
     update public.audit_logs set hash = '\\x00' where subject_id = (select subject_id from private.audit_subjects where user_id = '${owner.userId}');
     update private.audit_heads set hash = '\\x00' where subject_id = (select subject_id from private.audit_subjects where user_id = '${owner.userId}');
     set session_replication_role = origin;`,
  );
  assert.deepEqual(await problems(stack, first), ["changed"]);
  await stack.database.exec(
    `update private.audit_heads set entries = 0 where subject_id = (select subject_id from private.audit_subjects where user_id = '${owner.userId}')`,
  );
  assert.deepEqual(await problems(stack, first), ["missing_at_end"]);
});

Deno.test("heads that storage does not give back as they are fail the slice, and are written again", async () => {
  await using stack = await accountStack();
  await stack.newTenant("owner");
  await stack.database.exec("select private.queue_audit_heads()");
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const isRead = (init?.method ?? "GET") === "GET" && url.includes(`/${HEADS_BUCKET}/`);
    return isRead ? new Response("garbage") : await fetch(input, init);
  };
  try {
    assert.deepEqual(await maintain(stack), { slices: 1, done: 0, failed: 1, lost: 0 });
  } finally {
    globalThis.fetch = fetch;
  }
  await hurry(stack);
  assert.equal((await maintain(stack)).done, 1);
  assert.equal((await exported(stack)).length, 1);
});
