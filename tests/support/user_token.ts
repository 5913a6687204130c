import { type JWTPayload, SignJWT } from "jose";
import { TEST_ENVIRONMENT } from "./environment.ts";

/** The user that test tokens speak for unless they say otherwise. */
export const USER_ID = "0b9a4c1e-5d0f-4a57-9c37-3f6f0a1f2d10";

/** Claims to say otherwise; `undefined` takes one out. */
export type ClaimOverrides = {
  readonly [Claim in keyof JWTPayload]: JWTPayload[Claim] | undefined;
};

/** What a good token of the project says. */
export function userClaims(overrides: ClaimOverrides = {}, now = new Date()): JWTPayload {
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = {
    sub: USER_ID,
    role: "authenticated",
    aud: "authenticated",
    iat: seconds,
    exp: seconds + 3600,
    ...overrides,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** Signs a user token as a project does that signs with its secret. */
export function signUserToken(
  overrides: ClaimOverrides = {},
  secret: string = TEST_ENVIRONMENT.SWITCHBOARD_JWT_SECRET,
): Promise<string> {
  return new SignJWT(userClaims(overrides))
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}

/** A token as an attacker writes one: any header, any claims, any third part. */
export function forgeToken(header: object, claims: object, signature = ""): string {
  return `${encodePart(header)}.${encodePart(claims)}.${signature}`;
}

function encodePart(part: object): string {
  return btoa(JSON.stringify(part)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
