import { getAuthSchemaSql } from "@supabase/lite";
import { standInSql } from "../cron/prepare.ts";
import { sha256Hex } from "./hash.ts";
import type { Migration } from "./migrations.ts";
import { platformSql } from "./platform.ts";

/** Names everything that a stack's schema is made from; the same name, the same schema. */
export async function schemaFingerprint(migrations: readonly Migration[]): Promise<string> {
  const parts = [
    import.meta.resolve("@supabase/lite"),
    import.meta.resolve("@electric-sql/pglite"),
    await platformSql(),
    getAuthSchemaSql(),
    await standInSql(),
    ...migrations.map(({ file, sql }) => `${file}\n${sql}`),
  ];
  return sha256Hex(parts.join("\n")).slice(0, 16);
}
