import { join } from "node:path";
// @ts-types="@types/pg"
import pg from "pg";
import { readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS, ROOT } from "#local/paths.ts";

/** What a healthy database has, for `schema_health()` to compare with. */
export const EXPECTED_SCHEMA_FILE = join(ROOT, "shared", "db", "expected_schema.ts");

const OBJECTS = `
  select kind, array_agg(distinct name order by name) as names from (
    select kind, name collate "C" as name from private.schema_objects()
    union all select 'jobs', jobname::text from cron.job
  ) o group by kind order by kind`;

/** The module that says what there is in a migrated database, which must have a cron, as text. */
export async function expectedSchema(url: string): Promise<string> {
  const migrations = (await readMigrations(MIGRATIONS)).map(({ version }) => version);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ kind: string; names: string[] }>(OBJECTS);
    const lists = [{ kind: "migrations", names: migrations }, ...rows];
    return `// Written by deno task schema; do not edit.

/** What the migrations make, by kind: the names that private.schema_objects() gives. */
export const EXPECTED_SCHEMA: Readonly<Record<string, readonly string[]>> = {
${lists.map(({ kind, names }) => `  ${kind}: [\n${names.map(line).join("")}  ],\n`).join("")}};
`;
  } finally {
    await client.end();
  }
}

function line(name: string): string {
  return `    ${JSON.stringify(name)},\n`;
}
