import type { LookupFunction, Socket } from "node:net";
import type { buildConnector } from "undici";
import { canonicalAddress } from "./addresses.ts";
import { type Destination, type DestinationOptions, parseDestination } from "./destination.ts";
import { DeliveryFault } from "./fault.ts";
import { resolveDestination, type Resolver } from "./resolve.ts";

/**
 * How long each of several addresses is tried, in milliseconds. By themselves runtimes move on after
 * a quarter of a second, too soon under load and for the other side of the world.
 */
const ATTEMPT_MS = 5_000;

/** How connections are made. */
export interface ConnectorOptions extends DestinationOptions {
  readonly resolve: Resolver;
  /** How long a connection may take, TLS included, in milliseconds. */
  readonly timeoutMs: number;
  /** The certificates, in PEM, that vouch for receivers; those of the runtime if not given. */
  readonly ca?: string | undefined;
  /** What connects: undici's, or in tests that of a runtime that ignores what it is told. */
  readonly build: typeof buildConnector;
}

/**
 * Makes connections that lead to a vetted address and nowhere else: the name is resolved once, all
 * its addresses are vetted, and the runtime connects to one of these, so that a name that changes
 * between check and connection gains nothing. SNI, certificate and `Host` stay the name's.
 *
 * It fails closed: a connection for which the runtime did not ask for our answer, or which ends at
 * another address, is cut before anything of the request is sent.
 */
export function pinnedConnector(options: ConnectorOptions): buildConnector.connector {
  const { build, timeoutMs, ca } = options;
  return (target, callback) => {
    let destination: Destination;
    try {
      destination = parseDestination(originOf(target), options);
    } catch (error) {
      callback(asError(error), null);
      return;
    }
    // An address is connected to without asking; it was vetted with the URL.
    let vetted = destination.isAddress ? [destination.host] : undefined;
    const lookup: LookupFunction = (_, { all }, done) => {
      resolveDestination(destination, options.resolve).then((addresses) => {
        vetted = [...addresses];
        const found = vetted.map((address) => ({ address, family: familyOf(address) }));
        if (all) done(null, found);
        else done(null, vetted[0] ?? "", found[0]?.family ?? 0);
      }, (error) => done(asError(error), "", 0));
    };
    // One connector for each connection, so that each knows what was vetted for it alone.
    const connect = build({
      lookup,
      timeout: timeoutMs,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.min(ATTEMPT_MS, timeoutMs),
      ...(ca === undefined ? {} : { ca }),
    });
    connect(target, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      whenConnected(socket, () => {
        if (isAt(socket, vetted)) {
          callback(null, socket);
          return;
        }
        if (socket.destroyed) {
          callback(new Error("The connection was closed at once"), null);
          return;
        }
        socket.destroy();
        const message = "The runtime connected without heeding the address guard";
        callback(new DeliveryFault("unguarded", message), null);
      });
    });
  };
}

/** Older runtimes report TLS, whose handshake waits for the first byte, before the connection. */
function whenConnected(socket: Socket, then: () => void): void {
  if (socket.remoteAddress !== undefined) {
    then();
    return;
  }
  const finish = () => {
    socket.off("connect", finish).off("close", finish);
    then();
  };
  socket.on("connect", finish).on("close", finish);
}

function isAt({ remoteAddress }: Socket, vetted: readonly string[] | undefined): boolean {
  const reached = canonicalAddress(remoteAddress ?? "");
  return reached !== undefined && vetted?.includes(reached) === true;
}

function originOf({ protocol, hostname, port }: buildConnector.Options): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${protocol}//${host}${port ? `:${port}` : ""}`;
}

function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
