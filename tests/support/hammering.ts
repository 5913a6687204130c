import assert from "node:assert/strict";
import { join } from "node:path";
// @ts-types="@types/pg"
import pg from "pg";
import { createDatabase, hotUrl } from "./databases.ts";
import { outcome } from "./hammer.ts";
import { newKey, USES } from "./keys.ts";
import { testStack } from "./stack.ts";

/** Clients in all, over all processes. */
const CLIENTS = 64;
const ALLOWED = 100;
/** How often each client presents the key: three times more than is allowed in all. */
const TIMES = 5;

/** The processes: two come straight, over two connections each, and two through the Data API. */
const PROCESSES = ["straight", "straight", "api", "api"] as const;

interface Process extends AsyncDisposable {
  /** Presents a key by this process's share of the clients. */
  hammer(key: string): Promise<Record<string, number>>;
}

/**
 * Lets 64 clients in four processes loose on a key that has 100 uses left in the hour, and on one
 * that has 100 left in all. Each must be allowed exactly 100 times, and counted as often.
 */
export async function hammerKeys(rounds: number): Promise<void> {
  await using database = await createDatabase();
  await using stack = await testStack({ databaseUrl: database.url });
  const { userId } = await stack.newTenant();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const common = {
    SUPABASE_URL: stack.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secrets.secret_key }),
  };
  const straight = { ...common, SWITCHBOARD_DB_URL: hotUrl(database.url) };
  const processes = PROCESSES.map((way) => startProcess(way === "straight" ? straight : common));
  try {
    for (let round = 0; round < rounds; round++) {
      await hammerOnce({ rate_limit: ALLOWED }, "rate_limited");
      await hammerOnce({ usage_quota: ALLOWED }, "quota_exceeded");
    }
  } finally {
    await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
    await admin.end();
  }

  async function hammerOnce(settings: object, refusal: string): Promise<void> {
    const { key, id } = await newKey(admin, userId, { ...settings });
    const codes: Record<string, number> = {};
    let connections = 0;
    const outcomes = Promise.all(processes.map((process) => process.hammer(key)));
    let done = false;
    void outcomes.finally(() => done = true);
    while (!done) connections = Math.max(connections, await hotConnections());
    for (const part of await outcomes) {
      for (const [code, count] of Object.entries(part)) codes[code] = (codes[code] ?? 0) + count;
    }
    const { rows } = await admin.query<{ count: number }>(
      `select count::int from ${USES} where key_id = $1`,
      [id],
    );
    // Across the end of an hour a limit per hour allows as often again, and nothing exact can be said.
    if (rows.length > 1) return await hammerOnce(settings, refusal);
    assert.deepEqual(codes, { valid: ALLOWED, [refusal]: CLIENTS * TIMES - ALLOWED });
    assert.deepEqual(rows, [{ count: ALLOWED }]);
    assert.equal(connections, 4);
    const { rows: [counted] } = await admin.query(
      "select usage_count::int, window_count from public.api_keys where id = $1",
      [id],
    );
    assert.deepEqual(counted, { usage_count: ALLOWED, window_count: ALLOWED });
  }

  async function hotConnections(): Promise<number> {
    const { rows: [row] } = await admin.query<{ count: number }>(
      "select count(*)::int from pg_stat_activity where usename = 'switchboard_hot' and datname = current_database()",
    );
    return row?.count ?? 0;
  }
}

function startProcess(environment: Record<string, string>): Process {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(import.meta.dirname ?? ".", "hammer.ts")],
    env: { HAMMER: JSON.stringify(environment) },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  const outcomes = lines(child.stdout);
  return {
    async hammer(key) {
      const clients = CLIENTS / PROCESSES.length;
      const order = JSON.stringify({ key, clients, times: TIMES });
      await orders.write(new TextEncoder().encode(`${order}\n`));
      const { value, done } = await outcomes.next();
      if (done) throw new Error(`The process ended with code ${(await child.status).code}`);
      return outcome.parse(JSON.parse(value));
    },
    async [Symbol.asyncDispose]() {
      await orders.close().catch(() => {});
      await outcomes.return(undefined);
      await child.status;
    },
  };
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const all = (rest + text).split("\n");
    rest = all.pop() ?? "";
    yield* all;
  }
}
