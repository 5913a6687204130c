import { join } from "node:path";
import { ROOT } from "#local/paths.ts";

/** The schema that all migrations make together, for reviews. */
export const SCHEMA_DUMP = join(ROOT, "supabase", "schema.sql");

/** What the dump is made with and compared on: another version writes the same schema differently. */
export const DUMP_VERSION = 15;

/** Partitions by month: which there are depends on when the migrations ran. */
const PARTITIONS = "private.*_20[0-9][0-9]_[0-9][0-9]";

/** What `pg_dump` says of itself and of sessions, which is nothing of the schema. */
const PREAMBLE =
  /^(?:-- Dumped .*|\\(?:un)?restrict .*|SET .*|SELECT pg_catalog\.set_config.*)\n/gm;

/**
 * The schema of a migrated database, as text that depends on nothing else.
 *
 * @param directory where `pg_dump` is, of version {@linkcode DUMP_VERSION}.
 * @throws {Error} with what `pg_dump` says, if it fails.
 */
export async function dumpSchema(directory: string, url: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(join(directory, "pg_dump"), {
    args: [
      "--schema-only",
      "--no-owner",
      "--schema=public",
      "--schema=private",
      `--exclude-table=${PARTITIONS}`,
      url,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`pg_dump failed: ${decoder.decode(stderr)}`);
  return `-- Written by deno task schema:dump; do not edit.\n${
    decoder.decode(stdout).replace(PREAMBLE, "").replace(/\n{3,}/g, "\n\n").trim()
  }\n`;
}
