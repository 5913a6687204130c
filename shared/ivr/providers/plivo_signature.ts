import { createHmac } from "node:crypto";
import { sameText } from "#shared/crypto/same_text.ts";
import { byName, signedPairs } from "./form.ts";
import { portSpellings } from "./port_spellings.ts";
import type { ProviderRequest } from "./provider.ts";

/** Made with the token of the account that owns the number, and with that of its main account. */
const SIGNATURES = ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"];

/**
 * Checks Plivo's V3 signatures of a POST: base64 of HMAC-SHA256, keyed with the auth token, over the
 * URL with its query sorted, the parameters sorted, and a nonce
 * (https://www.plivo.com/docs/voice/concepts/signature-validation).
 *
 * A header lists one signature for each live token; any of them will do.
 */
export function isPlivoSigned(request: ProviderRequest, secrets: readonly string[]): boolean {
  const { url, headers } = request;
  const nonce = headers.get("x-plivo-signature-v3-nonce") ?? "";
  const given = SIGNATURES.flatMap((name) => (headers.get(name) ?? "").split(",")).map((one) =>
    one.trim()
  );
  const pairs = signedPairs(request);
  if (nonce === "" || pairs === null) return false;
  return secrets.some((secret) =>
    portSpellings(url).some((spelling) => {
      const expected = createHmac("sha256", secret)
        .update(`${signedUrl(spelling, pairs)}.${nonce}`)
        .digest("base64");
      return given.filter((signature) => sameText(signature, expected)).length > 0;
    })
  );
}

/** The "?" stands even without a query, and the "." only between a query and parameters. */
function signedUrl(url: string, pairs: readonly [string, string][]): string {
  const [address = "", ...rest] = url.split("?");
  const query = sorted(new URLSearchParams(rest.join("?")), "=").join("&");
  if (pairs.length === 0) return query === "" ? address : `${address}?${query}`;
  return `${address}?${query}${query === "" ? "" : "."}${sorted(pairs, "").join("")}`;
}

function sorted(pairs: Iterable<[string, string]>, between: string): string[] {
  return [...byName(pairs)]
    .sort(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([name, values]) => values.toSorted().map((value) => name + between + value));
}
