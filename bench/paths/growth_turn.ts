/**
 * Whether a turn over HTTP slows down as sessions gather: none before those of the load itself, beside
 * a million that have ended, each with a turn.
 *
 * Usage: deno run -A bench/paths/growth_turn.ts [--quick] [--json]
 */
// @ts-types="@types/pg"
import type pg from "pg";
import { benchmark } from "../support/benchmark.ts";
import { compare } from "../support/comparison.ts";
import { benchmarkCluster } from "../support/databases.ts";
import { withClient } from "../support/keys.ts";
import { loadResult, medianOf } from "../support/load.ts";
import { startCaller, startLine } from "../support/phone_line.ts";
import { inTurns } from "../support/turns.ts";

const CALLS = 2;

await benchmark("growth_turn", async ({ quick, pairs, seconds }) => {
  const sessions = quick ? 100_000 : 1_000_000;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const [few, many] = [
    await startLine(stack, cluster.url, "few"),
    await startLine(stack, cluster.url, "many"),
  ];
  const toFew = await startCaller(stack, few);
  const toMany = await startCaller(stack, many);
  // The session that all others are copies of.
  await toMany.ask({ clients: 1, seconds: 0.1 }, loadResult);
  await withClient(many.databaseUrl, (client) => multiply(client, sessions));
  const order = { clients: CALLS, seconds };
  const shown = await inTurns(pairs, {
    few: () => toFew.ask(order, loadResult),
    many: () => toMany.ask(order, loadResult),
  });
  return [
    compare({
      what: `median time of a turn of ${CALLS} calls`,
      unit: "ms",
      ours: [`after ${sessions} sessions`, shown.many.map(medianOf)],
      theirs: ["after none", shown.few.map(medianOf)],
      target: { atMost: 1.3 },
    }),
  ];
});

/** Copies one session, its call's log and its first turn so often. */
async function multiply(client: pg.Client, sessions: number): Promise<void> {
  await client.query("set session_replication_role = replica");
  await client.query(
    `create temporary table copies as
       select n, gen_random_uuid() as session_id, gen_random_uuid() as log_id from generate_series(1, $1) n`,
    [sessions],
  );
  await copy(client, "call_logs", { id: "c.log_id", provider_call_id: "'CA' || md5(c.n::text)" });
  await copy(client, "ivr_sessions", {
    id: "c.session_id",
    call_log_id: "c.log_id",
    session_id: "'CA' || md5(c.n::text)",
    ended_at: "now()",
    end_reason: "'caller_hung_up'",
  });
  await copy(client, "ivr_turns", { session_id: "c.session_id" }, "step = 0");
  await client.query("vacuum analyze");
}

/** Copies the first row of a table once for each of the copies, but for some columns. */
async function copy(
  client: pg.Client,
  table: string,
  own: Readonly<Record<string, string>>,
  where = "true",
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''`,
    [`public.${table}`],
  );
  const names = rows.map(({ name }) => name);
  await client.query(
    `insert into public.${table} (${names})
       select ${names.map((name) => own[name] ?? `t.${name}`)}
       from (select * from public.${table} where ${where} limit 1) t, copies c`,
  );
}
