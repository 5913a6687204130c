import { PostgresDatabase } from "../database/postgres_database.ts";
import { parseDatabaseUrl, reach } from "../database/postgres_server.ts";
import type { Connection } from "./connection.ts";
import { cure } from "./cures.ts";
import { POSTGRES_VALUES } from "./values.ts";

/** How many sessions the stack takes. */
const POOL = 10;

/** How long to wait for a server that does not answer, in seconds. */
const CONNECT_TIMEOUT_S = 5;

/** How long sessions may take to finish when the stack stops, in seconds. */
const CLOSE_TIMEOUT_S = 5;

/**
 * Opens a pool on a Postgres server.
 *
 * @throws {LocalFailure} if it cannot be reached, or is a hosted project's.
 */
export async function openPostgres(url: string): Promise<Connection> {
  parseDatabaseUrl(url);
  const { createPostgresConnection } = await import("@supabase/lite/postgres");
  const lite = createPostgresConnection({
    url,
    postgresOptions: {
      max: POOL,
      connect_timeout: CONNECT_TIMEOUT_S,
      onnotice() {},
      types: POSTGRES_VALUES,
    },
  });
  cure(lite);
  const database = new PostgresDatabase(lite.driver);
  try {
    await reach(url, () => database.query("select 1"));
  } catch (error) {
    await lite.driver.end({ timeout: 0 });
    throw error;
  }
  // Lite's own close waits without end for a session that was rolled back.
  const close = () => lite.driver.end({ timeout: CLOSE_TIMEOUT_S });
  return { lite, database, close };
}
