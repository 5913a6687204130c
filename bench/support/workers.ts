import { z } from "zod";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { type Child, PEERS, startChild } from "./child.ts";
import type { Shown } from "./comparison.ts";
import { emptyDatabase } from "./databases.ts";
import { drained, PAYLOAD } from "./drain.ts";
import { environmentOf, KEYS } from "./environment.ts";
import { withClient } from "./keys.ts";
import type { ClientName } from "./poster.ts";

/** Where deliveries go, in a process of its own. */
export type ReceiverProcess = Child<{ url: string }>;

/** Starts a receiver. */
export function startReceiverProcess(): Promise<ReceiverProcess> {
  const ready = z.object({ url: z.string() });
  return startChild(new URL("../processes/receiver.ts", import.meta.url), { ready });
}

/** Whose events are sent: what one tenant and one endpoint may have under way is not what is measured. */
const TENANTS = 10;

/** Somebody who works off a queue of jobs, one POST each. */
export interface Worker {
  /** Queues so many jobs, and measures how many a second are posted and known to be. */
  measure(jobs: number): Promise<Shown>;
}

/** A worker in a process of the benchmark's own that takes the orders of `drain.ts`. */
export async function startWorker(
  stack: AsyncDisposableStack,
  receiver: ReceiverProcess,
  script: string,
  clusterUrl?: string,
): Promise<(client: ClientName) => Worker> {
  const isPeer = clusterUrl !== undefined;
  const database = isPeer ? [await emptyDatabase(clusterUrl, script.replaceAll(/\W/g, "_"))] : [];
  const child = stack.use(
    await startChild(new URL(`../${script}`, import.meta.url), {
      ready: z.object({}),
      args: database,
      ...isPeer ? { config: PEERS } : {},
    }),
  );
  const { url } = receiver.ready;
  return (client) => ({
    async measure(jobs) {
      await child.ask({ do: "fill", jobs, url }, z.object({}));
      return await received(
        receiver,
        jobs,
        () => child.ask({ do: "drain", jobs, url, client }, drained),
      );
    },
  });
}

/** Adds tenants with an endpoint each, at the receiver. */
export async function addTenants(databaseUrl: string, receiver: ReceiverProcess): Promise<void> {
  for (let n = 0; n < TENANTS; n++) await addTenant(databaseUrl, `${receiver.ready.url}/signed`);
}

/** Switchboard's dispatcher on a migrated database with {@linkcode addTenants}. */
export async function startDispatcherProcess(
  stack: AsyncDisposableStack,
  receiver: ReceiverProcess,
  databaseUrl: string,
): Promise<Worker & { readonly pid: number }> {
  const child = stack.use(
    await startChild(new URL("../processes/dispatcher.ts", import.meta.url), {
      ready: z.object({}),
      environment: environmentOf(databaseUrl),
    }),
  );
  return {
    pid: child.pid,
    async measure(jobs) {
      await publish(databaseUrl, jobs);
      const shown = await received(receiver, jobs, () => child.ask({ jobs }, drained));
      await requireLogged(databaseUrl, jobs);
      return shown;
    },
  };
}

/** A tenant with an endpoint for all of its events, whose secret can be opened. */
async function addTenant(databaseUrl: string, url: string): Promise<void> {
  const id = crypto.randomUUID();
  const binding = { user: id, table: "webhooks", column: "secret", row: id };
  const secret = await seal(newSecret(), binding, parseKeyring(JSON.stringify(KEYS)));
  await withClient(databaseUrl, async (client) => {
    await client.query(
      "insert into auth.users (id, email) values ($1::uuid, $1::text || '@example.com')",
      [id],
    );
    await client.query(
      `insert into public.webhooks (id, user_id, url, events, secret, max_in_flight)
         values ($1, $1, $2, '{custom.*}', $3, 100)`,
      [id, url, secret],
    );
  });
}

async function publish(databaseUrl: string, events: number): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query("truncate public.webhook_logs");
    await client.query(
      "select private.publish_event(user_id, 'custom.bench', $1) from generate_series(1, $2), public.webhooks",
      [JSON.stringify(PAYLOAD), events / TENANTS],
    );
    await client.query("vacuum analyze");
  });
}

/** @throws {Error} unless each delivery has its row in the log and none is left. */
async function requireLogged(databaseUrl: string, jobs: number): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    const { rows: [row] } = await client.query<{ logged: number; left: number }>(
      `select (select count(*)::int from public.webhook_logs where delivered_at is not null) as logged,
         (select count(*)::int from private.webhook_deliveries) as left`,
    );
    if (row?.logged === jobs && row.left === 0) return;
    throw new Error(`${row?.logged} of ${jobs} are logged, and ${row?.left} are left`);
  });
}

/** The rate of a drain, and whether the receiver got every job once and as it was. */
async function received(
  receiver: ReceiverProcess,
  jobs: number,
  drain: () => Promise<{ elapsedMs: number }>,
): Promise<Shown> {
  const counted = z.object({ received: z.int(), wrong: z.int(), cpu: z.number() });
  await receiver.ask({}, counted);
  const { elapsedMs } = await drain();
  const { received, wrong, cpu } = await receiver.ask({}, counted);
  return {
    value: jobs / (elapsedMs / 1_000),
    failures: wrong + Math.abs(received - jobs),
    loadCpu: cpu,
  };
}
