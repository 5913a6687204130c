import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { createDatabase, execute, onPostgres } from "#tests/support/databases.ts";

/** Runs `db:prepare` and tells how it ended. */
async function prepare(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "local", "prepare.ts"), ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const refused = (stderr: string) => ({ code: 1, stdout: "", stderr });

Deno.test("db:prepare says in one sentence what it cannot use", async () => {
  const hosted = "postgres://postgres:p@db.abcdefghijklmnopqrst.supabase.co:5432/postgres";
  assert.deepEqual(
    await prepare("--database-url", hosted),
    refused(
      "db.abcdefghijklmnopqrst.supabase.co is a hosted Supabase project, which has all of this already; " +
        "push migrations to it with the Supabase CLI",
    ),
  );
  const pooler = "postgres://x@aws-0-eu-central-1.pooler.supabase.com:6543/postgres";
  assert.equal((await prepare("--database-url", pooler)).code, 1);
  assert.deepEqual(
    await prepare("--database-url", "postgres://user:s3cret@127.0.0.1:1/db"),
    refused("Cannot use the database 127.0.0.1:1/db: nobody answers there"),
  );
  const form = "--database-url must be of the form postgres://user:password@host:port/database";
  assert.deepEqual(await prepare("--database-url", "mysql://x/y"), refused(form));
  assert.deepEqual(await prepare(), refused(form));
  assert.deepEqual(await prepare("--nonsense"), refused("Unknown option '--nonsense'; see --help"));
});

Deno.test({
  ...onPostgres,
  name: "db:prepare prepares an empty database once, and no other",
  async fn() {
    await using database = await createDatabase("template1");
    const { url } = database;
    const run = () => prepare("--database-url", url);
    assert.deepEqual(await run(), { code: 0, stdout: "The database is prepared", stderr: "" });
    assert.deepEqual(await run(), { code: 0, stdout: "The database was prepared", stderr: "" });
    await execute(url, "comment on schema auth is null");
    assert.deepEqual(
      await run(),
      refused(
        "This database has a schema named auth that Switchboard did not make; use an empty database",
      ),
    );
    await execute(url, "create schema realtime");
    assert.deepEqual(
      await run(),
      refused(
        "This database belongs to a Supabase project, which has all of this already; push migrations " +
          "to it with the Supabase CLI",
      ),
    );
  },
});

Deno.test({
  ...onPostgres,
  name: "db:prepare refuses a role that may not create roles, and a database that is not there",
  async fn() {
    await using database = await createDatabase("template1");
    const role = `weak_${crypto.randomUUID().slice(0, 8)}`;
    await execute(database.url, `create role ${role} login password 'weak'`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = "weak";
      assert.deepEqual(
        await prepare("--database-url", url.href),
        refused("The database role may not create roles; use a superuser"),
      );
      url.pathname = "/nothing";
      assert.deepEqual(
        await prepare("--database-url", url.href),
        refused(`Cannot use the database ${url.host}/nothing: the server has no such database`),
      );
    } finally {
      await execute(database.url, `drop role ${role}`);
    }
  },
});
