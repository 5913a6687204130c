import { apiKeyPrefix, generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
// @ts-types="@types/pg"
import pg from "pg";

/** Whom everything of a benchmark belongs to. */
export const OWNER = "00000000-0000-4000-8000-000000000001";

/** Makes the owner of a benchmark, without what else a sign-up does. */
export async function addOwner(databaseUrl: string): Promise<void> {
  await withClient(
    databaseUrl,
    (client) =>
      client.query("insert into auth.users (id, email) values ($1, 'owner@example.com')", [OWNER]),
  );
}

/** Makes so many keys of one owner, with limits that are counted and never met; answers them. */
export async function addKeys(databaseUrl: string, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, () => generateApiKey());
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `insert into public.api_keys (user_id, name, key_prefix, key_hash, scopes, rate_limit, usage_quota)
         select $1, 'Benchmark', prefix, hash, '{*}', 1000000, 1000000000
         from unnest($2::text[], $3::text[]) k (prefix, hash)`,
      [OWNER, keys.map(apiKeyPrefix), keys.map(hashApiKey)],
    );
    await client.query("vacuum analyze");
  });
  return keys;
}

/**
 * Makes keys of which only the hashes are known, those of the numbers from 1, a thousand to an owner:
 * for SQL that makes the hashes itself.
 */
export async function addNumberedKeys(databaseUrl: string, count: number): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `insert into auth.users (id, email)
         select md5('user' || n)::uuid, n || '@example.com' from generate_series(0, ($1 - 1) / 1000) n`,
      [count],
    );
    // A million rows of the audit trail would be no part of this.
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into public.api_keys (user_id, name, key_prefix, key_hash, scopes, rate_limit, usage_quota)
         select md5('user' || (n - 1) / 1000)::uuid, 'Key ' || n, 'vx_0000000', encode(sha256(n::text::bytea), 'hex'), '{*}', 1000000, 1000000000
         from generate_series(1, $1) n`,
      [count],
    );
    await client.query(
      `insert into public.api_key_usage (key_id, user_id, hour, count)
         select id, user_id, date_trunc('hour', now(), 'UTC'), 1 from public.api_keys`,
    );
    await client.query("vacuum analyze");
  });
}

/** Gives an action a connection of the superuser. */
export async function withClient<Result>(
  databaseUrl: string,
  action: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
