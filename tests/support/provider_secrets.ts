import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { ProviderName } from "#shared/ivr/providers/mod.ts";

/** A secret of the form that each provider signs with, another at each call. */
export const SIGNING_SECRETS: Readonly<Record<ProviderName, () => string>> = {
  twilio: () => randomBytes(16).toString("hex"),
  signalwire: () => `PSK_${randomBytes(20).toString("base64url")}`,
  telnyx: () => randomBytes(32).toString("base64"),
  plivo: () => randomBytes(30).toString("base64url"),
  vonage: () => randomBytes(24).toString("base64url"),
};

/** The private key of an application, in PEM. */
export function privateKey(type: "pkcs8" | "pkcs1" = "pkcs8"): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type, format: "pem" }).toString();
}
