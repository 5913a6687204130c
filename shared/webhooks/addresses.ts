import ipaddr from "ipaddr.js";

/** The one block of IPv6 that addresses of the public internet are given out from. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Special blocks within it that are no hosts of the public internet, whatever the library says of
 * them: protocol assignments (Teredo, ORCHID and benchmarking among them), 6to4, documentation, and
 * the addresses of the ended 6bone.
 */
const SPECIAL_V6 = ["2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20", "3ffe::/16"]
  .map((block) => ipaddr.IPv6.parseCIDR(block));

/** A cloud's own server for its machines, on an address that looks like any other. */
const AZURE_WIRE_SERVER = "168.63.129.16";

/** The interface part of ISATAP (RFC 5214), behind which an IPv4 address stands: 0000:5efe, 0200:5efe. */
const ISATAP = [0x0000, 0x0200];
const ISATAP_OUI = 0x5efe;

/**
 * Tells whether an address is a host of the public internet: not private, loopback, link-local (the
 * cloud's metadata among them), shared, multicast, reserved or for documentation, and none that
 * carries an IPv4 address inside, by which a gateway may lead anywhere.
 *
 * @param address as a resolver writes it; anything else, such as `127.1`, is refused.
 */
export function isGlobalAddress(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv6
    ? isGlobalV6(parsed)
    : parsed.toString() !== AZURE_WIRE_SERVER;
}

/** Tells whether an address is this machine's own: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return parseAddress(address)?.range() === "loopback";
}

/** One text for one address, however it was written; undefined for what is no address. */
export function canonicalAddress(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed?.toString();
}

/** The library alone would take `127.1`, `0x7f.0.0.1` and an address with its zone. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text);
}

function isGlobalV6(address: ipaddr.IPv6): boolean {
  const [, , , , high, oui] = address.parts;
  const isIsatap = oui === ISATAP_OUI && ISATAP.includes(high ?? -1);
  return address.match(GLOBAL_V6) && !isIsatap &&
    !SPECIAL_V6.some((block) => address.match(block));
}
