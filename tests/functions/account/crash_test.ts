import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import {
  type Deployment,
  newDeployment,
  type StackProcess,
  startProcess,
} from "#tests/support/processes.ts";
import { newTenant, type Tenant } from "#tests/support/stack.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

const EVENTS = 20_000;

interface Scene extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly databaseUrl: string;
  readonly client: pg.Client;
  /** A user of many rows. */
  readonly owner: Tenant;
  start(): Promise<StackProcess>;
}

async function scene(): Promise<Scene> {
  const disposables = new AsyncDisposableStack();
  const database = disposables.use(await createDatabase());
  const folder = disposables.use(await temporaryFolder());
  const deployment = {
    ...newDeployment({ kind: "postgres", url: database.url }, {
      SWITCHBOARD_DISPATCH_KICK: "false",
    }),
    files: folder.path,
  };
  const { client } = disposables.use(await connection(database.url));
  const start = async (): Promise<StackProcess> => {
    const process = await startProcess(deployment);
    let isAlive = true;
    const end = async () => {
      if (isAlive) await process[Symbol.asyncDispose]();
      isAlive = false;
    };
    disposables.defer(end);
    const kill = async () => {
      isAlive = false;
      await process.kill();
    };
    return { url: process.url, kill, [Symbol.asyncDispose]: end };
  };
  const first = await start();
  const owner = await newTenant(first.url, deployment.secrets, "owner");
  await client.query(
    `insert into public.webhook_events (user_id, type, payload)
       select $1, 'custom.many', jsonb_build_object('n', n, 'filler', repeat(md5(n::text), 10)) from generate_series(1, $2) n`,
    [owner.userId, EVENTS],
  );
  await first.kill();
  return {
    deployment,
    databaseUrl: database.url,
    client,
    owner,
    start,
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

async function connection(url: string): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** Runs what is due in a process; undefined where it dies over it. */
async function maintain(
  { url }: StackProcess,
  { secrets }: Deployment,
): Promise<unknown> {
  try {
    const headers = { apikey: secrets.cron_key };
    const response = await fetch(`${url}/functions/v1/maintenance`, { method: "POST", headers });
    return await response.json();
  } catch {
    return undefined;
  }
}

async function ask(
  { url }: StackProcess,
  { jwt }: Tenant,
  method: string,
  path: string,
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${jwt}` };
  const response = await fetch(`${url}/functions/v1/account${path}`, { method, headers });
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

/** Kills a process when the job has come so far, which is asked for again and again. */
async function killAt(
  { client, deployment }: Scene,
  victim: StackProcess,
  condition: string,
): Promise<void> {
  const running = maintain(victim, deployment);
  for (;;) {
    const { rows: [job] } = await client.query(
      `select ${condition} as there, state from private.jobs where state = 'queued' and leased_until is not null`,
    );
    if (job?.there) break;
  }
  await victim.kill();
  assert.equal(await running, undefined);
}

/** What a lease that nobody renews comes to. */
async function outlast({ client }: Scene): Promise<void> {
  await client.query(
    "update private.jobs set leased_until = now() - interval '1 s' where leased_until is not null",
  );
}

Deno.test(
  "An export that is killed half-way goes on where it was, and is complete",
  onPostgres,
  async () => {
    await using s = await scene();
    const victim = await s.start();
    const { id } = await ask(victim, s.owner, "POST", "/export");
    await killAt(s, victim, "jsonb_array_length(progress -> 'files') >= 2");
    const next = await s.start();
    assert.deepEqual(await maintain(next, s.deployment), {
      slices: 0,
      done: 0,
      failed: 0,
      lost: 0,
    });
    await outlast(s);
    const look = () => ask(next, s.owner, "GET", `/exports/${id}`);
    while ((await look()).state === "running") await maintain(next, s.deployment);
    const file = z.object({ table: z.string().optional(), rows: z.number().optional() });
    const { files } = z.object({ state: z.literal("ready"), files: z.array(file) })
      .parse(await look());
    const events = files.filter(({ table }) => table === "public.webhook_events");
    assert.equal(events.reduce((sum, { rows = 0 }) => sum + rows, 0), EVENTS);
  },
);

Deno.test(
  "An erasure that is killed again and again ends with nothing, whichever of several workers goes on",
  onPostgres,
  async () => {
    await using s = await scene();
    const first = await s.start();
    await ask(first, s.owner, "DELETE", "");
    await s.client.query("update private.jobs set due_at = now()");
    await killAt(s, first, "progress ? 'started_at'");
    await outlast(s);
    await killAt(
      s,
      await s.start(),
      "(progress #>> '{erased,public.webhook_events}')::integer between 1 and 15000",
    );
    await outlast(s);
    const workers = [await s.start(), await s.start()];
    const left = async () => {
      const { rows: [row] } = await s.client.query(
        "select private.count_personal_rows($1) as counts, (select state from private.jobs) as state",
        [s.owner.userId],
      );
      return row;
    };
    for (let now = await left(); now?.state === "queued"; now = await left()) {
      for (
        const ran of await Promise.all(workers.map((worker) => maintain(worker, s.deployment)))
      ) {
        assert.equal(z.object({ failed: z.number() }).parse(ran).failed, 0);
      }
    }
    assert.deepEqual(await left(), { counts: {}, state: "done" });
  },
);

Deno.test(
  "An erasure deletes few rows at a time, each batch in a transaction of its own",
  onPostgres,
  async () => {
    await using s = await scene();
    await s.client.query(
      `create table private.deletions (rows integer, transaction xid8);
     create function private.note_deletion() returns trigger language plpgsql security definer set search_path = '' as $$
     begin
       insert into private.deletions select count(*), pg_current_xact_id() from gone;
       return null;
     end $$;
     create trigger note_deletion after delete on public.webhook_events
       referencing old table as gone for each statement execute function private.note_deletion();
     insert into private.table_classes values ('private.deletions', 'nobody');`,
    );
    const worker = await s.start();
    await ask(worker, s.owner, "DELETE", "");
    await s.client.query("update private.jobs set due_at = now()");
    await maintain(worker, s.deployment);
    const { rows: [deletions] } = await s.client.query(
      `select sum(rows)::integer as rows, max(rows) as most,
       count(*)::integer as batches, count(distinct transaction)::integer as transactions
       from private.deletions where rows > 0`,
    );
    assert.equal(deletions?.rows, EVENTS);
    assert.ok(deletions.most <= 500, `${deletions.most} rows at once`);
    assert.equal(deletions.transactions, deletions.batches);
  },
);
