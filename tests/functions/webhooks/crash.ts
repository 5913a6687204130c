import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { LEASE_MS } from "#shared/webhooks/queue.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { type CountingReceiver, startCountingReceiver } from "#tests/support/counting_receiver.ts";
import {
  type Death,
  type Dispatcher,
  type Keys,
  newKeys,
  startDispatcher,
} from "#tests/support/dispatchers.ts";
import { createQueue, type WebhookQueue } from "#tests/support/webhook_queue.ts";

/** How dispatchers are killed in a round. */
type Way =
  /** Each by itself at a point of its own. */
  | "themselves"
  /** All at once, when a receiver has a request and has not answered. */
  | "sent"
  /** All at once, while the database is taking outcomes in, which it then does to the end. */
  | "completion goes on"
  /** The same, but what the database had done of it is undone. */
  | "completion is undone";

/** How hard it is made. */
export interface CrashOptions {
  /** Each is delivered to five endpoints. */
  readonly events: number;
  readonly dispatchers: number;
  /** How many deliveries a dispatcher makes before it is killed. */
  readonly life: number;
  /** After how many rounds of kills the rest is left to live. */
  readonly rounds: number;
  /** Whether the last leases are waited out, which takes half a minute. */
  readonly outlast: boolean;
}

/** What the kills cost. */
export interface CrashReport {
  readonly deliveries: number;
  readonly kills: Readonly<Record<string, number>>;
  /** Requests that repeated what their receiver had acknowledged. */
  readonly duplicates: number;
  /** From the last kill to the last answer, in milliseconds, where leases were waited out. */
  readonly outlastedMs: number | null;
}

const WAYS: readonly Way[] = [
  "themselves",
  "sent",
  "completion goes on",
  "themselves",
  "completion is undone",
];
const POINTS: readonly Death["point"][] = ["claimed", "answered", "completing", "completed"];
/** Completions that wait for a row. */
const STUCK =
  `from pg_stat_activity where datname = current_database() and wait_event in ('transactionid', 'tuple') and query like '%complete_webhook_deliveries%'`;
const WAYS_AND_POINTS = [...WAYS.slice(1, 3), ...WAYS.slice(4), ...POINTS];
/** What a kill may cost at most: what a tenant may have under way, answered and not handed over or not. */
const MAX_DUPLICATES = 100;
/** Of one key no event may come before an earlier one. */
const KEYS = 50;

const ENDPOINTS = {
  steady: { max_in_flight: 100 },
  moody: { max_in_flight: 100, retry_schedule: [1], retry_count: 20 },
  slow: { max_in_flight: 20, retry_schedule: [1], retry_count: 20 },
  refusing: { max_in_flight: 100, retry_schedule: [1], retry_count: 1 },
  ordered: { max_in_flight: 100, ordered: true },
} as const;
type Name = keyof typeof ENDPOINTS;

/** Whether the endpoint "refusing" never takes an event. */
const isUnwanted = (n: number) => n % 25 === 0;

function refuses(name: string, n: number, before: number): boolean {
  if (name === "refusing") return isUnwanted(n);
  return (name === "moody" && n % 10 === 0 && before === 0) || (name === "slow" && before < n % 2);
}

/**
 * Kills dispatchers at every point of their work until the queue is empty, and holds what receivers
 * got against what the log says: nothing is lost, nothing is called delivered that was not
 * acknowledged, order is kept, and repeats are what the kills explain.
 */
export async function crashDispatchers(options: CrashOptions): Promise<CrashReport> {
  await using queue = await createQueue();
  await using receiver = startCountingReceiver(refuses);
  const keys = newKeys();
  const webhooks = await addEndpoints(queue, receiver, keys);
  await queue.admin.query(
    `select private.publish_event($1, 'custom.crash', jsonb_build_object('n', n, 'key', n % $3), null, (n % $3)::text)
     from generate_series(1, $2) n`,
    [queue.owner, options.events, KEYS],
  );
  const run = new CrashRun(queue, receiver, keys, options);
  const { kills, outlastedMs } = await run.finish();
  const duplicates = await compare(queue, receiver, webhooks, options.events);
  return {
    deliveries: options.events * Object.keys(ENDPOINTS).length,
    kills,
    duplicates,
    outlastedMs,
  };
}

async function addEndpoints(queue: WebhookQueue, receiver: CountingReceiver, keys: Keys) {
  const keyring = parseKeyring(JSON.stringify(keys));
  const webhooks = new Map<Name, string>();
  for (const name of Object.keys(ENDPOINTS) as Name[]) {
    const id = crypto.randomUUID();
    const binding = { user: queue.owner, table: "webhooks", column: "secret", row: id };
    const settings = { url: receiver.urlOf(name), events: ["custom.*"], ...ENDPOINTS[name] };
    await queue.asOwner("select public.create_webhook($1, $2, $3)", [
      id,
      await seal(newSecret(), binding, keyring),
      JSON.stringify(settings),
    ]);
    webhooks.set(name, id);
  }
  return webhooks;
}

class CrashRun {
  readonly #kills: Record<string, number> = {};
  #spawned = 0;

  constructor(
    private readonly queue: WebhookQueue,
    private readonly receiver: CountingReceiver,
    private readonly keys: Keys,
    private readonly options: CrashOptions,
  ) {}

  async finish() {
    const { dispatchers, life, rounds, outlast } = this.options;
    for (let round = 0; round < rounds && await this.#left() > dispatchers * life; round++) {
      const way = WAYS[round % WAYS.length] ?? assert.fail();
      if (way === "themselves") await this.#killEachAtItsPoint();
      else await this.#killAll(way);
      if (!outlast || await this.#left() > dispatchers * life) await this.#expireLeases();
    }
    const start = performance.now();
    await using last = this.#start();
    while (await this.#left() > 0) await last.idle();
    return {
      kills: this.#kills,
      outlastedMs: outlast ? Math.round(performance.now() - start) : null,
    };
  }

  /** Nobody is left who holds them: what time would do to them is done at once. */
  async #expireLeases(): Promise<void> {
    await this.queue.admin.query(
      "update private.webhook_deliveries set leased_until = now() where leased_until is not null",
    );
  }

  #left(): Promise<number> {
    return this.queue.value("select count(*)::int from private.webhook_deliveries");
  }

  #start(death?: Death): Dispatcher {
    return startDispatcher(this.queue.database.url, this.keys, death);
  }

  #count(way: string): void {
    this.#kills[way] = (this.#kills[way] ?? 0) + 1;
  }

  async #killEachAtItsPoint(): Promise<void> {
    const { dispatchers, life } = this.options;
    await Promise.all(Array.from({ length: dispatchers }, async () => {
      const point = POINTS[this.#spawned++ % POINTS.length] ?? assert.fail();
      const dispatcher = this.#start({ point, after: life });
      await Promise.race([dispatcher.dead, dispatcher.idle()]);
      this.#count(await dispatcher.kill() ? "idle" : point);
    }));
  }

  async #killAll(way: Exclude<Way, "themselves">): Promise<void> {
    const { dispatchers, life } = this.options;
    const held = this.receiver.holdAfter(way === "sent" ? dispatchers * life : Infinity);
    const all = Array.from({ length: dispatchers }, () => this.#start());
    if (way === "sent") await held;
    const release = way === "sent" ? undefined : await this.#blockCompletion(dispatchers * life);
    await Promise.all(all.map(async (dispatcher) => {
      await dispatcher.kill();
      this.#count(way);
    }));
    await release?.(way === "completion is undone");
    this.receiver.goOn();
  }

  /**
   * Waits for so many requests, holds back what completions need, and waits for one to be stuck.
   * Returns what lets them go on, or cuts them off.
   */
  async #blockCompletion(requests: number) {
    const { admin, database } = this.queue;
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    const from = this.receiver.count;
    while (this.receiver.count < from + requests) await admin.query("select");
    await blocker.query("begin");
    await blocker.query("select from public.webhooks for no key update");
    while (!(await admin.query(`select ${STUCK}`)).rowCount);
    return async (undo: boolean) => {
      if (undo) await admin.query(`select pg_terminate_backend(pid) ${STUCK}`);
      await blocker.query("commit");
      await blocker.end();
    };
  }
}

/** Holds what receivers got against the log; answers how many requests repeated what was acknowledged. */
async function compare(
  queue: WebhookQueue,
  receiver: CountingReceiver,
  webhooks: ReadonlyMap<Name, string>,
  events: number,
): Promise<number> {
  let duplicates = 0;
  for (const [name, webhook] of webhooks) {
    const received = receiver.receivedBy(name);
    const { rows } = await queue.admin.query<{ id: string; attempts: number; delivered: number }>(
      `select event_id as id, count(*)::int as attempts, count(delivered_at)::int as delivered
         from public.webhook_logs where webhook_id = $1 group by event_id`,
      [webhook],
    );
    assert.equal(received.size, events, `${name} got every event`);
    assert.equal(rows.length, events, `the log knows every event of ${name}`);
    for (const { id, attempts, delivered } of rows) {
      const { received: requests, acknowledged, bodies } = received.get(id) ?? assert.fail();
      assert.ok(acknowledged >= delivered, "what is called delivered was acknowledged");
      assert.ok(requests >= attempts, "what is logged was sent");
      assert.equal(bodies.size, 1, "one webhook-id stands for one event");
      duplicates += Math.max(acknowledged - 1, 0);
    }
    const unwanted = name === "refusing" ? Math.floor(events / 25) : 0;
    const delivered = rows.filter((row) => row.delivered === 1).length;
    assert.equal(delivered, events - unwanted, `${name} was sent each once by the log`);
    const ids = new Set(receiver.orderAt(name).map(({ id, data }) => `${data.n} ${id}`));
    assert.equal(ids.size, events, "a repeat has the webhook-id of what it repeats");
  }
  assertOrder(receiver);
  return duplicates;
}

/** Of one key nothing comes after a later one, repeats included. */
function assertOrder(receiver: CountingReceiver): void {
  const newest = new Map<number, number>();
  for (const { data: { n, key } } of receiver.orderAt("ordered")) {
    assert.ok(n >= (newest.get(key) ?? 0), `${n} comes after ${newest.get(key)}`);
    newest.set(key, n);
  }
}

/** Holds a report against what is tolerable, under a name that says what it is. */
export async function judgeCrashes(
  t: Deno.TestContext,
  { deliveries, kills, duplicates, outlastedMs }: CrashReport,
): Promise<void> {
  const count = Object.values(kills).reduce((sum, n) => sum + n, 0);
  const share = (100 * duplicates / deliveries).toFixed(1);
  const costs = `${deliveries} deliveries, ${count} kills, ${duplicates} duplicates (${share} %)`;
  await t.step(costs, () => {
    assert.ok(count > 0 && duplicates <= count * MAX_DUPLICATES);
  });
  if (outlastedMs === null) return;
  await t.step("every way to die was taken", () => {
    assert.deepEqual(WAYS_AND_POINTS.filter((way) => !kills[way]), []);
  });
  await t.step(`the last leases were taken over, all within ${outlastedMs} ms`, () => {
    assert.ok(outlastedMs < LEASE_MS + 10_000);
  });
}
