import type { Stack } from "#local/stack.ts";
import type { Project } from "./project.ts";

/** What tells a function that it runs on the platform, and not on a machine of one's own. */
const MARKS = {
  SB_REGION: "eu-central-1",
  SB_EXECUTION_ID: "00000000-0000-4000-8000-000000000000",
  DENO_DEPLOYMENT_ID: "rehearsal_1",
};

/** The environment of functions on the platform: what it sets itself, and the secrets of the project. */
export function hostedEnvironment(
  project: Project,
  stack: Stack,
  databaseUrl: string,
  secrets: ReadonlyMap<string, string>,
): Record<string, string> {
  return {
    SUPABASE_URL: project.url,
    SUPABASE_DB_URL: databaseUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({
      default: stack.secrets.secret_key,
      cron: stack.secrets.cron_key,
    }),
    SUPABASE_JWKS: project.jwks,
    ...Object.fromEntries(secrets),
    ...MARKS,
  };
}

/**
 * The same without the marks, where a delivery to this machine is let through: with them, a function
 * refuses to run so.
 */
export function withLoopback(environment: Readonly<Record<string, string>>) {
  const others = Object.entries(environment).filter(([name]) => !(name in MARKS));
  return { ...Object.fromEntries(others), SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true" };
}
