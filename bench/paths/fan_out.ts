/**
 * One event to 10,000 endpoints by `publish_event`, beside an `insert … select` of the same rows.
 *
 * Usage: deno run -A bench/paths/fan_out.ts [--quick] [--json]
 */
// @ts-types="@types/pg"
import type pg from "pg";
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { PAYLOAD } from "../support/drain.ts";
import { addOwner, OWNER, withClient } from "../support/keys.ts";
import { inTurns } from "../support/turns.ts";

const ENDPOINTS = 10_000;

const PUBLISH = "select private.publish_event($1, 'custom.bench', $2::jsonb)";

const INSERT = `with event as (
    insert into public.webhook_events (user_id, type, payload)
      values ($1, 'custom.bench', format('{"type":"custom.bench","timestamp":"%s","data":%s}', now(), $2::jsonb))
      returning id, created_at
  )
  insert into private.webhook_deliveries (webhook_id, user_id, event_id, event_created_at, type)
    select w.id, w.user_id, e.id, e.created_at, 'custom.bench' from event e, public.webhooks w where w.user_id = $1`;

await benchmark("fan_out", async ({ pairs }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const url = await migratedDatabase(cluster.url, "switchboard");
  await addOwner(url);
  const shown = await withClient(url, async (client) => {
    await client.query(
      `insert into public.webhooks (id, user_id, url, events, secret)
         select gen_random_uuid(), $1, 'https://example.com', '{custom.*}', 'e30..AA.AA.AA' from generate_series(1, $2)`,
      [OWNER, ENDPOINTS],
    );
    return await inTurns(pairs, {
      ours: () => measure(client, PUBLISH),
      insert: () => measure(client, INSERT),
    });
  });
  return [
    compare({
      what: `deliveries queued a second, of one event to ${ENDPOINTS} endpoints`,
      unit: "/s",
      ours: ["publish_event", shown.ours],
      theirs: ["insert … select", shown.insert],
      target: { atLeast: 0.6 },
    }),
  ];
});

async function measure(client: pg.Client, statement: string): Promise<Shown> {
  await client.query("truncate private.webhook_deliveries");
  await client.query("vacuum analyze public.webhooks");
  await client.query("checkpoint");
  const start = performance.now();
  await client.query(statement, [OWNER, JSON.stringify(PAYLOAD)]);
  const elapsed = performance.now() - start;
  const { rows: [row] } = await client.query<{ queued: number }>(
    "select count(*)::int as queued from private.webhook_deliveries",
  );
  return {
    value: ENDPOINTS / (elapsed / 1_000),
    latencies: { p50: elapsed, p99: elapsed },
    failures: Math.abs(ENDPOINTS - (row?.queued ?? 0)),
  };
}
