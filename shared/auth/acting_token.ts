import { importJWK, SignJWT } from "jose";
import type { SigningKey } from "../env.ts";
import { Problem } from "../http/problem.ts";
import type { ActingKeys } from "./token_keys.ts";

/** How long a token lives, in seconds: enough for one request, too short to be worth stealing. */
const LIFETIME_S = 60;

/** Whom a token is for. */
export interface Acting {
  /** The owner, under whose policies the database is seen. */
  readonly userId: string;
  /** The key, by which the database knows a program and how far it reaches (`private.acting_key_id`). */
  readonly keyId: string;
}

/**
 * Signs the token under which a program with a key reaches the database: that of the key's owner, so
 * that row level security holds for programs as it does for people, with the key in a claim. It is
 * used within the request and never handed out.
 *
 * @throws {Problem} `not_configured` if there is no key to sign with.
 */
export async function signActingToken(
  { userId, keyId }: Acting,
  keys: ActingKeys,
  now: Date = new Date(),
): Promise<string> {
  const { alg, kid, key } = await signerOf(keys);
  const issuedAt = Math.floor(now.getTime() / 1000);
  return await new SignJWT({ role: "authenticated", switchboard_key: keyId })
    .setProtectedHeader({ alg, typ: "JWT", ...kid !== undefined && { kid } })
    .setSubject(userId)
    .setAudience("authenticated")
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_S)
    .sign(key);
}

interface Signer {
  readonly alg: string;
  /** By this the project finds the public key to verify with. */
  readonly kid?: string | undefined;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
}

/** Importing a key costs more than signing with it, so it is done once. */
const imported = new WeakMap<SigningKey, Promise<Signer>>();

function signerOf({ signingKey, jwtSecret }: ActingKeys): Promise<Signer> | Signer {
  if (signingKey) {
    let signer = imported.get(signingKey);
    if (!signer) imported.set(signingKey, signer = importSigner(signingKey));
    return signer;
  }
  if (jwtSecret === undefined) {
    throw new Problem("not_configured", "No key to sign tokens with is configured");
  }
  return { alg: "HS256", key: new TextEncoder().encode(jwtSecret) };
}

async function importSigner({ alg, jwk }: SigningKey): Promise<Signer> {
  try {
    return { alg, kid: jwk.kid, key: await importJWK(jwk, alg) };
  } catch (cause) {
    throw new Problem("not_configured", "SWITCHBOARD_SIGNING_KEY cannot be used", { cause });
  }
}
