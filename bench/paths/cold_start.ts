/**
 * The start of each function of `supabase/config.toml`, from the import to the first answer, each time
 * in a new process, beside a bare Hono function with supabase-js.
 *
 * Usage: deno run -A bench/paths/cold_start.ts [--quick] [--json]
 */
import { z } from "zod";
import { ROOT } from "#local/paths.ts";
import { benchmark } from "../support/benchmark.ts";
import { startChild } from "../support/child.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { environmentOf } from "../support/environment.ts";
import { inTurns } from "../support/turns.ts";

const started = z.object({ elapsedMs: z.number(), status: z.int() });

await benchmark("cold_start", async ({ pairs }) => {
  const names = await functionNames();
  const shown = await inTurns(pairs, {
    bare: () => start("bare"),
    ...Object.fromEntries(names.map((name) => [name, () => start(name)])),
  });
  return names.map((name) =>
    compare({
      what: `start of ${name}`,
      unit: "ms",
      ours: [name, shown[name as keyof typeof shown]],
      theirs: ["Hono and supabase-js", shown.bare],
      target: { atMost: 1.5 },
    })
  );
});

async function functionNames(): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/supabase/config.toml`);
  return [...text.matchAll(/^\[functions\.([\w-]+)\]/gm)].map(([, name = ""]) => name);
}

async function start(name: string): Promise<Shown> {
  // The database is nowhere: no function needs it to start, or for an answer that finds no caller.
  await using child = await startChild(new URL("../processes/cold_start.ts", import.meta.url), {
    ready: started,
    args: [name],
    environment: environmentOf("postgres://127.0.0.1:9/none"),
  });
  const { elapsedMs, status } = child.ready;
  return { value: elapsedMs, failures: status < 500 ? 0 : 1 };
}
