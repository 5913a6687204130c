import type { Agent, buildConnector } from "undici";
import { log } from "../log.ts";
import { Recent } from "../recent.ts";
import { parseDestination } from "./destination.ts";
import { Exchange } from "./exchange.ts";
import { Exchanges } from "./exchanges.ts";
import { connectionFault } from "./connection_fault.ts";
import type { Answer } from "./judgement.ts";
import { type ConnectorOptions, pinnedConnector } from "./pinned_connector.ts";
import { type Resolver, systemResolver } from "./resolve.ts";
import { loadUndici, type Undici } from "./undici.ts";

/** How long a request may take in all, in milliseconds. */
export const DEADLINE_MS = 15_000;
/** How long a connection is kept for the next request, in milliseconds. */
const KEEP_ALIVE_MS = 4_000;
/**
 * For how long a connection is given requests: for so long it keeps the address that was vetted for
 * it. undici's own limit, `clientTtl`, ends the process: it closes twice what it retires.
 */
const CONNECTION_MS = 60_000;
/** How many URLs are not vetted again: where a name leads is asked for each connection in any case. */
const MAX_TARGETS = 1_000;

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
  /** For how long a connection is given requests, in milliseconds. */
  readonly connectionMs?: number;
  /** The certificates, in PEM, that vouch for receivers; those of the runtime if not given. */
  readonly ca?: string;
  readonly build?: typeof buildConnector;
}

/** Connections that were begun within one period. */
interface Generation {
  readonly agent: Agent;
  /** By `performance.now()`. */
  readonly endsAt: number;
  /** How many exchanges are under way on them. */
  underWay: number;
}

/** Where a request goes, by the text of a URL that was vetted. */
type Target = Readonly<Record<"origin" | "path", string>>;

/**
 * Posts to endpoints that anyone may have named: to vetted addresses of the public internet alone,
 * following no redirect, under one deadline, and reading no more than an answer's beginning. Answers
 * are read as they are sent; what is compressed stays so.
 *
 * A connection that is kept goes on leading to the address that was vetted when it was made.
 */
export class WebhookClient implements AsyncDisposable {
  readonly #connector: Omit<ConnectorOptions, "build"> & Pick<ClientOptions, "build">;
  readonly #deadlineMs: number;
  readonly #connectionMs: number;
  readonly #allowLoopback: boolean;
  /** The last one is in use, and those before it have something under way. */
  #generations: Generation[] = [];
  readonly #exchanges = new Exchanges();
  readonly #targets = new Recent<Target>(MAX_TARGETS);
  #isClosed = false;

  constructor({ allowLoopback, resolve = systemResolver, ...options }: ClientOptions) {
    const { deadlineMs = DEADLINE_MS, connectionMs = CONNECTION_MS, ca, build } = options;
    this.#deadlineMs = deadlineMs;
    this.#connectionMs = connectionMs;
    this.#allowLoopback = allowLoopback;
    this.#connector = { allowLoopback, resolve, timeoutMs: deadlineMs, ca, ...build && { build } };
  }

  /**
   * Posts and reads the answer. Whatever goes wrong is a fault of the answer: it never rejects.
   *
   * @param options.deadlineMs how long it may take, where that is less than what the client gives.
   */
  async send(
    { url: text, headers, body }: WebhookRequest,
    { deadlineMs = this.#deadlineMs }: { deadlineMs?: number } = {},
  ): Promise<Answer> {
    const exchange = new Exchange(deadlineMs);
    const answering = this.#exchanges.finish(exchange);
    const undici = await loadUndici();
    if (this.#isClosed) {
      exchange.abandon();
      return await answering;
    }
    const generation = this.#generation(undici);
    generation.underWay++;
    try {
      const target = this.#target(text);
      generation.agent.dispatch({ ...target, method: "POST", headers, body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, connectionFault(error, false));
    }
    const answer = await answering;
    generation.underWay--;
    if (this.#generations.length > 1) this.#retire();
    return answer;
  }

  /** Cuts every connection; what is under way fails, and what is sent from now on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const generations = this.#generations;
    this.#generations = [];
    this.#exchanges.abandon();
    await Promise.all(generations.map(({ agent }) => agent.destroy()));
  }

  #target(text: string): Target {
    const known = this.#targets.get(text);
    if (known !== undefined) return known;
    const { url } = parseDestination(text, { allowLoopback: this.#allowLoopback });
    const target = { origin: url.origin, path: url.pathname + url.search };
    this.#targets.set(text, target);
    return target;
  }

  #generation({ Agent, buildConnector }: Undici): Generation {
    const now = performance.now();
    const current = this.#generations.at(-1);
    if (current !== undefined && now < current.endsAt) return current;
    const next = {
      agent: new Agent({
        connect: pinnedConnector({ build: buildConnector, ...this.#connector }),
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
        // The one deadline stands over all of these.
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
      endsAt: now + this.#connectionMs,
      underWay: 0,
    };
    this.#generations.push(next);
    return next;
  }

  /** Cuts the connections that get no more requests and have none left. */
  #retire(): void {
    const isInUse = (generation: Generation) =>
      generation.underWay > 0 || generation === this.#generations.at(-1);
    for (const generation of this.#generations) {
      if (isInUse(generation)) continue;
      // No answer waits for this, so that nothing of it may end the process.
      generation.agent.destroy().catch((cause) => log.error("connections stay open", { cause }));
    }
    this.#generations = this.#generations.filter(isInUse);
  }
}
