import type postgres from "postgres";
import type { Database, Parameter, Queryable } from "./database.ts";

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

/** A pool of connections to a Postgres server. */
export class PostgresDatabase extends PostgresSession implements Database {
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
