import type { Environment } from "../env.ts";

// What is asked of keys before anything is loaded that verifies or signs with them.

/** The configured keys that user tokens are verified with. */
export type UserKeys = Pick<Environment, "jwks" | "jwtSecret">;

/** The configured keys that a token can be signed with. */
export type ActingKeys = Pick<Environment, "signingKey" | "jwtSecret">;

/** Tells whether any key is configured that user tokens could be verified with. */
export function canVerifyUsers({ jwks, jwtSecret }: UserKeys): boolean {
  return jwks !== undefined || jwtSecret !== undefined;
}

/** Tells whether a token could be signed. */
export function canActForUsers({ signingKey, jwtSecret }: ActingKeys): boolean {
  return signingKey !== undefined || jwtSecret !== undefined;
}
