import { errors, jwtVerify } from "jose";
import { z } from "zod";
import { Problem } from "../http/problem.ts";
import { canVerifyUsers, type UserKeys } from "./token_keys.ts";
import { userKeyResolver } from "./user_keys.ts";

/** What a user's token must say; further claims are not relied upon. */
const userClaims = z.object({
  // Any 128-bit id: `auth.users.id` is a uuid of whatever version its maker chose.
  sub: z.guid().toLowerCase(),
  // Legacy anon and service keys are tokens of the same issuer, but they are not users.
  role: z.literal("authenticated"),
  // How the user signed in, and when, in seconds since 1970. Another form than GoTrue's proves no way.
  amr: z.array(z.object({ method: z.string(), timestamp: z.number() })).optional().catch([]),
});

/** The claims of a verified user token. */
export type UserClaims = z.output<typeof userClaims>;

/** How far the clocks of the issuer and of this machine may be apart, in seconds. */
const CLOCK_TOLERANCE_S = 5;

/**
 * Verifies the token of a signed-in user: its signature, `exp`, `nbf`, `aud`, `role` and `sub`.
 *
 * @throws {Problem} `invalid_token`; `not_configured` if there is no key to verify with.
 */
export async function verifyUserToken(
  token: string,
  keys: UserKeys,
  now: Date = new Date(),
): Promise<UserClaims> {
  if (!canVerifyUsers(keys)) {
    throw new Problem("not_configured", "No key to verify user tokens with is configured");
  }
  try {
    const { payload } = await jwtVerify(token, userKeyResolver(keys), {
      algorithms: ["HS256", "ES256", "RS256"],
      audience: "authenticated",
      requiredClaims: ["exp", "sub"],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: now,
    });
    return userClaims.parse(payload);
  } catch (error) {
    throw isTokenFault(error) ? invalidToken(error) : error;
  }
}

/** Anything else, such as a configured key that cannot be imported, is our fault and answers 500. */
function isTokenFault(error: unknown): boolean {
  return error instanceof z.ZodError ||
    (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid));
}

function invalidToken(cause: unknown): Problem {
  const detail = cause instanceof errors.JWTExpired
    ? "The token has expired"
    : "The token is not one of a signed-in user of this project";
  return new Problem("invalid_token", detail, {
    cause,
    headers: { "www-authenticate": `Bearer error="invalid_token", error_description="${detail}"` },
  });
}
