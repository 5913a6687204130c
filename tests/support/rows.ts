import assert from "node:assert/strict";
import type { TestStack } from "./stack.ts";

/** Every row of every table of the database, of whatever schema, as text. */
export async function everyRow({ database }: TestStack): Promise<string> {
  const tables = await database.query(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const names = tables.map(({ name }) => String(name));
  for (const known of ["public.api_keys", "private.idempotency_keys", "auth.users"]) {
    assert.ok(names.includes(known), known);
  }
  const contents = await Promise.all(names.map(async (name) => {
    const rows = await database.query(`select t::text as row from ${name} t`);
    return rows.map(({ row }) => String(row));
  }));
  return contents.flat().join("\n");
}
