import { canActForUsers, canVerifyUsers } from "./auth/token_keys.ts";
import type { Keyring } from "./crypto/keyring.ts";
import { env, type Environment } from "./env.ts";
import { Problem } from "./http/problem.ts";
import { log } from "./log.ts";

/** A secret that Switchboard starts without, because only some routes need it. */
export interface OptionalSecret {
  readonly name: "encryption_keys" | "user_token_keys" | "acting_key" | "cron_key";
  /** Where it comes from. */
  readonly variable: string;
  /** What answers `not_configured` without it. */
  readonly needed_for: string;
}

interface Requirement extends OptionalSecret {
  readonly isSet: (environment: Environment) => boolean;
}

const REQUIREMENTS: readonly Requirement[] = [
  {
    name: "encryption_keys",
    variable: "SWITCHBOARD_ENCRYPTION_KEYS",
    needed_for: "phone connections and their calls, webhooks, and Retell",
    isSet: ({ keyring }) => keyring !== undefined,
  },
  {
    name: "user_token_keys",
    variable: "SUPABASE_JWKS or SWITCHBOARD_JWT_SECRET",
    needed_for: "every route for signed-in users",
    isSet: canVerifyUsers,
  },
  {
    name: "acting_key",
    variable: "SWITCHBOARD_SIGNING_KEY or SWITCHBOARD_JWT_SECRET",
    needed_for: "every route for users, when a program with an API key calls it",
    isSet: canActForUsers,
  },
  {
    name: "cron_key",
    variable: 'SUPABASE_SECRET_KEYS, a key named "cron"',
    needed_for: "every route for scheduled jobs",
    isSet: ({ cronKey }) => cronKey !== undefined,
  },
];

/** The secrets with whether each is set. */
export function secretsOf(environment: Environment): (OptionalSecret & { set: boolean })[] {
  return REQUIREMENTS.map(({ isSet, ...secret }) => ({ ...secret, set: isSet(environment) }));
}

const warned = new WeakSet<Environment>();

/** Writes a line for each missing secret, once: when a function is first used. */
export function warnOfMissingSecrets(environment: Environment): void {
  if (warned.has(environment)) return;
  warned.add(environment);
  for (const { set, ...secret } of secretsOf(environment)) {
    if (!set) log.warn("a secret is not configured", { ...secret });
  }
}

/**
 * The keyring, for routes that cannot do without it.
 *
 * @throws {Problem} `not_configured` if there is none.
 */
export function requireKeyring(): Keyring {
  const { keyring } = env();
  if (!keyring) throw new Problem("not_configured", "No encryption keys are set");
  return keyring;
}
