import type { Dialect, Fields, Reply } from "./dialect.ts";
import { CallFailure } from "./failure.ts";
import type { Line } from "./line.ts";
import type { Target } from "./verbs.ts";

// Twilio reads a reply for at most 15 s.
const PATIENCE_MS = 15_000;

/** A request and what came back. */
export interface Exchange {
  method: string;
  /** Without the query: that is where a step token is. */
  path: string;
  milliseconds: number;
  reply: Reply;
}

/** The way to a stack: signs each request for the stack's public address and sends it where the stack is. */
export class Transport {
  private readonly base: string;
  private readonly publicBase: string;

  constructor(
    private readonly line: Line,
    private readonly dialect: Dialect,
    private readonly fetch: typeof globalThis.fetch,
  ) {
    this.base = `${withoutSlash(line.url)}/functions/v1`;
    this.publicBase = withoutSlash(line.publicUrl ?? this.base);
  }

  /** The public address of one of the connection's routes. */
  route(name: "voice" | "status"): Target {
    const { provider, connectionId } = this.line;
    return { url: `${this.publicBase}/ivr/${provider}/${connectionId}/${name}`, method: "POST" };
  }

  /**
   * Sends a request; redirects of HTTP are answers like any other.
   *
   * @throws {CallFailure} `unreachable` or `timed_out`
   */
  async send(target: Target, fields: Fields): Promise<Exchange> {
    const request = this.dialect.sign(target, fields, this.line.authToken);
    const { origin, pathname: path } = new URL(request.url);
    const started = performance.now();
    try {
      const response = await this.fetch(this.reachable(request.url), {
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const reply = {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        body: new Uint8Array(await response.arrayBuffer()),
        problemCode: response.headers.get("x-problem-code") ?? undefined,
      };
      const milliseconds = Math.round(performance.now() - started);
      return { method: request.method, path, milliseconds, reply };
    } catch (cause) {
      throw cause instanceof DOMException && cause.name === "TimeoutError"
        ? new CallFailure("timed_out", `${origin} did not answer within 15 s`, { cause })
        : new CallFailure("unreachable", `Nobody answers at ${origin}; is the stack running?`, {
          cause,
        });
    }
  }

  /** Where an address really is: the stack's public base is reached at the stack itself. */
  private reachable(url: string): string {
    return url.startsWith(`${this.publicBase}/`)
      ? this.base + url.slice(this.publicBase.length)
      : url;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
