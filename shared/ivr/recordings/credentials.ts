import { createPrivateKey } from "node:crypto";
import { Buffer } from "node:buffer";
import { type CryptoKey, importPKCS8, SignJWT } from "jose";
import { open } from "#shared/crypto/sealed.ts";
import type { Keyring } from "#shared/crypto/keyring.ts";
import { signingSecretBinding } from "../credentials.ts";
import type { RecordingSource } from "../providers/provider.ts";
import { CopyFault } from "./fault.ts";
import type { ClaimedRecording } from "./queue.ts";

/** How long a token for one download is good for, in seconds. */
const TOKEN_S = 300;

/** The account in the URLs of those providers that have it there. */
const ACCOUNT = /\/Accounts?\/([A-Za-z0-9-]{1,100})\//;

/**
 * What a provider's API is to be asked with: values of the header `authorization`, to be tried in
 * turn, because a signing secret may be on its way out. None where it is asked with nothing.
 *
 * @throws {CopyFault} `no_credentials` where the connection lacks what its provider asks for, and
 * `unreadable_secret` where the keyring does not open it.
 */
export async function authorizations(
  { asks }: RecordingSource,
  recording: ClaimedRecording,
  keyring: Keyring,
  now: Date,
): Promise<string[]> {
  if (asks === "nothing") return [];
  const purpose = asks === "signing_secret" ? "signing" : "api";
  const account = recording.account_sid ?? ACCOUNT.exec(recording.url)?.[1];
  const secrets = await openAll(recording, purpose, keyring);
  if (account === undefined || secrets.length === 0) {
    throw new CopyFault("no_credentials", `The connection has no ${purpose} secret or account`);
  }
  return asks === "application_key"
    ? await Promise.all(secrets.map((key) => applicationToken(account, key, now)))
    : secrets.map((secret) => `Basic ${Buffer.from(`${account}:${secret}`).toString("base64")}`);
}

async function openAll(
  { user_id, secrets }: ClaimedRecording,
  purpose: "signing" | "api",
  keyring: Keyring,
): Promise<string[]> {
  const wanted = secrets.filter((secret) => secret.purpose === purpose);
  const opened = await Promise.allSettled(
    wanted.map(({ id, sealed }) => open(sealed, signingSecretBinding(user_id, id), keyring)),
  );
  const usable = opened.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  if (usable.length === 0 && wanted.length > 0) {
    throw new CopyFault("unreadable_secret", "The keyring opens no secret of the connection");
  }
  return usable;
}

/** A token of a Vonage application (RS256), as its API asks for. */
async function applicationToken(application: string, pem: string, now: Date): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000);
  const token = await new SignJWT({ application_id: application, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuedAt(issued)
    .setExpirationTime(issued + TOKEN_S)
    .sign(await privateKey(pem));
  return `Bearer ${token}`;
}

async function privateKey(text: string): Promise<CryptoKey> {
  try {
    // Where it was pasted into one line, its line ends are written out.
    const pem = text.replaceAll("\\n", "\n");
    const isPkcs8 = pem.includes("-----BEGIN PRIVATE KEY-----");
    const pkcs8 = isPkcs8 ? pem : createPrivateKey(pem).export({ type: "pkcs8", format: "pem" });
    return await importPKCS8(pkcs8.toString(), "RS256");
  } catch (cause) {
    throw new CopyFault("no_credentials", "The API secret is no private key", { cause });
  }
}
