/**
 * What letting old records go costs: a month of `webhook_logs` that is due, beside 2,000,000 rows of
 * 24 months that are kept and beside a hundredth of them; and the longest that one of 16 clients
 * waits while months are dropped, and while `ivr_sessions` go in batches.
 *
 * Usage: deno run -A bench/paths/retention.ts [--quick] [--json]
 */
// @ts-types="@types/pg"
import type pg from "pg";
import { benchmark } from "../support/benchmark.ts";
import { compare, type Shown } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { addOwner, withClient } from "../support/keys.ts";
import { runPgbench } from "../support/pgbench.ts";
import {
  addDueMonth,
  addEndedSessions,
  addLogs,
  LOG_TRANSACTION,
  retain,
  SESSION_TRANSACTION,
} from "../support/retention.ts";
import { inTurns } from "../support/turns.ts";

const MONTHS = 24;
/** Of the few rows that are kept there is one to so many of the many. */
const FEWER = 100;
const CLIENTS = 16;
/** Transactions a second of all clients together: busy, and no queue of their own making. */
const RATE = 160;
/** Rounds are long, as what goes in one is made anew for the next. */
const PAIRS = 5;

await benchmark("retention", async ({ quick, seconds }) => {
  const rows = quick ? 200_000 : 2_000_000;
  const perMonth = Math.floor(rows / MONTHS);
  const sessions = quick ? 5_000 : 20_000;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const prepared = async (name: string, kept: number) => {
    const url = await migratedDatabase(cluster.url, name);
    await addOwner(url);
    await withClient(url, (client) => addLogs(client, { months: MONTHS, rows: kept }));
    return url;
  };
  const few = await prepared("few", rows / FEWER);
  const many = await prepared("many", rows);

  const letGo = (url: string) => () =>
    withClient(url, async (client): Promise<Shown> => {
      await addDueMonth(client, { months: MONTHS, rows: perMonth });
      const { took, counts } = await retain(client);
      const gone = counts["public.webhook_logs"] ?? 0;
      return { value: took, failures: Math.abs(gone - perMonth) };
    });
  const dropped = await inTurns(PAIRS, { few: letGo(few), many: letGo(many) });

  const wait =
    (script: string, prepare: (client: pg.Client) => Promise<void>, isBusy: boolean) => () =>
      withClient(many, async (client): Promise<Shown> => {
        await prepare(client);
        const clients = runPgbench({
          url: many,
          script,
          clients: CLIENTS,
          rate: RATE,
          seconds: Math.max(3, seconds),
        });
        if (isBusy) {
          // Until all clients are connected and at work.
          await pause(1_000);
          await retain(client);
        }
        const shown = await clients;
        return { ...shown, value: shown.latencies?.longest ?? NaN };
      });
  const month = { months: MONTHS, rows: Math.floor(perMonth / 10) };
  const ofLogs = (isBusy: boolean) =>
    wait(LOG_TRANSACTION, (client) => addDueMonth(client, month), isBusy);
  const logs = await inTurns(PAIRS, { alone: ofLogs(false), meanwhile: ofLogs(true) });
  const ofSessions = (isBusy: boolean) =>
    wait(SESSION_TRANSACTION, (client) => addEndedSessions(client, sessions), isBusy);
  const ended = await inTurns(PAIRS, { alone: ofSessions(false), meanwhile: ofSessions(true) });

  return [
    compare({
      what: `time to let a month of ${perMonth} rows go`,
      unit: "ms",
      ours: [`beside ${rows} rows of ${MONTHS} months`, dropped.many],
      theirs: [`beside ${rows / FEWER}`, dropped.few],
      target: { atMost: 1.3 },
      most: 1_000,
    }),
    compare({
      what: `longest wait of ${CLIENTS} clients that log and list attempts`,
      unit: "ms",
      ours: ["while months are dropped", logs.meanwhile],
      theirs: ["alone", logs.alone],
      most: 200,
    }),
    compare({
      what: `longest wait of ${CLIENTS} clients that write sessions`,
      unit: "ms",
      ours: [`while ${sessions} others go, with 3 turns each`, ended.meanwhile],
      theirs: ["alone", ended.alone],
      most: 200,
    }),
  ];
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
