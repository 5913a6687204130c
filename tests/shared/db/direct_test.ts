import assert from "node:assert/strict";
import { join } from "node:path";
// @ts-types="@types/pg"
import pg from "pg";
import { type DatabaseAddress, parseDatabaseAddress } from "#shared/db/address.ts";
import { DirectDatabase } from "#shared/db/direct.ts";
import { databaseProblem } from "#shared/db/errors.ts";
import { createDatabase, execute, hotUrl, onPostgres } from "#tests/support/databases.ts";
import { freshHash } from "#tests/support/keys.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { findPostgres, startCluster } from "#tests/support/postgres.ts";
import { startRelay } from "#tests/support/wire.ts";

const ROOMY_MS = 4_000;
const SHORT_MS = 500;

const addressOf = (url: string): DatabaseAddress => parseDatabaseAddress(url) ?? assert.fail(url);

/** Any call that the server answers. */
const someCall = (database: DirectDatabase) =>
  database.call("verify_api_key", { p_key_hash: freshHash(), p_scope: null });

const NOT_FOUND = { data: { valid: false, code: "not_found" }, error: null };

/** A call that the server refuses. */
const refusedCall = (database: DirectDatabase) =>
  database.call("ivr_load_connection", { p_provider: "twilio", p_connection_id: "no uuid" });

async function problemOf(call: ReturnType<typeof someCall>): Promise<string> {
  const { error, status } = await call;
  assert.notEqual(error, null);
  return databaseProblem(error, status).code;
}

Deno.test(
  "What is said to the server outlives no transaction: statements have no name, nothing is set",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const address = addressOf(hotUrl(database.url));
    await using relay = startRelay(address.port);
    await using direct = new DirectDatabase({ ...address, port: relay.port }, {
      deadlineMs: ROOMY_MS,
    });
    for (let call = 0; call < 3; call++) assert.deepEqual(await someCall(direct), NOT_FOUND);
    await refusedCall(direct);
    const parsed = relay.said.filter(({ type }) => type === "P");
    assert.deepEqual(parsed.map(({ name }) => name), ["", "", "", ""]);
    for (const { text } of parsed) {
      assert.match(text, /^select private\.\w+\((?:p_\w+ => \$\d(?:, )?)+\) as result$/);
    }
    assert.deepEqual(
      relay.said.filter(({ type }) => type === "Q" || type === "F"),
      [],
      "Nothing but these four statements",
    );
  },
);

Deno.test("Sixty-four calls at once share two connections", onPostgres, async () => {
  await using database = await createDatabase();
  const address = addressOf(hotUrl(database.url));
  await using relay = startRelay(address.port);
  await using direct = new DirectDatabase({ ...address, port: relay.port }, {
    deadlineMs: ROOMY_MS,
  });
  const answers = await Promise.all(Array.from({ length: 64 }, () => someCall(direct)));
  for (const answer of answers) assert.deepEqual(answer, NOT_FOUND);
  assert.equal(relay.connections.most, 2);
});

Deno.test(
  "A call that the server refuses leaves the connection to the next",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const address = addressOf(hotUrl(database.url));
    await using relay = startRelay(address.port);
    await using direct = new DirectDatabase({ ...address, port: relay.port }, {
      deadlineMs: ROOMY_MS,
    });
    assert.equal(await problemOf(refusedCall(direct)), "validation_failed");
    assert.deepEqual(await someCall(direct), NOT_FOUND);
    assert.equal(relay.connections.total, 1);
  },
);

Deno.test(
  "Over a network that is gone every call is unavailable within the deadline, waiting ones too",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const address = addressOf(hotUrl(database.url));
    await using relay = startRelay(address.port);
    await using direct = new DirectDatabase({ ...address, port: relay.port }, {
      deadlineMs: SHORT_MS,
    });
    assert.deepEqual(await someCall(direct), NOT_FOUND);
    relay.freeze();
    const start = performance.now();
    const problems = await Promise.all(
      Array.from({ length: 8 }, () => problemOf(someCall(direct))),
    );
    assert.deepEqual(new Set(problems), new Set(["database_unavailable"]));
    // Calls that waited for their turn and then for the deadline would take four times as long.
    assert.ok(performance.now() - start < 3 * SHORT_MS);
  },
);

Deno.test("A server that ends the connection is found again", onPostgres, async () => {
  await using database = await createDatabase();
  const address = addressOf(hotUrl(database.url));
  await using direct = new DirectDatabase(address, { deadlineMs: ROOMY_MS });
  using log = captureLog();
  assert.deepEqual(await someCall(direct), NOT_FOUND);
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const { rowCount } = await admin.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'switchboard_hot' and datname = current_database()",
  );
  await admin.end();
  assert.equal(rowCount, 1);
  // Whether the end is noticed before or during the next call, the one after it has a new connection.
  const next = await someCall(direct);
  if (next.error !== null) {
    assert.equal(databaseProblem(next.error, next.status).code, "database_unavailable");
  }
  assert.deepEqual(await someCall(direct), NOT_FOUND);
  for (const { event } of log.lines) assert.equal(event, "an idle database connection was lost");
});

Deno.test("A server that nobody runs is unavailable at once", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const address = { host: "127.0.0.1", port, user: "x", password: "x", database: "x" };
  await using direct = new DirectDatabase(address, { deadlineMs: ROOMY_MS });
  assert.equal(await problemOf(someCall(direct)), "database_unavailable");
});

Deno.test("A refused sign-in and a missing database are unavailability", onPostgres, async () => {
  await using database = await createDatabase();
  const address = addressOf(hotUrl(database.url));
  for (const wrong of [{ password: "wrong" }, { user: "nobody" }, { database: "none" }]) {
    await using direct = new DirectDatabase({ ...address, ...wrong }, { deadlineMs: ROOMY_MS });
    assert.equal(await problemOf(someCall(direct)), "database_unavailable");
  }
});

Deno.test("To another machine nothing is said in clear", onPostgres, async () => {
  await using database = await createDatabase();
  const address = addressOf(hotUrl(database.url));
  await using relay = startRelay(address.port);
  // This machine by an address that is not its loopback.
  const elsewhere = { ...address, host: "0.0.0.0", port: relay.port };
  await using direct = new DirectDatabase(elsewhere, { deadlineMs: ROOMY_MS });
  assert.equal(await problemOf(someCall(direct)), "database_unavailable");
  assert.equal(relay.connections.total, 1);
  assert.deepEqual(relay.said, []);
});

Deno.test(
  "Another machine must show a certificate of its own name by an authority that is trusted",
  { ignore: onPostgres.ignore || !(await has("openssl")) },
  async (t) => {
    const postgres = await findPostgres() ?? assert.fail();
    await using cluster = await startCluster(postgres);
    await execute(
      cluster.url,
      `create schema private;
       create function private.verify_api_key(p_key_hash text, p_scope text) returns jsonb
         language sql as 'select jsonb_build_object(''encrypted'', ssl) from pg_stat_ssl where pid = pg_backend_pid()'`,
    );
    const address = { ...addressOf(cluster.url), host: "0.0.0.0" };
    const call = async (ca?: string) => {
      await using direct = new DirectDatabase(address, { deadlineMs: ROOMY_MS, ca });
      return await someCall(direct);
    };
    const right = await serveTls(cluster.url, "IP:0.0.0.0");
    await t.step("one of an authority that is trusted is taken", async () => {
      assert.deepEqual(await call(right.ca), { data: { encrypted: true }, error: null });
    });
    await t.step("one of an authority of somebody's own is not", async () => {
      assert.equal(await problemOf(call()), "database_unavailable");
    });
    const other = await serveTls(cluster.url, "IP:192.0.2.1,DNS:db.example.com");
    await t.step("one of another name is not", async () => {
      assert.equal(await problemOf(call(other.ca)), "database_unavailable");
    });
    await t.step("one of the former authority is not", async () => {
      assert.equal(await problemOf(call(right.ca)), "database_unavailable");
    });
  },
);

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Lets a server speak TLS, with a new certificate by a new authority. */
async function serveTls(url: string, names: string): Promise<{ ca: string }> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    const { rows: [row] } = await admin.query<{ data_directory: string }>("show data_directory");
    const data = row?.data_directory ?? assert.fail();
    const ca = await makeCertificate(data, names);
    await admin.query("alter system set ssl = on");
    await admin.query("select pg_reload_conf()");
    await untilServed(url, ca);
    return { ca };
  } finally {
    await admin.end();
  }
}

/** Waits, by connecting to its loopback address, until the server shows the authority's certificate. */
async function untilServed(url: string, ca: string): Promise<void> {
  const deadline = performance.now() + ROOMY_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, ssl: { ca } });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function makeCertificate(data: string, names: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  try {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
      "-subj",
      "/CN=Test authority",
      "-days",
      "2",
    );
    await run("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
    await Deno.writeTextFile(join(folder, "names"), `subjectAltName=IP:127.0.0.1,${names}`);
    await run(
      "x509",
      "-req",
      "-in",
      "server.csr",
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "names",
      "-out",
      "server.crt",
    );
    const { uid, gid } = await Deno.stat(data);
    for (const name of ["server.key", "server.crt"]) {
      const path = join(data, name);
      await Deno.copyFile(join(folder, name), path);
      await Deno.chmod(path, 0o600);
      if (Deno.uid() === 0) await Deno.chown(path, uid, gid);
    }
    return await Deno.readTextFile(join(folder, "ca.crt"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
