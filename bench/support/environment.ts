import { newSecrets } from "#local/secrets.ts";
import { hotUrl } from "#tests/support/databases.ts";

/** The operator's key of {@linkcode environmentOf}. */
export const OPERATOR_KEY = "sb_secret_benchmark";

/** The key of schedules in the same. */
export const CRON_KEY = "sb_secret_cron";

/** Where the calls of {@linkcode environmentOf} come in. */
export const PUBLIC_URL = "https://voice.example.com/functions/v1";

const JWT_SECRET = "for benchmarks alone, and 32 bytes at least";

/** What seals in {@linkcode environmentOf}. */
export const KEYS = newSecrets().encryption_keys;

/** A deployment on a database whose hot functions are called past the Data API; the rest of which is nowhere. */
export function environmentOf(databaseUrl: string): Record<string, string> {
  return {
    SUPABASE_URL: "http://127.0.0.1:9",
    SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_none"}',
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: OPERATOR_KEY, cron: CRON_KEY }),
    SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(KEYS),
    SWITCHBOARD_JWT_SECRET: JWT_SECRET,
    SWITCHBOARD_PUBLIC_URL: PUBLIC_URL,
    SWITCHBOARD_DB_URL: hotUrl(databaseUrl),
    SWITCHBOARD_DISPATCH_KICK: "false",
    SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
  };
}
