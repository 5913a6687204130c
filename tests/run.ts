/**
 * Runs the suite as `deno task test` and `deno task test:long` do, with the real-Postgres lane where
 * this machine has a server.
 *
 * Usage: deno run -A tests/run.ts [--long] [--without-cli] [file or folder …]
 *
 * The API suite, which is every test that makes a stack, runs twice then: with embedded stacks, as
 * all tests do, and with stacks on the server.
 *
 * `--without-cli` migrates the lane's database as the embedded stack does, which takes a second
 * instead of ten, and leaves out pg_cron's database and the second run of the API suite: for
 * `tests/mutants.ts`.
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { standInSql } from "#local/cron/prepare.ts";
import { supabaseOrThrow } from "#operator/supabase_cli.ts";
import { apiSuite } from "#tests/support/api_suite.ts";
import {
  CLUSTER,
  databaseUrl,
  execute,
  openHotRole,
  STACK_DATABASE,
  STACKS_ON_CLUSTER,
  TEMPLATE_DATABASE,
} from "#tests/support/databases.ts";
import { CRON_DATABASE, findPostgres, startCluster } from "#tests/support/postgres.ts";
import { readReport, summarise, type TestResult } from "#tests/support/report.ts";

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
  const files = await selectedFiles();
  const postgres = await findPostgres();
  if (!postgres) {
    console.log(
      "Skipped: the real-Postgres lane, the API suite on it included, for want of PostgreSQL 15 or later (Debian: apt-get install postgresql-15)",
    );
    const { results, code } = await test(files, {});
    return summarise(results, code);
  }
  console.log(`Real-Postgres lane: PostgreSQL ${postgres.version}`);
  await using cluster = await startCluster(postgres);
  await (withoutCli ? makeTemplate(cluster.url) : makeDatabases(cluster.url));
  await openHotRole(cluster.url);
  const first = await test(files, { [CLUSTER]: cluster.url });
  const again = withoutCli || long ? [] : await apiSuite(files);
  if (again.length === 0) return summarise(first.results, first.code);
  const lane = `PostgreSQL ${postgres.version}`;
  const second = await test(again, { [CLUSTER]: cluster.url, [STACKS_ON_CLUSTER]: "true" }, lane);
  return summarise([...first.results, ...second.results], first.code || second.code);
}

/** The template, as the embedded stack would make it of an empty database. */
async function makeTemplate(clusterUrl: string): Promise<void> {
  await execute(clusterUrl, `create database ${TEMPLATE_DATABASE}`);
  const { createStack } = await import("#local/stack.ts");
  const url = databaseUrl(clusterUrl, TEMPLATE_DATABASE);
  await using _stack = await createStack({ data: { kind: "postgres", url }, cron: false });
}

/** The templates and pg_cron's database, as a user would make them of empty ones. */
async function makeDatabases(clusterUrl: string): Promise<void> {
  const names = [TEMPLATE_DATABASE, STACK_DATABASE, CRON_DATABASE];
  const urls = names.map((name) => databaseUrl(clusterUrl, name));
  // One after the other: roles belong to the cluster, and each would make them.
  for (const url of urls) {
    await execute(clusterUrl, `create database ${new URL(url).pathname.slice(1)}`);
    await prepare(url);
  }
  // A stack has jobs to run, and pg_cron is in one database of a cluster only.
  await execute(databaseUrl(clusterUrl, STACK_DATABASE), await standInSql());
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

/** How a run of tests ended. */
interface Outcome {
  readonly results: readonly TestResult[];
  /** The exit code. */
  readonly code: number;
}

/**
 * Runs tests.
 *
 * @param lane what to call the lane, before each line and each test, where it is not the usual one.
 */
async function test(
  files: readonly string[],
  env: Record<string, string>,
  lane?: string,
): Promise<Outcome> {
  const path = await Deno.makeTempFile({ prefix: "switchboard-tests-", suffix: ".xml" });
  try {
    const tests = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--allow-all",
        "--parallel",
        "--quiet",
        // Types are `deno check`'s, which takes half a minute.
        "--no-check",
        `--junit-path=${path}`,
        ...files,
      ],
      // Each user that a test signs up would else cost as long as a password of a real one.
      env: { DENO_JOBS: "2", LITE_AUTH_BCRYPT_COST: "4", ...env },
      stdin: "null",
      stdout: lane === undefined ? "inherit" : "piped",
    }).spawn();
    if (lane !== undefined) await printUnder(lane, tests.stdout);
    const { code } = await tests.status;
    const report = await Deno.readTextFile(path);
    if (report === "") throw new Error("The tests could not be run");
    const results = readReport(report);
    return { results: lane === undefined ? results : ofLane(lane, results), code };
  } finally {
    await Deno.remove(path);
  }
}

/** Prints lines as they come, each with its lane. */
async function printUnder(lane: string, output: ReadableStream<Uint8Array>): Promise<void> {
  const input = Readable.from(output.pipeThrough(new TextDecoderStream()));
  for await (const line of createInterface({ input })) console.log(`${lane} | ${line}`);
}

/** Results named with their lane, without the tests that another lane has run. */
function ofLane(lane: string, results: readonly TestResult[]): TestResult[] {
  return results
    .filter(({ outcome }) => outcome !== "skipped")
    .map((result) => ({ ...result, file: `${lane} | ${result.file}` }));
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
