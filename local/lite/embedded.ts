import type { PGlite, PGliteOptions, Results } from "@electric-sql/pglite";
import type { CacheDriver } from "@supabase/lite";
import type { Database, Parameter, Queryable } from "../database/database.ts";
import type { Connection } from "./connection.ts";
import { cure } from "./cures.ts";
import { oneConnection } from "./one_connection.ts";
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
  await pglite.waitReady;
  // Its start leaves the exit code of a child that it pretends to have run.
  Deno.exitCode = 0;
  const turnstile = new Turnstile();
  lite.kysely = oneConnection(pglite, turnstile);
  cure(lite);
  return {
    lite,
    database: new EmbeddedDatabase(pglite, turnstile),
    snapshot: () => turnstile.pass(() => pglite.dumpDataDir("none")),
    async close() {
      // Waits for whoever holds the session.
      await turnstile.pass(() => lite.close());
      Deno.exitCode = 0;
    },
  };
}

class EmbeddedDatabase implements Database {
  readonly kind = "embedded";

  constructor(private readonly pglite: PGlite, private readonly turnstile: Turnstile) {}

  query(text: string, parameters: readonly Parameter[] = []) {
    return this.turnstile.pass(async () => {
      const { rows }: Results<Record<string, unknown>> = await this.pglite.query(text, [
        ...parameters,
      ]);
      return rows;
    });
  }

  exec(statements: string) {
    return this.turnstile.pass(async () => {
      await this.pglite.exec(statements);
    });
  }

  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.turnstile.pass(async () => {
      await this.pglite.exec("begin");
      try {
        const result = await work(this);
        await this.pglite.exec("commit");
        return result;
      } catch (error) {
        await this.pglite.exec("rollback");
        throw error;
      }
    });
  }
}
