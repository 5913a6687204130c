/**
 * Delivery of queued events of 1 kB, signed and logged, beside graphile-worker and pg-boss with one
 * POST a job, with our HTTP client and with the runtime's own, and beside a bare loop without a queue.
 *
 * Usage: deno run -A bench/paths/deliveries.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { best, compare } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { inTurns } from "../support/turns.ts";
import {
  addTenants,
  startDispatcherProcess,
  startReceiverProcess,
  startWorker,
} from "../support/workers.ts";

await benchmark("deliveries", async ({ quick, pairs }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const database = await migratedDatabase(cluster.url, "switchboard");
  const receiver = stack.use(await startReceiverProcess());
  await addTenants(database, receiver);
  const dispatcher = await startDispatcherProcess(stack, receiver, database);
  const graphile = await startWorker(stack, receiver, "peers/graphile_worker.ts", cluster.url);
  const pgBoss = await startWorker(stack, receiver, "peers/pg_boss.ts", cluster.url);
  const bareLoop = await startWorker(stack, receiver, "processes/bare_loop.ts");

  const jobs = quick ? 4_000 : 20_000;
  const shown = await inTurns(pairs, {
    ours: () => dispatcher.measure(jobs),
    graphile: () => graphile("ours").measure(jobs),
    graphileFetch: () => graphile("fetch").measure(jobs),
    pgBoss: () => pgBoss("ours").measure(jobs),
    pgBossFetch: () => pgBoss("fetch").measure(jobs),
    bareLoop: () => bareLoop("ours").measure(jobs),
  });
  const what = `deliveries a second of ${jobs} queued events`;
  const ours = ["Switchboard", shown.ours] as const;
  const unit = "/s";
  return [
    compare({
      what: `${what}, the same client`,
      unit,
      ours,
      theirs: best({
        "graphile-worker, our client": shown.graphile,
        "pg-boss, our client": shown.pgBoss,
      }),
      target: { atLeast: 1 },
    }),
    compare({
      what: `${what}, their fastest client`,
      unit,
      ours,
      theirs: best({
        "graphile-worker, fetch": shown.graphileFetch,
        "pg-boss, fetch": shown.pgBossFetch,
        "graphile-worker, our client": shown.graphile,
        "pg-boss, our client": shown.pgBoss,
      }),
      target: { atLeast: 0.6 },
    }),
    compare({
      what: `${what}, no queue`,
      unit,
      ours,
      theirs: ["a bare loop, our client", shown.bareLoop],
      target: { atLeast: 0.6 },
    }),
  ];
});
