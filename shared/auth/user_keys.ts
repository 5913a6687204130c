import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { UserKeys } from "./token_keys.ts";

/** Importing a key set costs more than verifying with it, so one is made per set. */
const keySets = new WeakMap<object, JWTVerifyGetKey>();

/**
 * Finds the key that a token was signed with, for jose's `jwtVerify`.
 *
 * A token's header only chooses among keys that each know their own algorithm: the shared secret
 * serves HS256 alone, and a public key the ES256 or RS256 of its type and `alg`. So a public key can
 * not be passed off as an HMAC secret, and `none` finds no key at all.
 */
export function userKeyResolver(keys: UserKeys): JWTVerifyGetKey {
  return (header, token) => {
    if (header.alg === "HS256") return secretKey(keys.jwtSecret);
    if (!keys.jwks) throw new errors.JWKSNoMatchingKey();
    return keySet(keys.jwks)(header, token);
  };
}

function secretKey(secret: string | undefined): Uint8Array {
  if (secret === undefined) throw new errors.JWKSNoMatchingKey();
  return new TextEncoder().encode(secret);
}

function keySet(jwks: NonNullable<UserKeys["jwks"]>): JWTVerifyGetKey {
  let set = keySets.get(jwks);
  if (!set) keySets.set(jwks, set = createLocalJWKSet(jwks));
  return set;
}
