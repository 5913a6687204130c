import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { exclusively } from "../database/exclusively.ts";

const STAND_IN = join(import.meta.dirname ?? ".", "standin.sql");

/**
 * Makes sure that jobs can be scheduled, before the migrations schedule theirs: by pg_cron where the
 * server has it and lets us, else by a stand-in.
 *
 * @returns who runs the jobs: the server, or our runner.
 */
export async function prepareCron(database: Database): Promise<"server" | "runner"> {
  if (await hasPgCron(database)) return "server";
  if (database.kind === "postgres") {
    try {
      await database.exec("create extension if not exists pg_cron");
    } catch {
      // Not installed, not preloaded, or meant for another database of the server.
    }
    if (await hasPgCron(database)) return "server";
  }
  const statements = await standInSql();
  await exclusively(database, (transaction) => transaction.exec(statements));
  return "runner";
}

async function hasPgCron(database: Database): Promise<boolean> {
  const rows = await database.query("select from pg_extension where extname = 'pg_cron'");
  return rows.length > 0;
}

/** The stand-in's definition. */
export function standInSql(): Promise<string> {
  return Deno.readTextFile(STAND_IN);
}
