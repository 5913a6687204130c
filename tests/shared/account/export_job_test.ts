import assert from "node:assert/strict";
import { z } from "zod";
import { exportJob } from "#shared/account/export_job.ts";
import { personalTables } from "#shared/account/personal_data.ts";
import { LostJob, type Slice } from "#shared/jobs/job.ts";
import { jobQueue } from "#shared/jobs/queue.ts";
import { accountStack, ask } from "#tests/support/account_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

const progress = z.looseObject({
  counts: z.record(z.string(), z.number()),
  files: z.array(z.object({ path: z.string(), table: z.string().optional() })),
  ready_at: z.string().optional(),
  expires_at: z.string().optional(),
});

const NOW = new Date("2030-01-31T12:00:00Z");

async function withEvents(stack: TestStack, { userId }: Tenant): Promise<void> {
  await stack.database.query(
    `insert into public.webhook_events (user_id, type, payload)
       select '${userId}', 'custom.many', repeat('x', 100000) from generate_series(1, 200) n`,
  );
  await stack.admin.storage.from("recordings")
    .upload(`${userId}/call/voice.mp3`, new Uint8Array([1]), { contentType: "audio/mpeg" });
}

Deno.test("an export that is cut into the smallest slices has the same as one that is not", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await withEvents(stack, owner);
  await ask(stack, owner, "POST", "/export");
  const kind = exportJob(() => NOW);
  for (let slices = 1;; slices++) {
    const job = await jobQueue.claim() ?? assert.fail("Nothing is due");
    let time = 1;
    const slice: Slice = {
      hasTime: () => time-- > 0,
      save: async (saved) => assert.ok(await jobQueue.save(job, saved)),
    };
    const outcome = await kind.run(job, slice);
    assert.ok(outcome.state === "queued");
    await jobQueue.release(job, { ...outcome, waitSeconds: outcome.waitSeconds ?? 0 });
    const { counts, files, ready_at, expires_at } = progress.parse(outcome.progress);
    if (ready_at === undefined) continue;
    assert.ok(slices > Object.keys(counts).length, String(slices));
    const tables = await personalTables();
    assert.deepEqual(Object.keys(counts).sort(), tables.map(({ name }) => name));
    assert.equal(counts["public.webhook_events"], 200);
    // 20 MB make parts of 8 MB and what is over.
    const parts = files.filter(({ table }) => table === "public.webhook_events");
    assert.deepEqual(parts.map(({ path }) => path), [
      "public.webhook_events.00001.jsonl.gz",
      "public.webhook_events.00002.jsonl.gz",
      "public.webhook_events.00003.jsonl.gz",
    ]);
    assert.ok(files.some(({ path }) => path === `files/recordings/${owner.userId}/call/voice.mp3`));
    assert.deepEqual([ready_at, expires_at], [
      "2030-01-31T12:00:00.000Z",
      "2030-02-07T12:00:00.000Z",
    ]);
    break;
  }
});

Deno.test("an export that another worker has taken over writes no further", async () => {
  await using stack = await accountStack();
  const owner = await stack.newTenant();
  await ask(stack, owner, "POST", "/export");
  const job = await jobQueue.claim() ?? assert.fail("Nothing is due");
  await stack.database.query("update private.jobs set fence = fence + 1");
  const slice: Slice = {
    hasTime: () => true,
    save: async (saved) => {
      if (!await jobQueue.save(job, saved)) throw new LostJob();
    },
  };
  await assert.rejects(exportJob(() => NOW).run(job, slice), LostJob);
  const [objects] = await stack.database.query(
    "select count(*)::integer as n from storage.objects",
  );
  assert.equal(objects?.n, 1);
});
