import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { sameText } from "#shared/crypto/same_text.ts";
import { isFresh } from "./freshness.ts";
import type { ProviderRequest } from "./provider.ts";

// The SDK takes any algorithm that the token names, and any age. Here both are pinned.
const joseHeader = z.object({ alg: z.literal("HS256") });

const claims = z.object({
  iss: z.literal("Vonage"),
  iat: z.number(),
  payload_hash: z.string(),
  api_key: z.string().max(256).optional(),
  application_id: z.string().max(256).optional(),
});

/** What a token says of the request that it came with. */
export type VonageClaims = z.infer<typeof claims>;

/**
 * Checks the bearer token of a callback: a JWT under HS256 with the signature secret, issued by Vonage
 * in the last five minutes, over this very body
 * (https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks).
 *
 * The URL is not signed: what it says must be proved by the step token in it.
 */
export function isVonageSigned(
  request: ProviderRequest,
  secrets: readonly string[],
  now: Date,
): boolean {
  const said = vonageClaims(request);
  if (said === null || !isFresh(said.iat, now)) return false;
  const hash = createHash("sha256").update(request.body).digest("hex");
  if (!sameText(said.payload_hash, hash)) return false;
  const [head = "", payload = "", signature = ""] = tokenOf(request)?.split(".") ?? [];
  return secrets.some((secret) =>
    sameText(
      signature,
      createHmac("sha256", secret).update(`${head}.${payload}`).digest("base64url"),
    )
  );
}

/** What a request's token claims, before anything is proved; null where it is not of Vonage's form. */
export function vonageClaims(request: ProviderRequest): VonageClaims | null {
  const [head = "", payload = ""] = tokenOf(request)?.split(".") ?? [];
  if (!joseHeader.safeParse(decoded(head)).success) return null;
  return claims.safeParse(decoded(payload)).data ?? null;
}

function tokenOf({ headers }: ProviderRequest): string | undefined {
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(headers.get("authorization") ?? "")?.[1];
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return undefined;
  }
}
