/**
 * Imports one function, has it answer one request, and tells how long that took.
 *
 * Usage: deno run -A bench/processes/cold_start.ts <function | bare> [a request, as JSON]
 */
import { takeOrders } from "../support/orders.ts";

const [name = "", request = "{}"] = Deno.args;
const module = name === "bare"
  ? new URL("./bare_function.ts", import.meta.url)
  : new URL(`../../supabase/functions/${name}/index.ts`, import.meta.url);
// Unless said otherwise of no caller that it knows: the least that it answers with all that it does to
// every request.
const { path = "", ...init } = JSON.parse(request);
for (const level of ["debug", "info", "warn", "error"] as const) console[level] = () => {};

const start = performance.now();
const { default: edgeFunction } = await import(module.href);
const response: Response = await edgeFunction.fetch(
  new Request(`http://127.0.0.1/${name}${path}`, init),
);
await response.text();
const elapsedMs = performance.now() - start;
await takeOrders({ elapsedMs, status: response.status }, () => ({}));
Deno.exit();
