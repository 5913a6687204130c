import { withUrl } from "#shared/http/raw_url.ts";
import { log } from "#shared/log.ts";
import { LocalFailure } from "../failure.ts";
import { jsonReply } from "./reply.ts";

/** A port of this machine that is listened at. */
export interface Server {
  readonly url: string;
  readonly port: number;
  /** Answers by this from now on; until the first time, whoever asks is told to come again. */
  answerWith(handler: (request: Request) => Promise<Response>): void;
  /** Stops listening; waits for the requests in progress, but not for ever. */
  close(): Promise<void>;
}

/** How long requests in progress may take when the stack stops, in milliseconds. */
const DRAIN_MS = 5_000;

const STARTING = () =>
  Promise.resolve(
    jsonReply(503, { code: "STARTING", message: "The stack is starting" }, { "retry-after": "1" }),
  );

/**
 * Listens at a port of the loopback address.
 *
 * @param port 0 takes any that is free.
 * @throws {LocalFailure} if the port is taken or not allowed.
 */
export function listen(port: number): Server {
  let handler: (request: Request) => Promise<Response> = STARTING;
  const server = bind(
    port,
    (request, { remoteAddr }) => handler(withCaller(request, remoteAddr.hostname)),
  );
  return {
    port: server.addr.port,
    url: `http://127.0.0.1:${server.addr.port}`,
    answerWith(next) {
      handler = next;
    },
    async close() {
      // Deno itself would wait for as long as a client keeps a request or a half-read reply open.
      const { promise: waited, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, DRAIN_MS);
      await Promise.race([server.shutdown(), waited]);
      clearTimeout(timer);
    },
  };
}

/** Adds whom a request comes from to the header in which proxies say so, as the platform's does. */
function withCaller(request: Request, address: string): Request {
  const forwarded = withUrl(request, request.url);
  forwarded.headers.append("x-forwarded-for", address);
  return forwarded;
}

function bind(
  port: number,
  handler: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen() {},
      onError(cause) {
        log.error("request failed", { cause });
        return jsonReply(500, { code: "INTERNAL", message: "The stack failed" });
      },
    }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new LocalFailure(`Port ${port} is taken; choose another with --port`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new LocalFailure(
        `Port ${port} may not be used by this user; choose another with --port`,
      );
    }
    throw error;
  }
}
