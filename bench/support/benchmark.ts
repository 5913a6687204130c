import { parseArgs } from "node:util";
import type { Comparison, Side } from "./comparison.ts";
import { currentCommit, describeMachine } from "./machine.ts";

/** How thoroughly to measure. */
export interface Scale {
  /** Whether all of it must be over in a few minutes. */
  readonly quick: boolean;
  /** How many pairs are counted. */
  readonly pairs: number;
  /** How long one side is measured at a time, where that is by time, in seconds. */
  readonly seconds: number;
}

const QUICK: Scale = { quick: true, pairs: 5, seconds: 0.8 };
const FULL: Scale = { quick: false, pairs: 9, seconds: 2 };

/**
 * Runs one benchmark as a command: prints what it shows, with `--json` writes it to
 * `bench/results/<name>.json` too, and ends with code 1 if a target is missed by more than the
 * spread. `--quick` measures for a shorter time.
 */
export async function benchmark(
  name: string,
  run: (scale: Scale) => Promise<readonly Comparison[]>,
): Promise<void> {
  const { values: { quick, json } } = parseArgs({
    args: Deno.args,
    options: { quick: { type: "boolean" }, json: { type: "boolean" } },
  });
  const scale = quick ? QUICK : FULL;
  const machine = describeMachine();
  const start = performance.now();
  const comparisons = await run(scale);
  const seconds = Math.round((performance.now() - start) / 1_000);
  console.log(`${name} · ${scale.pairs} pairs · ${seconds} s · ${machine}`);
  for (const comparison of comparisons) print(comparison);
  if (json) await write(name, { machine, ...scale, took_seconds: seconds, comparisons });
  Deno.exitCode = comparisons.every(({ passed }) => passed) ? 0 : 1;
}

async function write(name: string, result: object): Promise<void> {
  const folder = new URL("../results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const text = JSON.stringify({ name, commit: await currentCommit(), ...result }, null, 2);
  await Deno.writeTextFile(new URL(`${name}.json`, folder), `${text}\n`);
}

function print(comparison: Comparison): void {
  const { what, unit, ours, theirs, ratio, spread, target, limit, passed } = comparison;
  const [low, high] = spread.map((value) => value.toFixed(2));
  console.log(
    `  ${passed ? "✓" : "✗"} ${what}: ${ratio.toFixed(2)} × (${low} – ${high})${
      target === undefined
        ? ""
        : "atLeast" in target
        ? `, to be ≥ ${target.atLeast}`
        : `, to be ≤ ${target.atMost}`
    }${
      limit === undefined
        ? ""
        : `; at worst ${limit.worst.toFixed(0)} ${unit}, to be ≤ ${limit.most}`
    }`,
  );
  for (const side of [ours, theirs]) console.log(`      ${describe(side, unit)}`);
}

function describe({ name, value, p50_ms, p99_ms, failures, load_cpu }: Side, unit: string) {
  const parts = [`${name}: ${value.toFixed(value < 100 ? 2 : 0)} ${unit}`];
  if (p50_ms !== undefined && p99_ms !== undefined) {
    parts.push(`p50 ${p50_ms.toFixed(2)} ms, p99 ${p99_ms.toFixed(2)} ms`);
  }
  if (load_cpu !== undefined) parts.push(`load generator ${(load_cpu * 100).toFixed(0)} % CPU`);
  parts.push(`${failures} failures`);
  return parts.join(", ");
}
