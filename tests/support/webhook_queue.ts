// @ts-types="@types/pg"
import pg from "pg";
import { createDatabase, type TestDatabase } from "./databases.ts";
import { actAs } from "./tenants.ts";

/** A delivery as a worker is given it. */
export interface Claimed {
  readonly id: string;
  readonly fence: number;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly attempt: number;
  readonly origin: string;
  readonly schedule: readonly number[];
}

/** What a claim answers. */
export interface Claim {
  readonly deliveries: readonly Claimed[];
  readonly endpoints: Readonly<
    Record<string, { user_id: string; url: string; secrets: string[]; headers: string | null }>
  >;
  readonly events: Readonly<
    Record<string, { type: string; payload: string; sealed: string | null }>
  >;
  readonly next_due_ms: number | null;
}

/** What became of a delivery; acknowledged unless something else is said. */
export interface Outcome {
  readonly verdict?: "delivered" | "retry" | "failed" | "gone" | "disabled";
  readonly status_code?: number | null;
  readonly error?: string;
  readonly response_body?: string;
  readonly retry_in_ms?: number;
}

/** A migrated database with one tenant, and the queue as its owner and its workers use it. */
export interface WebhookQueue extends AsyncDisposable {
  readonly database: TestDatabase;
  /** A connection of the superuser. */
  readonly admin: pg.Client;
  readonly owner: string;
  /** Runs one statement as the owner and commits; answers its first value. */
  asOwner<T>(sql: string, values?: readonly unknown[]): Promise<T>;
  /** Makes an endpoint for every custom event unless told otherwise; answers its id. */
  addEndpoint(settings?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Publishes an event; answers its id. */
  publish(type: string, data?: object, orderingKey?: string | null): Promise<string>;
  claim(limit?: number, deliveryId?: string): Promise<Claim>;
  complete(
    deliveries: readonly Claimed[],
    outcome?: Outcome,
  ): Promise<{ completed: number; stale: number }>;
  /** Moves the time of the queue: everything happened so much longer ago. */
  age(interval: string): Promise<void>;
  /** The first value of a query of the superuser. */
  value<T>(sql: string, values?: readonly unknown[]): Promise<T>;
}

/** Makes a {@linkcode WebhookQueue} on the lane's cluster. */
export async function createQueue(): Promise<WebhookQueue> {
  const owner = crypto.randomUUID();
  const queue = await openQueue(await createDatabase(), owner);
  await queue.admin.query("insert into auth.users (id, email) values ($1, 'owner@example.com')", [
    owner,
  ]);
  return queue;
}

/** The queue of a database that has the tenant already; the database goes with it. */
export async function openQueue(database: TestDatabase, owner: string): Promise<WebhookQueue> {
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();

  async function value<T>(sql: string, values: readonly unknown[] = []): Promise<T> {
    const { rows: [row] } = await admin.query<Record<string, T>>(sql, [...values]);
    return Object.values(row ?? {})[0] as T;
  }
  const asOwner = <T>(sql: string, values: readonly unknown[] = []) =>
    actAs(admin, "authenticated", owner, () => value<T>(sql, values), "commit");
  const asWorker = <T>(sql: string, values: readonly unknown[]) =>
    actAs(admin, "service_role", null, () => value<T>(sql, values), "commit");

  return {
    database,
    admin,
    owner,
    value,
    asOwner,
    async addEndpoint(settings = {}) {
      const id = crypto.randomUUID();
      const all = { url: `https://example.com/${id}`, events: ["custom.*"], ...settings };
      await asOwner("select public.create_webhook($1, 'e30..AA.AA.AA', $2)", [
        id,
        JSON.stringify(all),
      ]);
      return id;
    },
    publish: (type, data = {}, orderingKey = null) =>
      asOwner("select public.publish_event($1, $2, null, $3) ->> 'id'", [
        type,
        JSON.stringify(data),
        orderingKey,
      ]),
    claim: (limit = 100, deliveryId) =>
      asWorker("select public.claim_webhook_deliveries($1, $2)", [limit, deliveryId ?? null]),
    complete(deliveries, outcome = {}) {
      const outcomes = deliveries.map(({ id, fence }) => ({
        id,
        fence,
        verdict: "delivered",
        status_code: outcome.verdict === undefined ? 200 : 500,
        duration_ms: 5,
        ...outcome,
      }));
      return asWorker("select public.complete_webhook_deliveries($1)", [JSON.stringify(outcomes)]);
    },
    async age(interval) {
      await admin.query(
        `with d as (update private.webhook_deliveries set due_at = due_at - $1::interval, leased_until = leased_until - $1::interval),
              p as (update private.webhook_pace set next_at = next_at - $1::interval)
         update public.webhooks set enabled_at = enabled_at - $1::interval, last_success_at = last_success_at - $1::interval,
           failing_since = failing_since - $1::interval`,
        [interval],
      );
    },
    async [Symbol.asyncDispose]() {
      await admin.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
