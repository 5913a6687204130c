import { crypto } from "@std/crypto";
import { seal } from "#shared/crypto/sealed.ts";
import { Problem } from "#shared/http/problem.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { Connecting, EntryForm } from "#shared/ivr/providers/provider.ts";
import { requireKeyring } from "#shared/secrets.ts";

/** A secret as the database keeps it, and the id that it is sealed for. */
export interface SealedSecret {
  readonly id: string;
  readonly sealed: string;
}

/**
 * Seals what a provider signs with.
 *
 * @throws {Problem} `validation_failed` naming `auth_token` where it cannot be such a secret: a
 * mistake is better refused here than found out by callers.
 */
export function sealSigningSecret(
  userId: string,
  provider: ProviderName,
  text: string,
): Promise<SealedSecret> {
  const { signingSecret }: Connecting = PROVIDERS[provider].connecting;
  return sealed(userId, "auth_token", signingSecret, text);
}

/**
 * Seals what a provider's API is asked with.
 *
 * @throws {Problem} `validation_failed` naming `api_secret`, also where the provider needs none.
 */
export function sealApiSecret(
  userId: string,
  provider: ProviderName,
  text: string,
): Promise<SealedSecret> {
  const { apiSecret }: Connecting = PROVIDERS[provider].connecting;
  if (apiSecret === undefined) {
    throw refusal("api_secret", "Must be left out: this provider has no use for it");
  }
  return sealed(userId, "api_secret", apiSecret, text);
}

/**
 * The name of an account as its provider's requests have it.
 *
 * @throws {Problem} `validation_failed` naming `account_sid` where none could: every call would be
 * refused.
 */
export function readAccountName(provider: ProviderName, name: string): string {
  const { account }: Connecting = PROVIDERS[provider].connecting;
  return account === undefined ? name : read("account_sid", account, name);
}

async function sealed(
  userId: string,
  path: string,
  form: EntryForm,
  text: string,
): Promise<SealedSecret> {
  const secret = read(path, form, text);
  const id = crypto.randomUUID();
  return { id, sealed: await seal(secret, signingSecretBinding(userId, id), requireKeyring()) };
}

function read(path: string, form: EntryForm, text: string): string {
  const entry = form.read(text);
  if (entry === null) throw refusal(path, `Must be ${form.description}`);
  return entry;
}

function refusal(path: string, message: string): Problem {
  return new Problem("validation_failed", undefined, { errors: [{ path, message }] });
}
