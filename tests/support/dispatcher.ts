/**
 * A dispatcher in a process of its own, which works the queue until its standard input ends or it
 * comes to where it is to die.
 *
 * Usage: deno run -A tests/support/dispatcher.ts, with where to die as JSON in DIE; prints what each
 * run did.
 */
import { setLogSink } from "#shared/log.ts";
import { dispatch } from "#shared/webhooks/dispatch.ts";
import { claimDeliveries, completeDeliveries } from "#shared/webhooks/queue.ts";
import { webhookSender } from "#shared/webhooks/sender.ts";
import { Death, type Point } from "./dispatchers.ts";

/** How long until the next run after one that found nothing, in milliseconds. */
const PAUSE_MS = 50;

const death = Death.nullable().parse(JSON.parse(Deno.env.get("DIE") ?? "null"));
let passed = 0;

/** Dies as by the operator's hand, with whatever is under way, if this is where and when. */
function pass(point: Point, times = 1): void {
  if (point !== death?.point) return;
  passed += times;
  if (passed >= death.after) Deno.kill(Deno.pid, "SIGKILL");
}

setLogSink(() => {});
const { send } = webhookSender();
const input = Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => Deno.exit());
for (;;) {
  const { claimed } = await run();
  if (claimed !== 0) continue;
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, PAUSE_MS);
  await Promise.race([promise, input]);
}

/** Resolves when nothing more can be claimed, whatever is still under way. */
async function run(): Promise<{ claimed: number }> {
  const spent = Promise.withResolvers<{ claimed: number }>();
  const running = dispatch({
    async claim(limit) {
      const claim = await claimDeliveries(limit);
      pass("claimed", claim.deliveries.length);
      return claim;
    },
    async deliver(delivery) {
      const outcome = await send(delivery);
      pass("answered");
      return outcome;
    },
    async complete(outcomes) {
      pass("completing", outcomes.length);
      const completion = await completeDeliveries(outcomes);
      pass("completed", outcomes.length);
      return completion;
    },
    // As the function asks for another run.
    onSpent: () => spent.resolve({ claimed: NaN }),
  }).then((result) => {
    console.log(JSON.stringify(result));
    return result;
  });
  return await Promise.race([running, spent.promise]);
}
