/**
 * One edge function on a port of its own, with all that it does to a request: its log lines are
 * written too, to nowhere.
 *
 * Usage: deno run -A bench/processes/switchboard.ts <function>
 */
import { setLogSink } from "#shared/log.ts";
import { takeOrders } from "../support/orders.ts";

const [name = ""] = Deno.args;
setLogSink(() => {});
const { default: edgeFunction } = await import(
  new URL(`../../supabase/functions/${name}/index.ts`, import.meta.url).href
);
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, edgeFunction.fetch);
await takeOrders({ url: `http://127.0.0.1:${server.addr.port}/${name}` }, () => ({}));
Deno.exit();
