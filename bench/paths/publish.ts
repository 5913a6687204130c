/**
 * `publish_event` with one endpoint that wants it, one at a time on 16 connections, beside pg-boss's
 * `send` and graphile-worker's `addJob`. The client library is a part of each side, so the load
 * generator and what is measured are one process, which is all that its own CPU share says.
 *
 * Usage: deno run -A bench/paths/publish.ts [--quick] [--json]
 */
import { z } from "zod";
import { benchmark } from "../support/benchmark.ts";
import { PEERS, startChild } from "../support/child.ts";
import { best, compare } from "../support/comparison.ts";
import { benchmarkCluster, emptyDatabase, migratedDatabase } from "../support/databases.ts";
import { addOwner, OWNER, withClient } from "../support/keys.ts";
import { loadResult, rateOf } from "../support/load.ts";
import { inTurns } from "../support/turns.ts";

const CONNECTIONS = 16;

await benchmark("publish", async ({ pairs, seconds }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const database = await migratedDatabase(cluster.url, "switchboard");
  await addOwner(database);
  await withClient(database, (client) =>
    client.query(
      `insert into public.webhooks (id, user_id, url, events, secret)
         values (gen_random_uuid(), $1, 'https://example.com', '{custom.*}', 'e30..AA.AA.AA')`,
      [OWNER],
    ));
  const ready = z.object({});
  const ours = stack.use(
    await startChild(new URL("../processes/publisher.ts", import.meta.url), {
      ready,
      args: [database, OWNER],
    }),
  );
  const peer = async (library: string, database: string) =>
    stack.use(
      await startChild(new URL("../peers/publisher.ts", import.meta.url), {
        ready,
        config: PEERS,
        args: [library, await emptyDatabase(cluster.url, database)],
      }),
    );
  const graphile = await peer("graphile-worker", "graphile");
  const pgBoss = await peer("pg-boss", "pg_boss");
  const order = { clients: CONNECTIONS, seconds };
  const shown = await inTurns(pairs, {
    ours: async () => rateOf(await ours.ask(order, loadResult)),
    graphile: async () => rateOf(await graphile.ask(order, loadResult)),
    pgBoss: async () => rateOf(await pgBoss.ask(order, loadResult)),
  });
  return [
    compare({
      what: `events a second, one at a time on ${CONNECTIONS} connections`,
      unit: "/s",
      ours: ["publish_event", shown.ours],
      theirs: best({
        "graphile-worker addJob": shown.graphile,
        "pg-boss send": shown.pgBoss,
      }),
      target: { atLeast: 1 },
    }),
  ];
});
