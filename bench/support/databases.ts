import { migrate, readMigrations } from "#local/database/migrations.ts";
import { applyPlatform } from "#local/database/platform.ts";
import { PostgresDatabase } from "#local/database/postgres_database.ts";
import { prepareCron } from "#local/cron/prepare.ts";
import { MIGRATIONS } from "#local/paths.ts";
import postgres from "postgres";
import { databaseUrl, execute, openHotRole } from "#tests/support/databases.ts";
import { type Cluster, findPostgres, startCluster } from "#tests/support/postgres.ts";

/** A PostgreSQL server of the benchmark's own, with the settings that Debian ships: durable. */
export async function benchmarkCluster(): Promise<Cluster> {
  const binaries = await findPostgres();
  if (binaries === undefined) throw new Error("This needs PostgreSQL 15 or later");
  return await startCluster(binaries, { durable: true });
}

/** Makes a migrated database on a cluster, which the hot role may sign in to; answers its connection string. */
export async function migratedDatabase(clusterUrl: string, name: string): Promise<string> {
  const url = await emptyDatabase(clusterUrl, name);
  const sql = postgres(url, { max: 1, onnotice() {} });
  const database = new PostgresDatabase(sql);
  await applyPlatform(database);
  await prepareCron(database);
  await migrate(database, await readMigrations(MIGRATIONS));
  await sql.end();
  await openHotRole(clusterUrl);
  return url;
}

/** Makes a database for a peer; answers its connection string. */
export async function emptyDatabase(clusterUrl: string, name: string): Promise<string> {
  await execute(clusterUrl, `create database ${name}`);
  return databaseUrl(clusterUrl, name);
}
