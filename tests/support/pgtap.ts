import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { findPostgres, hasExtension } from "#tests/support/postgres.ts";

/** Where `supabase test db` looks for tests. */
const FOLDER = join(ROOT, "supabase", "tests");

const postgres = await findPostgres();

/** Options of a test that needs pgTAP: skipped where the server has none. */
export const withPgtap = {
  ignore: onPostgres.ignore || postgres === undefined ||
    !await hasExtension(postgres.directory, "pgtap"),
};

/** The files that `supabase test db` would run: those of other names are what they include. */
export async function pgtapFiles(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) if (name.endsWith(".sql")) names.push(name);
  return names.sort();
}

/** How a file of pgTAP tests ended. */
export interface PgtapOutcome {
  readonly passed: number;
  /** The descriptions of those that failed. */
  readonly failed: readonly string[];
}

/**
 * Runs a file with the flags that `pg_prove` gives to psql.
 *
 * @throws {Error} if it broke off, or ran fewer tests than it planned.
 */
export async function runPgtap(databaseUrl: string, file: string): Promise<PgtapOutcome> {
  const { success, stdout, stderr } = await new Deno.Command(
    join(postgres?.directory ?? "", "psql"),
    {
      args: [
        ...["--no-psqlrc", "--no-align", "--quiet", "--tuples-only", "--pset=pager=off"],
        ...["--set=ON_ERROR_STOP=1", `--dbname=${databaseUrl}`, `--file=${join(FOLDER, file)}`],
      ],
      stdin: "null",
    },
  ).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${file} broke off: ${decoder.decode(stderr)}`);
  const lines = decoder.decode(stdout).split("\n");
  const passed = lines.filter((line) => /^ok \d+/.test(line)).length;
  const failed = lines.flatMap((line) => /^not ok \d+ - (.*)/.exec(line)?.[1] ?? []);
  const planned = lines.map((line) => /^1\.\.(\d+)$/.exec(line)?.[1]).find(Boolean);
  if (Number(planned) !== passed + failed.length) {
    throw new Error(`${file} planned ${planned} tests and ran ${passed + failed.length}`);
  }
  return { passed, failed };
}
