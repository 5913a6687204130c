/**
 * Whether the queue slows down as the log of what it did grows: publishing, claiming and completing
 * with an empty `webhook_logs` beside one of 1,000,000 rows.
 *
 * Usage: deno run -A bench/paths/growth_queue.ts [--quick] [--json]
 */
// @ts-types="@types/pg"
import pg from "pg";
import { execute } from "#tests/support/databases.ts";
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { OWNER } from "../support/keys.ts";
import { inTurns } from "../support/turns.ts";

const BATCH = 100;
const BATCHES = 10;
const OPERATIONS = ["publish", "claim", "complete"] as const;

/** What one round took, in milliseconds a delivery. */
type Cost = Record<typeof OPERATIONS[number], number>;

await benchmark("growth_queue", async ({ quick, pairs }) => {
  const rows = quick ? 100_000 : 1_000_000;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const prepared = async (logs: number) => {
    const client = await prepare(cluster.url, logs);
    stack.defer(() => client.end());
    return () => measure(client);
  };
  // Rounds are short, so there may be more of them.
  const shown = await inTurns(2 * pairs, { few: await prepared(0), many: await prepared(rows) });
  const costs = (of: readonly Cost[], operation: keyof Cost): Shown[] =>
    of.map((cost) => ({ value: cost[operation], failures: 0 }));
  return OPERATIONS.map((operation) =>
    compare({
      what: `${operation}, the time of a delivery`,
      unit: "ms",
      ours: [`after ${rows} logged attempts`, costs(shown.many, operation)],
      theirs: ["after none", costs(shown.few, operation)],
      target: { atMost: 1.3 },
    })
  );
});

/** A migrated database with one endpoint that was sent so many events. */
async function prepare(clusterUrl: string, logs: number): Promise<pg.Client> {
  const url = await migratedDatabase(clusterUrl, `queue_${logs}`);
  await execute(
    url,
    `insert into auth.users (id, email) values ('${OWNER}', 'bench@example.com');
     insert into public.webhooks (id, user_id, url, events, secret, max_in_flight)
       values ('${OWNER}', '${OWNER}', 'https://example.com', '{custom.*}', 'e30..AA.AA.AA', 100);
     insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number,
         status_code, duration_ms, delivered_at)
       select greatest(now() - n * interval '1 second', date_trunc('month', now(), 'UTC')), '${OWNER}', '${OWNER}', gen_random_uuid(),
         gen_random_uuid(), now(), 'custom.bench', 'event', 1, 200, 12, now()
       from generate_series(1, ${logs}) n`,
  );
  await execute(url, "vacuum analyze");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Takes some batches through the queue. */
async function measure(client: pg.Client): Promise<Cost> {
  const cost: Cost = { publish: 0, claim: 0, complete: 0 };
  const timed = async (operation: keyof Cost, work: () => Promise<void>) => {
    const start = performance.now();
    await work();
    cost[operation] += (performance.now() - start) / (BATCH * BATCHES);
  };
  for (let batch = 0; batch < BATCHES; batch++) {
    await timed("publish", async () => {
      for (let n = 0; n < BATCH; n++) {
        await client.query("select private.publish_event($1, 'custom.bench', $2)", [
          OWNER,
          JSON.stringify({ text: "x".repeat(900) }),
        ]);
      }
    });
    let held: { id: string; fence: number }[] = [];
    await timed("claim", async () => {
      const { rows: [row] } = await client.query(
        "select private.claim_webhook_deliveries($1) -> 'deliveries' as deliveries",
        [BATCH],
      );
      held = row.deliveries;
    });
    if (held.length !== BATCH) throw new Error(`Claimed ${held.length} of ${BATCH}`);
    await timed("complete", async () => {
      await client.query("select private.complete_webhook_deliveries($1)", [
        JSON.stringify(
          held.map(({ id, fence }) => ({
            id,
            fence,
            verdict: "delivered",
            status_code: 200,
            duration_ms: 12,
          })),
        ),
      ]);
    });
  }
  return cost;
}
