/**
 * Works the queue in a process of its own, as the edge function does and without its HTTP: another run
 * begins when one has claimed its share.
 *
 * Usage: deno run -A bench/processes/dispatcher.ts
 */
import { setLogSink } from "#shared/log.ts";
import { dispatch } from "#shared/webhooks/dispatch.ts";
import { claimDeliveries, completeDeliveries } from "#shared/webhooks/queue.ts";
import { webhookSender } from "#shared/webhooks/sender.ts";
import { z } from "zod";
import { takeOrders } from "../support/orders.ts";

const order = z.object({ jobs: z.int() });

setLogSink(() => {});
await takeOrders({}, async (text) => {
  const { jobs } = order.parse(text);
  const start = performance.now();
  await drain(jobs);
  return { elapsedMs: performance.now() - start };
});
Deno.exit();

/** Resolves when so many deliveries have ended and the database has their outcomes. */
async function drain(jobs: number): Promise<void> {
  const runs: Promise<void>[] = [];
  let ended = 0;
  const run = async (): Promise<void> => {
    const { send } = webhookSender();
    const { delivered, failed } = await dispatch({
      claim: claimDeliveries,
      complete: completeDeliveries,
      deliver: send,
      onSpent: () => void runs.push(run()),
    });
    ended += delivered + failed;
  };
  while (ended < jobs) {
    runs.push(run());
    for (let next; (next = runs.shift()) !== undefined;) await next;
  }
}
