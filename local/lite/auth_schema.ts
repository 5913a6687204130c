import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "../database/database.ts";

/**
 * Adds what Lite's auth service keeps beside the users: sessions, tokens, identities. Lite would do
 * it by itself, statement by statement, printing what fails.
 */
export async function ensureAuthTables(database: Database): Promise<void> {
  const [row] = await database.query(
    "select to_regclass('auth.audit_log_entries') is null as missing",
  );
  if (row?.missing === true) {
    await database.transaction((transaction) => transaction.exec(getAuthSchemaSql()));
  }
}
