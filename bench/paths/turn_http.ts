/**
 * One turn of a call over HTTP by Twilio's requests, 16 calls at once, beside Hono that answers TwiML
 * after one `update … returning`.
 *
 * Usage: deno run -A bench/paths/turn_http.ts [--quick] [--json]
 */
import { z } from "zod";
import { benchmark } from "../support/benchmark.ts";
import { startChild } from "../support/child.ts";
import { compare } from "../support/comparison.ts";
import { benchmarkCluster, emptyDatabase } from "../support/databases.ts";
import { loadResult, medianOf, rateOf } from "../support/load.ts";
import { startCaller, startLine } from "../support/phone_line.ts";
import { inTurns } from "../support/turns.ts";

const CALLS = 16;

await benchmark("turn_http", async ({ pairs, seconds }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const line = await startLine(stack, cluster.url, "switchboard");
  const bare = stack.use(
    await startChild(new URL("../processes/bare_turn.ts", import.meta.url), {
      ready: z.object({ url: z.string() }),
      args: [await emptyDatabase(cluster.url, "bare")],
    }),
  );
  const ours = await startCaller(stack, line);
  const theirs = await startCaller(stack, { ...line, url: bare.ready.url, voicePath: "/turn" });
  const order = { clients: CALLS, seconds };
  const shown = await inTurns(pairs, {
    ours: () => ours.ask(order, loadResult),
    bare: () => theirs.ask(order, loadResult),
  });
  return [
    compare({
      what: `turns a second of ${CALLS} calls`,
      unit: "/s",
      ours: ["Switchboard", shown.ours.map(rateOf)],
      theirs: ["Hono and one update", shown.bare.map(rateOf)],
      target: { atLeast: 0.5 },
    }),
    compare({
      what: `median time of a turn of ${CALLS} calls`,
      unit: "ms",
      ours: ["Switchboard", shown.ours.map(medianOf)],
      theirs: ["Hono and one update", shown.bare.map(medianOf)],
      target: { atMost: 2 },
    }),
  ];
});
