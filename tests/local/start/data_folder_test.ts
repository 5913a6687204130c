import assert from "node:assert/strict";
import { join } from "node:path";
import { openDataFolder } from "#local/start/data_folder.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

const OWN = { fresh: false, shared: false };
const FRESH = { fresh: true, shared: false };

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

/** What a stack leaves behind that ran in a folder. */
async function leaveDatabase(folder: string, version = "17"): Promise<void> {
  using opened = await openDataFolder(folder, OWN);
  await Deno.mkdir(join(opened.database, "global"), { recursive: true });
  await Deno.writeTextFile(join(opened.database, "PG_VERSION"), `${version}\n`);
  await Deno.writeTextFile(join(opened.database, "global", "pg_control"), "");
  await Deno.writeTextFile(opened.secrets, "{}");
  await Deno.writeTextFile(opened.details, "{}");
  await Deno.writeTextFile(opened.schemaCache, "{}");
  await opened.markComplete();
}

Deno.test("a folder is made where there is none, and one process at a time has it", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a", "b");
  {
    using _opened = await openDataFolder(path, OWN);
    await assert.rejects(openDataFolder(path, OWN), {
      name: "LocalFailure",
      message: `Another stack is running on ${path}; stop it, or give --data another folder`,
    });
  }
  using _again = await openDataFolder(path, OWN);
});

Deno.test("what a stack keeps is there at the next start, but for what it said of itself", async () => {
  await using folder = await temporaryFolder();
  await leaveDatabase(folder.path);
  using _opened = await openDataFolder(folder.path, OWN);
  assert.deepEqual(await names(folder.path), [
    "database",
    "database.complete",
    "schema.json",
    "secrets.json",
    "switchboard.lock",
  ]);
});

Deno.test("a database whose first start was cut off is thrown away, its keys are kept", async () => {
  await using folder = await temporaryFolder();
  await leaveDatabase(folder.path);
  await Deno.remove(join(folder.path, "database.complete"));
  using _opened = await openDataFolder(folder.path, OWN);
  assert.deepEqual(await names(folder.path), ["secrets.json", "switchboard.lock"]);
});

Deno.test("a lock of Postgres that a kill left half-written is in nobody's way", async () => {
  await using folder = await temporaryFolder();
  await leaveDatabase(folder.path);
  await Deno.writeTextFile(join(folder.path, "database", "postmaster.pid"), "");
  using opened = await openDataFolder(folder.path, OWN);
  assert.deepEqual(await names(opened.database), ["PG_VERSION", "global"]);
});

Deno.test("--fresh forgets what the stack made, and nothing that somebody put beside it", async () => {
  await using folder = await temporaryFolder();
  await leaveDatabase(folder.path);
  await Deno.writeTextFile(join(folder.path, "notes.txt"), "mine");
  using _opened = await openDataFolder(folder.path, FRESH);
  assert.deepEqual(await names(folder.path), ["notes.txt", "switchboard.lock"]);
});

Deno.test("a folder with somebody else's files is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "database"));
  await Deno.writeTextFile(join(folder.path, "secrets.json"), "mine");
  for (const options of [OWN, FRESH]) {
    await assert.rejects(openDataFolder(folder.path, options), {
      name: "LocalFailure",
      message:
        `${folder.path} has files in it that Switchboard did not make; give --data an empty folder`,
    });
  }
  assert.deepEqual(await names(folder.path), ["database", "secrets.json"]);
});

Deno.test("the clone's own folder may have files of the CLI in it", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(join(folder.path, "cli-latest"), "v3");
  using _opened = await openDataFolder(folder.path, { fresh: true, shared: true });
  assert.deepEqual(await names(folder.path), ["cli-latest", "switchboard.lock"]);
});

Deno.test("data of another version of Postgres is refused, and --fresh is the way out", async () => {
  await using folder = await temporaryFolder();
  await leaveDatabase(folder.path, "16");
  await assert.rejects(openDataFolder(folder.path, OWN), {
    name: "LocalFailure",
    message: `${join(folder.path, "database")} is of Postgres 16, and this stack is Postgres 17; ` +
      "begin again with --fresh, or give --data another folder",
  });
  using _opened = await openDataFolder(folder.path, FRESH);
});

Deno.test("a place where no folder can be is refused", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  for (const path of [file, join(file, "below"), "/proc/switchboard"]) {
    await assert.rejects(openDataFolder(path, OWN), (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, "LocalFailure");
      assert.match(error.message, /^Cannot keep data in \S+: [^\n]+$/);
      return true;
    });
  }
});

Deno.test("a damaged database is named, and --fresh is the way out", async () => {
  for (const part of ["PG_VERSION", join("global", "pg_control")]) {
    const folder = await Deno.makeTempDir({ prefix: "switchboard-folder-" });
    try {
      await leaveDatabase(folder);
      await Deno.remove(join(folder, "database", part));
      await assert.rejects(
        openDataFolder(folder, OWN),
        /is damaged: .* is missing; begin again with --fresh/,
      );
      (await openDataFolder(folder, { ...OWN, fresh: true }))[Symbol.dispose]();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});
