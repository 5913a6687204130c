import { z } from "zod";
import type { Actor } from "#shared/auth/actor.ts";
import { checkPassword } from "#shared/auth/check_password.ts";
import { credentialsOf } from "#shared/auth/credentials.ts";
import { signedInAt } from "#shared/auth/signed_in_at.ts";
import { verifyUserToken } from "#shared/auth/user_token.ts";
import { unwrap } from "#shared/db/errors.ts";
import { env } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";

/** How long a sign-in counts as recent, in seconds. */
const RECENT_S = 5 * 60;

const signIn = z.object({ email: z.string().nullable(), phone: z.string().nullable() }).nullable();

/**
 * Asks a user for more than a token that somebody may have found: a password, or a sign-in of the last
 * minutes. A program's key is never enough.
 *
 * @param password what the caller sent beside the token, if anything.
 * @throws {Problem} `reauthentication_required`; `forbidden` for programs.
 */
export async function requireRecentSignIn(
  headers: Headers,
  { userId, via, db }: Actor,
  password: string | undefined,
  now: Date = new Date(),
): Promise<void> {
  const credentials = credentialsOf(headers);
  if (via !== "jwt" || credentials?.kind !== "user_token") {
    throw new Problem("forbidden", "Only a person can do this, and no program");
  }
  if (password !== undefined) {
    const known = unwrap(await db.rpc("get_own_sign_in"), signIn);
    await checkPassword({ userId, email: null, phone: null, ...known, password });
    return;
  }
  const signedIn = signedInAt(await verifyUserToken(credentials.token, env(), now));
  if (signedIn === undefined || now.getTime() / 1000 - signedIn > RECENT_S) {
    throw new Problem("reauthentication_required", "Sign in again, or send the password");
  }
}
