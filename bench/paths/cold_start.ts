/**
 * The start of each function of `supabase/config.toml`, from the import to the first answer, each time
 * in a new process, beside a bare Hono function with supabase-js. Below each: the same for a first
 * request that has to load a route.
 *
 * Usage: deno run -A bench/paths/cold_start.ts [--quick] [--json]
 */
import { z } from "zod";
import { ROOT } from "#local/paths.ts";
import { benchmark } from "../support/benchmark.ts";
import { startChild } from "../support/child.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { environmentOf } from "../support/environment.ts";
import { FIRST_REQUESTS, type FirstRequest } from "../support/first_requests.ts";
import { inTurns } from "../support/turns.ts";

const started = z.object({ elapsedMs: z.number(), status: z.int() });

await benchmark("cold_start", async ({ pairs }) => {
  const names = await functionNames();
  const shown: Record<string, Shown[]> = await inTurns(pairs, {
    bare: () => start("bare"),
    ...Object.fromEntries(names.map((name) => [`start of ${name}`, () => start(name)])),
    ...Object.fromEntries(
      FIRST_REQUESTS.map((first) => [first.what, () => start(first.of, first)]),
    ),
  });
  const { bare = [], ...ours } = shown;
  return Object.entries(ours).map(([what, times]) =>
    compare({
      what,
      unit: "ms",
      ours: ["Switchboard", times],
      theirs: ["Hono and supabase-js", bare],
      ...what.startsWith("start of") && { target: { atMost: 1.5 } },
    })
  );
});

async function functionNames(): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/supabase/config.toml`);
  return [...text.matchAll(/^\[functions\.([\w-]+)\]/gm)].map(([, name = ""]) => name);
}

async function start(name: string, first?: FirstRequest): Promise<Shown> {
  // The database is nowhere: no function needs it to start, or for an answer that finds no caller.
  await using child = await startChild(new URL("../processes/cold_start.ts", import.meta.url), {
    ready: started,
    args: [name, ...first === undefined ? [] : [JSON.stringify(first.request)]],
    // As on the platform, where a bundle is made when a function is deployed: what a start does not
    // run is not looked for.
    flags: ["--unstable-lazy-dynamic-imports"],
    environment: environmentOf("postgres://127.0.0.1:9/none"),
  });
  const { elapsedMs, status } = child.ready;
  const expected = first === undefined ? status < 500 : status === first.status;
  return { value: elapsedMs, failures: expected ? 0 : 1 };
}
