import { standInSql } from "#local/cron/prepare.ts";
import { LocalFailure } from "#local/failure.ts";
import { ROOT } from "#local/paths.ts";
import { databaseUrl, execute } from "#tests/support/databases.ts";
import { findPostgres, startCluster } from "#tests/support/postgres.ts";
import { supabaseOrThrow } from "../supabase_cli.ts";

/** An empty database that was migrated, on a server that is gone afterwards. */
export interface MigratedDatabase extends AsyncDisposable {
  readonly url: string;
  /** Where the server's programs are, and which version it is. */
  readonly directory: string;
  readonly version: number;
}

/**
 * Starts a PostgreSQL and migrates a database there with the real CLI, as a user would.
 *
 * @throws {LocalFailure} where this machine has no PostgreSQL 15 or later.
 */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const postgres = await findPostgres();
  if (postgres === undefined) {
    throw new LocalFailure(
      "This needs PostgreSQL 15 or later on this machine (Debian: apt-get install postgresql-15)",
    );
  }
  const cluster = await startCluster(postgres);
  try {
    await execute(cluster.url, "create database switchboard");
    const url = databaseUrl(cluster.url, "switchboard");
    await prepare(url);
    // For the jobs to be found there, with or without pg_cron.
    await execute(url, await standInSql());
    await supabaseOrThrow(["db", "push", `--remote=${url}`, "--yes"], { cwd: ROOT });
    return { url, ...postgres, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** Puts on an empty database what the platform would have there. */
async function prepare(url: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "db:prepare", "--database-url", url],
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`db:prepare failed: ${new TextDecoder().decode(stderr)}`);
}
