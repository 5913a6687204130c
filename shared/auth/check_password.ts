import { createClient } from "@supabase/supabase-js";
import { env } from "../env.ts";
import { Problem } from "../http/problem.ts";

/** How long the auth service may take, in milliseconds. */
const DEADLINE_MS = 8_000;

/** What a user signs in with. */
export interface SignIn {
  readonly userId: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly password: string;
}

/**
 * Asks the auth service whether a password is the user's. The session that this opens is closed again.
 *
 * @throws {Problem} `reauthentication_required` if it is not; `rate_limited` and `sign_in_unavailable`
 * as the auth service answers.
 */
export async function checkPassword({ userId, email, phone, password }: SignIn): Promise<void> {
  const { supabaseUrl, publishableKey } = env();
  const { auth } = createClient(supabaseUrl, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) }),
    },
  });
  if (!email && !phone) throw wrongPassword();
  const { data, error } = await auth.signInWithPassword(
    email ? { email, password } : { phone: phone ?? "", password },
  );
  if (error !== null) {
    if (error.status === 429) throw new Problem("rate_limited", undefined, { cause: error });
    // What is refused for whatever reason proves nothing.
    if (error.status !== undefined && error.status >= 400 && error.status < 500) {
      throw wrongPassword(error);
    }
    throw new Problem("sign_in_unavailable", undefined, { cause: error });
  }
  await auth.signOut({ scope: "local" });
  if (data.user.id !== userId) throw wrongPassword();
}

function wrongPassword(cause?: unknown): Problem {
  return new Problem("reauthentication_required", "The password is not the user's", {
    errors: [{ path: "password", message: "Is not the user's password" }],
    cause,
  });
}
