/** A complete environment for tests, of values that are secret nowhere. */
export const TEST_ENVIRONMENT = {
  SUPABASE_URL: "http://127.0.0.1:54321",
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: "sb_publishable_test" }),
  SUPABASE_SECRET_KEYS: JSON.stringify({
    default: "sb_secret_test_operator",
    cron: "sb_secret_test_cron",
  }),
  SWITCHBOARD_JWT_SECRET: "a secret for tests, of more than 32 bytes",
  SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify({
    active: "k1",
    keys: { k1: btoa("k".repeat(32)) },
  }),
} as const;

/** The operator's key of {@linkcode TEST_ENVIRONMENT}. */
export const OPERATOR_KEY = "sb_secret_test_operator";

/** The schedules' key of {@linkcode TEST_ENVIRONMENT}. */
export const CRON_KEY = "sb_secret_test_cron";

/** The test environment without some variables, for what must fail closed. */
export function environmentWithout(...names: (keyof typeof TEST_ENVIRONMENT)[]) {
  const values: Record<string, string> = { ...TEST_ENVIRONMENT };
  for (const name of names) delete values[name];
  return values;
}
