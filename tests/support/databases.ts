// @ts-types="@types/pg"
import pg from "pg";

/** Names the cluster of the real-Postgres lane; unset where the machine has no server. */
export const CLUSTER = "SWITCHBOARD_TEST_DATABASE_URL";

/** The database that `tests/run.ts` prepared and migrated with the real Supabase CLI. */
export const TEMPLATE_DATABASE = "switchboard_template";

/** The same with jobs that the stack runs, where it has no pg_cron: what stacks on the cluster begin as. */
export const STACK_DATABASE = "switchboard_stack";

/** The password that the lane gives to the hot role, which may not sign in without one. */
const HOT_PASSWORD = "for tests alone";

/** Lets the hot role sign in on a cluster, as an operator does. */
export function openHotRole(clusterUrl: string): Promise<void> {
  return execute(clusterUrl, `alter role switchboard_hot login password '${HOT_PASSWORD}'`);
}

/** Connection string of the hot role: what `SWITCHBOARD_DB_URL` is set to. */
export function hotUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = "switchboard_hot";
  url.password = encodeURIComponent(HOT_PASSWORD);
  return url.href;
}

/** Set where every stack of a test is on the cluster, rather than embedded. */
export const STACKS_ON_CLUSTER = "SWITCHBOARD_TEST_STACKS_ON_CLUSTER";

/** Whether stacks of tests are on the cluster unless they say where. */
export const stacksOnCluster = Deno.env.has(STACKS_ON_CLUSTER);

/**
 * Options of a test that needs a real PostgreSQL, wherever other tests have their stacks: skipped
 * where the machine has none, and when the API suite is run again for stacks on the cluster.
 */
export const onPostgres = { ignore: !Deno.env.has(CLUSTER) || stacksOnCluster };

/** A database that lives for one test. */
export interface TestDatabase extends AsyncDisposable {
  /** Connection string of the superuser. */
  readonly url: string;
}

/** Connection string of the lane's cluster. */
export function clusterUrl(): string {
  const url = Deno.env.get(CLUSTER);
  if (url === undefined) throw new Error(`${CLUSTER} is not set`);
  return url;
}

/** Connection string of another database of the same cluster. */
export function databaseUrl(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * Makes a database on the lane's cluster.
 *
 * @param template what it starts as: migrated, unless another database is named.
 */
export async function createDatabase(template = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const cluster = clusterUrl();
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await execute(cluster, `create database ${name} template ${template}`);
  return {
    url: databaseUrl(cluster, name),
    [Symbol.asyncDispose]: () => drop(cluster, name),
  };
}

/**
 * Drops a database. The server waits a few seconds for connections that are being closed, which would
 * otherwise be cut off and say so in the middle of the next test.
 */
async function drop(clusterUrl: string, name: string): Promise<void> {
  try {
    await execute(clusterUrl, `drop database ${name}`);
  } catch (error) {
    const inUse = error instanceof pg.DatabaseError && error.code === "55006";
    if (!inUse) throw error;
    await execute(clusterUrl, `drop database ${name} with (force)`);
  }
}

/** Runs SQL on a connection of its own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Gives an action a pool of connections, and closes them whatever becomes of it. */
export async function withPool<Result>(
  url: string,
  max: number,
  action: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const pool = new pg.Pool({ connectionString: url, max });
  try {
    return await action(pool);
  } finally {
    await pool.end();
  }
}
