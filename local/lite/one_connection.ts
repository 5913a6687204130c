import {
  CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type { Session } from "./session.ts";
import type { Turnstile } from "./turnstile.ts";

/**
 * A query builder over the one session that PGlite has, which one transaction at a time may use.
 *
 * Lite's own shares the session without a lock: of two requests at once the second runs in the
 * first one's transaction, and with its role. Here a request holds the session until it is done.
 */
// deno-lint-ignore no-explicit-any -- the type that Lite declares for its field
export function oneConnection(session: Session, turnstile: Turnstile): Kysely<any> {
  const connection = new SessionConnection(session);
  const driver = new OneConnectionDriver(connection);
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  const provider: ConnectionProvider = {
    provideConnection: (consumer) => turnstile.pass(() => consumer(connection)),
  };
  return new Kysely({
    config: { dialect },
    dialect,
    driver,
    executor: new DefaultQueryExecutor(
      new PostgresQueryCompiler(),
      new PostgresAdapter(),
      provider,
    ),
  });
}

class SessionConnection implements DatabaseConnection {
  constructor(private readonly session: Session) {}

  async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affectedRows } = await this.session.query<Row>(
      compiled.sql,
      compiled.parameters,
    );
    return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) };
  }

  streamQuery(): never {
    throw new Error("PGlite cannot stream a result");
  }
}

class OneConnectionDriver implements Driver {
  #inTransaction = false;

  constructor(private readonly connection: DatabaseConnection) {}

  init(): Promise<void> {
    return Promise.resolve();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.connection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Its commit would end the outer one's transaction too.
    if (this.#inTransaction) throw new Error("A transaction was begun inside another");
    await connection.executeQuery(CompiledQuery.raw("begin"));
    this.#inTransaction = true;
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.#inTransaction = false;
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#inTransaction = false;
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  /** The database is closed by who opened it. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }
}
