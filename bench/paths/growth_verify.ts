/**
 * Whether verifying a key costs more where there are more keys: 1,000 beside 1,000,000. Keys are
 * presented at random, so that nothing stays warm by accident.
 *
 * Usage: deno run -A bench/paths/growth_verify.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { addNumberedKeys } from "../support/keys.ts";
import { runPgbench } from "../support/pgbench.ts";
import { inTurns } from "../support/turns.ts";

const FEW = 1_000;
const CONNECTIONS = 2;

await benchmark("growth_verify", async ({ quick, pairs, seconds }) => {
  const size = quick ? 100_000 : 1_000_000;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const prepared = async (name: string, keys: number) => {
    const url = await migratedDatabase(cluster.url, name);
    await addNumberedKeys(url, keys);
    return () => measure(url, keys, Math.ceil(seconds));
  };
  const shown = await inTurns(pairs, {
    few: await prepared("few", FEW),
    many: await prepared("many", size),
  });
  return [
    compare({
      what: "time of one verification in SQL",
      unit: "ms",
      ours: [`among ${size} keys`, shown.many],
      theirs: [`among ${FEW}`, shown.few],
      target: { atMost: 1.3 },
    }),
  ];
});

/** How long one takes on the average, in milliseconds. */
async function measure(url: string, keys: number, seconds: number): Promise<Shown> {
  const script = `\\set n random(1, ${keys})
select private.verify_api_key(encode(sha256((:n)::text::bytea), 'hex'), :scope, '203.0.113.1');`;
  const variables = { scope: "ivr:read" };
  const shown = await runPgbench({ url, script, variables, clients: CONNECTIONS, seconds });
  return { ...shown, value: 1_000 * CONNECTIONS / shown.value };
}
