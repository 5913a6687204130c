import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import { archiveJob } from "#shared/retention/archive_job.ts";
import { jobQueue } from "#shared/jobs/queue.ts";
import { runJobs } from "#shared/jobs/run.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

const KINDS = new Map([["retention.archive", archiveJob]]);
const runQueue = () => runJobs({ queue: jobQueue, kinds: KINDS, clock: MONOTONIC_CLOCK });

async function addLogs(stack: TestStack, userId: string, days: number): Promise<void> {
  await stack.database.exec(
    `select private.ensure_partitions((now() - interval '200 days')::date, 8);
     insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - n * interval '1 day' / 4, '${userId}', '${userId}', gen_random_uuid(), gen_random_uuid(), now(), 'custom.ü', 'event', 1
       from generate_series(1, ${days * 4}) n;`,
  );
}

async function archived(stack: TestStack, userId: string): Promise<string[]> {
  const bucket = stack.admin.storage.from("archives");
  const { data: files } = await bucket.list(`${userId}/public.webhook_logs`);
  const lines: string[] = [];
  for (const { name } of files ?? []) {
    const { data } = await bucket.download(`${userId}/public.webhook_logs/${name}`);
    assert.ok(data);
    const text = gunzipSync(new Uint8Array(await data.arrayBuffer())).toString();
    lines.push(...text.trimEnd().split("\n"));
  }
  return lines;
}

async function count({ database }: TestStack, from: string): Promise<number> {
  const [row] = await database.query(`select count(*)::integer as count from ${from}`);
  return Number(row?.count);
}

Deno.test("what a policy archives lies in its tenant's folder before it goes, each row once", async () => {
  await using stack = await testStack();
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  await addLogs(stack, owner.userId, 160);
  await addLogs(stack, other.userId, 95);
  const { rows: before } = {
    rows: await stack.database.query(
      "select id::text from public.webhook_logs where created_at < now() - interval '90 days' order by 1",
    ),
  };
  await stack.database.exec(
    "select public.set_retention_policy('webhook_logs', 90, true); select private.queue_archive(); select private.queue_archive();",
  );
  assert.equal(await count(stack, "private.jobs where kind = 'retention.archive'"), 1);
  const ran = await runQueue();
  assert.deepEqual([ran.failed, ran.lost], [0, 0]);
  const lines = [...await archived(stack, owner.userId), ...await archived(stack, other.userId)];
  const ids = lines.map((line) => JSON.parse(line).id).sort();
  assert.deepEqual(ids, before.map(({ id }) => id));
  assert.equal(
    await count(stack, "public.webhook_logs where created_at < now() - interval '90 days'"),
    0,
  );
  // The one that is 90 days old to the moment went too.
  assert.equal(await count(stack, "public.webhook_logs"), 2 * (90 * 4 - 1));
});

Deno.test("what a lost worker wrote is removed, and its rows are archived by the next", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await addLogs(stack, owner.userId, 100);
  const left = `${owner.userId}/public.webhook_logs/left.jsonl.gz`;
  await stack.admin.storage.from("archives").upload(left, new Uint8Array([1]));
  await stack.database.exec(
    `select public.set_retention_policy('webhook_logs', 90, true);
     insert into private.jobs (kind, progress) values ('retention.archive', '{"pending": "${left}"}')`,
  );
  await runQueue();
  assert.ok((await archived(stack, owner.userId)).length > 35);
});

Deno.test("rows that changed since they were read do not go", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await addLogs(stack, owner.userId, 100);
  await stack.database.exec(
    "select public.set_retention_policy('webhook_logs', 90, true); select private.queue_archive();",
  );
  const job = await jobQueue.claim() ?? assert.fail("Nothing is due");
  const { data: chunk } = await stack.admin.rpc("next_archive_chunk", { p_rows: 10 });
  const forget = (fence: number) =>
    stack.admin.rpc("forget_archived", {
      p_job_id: job.id,
      p_fence: fence,
      p_chunk: chunk,
      p_object: "an object",
      p_sha256: "0".repeat(64),
    });
  const before = await count(stack, "public.webhook_logs");
  assert.deepEqual([(await forget(job.fence)).data, (await forget(99)).data], [false, false]);
  assert.equal(await count(stack, "public.webhook_logs"), before);
});
