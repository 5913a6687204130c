/**
 * The most memory that a dispatcher ever held after 20,000 deliveries, beside another that made 1,000;
 * each in a new process.
 *
 * Usage: deno run -A bench/paths/dispatcher_memory.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { inTurns } from "../support/turns.ts";
import { addTenants, startDispatcherProcess, startReceiverProcess } from "../support/workers.ts";

const FEW = 1_000;

await benchmark("dispatcher_memory", async ({ quick }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const database = await migratedDatabase(cluster.url, "switchboard");
  const receiver = stack.use(await startReceiverProcess());
  await addTenants(database, receiver);
  const measure = async (jobs: number): Promise<Shown> => {
    await using own = new AsyncDisposableStack();
    const dispatcher = await startDispatcherProcess(own, receiver, database);
    const { failures } = await dispatcher.measure(jobs);
    return { value: await peakMegabytes(dispatcher.pid), failures };
  };
  const many = quick ? 8_000 : 20_000;
  // Memory varies little, and a drain takes long.
  const shown = await inTurns(quick ? 3 : 5, {
    many: () => measure(many),
    few: () => measure(FEW),
  });
  return [
    compare({
      what: "the most memory of a dispatcher",
      unit: "MiB",
      ours: [`after ${many} deliveries`, shown.many],
      theirs: [`after ${FEW}`, shown.few],
      target: { atMost: 1.3 },
    }),
  ];
});

/** The largest resident set that a process ever had, as Linux tells it. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}
