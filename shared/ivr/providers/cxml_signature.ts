import { createHmac } from "node:crypto";
import { sameText } from "#shared/crypto/same_text.ts";
import { byName, signedPairs } from "./form.ts";
import type { ProviderRequest } from "./provider.ts";
import { portSpellings } from "./port_spellings.ts";

/**
 * Whether a signature is base64 of HMAC-SHA1, keyed with one of the secrets, over the URL followed by
 * every parameter's name and value, sorted by name
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
 *
 * The URL is signed with its port in some cases and without it in others, and with either spelling of
 * an apostrophe, so each is tried, as the SDKs do.
 *
 * @param valuesOf which values of a repeated parameter are signed, and in which order.
 */
export function isCxmlSigned(
  request: ProviderRequest,
  signature: string,
  secrets: readonly string[],
  valuesOf: (values: readonly string[]) => readonly string[],
): boolean {
  const pairs = signedPairs(request);
  if (pairs === null) return false;
  const parameters = [...byName(pairs)]
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, values]) =>
      values.length === 1
        ? name + values[0]
        : valuesOf(values).map((value) => name + value).join("")
    )
    .join("");
  return secrets.some((secret) =>
    signedUrls(request.url).some((url) =>
      sameText(
        signature,
        createHmac("sha1", secret).update(url + parameters).digest("base64"),
      )
    )
  );
}

function signedUrls(url: string): string[] {
  const spellings = portSpellings(url);
  // What reaches us may have been through a URL parser, which writes %27 where an apostrophe was signed.
  return url.includes("%27")
    ? spellings.flatMap((spelling) => [spelling, spelling.replaceAll("%27", "'")])
    : spellings;
}
