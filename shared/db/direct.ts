// @ts-types="@types/pg"
import type pg from "pg";
import { log } from "../log.ts";
import { type DatabaseAddress, isLoopback } from "./address.ts";
import type { DatabaseResult } from "./errors.ts";

/** Connections of one isolate. There are many isolates, and a server has connections for few. */
const MAX_CONNECTIONS = 2;

/** How long an unused connection is kept, in milliseconds. */
const IDLE_MS = 30_000;

/** A query with the driver's own time limit, in milliseconds, which its types leave out. */
interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number;
}

/** What {@linkcode DirectDatabase} may be told beside the address. */
export interface DirectOptions {
  /** How long a call may take, waiting for a connection included, in milliseconds. */
  readonly deadlineMs: number;
  /** Certificates, in PEM, that vouch for the server; the machine's own unless given. */
  readonly ca?: string | undefined;
}

/**
 * Calls functions of the schema `private` over a few connections of its own, past the Data API.
 *
 * It gets along with a pooler that hands out a server connection for one transaction: statements
 * have no name, and nothing is set on a session.
 */
export class DirectDatabase implements AsyncDisposable {
  #pool: Promise<pg.Pool> | undefined;

  constructor(
    private readonly address: DatabaseAddress,
    private readonly options: DirectOptions,
  ) {}

  /**
   * Calls a function by named arguments; objects become `jsonb`. Never throws: what fails is in the
   * result, as with supabase-js.
   */
  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<DatabaseResult> {
    const deadline = performance.now() + this.options.deadlineMs;
    let client: pg.PoolClient | undefined;
    try {
      const pool = await (this.#pool ??= this.#open());
      client = await pool.connect();
      const query: TimedQuery = {
        ...statement(name, args),
        // At least 1, since 0 is no limit.
        query_timeout: Math.max(1, deadline - performance.now()),
      };
      const { rows: [row] } = await client.query<{ result: unknown }>(query);
      client.release();
      return { data: row?.result, error: null };
    } catch (error) {
      const answer = serverError(error);
      // What the server refused can be followed by the next call; after anything else the state of the connection is unknown.
      client?.release(answer === undefined || answer.fatal);
      return answer === undefined
        ? { data: null, error, status: 0 }
        : { data: null, error: answer.error };
    }
  }

  /** Closes the connections when the calls in progress are done. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  async #open(): Promise<pg.Pool> {
    // Loaded where it is used: without SWITCHBOARD_DB_URL a function starts without it.
    const { default: driver } = await import("pg");
    const { address, options } = this;
    const pool = new driver.Pool({
      ...address,
      ssl: tlsOf(address, options.ca),
      max: MAX_CONNECTIONS,
      // The driver counts it twice: once in the queue, and anew for a connection that must be made.
      connectionTimeoutMillis: options.deadlineMs / 2,
      idleTimeoutMillis: IDLE_MS,
      allowExitOnIdle: true,
    });
    // An idle connection that the server closes is replaced at the next call.
    pool.on("error", (error) => log.warn("an idle database connection was lost", { error }));
    return pool;
  }
}

/** A server on this machine is spoken to in clear; any other must prove who it is. */
function tlsOf({ host }: DatabaseAddress, ca: string | undefined) {
  if (isLoopback(host)) return false;
  return { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
}

function statement(name: string, args: Readonly<Record<string, unknown>>) {
  const named = Object.keys(args).map((argument, n) => `${argument} => $${n + 1}`);
  return {
    text: `select private.${name}(${named.join(", ")}) as result`,
    // The driver would make a Postgres array of a JavaScript one.
    values: Object.values(args).map((value) =>
      typeof value === "object" && value !== null ? JSON.stringify(value) : value
    ),
  };
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** An error that the server answered, in the form of PostgREST, or undefined where it did not answer. */
function serverError(error: unknown) {
  if (!(error instanceof Error) || !("severity" in error) || !("code" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string" || !SQLSTATE.test(code)) return undefined;
  const details = "detail" in error ? error.detail : undefined;
  const hint = "hint" in error ? error.hint : undefined;
  return {
    error: { code, message, details: details ?? null, hint: hint ?? null },
    fatal: error.severity !== "ERROR",
  };
}
