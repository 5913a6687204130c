/**
 * Runs the suite as `deno task test` and `deno task test:long` do, with the real-Postgres lane where
 * this machine has a server.
 *
 * Usage: deno run -A tests/run.ts [--long] [--without-cli] [file or folder …]
 *
 * `--without-cli` migrates the lane's database as the embedded stack does, which takes a second
 * instead of ten, and leaves pg_cron's database out: for `tests/mutants.ts`.
 */
import { DOMParser } from "@xmldom/xmldom";
import { parseArgs } from "node:util";
import { supabaseOrThrow } from "#operator/supabase_cli.ts";
import { databaseUrl, execute, openHotRole, TEMPLATE_DATABASE } from "#tests/support/databases.ts";
import { CRON_DATABASE, findPostgres, startCluster } from "#tests/support/postgres.ts";

const { values: { long, "without-cli": withoutCli }, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: "boolean", default: false },
    "without-cli": { type: "boolean", default: false },
  },
});

// Ctrl-C reaches the tests too; waiting for them to end lets the cluster be taken down.
Deno.addSignalListener("SIGINT", () => {});
Deno.exit(await main());

async function main(): Promise<number> {
  const postgres = await findPostgres();
  if (!postgres) {
    console.log(
      "Skipped: the real-Postgres lane, for want of PostgreSQL 15 or later (Debian: apt-get install postgresql-15)",
    );
    return await test({});
  }
  console.log(`Real-Postgres lane: PostgreSQL ${postgres.version}`);
  await using cluster = await startCluster(postgres);
  await (withoutCli ? makeTemplate(cluster.url) : makeDatabases(cluster.url));
  await openHotRole(cluster.url);
  return await test({ SWITCHBOARD_TEST_DATABASE_URL: cluster.url });
}

/** The template, as the embedded stack would make it of an empty database. */
async function makeTemplate(clusterUrl: string): Promise<void> {
  await execute(clusterUrl, `create database ${TEMPLATE_DATABASE}`);
  const { createStack } = await import("#local/stack.ts");
  const url = databaseUrl(clusterUrl, TEMPLATE_DATABASE);
  await using _stack = await createStack({ data: { kind: "postgres", url }, cron: false });
}

/** The template and pg_cron's database, as a user would make them of empty ones. */
async function makeDatabases(clusterUrl: string): Promise<void> {
  const urls = [TEMPLATE_DATABASE, CRON_DATABASE].map((name) => databaseUrl(clusterUrl, name));
  // One after the other: roles belong to the cluster, and both would make them.
  for (const url of urls) {
    await execute(clusterUrl, `create database ${new URL(url).pathname.slice(1)}`);
    await prepare(url);
  }
  await Promise.all(urls.map(push));
}

/** Puts on an empty database what the platform would have there. */
async function prepare(url: string): Promise<void> {
  await runOrThrow(Deno.execPath(), ["task", "--quiet", "db:prepare", "--database-url", url]);
}

/** Migrates a database with the tool that users deploy with. */
async function push(url: string): Promise<void> {
  await supabaseOrThrow(["db", "push", `--remote=${url}`, "--yes"]);
}

async function runOrThrow(program: string, args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `${program} ${args.join(" ")} failed:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`,
  );
}

async function test(env: Record<string, string>): Promise<number> {
  const report = await Deno.makeTempFile({ prefix: "switchboard-tests-", suffix: ".xml" });
  try {
    const files = await selectedFiles();
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--parallel", "--quiet", `--junit-path=${report}`, ...files],
      env: { DENO_JOBS: "2", ...env },
      stdin: "null",
    }).spawn().status;
    const results = await Deno.readTextFile(report);
    if (results === "") throw new Error("The tests could not be run");
    return summarise(results, code);
  } finally {
    await Deno.remove(report);
  }
}

/** Long tests are named `…_long_test.ts`; either they run or the others do. */
async function selectedFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const start of positionals.length > 0 ? positionals : ["tests"]) {
    for await (const path of filesBelow(start)) {
      if (path.endsWith("_test.ts") && path.endsWith("_long_test.ts") === long) found.push(path);
    }
  }
  if (found.length === 0) throw new Error("No test file is selected");
  return found.sort();
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  if (!(await Deno.stat(path)).isDirectory) return yield path;
  for await (const { name } of Deno.readDir(path)) yield* filesBelow(`${path}/${name}`);
}

/**
 * Names each test that failed, with the first line of what was wrong, and prints the closing line that
 * CI reads; a run in which nothing passed has failed.
 */
function summarise(report: string, code: number): number {
  const cases = [
    ...new DOMParser().parseFromString(report, "text/xml").getElementsByTagName("testcase"),
  ];
  const having = (tag: string) => cases.filter((test) => test.getElementsByTagName(tag).length > 0);
  const failures = having("failure");
  for (const test of failures) {
    const [reason] = [...test.getElementsByTagName("failure")].map((failure) =>
      failure.textContent?.trim().split("\n")[0]
    );
    console.log(
      `failed: ${test.getAttribute("classname")} => ${test.getAttribute("name")}: ${reason}`,
    );
  }
  // What breaks outside a test, in a timer or while a file loads, is in no test case.
  const failed = Math.max(failures.length, code === 0 ? 0 : 1);
  const skipped = having("skipped").length;
  const passed = cases.length - failures.length - skipped;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return passed === 0 ? 1 : code;
}
