import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
const NEW_BYTES = 32;
/** How long a secret may be, by the specification. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** What is signed and sent as it stands. */
export interface Message {
  /** The same at every attempt: what receivers tell repeats by. */
  readonly id: string;
  /** When this attempt is made, in seconds of Unix time. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a signed message. */
export interface SignatureHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/** Makes a secret: `whsec_` and 32 random bytes as base64. */
export function newSecret(): string {
  return PREFIX + randomBytes(NEW_BYTES).toString("base64");
}

/** Tells whether a text is a secret that messages can be signed with. */
export function isSecret(text: string): boolean {
  return keyOf(text) !== undefined;
}

/**
 * Signs a message with every secret that its receiver may still know it by: while a secret is being
 * replaced, these are the new and the old one.
 *
 * The format is that of Standard Webhooks 1.0.0 with HMAC-SHA256 (`v1`).
 *
 * @throws {TypeError} if there is no secret, or one is malformed. The message repeats none.
 *
 * @example
 * ```ts
 * const headers = sign({ id: "1", timestamp: 1_700_000_000, body: "{}" }, [newSecret()]);
 * headers["webhook-signature"]; // "v1,…"
 * ```
 */
export function sign(message: Message, secrets: readonly string[]): SignatureHeaders {
  if (secrets.length === 0) throw new TypeError("There is no secret to sign with");
  const { id, timestamp, body } = message;
  const content = `${id}.${timestamp}.${body}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": secrets.map((secret) => signatureOf(content, secret)).join(" "),
  };
}

function signatureOf(content: string, secret: string): string {
  const key = keyOf(secret);
  if (key === undefined) throw new TypeError("A secret is not whsec_ and base64 of 24–64 bytes");
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}

function keyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(PREFIX)) return undefined;
  const base64 = secret.slice(PREFIX.length);
  const key = Buffer.from(base64, "base64");
  // Buffer skips what is no base64: only what it writes back alike was read whole.
  const isWhole = key.toString("base64") === base64;
  return isWhole && key.length >= MIN_BYTES && key.length <= MAX_BYTES ? key : undefined;
}
