/**
 * Imports one function, has it answer one request, and tells how long that took.
 *
 * Usage: deno run -A bench/processes/cold_start.ts <function | bare>
 */
import { takeOrders } from "../support/orders.ts";

const [name = ""] = Deno.args;
const module = name === "bare"
  ? new URL("./bare_function.ts", import.meta.url)
  : new URL(`../../supabase/functions/${name}/index.ts`, import.meta.url);
for (const level of ["debug", "info", "warn", "error"] as const) console[level] = () => {};

const start = performance.now();
const { default: edgeFunction } = await import(module.href);
// Of no caller that it knows: the least that it answers with all that it does to every request.
const response: Response = await edgeFunction.fetch(new Request(`http://127.0.0.1/${name}`));
await response.text();
const elapsedMs = performance.now() - start;
await takeOrders({ elapsedMs, status: response.status }, () => ({}));
Deno.exit();
