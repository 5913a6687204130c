import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign as signed,
} from "node:crypto";
import type { Dialect, Fields, SignedRequest } from "../dialect.ts";
import { CallFailure } from "../failure.ts";
import type { Target } from "../verbs.ts";
import { formRequest } from "./form.ts";
import { twilio } from "./twilio.ts";

// What PKCS #8 puts before the 32 bytes of an Ed25519 key (RFC 8410, section 7).
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Telnyx TeXML: Twilio's parameters and documents, signed by Ed25519.
 *
 * The secret is the private half of the connection's key: base64 of 32 bytes.
 */
export const telnyx: Dialect = {
  ...twilio,
  provider: "telnyx",
  newId: (kind) => kind === "call" ? `v3:${randomBytes(42).toString("base64url")}` : randomUUID(),
  sign,
};

function sign(target: Target, fields: Fields, secret: string): SignedRequest {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return formRequest(target, fields, (_url, _posted, body) => ({
    accept: "*/*",
    "telnyx-timestamp": timestamp,
    "telnyx-signature-ed25519": signed(null, Buffer.from(`${timestamp}|${body}`), keyOf(secret))
      .toString("base64"),
  }));
}

function keyOf(secret: string): KeyObject {
  const seed = Buffer.from(secret, "base64");
  if (seed.length !== 32) {
    throw new CallFailure(
      "bad_secret",
      "Telnyx requests are signed with a private key: base64 of 32 bytes",
    );
  }
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}
