/**
 * Measures whether the queue slows down as the log of what it did grows: publishing, claiming and
 * completing with an empty `webhook_logs` against one of 1,000,000 rows, on a PostgreSQL server of
 * its own.
 *
 * Usage: deno run -A bench/queue_growth.ts [rounds]
 */
// @ts-types="@types/pg"
import pg from "pg";
import { execute } from "#tests/support/databases.ts";
import { benchmarkCluster, migratedDatabase } from "./support/databases.ts";
import { median } from "./support/numbers.ts";

const LOGS = [0, 1_000_000] as const;
const BATCH = 100;
const BATCHES = 10;
const OWNER = "00000000-0000-4000-8000-000000000001";
const rounds = Number(Deno.args[0] ?? 21);

/** What one round took, in milliseconds a delivery. */
interface Cost {
  readonly publish: number;
  readonly claim: number;
  readonly complete: number;
}

await using cluster = await benchmarkCluster();
const clients = new Map<number, pg.Client>();
for (const logs of LOGS) clients.set(logs, await prepare(logs));

const costs: { few: Cost; many: Cost }[] = [];
for (let round = 0; round <= rounds; round++) {
  const pair = { few: await measure(LOGS[0]), many: await measure(LOGS[1]) };
  // The first round warms both up.
  if (round > 0) costs.push(pair);
}
for (const operation of ["publish", "claim", "complete"] as const) {
  const few = median(costs.map((pair) => pair.few[operation]));
  const many = median(costs.map((pair) => pair.many[operation]));
  const ratio = median(costs.map((pair) => pair.many[operation] / pair.few[operation]));
  console.log(
    `${operation}: ${few.toFixed(3)} ms a delivery with no log, ${many.toFixed(3)} ms with ${
      LOGS[1]
    } rows: ${ratio.toFixed(2)}`,
  );
}
for (const client of clients.values()) await client.end();

/** A migrated database with one endpoint that was sent so many events. */
async function prepare(logs: number): Promise<pg.Client> {
  const url = await migratedDatabase(cluster.url, `queue_${logs}`);
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
async function measure(logs: number): Promise<Cost> {
  const client = clients.get(logs);
  if (client === undefined) throw new Error(`No database with ${logs} rows`);
  const cost = { publish: 0, claim: 0, complete: 0 };
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
