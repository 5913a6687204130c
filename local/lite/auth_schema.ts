import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "../database/database.ts";
import { exclusively } from "../database/exclusively.ts";

/**
 * Adds what Lite's auth service keeps beside the users: sessions, tokens, identities. Lite would do
 * it by itself, statement by statement, printing what fails.
 */
export async function ensureAuthTables(database: Database): Promise<void> {
  await exclusively(database, async (transaction) => {
    const [row] = await transaction.query(
      "select to_regclass('auth.audit_log_entries') is null as missing",
    );
    if (row?.missing === true) await transaction.exec(getAuthSchemaSql());
  });
}
