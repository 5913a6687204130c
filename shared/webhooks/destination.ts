import { canonicalAddress, isGlobalAddress, isLoopbackAddress } from "./addresses.ts";
import { DeliveryFault } from "./fault.ts";

const MAX_LENGTH = 2_048;
const MAX_HOST = 253;

/** A label of a host name as DNS has it; names in other scripts have become `xn--…` by then. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Names that no public resolver answers for, or that networks use for their own machines. */
const PRIVATE_SUFFIXES = [
  "alt",
  "arpa",
  "corp",
  "example",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
];

/** Where a delivery goes, as far as the URL alone can be judged. */
export interface Destination {
  readonly url: URL;
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  /** Whether the host is an address, which no resolver is asked about. */
  readonly isAddress: boolean;
  /** Where the host's addresses must be: on the public internet, or on this machine. */
  readonly reach: "global" | "loopback";
}

/** What a destination may be beside an https URL on the public internet. */
export interface DestinationOptions {
  /** Whether `localhost` and loopback addresses are allowed, over http too. */
  readonly allowLoopback: boolean;
}

/**
 * Vets the URL of an endpoint: https, on any port, without credentials or fragment, whose host is a
 * public name or a global address written in its one usual way. Where the name leads is for
 * `resolveDestination` to say.
 *
 * @throws {DeliveryFault} `invalid_url` or `refused_address`.
 *
 * @example
 * ```ts
 * parseDestination("https://hooks.example.com/in", { allowLoopback: false }).host;
 * parseDestination("https://0x7f.1/", { allowLoopback: false }); // throws
 * ```
 */
export function parseDestination(text: string, options: DestinationOptions): Destination {
  const url = parseUrl(text);
  const { host, isAddress } = parseHost(text, url);
  const isLoopback = host === "localhost" || (isAddress && isLoopbackAddress(host));
  const reach = isLoopback && options.allowLoopback ? "loopback" : "global";
  if (url.protocol !== "https:" && (url.protocol !== "http:" || reach !== "loopback")) {
    throw invalid("Must be an https URL");
  }
  const destination = { url, host, isAddress, reach } as const;
  if (isAddress) {
    if (!isReachable(destination, [host])) {
      throw new DeliveryFault("refused_address", "The host is no address of the public internet");
    }
  } else if (reach === "global" && !isPublicName(host)) {
    throw new DeliveryFault("refused_address", "The host is no name of the public internet");
  }
  return destination;
}

/** Tells whether all addresses of a destination's host are where they must be. One other is enough. */
export function isReachable({ reach }: Destination, addresses: readonly string[]): boolean {
  const isThere = reach === "loopback" ? isLoopbackAddress : isGlobalAddress;
  return addresses.length > 0 && addresses.every(isThere);
}

function parseUrl(text: string): URL {
  // A URL parser drops some of these and reads the others as something else.
  if (text.length > MAX_LENGTH || /[\0-\x20\x7f\\]/.test(text)) {
    throw invalid(`Must be a URL of at most ${MAX_LENGTH} characters, without spaces`);
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[^/]/i.test(text)) throw invalid("Must be an https URL");
  // An empty user name leaves no trace in the parsed URL.
  if (authorityOf(text).includes("@")) throw invalid("Must have no user name or password");
  if (text.includes("#")) throw invalid("Must have no fragment");
  if (url.port === "0") throw invalid("Must have a port that can be connected to");
  return url;
}

function parseHost(text: string, url: URL): { host: string; isAddress: boolean } {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = canonicalAddress(host);
  if (address === undefined) {
    if (authorityOf(text).includes("%")) throw invalid("Must have a host without escapes");
    return { host, isAddress: false };
  }
  // 0x7f.1, 2130706433, 127.0.0.1. and digits of other scripts are all read as an IPv4 address.
  if (!host.includes(":") && authorityOf(text).replace(/:\d*$/, "") !== host) {
    throw invalid("Must have an IPv4 address of four decimal numbers");
  }
  return { host: address, isAddress: true };
}

function authorityOf(text: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? "";
}

function isPublicName(host: string): boolean {
  const labels = host.split(".");
  return host.length <= MAX_HOST && labels.length > 1 &&
    labels.every((label) => LABEL.test(label)) &&
    !PRIVATE_SUFFIXES.includes(labels.at(-1) ?? "");
}

function invalid(message: string): DeliveryFault {
  return new DeliveryFault("invalid_url", message);
}
