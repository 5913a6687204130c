/**
 * Measures how long an event takes from its publication over HTTP to its receiver's socket on the
 * embedded stack: by the kick that publishing sends, with no jobs running, and by cron alone.
 *
 * Usage: deno run -A bench/paths/dispatch_latency.ts [events by kick] [events by cron]
 */
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { makeWebhook, publish } from "#tests/support/webhook_owner.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";
import { describeMachine } from "../support/machine.ts";
import { quantile } from "../support/numbers.ts";

/** Between two events that cron is to find, in milliseconds: no part of its ten seconds. */
const APART_MS = 730;
const [byKick = 200, byCron = 60] = Deno.args.map(Number);

console.log(describeMachine());
report("kick on, cron off", await measure({ kick: true, cron: false, events: byKick }));
report("kick off, cron on", await measure({ kick: false, cron: true, events: byCron }));
console.log(describeMachine());

/** The times of so many events, in milliseconds from the beginning of the request. */
async function measure(
  { kick, cron, events }: { kick: boolean; cron: boolean; events: number },
): Promise<number[]> {
  const arrivals = new Map<string, PromiseWithResolvers<number>>();
  const arrivalOf = (n: number) => {
    const arrival = arrivals.get(String(n)) ?? Promise.withResolvers<number>();
    arrivals.set(String(n), arrival);
    return arrival;
  };
  await using receiver = startReceiver(async (connection, request) => {
    arrivalOf(JSON.parse(request.body).data.n).resolve(performance.now());
    await answersWith(204)(connection, request);
  });
  await using stack = await testStack({
    cron,
    environment: {
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
      SWITCHBOARD_DISPATCH_KICK: String(kick),
    },
  });
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner, { url: receiver.url, max_in_flight: 100 });
  const send = async (n: number) => {
    const start = performance.now();
    await publish(stack, owner, "custom.bench", { n });
    return { start, arrival: arrivalOf(n).promise };
  };
  // The first one pays for what is loaded when it is needed.
  await (await send(-1)).arrival;
  const times: Promise<number>[] = [];
  for (let n = 0; n < events; n++) {
    const { start, arrival } = await send(n);
    times.push(arrival.then((at) => at - start));
    if (kick) await arrival;
    else await pause(APART_MS);
  }
  const all = await Promise.all(times);
  while (await isBusy(stack)) await pause(100);
  return all;
}

/** Whether outcomes are still to be handed over. */
async function isBusy({ database }: TestStack): Promise<boolean> {
  return (await database.query("select 1 from private.webhook_deliveries limit 1")).length > 0;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function report(how: string, times: readonly number[]): void {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  console.log(
    `${how}: p50 ${p50.toFixed(0)} ms, p99 ${
      p99.toFixed(0)
    } ms from publication to the receiver's socket, ${times.length} events`,
  );
}
