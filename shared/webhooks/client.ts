import { Agent, type buildConnector } from "undici";
import { parseDestination } from "./destination.ts";
import { Exchange } from "./exchange.ts";
import { connectionFault } from "./connection_fault.ts";
import type { Answer } from "./judgement.ts";
import { pinnedConnector } from "./pinned_connector.ts";
import { type Resolver, systemResolver } from "./resolve.ts";

/** How long a request may take in all, in milliseconds. */
export const DEADLINE_MS = 15_000;
/** How long a connection is kept for the next request, in milliseconds. */
const KEEP_ALIVE_MS = 4_000;
/** How long a connection is used at most: for so long it keeps the address that was vetted for it. */
const CONNECTION_MS = 60_000;

/** What is sent to an endpoint. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a {@linkcode WebhookClient} may be told beside what it does everywhere. */
export interface ClientOptions {
  /** Whether `localhost` and loopback addresses are allowed, over http too. */
  readonly allowLoopback: boolean;
  readonly resolve?: Resolver;
  readonly deadlineMs?: number;
  /** The certificates, in PEM, that vouch for receivers; those of the runtime if not given. */
  readonly ca?: string;
  readonly build?: typeof buildConnector;
}

/**
 * Posts to endpoints that anyone may have named: to vetted addresses of the public internet alone,
 * following no redirect, under one deadline, and reading no more than an answer's beginning. Answers
 * are read as they are sent; what is compressed stays so.
 *
 * A connection that is kept goes on leading to the address that was vetted when it was made.
 */
export class WebhookClient implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #deadlineMs: number;
  readonly #allowLoopback: boolean;

  constructor({ allowLoopback, resolve = systemResolver, ...options }: ClientOptions) {
    const { deadlineMs = DEADLINE_MS, ca, build } = options;
    this.#deadlineMs = deadlineMs;
    this.#allowLoopback = allowLoopback;
    this.#agent = new Agent({
      connect: pinnedConnector({
        allowLoopback,
        resolve,
        timeoutMs: deadlineMs,
        ca,
        ...(build === undefined ? {} : { build }),
      }),
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      clientTtl: CONNECTION_MS,
      // The one deadline stands over all of these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Posts and reads the answer. Whatever goes wrong is a fault of the answer: it never rejects. */
  send({ url: text, headers, body }: WebhookRequest): Promise<Answer> {
    const exchange = new Exchange(this.#deadlineMs);
    try {
      const { url } = parseDestination(text, { allowLoopback: this.#allowLoopback });
      const path = url.pathname + url.search;
      this.#agent.dispatch({ origin: url.origin, path, method: "POST", headers, body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, connectionFault(error, false));
    }
    return exchange.answer;
  }

  /** Cuts every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
