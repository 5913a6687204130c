/**
 * graphile-worker with its local queue and its batched completions, one POST for each job.
 *
 * Usage: deno run -A --config bench/peers/deno.json bench/peers/graphile_worker.ts <database>
 */
import { Logger, run, runMigrations } from "graphile-worker";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { drainOrder, PAYLOAD } from "../support/drain.ts";
import { takeOrders } from "../support/orders.ts";
import { posterOf } from "../support/poster.ts";

const LOCAL_QUEUE = 500;
/** As many as Switchboard has under way, and more of them brought it nothing. */
const CONCURRENCY = 64;

const [connectionString = ""] = Deno.args;
const logger = new Logger(() => () => {});
const pool = new pg.Pool({ connectionString, max: 10 });
// It asks for handlers; without any it says so at every start.
pool.on("error", console.error);
pool.on("connect", (client) => client.on("error", console.error));
await runMigrations({ pgPool: pool, logger });
const payload = z.object({ url: z.string(), data: z.unknown() });

async function fill(jobs: number, url: string): Promise<void> {
  await pool.query(
    "select graphile_worker.add_job('post', $1) from generate_series(1, $2)",
    [JSON.stringify({ url, data: PAYLOAD }), jobs],
  );
  await pool.query("vacuum analyze");
}

async function drain(jobs: number, client: "ours" | "fetch"): Promise<number> {
  const post = posterOf(client);
  const posted = Promise.withResolvers<void>();
  let start: number | undefined;
  let count = 0;
  const runner = await run({
    pgPool: pool,
    logger,
    noHandleSignals: true,
    preset: {
      worker: {
        concurrentJobs: CONCURRENCY,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    taskList: {
      async post(job) {
        start ??= performance.now();
        const { url, data } = payload.parse(job);
        await post(url, JSON.stringify(data));
        if (++count === jobs) posted.resolve();
      },
    },
  });
  await posted.promise;
  while ((await pool.query("select from graphile_worker._private_jobs limit 1")).rowCount);
  const elapsed = performance.now() - (start ?? NaN);
  await runner.stop();
  return elapsed;
}

await takeOrders({}, async (text) => {
  const order = drainOrder.parse(text);
  if (order.do === "drain") return { elapsedMs: await drain(order.jobs, order.client) };
  await fill(order.jobs, order.url);
  return {};
});
Deno.exit();
