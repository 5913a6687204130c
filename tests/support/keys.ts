// @ts-types="@types/pg"
import type pg from "pg";
import { randomBytes } from "node:crypto";
import { apiKeyPrefix, generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { actAs } from "./tenants.ts";

/** A key with its row. */
export interface KeyUnderTest {
  readonly key: string;
  readonly hash: string;
  readonly id: string;
}

/** Makes a key as its owner does. Scopes are everything unless the settings say otherwise. */
export async function newKey(
  client: pg.Client,
  owner: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<KeyUnderTest> {
  const key = generateApiKey();
  const hash = hashApiKey(key);
  const all = { name: "Test", scopes: ["*"], ...settings };
  const { rows: [row] } = await actAs(
    client,
    "authenticated",
    owner,
    () =>
      client.query<{ id: string }>("select public.create_api_key($1, $2, $3) ->> 'id' as id", [
        hash,
        apiKeyPrefix(key),
        JSON.stringify(all),
      ]),
    "commit",
  );
  return { key, hash, id: row?.id ?? "" };
}

/** A relation for tests' SQL: the uses of every key by the hour, (key_id, hour, count), also of the hour in progress. */
export const USES = `(
  select key_id, hour, count from public.api_key_usage
  union all select id, last_hour, last_hour_count from public.api_keys where last_hour is not null
) uses`;

/** The hash of a key that nobody has yet. */
export function freshHash(): string {
  return randomBytes(32).toString("hex");
}
