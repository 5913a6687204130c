/**
 * Runs the benchmarks one after the other, each in a process of its own.
 *
 * Usage: deno task bench [--quick] [--json] [name …]
 *
 * Without names those that compare are run, of which any may fail; `bad_receivers` and
 * `dispatch_latency` have no peer, and are run by name or by themselves. Ends with code 1 if a target
 * is missed.
 */
import { parseArgs } from "node:util";

/** In the order of the table in `bench/README.md`. */
const COMPARED = [
  "verify_http",
  "verify_hot_key",
  "verify_sql",
  "deliveries",
  "publish",
  "fan_out",
  "turn_http",
  "turn_pure",
  "growth_verify",
  "growth_queue",
  "growth_turn",
  "retention",
  "cold_start",
  "dispatcher_memory",
] as const;
const OTHERS = ["bad_receivers", "dispatch_latency"] as const;

const { values: { quick, json }, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, json: { type: "boolean" } },
});
const known: readonly string[] = [...COMPARED, ...OTHERS];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are ${known.join(", ")}`);
  Deno.exit(2);
}

const failed: string[] = [];
for (const name of positionals.length > 0 ? positionals : COMPARED) {
  if (!await run(name)) failed.push(name);
}
if (failed.length > 0) console.log(`\nBelow their targets: ${failed.join(", ")}`);
Deno.exit(failed.length > 0 ? 1 : 0);

/** Whether a benchmark meets its targets. */
async function run(name: string): Promise<boolean> {
  const options = { "--quick": quick, "--json": json };
  // These take no options: what they print is all.
  const args = (OTHERS as readonly string[]).includes(name)
    ? []
    : Object.entries(options).filter(([, isGiven]) => isGiven).map(([option]) => option);
  const script = new URL(`./paths/${name}.ts`, import.meta.url);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", script.href, ...args],
    stdin: "null",
  }).spawn().status;
  return success;
}
