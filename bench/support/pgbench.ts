import { join } from "node:path";
import { findPostgres } from "#tests/support/postgres.ts";
import type { Shown } from "./comparison.ts";
import { quantile } from "./numbers.ts";

/** What pgbench is to run. */
export interface PgbenchRun {
  readonly url: string;
  /** In pgbench's language; one transaction. */
  readonly script: string;
  /** What the script calls `:name`; a colon in a literal would be taken for one. */
  readonly variables?: Readonly<Record<string, string>>;
  /** For the server, as in PGOPTIONS. */
  readonly settings?: string;
  readonly clients: number;
  readonly seconds: number;
  /**
   * Transactions a second that all clients together are to begin; as many as they can without. Each is
   * timed from when it was to begin.
   */
  readonly rate?: number;
}

/** Runs a script with prepared statements on so many connections; shows transactions a second. */
export async function runPgbench(run: PgbenchRun): Promise<Shown> {
  const folder = await Deno.makeTempDir({ prefix: "switchboard-pgbench-" });
  try {
    return await runIn(folder, run);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runIn(
  folder: string,
  { url, script, settings = "", variables = {}, clients, seconds, rate: wanted }: PgbenchRun,
): Promise<Shown> {
  const file = join(folder, "script.sql");
  await Deno.writeTextFile(file, script);
  const server = await findPostgres();
  const program = server === undefined ? "pgbench" : join(server.directory, "pgbench");
  const { hostname, port, username, password, pathname } = new URL(url);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [
      "--no-vacuum",
      "--protocol=prepared",
      `--file=${file}`,
      ...Object.entries(variables).map(([name, value]) => `--define=${name}=${value}`),
      `--client=${clients}`,
      `--time=${seconds}`,
      ...wanted === undefined ? [] : [`--rate=${wanted}`],
      "--log",
      `--log-prefix=${join(folder, "log")}`,
      `--host=${hostname}`,
      `--port=${port}`,
      `--username=${username}`,
      pathname.slice(1),
    ],
    env: { PGPASSWORD: decodeURIComponent(password), PGOPTIONS: settings },
  }).output();
  const text = new TextDecoder().decode(stdout);
  const rate = Number(/^tps = ([\d.]+)/m.exec(text)?.[1] ?? NaN);
  if (!success || Number.isNaN(rate)) throw new Error(new TextDecoder().decode(stderr));
  const latencies = await readLatencies(folder);
  return {
    value: rate,
    latencies: {
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      longest: quantile(latencies, 1),
    },
    failures: Number(/failed transactions: (\d+)/.exec(text)?.[1] ?? 0),
  };
}

/** In milliseconds: the third field of each line is a transaction's time in microseconds. */
async function readLatencies(folder: string): Promise<number[]> {
  const latencies: number[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("log.")) continue;
    for (const line of (await Deno.readTextFile(join(folder, name))).split("\n")) {
      if (line !== "") latencies.push(Number(line.split(" ")[2]) / 1_000);
    }
  }
  return latencies;
}
