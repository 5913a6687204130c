/**
 * pg-boss with four workers of 200 jobs each, one POST for each job.
 *
 * Usage: deno run -A --config bench/peers/deno.json bench/peers/pg_boss.ts <database>
 */
// @ts-types="@types/pg"
import pg from "pg";
import { PgBoss } from "pg-boss";
import { z } from "zod";
import { drainOrder, PAYLOAD } from "../support/drain.ts";
import { takeOrders } from "../support/orders.ts";
import { posterOf } from "../support/poster.ts";

const WORKERS = 4;
const BATCH = 200;
const QUEUE = "post";
/** As many as are inserted in one statement. */
const CHUNK = 1_000;

const [connectionString = ""] = Deno.args;
const boss = new PgBoss({ connectionString, schedule: false, supervise: false });
await boss.start();
await boss.createQueue(QUEUE);
const client = new pg.Client({ connectionString });
await client.connect();
const payload = z.object({ url: z.string(), data: z.unknown() });

async function fill(jobs: number, url: string): Promise<void> {
  // What earlier rounds left as completed would be the next one's burden.
  await boss.deleteAllJobs(QUEUE);
  for (let left = jobs; left > 0; left -= CHUNK) {
    const chunk = Array.from(
      { length: Math.min(left, CHUNK) },
      () => ({ data: { url, data: PAYLOAD } }),
    );
    await boss.insert(QUEUE, chunk);
  }
  await client.query("vacuum analyze");
}

async function drain(jobs: number, name: "ours" | "fetch"): Promise<number> {
  const post = posterOf(name);
  const posted = Promise.withResolvers<void>();
  let start: number | undefined;
  let count = 0;
  const work = await boss.work(
    QUEUE,
    { batchSize: BATCH, localConcurrency: WORKERS, pollingIntervalSeconds: 0.5 },
    async (batch: { data: unknown }[]) => {
      start ??= performance.now();
      await Promise.all(batch.map(async (job) => {
        const { url, data } = payload.parse(job.data);
        await post(url, JSON.stringify(data));
      }));
      count += batch.length;
      if (count === jobs) posted.resolve();
    },
  );
  await posted.promise;
  const unfinished = "select from pgboss.job where name = $1 and state < 'completed' limit 1";
  while ((await client.query(unfinished, [QUEUE])).rowCount);
  const elapsed = performance.now() - (start ?? NaN);
  await boss.offWork(QUEUE, { id: work, wait: true });
  return elapsed;
}

await takeOrders({}, async (text) => {
  const order = drainOrder.parse(text);
  if (order.do === "drain") return { elapsedMs: await drain(order.jobs, order.client) };
  await fill(order.jobs, order.url);
  return {};
});
Deno.exit();
