import { lookup } from "node:dns/promises";
import { canonicalAddress } from "./addresses.ts";
import { type Destination, isReachable } from "./destination.ts";
import { DeliveryFault } from "./fault.ts";

/** Finds the addresses of a host name; rejects or finds none where it has none. */
export type Resolver = (host: string) => Promise<readonly string[]>;

/** The resolver of the runtime, which is the one that it connects by. */
export const systemResolver: Resolver = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/**
 * Finds the addresses of a destination and vets every one of them: a name with one address inside
 * our network is refused with all its others.
 *
 * @returns IPv4 addresses first, because not every network that functions run in has IPv6.
 * @throws {DeliveryFault} `unresolvable` or `refused_address`.
 */
export async function resolveDestination(
  destination: Destination,
  resolve: Resolver = systemResolver,
): Promise<readonly string[]> {
  const addresses = destination.isAddress
    ? [destination.host]
    : await addressesOf(destination.host, resolve);
  if (!isReachable(destination, addresses)) {
    // Which address it was is not said: it may be a secret of a network that we are in.
    throw new DeliveryFault("refused_address", "The host leads outside the public internet");
  }
  return [...new Set(addresses.map((address) => canonicalAddress(address) ?? address))]
    .toSorted((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}

async function addressesOf(host: string, resolve: Resolver): Promise<readonly string[]> {
  let addresses: readonly string[] = [];
  try {
    addresses = await resolve(host);
  } catch (cause) {
    throw new DeliveryFault("unresolvable", "The host has no address", { cause });
  }
  if (addresses.length === 0) throw new DeliveryFault("unresolvable", "The host has no address");
  return addresses;
}
