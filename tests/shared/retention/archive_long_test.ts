import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
// @ts-types="@types/pg"
import pg from "pg";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";
import type { ArchiverReport } from "./archiver.ts";

const TENANTS = 10;
const ROWS = 200_000;
/** What a worker may hold at most, in MiB: the runtime, the code and some chunks, whatever the rows. */
const MEMORY = 300;

const due = "created_at < now() - interval '90 days'";

/** Rows of every tenant that are due, in three months, and some that are kept. */
async function addLogs(client: pg.Client, users: readonly string[]): Promise<void> {
  await client.query("select private.ensure_partitions((now() - interval '200 days')::date, 8)");
  await client.query("set session_replication_role = replica");
  await client.query(
    `insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number, error)
       select now() - interval '95 days' - n % 80 * interval '1 day', ($1::uuid[])[1 + n % $2], gen_random_uuid(), gen_random_uuid(),
         gen_random_uuid(), now(), 'custom.ü', 'event', 1, 'told at ' || n
       from generate_series(1, $3::integer) n`,
    [users, users.length, ROWS],
  );
  await client.query(
    `insert into public.webhook_logs (created_at, user_id, webhook_id, delivery_id, event_id, event_created_at, event, origin, attempt_number)
       select now() - interval '10 days', u, u, gen_random_uuid(), gen_random_uuid(), now(), 'custom.kept', 'event', 1
       from unnest($1::uuid[]) u, generate_series(1, 50)`,
    [users],
  );
  await client.query("set session_replication_role = origin");
  await client.query("analyze public.webhook_logs");
}

/** What storage does to a transfer in place of what it should. */
type Fault = (request: Request, forward: () => Promise<Response>) => Promise<Response>;

const FAULTS: Readonly<Record<string, Fault>> = {
  "refuses to store": (request, forward) => request.method === "POST" ? unavailable() : forward(),
  "gives back garbage": (request, forward) =>
    request.method === "GET" ? Promise.resolve(new Response("garbage")) : forward(),
  "gives back another's lines": (request, forward) =>
    request.method === "GET" ? Promise.resolve(new Response(gzipSync("{}\n"))) : forward(),
  "gives back half": async (request, forward) => {
    const answer = await forward();
    if (request.method !== "GET") return answer;
    const bytes = await answer.bytes();
    return new Response(bytes.slice(0, bytes.length / 2));
  },
  "stores and breaks off": async (request, forward) => {
    const answer = await forward();
    return request.method === "POST" ? await unavailable() : answer;
  },
};

function unavailable(): Promise<Response> {
  return Promise.resolve(Response.json({ statusCode: "500", error: "x" }, { status: 500 }));
}

/** Stands in front of a stack; its storage works as the fault of the moment has it. */
function startProxy(stack: TestStack) {
  let fault: Fault | undefined;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const forward = async () => {
      const { method, headers } = request;
      const body = method === "GET" || method === "HEAD" ? null : await request.bytes();
      return await fetch(`${stack.url}${pathname}${search}`, { method, headers, body });
    };
    const isTransfer = pathname.startsWith("/storage/v1/object/") && request.method !== "DELETE";
    return isTransfer && fault !== undefined ? fault(request, forward) : forward();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    break(how: Fault | undefined) {
      fault = how;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Starts a worker in a process of its own. */
function startArchiver({ secrets }: TestStack, url: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(import.meta.dirname ?? ".", "archiver.ts")],
    env: {
      SUPABASE_URL: url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secret_key }),
      SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(secrets.encryption_keys),
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function archive(stack: TestStack, url: string): Promise<ArchiverReport> {
  const { code, stdout } = await startArchiver(stack, url).output();
  assert.equal(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Every row that is due, by its id: the SHA-256 of its line. */
async function linesOf(client: pg.Client): Promise<Map<string, string>> {
  await client.query("set timezone = 'UTC'");
  const { rows } = await client.query<{ id: string; hash: string }>(
    `select id, encode(sha256(convert_to(to_jsonb(t)::text, 'UTF8')), 'hex') as hash from public.webhook_logs t where ${due}`,
  );
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

/** The same of every line of every archive, each of which is its tenant's alone. */
async function archivedLines(
  { admin }: TestStack,
  client: pg.Client,
): Promise<Map<string, string>> {
  const lines = new Map<string, string>();
  const { rows } = await client.query<{ object: string; user_id: string; rows: number }>(
    "select object, user_id, rows from private.archives order by object",
  );
  for (const { object, user_id, rows: count } of rows) {
    const { data } = await admin.storage.from("archives").download(object);
    assert.ok(data, object);
    const text = gunzipSync(new Uint8Array(await data.arrayBuffer())).toString();
    const all = text.trimEnd().split("\n");
    assert.equal(all.length, count);
    for (const line of all) {
      const row = JSON.parse(line);
      assert.equal(row.user_id, user_id);
      assert.ok(!lines.has(row.id), "A row is in two archives");
      lines.set(row.id, createHash("sha256").update(line).digest("hex"));
    }
  }
  return lines;
}

Deno.test(
  "200,000 rows of ten tenants go once they were read back, whatever storage does, through a kill and in bounded memory",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await testStack({ databaseUrl: database.url });
    await using proxy = startProxy(stack);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const count = async (from: string) =>
      Number((await client.query(`select count(*) from ${from}`)).rows[0].count);
    const makeDue = () =>
      client.query(
        "update private.jobs set due_at = now(), leased_until = null where state = 'queued'",
      );
    try {
      const users: string[] = [];
      for (let n = 0; n < TENANTS; n++) users.push((await stack.newTenant(`t${n}`)).userId);
      await addLogs(client, users);
      const before = await linesOf(client);
      assert.equal(before.size, ROWS);
      await client.query("select public.set_retention_policy('webhook_logs', 90, true)");
      await client.query("select private.queue_archive()");

      for (const [name, fault] of Object.entries(FAULTS)) {
        proxy.break(fault);
        await makeDue();
        const { done } = await archive(stack, proxy.url);
        assert.equal(done, 0, name);
        assert.equal(await count("public.webhook_logs"), ROWS + TENANTS * 50, name);
        assert.equal(await count("private.archives"), 0, name);
      }

      // In the middle of the work storage fails, then a worker is killed.
      let stored = 0;
      proxy.break((request, forward) =>
        request.method === "POST" && ++stored > 40 ? unavailable() : forward()
      );
      await makeDue();
      const halted = await archive(stack, proxy.url);
      assert.equal(halted.failed, 1);
      const half = await archivedLines(stack, client);
      assert.ok(half.size > 0 && half.size < ROWS);
      assert.equal(await count(`public.webhook_logs where ${due}`), ROWS - half.size);

      const transfer = Promise.withResolvers<void>();
      let transfers = 0;
      proxy.break((_, forward) => {
        if (++transfers === 61) transfer.resolve();
        return forward();
      });
      await makeDue();
      const killed = startArchiver(stack, proxy.url);
      await transfer.promise;
      killed.kill("SIGKILL");
      await killed.output();
      proxy.break(undefined);

      const start = performance.now();
      const peaks: number[] = [];
      for (let done = 0; done === 0;) {
        await makeDue();
        const ran = await archive(stack, proxy.url);
        assert.equal(ran.failed, 0);
        peaks.push(ran.peak);
        done = ran.done;
      }
      const seconds = (performance.now() - start) / 1_000;
      assert.equal(await count(`public.webhook_logs where ${due}`), 0);
      assert.equal(await count("public.webhook_logs"), TENANTS * 50);
      const after = await archivedLines(stack, client);
      assert.deepEqual(after, before);
      assert.ok(Math.max(...peaks) < MEMORY, `A worker held ${Math.max(...peaks)} MiB`);
      const objects = await count("private.archives");
      assert.equal(await count("storage.objects where bucket_id = 'archives'"), objects);
      console.log(
        `${objects} objects; the last ${seconds.toFixed(0)} s had at most ${
          Math.max(...peaks)
        } MiB`,
      );
    } finally {
      await client.end();
    }
  },
);
