import type { Context } from "hono";
import { SealedError } from "#shared/crypto/sealed.ts";
import { env } from "#shared/env.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { rawUrl } from "#shared/http/raw_url.ts";
import { requireKeyring } from "#shared/secrets.ts";
import type { Provider, ProviderCall, ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { loadConnection, type StoredConnection } from "#shared/ivr/store.ts";
import { openSigningSecret } from "./opened_secrets.ts";

/**
 * The request as its provider signed it: the public URL, and path and query exactly as they came.
 *
 * @throws {Problem} `unsupported_media_type`
 */
export async function readProviderRequest(
  c: Context<AppEnv>,
  provider: Provider,
): Promise<ProviderRequest> {
  const contentType = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (contentType !== provider.accepts) {
    throw new Problem("unsupported_media_type", `The body must be ${provider.accepts}`);
  }
  const { headers } = c.req.raw;
  // Cut from the text: a parsed URL would be written anew, and the signature is over what was sent.
  const { path, query } = rawUrl(c.req.raw.url);
  // With a byte order mark, if there is one: it is part of what arrived.
  const body = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await c.req.arrayBuffer());
  return { url: publicUrl(path + query), headers, body };
}

/**
 * The request as its body alone tells it. Where some providers sign no URL and no token proves what it
 * says, a captured body could be said to be of another call.
 */
export function withoutQuery(request: ProviderRequest): ProviderRequest {
  return { ...request, url: request.url.replace(/\?.*$/s, "") };
}

/** Absolute URL of a path of this function, as the world reaches it. */
export function publicUrl(path: string): string {
  return env().publicUrl + path;
}

/**
 * Checks that the connection's provider sent this request.
 *
 * @throws {Problem} `invalid_signature`; `not_configured` when no secret of the connection can be
 * opened with the keyring.
 */
export async function verifySignature(
  provider: Provider,
  request: ProviderRequest,
  connection: StoredConnection,
): Promise<void> {
  if (!await isGenuine(provider, request, connection)) {
    throw new Problem(
      "invalid_signature",
      "The request is not signed with this connection's secret",
    );
  }
}

/**
 * Whether the connection's provider sent this request.
 *
 * @throws {Problem} `not_configured` when no secret of the connection can be opened with the keyring.
 */
export async function isGenuine(
  provider: Provider,
  request: ProviderRequest,
  connection: StoredConnection,
): Promise<boolean> {
  return provider.verify(request, await openSecrets(connection), new Date());
}

/**
 * A secret may be shared by accounts: where the connection names one, requests that name another are
 * not answered. Not every request of every provider names one.
 *
 * @throws {Problem} `forbidden`
 */
export function requireAccount(connection: StoredConnection, call: ProviderCall): void {
  if (!isOfAccount(connection, call)) {
    throw new Problem("forbidden", "The request names another account of the provider");
  }
}

/** Whether a request may be of the connection's account. */
export function isOfAccount(
  { account_sid }: StoredConnection,
  { accountId }: ProviderCall,
): boolean {
  return account_sid === null || accountId === null || account_sid === accountId;
}

/**
 * Reads a request to which no caller listens, and makes sure that the connection's provider sent it.
 *
 * @throws {Problem} `unknown_connection`, and those of {@linkcode readProviderRequest} and
 * {@linkcode verifySignature}.
 */
export async function readGenuineRequest(
  c: Context<AppEnv>,
  provider: Provider,
  connectionId: string,
): Promise<{ request: ProviderRequest; connection: StoredConnection }> {
  const request = await readProviderRequest(c, provider);
  const connection = await loadConnection(provider.name, connectionId);
  if (!connection) throw new Problem("unknown_connection");
  c.set("tenantId", connection.user_id);
  await verifySignature(provider, request, connection);
  return { request, connection };
}

async function openSecrets({ user_id, secrets }: StoredConnection): Promise<string[]> {
  const keyring = requireKeyring();
  const opened = await Promise.allSettled(
    secrets.map((secret) => openSigningSecret(user_id, secret, keyring)),
  );
  const usable = opened.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  if (usable.length > 0) return usable;
  const cause = opened.find((result) => result.status === "rejected")?.reason ??
    new SealedError("malformed", "The connection has no secret");
  throw new Problem("not_configured", "No secret of this connection can be used", { cause });
}
