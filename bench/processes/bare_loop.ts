/**
 * Posts bodies one after the other on so many connections, with no queue: what the client alone can do.
 *
 * Usage: deno run -A bench/processes/bare_loop.ts
 */
import { drainOrder, PAYLOAD } from "../support/drain.ts";
import { takeOrders } from "../support/orders.ts";
import { posterOf } from "../support/poster.ts";

/** With so many it is fastest: with 64 it makes four fifths of that, with 192 two thirds. */
const AT_ONCE = 32;

await takeOrders({}, async (text) => {
  const order = drainOrder.parse(text);
  if (order.do === "fill") return {};
  const post = posterOf(order.client);
  const start = performance.now();
  let left = order.jobs;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) await post(order.url, JSON.stringify(PAYLOAD));
  }));
  return { elapsedMs: performance.now() - start };
});
Deno.exit();
