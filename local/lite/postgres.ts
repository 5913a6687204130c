import type postgres from "postgres";
import type { Database, Parameter, Queryable } from "../database/database.ts";
import type { Connection } from "./connection.ts";
import { cure } from "./cures.ts";
import { POSTGRES_VALUES } from "./values.ts";

/** How many sessions the stack takes. */
const POOL = 10;

/** How long to wait for a server that does not answer, in seconds. */
const CONNECT_TIMEOUT_S = 5;

/** Opens a pool on a Postgres server; the first query finds out whether it is there. */
export async function openPostgres(url: string): Promise<Connection> {
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
  return {
    lite,
    database: new PostgresDatabase(lite.driver),
    close: () => lite.close(),
  };
}

/** What a pool and a transaction of the driver have in common. */
type Session = Pick<postgres.Sql, "unsafe">;

class PostgresSession implements Queryable {
  constructor(private readonly session: Session) {}

  async query(text: string, parameters: readonly Parameter[] = []) {
    return [...await this.session.unsafe(text, [...parameters])];
  }

  async exec(statements: string) {
    await this.session.unsafe(statements).simple();
  }
}

class PostgresDatabase extends PostgresSession implements Database {
  readonly kind = "postgres";

  constructor(private readonly sql: postgres.Sql) {
    super(sql);
  }

  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    await this.sql.begin(async (session) => {
      result = { value: await work(new PostgresSession(session)) };
    });
    if (result === undefined) throw new Error("The transaction did not run");
    return result.value;
  }
}
