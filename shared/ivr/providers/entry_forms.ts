import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { bytesOf } from "./base64.ts";
import type { EntryForm } from "./provider.ts";

/** What every provider's secret is written with: no spaces, no line ends, nothing beyond ASCII. */
const TEXT = /^[\x21-\x7e]{16,256}$/;

/** A secret of so many hexadecimal digits. */
export function hexOf(digits: number, description: string): EntryForm {
  return like(new RegExp(`^[0-9a-f]{${digits}}$`), description);
}

/** A secret whose form is the provider's own affair, but for what is known to be something else. */
export function textWithout(another: RegExp, description: string): EntryForm {
  return { description, read: (text) => TEXT.test(text) && !another.test(text) ? text : null };
}

/** An entry that a pattern tells. */
export function like(form: RegExp, description: string): EntryForm {
  return { description, read: (text) => form.test(text) ? text : null };
}

/** The name of an account that is a UUID, kept in the lower case of requests. */
export function uuidOf(description: string): EntryForm {
  const { read } = like(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, description);
  return { description, read: (text) => read(text.toLowerCase()) };
}

/** An Ed25519 public key as Telnyx shows it. */
export const publicKeyForm: EntryForm = {
  description: "the account's public key: base64 of 32 bytes",
  read: (text) => bytesOf(text, 32) === null ? null : text,
};

/** The RSA key of a Vonage application, kept in PKCS #8 whatever it came in. */
export const privateKeyForm: EntryForm = {
  description: "the application's private key: RSA, in PEM",
  read: readPrivateKey,
};

function readPrivateKey(text: string): string | null {
  if (!text.startsWith("-----BEGIN ")) return null;
  try {
    const key = createPrivateKey(Buffer.from(text));
    if (key.asymmetricKeyType !== "rsa") return null;
    return key.export({ type: "pkcs8", format: "pem" }).toString();
  } catch {
    return null;
  }
}
