import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { SealedStore } from "#operator/keys/sealed_store.ts";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import { archiveJob } from "#shared/retention/archive_job.ts";
import { jobQueue } from "#shared/jobs/queue.ts";
import { runJobs } from "#shared/jobs/run.ts";
import { ask, hurry, maintain } from "#tests/support/account_owner.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

const KINDS = new Map([["retention.archive", archiveJob(MONOTONIC_CLOCK)]]);
const runQueue = () => runJobs({ queue: jobQueue, kinds: KINDS, clock: MONOTONIC_CLOCK });

async function addLogs(stack: TestStack, userId: string, days: number): Promise<void> {
  await stack.database.exec(
    `select private.ensure_partitions((now() - interval '200 days')::date, 8);
     insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - n * interval '1 day' / 4, '${userId}', '${userId}', gen_random_uuid(), gen_random_uuid(), now(), 'custom.ü', 'event', 1
       from generate_series(1, ${days * 4}) n;`,
  );
}

/** Has attempts archived from the next run on. */
function archiveLogs({ database }: TestStack): Promise<void> {
  return database.exec(
    "select public.set_retention_policy('webhook_logs', 90, true); select private.queue_archive();",
  );
}

/** Makes what is queued due, whoever has it. */
function due({ database }: TestStack): Promise<void> {
  return database.exec(
    "update private.jobs set due_at = now(), leased_until = null where state = 'queued'",
  );
}

async function nextChunk({ admin }: TestStack): Promise<Record<string, unknown>> {
  const args = { p_rows: 10, p_bytes: 1_000_000 };
  const { data, error } = await admin.rpc("next_archive_chunk", args);
  if (error) throw error;
  return data;
}

const unavailable = () => Response.json({ statusCode: "500", error: "x" }, { status: 500 });

/** Has storage answer something else to transfers of objects, where the fault gives it. */
function faultyStorage(
  fault: (method: string, url: string) => Response | undefined | Promise<Response | undefined>,
): Disposable {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const method = init?.method ?? "GET";
    const answer = url.includes("/storage/v1/object/") ? await fault(method, url) : undefined;
    return answer ?? await fetch(input, init);
  };
  return { [Symbol.dispose]: () => globalThis.fetch = fetch };
}

async function archived(
  stack: TestStack,
  userId: string,
  table = "public.webhook_logs",
): Promise<string[]> {
  const bucket = stack.admin.storage.from("archives");
  const { data: files } = await bucket.list(`${userId}/${table}`);
  const lines: string[] = [];
  for (const { name } of files ?? []) {
    const { data } = await bucket.download(`${userId}/${table}/${name}`);
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

Deno.test("rows that changed since they were read do not go, nor those that are to be kept longer by now", async () => {
  await using stack = await testStack();
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  await addLogs(stack, owner.userId, 100);
  await archiveLogs(stack);
  const job = await jobQueue.claim() ?? assert.fail("Nothing is due");
  const chunk = await nextChunk(stack);
  const lines = String(chunk.lines);
  const forget = async (fence: number, sha256: string, object = `${owner.userId}/an object`) => {
    const { data, error } = await stack.admin.rpc("forget_archived", {
      p_job_id: job.id,
      p_fence: fence,
      p_chunk: chunk,
      p_object: object,
      p_sha256: sha256,
    });
    return data ?? error;
  };
  const right = createHash("sha256").update(lines).digest("hex");
  const before = await count(stack, "public.webhook_logs");
  assert.equal(await forget(job.fence, "0".repeat(64)), false);
  assert.equal(await forget(99, right), false);
  assert.equal(await forget(job.fence, right, `${other.userId}/an object`), false);
  await owner.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: 200 });
  assert.equal(await forget(job.fence, right), false);
  await owner.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: null });
  const { id } = JSON.parse(lines.slice(0, lines.indexOf("\n")));
  await stack.database.query("update public.webhook_logs set error = 'late' where id = $1", [id]);
  assert.equal(await forget(job.fence, right), false);
  assert.equal(await count(stack, "public.webhook_logs"), before);
  await stack.database.exec("update public.webhook_logs set error = null where error = 'late'");
  assert.equal(await forget(job.fence, right), true);
  assert.equal(await count(stack, "public.webhook_logs"), before - Number(chunk.rows));
});

Deno.test("whatever storage does, nothing goes that it did not give back, and later the work is done", async (t) => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await addLogs(stack, owner.userId, 100);
  await archiveLogs(stack);
  const before = await count(stack, "public.webhook_logs");
  const faults: Record<string, (method: string) => Response | undefined> = {
    "refuses to store": (method) => method === "POST" ? unavailable() : undefined,
    "does not find what it stored": (method) => method === "GET" ? unavailable() : undefined,
    "gives back garbage": (method) => method === "GET" ? new Response("garbage") : undefined,
    "gives back half": (method) =>
      method === "GET" ? new Response(gzipSync("{}\n").slice(0, 12)) : undefined,
    "gives back something else": (method) =>
      method === "GET" ? new Response(gzipSync("{}\n")) : undefined,
    "stores and does not say so": (method) => method === "POST" ? undefined : unavailable(),
  };
  for (const [name, fault] of Object.entries(faults)) {
    await t.step(`storage ${name}`, async () => {
      using _ = faultyStorage(fault);
      await due(stack);
      await runQueue();
      assert.equal(await count(stack, "public.webhook_logs"), before);
      assert.equal(await count(stack, "private.archives"), 0);
    });
  }
  await stack.database.exec("update private.jobs set attempts = 1000");
  await due(stack);
  const ran = await runQueue();
  assert.deepEqual([ran.done, ran.failed], [1, 0]);
  const gone = before - await count(stack, "public.webhook_logs");
  assert.equal(gone, 41);
  assert.equal((await archived(stack, owner.userId)).length, gone);
});

Deno.test("a worker that was overtaken while storage was slow deletes nothing and leaves nothing behind", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await addLogs(stack, owner.userId, 100);
  await archiveLogs(stack);
  const before = await count(stack, "public.webhook_logs");
  let isFirst = true;
  {
    using _ = faultyStorage(async (method) => {
      if (method !== "GET" || !isFirst) return undefined;
      isFirst = false;
      // The lease ends, and another worker does all of it.
      await stack.database.exec("update private.jobs set leased_until = now() - interval '1 s'");
      await runQueue();
      return undefined;
    });
    const ran = await runQueue();
    // Its object is gone by the time it is read back, or the job is when it would save.
    assert.deepEqual([ran.done, ran.lost + ran.failed], [0, 1]);
  }
  const lines = await archived(stack, owner.userId);
  assert.equal(lines.length, new Set(lines).size);
  assert.equal(lines.length, before - await count(stack, "public.webhook_logs"));
});

Deno.test("an object that nobody accounts for is removed when it is old enough", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const bucket = stack.admin.storage.from("archives");
  for (const name of ["old", "new"]) {
    await bucket.upload(`${owner.userId}/public.webhook_logs/${name}`, new Uint8Array([1]));
  }
  await stack.database.exec(
    "update storage.objects set created_at = now() - interval '2 hours' where name like '%/old'",
  );
  await archiveLogs(stack);
  await runQueue();
  const { data } = await bucket.list(`${owner.userId}/public.webhook_logs`);
  assert.deepEqual(data?.map(({ name }) => name), ["new"]);
});

Deno.test("an archive is never taken for one that nobody needs, nor by who lost the answer that made it one", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await addLogs(stack, owner.userId, 100);
  await archiveLogs(stack);
  await runQueue();
  const lines = await archived(stack, owner.userId);
  assert.ok(lines.length > 35);
  await stack.database.exec(
    `update storage.objects set created_at = now() - interval '2 hours';
     insert into private.jobs (kind, progress) select 'retention.archive', jsonb_build_object('pending', object) from private.archives`,
  );
  assert.equal((await runQueue()).failed, 0);
  assert.deepEqual(await archived(stack, owner.userId), lines);
});

Deno.test("a chunk is bounded in bytes where rows are wide, and every row is in one all the same", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  await stack.database.exec(
    `select private.ensure_partitions((now() - interval '200 days')::date, 8);
     insert into public.webhook_events (created_at, user_id, type, payload)
       select now() - interval '120 days', '${owner.userId}', 'custom.wide', repeat('x', 250000) from generate_series(1, 60)`,
  );
  await archiveLogs(stack);
  const { lines, rows } = await nextChunk(stack);
  assert.ok(String(lines).length < 1_300_000 && Number(rows) >= 3, String(rows));
  await runQueue();
  assert.equal(await count(stack, "public.webhook_events"), 0);
  const [row] = await stack.database.query(
    "select sum(rows)::integer as rows, count(*)::integer as objects from private.archives",
  );
  assert.equal(row?.rows, 60);
  assert.ok(Number(row.objects) > 5);
});

Deno.test("what is sealed stays so in archives, and their keys are told", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const sealed = `${Buffer.from('{"alg":"dir","kid":"k7"}').toString("base64url")}..AA.AA.AA`;
  await stack.database.exec(
    `select private.ensure_partitions((now() - interval '200 days')::date, 8);
     insert into public.webhook_events (created_at, user_id, type, payload, sealed)
       select now() - interval '120 days', '${owner.userId}', 'call.analyzed', '{}', v from unnest(array['${sealed}', null]) v`,
  );
  await archiveLogs(stack);
  await runQueue();
  const [row] = await stack.database.query("select key_ids::text from private.archives");
  assert.equal(row?.key_ids, "{k7}");
  const lines = await archived(stack, owner.userId, "public.webhook_events");
  assert.deepEqual(lines.map((line) => JSON.parse(line).sealed).sort(), [sealed, null]);
  const keys = await new SealedStore(stack.admin).archiveKeys();
  assert.deepEqual(keys, [{ keyId: "k7", archives: 1 }]);
});

Deno.test("of the trail a month goes when every chain's part of it is archived, and not before", async () => {
  await using stack = await testStack();
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  for (const tenant of [owner, other]) {
    await tenant.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: 200 });
  }
  await stack.database.exec(
    `select private.ensure_partitions('2020-01-01', 1);
     set session_replication_role = replica;
     update public.audit_logs set created_at = '2020-01-15' where true;
     set session_replication_role = origin;
     delete from private.audit_subjects where user_id = '${other.userId}';
     select public.set_retention_policy('audit_logs', 365, true);`,
  );
  const entries = () => count(stack, "public.audit_logs where created_at < '2020-02-01'");
  const drop = () => stack.database.exec("select public.cleanup_old_logs(365)");
  const before = await entries();
  assert.ok(before > 2);
  await drop();
  assert.equal(await entries(), before);
  await stack.database.exec("select private.queue_archive()");
  const ran = await runQueue();
  assert.deepEqual([ran.done, ran.failed], [1, 0]);
  assert.equal(await entries(), before);
  const [row] = await stack.database.query(
    `select sum(rows)::integer as rows, count(distinct subject_id)::integer as subjects from private.archives`,
  );
  assert.deepEqual(row, { rows: before, subjects: 3 });
  // One entry more, as of a clock that fell back.
  await stack.database.exec(
    `insert into public.audit_logs (created_at, subject_id, entry, actor, action, resource, hash)
       select '2020-01-10', subject_id, 1000, 'test', 'test', 'test', '' from private.audit_subjects where user_id = '${owner.userId}'`,
  );
  await drop();
  assert.equal(await entries(), before + 1);
  await stack.database.exec("select private.queue_archive()");
  await runQueue();
  await drop();
  assert.equal(await entries(), 0);
  const lines = await archived(stack, owner.userId, "public.audit_logs");
  assert.deepEqual(lines.map((line) => JSON.parse(line).entry).sort((a, b) => a - b), [1, 1000]);
});

Deno.test("entries that a clock which fell back left in a later month are archived with it, though newer ones were before", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  for (const days of [200, 300]) {
    await owner.db.rpc("set_retention", { p_policy: "webhook_logs", p_days: days });
  }
  await stack.database.exec(
    `select private.ensure_partitions('2020-01-01', 1);
     set session_replication_role = replica;
     update public.audit_logs set created_at = case when entry = 1 then '2020-02-15' else '2020-01-15' end::timestamptz where true;
     set session_replication_role = origin;
     select public.set_retention_policy('audit_logs', 365, true);
     select private.queue_archive();`,
  );
  assert.equal((await runQueue()).done, 1);
  const lines = await archived(stack, owner.userId, "public.audit_logs");
  assert.deepEqual(lines.map((line) => JSON.parse(line).entry).sort((a, b) => a - b), [1, 2]);
});

Deno.test("an export holds the archives, and an erasure leaves none, one that is being written included", async () => {
  await using stack = await testStack({ environment: { SWITCHBOARD_DISPATCH_KICK: "false" } });
  const [owner, other] = [await stack.newTenant("owner"), await stack.newTenant("other")];
  for (const { userId } of [owner, other]) await addLogs(stack, userId, 100);
  await archiveLogs(stack);
  await runQueue();
  assert.equal((await archived(stack, owner.userId)).length, 41);
  await ask(stack, owner, "POST", "/export");
  await maintain(stack);
  const [exported] = await stack.database.query(
    `select count(*)::integer as files from private.jobs j, jsonb_array_elements(j.progress -> 'files') f
       where f ->> 'bucket' = 'archives'`,
  );
  assert.ok(Number(exported?.files) > 0);

  await addLogs(stack, owner.userId, 100);
  await archiveLogs(stack);
  let isFirst = true;
  {
    using _ = faultyStorage(async (method, url) => {
      if (method !== "GET" || !isFirst || !url.includes("/archives/")) return undefined;
      isFirst = false;
      // Between what is stored and what is deleted the account goes.
      await stack.database.exec(
        `select public.request_account_deletion('${owner.userId}', 0)`,
      );
      for (
        let n = 0;
        n < 20 && await count(stack, `auth.users where id = '${owner.userId}'`);
        n++
      ) {
        await hurry({ ...stack, database: stack.database });
        await stack.database.exec(
          "update private.jobs set leased_until = now() + interval '1 minute' where kind = 'retention.archive' and leased_until is not null",
        );
        await maintain(stack);
      }
      return undefined;
    });
    await runQueue();
  }
  await due(stack);
  await runQueue();
  const [left] = await stack.database.query(
    `select private.count_personal_rows('${owner.userId}')::text as counts`,
  );
  assert.equal(left?.counts, "{}");
  assert.equal(await count(stack, `storage.objects where name like '${owner.userId}/%'`), 0);
  assert.equal((await archived(stack, other.userId)).length, 41);
});
