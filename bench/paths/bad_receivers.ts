/**
 * Measures what endpoints that hang, drip, answer 200 MB, redirect or reset cost the others: the same
 * deliveries to good endpoints alone, beside as many deliveries to others that are as good, and beside
 * those to bad ones, in turns, by a dispatcher in a process of
 * its own on a PostgreSQL server of its own. First all at once, for the rate; then at an even pace,
 * for the time from publication to receiver, and from the receiver's answer to the row of the log.
 *
 * Usage: deno run -A bench/paths/bad_receivers.ts [rounds] [hangs | drips | huge | redirects | resets …]
 */
// @ts-types="@types/pg"
import pg from "pg";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { execute } from "#tests/support/databases.ts";
import { newKeys, startDispatcher } from "#tests/support/dispatchers.ts";
import { startBadReceivers } from "../support/bad_receivers.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { describeMachine } from "../support/machine.ts";
import { median, quantile } from "../support/numbers.ts";

const GOOD = 8;
const BURST = 600;
const PACED = 150;
/** Between two events at an even pace, in milliseconds. */
const APART_MS = 20;
/** For each endpoint beside the good ones: more than those that hang are sent within a turn. */
const BESIDE = 100;
/** The event that each company of the good endpoints is sent. */
const COMPANY = { alone: null, "beside good ones": "custom.fine", "beside bad ones": "custom.bad" };
type Company = keyof typeof COMPANY;
const OWNER = "00000000-0000-4000-8000-000000000001";
const [rounds, kinds] = [Number(Deno.args[0] ?? 5), Deno.args.slice(1)];

/** What a turn showed. */
interface Turn {
  /** Deliveries a second. */
  readonly rate: number;
  /** From publication to receiver, in milliseconds. */
  readonly latencies: readonly number[];
  /** From the receiver's answer to the row of the log, in milliseconds. */
  readonly logDelays: readonly number[];
}

console.log(describeMachine());
await using cleanup = new AsyncDisposableStack();
const cluster = cleanup.use(await benchmarkCluster());
const url = await migratedDatabase(cluster.url, "bad_receivers");
const keys = newKeys();
const client = new pg.Client({ connectionString: url });
await client.connect();
cleanup.defer(() => client.end());

/** When each delivery to a good endpoint was answered, by endpoint and event. */
const answers = new Map<string, number>();
let news = Promise.withResolvers<void>();
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  await request.body?.pipeTo(new WritableStream());
  answers.set(
    `${new URL(request.url).pathname.slice(1)} ${request.headers.get("webhook-id")}`,
    now(),
  );
  news.resolve();
  news = Promise.withResolvers();
  return new Response(null, { status: 204 });
});
cleanup.defer(() => server.shutdown());
const bad = Object.entries(startBadReceivers(cleanup))
  .filter(([kind]) => kinds.length === 0 || kinds.includes(kind)).map(([, receiver]) => receiver);

await execute(url, `insert into auth.users (id, email) values ('${OWNER}', 'bench@example.com')`);
const good: string[] = [];
for (let n = 0; n < GOOD; n++) {
  const id = crypto.randomUUID();
  good.push(id);
  await addEndpoint(id, `http://127.0.0.1:${server.addr.port}/${id}`, "custom.good");
}
for (const { url } of bad) {
  for (let n = 0; n < 2; n++) {
    await addEndpoint(crypto.randomUUID(), url, "custom.bad");
    const id = crypto.randomUUID();
    await addEndpoint(id, `http://127.0.0.1:${server.addr.port}/${id}`, "custom.fine");
  }
}

const companies = Object.keys(COMPANY) as Company[];
const turns = new Map<Company, Turn[]>(companies.map((company) => [company, []]));
for (let round = 0; round <= rounds; round++) {
  for (const company of companies) {
    const turn = await measure(company);
    // The first round warms all up.
    if (round > 0) turns.get(company)?.push(turn);
  }
}
const badRates = turnsOf("beside bad ones").map(({ rate }) => rate);
for (const company of companies) {
  const all = turnsOf(company);
  const show = (values: readonly number[]) =>
    `p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
  console.log(
    `good endpoints ${company}: ${
      median(all.map(({ rate }) => rate)).toFixed(0)
    } deliveries/s; to the receiver ${
      show(all.flatMap(({ latencies }) => latencies))
    }; from answer to log ${show(all.flatMap(({ logDelays }) => logDelays))}`,
  );
}
for (const company of companies.slice(0, 2)) {
  const slower = median(turnsOf(company).map(({ rate }, n) => 1 - (badRates[n] ?? NaN) / rate));
  console.log(
    `Beside bad ones ${
      (100 * slower).toFixed(0)
    } % slower than ${company}, the median of ${rounds} rounds`,
  );
}
const { rows: failures } = await client.query(
  `select split_part(error, ':', 1) as error, count(*)::int, round(max(duration_ms) / 1000.0, 1) as longest_s
     from public.webhook_logs where event = 'custom.bad' group by 1 order by 1`,
);
console.table(failures);
console.log(describeMachine());

async function addEndpoint(id: string, url: string, event: string): Promise<void> {
  const binding = { user: OWNER, table: "webhooks", column: "secret", row: id };
  const secret = await seal(newSecret(), binding, parseKeyring(JSON.stringify(keys)));
  await client.query(
    `insert into public.webhooks (id, user_id, url, events, secret, retry_count) values ($1, $2, $3, array[$4], $5, 0)`,
    [id, OWNER, url, event, secret],
  );
}

async function publish(type: string, count: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    "select private.publish_event($1, $2, jsonb_build_object('n', n)) ->> 'id' as id from generate_series(1, $3) n",
    [OWNER, type, count],
  );
  return rows.map(({ id }) => id);
}

/** Until all good endpoints have these events; answers when each came. */
async function arrival(events: readonly string[]): Promise<number[]> {
  const keys = events.flatMap((event) => good.map((id) => `${id} ${event}`));
  while (!keys.every((key) => answers.has(key))) await news.promise;
  return keys.map((key) => answers.get(key) ?? NaN);
}

/** How often any bad endpoint was connected to. */
function reached(): number {
  return bad.reduce((sum, { connections }) => sum + connections, 0);
}

function turnsOf(company: Company): readonly Turn[] {
  return turns.get(company) ?? [];
}

/** One dispatcher from its start to its end. */
async function measure(company: Company): Promise<Turn> {
  await using _dispatcher = startDispatcher(url, keys);
  await arrival(await publish("custom.good", 20));
  const type = COMPANY[company];
  if (type !== null) {
    const before = reached();
    await publish(type, BESIDE);
    while (type === "custom.bad" && reached() === before) await pause(10);
  }
  const start = now();
  const burst = await arrival(await publish("custom.good", BURST));
  const rate = BURST * GOOD / (Math.max(...burst) - start) * 1_000;

  const latencies: number[] = [];
  const paced: Promise<void>[] = [];
  for (let n = 0; n < PACED; n++) {
    const at = now();
    paced.push(
      arrival(await publish("custom.good", 1)).then((times) => {
        latencies.push(...times.map((time) => time - at));
      }),
    );
    await pause(APART_MS);
  }
  await Promise.all(paced);
  while (
    (await client.query("select from private.webhook_deliveries where type = 'custom.good'"))
      .rowCount
  ) {
    await pause(20);
  }
  const { rows } = await client.query<{ key: string; at: number }>(
    `select webhook_id || ' ' || event_id as key, extract(epoch from created_at)::float8 * 1000 as at
       from public.webhook_logs where event = 'custom.good' and created_at >= to_timestamp($1)`,
    [start / 1_000],
  );
  const logDelays = rows.map(({ key, at }) => at - (answers.get(key) ?? NaN));
  await client.query("delete from private.webhook_deliveries");
  answers.clear();
  return { rate, latencies, logDelays };
}

/** In milliseconds of Unix time, as exactly as the database has it. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
