import type { PGlite, PGliteOptions } from "@electric-sql/pglite";
import type { CacheDriver } from "@supabase/lite";
import type { Database, Parameter, Queryable, Row } from "../database/database.ts";
import { LocalFailure } from "../failure.ts";
import type { Connection } from "./connection.ts";
import { cure } from "./cures.ts";
import { oneConnection } from "./one_connection.ts";
import { memorySchemaCache } from "./schema_cache.ts";
import { keepingExitCode, Session } from "./session.ts";
import { Turnstile } from "./turnstile.ts";
import { EMBEDDED_VALUES } from "./values.ts";

/** A Postgres inside this process. */
export interface EmbeddedConnection extends Connection {
  /** All its data as one uncompressed archive, to be loaded again. */
  snapshot(): Promise<Blob>;
}

/** Where an embedded database is. */
export interface EmbeddedPlace {
  /** A folder's path, or `memory://`. */
  readonly location: string;
  /** Data to start from, where there is none yet. */
  readonly snapshot?: Blob | undefined;
  /** Where to keep what is known of its schema. */
  readonly schemaCache: CacheDriver;
}

/** Opens PGlite. */
export async function openEmbedded(place: EmbeddedPlace): Promise<EmbeddedConnection> {
  const { createPgliteConnection } = await import("@supabase/lite/pglite");
  const pgliteOptions: PGliteOptions = {
    ...EMBEDDED_VALUES,
    ...(place.snapshot === undefined ? {} : { loadDataDir: place.snapshot }),
  };
  const { location: url, schemaCache } = place;
  const lite = await createPgliteConnection({ url, schemaCache, pgliteOptions });
  const pglite = lite.driver;
  await keepingExitCode(() => whenReady(pglite, url));
  const turnstile = new Turnstile();
  const session = new Session(pglite);
  lite.kysely = oneConnection(session, turnstile);
  cure(lite);
  return {
    lite,
    database: new EmbeddedDatabase(session, turnstile),
    snapshot: () =>
      turnstile.pass(async () => {
        // What only the log has would be replayed each time that the snapshot is loaded.
        await session.exec("checkpoint");
        return await pglite.dumpDataDir("none");
      }),
    // Waits for whoever has the session.
    close: () =>
      turnstile.pass(() => {
        // Lite would forget the schema for the next start too.
        lite.config.schemaCache = memorySchemaCache();
        return keepingExitCode(() => lite.close());
      }),
  };
}

async function whenReady(pglite: PGlite, location: string): Promise<void> {
  try {
    await pglite.waitReady;
  } catch (cause) {
    // What the file system refused is thrown as a number without a message.
    const reason = cause instanceof Error ? cause.message : Deno.inspect(cause);
    throw new LocalFailure(
      `The database in ${location} cannot be opened: ${reason}; begin again with --fresh`,
      { cause },
    );
  }
}

class EmbeddedDatabase implements Database {
  readonly kind = "embedded";

  constructor(private readonly session: Session, private readonly turnstile: Turnstile) {}

  query(text: string, parameters: readonly Parameter[] = []) {
    return this.turnstile.pass(async () => {
      const { rows } = await this.session.query<Row>(text, parameters);
      return rows;
    });
  }

  exec(statements: string) {
    return this.turnstile.pass(() => this.session.exec(statements));
  }

  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.turnstile.pass(async () => {
      await this.session.exec("begin");
      try {
        const result = await work(this);
        await this.session.exec("commit");
        return result;
      } catch (error) {
        await this.session.exec("rollback");
        throw error;
      }
    });
  }
}
