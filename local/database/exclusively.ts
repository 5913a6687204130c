import type { Database, Queryable } from "./database.ts";

/**
 * Runs a part of the start in a transaction of its own that no other start on the same database runs
 * at the same time: `create … if not exists` fails where two come at once.
 */
export function exclusively<T>(
  database: Database,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.query("select pg_advisory_xact_lock(hashtext('switchboard start'))");
    // Sessions remember which schemas there are not, and hear of new ones when they open a table.
    await transaction.query("select from pg_catalog.pg_namespace limit 0");
    return await work(transaction);
  });
}
