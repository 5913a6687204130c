import { closeHotConnections } from "#shared/db/hot.ts";
import { env, EnvironmentError, setEnvironment } from "#shared/env.ts";
import { abandonCopies } from "#shared/ivr/recordings/copy.ts";
import { backgroundSettled } from "#shared/http/background.ts";
import { closeWebhookConnections } from "#shared/webhooks/sender.ts";
import { prepareCron } from "./cron/prepare.ts";
import { type Clock, CronRunner, WALL_CLOCK } from "./cron/runner.ts";
import type { Database } from "./database/database.ts";
import { schemaFingerprint } from "./database/fingerprint.ts";
import { migrate, type Migration, readMigrations } from "./database/migrations.ts";
import { applyPlatform } from "./database/platform.ts";
import { LocalFailure } from "./failure.ts";
import { type Functions, loadFunctions } from "./gateway/functions.ts";
import { createGateway, forProviders } from "./gateway/gateway.ts";
import { listen, type Server } from "./gateway/server.ts";
import { createLiteApp } from "./lite/app.ts";
import { ensureAuthTables } from "./lite/auth_schema.ts";
import type { Connection } from "./lite/connection.ts";
import { type EmbeddedConnection, openEmbedded } from "./lite/embedded.ts";
import { openPostgres } from "./lite/postgres.ts";
import { fileSchemaCache, memorySchemaCache } from "./lite/schema_cache.ts";
import { RequestSender } from "./net/sender.ts";
import { fillVault } from "./net/vault.ts";
import { FUNCTIONS, MIGRATIONS } from "./paths.ts";
import { createPage, type Page } from "./page/page.ts";
import { newSecrets, type Secrets } from "./secrets.ts";
import { createStorageApp } from "./storage/app.ts";

/** Where a stack's data is. */
export type DataPlace =
  | { readonly kind: "memory"; readonly snapshot?: Snapshot }
  | {
    readonly kind: "folder";
    readonly path: string;
    /** A file to keep what is known of the schema in, which saves the next start a second. */
    readonly schemaCache: string;
    /** Called when the database there can be opened again, whatever happens from now on. */
    readonly whenMade?: () => Promise<void>;
  }
  | { readonly kind: "postgres"; readonly url: string };

/** All data of an embedded database, and what is known of its schema. */
export interface Snapshot {
  readonly data: Blob;
  readonly schema: string;
}

/** What a stack is made of; everything has a default. */
export interface StackOptions {
  readonly data?: DataPlace;
  /** The folder of stored objects; unless given, one that is gone when the stack is closed. */
  readonly files?: string;
  /** Keys to run with; new ones unless given. */
  readonly secrets?: Secrets;
  /** The port of the whole API; 0, the default, takes any. */
  readonly port?: number;
  /** The port that offers only what providers may call; 0, the default, takes any. */
  readonly providerPort?: number;
  /** The port of the Studio and the page of the API, which are not there without; 0 takes any. */
  readonly pagePort?: number | undefined;
  /** Whether scheduled jobs are run. */
  readonly cron?: boolean;
  readonly clock?: Clock;
  /** Further variables for the functions, such as `SWITCHBOARD_PUBLIC_URL`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs each step of the start, and may say how long it took. */
  readonly step?: Step;
  /** A folder of functions other than the clone's own. */
  readonly functions?: string;
}

/** Runs one step of the start under its name. What it returns may say how it went. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** A running backend: the platform's API, every function, and scheduled jobs. */
export interface Stack extends AsyncDisposable {
  /** Where the whole API is. */
  readonly url: string;
  /** Where only what providers may call is: the address for a tunnel. */
  readonly providerUrl: string;
  readonly secrets: Secrets;
  /** Where people can look at it, if that was asked for. */
  readonly page: Pick<Page, "studioLink" | "apiLink"> | undefined;
  /** The owner's way to the database. */
  readonly database: Database;
  /** Answers a request without going through a port. */
  fetch(request: Request): Promise<Response>;
  /** Makes tables and functions known to the Data API that were created since the start. */
  reloadSchema(): Promise<void>;
  /** A copy to start others from; of an embedded database only. */
  snapshot(): Promise<Snapshot>;
  /** Stops everything, after the requests and jobs in progress. */
  close(): Promise<void>;
}

/**
 * Starts a backend in this process: opens the database, brings it up to date, mounts the functions.
 * The environment of `shared/` in this process is then this stack's, so one runs at a time.
 *
 * @throws {LocalFailure} for everything that the person who starts it can put right.
 *
 * @example
 * ```ts
 * await using stack = await createStack();
 * const health = await fetch(`${stack.url}/functions/v1/health`);
 * ```
 */
export async function createStack(options: StackOptions = {}): Promise<Stack> {
  const { secrets = newSecrets(), step = (_, work) => work() } = options;
  // Taken first: a port in use is the commonest reason for a start to fail, and the quickest to tell.
  const main = listen(options.port ?? 0);
  const servers = [main];
  const undo: (() => Promise<void>)[] = [closeHotConnections, () => closeServers(servers)];
  try {
    const provider = listen(options.providerPort ?? 0);
    servers.push(provider);
    const pages = options.pagePort === undefined ? undefined : listen(options.pagePort);
    if (pages !== undefined) servers.push(pages);
    setEnvironment(environmentOf(main, secrets, allowing(pages?.url, options.environment)));
    checkEnvironment();

    const migrations = await readMigrations(MIGRATIONS);
    const connection = await step("database", () => openDatabase(options.data, migrations));
    // Undone last: requests and jobs in progress still need it.
    undo.unshift(() => connection.close());
    const { database } = connection;
    const cron = await step("platform", async () => {
      await applyPlatform(database);
      await ensureAuthTables(database);
      return await prepareCron(database);
    });
    await step("migrations", async () => {
      await migrate(database, migrations);
      await fillVault(database, { url: main.url, cronKey: secrets.cron_key });
    });
    const folder = options.files ?? await Deno.makeTempDir({ prefix: "switchboard-files-" });
    if (options.files === undefined) undo.unshift(() => Deno.remove(folder, { recursive: true }));
    const functions = await step(
      "functions",
      () => loadFunctions(options.functions ?? FUNCTIONS),
    );
    const gateway = createGateway({
      functions,
      lite: createLiteApp(connection, secrets),
      storage: createStorageApp({ database, folder, secrets }),
      jwtSecret: secrets.jwt_secret,
    });
    await step("api", () => connection.lite.introspect({ useCache: true }));
    main.answerWith(gateway);
    provider.answerWith(forProviders(gateway));
    const page = pages &&
      await step("page", () => openPage(pages, main.url, connection, functions));
    if (options.cron ?? true) {
      const clock = options.clock ?? WALL_CLOCK;
      const sender = new RequestSender(database, clock);
      sender.start();
      undo.push(() => sender.close());
      if (cron === "runner") {
        const runner = new CronRunner(database, clock);
        runner.start();
        undo.push(() => runner.close());
      }
    }
    undo.push(backgroundSettled);
    // Undone first: a run of the dispatcher would go on for as long as a receiver hangs.
    undo.push(cutConnections);

    const close = once(() => closeAll(undo));
    return {
      url: main.url,
      providerUrl: provider.url,
      secrets,
      page,
      database,
      fetch: gateway,
      async reloadSchema() {
        await connection.lite.clearSchemaCache();
        await connection.lite.introspect({ useCache: true });
      },
      snapshot: () => snapshotOf(connection),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await closeAll(undo);
    throw error;
  }
}

async function openDatabase(
  data: DataPlace = { kind: "memory" },
  migrations: readonly Migration[],
): Promise<Connection | EmbeddedConnection> {
  switch (data.kind) {
    case "memory":
      return await openEmbedded({
        location: "memory://",
        snapshot: data.snapshot?.data,
        schemaCache: memorySchemaCache(data.snapshot?.schema),
      });
    case "folder": {
      const fingerprint = await schemaFingerprint(migrations);
      const connection = await openEmbedded({
        location: data.path,
        schemaCache: fileSchemaCache(data.schemaCache, fingerprint),
      });
      await data.whenMade?.();
      return connection;
    }
    case "postgres":
      return await openPostgres(data.url);
  }
}

async function snapshotOf(connection: Connection | EmbeddedConnection): Promise<Snapshot> {
  if (!("snapshot" in connection)) throw new Error("Only an embedded database has a snapshot");
  const schema = JSON.stringify(await connection.lite.introspect({ useCache: true }));
  return { data: await connection.snapshot(), schema };
}

/** Answers at a port with the Studio and the page of the API. */
async function openPage(
  server: Server,
  apiUrl: string,
  connection: Connection,
  functions: Functions,
): Promise<Page> {
  const { url, port } = server;
  const page = await createPage({ connection, functions, apiUrl, url, port });
  server.answerWith(page.fetch);
  return page;
}

/** Lets the page of the API call the functions, where only some origins may. */
function allowing(
  origin: string | undefined,
  environment: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { SWITCHBOARD_ALLOWED_ORIGINS: allowed = "" } = environment;
  if (origin === undefined || allowed === "") return environment;
  return { ...environment, SWITCHBOARD_ALLOWED_ORIGINS: `${allowed},${origin}` };
}

/** What the platform puts into the environment of functions, and our own secrets. */
function environmentOf(
  server: Server,
  secrets: Secrets,
  further: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...further,
    SUPABASE_URL: server.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({
      default: secrets.secret_key,
      cron: secrets.cron_key,
    }),
    SWITCHBOARD_JWT_SECRET: secrets.jwt_secret,
    SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(secrets.encryption_keys),
  };
}

/** What is wrong in the given variables is better said now than at the first request. */
function checkEnvironment(): void {
  try {
    env();
  } catch (error) {
    if (error instanceof EnvironmentError) throw new LocalFailure(error.message, { cause: error });
    throw error;
  }
}

/** Stops listening everywhere at once, and frees requests of receivers that hang. */
async function closeServers(servers: readonly Server[]): Promise<void> {
  await Promise.all([...servers.map((server) => server.close()), cutConnections()]);
}

/** Ends at once what would wait for somebody who hangs. */
async function cutConnections(): Promise<void> {
  abandonCopies();
  await closeWebhookConnections();
}

/** Undoes the start from its end, every step whatever the others do. */
async function closeAll(undo: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "The stack did not stop cleanly");
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => done ??= work();
}
