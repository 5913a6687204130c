import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { census } from "#tests/support/census.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { readDetails, startProcess } from "#tests/support/start_process.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

/** Dials the running stack from another process, as the README says. */
async function call(folder: string): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "local", "call.ts"), "--data", folder, "--digits", "2,1"],
    stdin: "null",
    stdout: "null",
  }).output();
  return code;
}

Deno.test("start takes a call by itself, and a restart finds the same data", async (t) => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, "data");
  let before: Awaited<ReturnType<typeof readDetails>> | undefined;
  let counted: Awaited<ReturnType<typeof census>> = {};
  // What is known of the schema, which a second start need not find out again.
  const schemaRead = async () => (await Deno.stat(join(data, "schema.json"))).mtime?.getTime();
  let read: number | undefined;

  await t.step(
    "the first start prints its steps, the call, where it is and what next",
    async () => {
      await using start = startProcess("--data", data);
      await start.printed("health/ready\n");
      const output = start.output();
      assert.match(output, /database +\d+\.\d\d s\n/);
      assert.match(output, /migrations +\d+\.\d\d s\n/);
      assert.match(output, /☎ {2}Welcome to Switchboard/);
      assert.match(output, /⌨ {2}2\n[^]*⌨ {2}1\n/);
      before = await readDetails(data);
      assert.ok(output.includes(`\nready ${before.url}\n`));
      assert.equal(((await Deno.stat(join(data, "local.json"))).mode ?? 0) & 0o777, 0o600);
      assert.doesNotMatch(output, new RegExp(before.secret_key));

      assert.equal(await call(data), 0);
      counted = await census(data);
      assert.deepEqual(counted, { calls: 2, menus: 3, versions: 1, connections: 1, numbers: 1 });

      await using second = startProcess("--data", data);
      // Without the lock it would get as far as this, and not end by itself.
      await assert.rejects(second.printed("\nready "), /It ended before/);
      assert.deepEqual(await second.ended, {
        code: 1,
        signal: null,
        stderr: `Another stack is running on ${data}; stop it, or give --data another folder\n`,
      });

      const { port } = new URL(before.url);
      const elsewhere = join(folder.path, "elsewhere");
      const taken = await startProcess("--data", elsewhere, "--port", port).ended;
      assert.deepEqual([taken.code, taken.stderr], [
        1,
        `Port ${port} is taken; choose another with --port\n`,
      ]);

      const { code, stderr } = await start.end("SIGINT");
      assert.equal(code, 0);
      // The other process's call, a line for each of its requests.
      const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
      assert.ok(lines.length > 2);
      for (const { event, function: name } of lines) {
        assert.deepEqual([event, name], ["request", "ivr"]);
      }
      await assert.rejects(Deno.stat(join(data, "local.json")), Deno.errors.NotFound);
      read = await schemaRead();
    },
  );

  await t.step("the second start has the same keys and tenant, and one call more", async () => {
    await using start = startProcess("--data", data);
    await start.printed("health/ready\n");
    const { url: _url, provider_url: _provider, pid: _pid, ...after } = await readDetails(data);
    assert.ok(before);
    const { url: _oldUrl, provider_url: _oldProvider, pid: _oldPid, ...same } = before;
    assert.deepEqual(after, same);
    assert.deepEqual(await census(data), { ...counted, calls: 3 });
    assert.equal(await schemaRead(), read);
    assert.equal((await start.end("SIGKILL")).signal, "SIGKILL");
  });

  await t.step("a start after a kill has everything too, without a call if asked", async () => {
    await using start = startProcess("--data", data, "--no-demo");
    await start.printed("health/ready\n");
    assert.doesNotMatch(start.output(), /demo/);
    assert.equal((await readDetails(data)).demo, undefined);
    assert.equal((await start.end("SIGTERM")).code, 0);
  });
});

Deno.test("a first start that is killed is repaired by the next one", async () => {
  await using folder = await temporaryFolder();
  // While the database is made, while it is migrated, while the tenant is made.
  for (const step of ["database", "migrations", "demo tenant"]) {
    await using start = startProcess("--data", folder.path);
    await start.printed(`  ${step}`);
    assert.equal((await start.end("SIGKILL")).signal, "SIGKILL");
  }
  await using start = startProcess("--data", folder.path);
  await start.printed("health/ready\n");
  assert.deepEqual(await census(folder.path), {
    calls: 1,
    menus: 3,
    versions: 1,
    connections: 1,
    numbers: 1,
  });
  assert.equal((await start.end("SIGTERM")).code, 0);
});

Deno.test("start says in one sentence why it cannot, and exits with 1", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(join(folder.path, "mine.txt"), "");
  const refused: readonly (readonly [string[], string])[] = [
    [
      ["--data", folder.path],
      `${folder.path} has files in it that Switchboard did not make; give --data an empty folder\n`,
    ],
    [["--bogus"], "Unknown option '--bogus'; see --help\n"],
    [
      ["--data", join(folder.path, "new"), "--database-url", "postgres://u:s3cret@127.0.0.1:1/db"],
      "Cannot use the database 127.0.0.1:1/db: nobody answers there\n",
    ],
  ];
  for (const [args, stderr] of refused) {
    assert.deepEqual(await startProcess(...args).ended, { code: 1, signal: null, stderr });
  }
});

Deno.test({
  ...onPostgres,
  name: "start runs on an empty PostgreSQL, and again, and on one that the CLI migrated",
  async fn() {
    await using folder = await temporaryFolder();
    for (const template of ["template1", undefined]) {
      await using database = await createDatabase(template);
      const data = join(folder.path, template ?? "migrated");
      for (const calls of [1, 2]) {
        await using start = startProcess("--data", data, "--database-url", database.url);
        await start.printed("health/ready\n");
        assert.equal((await census(data)).calls, calls);
        assert.equal((await start.end("SIGTERM")).code, 0);
      }
    }
  },
});
