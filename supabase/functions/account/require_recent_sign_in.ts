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

const signIn = z.object({
  email: z.string().nullable(),
  phone: z.string().nullable(),
  session_began: z.number().nullable(),
}).nullable();

/**
 * Asks a user for more than a token that somebody may have found: a password, or a sign-in of the last
 * minutes. A program's key is never enough.
 *
 * @param password what the caller sent beside the token, if anything.
 * @throws {Problem} `reauthentication_required`; `forbidden` for programs; `unauthenticated` where the
 * user is no more.
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
  const known = unwrap(await db.rpc("get_own_sign_in"), signIn);
  // A token outlives its user by up to an hour.
  if (known === null) throw new Problem("unauthenticated", "Sign in first");
  const { email, phone, session_began } = known;
  if (password !== undefined) {
    await checkPassword({ userId, email, phone, password });
    return;
  }
  const { amr } = await verifyUserToken(credentials.token, env(), now);
  const signedIn = signedInAt(amr, session_began ?? undefined);
  if (signedIn === undefined || now.getTime() / 1000 - signedIn > RECENT_S) {
    throw new Problem("reauthentication_required", "Sign in again, or send the password");
  }
}
