import type { Database } from "../database/database.ts";

/** Tells scheduled jobs where the functions are and how a job proves itself: what an operator puts into the Vault. */
export async function fillVault(
  database: Database,
  { url, cronKey }: { readonly url: string; readonly cronKey: string },
): Promise<void> {
  const secrets = {
    switchboard_functions_url: `${url}/functions/v1`,
    switchboard_cron_key: cronKey,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    await database.query(
      "insert into vault.secrets (name, secret) values ($1, $2) on conflict (name) do update set secret = excluded.secret",
      [name, secret],
    );
  }
}
