import process from "node:process";
import { z } from "zod";
import type { Shown } from "./comparison.ts";
import { quantile } from "./numbers.ts";

/** How much load to make: so many at once, each one after the other, for so long. */
export const load = z.object({ clients: z.int(), seconds: z.number() });

/** What came of a load, in answers a second and milliseconds. */
export const loadResult = z.object({
  perSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  failures: z.int(),
  loadCpu: z.number(),
});

/** What came of a load. */
export type LoadResult = z.output<typeof loadResult>;

/**
 * Makes load: each client does its work again and again until the time is up.
 *
 * @param client begins one client; what it answers does one piece and resolves to whether the answer
 * was what it had to be.
 */
export async function makeLoad(
  { clients, seconds }: z.output<typeof load>,
  client: (n: number) => Promise<AsyncDisposable & { work(): Promise<boolean> }>,
): Promise<LoadResult> {
  const all = await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  const latencies: number[] = [];
  let failures = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1_000;
  await Promise.all(all.map(async (one) => {
    for (let now = performance.now(); now < end;) {
      if (!await one.work()) failures++;
      const then = performance.now();
      latencies.push(then - now);
      now = then;
    }
  }));
  const elapsed = performance.now() - start;
  const used = process.cpuUsage(cpu);
  await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
  return {
    perSecond: latencies.length / (elapsed / 1_000),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    failures,
    loadCpu: (used.user + used.system) / 1_000 / elapsed,
  };
}

/** A load's rate as something to compare. */
export function rateOf({ perSecond, p50, p99, failures, loadCpu }: LoadResult): Shown {
  return { value: perSecond, latencies: { p50, p99 }, failures, loadCpu };
}

/** A load's median time as something to compare. */
export function medianOf(result: LoadResult): Shown {
  return { ...rateOf(result), value: result.p50 };
}
