import { createHmac, randomUUID } from "node:crypto";
import type { Dialect, Fields, SignedRequest } from "../dialect.ts";
import type { Target } from "../verbs.ts";
import { formRequest } from "./form.ts";
import { twilio } from "./twilio.ts";

/** SignalWire's compatibility API: Twilio's parameters and documents under a signature of its own. */
export const signalwire: Dialect = {
  ...twilio,
  provider: "signalwire",
  newId: () => randomUUID(),
  sign,
};

/**
 * Computes `X-SignalWire-Signature`: HMAC-SHA1 over the address and, by name, every parameter and its values.
 *
 * Values of a repeated name stay in the order sent, and count as often as they come.
 */
export function signalwireSignature(signingKey: string, url: string, fields: Fields): string {
  const byName = fields.toSorted(([a], [b]) => a === b ? 0 : a < b ? -1 : 1);
  const signed = url + byName.map(([name, value]) => name + value).join("");
  return createHmac("sha1", signingKey).update(signed, "utf8").digest("base64");
}

function sign(target: Target, fields: Fields, secret: string): SignedRequest {
  return formRequest(target, fields, (url, posted) => ({
    accept: "*/*",
    "x-signalwire-signature": signalwireSignature(secret, url, posted),
  }));
}
